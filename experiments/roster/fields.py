"""What the columns of a roster mean: fields.toml, and the finding of a field by a heading as offices write it."""

from __future__ import annotations

import re
import tomllib
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

FIELDS = Path(__file__).with_name("fields.toml")
PERSONAL = frozenset({"name", "id", "phone", "key"})
"""Kinds whose cells say who somebody is: they go into nothing that is kept."""
_SPACE = re.compile(r"[\s\u3000\u200b\ufeff*]+")
_UNIT = re.compile(r"\((元|亩|月|人|平方米|公里|千米|年|岁|%|头|只|必填|选填|yyyymm|yyyymmdd)\)$")
_CODE = re.compile(r"aa[a-z]\d{3}")
_NUMBERED = re.compile(r"^a\d{1,2}[a-e]?[.、:\-]?(?=[^\da-z])")
LEAST_MISSPELT = 4
"""A heading of fewer characters is not guessed at: one wrong character makes it another word."""


@dataclass(frozen=True)
class Field:
    """A column by its meaning.

    Attributes:
        name: How the program calls it.
        zh: Its usual heading.
        en: Its name in English.
        kind: What its cells hold, as fields.toml says.
        also: Other headings.
        code: The database code that some exports show; empty if there is none.
    """

    name: str
    zh: str
    en: str
    kind: str
    also: tuple[str, ...] = ()
    code: str = ""


@dataclass(frozen=True)
class Match:
    """A field, and whether its heading had to be guessed at."""

    field: Field
    misspelt: bool = False


@lru_cache
def fields() -> Mapping[str, Field]:
    """Every field by its name, in the order of fields.toml."""
    table = tomllib.loads(FIELDS.read_text(encoding="utf-8"))
    return {name: Field(name, **{**entry, "also": tuple(entry["also"])}) for name, entry in table.items()}


def plain(heading: object) -> str:
    """A heading as it is compared: half-width, without spaces, in small letters."""
    text = unicodedata.normalize("NFKC", str(heading)) if heading is not None else ""
    return _SPACE.sub("", text).lower()


@lru_cache
def _known() -> Mapping[str, Field]:
    known: dict[str, Field] = {}
    for field in fields().values():
        for heading in (field.zh, *field.also):
            known.setdefault(plain(heading), field)
    return known


@lru_cache
def _codes() -> Mapping[str, Field]:
    return {field.code: field for field in fields().values() if field.code}


@lru_cache(maxsize=4096)
def match(heading: str, guess: bool = True) -> Match | None:
    """The field that a heading names; None if it names none.

    Args:
        heading: As it stands in the file.
        guess: Whether one wrong, missing or added character is forgiven.
    """
    text = plain(heading)
    if not text:
        return None
    if code := _CODE.search(text):
        if code[0] in _codes():
            return Match(_codes()[code[0]])
        text = _CODE.sub("", text).strip("()-_:")
    for spelling in (text, _UNIT.sub("", text), _NUMBERED.sub("", text), _NUMBERED.sub("", _UNIT.sub("", text))):
        if spelling in _known():
            return Match(_known()[spelling])
    return _guess(_UNIT.sub("", text)) if guess else None


def _guess(text: str) -> Match | None:
    if len(text) < LEAST_MISSPELT:
        return None
    near = {field.name: field for heading, field in _known().items() if one_off(text, heading)}
    return Match(next(iter(near.values())), misspelt=True) if len(near) == 1 else None


def one_off(one: str, other: str) -> bool:
    """Whether two texts differ by one character: another, one more or one less."""
    if abs(len(one) - len(other)) > 1 or one == other:
        return False
    short, long = sorted((one, other), key=len)
    start = 0
    while start < len(short) and short[start] == long[start]:
        start += 1
    return short[start + (len(short) == len(long)) :] == long[start + 1 :]
