"""The folder for Windows, as far as another system can look into it: complete, of the right kind, with its starters."""

from __future__ import annotations

import re
import subprocess
import sys
import zipfile
from importlib.metadata import PackageNotFoundError, requires
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT / "bundle"))
import for_windows  # noqa: E402

NAMED = re.compile(r'"%~dp0([\w.\\%]+)"')
LARGEST_MB = 450.0  # 383 when it was made: what adds a fifth is seen


def distribution(folder: Path, name: str, version: str, tag: str = "py3-none-any", *needs: str) -> None:
    """What an unpacked wheel says of itself."""
    place = folder / f"{name}-{version}.dist-info"
    place.mkdir(parents=True)
    lines = ["Metadata-Version: 2.4", f"Name: {name}", f"Version: {version}", *(f"Requires-Dist: {n}" for n in needs)]
    (place / "METADATA").write_text("\n".join(lines) + "\n", encoding="utf-8")
    (place / "WHEEL").write_text(f"Wheel-Version: 1.0\nTag: {tag}\n", encoding="utf-8")


def wheel(file: Path, **parts: str) -> Path:
    """A wheel with these files; `__` stands for a slash."""
    with zipfile.ZipFile(file, "w") as packed:
        for name, content in parts.items():
            packed.writestr(name.replace("__", "/"), content)
    return file


def test_what_is_required_on_windows_is_pinned() -> None:
    known = for_windows.pins((ROOT / "constraints.txt").read_text(encoding="utf-8"))
    assert known["mesa"] == "3.3.1", "the pin of Python 3.11, whichever Python runs this"
    asked, seen = {"villagesim"}, set[str]()
    while new := asked - seen:
        seen |= new
        for name in new:
            try:
                asked |= for_windows.wanted(requires(name) or ())
            except PackageNotFoundError:  # required on Windows alone
                continue
    assert {"colorama", "tzdata"} <= seen, "what Windows alone needs is among it"
    assert seen - {"villagesim"} <= set(known)


def test_a_folder_that_lacks_something_is_not_made(tmp_path: Path) -> None:
    needs = ("b>=2", 'c; sys_platform == "win32"', 'd; sys_platform != "win32"', 'e; extra == "plots"')
    distribution(tmp_path, "villagesim", "1", "py3-none-any", *needs)
    distribution(tmp_path, "b", "1", "cp311-cp311-win_amd64")
    assert for_windows.missing(tmp_path) == [
        "villagesim: requires b>=2, and there is 1",
        'villagesim: requires c; sys_platform == "win32", and there is none',
    ]
    distribution(tmp_path, "c", "1", "cp311-cp311-manylinux_2_28_x86_64")
    assert for_windows.missing(tmp_path)[:1] == ["c: made for cp311-cp311-manylinux_2_28_x86_64"]
    assert for_windows.missing(tmp_path / "empty") == ["villagesim: not there"]


def test_of_a_wheel_only_what_runs_is_unpacked(tmp_path: Path) -> None:
    parts = {"a__code.py": "1", "a__tests__test_code.py": "2", "a__code.h": "3", "a-1.data__purelib__a__more.py": "4"}
    file = wheel(tmp_path / "a-1-py3-none-any.whl", **parts, **{"a-1.data__scripts__a.exe": "5"})
    for_windows.unpack(file, tmp_path / "to")
    found = {one.relative_to(tmp_path / "to").as_posix() for one in (tmp_path / "to").rglob("*") if one.is_file()}
    assert found == {"a/code.py", "a/more.py"}
    with pytest.raises(SystemExit, match="no place in the folder"):
        for_windows.unpack(wheel(tmp_path / "b-1-py3-none-any.whl", **{"__b.py": "1"}), tmp_path / "to")


STUB = """
import sys
from pathlib import Path
here = Path(__file__).parent
with open(here / "asked", "a", encoding="utf-8") as file:
    print(*sys.argv[1:], file=file)
if sys.argv[1] == "template":
    (here / sys.argv[2]).touch()
else:
    (here / "结果" / "填报表").mkdir(parents=True)
    (here / "结果" / "填报表" / "report.zh.html").touch()
sys.exit(3 if "--broken" in sys.argv else 0)
"""


