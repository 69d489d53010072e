"""Build a folder that runs without a network: its own Python, what the program requires, a starter to double-click.

    python bundle/build.py FOLDER

For Linux, from the interpreter and the packages that run this script: the folder runs where the C library is at least
as new as the newest that they ask for, which is said at the end. To uninstall is to delete the folder.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import sysconfig
import tempfile
import zipfile
from collections.abc import Iterator
from importlib.metadata import Distribution, distribution
from pathlib import Path

from hatchling.build import build_wheel
from packaging.requirements import Requirement

HERE = Path(__file__).resolve().parent
LINE = f"python{sys.version_info[0]}.{sys.version_info[1]}"
# Of the standard library: what no user of the program runs.
UNUSED = (
    "test", "tests", "idlelib", "ensurepip", "lib2to3", "pydoc_data", "tkinter", "turtledemo", "turtle.py",
    "site-packages", "dist-packages", "sitecustomize.py", "__pycache__", "config-*",
    "_tkinter.*", "_curses*.so", "readline.*.so", "nis.*.so", "_crypt.*.so", "_test*.so", "_ctypes_test*", "xx*.so",
    "_xxtest*.so",
)  # fmt: skip
# Of packages: tests, what only compilers read, and Arrow's ways over a network, which pyarrow does without. Arrow's
# library for Python is there under three names, of which the middle one is linked to.
UNUSED_IN_PACKAGES = re.compile(
    r"(^|/)(tests|__pycache__)/|(^|/)\.\.(/|$)|\.(pyi|pyc|pyx|pxd|pxi|pyx\.in|h|hpp|c|cc|cpp|a|lib)$"
    r"|^pyarrow/(lib)?(_flight|arrow_flight|arrow_python_flight|arrow_s3|_s3fs|_pyarrow_cpp_tests)\b"
    r"|^pyarrow/libarrow_python(_parquet_encryption)?\.so(\.\d+\.\d+\.\d+)?$"
)
C_LIBRARY = re.compile(r"(ld-linux|lib(c|m|dl|rt|pthread|util|resolv)\.so|linux-vdso)")
DESK = ("python-docx",)
"""What an office prints its pages of households with: an extra elsewhere, but nobody can add it to a folder offline."""
STARTERS = {"village.sh": "village", "village-start.sh": "开始.sh", "village-start.desktop": "开始.desktop"}


def required(name: str, found: dict[str, Distribution]) -> dict[str, Distribution]:
    """A distribution and all it requires here, without extras, by normalised name."""
    key = re.sub(r"[-_.]+", "-", name).lower()
    if key in found:
        return found
    found[key] = distribution(name)
    for line in found[key].requires or ():
        wanted = Requirement(line)
        if wanted.marker is None or wanted.marker.evaluate({"extra": ""}):
            required(wanted.name, found)
    return found


def copy_distribution(of: Distribution, site: Path) -> None:
    """Copy the files of an installed distribution that a run can need."""
    for file in of.files or ():
        source = Path(str(of.locate_file(file)))
        if not UNUSED_IN_PACKAGES.search(file.as_posix()) and source.is_file():
            (site / file).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(source, site / file)


def copy_python(home: Path) -> None:
    """Copy the interpreter, its standard library and the shared libraries of this system that they load."""
    binary, modules = home / "bin" / "python3", home / "lib" / LINE
    binary.parent.mkdir(parents=True)
    shutil.copy2(Path(sys.executable).resolve(), binary)
    shutil.copytree(sysconfig.get_path("stdlib"), modules, ignore=shutil.ignore_patterns(*UNUSED))
    for file in [binary, *sorted((modules / "lib-dynload").glob("*.so"))]:
        for library in libraries(file):
            if not (home / "lib" / library.name).exists():
                shutil.copy2(library, home / "lib")
                copy_notice(library, home / "licenses")
        strip(file)
    for file in (home / "lib").glob("lib*.so*"):
        strip(file)


def libraries(binary: Path) -> list[Path]:
    """The shared libraries that a program or module loads here, without those of the C library."""
    said = subprocess.run(["ldd", str(binary)], capture_output=True, text=True, check=False).stdout
    return [Path(path) for name, path in re.findall(r"(\S+) => (/\S+)", said) if not C_LIBRARY.match(name)]


def copy_notice(library: Path, folder: Path) -> None:
    """Copy the licence of a library that is a package of Debian's kind; Python's own stands in its library."""
    for path in (library, library.resolve(), Path("/usr") / library.resolve().relative_to("/")):
        if not shutil.which("dpkg-query"):
            return
        said = subprocess.run(["dpkg-query", "-S", str(path)], capture_output=True, text=True, check=False).stdout
        notice = Path("/usr/share/doc") / said.partition(":")[0] / "copyright"
        if said and notice.is_file():
            folder.mkdir(exist_ok=True)
            shutil.copy2(notice, folder / f"{notice.parent.name}.txt")
            return


def strip(file: Path) -> None:
    """Drop what only a debugger reads. Not done to packages: their files were rearranged after they were linked."""
    if shutil.which("strip"):
        file.chmod(0o755)
        subprocess.run(["strip", "--strip-unneeded", str(file)], stderr=subprocess.DEVNULL, check=False)


def install_ourselves(site: Path) -> None:
    """Unpack the wheel of this checkout: packages, shipped files, what is said of them, the licence."""
    began = Path.cwd()
    with tempfile.TemporaryDirectory() as place:
        os.chdir(HERE.parent)  # where a build backend is called from
        try:
            wheel = build_wheel(place)
        finally:
            os.chdir(began)
        with zipfile.ZipFile(Path(place) / wheel) as packed:
            packed.extractall(site)


def build(folder: Path) -> None:
    """Write the folder, which must not exist."""
    home = folder / "python"
    site = home / "lib" / LINE / "site-packages"
    copy_python(home)
    site.mkdir()
    found = required("villagesim", {})
    for extra in DESK:
        required(extra, found)
    for name, of in found.items():
        if name != "villagesim":
            copy_distribution(of, site)
    # What is written in C++ needs its runtime, which no wheel carries.
    for library in libraries(next(site.glob("pyarrow/lib.*.so"))):
        if library.name.startswith(("libstdc++", "libgcc_s")):
            shutil.copy2(library, home / "lib")
            copy_notice(library, home / "licenses")
    install_ourselves(site)
    for script, name in STARTERS.items():
        shutil.copy2(HERE / script, folder / name)
        (folder / name).chmod(0o755)
    for page in ("README.txt", "使用说明.txt"):
        shutil.copy2(HERE / page, folder)
    shutil.copy2(HERE.parent / "LICENSE", folder)


def files(folder: Path) -> Iterator[Path]:
    """Every file of a folder, once."""
    return (file for file in folder.rglob("*") if file.is_file() and not file.is_symlink())


def c_library(folder: Path) -> str:
    """The newest version of the C library that a file of the folder asks for, such as "2.34"."""
    asked = {(2, 0)}
    for file in files(folder):
        if ".so" in file.name or file.parent.name == "bin":
            asked |= {(2, int(minor)) for minor in re.findall(rb"\0GLIBC_2\.(\d+)(?=[\0.])", file.read_bytes())}
    return "{}.{}".format(*max(asked))


def main(arguments: list[str]) -> None:
    """Build the folder that is named, and say how large it is and where it runs."""
    if len(arguments) != 1 or Path(arguments[0]).exists():
        sys.exit("usage: python bundle/build.py FOLDER, which must not exist yet")
    if sys.platform != "linux":
        sys.exit("bundle/build.py copies the Python that runs it and knows how for Linux alone; run it there")
    folder = Path(arguments[0])
    build(folder)
    size = sum(file.stat().st_size for file in files(folder))
    print(f"{folder}: {size / 1e6:,.0f} MB; runs on {os.uname().machine} with glibc {c_library(folder)} or later")


if __name__ == "__main__":
    main(sys.argv[1:])
