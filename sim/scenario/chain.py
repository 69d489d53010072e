"""A scenario file and the files it extends, each read once."""

from __future__ import annotations

from pathlib import Path

from sim.scenario.catalogue import shipped_scenarios
from sim.scenario.chinese import in_english
from sim.toml.reading import is_there
from sim.toml.source import Place, TomlSource, meant, read_toml, show

MOST_EXTENDED = 20
"""Files that may be laid over one another."""


def read_chain(path: Path) -> list[TomlSource]:
    """A scenario file and all it extends, the oldest ancestor first.

    Raises:
        UserError: A file is missing, unreadable or not TOML, or the chain is circular or too long.
    """
    return chain_of(in_english(read_toml(path)), path.parent)


def chain_of(source: TomlSource, folder: Path) -> list[TomlSource]:
    """A scenario and all it extends, the oldest ancestor first.

    Args:
        source: The scenario.
        folder: Where what it extends is looked for.

    Raises:
        UserError: As `read_chain`.
    """
    chain = [source]
    seen = [source.path.resolve()]
    while (parent := source.data.get("extends")) is not None:
        place = source.place(("extends",))
        if not isinstance(parent, str) or not parent:
            raise place.error(f"must be the name of a scenario file, found {show(parent)}", field="extends")
        path = _parent(folder / parent, parent, place)
        if path.resolve() in seen:
            circle = " -> ".join(one.name for one in [*reversed(seen[: seen.index(path.resolve()) + 1]), path])
            raise place.error(f"circular extends: {circle}")
        if len(chain) == MOST_EXTENDED:
            problem = f"more than {MOST_EXTENDED} files extend one another"
            raise place.error(problem, field="extends", mend="let it extend an earlier one")
        source = in_english(read_toml(path))
        chain.insert(0, source)
        seen.insert(0, path.resolve())
        folder = path.parent
    return chain


def _parent(path: Path, name: str, place: Place) -> Path:
    """The file that is extended: one of that name, or the scenario that ships under it."""
    if is_there(path):
        return path
    shipped = shipped_scenarios()
    if name in shipped:
        return shipped[name]
    beside = [other.name for other in path.parent.glob("*.toml")] if is_there(path.parent) else []
    said = meant(path.name, [*beside, *shipped] if "/" not in name else beside)
    raise place.error(f"extends '{path}', which does not exist", **said)