def test_two_double_clicks_write_a_form_and_compare_it(tmp_path: Path) -> None:
    here = tmp_path / "某县 规划"
    here.mkdir()
    (here / "start.py").write_bytes((ROOT / "bundle" / "windows" / "start.py").read_bytes())
    (here / "village.py").write_text(STUB, encoding="utf-8")
    (here / "~$填报表.xlsx").touch()  # what Excel keeps beside a form that is open

    def click(*words: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-I", "-X", "utf8", str(here / "start.py"), *words]
        return subprocess.run(command, cwd="/", capture_output=True, encoding="utf-8")

    assert "再次双击" in click().stdout
    done = click()
    assert done.returncode == 0 and str(here / "结果" / "填报表" / "report.zh.html") in done.stdout
    template, compare = (here / "asked").read_text(encoding="utf-8").splitlines()
    assert template == "template 填报表.xlsx --from baseline,microcredit,mix"
    assert compare == "compare 填报表.xlsx --language zh --results 结果 --renew"
    (here / "结果").rename(here / "before")
    refused = click("--broken")
    assert refused.returncode == 3 and "报告：" not in refused.stdout


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("windows") / "villagesim-windows"
    command = [sys.executable, ROOT / "bundle" / "for_windows.py", made]
    done = subprocess.run(command, capture_output=True, encoding="utf-8", timeout=900)
    if "pip" in done.stderr and "returned non-zero" in done.stderr:
        pytest.skip(f"the wheels cannot be fetched: {done.stderr[-300:]}")
    assert done.returncode == 0, done.stderr
    return made


def test_the_folder_is_whole_and_small(folder: Path) -> None:
    assert for_windows.missing(folder / "packages") == []
    assert sum(file.stat().st_size for file in for_windows.files(folder)) / 1e6 < LARGEST_MB
    assert not list(folder.rglob("*.so")) and not list((folder / "packages").glob("pip*"))
    for name in ("python.exe", "python311.dll", "python311.zip", "LICENSE.txt"):
        assert (folder / "python" / name).is_file()
    home = str(ROOT).encode()
    text = (f for f in folder.rglob("*") if f.suffix in (".py", ".txt", ".bat", ".pth", ".json", ".toml"))
    assert [file for file in text if home in file.read_bytes()] == []


def test_what_is_linked_to_the_runtime_of_c_has_it_beside_it(folder: Path) -> None:
    linked = [one for one in (folder / "packages").rglob("*.pyd") if for_windows.RUNTIME.search(one.read_bytes())]
    assert linked, "Numba's modules are"
    assert all(one.with_name("msvcp140.dll").is_file() for one in linked)
    assert list((folder / "packages").glob("pyarrow.libs/msvcp140-*.dll")), "others bring it under a name of their own"


def test_the_starters_are_plain_and_name_only_what_is_there(folder: Path) -> None:
    for name in ("开始.bat", "start.bat", "village.bat"):
        content = (folder / name).read_bytes()
        assert content.isascii(), "cmd reads a file in the code page of the system"
        assert content.count(b"\n") == content.count(b"\r\n") > 3 and content.startswith(b"@echo off\r\n")
        text = content.decode()
        named = {*NAMED.findall(text), *re.findall(r'VILLAGE_SCRIPT=([\w.]+)"', text)} - {"%VILLAGE_SCRIPT%"}
        assert named and all((folder / one.replace("\\", "/")).is_file() for one in named), named
        labels = set(re.findall(r"^:(\w+)", text, re.MULTILINE))
        assert set(re.findall(r"goto (\w+)", text)) == labels
    assert (folder / "开始.bat").read_bytes() == (folder / "start.bat").read_bytes()
    for page in ("README.txt", "使用说明.txt"):
        content = (folder / page).read_bytes()
        assert content.startswith(b"\xef\xbb\xbf") and content.count(b"\n") == content.count(b"\r\n")
