"""Chinese words in scenario files and settings, read as the words that files otherwise have: 小额信贷 is `microcredit`.

The words are those of the planner's form (`sim/workbook/words.toml`) and the titles of the kinds of measure. A word
that is none of them stays as it is, and is refused where the value is looked at.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from functools import cache
from typing import Any

from sim.scenario.measure_words import kinds
from sim.toml.source import TomlSource
from sim.workbook.layout import words

_LIKE = {"uses": "use"}
"""Keys that hold words of a list of another name."""
_OF_KINDS = ("kind", "drop")


def in_english(source: TomlSource) -> TomlSource:
    """A scenario file with its Chinese words replaced; places stay where they are."""
    return replace(source, data=_table(source.data)) if not source.text.isascii() else source


def english(keys: tuple[str, ...], value: Any) -> tuple[tuple[str, ...], Any]:
    """The address and the value of a setting with Chinese words replaced."""
    head, *rest = keys
    if rest and head in ("policies", "policy"):
        keys = (head, _word("kind", rest[0]), *rest[1:])
    return keys, _value(keys[-1], value)


def _table(table: Mapping[str, Any]) -> dict[str, Any]:
    return {key: _value(key, value) for key, value in table.items()}


def _value(key: str, value: Any) -> Any:
    if isinstance(value, Mapping):
        return _table(value)
    if isinstance(value, list | tuple):
        return [_value(key, one) for one in value]
    return _word(key.rpartition(".")[2], value) if isinstance(value, str) else value


def _word(key: str, word: str) -> str:
    return word if word.isascii() else _known(key).get(word.strip(), word)


@cache
def _known(key: str) -> Mapping[str, str]:
    known = kinds() if key in _OF_KINDS else words(_LIKE.get(key, key))
    if key in _LIKE:
        known = {**kinds(), **known}
    return {zh: word for word, zh in known.items()}
