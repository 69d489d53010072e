"""Numbers as a reader should see them: rounded to what their interval supports, with units, in either language."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, NamedTuple, Protocol

MINUS = "\u2212"
SURE = 5e-4  # an interval narrower than this share of its value is not worth a reader's while: four digits say it


class Estimate(NamedTuple):
    """A value and its 95% interval; an interval that is not known is NaN."""

    value: float
    low: float = math.nan
    high: float = math.nan

    @property
    def has_interval(self) -> bool:
        """Whether both ends of the interval are known."""
        return math.isfinite(self.low) and math.isfinite(self.high)

    @property
    def half(self) -> float:
        """Half the width of the interval (NaN when it is not known)."""
        return (self.high - self.low) / 2

    @property
    def sign(self) -> int:
        """1 or -1 when the whole interval lies on that side of zero, else 0 ("cannot be told apart")."""
        if not self.has_interval:
            return 0
        return 1 if self.low > 0 else -1 if self.high < 0 else 0

    def times(self, factor: float) -> Estimate:
        """The estimate in another unit; a negative factor swaps the ends."""
        ends = sorted((self.low * factor, self.high * factor))
        return Estimate(self.value * factor, ends[0], ends[1])


def decimals(halfwidth: float) -> int:
    """Decimal places that a half-width supports; negative for tens, hundreds and so on.

    The rule of the Particle Data Group: two digits of the half-width if its first three are 100-354, else one
    (950-999 are rounded up to 1000).

    Raises:
        ValueError: If the half-width is not a positive number.
    """
    if not 0 < halfwidth < math.inf:
        raise ValueError(f"the half-width is {halfwidth}, not a positive number")
    digits, exponent = f"{halfwidth:.2e}".split("e")
    return (1 if float(digits) < 3.55 else 0) - int(exponent)


def decimals_plain(value: float, digits: int = 3) -> int:
    """Decimals for a number without interval: at most three significant digits, never below whole numbers."""
    if value == 0 or not math.isfinite(value):
        return 0
    return max(0, digits - 1 - math.floor(math.log10(abs(value))))


@dataclass(frozen=True)
class Unit:
    """How a kind of quantity is shown: a factor and what follows the number."""

    factor: float
    suffix: str
    axis: str
    most: int = 9  # decimals beyond which a reader is told nothing


_UNITS: dict[str, tuple[Unit, Unit]] = {
    "yuan": (Unit(1, " yuan", "yuan", 1), Unit(1, "元", "元", 1)),
    "money": (Unit(1e-6, " million yuan", "million yuan", 2), Unit(1e-4, "万元", "万元", 1)),
    "points": (Unit(100, " percentage points", "percentage points", 2), Unit(100, "个百分点", "个百分点", 2)),
    "share": (Unit(100, "%", "%", 1), Unit(100, "%", "%", 1)),
    "count": (Unit(1, "", ""), Unit(1, "", "")),
    "index": (Unit(1, "", "index"), Unit(1, "", "指数")),
    "people": (Unit(1, " people", "people"), Unit(1, "人", "人")),
    "households": (Unit(1, " households", "households"), Unit(1, "户", "户")),
    "villages": (Unit(1, " villages", "villages"), Unit(1, "个村", "个村")),
}

_MONTHS = "January February March April May June July August September October November December"


class Numbers:
    """Writes numbers in one language ("en" or "zh")."""

    def __init__(self, language: str) -> None:
        self.zh = language == "zh"
        self.untold = "说不准" if self.zh else "cannot be told"

    def unit(self, name: str) -> Unit:
        """The unit by name; an unknown name is a plain count."""
        pair = _UNITS.get(name, _UNITS["count"])
        return pair[1] if self.zh else pair[0]

    def plain(self, value: float, places: int | None = None, signed: bool = False) -> str:
        """A bare number with thousands separated and a true minus sign; "–" when it is not known."""
        if value is None or not math.isfinite(value):
            return "–"
        if places is None:
            places = 0 if float(value).is_integer() else decimals_plain(value)
        rounded = round(value, places) + 0.0
        sign = MINUS if rounded < 0 else "+" if signed and rounded > 0 else ""
        return f"{sign}{abs(rounded):,.{max(places, 0)}f}"

    def bare(self, estimate: Estimate, unit: str = "count", signed: bool = False) -> str:
        """Value and half-width without unit: "43 ± 12"; a lopsided interval is written out: "43 (20 to 90)".

        Where the interval leaves no digit of the value, words say so.
        """
        shown = self.unit(unit)
        e = estimate.times(shown.factor)
        if not math.isfinite(e.value):
            return "–"
        if not e.has_interval:
            whole = float(e.value).is_integer()
            return self.plain(e.value, 0 if whole else min(decimals_plain(e.value), shown.most), signed)
        if e.half <= abs(e.value) * 1e-9:
            return self.plain(e.value, min(self._exact(e.value), shown.most), signed)
        if e.half < abs(e.value) * SURE:
            return self.plain(e.value, min(decimals_plain(e.value, 4), shown.most), signed)
        places = min(decimals(e.half), shown.most)
        if places < 0 and round(e.value, places) == 0:  # "0±90": no digit of it is known
            return self.untold
        if round(e.half, places) == 0:  # narrower than the last digit shown
            return self.plain(e.value, places, signed)
        middle = (e.low + e.high) / 2
        if abs(middle - e.value) > 0.1 * e.half:
            ends = self.span(Estimate(e.value, e.low, e.high), "count", places)
            value = self.plain(e.value, places, signed)
            return f"{value}（{ends}）" if self.zh else f"{value} ({ends})"
        space = "" if self.zh else "\u00a0"  # a number and its half-width stay on one line
        return f"{self.plain(e.value, places, signed)}{space}±{space}{self.plain(e.half, places)}"

    @staticmethod
    def _exact(value: float) -> int:
        """Decimals for a number that did not vary over the replicates: whole above 100, else two at most."""
        if abs(value) >= 100:
            return 0
        return next((d for d in (0, 1) if abs(value - round(value, d)) < 1e-9), 2)

    def show(self, estimate: Estimate, unit: str = "count", signed: bool = False) -> str:
        """`bare` with its unit: "43 ± 12 yuan", "43±12元"."""
        text = self.bare(estimate, unit, signed)
        return text if text == self.untold else text + self.unit(unit).suffix

    def span(self, estimate: Estimate, unit: str = "count", places: int | None = None) -> str:
        """The ends of an interval: "31 to 55"."""
        e = estimate.times(self.unit(unit).factor)
        if not e.has_interval:
            return "–"
        if places is None:
            places = decimals(e.half) if e.half > 0 else decimals_plain(e.value)
        joint = "至" if self.zh else " to "
        return f"{self.plain(e.low, places)}{joint}{self.plain(e.high, places)}"

    def share(self, value: float, places: int = 0) -> str:
        """A share as a percentage."""
        return "–" if not math.isfinite(value) else self.plain(value * 100, places) + "%"

    def chance(self, share: float, replicates: int) -> str:
        """Chance in plain words: "in 37 of 40 runs"."""
        if not math.isfinite(share) or replicates <= 0:
            return "–"
        met = round(share * replicates)
        if self.zh:
            return f"{replicates}次模拟中有{met}次"
        return f"in {met} of {replicates} runs"

    def day(self, day: date) -> str:
        """24 December 2012, or 2012年12月24日."""
        if self.zh:
            return f"{day.year}年{day.month}月{day.day}日"
        return f"{day.day} {_MONTHS.split()[day.month - 1]} {day.year}"

    def month(self, year: int, month: int) -> str:
        """December 2012, or 2012年12月."""
        return f"{year}年{month}月" if self.zh else f"{_MONTHS.split()[month - 1]} {year}"

    def values(self, value: Any) -> str:
        """A parameter, or each number of a list of them, to four digits; a dash for what is none."""
        if value is None:
            return "–"
        if isinstance(value, (list, tuple)):
            return " / ".join(map(self.values, value))
        number = float(value)
        if not math.isfinite(number):
            return "–"
        text = self.plain(number, max(0, 3 - math.floor(math.log10(abs(number))) if number else 0))
        return text.rstrip("0").rstrip(".") if "." in text else text

    def counted(self, text: str, unit: str) -> str:
        """A value and what it is counted in; a Chinese unit is often a clause, so it stands in brackets."""
        if not unit:
            return text
        return f"{text}（{unit}）" if self.zh else f"{text} {unit}"

    def join(self, parts: Sequence[str]) -> str:
        """A list in a sentence."""
        if self.zh:
            return "、".join(parts)
        return parts[0] if len(parts) == 1 else ", ".join(parts[:-1]) + " and " + parts[-1] if parts else ""


# How each indicator is counted: the unit of a difference and the unit of a level.
SHARES = {
    "headcount",
    "poverty_gap",
    "severity",
    "headcount_after",
    "poverty_gap_after",
    "severity_after",
    "entries",
    "exits",
    "returns",
    "deprived_share",
    "registered_headcount",
    "overdue_rate",
    "migrants_per_worker",
    "drive",
    "awareness",
    "satisfaction",
    "farm_skill",
    "work_skill",
    "served_share",
}
INDICES = {"watts", "sen", "gini", "deprivation_m0"}


def delivery_unit(name: str) -> str:
    """The unit in which what was delivered is counted."""
    return "money" if name.endswith("_yuan") else "count"


class Counted(Protocol):
    """What says in which unit it is counted."""

    @property
    def unit(self) -> str:
        """The unit's name."""


def unit_of(name: str, difference: bool = False, own: Mapping[str, Counted] | None = None) -> str:
    """The unit in which an indicator is shown; `own` are results that the user's own observers declare."""
    if own and name in own:
        return "points" if difference and own[name].unit == "share" else own[name].unit
    if name.endswith("_yuan"):
        return "yuan"
    if name in SHARES:
        return "points" if difference else "share"
    return "index" if name in INDICES else "count"
