"""Settings laid over files: one grammar for `--set`, for `Plan.with_settings` and for whatever moves plans by program.

A setting is an address and a value. The address is that of the scenario file with the label of a policy or the id of a
purse in place of its number: `policies.microcredit.quota_yuan`, `purses.fiscal.amount_yuan`, `world.villages`,
`campaign.start`, `uncertainties.labour.local_wage_yuan`. `policy.` and `purse.` will do.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from sim.core.text import printable
from sim.scenario.chinese import english
from sim.toml.reading import is_file
from sim.toml.source import KeyPath, Place, TomlSource
from sim.toml.values import unfit

_SHOWN = 100
"""Characters of a setting that messages repeat."""


@dataclass(frozen=True)
class NoFile(Place):
    """The place of what was set on the command line or in Python; paths in it start from the working folder."""


def folder_of(place: Place | None) -> Path:
    """Where paths that are named at a place start from."""
    return Path() if place is None or isinstance(place, NoFile) else Path(place.file).parent


@dataclass(frozen=True)
class Setting:
    """One setting.

    Attributes:
        keys: The parts of its address.
        value: The value, as TOML or Python gives it.
        place: Where it was made, for messages.
        form: How such a setting is written, for messages: "{}" stands for the address.
    """

    keys: tuple[str, ...]
    value: Any
    place: NoFile
    form: str = "{}"


def read_setting(text: str) -> Setting:
    """The setting that `--set` gives as `a.b.c=value`; plain text needs no quotes.

    Raises:
        UserError: There is no name or no value.
    """
    place = NoFile(f"--set {_shown(text)}")
    name, equals, value = text.partition("=")
    if not equals or not name.strip():
        raise place.error("needs a value" if name.strip() else "needs a name", mend="write --set name=value")
    return _fit(Setting(tuple(name.strip().split(".")), _toml_value(value.strip()), place, "--set {}=value"))


def given_settings(settings: Mapping[str, object]) -> list[Setting]:
    """The settings that a program gives by address.

    Raises:
        UserError: A value is none that a file could hold.
    """
    return [
        _fit(Setting(tuple(name.split(".")), plain(value), NoFile(f"setting {_shown(name)}")))
        for name, value in settings.items()
    ]


def value_at(content: Mapping[str, Any], address: str) -> tuple[bool, Any]:
    """Whether a plan has what an address moves, and where it stands; None where it is left out.

    Args:
        content: The plan (`Plan.resolved`).
        address: The address; a parameter by its full name.
    """
    head, *rest = address.split(".")
    if head in ("uncertainties", "horizon_months", "closure", "world", "campaign"):
        found: Any = content.get(head, {})
        if head == "uncertainties":
            return True, found.get(".".join(rest))
        return True, _inside(found, rest)
    plural = {"policy": "policies", "purse": "purses"}.get(head, head)
    name, *names = rest or ("",)
    if plural in ("policies", "purses"):
        tables = content.get(plural, [])
        one = [table for table in tables if name == table.get("label", table.get("id"))]
        one = one or [table for table in tables if name == table.get("kind")]
        return (True, _inside(one[0], names)) if len(one) == 1 else (False, None)
    tables = content.get(plural, {})
    return (True, _inside(tables[name], names)) if name in tables else (False, None)


def _inside(value: Any, names: Sequence[str]) -> Any:
    for name in names:
        value = value.get(name) if isinstance(value, Mapping) else None
    return value


def _shown(text: str) -> str:
    text = printable(text)
    return text if len(text) <= _SHOWN else text[:_SHOWN] + "..."


def _fit(setting: Setting) -> Setting:
    keys, value = english(setting.keys, setting.value)
    setting = replace(setting, keys=keys, value=value)
    for path, problem in unfit(table_of(setting.keys, setting.value)):
        raise setting.place.error(problem, field=printable(".".join(map(str, path)))[:_SHOWN])
    return setting


@dataclass(frozen=True)
class GivenTables(TomlSource):
    """What a program gives in place of a scenario file; its places are addresses."""

    def place(self, path: KeyPath = ()) -> NoFile:
        """The address, such as "policies[1].quota_yuan"."""
        address = "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in path).lstrip(".")
        return NoFile(f"{self.path}, {address}" if address else str(self.path))


def given_tables(what: str, content: Mapping[str, object]) -> GivenTables:
    """Tables that a program gives as keyword arguments; None leaves a key out.

    Args:
        what: What gives them, for messages.
        content: The tables, as a file would hold them.

    Raises:
        UserError: A value is none that a file could hold.
    """
    tables = GivenTables(Path(what), "", plain(content))
    for path, problem in unfit(tables.data):
        raise tables.place(path).error(problem)
    return tables


def table_of(keys: tuple[str, ...], value: Any) -> Any:
    """A value inside one table for each key."""
    for key in reversed(keys):
        value = {key: value}
    return value


def plain(value: object) -> Any:
    """A value as a TOML file would give it: no NumPy, no tuples, no paths, no keys without a value."""
    if isinstance(value, (np.generic, np.ndarray)):
        return value.tolist()
    if isinstance(value, Mapping):
        return {str(key): plain(inside) for key, inside in value.items() if inside is not None}
    if isinstance(value, (list, tuple)):
        return [plain(inside) for inside in value]
    return str(value) if isinstance(value, Path) else value


def _toml_value(text: str) -> Any:
    """A value as TOML would read it; plain text needs no quotes."""
    try:
        parsed = tomllib.loads(f"value = {text}")
    except (ValueError, RecursionError):
        return text
    return parsed["value"] if len(parsed) == 1 else text


def as_called(path: Path, place: Place) -> Path:
    """A file by the name that a user called it by, where it is that which names it: a workbook holds its own county."""
    named = Path(place.file)
    return named if is_file(named) and named.resolve() == path.resolve() else path
