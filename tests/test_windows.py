"""What can be seen from another system of how the program does on Windows."""

from __future__ import annotations

import ast
import ctypes
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from experiments import spoken
from experiments.pages import pdf
from experiments.runs import files
from sim.core import kernel_cache
from sim.population import memory

ROOT = Path(__file__).parents[1]
FOLDERS = ("sim", "experiments", "bundle")
SOURCES = [ROOT / "villagesim.py", *sorted(file for part in FOLDERS for file in (ROOT / part).rglob("*.py"))]
ONLY_THERE = ("fcntl", "resource", "pwd", "grp", "termios", "tty", "posix", "readline", "syslog", "crypt")
"""Modules that Windows lacks, and that nothing of the program may ask for."""
ABSENT = """
import filelock, sys  # the first has the locks of each system
import {loaded}
for name in {absent!r}:
    if name not in sys.modules:  # what the standard library has of them here stays with it
        sys.modules[name] = None
sys.argv = ["village", *{words!r}]
from experiments.cli import main
main()
"""


def text_without(source: str, path: str = "") -> list[str]:
    """Where a text file is opened without saying how, so that what is read or written differs between systems."""
    found = []
    for node in ast.walk(ast.parse(source)):
        if not isinstance(node, ast.Call):
            continue
        name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
        said = {word.arg for word in node.keywords}
        texts = [a.value for a in (*node.args, *(w.value for w in node.keywords if w.arg == "mode")) if _is_text(a)]
        mode = next((text for text in texts if 0 < len(text) <= 3 and set(text) <= set("rwxabt+")), "r")
        if ast.unparse(node.func) == "os.open":
            whole = ast.unparse(node)
            lacks = set() if any(word in whole for word in ("O_BINARY", "O_DIRECTORY", "os.devnull")) else {"O_BINARY"}
        elif name == "read_text":
            lacks = set() if "encoding" in said or texts else {"encoding"}
        elif name == "write_text" or (name in ("open", "fdopen") and set(mode) & set("wxa+") and "b" not in mode):
            lacks = {"encoding", "newline"} - said
        elif name == "open" and isinstance(node.func, ast.Name) and "b" not in mode:
            lacks = {"encoding"} - said
        else:
            continue
        found += [f"{path}:{node.lineno}: {name} without {word}" for word in sorted(lacks)]
    return found


def _is_text(node: ast.expr) -> bool:
    return isinstance(node, ast.Constant) and isinstance(node.value, str)


def test_text_is_read_and_written_the_same_on_every_system() -> None:
    bad = "p.write_text(x, encoding='utf-8')\nopen(p)\nopen(p, 'w', encoding='utf-8')\np.read_text()"
    assert text_without(bad) == [
        ":1: write_text without newline", ":2: open without encoding", ":3: open without newline",
        ":4: read_text without encoding",
    ]  # fmt: skip
    assert text_without("os.open(p, os.O_WRONLY)") == [":1: open without O_BINARY"]
    assert not text_without("open(p, 'rb')\nos.fdopen(n, 'wb')\np.read_text('utf-8')\ncounty.accounts.open(a, 0.0)")
    problems = [
        one
        for file in SOURCES
        for one in text_without(file.read_text(encoding="utf-8"), file.relative_to(ROOT).as_posix())
    ]
    # `sim.toml.reading.read_text` is a function of ours, which reads UTF-8.
    assert [one for one in problems if "read_text" not in one or ".read_text(" in _line(one)] == []


def _line(problem: str) -> str:
    path, number, _ = problem.split(":", 2)
    return (ROOT / path).read_text(encoding="utf-8").splitlines()[int(number) - 1]


def test_a_comparison_asks_for_no_module_that_windows_lacks(tmp_path: Path) -> None:
    words = ["compare", "baseline", "microcredit", "--results", str(tmp_path), "--name", "here", "--villages", "1"]
    words += ["--horizon", "5", "--replicates", "2", "--quiet"]
    loaded = "subprocess, multiprocessing.connection, shutil, getpass, tempfile, asyncio, platform, pathlib"
    code = ABSENT.format(loaded=loaded, absent=ONLY_THERE, words=[*words, "--workers", "0"])
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, encoding="utf-8", timeout=600)
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "here" / "report.en.html").is_file()


