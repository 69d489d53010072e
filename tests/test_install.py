"""The wheel, installed where the checkout cannot be imported, does in an empty folder what the README says."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import sysconfig
import zipfile
from pathlib import Path

import pytest
from typer.testing import CliRunner

from experiments.cli import app
from sim.core.errors import UserError
from sim.parameters import load_parameters
from sim.parameters.packed import as_row
from sim.population.fitting import digest
from sim.population.profile_file import load_profile
from sim.shipped import Kind, check_checkout, shipped

ROOT = Path(__file__).parents[1]
SMALL = ("--villages", "5", "--horizon", "12", "--replicates", "2", "--workers", "0", "--quiet")
KINDS: tuple[Kind, ...] = ("scenarios", "more", "profiles", "trials", "calibration", "2023", "designs")


class Installed:
    """An environment with the wheel, and with the dependencies of the one that runs the tests."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.bin, self.empty = folder, folder / "venv" / "bin", folder / "empty"
        self.empty.mkdir()
        pip = [sys.executable, "-m", "pip", "--quiet", "--disable-pip-version-check"]
        self.call(*pip, "wheel", "--no-deps", "--no-build-isolation", "--wheel-dir", str(folder), str(ROOT))
        (self.wheel,) = folder.glob("*.whl")
        self.call(sys.executable, "-m", "venv", "--without-pip", str(folder / "venv"))
        (site,) = (folder / "venv" / "lib").glob("python*/site-packages")
        # A path named in a .pth file is not searched for .pth files itself: the checkout's own one stays unread.
        others = {sysconfig.get_path("purelib"), sysconfig.get_path("platlib")}
        (site / "dependencies.pth").write_text("\n".join(others), encoding="utf-8")
        self.site, python = site.resolve(), str(self.bin / "python")
        install = ("install", "--no-deps", "--no-index", "--ignore-installed", str(self.wheel))
        self.call(*pip, "--python", python, *install)

    def call(self, *command: str, **more: str) -> subprocess.CompletedProcess[str]:
        """Run a command in the empty folder, without anything of the checkout on Python's path.

        Kernels are those of all tests: what is compiled from the same sources is the same.
        """
        kept = {name: value for name, value in os.environ.items() if not name.startswith("PYTHON")}
        env = {**kept, "COLUMNS": "200", **more}
        done = subprocess.run(command, cwd=self.empty, env=env, capture_output=True, text=True, timeout=600)
        assert done.returncode == 0 or more, done.stdout + done.stderr
        return done

    def village(self, *arguments: str, **more: str) -> subprocess.CompletedProcess[str]:
        """Run the installed command."""
        return self.call(str(self.bin / "village"), *arguments, **more)

    def python(self, program: str) -> list[str]:
        """What a program prints, line by line."""
        return self.call(str(self.bin / "python"), "-c", program).stdout.splitlines()


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Installed:
    return Installed(tmp_path_factory.mktemp("installed"))


def test_the_packages_are_those_of_the_wheel(installed: Installed) -> None:
    found = installed.python(
        "import sim, experiments, villagesim\nfor m in sim, experiments, villagesim: print(m.__file__)"
    )
    assert [Path(file).is_relative_to(installed.site) for file in found] == [True] * 3, found


def test_the_wheel_holds_every_file_and_no_more(installed: Installed) -> None:
    places = {"sim": "sim", "experiments": "experiments", "scenarios": "sim/_shipped"}
    wanted = {"villagesim.py"}
    for folder, place in places.items():
        files = (file for file in (ROOT / folder).rglob("*.*") if file.is_file() and file.suffix != ".pyc")
        wanted |= {f"{place}/{file.relative_to(ROOT / folder).as_posix()}" for file in files}
    with zipfile.ZipFile(installed.wheel) as wheel:
        assert {name for name in wheel.namelist() if ".dist-info/" not in name} == wanted


