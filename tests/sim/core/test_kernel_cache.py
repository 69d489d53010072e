"""Kernels compiled once and kept; never a stale one, never one compiled in another way."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

import pytest

import sim
from sim.core import kernel_cache

SIM = Path(sim.__file__).parent

# Prints what a rule in another file gives when a kernel calls it, and how many kernels came from the cache.
PROBE = """
import sys
sys.path.insert(0, sys.argv[1])
from sim.core.numerics import exp_array
import numpy as np
from sim.core import kernel_cache
from sim.core.meaning import SHIPPED
value, compiled = exp_array(np.array([0.0]))[0], exp_array.under(SHIPPED)
print(kernel_cache.folder().name, value, sum(compiled.stats.cache_hits.values()))
"""


def said(code: str, root: Path, *args: object, **environment: str) -> str:
    """What a new process prints, its cache beside the sources."""
    env = {**os.environ, "VILLAGESIM_CACHE": str(root / "cache"), **environment}
    command = [sys.executable, "-c", code, str(root), *map(str, args)]
    return subprocess.run(command, env=env, capture_output=True, text=True, check=True).stdout.strip()


def probe(root: Path) -> tuple[str, float, int]:
    """The folder, what the kernel gives, whether it was loaded from the cache."""
    folder, value, hits = said(PROBE, root).split()
    return folder, float(value), int(hits)


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """The sources once more, to be edited."""
    shutil.copytree(SIM, tmp_path / "sim", ignore=shutil.ignore_patterns("__pycache__"))
    return tmp_path


def test_a_rule_edited_in_another_file_is_seen_and_nothing_is_compiled_twice(copy: Path) -> None:
    before, value, hits = probe(copy)
    assert (value, hits) == (1.0, 0)
    assert probe(copy) == (before, value, 1)

    # Numba looks at the file that a kernel stands in: move the rule into another one, and edit that.
    numerics, elsewhere = copy / "sim" / "core" / "numerics.py", copy / "sim" / "elsewhere.py"
    rule = "from sim.core.rule import rule\n\n@rule\ndef twice(x):\n    return {} * x\n"
    elsewhere.write_text(rule.format(2.0), encoding="utf-8")
    text = numerics.read_text(encoding="utf-8")
    text = text.replace("import math\n", "import math\nfrom sim.elsewhere import twice\n", 1)
    numerics.write_text(text.replace("out[i] = exp(x[i])", "out[i] = twice(exp(x[i]))"), encoding="utf-8")
    doubled, value, hits = probe(copy)
    assert doubled != before and (value, hits) == (2.0, 0)

    elsewhere.write_text(rule.format(3.0), encoding="utf-8")
    tripled, value, hits = probe(copy)
    assert tripled not in (before, doubled) and (value, hits) == (3.0, 0)


FOLDER = (
    "import sys; sys.path.insert(0, sys.argv[1])\nfrom sim.core import kernel_cache; print(kernel_cache.folder().name)"
)


def test_every_file_and_way_of_compiling_has_a_folder_of_its_own(copy: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("NUMBA_BOUNDSCHECK", raising=False)
    plain = said(FOLDER, copy)
    assert said(FOLDER, copy) == plain
    assert said(FOLDER, copy, NUMBA_NUM_THREADS="2", NUMBA_CACHE_DIR="/nowhere", HOME="/nowhere") == plain
    ways = {"NUMBA_BOUNDSCHECK": "1", "NUMBA_OPT": "1", "NUMBA_DISABLE_JIT": "1"}
    assert len({plain, *(said(FOLDER, copy, **{name: how}) for name, how in ways.items())}) == 4

    rule = copy / "sim" / "economy" / "labour.py"
    rule.write_text(rule.read_text(encoding="utf-8") + "\n", encoding="utf-8")
    edited = said(FOLDER, copy)
    os.utime(rule)
    assert said(FOLDER, copy) == edited  # content counts, not when it was written
    (copy / "sim" / "economy" / "new.py").touch()
    assert len({plain, edited, said(FOLDER, copy)}) == 3


def test_versions_count(monkeypatch: pytest.MonkeyPatch) -> None:
    here = kernel_cache.source_hash()
    real = kernel_cache.version
    for package in ("numba", "numpy", "llvmlite"):
        with monkeypatch.context() as patch:
            patch.setattr(kernel_cache, "version", lambda name, p=package: "0.0" if name == p else real(name))
            assert kernel_cache.source_hash() != here, package
    assert kernel_cache.source_hash() == here


BEYOND = """
import sys
sys.path.insert(0, sys.argv[1])
from sim.agents.household import Household
from sim.month import close_year
close_year(Household.rows(8), 0, int(sys.argv[2]))
"""


def test_a_checked_kernel_is_never_an_unchecked_one_from_the_cache(copy: Path) -> None:
    said(BEYOND, copy, 8, NUMBA_BOUNDSCHECK="0")
    said(BEYOND, copy, 8, NUMBA_BOUNDSCHECK="1")
    with pytest.raises(subprocess.CalledProcessError) as caught:
        said(BEYOND, copy, 9, NUMBA_BOUNDSCHECK="1")
    assert "IndexError" in caught.value.stderr


@pytest.fixture
def own_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("VILLAGESIM_CACHE", str(tmp_path))
    monkeypatch.setenv("NUMBA_CACHE_DIR", os.environ["NUMBA_CACHE_DIR"])  # to be put back
    from numba import config

    monkeypatch.setattr(config, "CACHE_DIR", config.CACHE_DIR)
    return tmp_path


def test_old_folders_are_removed_and_nothing_else(own_cache: Path) -> None:
    day = 86_400
    ages = [0, 1, 1, 1, 1, 1, 3, 30, 300]
    for i, age in enumerate(ages):
        place = own_cache / f"kernels-{i}"
        (place / "sim").mkdir(parents=True)
        (place / "sim" / "close_month.nbi").touch()
        os.utime(place, (time.time() - age * day,) * 2)
    (own_cache / "other").mkdir()
    os.utime(own_cache / "other", (0, 0))
    kernel_cache.set_folder()
    left = {entry.name for entry in own_cache.iterdir()}
    # With the new one, six are kept in any case; of the others those that nobody opened for two days go.
    assert left == {kernel_cache.folder().name, "other", *(f"kernels-{i}" for i in range(6))}


def test_a_folder_in_use_counts_as_new(own_cache: Path) -> None:
    kernel_cache.set_folder()
    place = kernel_cache.folder()
    os.utime(place, (0, 0))
    kernel_cache.set_folder()
    assert time.time() - place.stat().st_mtime < 60


def test_what_loses_its_folder_compiles_again(copy: Path) -> None:
    code = PROBE.replace("print(", "import shutil, os; shutil.rmtree(os.environ['NUMBA_CACHE_DIR']); print(")
    for _ in range(2):
        assert said(code, copy).split()[1:] == ["1.0", "0"]


def test_a_folder_that_cannot_be_made_is_replaced(
    own_cache: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (own_cache / "file").touch()
    monkeypatch.setenv("VILLAGESIM_CACHE", str(own_cache / "file" / "below"))
    monkeypatch.setattr(kernel_cache.tempfile, "gettempdir", lambda: str(tmp_path / "tmp"))
    kernel_cache.set_folder()
    assert os.environ["NUMBA_CACHE_DIR"].startswith(str(tmp_path / "tmp"))
    assert Path(os.environ["NUMBA_CACHE_DIR"]).is_dir()


def test_the_cache_is_warm_once_every_kernel_is_there(own_cache: Path) -> None:
    kernel_cache.set_folder()
    assert not kernel_cache.is_warm()
    (Path(os.environ["NUMBA_CACHE_DIR"]) / "half.nbi").touch()  # a process that was stopped in the middle
    assert not kernel_cache.is_warm()
    kernel_cache.now_warm()
    assert kernel_cache.is_warm()
    os.environ["NUMBA_OPT"] = "1"
    try:
        kernel_cache.set_folder()
        assert not kernel_cache.is_warm()
    finally:
        del os.environ["NUMBA_OPT"]


WARMED = """
import os, sys
from pathlib import Path
sys.path[:0] = sys.argv[1:3]
import sim
from sim.core.kernel_cache import is_warm
from small_worlds import EVERY_POLICY, lived, plan_of

