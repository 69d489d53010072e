"""The folder that runs offline: built, packed, unpacked elsewhere, started with an empty environment and no network."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from sim.core.kernel_cache import folder as kernels

ROOT = Path(__file__).parents[1]
SMALL = ("--villages", "1", "--horizon", "5", "--replicates", "2", "--workers", "0", "--quiet")
AWAY = ("unshare", "--map-root-user", "--net")
LARGEST_MB = 600.0  # about 540 when it was made: what doubles it is seen
LOADED = """
import sys, pyarrow.parquet, pyarrow.compute, scipy.optimize, scipy.stats, pandas, numba, ssl, sqlite3, experiments.cli
files = {str(getattr(module, "__file__", None) or sys.executable) for module in list(sys.modules.values())}
maps = {line.split(None, 5)[5].rstrip("\\n") for line in open("/proc/self/maps") if "/" in line}
print("\\n".join(sorted(files | maps)))
"""
C_LIBRARY = ("ld-linux", "libc.", "libm.", "libdl.", "librt.", "libpthread.", "libutil.", "libresolv.", "locale", "gconv")  # fmt: skip # noqa: E501

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="the folder is built on Linux, for Linux")


class Unpacked:
    """The folder, as an office has it."""

    def __init__(self, place: Path) -> None:
        built, self.here = place / "built" / "villagesim-linux", place / "某县 规划" / "villagesim-linux"
        made = subprocess.run([sys.executable, ROOT / "bundle" / "build.py", built], capture_output=True, text=True)
        assert made.returncode == 0, made.stderr
        self.said, archive = made.stdout, place / "folder.tar"
        subprocess.run(["tar", "-C", built.parent, "-cf", archive, built.name], check=True)
        shutil.rmtree(built.parent)
        self.here.parent.mkdir()
        subprocess.run(["tar", "-C", self.here.parent, "-xf", archive], check=True)
        archive.unlink()
        tried = shutil.which("unshare") and subprocess.run([*AWAY, "true"], capture_output=True).returncode == 0
        self.away = AWAY if tried else ()

    def call(self, *command: str, **env: str) -> str:
        """What a command says that is run from elsewhere, without a network where that can be had."""
        empty = ("env", "-i", "PATH=/usr/bin:/bin", *(f"{name}={value}" for name, value in env.items()))
        done = subprocess.run([*self.away, *empty, *command], cwd="/", capture_output=True, text=True, timeout=600)
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout


@pytest.fixture(scope="module")
def unpacked(tmp_path_factory: pytest.TempPathFactory) -> Unpacked:
    return Unpacked(tmp_path_factory.mktemp("bundle"))


def test_size_and_needs_are_said(unpacked: Unpacked) -> None:
    mb = sum(f.stat().st_size for f in unpacked.here.rglob("*") if f.is_file() and not f.is_symlink()) / 1e6
    assert f"{mb:,.0f} MB" in unpacked.said and "with glibc 2." in unpacked.said
    assert mb < LARGEST_MB, unpacked.said


def test_licences_come_along_and_what_nobody_runs_stays_away(unpacked: Unpacked) -> None:
    (library,) = (unpacked.here / "python" / "lib").glob("python3.*")
    site = library / "site-packages"
    assert (unpacked.here / "LICENSE").read_bytes() == (ROOT / "LICENSE").read_bytes()
    assert "PYTHON SOFTWARE FOUNDATION LICENSE" in (library / "LICENSE.txt").read_text(encoding="utf-8")
    assert len(list(site.glob("villagesim-*.dist-info/licenses/LICENSE"))) == 1
    assert not {"tkinter", "idlelib", "test"} & {path.name for path in library.iterdir()}
    assert not [path for path in site.rglob("tests") if path.is_dir()]
    assert not [path for path in unpacked.here.rglob("*") if path.is_symlink()]
    home = os.fsencode(ROOT)
    text = (f for f in unpacked.here.rglob("*") if f.suffix in (".py", ".txt", ".sh", ".pth", ".json", ".toml"))
    assert [file for file in text if home in file.read_bytes()] == []


def test_nothing_is_loaded_from_outside_but_the_c_library(unpacked: Unpacked) -> None:
    launcher = (unpacked.here / "village").read_text(encoding="utf-8")
    python = launcher.replace("from villagesim import main; main()", LOADED.strip())
    script = unpacked.here / "python-alone"
    script.write_text(python, encoding="utf-8")
    script.chmod(0o755)
    loaded = unpacked.call(str(script)).splitlines()
    script.unlink()
    outside = [path for path in loaded if "/" in path and not path.startswith(str(unpacked.here))]
    assert [path for path in outside if not any(name in path for name in C_LIBRARY)] == []
    assert sum(path.startswith(str(unpacked.here)) for path in loaded) > 500


def test_a_form_is_written_and_compared_by_two_double_clicks_and_again_when_it_was_changed(unpacked: Unpacked) -> None:
    shared = {"VILLAGESIM_CACHE": str(kernels().parent)}  # compiled from the same sources is the same
    start = str(unpacked.here / "开始.sh")
    assert "填报表.xlsx" in unpacked.call(start)
    for horizon in ("5", "6"):
        said = unpacked.call(start, *SMALL[:2], "--horizon", horizon, *SMALL[4:], **shared)
        for name in ("report.zh.html", "brief.zh.html", "workbook.zh.xlsx"):
            file = unpacked.here / "结果" / "填报表" / name
            assert file.stat().st_size > 1000 and str(file) in said
    report = (unpacked.here / "结果" / "填报表" / "report.zh.html").read_text(encoding="utf-8")
    assert "小额信贷" in report and "<svg" in report


def test_a_kernel_is_compiled_and_kept_in_the_folder(unpacked: Unpacked) -> None:
    program = "import numpy as np; from sim.core.numerics import exp_array; print(exp_array(np.zeros(1))[0])"
    launcher = (unpacked.here / "village").read_text(encoding="utf-8")
    script = unpacked.here / "python-alone"
    script.write_text(launcher.replace("from villagesim import main; main()", program), encoding="utf-8")
    script.chmod(0o755)
    assert unpacked.call(str(script)) == "1.0\n"
    script.unlink()
    assert [f.name.partition("-")[0] for f in (unpacked.here / "cache").rglob("*.kernel")].count("exp_array") == 1


def test_pages_of_households_are_printed_offline(unpacked: Unpacked) -> None:
    """Nobody can add python-docx to a folder that has no network."""
    village, desk = str(unpacked.here / "village"), unpacked.here.parent
    empty = {"HOME": str(desk), "VILLAGESIM_CACHE": str(kernels().parent)}
    unpacked.call(village, "roster", "example", f"{desk}/roster.xlsx", "--profile", "five_villages", "--clean", **empty)
    unpacked.call(village, "roster", "pages", f"{desk}/roster.xlsx", "--out", f"{desk}/pages", **empty)
    assert all(zipfile.is_zipfile(page) for page in (desk / "pages").glob("*.docx"))
    assert list((desk / "pages").glob("*.docx"))


def test_the_starter_of_desktops_finds_its_folder(unpacked: Unpacked) -> None:
    lines = (unpacked.here / "开始.desktop").read_text(encoding="utf-8").splitlines()
    (line,) = (line.removeprefix("Exec=") for line in lines if line.startswith("Exec="))
    (unpacked.here / "开始.sh").rename(unpacked.here / "kept")
    (unpacked.here / "开始.sh").write_text("#!/bin/sh\npwd -P\n", encoding="utf-8")
    (unpacked.here / "开始.sh").chmod(0o755)
    written = line.replace("\\\\", "\\").replace("%k", '"$KEY"')  # as desktops read it
    said = unpacked.call("sh", "-c", written, KEY=str(unpacked.here / "开始.desktop"))
    (unpacked.here / "kept").replace(unpacked.here / "开始.sh")
    assert said == f"{unpacked.here}\n"