def test_everything_shipped_reads(installed: Installed) -> None:
    names = f"for kind in {KINDS}: print(sorted(file.name for file in shipped(kind).glob('*.toml')))"
    here = [str(sorted(file.name for file in shipped(kind).glob("*.toml"))) for kind in KINDS]
    assert installed.python(f"from sim.shipped import shipped\n{names}") == here and "[]" not in here
    trials, fits = installed.python(
        "from experiments.trials import load_trials\nfrom experiments.calibrate import load_set\n"
        "from experiments.calibrate.spec import load_spec\n"
        "print(len(load_trials([])))\nprint(load_set().spec_digest == load_spec().digest())"
    )
    assert (int(trials), fits) == (len(list(shipped("trials").glob("*.toml"))), "True")
    assert installed.village("scenario", "show", "baseline").stdout.count("[[policies]]") == 1
    assert "mix: right." in installed.village("scenario", "check").stdout


def test_a_fit_that_holds_in_the_checkout_holds_in_the_wheel(installed: Installed) -> None:
    (there,) = installed.python(
        "from sim.parameters import load_parameters\nfrom sim.parameters.packed import as_row\n"
        "from sim.population.fitting import digest\nfrom sim.population.profile_file import load_profile\n"
        "print(digest(load_profile('gansu_county'), as_row(load_parameters().values)))"
    )
    assert there == digest(load_profile("gansu_county"), as_row(load_parameters().values))


def test_a_kernel_is_compiled_where_the_wheel_is_and_kept(installed: Installed) -> None:
    program = "import numpy as np\nfrom sim.core.numerics import exp_array\nprint(exp_array(np.zeros(1))[0])"
    cache = installed.folder / "kernels"
    done = installed.call(str(installed.bin / "python"), "-c", program, VILLAGESIM_CACHE=str(cache))
    assert done.stdout == "1.0\n", done.stderr
    assert [file.name.partition("-")[0] for file in cache.rglob("*.kernel")].count("exp_array") == 1


def test_compare_and_demo_in_an_empty_folder(installed: Installed) -> None:
    installed.village("compare", "baseline", "mix", *SMALL)
    installed.village("demo", *SMALL)
    for name, count in (("baseline-mix", 2), ("demo", len(list(shipped("scenarios").glob("*.toml"))))):
        folder = installed.empty / "results" / name
        manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
        assert (manifest["complete"], len(manifest["scenarios"])) == (True, count)
        assert "<svg" in (folder / "report.zh.html").read_text(encoding="utf-8")
    assert [path.name for path in installed.empty.iterdir()] == ["results"]


def test_help_lists_the_demo(installed: Installed) -> None:
    assert " demo " in installed.village("--help").stdout


@pytest.mark.parametrize("name", ["sim", "experiments"])
def test_a_package_of_the_same_name_is_named(installed: Installed, tmp_path: Path, name: str) -> None:
    (tmp_path / name).mkdir()
    (tmp_path / name / "__init__.py").write_text("", encoding="utf-8")
    done = installed.village("--help", PYTHONPATH=str(tmp_path))
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.count("\n") == 1 and f"'{name}'" in done.stderr and str(tmp_path / name) in done.stderr


def test_the_documents_are_written_in_a_checkout_only(installed: Installed) -> None:
    for command in ("evidence --write-docs", "calibrate --write", "population fit --write"):
        done = installed.village(*command.split(), MAY_FAIL="1")
        assert (done.returncode, done.stdout) == (2, ""), done.stderr
        assert "which only a checkout has" in done.stderr and done.stderr.count("\n") == 1


def test_in_a_checkout_they_may_be_written() -> None:
    check_checkout(ROOT / "docs" / "calibration.md")
    with pytest.raises(UserError, match=r"this writes nowhere/page\.md, which only a checkout has"):
        check_checkout(ROOT / "nowhere" / "page.md")


def test_a_missing_extra_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "SALib", None)
    done = CliRunner().invoke(app, ["sensitivity", "baseline", "mix", "--results", str(tmp_path)])
    assert (done.exit_code, list(tmp_path.iterdir())) == (2, [])
    said = "this needs the package SALib, which is not installed (install it: pip install 'villagesim[sensitivity]')"
    assert done.stderr.splitlines() == [said]
