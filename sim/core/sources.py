"""Which source files a module is made of: its own, and those of sim that it imports, and so on."""

from __future__ import annotations

import re
from functools import lru_cache
from pathlib import Path

SIM = Path(__file__).parents[1]
# By its text: taking syntax trees apart would cost every process a third of a second.
_IMPORT = re.compile(r"^\s*(?:from\s+(sim[\w.]*)\s+import\s+(\([^)]*\)|[^\n]*)|import\s+(sim[\w.]*))", re.MULTILINE)


def reached_from(module: str) -> list[Path]:
    """Files of sim that a module reaches through imports, its own among them, in the order of their names.

    Imports inside functions count; the `__init__` of a package counts only where it is imported for its names.

    Args:
        module: A module of sim, as "sim.population.opening".
    """
    found: set[Path] = set()
    pending = [_file(module)]
    while pending:
        file = pending.pop()
        if file is not None and file not in found:
            found.add(file)
            pending += map(_file, _imports(file))
    return sorted(found)


def _file(module: str) -> Path | None:
    """The file of a module; None for what is no module of sim, or sim itself."""
    parts = module.split(".")
    if parts[0] != "sim" or len(parts) == 1:
        return None
    place = SIM.joinpath(*parts[1:])
    if place.is_dir():
        return place / "__init__.py"
    file = place.with_suffix(".py")
    return file if file.is_file() else None


@lru_cache
def _imports(file: Path) -> list[str]:
    """Modules of sim, and names that may be modules, which a file imports."""
    names: list[str] = []
    for module, imported, alone in _IMPORT.findall(file.read_text(encoding="utf-8")):
        names += [module or alone, *(f"{module}.{name}" for name in re.findall(r"\w+", imported))]
    return names
