"""Numbers of a trial file that are shares: `"5%"` is 0.05, and a bare number above 1 is asked about, not guessed at."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import suppress
from decimal import Decimal, InvalidOperation
from typing import Any

from sim.toml.source import KeyPath

_OF = {"published": ("estimate", "se"), "pass": ("low", "high", "tolerance", "no_effect"), "like": ("estimate", "se")}
_UNITS = ("percent", "share")


def from_percent_signs(data: Mapping[str, Any]) -> list[tuple[KeyPath, str]]:
    """Turn `"5%"` into 0.05 wherever an outcome's unit is a percentage or a share, in place.

    Returns:
        Where a bare number is above 1, and what to say of it.
    """
    doubts: list[tuple[KeyPath, str]] = []
    for path, table, key, unit in list(_numbers(data)):
        value = table[key]
        if isinstance(value, str) and value.strip().endswith("%"):
            with suppress(InvalidOperation):
                table[key] = from_percent_sign(value)
        elif isinstance(value, int | float) and not isinstance(value, bool) and (mend := doubt(value, unit)):
            doubts.append((path, mend))
    return doubts


def from_percent_sign(text: str) -> float:
    """The fraction that "5%" is.

    Raises:
        decimal.InvalidOperation: It is no such text.
    """
    return float(Decimal(text.strip().removesuffix("%").strip()).scaleb(-2))


def doubt(value: float, unit: str) -> str:
    """What to write instead of a bare number of which nobody knows whether it means per cent; "" if that is clear."""
    if unit not in _UNITS or abs(value) <= 1:
        return ""
    number = Decimal(str(value))
    mend = f'write {number.scaleb(-2).normalize():f} or "{number.normalize():f}%"'
    if unit == "percent":
        mend += f', or "{number.scaleb(2).normalize():f}%" if that is what is meant'
    return mend


def with_percent_signs(table: dict[str, Any] | None) -> None:
    """Write numbers above 1 as a file must have them, with the sign; in place."""
    for key in {key for keys in _OF.values() for key in keys} & set(table or ()):
        if table is not None and isinstance(table[key], int | float) and abs(table[key]) > 1:
            table[key] = f"{Decimal(repr(float(table[key]))).scaleb(2):f}%"


def _numbers(data: Mapping[str, Any]) -> Iterator[tuple[KeyPath, dict[str, Any], str, str]]:
    outcomes = data.get("outcomes")
    for i, outcome in enumerate(outcomes if isinstance(outcomes, list) else ()):
        if not isinstance(outcome, dict) or outcome.get("unit") not in _UNITS:
            continue
        for name, keys in _OF.items():
            found = outcome.get(name)
            for j, table in enumerate(found if isinstance(found, list) else [found]):
                at: KeyPath = ("outcomes", i, name, *((j,) if isinstance(found, list) else ()))
                for key in keys if isinstance(table, dict) else ():
                    if key in table:
                        yield (*at, key), table, key, str(outcome["unit"])