def windows(monkeypatch: pytest.MonkeyPatch, **functions: Any) -> None:
    """Let the program take this for Windows, of which the kernel has these functions."""
    monkeypatch.setattr(sys, "platform", "win32")
    monkeypatch.setattr(ctypes, "windll", SimpleNamespace(kernel32=SimpleNamespace(**functions)), raising=False)


@pytest.mark.parametrize(
    ("number", "language"),
    [(0x0804, "zh"), (0x0404, "zh"), (0x0C04, "zh"), (0x0409, "en"), (0x0411, "en"), (0x0480, "en")],
)
def test_windows_in_chinese_is_spoken_to_in_chinese(
    monkeypatch: pytest.MonkeyPatch, number: int, language: str
) -> None:
    windows(monkeypatch, GetUserDefaultUILanguage=lambda: number)
    assert spoken.asked(["compare"], {}) == language
    assert spoken.asked(["compare"], {"LANG": "en_US.UTF-8"}) == "en"
    assert spoken.asked(["compare", "--language", "zh"], {}) == "zh"


def test_the_memory_of_windows_is_read_from_its_place(monkeypatch: pytest.MonkeyPatch) -> None:
    class Status(ctypes.Structure):  # as the makers of Windows describe it
        _fields_ = (
            ("length", ctypes.c_uint32), ("load", ctypes.c_uint32),
            *((name, ctypes.c_uint64) for name in ("total", "free", "page", "free_page", "virtual", "left", "more")),
        )  # fmt: skip

    def fill(reference: Any) -> int:
        status = ctypes.cast(reference, ctypes.POINTER(Status)).contents
        if status.length != ctypes.sizeof(Status):
            return 0
        status.load, status.total, status.free = 50, 16_000_000_000, 5
        return 1

    windows(monkeypatch, GlobalMemoryStatusEx=fill)
    assert memory.memory_bytes() == 16_000_000_000


def test_the_browser_of_windows_is_found(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(pdf.shutil, "which", lambda _: None)
    assert pdf.browser() is None
    windows(monkeypatch)
    monkeypatch.setenv("ProgramFiles(x86)", str(tmp_path))
    assert pdf.browser() is None
    edge = tmp_path / "Microsoft" / "Edge" / "Application" / "msedge.exe"
    edge.parent.mkdir(parents=True)
    edge.touch()
    assert pdf.browser() == str(edge)


@pytest.mark.parametrize(("times", "written"), [(2, b"new"), (99, b"old")])
def test_a_file_that_a_scanner_reads_is_written_a_moment_later(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, times: int, written: bytes
) -> None:
    replace, tried, slept = files.os.replace, [], []

    def held(*names: Any) -> None:
        tried.append(names)
        if len(tried) <= times:
            raise PermissionError(13, "Permission denied")
        replace(*names)

    windows(monkeypatch)
    monkeypatch.setattr(files.os, "replace", held)
    monkeypatch.setattr(files.time, "sleep", slept.append)
    path = tmp_path / "file"
    path.write_bytes(b"old")
    if written == b"old":
        with pytest.raises(files.UserError, match="close the file"):
            files.write_atomic(path, b"new")
    else:
        files.write_atomic(path, b"new")
    assert path.read_bytes() == written and [one.name for one in tmp_path.iterdir()] == ["file"]
    assert 0 < sum(slept) < 5


def test_kernels_are_kept_in_the_users_own_folder(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    windows(monkeypatch)
    monkeypatch.delattr(kernel_cache.os, "getuid")
    monkeypatch.delenv("VILLAGESIM_CACHE", raising=False)
    monkeypatch.setenv("LOCALAPPDATA", str(tmp_path))
    assert kernel_cache.folder().parent == tmp_path / "villagesim"
    file = tmp_path / "one.kernel"
    kernel_cache.write_own(file, b"kernel")
    assert kernel_cache.read_own(file) == b"kernel"
