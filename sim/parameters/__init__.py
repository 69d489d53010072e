"""Every number of the model: value, unit, range, source, confidence; one TOML file a topic.

    [hospital_rate]
    value = 0.09
    unit = "share of persons a year"
    low = 0.06
    high = 0.12
    source = "..."
    source_zh = "..."                # the same in Chinese, with the same numbers
    confidence = "measured"          # or "calibrated" or "assumed"

A list of numbers is allowed as a value; its range is one number for all or a list as long.

What changed on a known day says so; `value`, if it is given beside, is what was in force before the first of the days:

    dated = [{ from = 2014-07-01, value = 0.11, low = 0.08, high = 0.14, source = "..." }]

A dated value has a source of its own; range and confidence are the parameter's unless it states others.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property, lru_cache
from itertools import pairwise
from pathlib import Path
from typing import Any, Literal

from pydantic import Field, TypeAdapter, ValidationError, model_validator

from sim.core.errors import UserError
from sim.core.frozen import FrozenDict, FrozenModel
from sim.toml.check import check
from sim.toml.source import Place, TomlSource, meant, parse_toml, raise_all, read_text, show

FOLDER = Path(__file__).parent
Value = float | tuple[float, ...]
Confidence = Literal["measured", "calibrated", "assumed"]
_VALUE: TypeAdapter[Value] = TypeAdapter(Value)


class _DatedEntry(FrozenModel):
    """A value that is in force from a day on, as a file gives it."""

    start: dt.date = Field(alias="from")
    value: Value
    source: str = Field(min_length=1)
    source_zh: str = ""
    low: Value | None = None
    high: Value | None = None
    confidence: Confidence | None = None


class _Entry(FrozenModel):
    """One parameter as its file gives it."""

    value: Value | None = None
    dated: tuple[_DatedEntry, ...] = ()
    unit: str = Field(min_length=1)
    low: Value
    high: Value
    source: str = Field(min_length=1)
    source_zh: str = ""
    confidence: Confidence
    note: str = ""
    label_en: str = ""
    label_zh: str = ""

    @model_validator(mode="after")
    def _in_range(self) -> _Entry:
        held = self.held()
        if not held:
            raise ValueError("'value' is missing, and no dated value stands in for it")
        for one in held:
            if outside := _outside(one.value, one.low, one.high):
                raise ValueError(f"from {one.start}: {outside}" if one.start else outside)
            if _length(one.value) != _length(held[0].value):
                raise ValueError(f"from {one.start}: as many numbers are wanted as before, found {show(one.value)}")
        days = [one.start for one in self.dated]
        for before, after in pairwise(days):
            if before >= after:
                raise ValueError(f"from {after}: does not come after {before}; give each day once, in order")
        return self

    def held(self) -> tuple[Dated, ...]:
        """The values in the order in which they came into force."""
        held = []
        if self.value is not None:
            held.append(Dated(None, self.value, self.low, self.high, self.source, self.confidence, self.source_zh))
        for one in self.dated:
            low = self.low if one.low is None else one.low
            high = self.high if one.high is None else one.high
            sure = one.confidence or self.confidence
            held.append(Dated(one.start, one.value, low, high, one.source, sure, one.source_zh))
        return tuple(held)


@dataclass(frozen=True)
class Dated:
    """A value of a parameter, in force from a day until the next begins.

    Attributes:
        start: The first day; None for what was in force before the first day stated.
        value, low, high, source, confidence, source_zh: As those of a parameter.
    """

    start: dt.date | None
    value: Value
    low: Value
    high: Value
    source: str
    confidence: str
    source_zh: str = ""


@dataclass(frozen=True)
class Parameter:
    """One number (or list of numbers) of the model, with where it comes from and how far it may go.

    `dated` has every value with the day from which it is in force, if there is more than one or it has a day; the
    parameter itself shows the one in force on the day that was asked for, and the first if none was.
    """

    topic: str
    name: str
    value: Value
    unit: str
    low: Value
    high: Value
    source: str
    confidence: str
    source_zh: str = ""
    note: str = ""
    label_en: str = ""
    label_zh: str = ""
    dated: tuple[Dated, ...] = ()

    def on(self, day: dt.date) -> Parameter:
        """The same with the value in force on a day.

        Raises:
            UserError: None was yet.
        """
        if not self.dated:
            return self
        begun = [one for one in self.dated if one.start is None or one.start <= day]
        if not begun:
            raise UserError(f"has no value on {day}", field=self.key, allowed=f"{self.dated[0].start} or later")
        now = begun[-1]
        return replace(self, **_number(now))

    @property
    def key(self) -> str:
        """The full name, "topic.name"."""
        return f"{self.topic}.{self.name}"


@dataclass(frozen=True)
class Parameters:
    """All parameters, with overrides applied. Cannot be changed; pickles."""

    entries: tuple[Parameter, ...]

    @cached_property
    def values(self) -> FrozenDict[str, Value]:
        """Name -> number, or tuple of numbers. Names are unique across topics."""
        return FrozenDict({entry.name: entry.value for entry in self.entries})

    @cached_property
    def _by_name(self) -> dict[str, Parameter]:
        return {name: entry for entry in self.entries for name in (entry.name, entry.key)}

    def table(self) -> list[Parameter]:
        """Every parameter, by topic and in the order of its file."""
        return list(self.entries)

    def find(self, name: str) -> Parameter:
        """The parameter called "name" or "topic.name".

        Raises:
            UserError: There is none; the nearest name is given.
        """
        if name not in self._by_name:
            known = (entry.key if "." in name else entry.name for entry in self.entries)
            raise UserError(f"unknown parameter '{name}'", **meant(name, known))
        return self._by_name[name]

    def on(self, day: dt.date) -> Parameters:
        """The same parameters with the values in force on a day; what was overridden stays so.

        Raises:
            UserError: One has no value yet on that day; all are reported together.
        """
        if not any(entry.dated for entry in self.entries):
            return self
        entries: list[Parameter] = []
        problems: list[UserError] = []
        for entry in self.entries:
            try:
                entries.append(entry.on(day))
            except UserError as error:
                problems.append(error)
        if problems:
            raise_all(problems)
        return Parameters(tuple(entries))

    def checked(self, name: str, value: object, within_range: bool = True) -> tuple[str, Value]:
        """The full name and the value of an override, once known to be allowed.

        Raises:
            UserError: No such parameter, not a number (or list as long as the parameter's), or out of range.
        """
        entry = self.find(name)
        try:
            new = _VALUE.validate_python(tuple(value) if isinstance(value, list) else value, strict=True)
        except ValidationError:
            raise UserError(f"must be a number, found {show(value)}", field=entry.key, allowed=_range(entry)) from None
        if _length(new) != _length(entry.value):
            wanted = _length(entry.value)
            shape = f"a list of {wanted} numbers" if wanted else "one number"
            raise UserError(f"must be {shape}, found {show(value)}", field=entry.key)
        if within_range and _outside(new, entry.low, entry.high):
            raise UserError(f"{_text(new)} is out of range", field=entry.key, allowed=_range(entry))
        least, most = possible(entry)
        if not all(least <= number <= most for number in _spread(new, 1)):
            allowed = f"{least:g} to {most:g} {entry.unit}"
            raise UserError(f"{_text(new)} is possible in no place", field=entry.key, allowed=allowed)
        return entry.key, new

    def override(self, overrides: Mapping[str, object], within_range: bool = True) -> Parameters:
        """The same parameters with some values replaced, whatever the day.

        Args:
            overrides: New values by "name" or "topic.name".
            within_range: Whether each must lie in its parameter's range, which is what is thought possible in the
                county; facts of another place need not.

        Raises:
            UserError: As `checked`; all problems are reported together.
        """
        if not overrides:
            return self
        new: dict[str, Value] = {}
        problems: list[UserError] = []
        for name, value in overrides.items():
            try:
                key, number = self.checked(name, value, within_range)
                if key in new:
                    raise UserError("is overridden twice", field=key)
                new[key] = number
            except UserError as error:
                problems.append(error)
        if problems:
            raise_all(problems)
        entries = (
            replace(entry, value=new[entry.key], dated=()) if entry.key in new else entry for entry in self.entries
        )
        return Parameters(tuple(entries))

    def digest(self) -> str:
        """A hash of every name and value (not of sources, notes or labels)."""
        content = {entry.key: entry.value for entry in self.entries}
        return hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()

    def __reduce__(self) -> tuple[type[Parameters], tuple[tuple[Parameter, ...]]]:
        return Parameters, (self.entries,)


def load_parameters(
    overrides: Mapping[str, object] | None = None,
    folder: Path = FOLDER,
    place: Mapping[str, object] | None = None,
    on: dt.date | None = None,
) -> Parameters:
    """Read every parameter file and apply overrides.

    Args:
        overrides: New values by "topic.name" or "name"; each must lie in its parameter's range.
        folder: Where the TOML files are.
        place: Facts of another place, by the same names; they may lie outside the county's ranges.
        on: The day whose values are wanted, a campaign's first as a rule; None = the first that each parameter has.

    Raises:
        UserError: A file or an override is wrong, or a parameter has no value yet on that day; all problems are
            reported together.
    """
    files = tuple((path, read_text(path)) for path in sorted(folder.glob("*.toml")))
    known = _parsed(files)
    return (known.on(on) if on else known).override(place or {}, within_range=False).override(overrides or {})


@lru_cache(maxsize=4)
def _parsed(files: tuple[tuple[Path, str], ...]) -> Parameters:
    """The parameters of these files and texts; parsing takes longer than many a run, so it is done once."""
    entries: list[Parameter] = []
    problems: list[UserError] = []
    places: dict[str, Place] = {}
    for path, text in files:
        source = parse_toml(path, text)
        for name, table in source.data.items():
            entry, found = _entry(source, name, table)
            if name in places:
                first = places[name]
                found.append(source.place((name,)).error(f"'{name}' already stands in {first.file}, line {first.line}"))
            places.setdefault(name, source.place((name,)))
            problems += found
            if entry:
                entries.append(_parameter(path.stem, name, entry))
    if problems:
        raise_all(problems)
    return Parameters(tuple(entries))


def _entry(source: TomlSource, name: str, table: object) -> tuple[_Entry | None, list[UserError]]:
    entry, problems = check(_Entry, table, source.place, at=(name,))
    if not name.isidentifier():
        problems.append(source.place((name,)).error(f"'{name}' must be a plain name: letters, digits, underscores"))
    return entry, problems


def _parameter(topic: str, name: str, entry: _Entry) -> Parameter:
    held = entry.held()
    about = {key: getattr(entry, key) for key in ("unit", "note", "label_en", "label_zh")}
    return Parameter(topic=topic, name=name, **_number(held[0]), **about, dated=held if entry.dated else ())


def _number(of: Dated) -> dict[str, Any]:
    return {key: getattr(of, key) for key in ("value", "low", "high", "source", "source_zh", "confidence")}


def _length(value: Value) -> int:
    return len(value) if isinstance(value, tuple) else 0


def _spread(value: Value, count: int) -> Sequence[float]:
    return value if isinstance(value, tuple) else (value,) * count


def _outside(value: Value, low: Value, high: Value) -> str | None:
    """What is wrong with a value and its range, if anything is."""
    count = max(_length(value), 1)
    numbers, lows, highs = _spread(value, count), _spread(low, count), _spread(high, count)
    if not numbers or len(lows) != count or len(highs) != count:
        return "value, low and high must be numbers or lists of the same length"
    for number, least, most in zip(numbers, lows, highs, strict=True):
        if least > most:
            return f"low {least:g} is above high {most:g}"
        if not least <= number <= most:
            return f"value {number:g} is outside its range {least:g} to {most:g}"
    return None


def possible(entry: Parameter) -> tuple[float, float]:
    """Between what a number can lie anywhere, also outside the county's range.

    Amounts are not negative, shares and chances not above one, and nothing is a hundred times what is thought possible
    here.
    """
    lows, highs = _spread(entry.low, 1), _spread(entry.high, 1)
    most = _FAR * max(abs(number) for number in (*lows, *highs))
    if entry.unit.startswith(("share", "chance")) and max(highs) <= 1.0:
        most = 1.0
    return 0.0 if min(lows) >= 0.0 else -most, most


_FAR = 100.0


def _text(value: Value) -> str:
    return ", ".join(f"{number:g}" for number in _spread(value, 1))


def _range(entry: Parameter) -> str:
    return f"{_text(entry.low)} to {_text(entry.high)} {entry.unit}"
