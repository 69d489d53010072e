"""Where two runs part: the first day, household and columns at which two plans differ under one seed, and by whom."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.core.errors import UserError
from sim.model import VillageModel
from sim.scenario.plan import Plan

BESIDE = ("villages", "cadres", "units")
LEARNING = "what households learn and the close of the year"
OPENING = "the opening of the world"
_WORLD = ("profile", "villages", "population_seed")


@dataclass(frozen=True)
class Parting:
    """Where two runs part.

    Attributes:
        date: The first day on whose evening a household differs; None if the opened worlds do.
        campaign_day: That day of the campaign (1 = first; 0 and less before).
        key: The first household that differs, by its key.
        village: The key of its village.
        columns: The columns in which it differs, with its value in each run.
        differing: How many households differ that evening.
        acted: In each run, who changed that household on that day, with the columns that each changed.
        before: What differed earlier though no household did ("account purse aid", a village's column), with its day.
    """

    date: dt.date | None
    campaign_day: int
    key: int
    village: int
    columns: dict[str, tuple[Any, Any]]
    differing: int
    acted: tuple[dict[str, tuple[str, ...]], dict[str, tuple[str, ...]]]
    before: dict[str, dt.date | None]


@dataclass(frozen=True)
class Together:
    """Two runs in which no household ever differs.

    Attributes:
        days: Days that were lived.
        before: What differs though no household does, each with its first day.
    """

    days: int
    before: dict[str, dt.date | None]


class _Witness:
    """Stands in for a model's audit, which is asked after whatever may write, and sees who changed one household."""

    def __init__(self, model: VillageModel, row: int) -> None:
        self._audit, self._model, self._row = model._audit, model, row
        self._last = model.households[row].copy()
        self.acted: dict[str, tuple[str, ...]] = {}

    def look(self) -> None:
        self._audit.look()

    def hold(self, who: str, day: object) -> None:
        self._audit.hold(who, day)
        self.note(who)

    def note(self, who: str) -> None:
        now = self._model.households[self._row].copy()
        if changed := _columns(self._last, now):
            self.acted[who] = tuple(dict.fromkeys((*self.acted.get(who, ()), *changed)))
        self._last = now


def parting(one: Plan, other: Plan, seed: int = 1) -> Parting | Together:
    """Live two plans side by side until a household differs.

    Both runs are lived day by day and held against one another each evening, to the last bit; the day of the parting is
    lived once more to see who changed the household.

    Args:
        one: A plan.
        other: Another one, in the same world from the same day on.
        seed: Seed of both runs.

    Raises:
        UserError: They play in different worlds, start on different days or run for different times.
    """
    _check(one, other)
    before: dict[str, dt.date | None] = {}
    with ExitStack() as stack:
        a, b = (stack.enter_context(VillageModel(plan, rng=seed, observers=())) for plan in (one, other))
        while True:
            for what in _beside(a, b):
                before.setdefault(what, a.today_date if a.day >= 0 else None)
            rows = _rows_apart(a.households, b.households)
            if len(rows):
                return _found(a, b, rows, before)
            if not a.running:
                return Together(a.day + 1, before)
            a.step()
            b.step()


def _check(one: Plan, other: Plan) -> None:
    for name in _WORLD:
        if getattr(one.world, name) != getattr(other.world, name):
            _refuse(f"world.{name}", getattr(one.world, name), getattr(other.world, name))
    if one.profile_digest and other.profile_digest and one.profile_digest != other.profile_digest:
        _refuse("world.profile", one.profile_digest[:12], other.profile_digest[:12])
    if one.campaign.start != other.campaign.start:
        _refuse("campaign.start", one.campaign.start, other.campaign.start)
    if one.horizon_months != other.horizon_months:
        _refuse("horizon_months", one.horizon_months, other.horizon_months)


def _refuse(field: str, first: object, second: object) -> None:
    problem = f"these runs have nothing to part from: one has {first}, the other {second}"
    raise UserError(problem, field=field, mend="give both the same")


def _columns(one: NDArray[Any], other: NDArray[Any]) -> tuple[str, ...]:
    """Columns of two rows (or arrays of rows) that are not the same to the last bit."""
    names = one.dtype.names or ()
    return tuple(name for name in names if one[name].tobytes() != other[name].tobytes())


def _rows_apart(one: NDArray[Any], other: NDArray[Any]) -> NDArray[np.int64]:
    """Rows that differ to the last bit in any column."""
    apart = np.zeros(len(one), dtype=np.bool_)
    for name in _columns(one, other):
        bits = [np.ascontiguousarray(rows[name]).view(np.uint8).reshape(len(rows), -1) for rows in (one, other)]
        apart |= (bits[0] != bits[1]).any(axis=1)
    return np.flatnonzero(apart).astype(np.int64)


def _beside(a: VillageModel, b: VillageModel) -> Iterator[str]:
    """What differs beside the households."""
    for table in BESIDE:
        yield from (f"{table}.{name}" for name in _columns(getattr(a, table), getattr(b, table)))
    mine, theirs = a.county.accounts.balances, b.county.accounts.balances
    for account in dict.fromkeys((*mine, *theirs)):
        if mine.get(account, 0.0) != theirs.get(account, 0.0):
            yield f"account {account}"


def _found(a: VillageModel, b: VillageModel, rows: NDArray[np.int64], before: dict[str, dt.date | None]) -> Parting:
    row, day = int(rows[0]), a.day
    one, other = a.households[row], b.households[row]
    columns = {name: (one[name].tolist(), other[name].tolist()) for name in _columns(one, other)}
    date = a.today_date if day >= 0 else None
    return Parting(
        date=date,
        campaign_day=a.clock.campaign_day(day),
        key=int(one["key"]),
        village=int(a.villages["key"][one["village"]]),
        columns=columns,
        differing=len(rows),
        acted=(_who(a.plan, a.seed, day, row), _who(b.plan, b.seed, day, row)),
        before={what: since for what, since in before.items() if since != date},
    )


def _who(plan: Plan, seed: int, day: int, row: int) -> dict[str, tuple[str, ...]]:
    """Who changed a household on a day, in the order of the day."""
    if day < 0:
        return {OPENING: ()}
    with VillageModel(plan, rng=seed, observers=()) as model:
        while model.day < day - 1:
            model.step()
        witness = _Witness(model, row)
        model._audit = witness  # type: ignore[assignment]
        model.step()
        witness.note(LEARNING)
        return witness.acted
