"""One number of a run, and the one way in which every command writes it.

    [TABLE/]NAME[@MONTH][:GROUP][#ITEM]

    income_yuan                      at the last yearly mark of the run, of everyone
    income_yuan@12:poor_at_start     at the end of month 12, of those who were poor at the start
    served_share@-1                  on the last campaign day
    monthly/price_index@12#1         of another table than the month's own, and of one item of it

By default the month is the run's last yearly mark (of a run without one: the last campaign day), and the group
everyone. Without a table, yearly marks are looked for in the panel, the last campaign day among the rows of that day,
other months among the monthly rows.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from difflib import get_close_matches
from typing import Any

import numpy as np

from experiments.pages.numbers import unit_of
from experiments.pages.words import terms
from sim.core.errors import UserError
from sim.recording.own_results import NOTHING, Declared

SPELLING = "NAME[@MONTH][:GROUP]"
"""The part of the grammar that a command line shows."""
EVERYONE = "all"
LAST_DAY = -1
"""The month under which the state on the last campaign day is recorded."""
MARKS = ("panel", "day100")
"""Tables of the state at yearly marks and on the last campaign day."""
_GRAMMAR = re.compile(r"(?:([a-z0-9_]+)/)?([a-z0-9_]+)(?:@(-?\d+))?(?::([a-z0-9_]+))?(?:#(\d+))?")
_NEAR = 6
_COUNTS = ("persons", "households")
_LESS_IS_BETTER = (
    "headcount", "poverty_gap", "severity", "watts", "sen", "gini", "deprived", "deprivation", "entries", "returns",
    "overdue", "debt", "at_risk", "registered",
)  # fmt: skip


@dataclass(frozen=True)
class Spelling:
    """A text taken apart; what it leaves out is None (a prefix: the empty text)."""

    prefix: str
    name: str
    month: int | None
    group: str | None
    item: int | None


@dataclass(frozen=True)
class Outcome:
    """One number of a run.

    Attributes:
        name: Name of the indicator.
        month: Month at whose end it stands; `LAST_DAY` = the last campaign day.
        group: Whom it is of.
        table: Table of the run's records; that of the month by default.
        item: Which one, where a table numbers things.
        own: Results and groups that the user's own observers declare: how theirs are counted and called.
    """

    name: str
    month: int
    group: str = EVERYONE
    table: str = ""
    item: int = 0
    own: Declared = field(default=NOTHING, compare=False, repr=False)

    def __post_init__(self) -> None:
        if not self.table:
            object.__setattr__(self, "table", _table_of(self.month))

    def __str__(self) -> str:
        table = "" if self.table == _table_of(self.month) else f"{self.table}/"
        return f"{table}{self.name}@{self.month}:{self.group}" + (f"#{self.item}" if self.item else "")

    @property
    def cell(self) -> tuple[int, str, str]:
        """Where it stands among the rows of its table: (month, group, name)."""
        return self.month, self.group, self.name

    @property
    def is_amount(self) -> bool:
        """Whether it is in yuan or a count, and not a share or an index between 0 and 1."""
        if declared := self.own.results.get(self.name):
            return declared.unit not in ("share", "index")
        return self.name.endswith("_yuan") or self.name in _COUNTS

    @property
    def better(self) -> float:
        """1.0 if more of it is better, -1.0 if less."""
        if declared := self.own.results.get(self.name):
            return -1.0 if declared.better == "less" else 1.0
        return -1.0 if self.name.startswith(_LESS_IS_BETTER) else 1.0

    @property
    def title(self) -> tuple[str, str]:
        """Name of the indicator for readers, in English and Chinese; the id itself where it has none."""
        if declared := self.own.results.get(self.name):
            return declared.label_en, declared.label_zh
        return terms("indicator").get(self.name, (self.name, self.name))

    @property
    def group_title(self) -> tuple[str, str]:
        """Name of the group for readers, in English and Chinese; the id itself where it has none."""
        if names := self.own.groups.get(self.group):
            return names
        return terms("group").get(self.group, (self.group, self.group))

    def unit(self, difference: bool = False) -> str:
        """The unit in which it is shown, or a difference of two of it (see `experiments.pages.numbers`)."""
        return unit_of(self.name, difference, self.own.results)

    def at(self, *, name: str | None = None, month: int | None = None) -> Outcome:
        """The same of another indicator, or of another month of the same table."""
        return replace(self, name=name or self.name, month=self.month if month is None else month)

    def of(self, records: Mapping[str, Any]) -> float:
        """The number in a run's records.

        Raises:
            UserError: The run reports no such number; the nearest names are given.
        """
        rows = np.flatnonzero((records["month"] == self.month) & (records["item"] == self.item))
        rows = rows[records["table"][rows] == self.table]
        found = rows[(records["name"][rows] == self.name) & (records["group"][rows] == self.group)]
        if len(found) == 1:
            return float(records["value"][found[0]])
        raise unknown(self, set(records["name"][rows]), set(records["group"][rows]))


def take_apart(text: str, *, field: str = "--outcome", allowed: str = "") -> Spelling:
    """The parts of a text of the grammar.

    Args:
        text: The text.
        field: What to name in a complaint.
        allowed: What to say is allowed, with an example.

    Raises:
        UserError: It is written otherwise.
    """
    match = _GRAMMAR.fullmatch(text)
    if not match:
        allowed = allowed or f"{SPELLING}, such as income_yuan@36:poor_at_start"
        raise UserError(f"{text!r} is not an outcome", field=field, allowed=allowed)
    prefix, name, month, group, item = match.groups()
    return Spelling(
        prefix or "", name, None if month is None else int(month), group, None if item is None else int(item)
    )


def parse_outcome(text: str, horizon_months: int, own: Declared = NOTHING) -> Outcome:
    """The outcome that a text names, in a run of so many months.

    Args:
        text: The text.
        horizon_months: How many months.
        own: Results and groups that the user's own observers declare.

    Raises:
        UserError: It is written otherwise, or its month is outside the run.
    """
    said = take_apart(text)
    month = last_mark(horizon_months) if said.month is None else said.month
    if not LAST_DAY <= month <= horizon_months:
        where = "after the run's end" if month > horizon_months else "no month"
        allowed = f"months 0 to {horizon_months}, or {LAST_DAY} for the last campaign day"
        raise UserError(f"{text!r}: month {month} is {where}", field="--outcome", allowed=allowed)
    return Outcome(said.name, month, said.group or EVERYONE, said.prefix, said.item or 0, own)


def last_mark(horizon_months: int) -> int:
    """The month that is meant where none is given: the last yearly mark, or the last campaign day before the first."""
    return horizon_months // 12 * 12 or LAST_DAY


def better(name: str) -> float:
    """1.0 if more of an indicator is better, -1.0 if less."""
    return Outcome(name, 0).better


def unknown(outcome: Outcome, names: Collection[str], groups: Collection[str]) -> UserError:
    """The complaint that no run reports an outcome.

    Args:
        outcome: What was asked for.
        names: Names that runs report in its table and month.
        groups: Groups that they report there.
    """
    wrong, known = (outcome.group, groups) if outcome.name in names else (outcome.name, names)
    near = get_close_matches(wrong, sorted(known), 1)
    return UserError(
        f"no run reports {outcome}",
        field="--outcome",
        allowed=", ".join(get_close_matches(wrong, sorted(known), _NEAR, 0.0)) or "a month of the run",
        mend=f"did you mean {near[0]!r}?" if near else None,
    )


def _table_of(month: int) -> str:
    return "day100" if month < 0 else "panel" if month % 12 == 0 else "monthly"
