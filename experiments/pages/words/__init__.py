"""What a reader sees, as data: each TOML file here holds phrases in English and Chinese, looked up by key.

    day_n = { en = "day {n}", zh = "第{n}天" }

Long phrases stand on two lines, `day_n.en = ...` and `day_n.zh = ...`. A file may have tables, one a kind of thing.
"""

from __future__ import annotations

import string
import tomllib
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Any, NamedTuple

from sim.calendar.era import ERAS, EraId
from sim.facts.causes import CAUSES
from sim.facts.lines import LINES
from sim.facts.sources import SOURCES
from sim.facts.terrains import TERRAINS
from sim.facts.topics import PROGRAMMES
from sim.money.reasons import DECLARED
from sim.policies import registry

FOLDER = Path(__file__).parent


class Phrase(NamedTuple):
    """The same in both languages."""

    en: str
    zh: str


Phrases = Mapping[str, Phrase]
Names = Mapping[str, tuple[str, str]]


def blanks(text: str) -> set[str]:
    """Names of the blanks to be filled in."""
    return {name for _, name, _, _ in string.Formatter().parse(text) if name is not None}


@cache
def phrases(name: str, table: str = "") -> Phrases:
    """The phrases of a file, or of one of its tables.

    Args:
        name: The file's name without its ending.
        table: A table of it; "" for a file without tables.

    Raises:
        ValueError: A phrase lacks a language, or its languages have different blanks.
        LookupError: There is no such table.
    """
    entries = _read(name)
    if table:
        if table not in entries:
            raise LookupError(f"{name}.toml has no table {table!r}")
        entries = entries[table]
    where = f"{name}.toml: {table}." if table else f"{name}.toml: "
    return MappingProxyType({key: _phrase(where + key, value) for key, value in entries.items()})


def tables(name: str) -> dict[str, Phrases]:
    """Every table of a file, by its name."""
    return {table: phrases(name, table) for table in _read(name)}


def terms(kind: str) -> Phrases:
    """Names of things of a kind, by id; of a kind that nobody named, none.

    What is declared elsewhere with its names is named there alone: policies and what they count, reasons for payments,
    sources of income, causes of poverty, terrains, topics of meetings.
    """
    named = phrases("terms", kind) if kind in _read("terms") else {}
    declared = _DECLARED[kind]() if kind in _DECLARED else {}
    return {**named, **{name: Phrase(*names) for name, names in declared.items()}}


def _titles() -> Names:
    return {name: (policy.title_en, policy.title_zh) for name, policy in registry().items()}


def _counts() -> Names:
    return {name: names for policy in registry().values() for name, names in policy.counts.items()}


def _reasons() -> Names:
    registry()  # policies declare theirs as they are loaded
    return DECLARED


def _indicators() -> Names:
    return {f"income_{source}_yuan": names for source, names in SOURCES.items()}


def _groups() -> Names:
    causes = {f"cause_{cause}": names for cause, names in CAUSES.items()}
    return causes | {f"terrain_{terrain}": names for terrain, names in TERRAINS.items()}


def _topics() -> Names:
    return {name: (line.en, line.zh) for name, line in LINES.items()} | PROGRAMMES


_DECLARED = {
    "policy": _titles,
    "delivery": _counts,
    "reason": _reasons,
    "indicator": _indicators,
    "group": _groups,
    "choice": _topics,
}


def _phrase(where: str, value: Any) -> Phrase:
    if not isinstance(value, dict) or set(value) != {"en", "zh"}:
        raise ValueError(f"{where} must have en and zh, and nothing else")
    phrase = Phrase(**value)
    if bool(phrase.en) != bool(phrase.zh):
        raise ValueError(f"{where} is empty in one language")
    if blanks(phrase.en) != blanks(phrase.zh):
        raise ValueError(f"{where} has other blanks in English than in Chinese")
    return phrase


@cache
def _read(name: str) -> dict[str, Any]:
    return tomllib.loads((FOLDER / f"{name}.toml").read_text(encoding="utf-8"))


@cache
def _units() -> Mapping[str, str]:
    return MappingProxyType(_read("units"))


def unit_zh(unit: str) -> str:
    """A parameter's unit in Chinese; a unit that nobody translated is returned as it is."""
    return _units().get(unit, unit)


class Words:
    """Phrases of one or more files in one language.

    Args:
        language: "en" or "zh".
        files: Names of files without tables; where two have the same key, the later one is taken.
        own: Names that the user's own code declares, by kind and id.
        era: Whose words they are put into.
    """

    def __init__(self, language: str, *files: str, own: Mapping[str, Names] | None = None, era: EraId = "2012") -> None:
        self.language = language
        self._era = ERAS[era]
        self._files = files
        self._phrases = {key: phrase for file in files for key, phrase in phrases(file).items()}
        self._side = 1 if language == "zh" else 0
        self._own = own or {}

    def __call__(self, key: str, /, **values: object) -> str:
        """The phrase `key` with its blanks filled in.

        Raises:
            LookupError: No file has the key.
        """
        if key not in self._phrases:
            raise LookupError(f"no phrase {key!r} in {', '.join(f'{file}.toml' for file in self._files)}")
        return self._era.says(self._phrases[key][self._side]).format(**values)

    def term(self, kind: str, name: str) -> str:
        """The name of a thing by its id; an id that nobody named is shown as it is."""
        found = self._own.get(kind, {}).get(name) or terms(kind).get(name)
        return self._era.says(found[self._side]) if found else name

    def knows(self, kind: str, name: str) -> bool:
        """Whether somebody named this id."""
        return name in terms(kind) or name in self._own.get(kind, {})