def kept():
    return {file.name for file in Path(os.environ["NUMBA_CACHE_DIR"]).glob("*.kernel")}

sim.warm_up()
before = kept()
lived(plan_of(Path(sys.argv[3]), EVERY_POLICY, villages=5))
print(sorted(kept() - before), is_warm())
"""


def test_warming_up_leaves_nothing_to_compile(tmp_path: Path) -> None:
    cache = os.environ.get("VILLAGESIM_CACHE", "")
    assert said(WARMED, SIM.parent, Path(__file__).parents[2], tmp_path, VILLAGESIM_CACHE=cache) == "[] True"


DAMAGED = """
import sys
from pathlib import Path
sys.path.insert(0, sys.argv[1])
import numpy as np
from sim.core import rule
from sim.core.meaning import SHIPPED
from sim.core.numerics import exp_array

def given():
    # What was compiled or loaded before is forgotten, as in a new process.
    rule._COMPILED.clear()
    exp_array._known.clear()
    value = exp_array(np.array([0.0]))[0]
    return value, sum(exp_array.under(SHIPPED).stats.cache_hits.values())

file = Path(sys.argv[2])
sound = file.read_bytes()
flipped = bytearray(sound)
flipped[len(sound) // 2] ^= 1
for damage in (b"", b"garbage", sound[: len(sound) // 2], bytes(flipped)):
    file.write_bytes(damage)
    print(*given(), *given())
"""


def test_a_damaged_file_is_thrown_away_and_compiled_anew(copy: Path) -> None:
    place = copy / "cache" / probe(copy)[0]
    assert probe(copy)[1:] == (1.0, 1)
    (file,) = place.glob("exp_array-*.kernel")
    # Each time compiled, and kept again.
    assert said(DAMAGED, copy, file).splitlines() == ["1.0 0 1.0 1"] * 4
    assert probe(copy)[1:] == (1.0, 1)


def test_what_others_can_write_is_not_read(copy: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    place = copy / "cache" / probe(copy)[0]
    (file,) = place.glob("exp_array-*.kernel")
    assert place.stat().st_mode & 0o777 == (copy / "cache").stat().st_mode & 0o777 == 0o700
    file.chmod(0o620)
    assert kernel_cache.read_own(file) is None
    file.chmod(0o600)
    assert kernel_cache.read_own(file)
    monkeypatch.setattr(kernel_cache.os, "getuid", lambda: 12_345)  # it belongs to somebody else
    assert kernel_cache.read_own(file) is None
    monkeypatch.undo()
    for shared in (place, copy / "cache"):
        shared.chmod(0o770)
        with pytest.warns(UserWarning, match="chmod go-w"):
            assert not kernel_cache._ready(place)
        shared.chmod(0o700)
    assert kernel_cache._ready(place)


PATCHED = """
import sys
sys.path.insert(0, sys.argv[1])
import numpy as np
from sim.core import numerics
from sim.core.rule import rule

@rule
def doubled(x):
    return 2.0 * x

def value():
    return float(numerics.exp_array(np.array([3.0]))[0])

shipped = numerics.exp
for how in sys.argv[2]:
    numerics.exp = doubled if how == "p" else shipped
    print(round(value()), end=" ")
"""


def test_a_patched_rule_is_seen_and_never_taken_for_the_one_that_ships(copy: Path) -> None:
    # Patched and not, one after the other in a process, with a cold cache and a warm one, and in separate processes.
    for first in ("p", "s", "p", "s", "spsp", "psps"):
        assert said(PATCHED, copy, first).split() == ["6" if how == "p" else "20" for how in first]
