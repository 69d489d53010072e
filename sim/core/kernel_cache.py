"""Where compiled kernels are kept: a folder named by a hash of everything they could depend on.

Numba's own cache looks only at the file a kernel stands in (a rule edited in another file would go unseen) and not at
the way of compiling (kernels without array bounds checked would pass for checked ones). With the hash in the folder's
name a kernel that is stale, or compiled in another way, cannot be found at all.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import sys
import tempfile
from contextlib import suppress
from importlib.metadata import version
from pathlib import Path

from sim.core.sources import SIM

KEPT = 6  # folders kept however old: branches and Pythons that are used in turn
UNUSED_DAYS = 2.0  # a folder beyond them that no process has opened for so long is removed

_NOT_COMPILING = ("NUMBA_CACHE_DIR", "NUMBA_NUM_THREADS")


def source_hash() -> str:
    """A hash of sim's sources, of where they stand, and of what compiles them and how.

    Numba keeps a kernel by its file's path and time of change too: a copied or touched file is compiled anew, so these
    count as well, and a folder that is there is one that serves.
    """
    stir = hashlib.blake2b(digest_size=8)
    compilers = [f"{name} {version(name)}" for name in ("numba", "llvmlite", "numpy")]
    how = [f"{k}={v}" for k, v in sorted(os.environ.items()) if k.startswith("NUMBA_") and k not in _NOT_COMPILING]
    stir.update("\n".join([sys.version, *compilers, *how, str(SIM)]).encode())
    for file in sorted(SIM.rglob("*.py")):
        stir.update(f"\n{file.relative_to(SIM).as_posix()} {file.stat().st_mtime_ns}\n".encode())
        stir.update(file.read_bytes())
    return stir.hexdigest()


def folder() -> Path:
    """The cache folder for the sources as they stand now."""
    base = os.environ.get("VILLAGESIM_CACHE") or os.path.join(
        os.environ.get("XDG_CACHE_HOME") or os.path.expanduser("~/.cache"), "villagesim"
    )
    return Path(base) / f"kernels-{source_hash()}"


def set_folder() -> None:
    """Point Numba at the folder; must run before the first kernel is declared."""
    place = folder()
    if not _ready(place):
        own = Path(tempfile.gettempdir()) / f"villagesim-{os.getuid()}"
        place = own / place.name
        # What is loaded from a cache is run: never from a folder that another user has put there.
        if not _ready(place) or own.stat().st_uid != os.getuid():
            place = Path(tempfile.mkdtemp(prefix="villagesim-"))
    os.environ["NUMBA_CACHE_DIR"] = str(place)
    if "numba" in sys.modules:
        from numba import config

        config.CACHE_DIR = str(place)  # type: ignore[attr-defined]


def _ready(place: Path) -> bool:
    """Make the folder, or mark it as used; whether it can be written."""
    new = not place.is_dir()
    try:
        place.mkdir(parents=True, exist_ok=True)
        os.utime(place)
    except OSError:
        return False
    if new:
        _remove_old(place.parent)
    return os.access(place, os.W_OK)


def _remove_old(base: Path) -> None:
    """Remove kernels that nobody has used of late. A process that loses its folder all the same compiles again."""
    with suppress(OSError):
        used = sorted(((entry.stat().st_mtime, entry) for entry in base.glob("kernels-*")), reverse=True)
        now = used[0][0]  # the folder just made
        for when, entry in used[KEPT:]:
            if now - when > UNUSED_DAYS * 86_400:
                shutil.rmtree(entry, ignore_errors=True)


def is_warm() -> bool:
    """Whether every kernel of these very sources has been compiled before (`sim.warm_up` went through)."""
    return (Path(os.environ["NUMBA_CACHE_DIR"]) / "warm").is_dir()


def now_warm() -> None:
    """Remember that every kernel is there."""
    with suppress(OSError):
        (Path(os.environ["NUMBA_CACHE_DIR"]) / "warm").mkdir(exist_ok=True)
