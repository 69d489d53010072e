"""Build a folder that runs without a network: its own Python, what the program requires, a starter to double-click.

    python bundle/build.py FOLDER

For Linux, from the interpreter and the packages that run this script. To uninstall is to delete the folder.
"""

from __future__ import annotations

import re
import shutil
import sys
import sysconfig
from importlib.metadata import Distribution, distribution
from pathlib import Path

from packaging.requirements import Requirement

ROOT = Path(__file__).resolve().parents[1]
LINE = f"python{sys.version_info[0]}.{sys.version_info[1]}"
# Of the standard library: what no user of the program runs.
UNUSED = ("test", "idlelib", "ensurepip", "lib2to3", "turtledemo", "site-packages", "__pycache__", "config-*")
IGNORED = shutil.ignore_patterns(*UNUSED)
STARTER = Path(__file__).with_name("village-start.sh")
COMMAND = Path(__file__).with_name("village.sh")


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
    """Copy the files of an installed distribution, without its tests, stubs and commands."""
    for file in of.files or ():
        if ".." in file.parts or {"tests", "__pycache__"} & set(file.parts) or file.suffix in (".pyi", ".pyc"):
            continue
        if "include" in file.parts and file.suffix in (".h", ".hpp"):
            continue
        source, to = Path(str(of.locate_file(file))), site / file
        if source.is_file():
            to.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(source, to)


def build(folder: Path) -> int:
    """Write the folder, which must not exist.

    Returns:
        Its size, bytes.
    """
    home = folder / "python"
    site = home / "lib" / LINE / "site-packages"
    (home / "bin").mkdir(parents=True)
    shutil.copy2(Path(sys.executable).resolve(), home / "bin" / "python3")
    shutil.copytree(sysconfig.get_path("stdlib"), home / "lib" / LINE, ignore=IGNORED, symlinks=True)
    site.mkdir(exist_ok=True)
    for library in Path(sysconfig.get_config_var("LIBDIR")).glob("libpython3*.so.*"):
        shutil.copy2(library, home / "lib")
    found = required("villagesim", {})
    for of in found.values():
        if of.metadata["Name"] != "villagesim":
            copy_distribution(of, site)
    for package in ("sim", "experiments"):
        shutil.copytree(ROOT / package, site / package, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copytree(ROOT / "scenarios", site / "sim" / "_shipped")
    shutil.copy2(ROOT / "villagesim.py", site)
    for script, name in ((COMMAND, "village"), (STARTER, "开始.sh")):
        shutil.copy2(script, folder / name)
        (folder / name).chmod(0o755)
    return sum(file.stat().st_size for file in folder.rglob("*") if file.is_file() and not file.is_symlink())


if __name__ == "__main__":
    if len(sys.argv) != 2 or Path(sys.argv[1]).exists():
        sys.exit("usage: python bundle/build.py FOLDER, which must not exist yet")
    print(f"{sys.argv[1]}: {build(Path(sys.argv[1])) / 1e6:,.0f} MB")
