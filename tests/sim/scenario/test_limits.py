"""What `scenario check` accepts runs: every setting has limits, and a plan at its limits lives through its months."""

from __future__ import annotations

import datetime as dt
import random
from collections.abc import Iterator, Mapping, Sequence
from typing import Annotated, Any, Literal, get_args, get_origin

import annotated_types as limits
import pytest
from pydantic import BaseModel

from sim.core.dates import MOST_DAYS
from sim.core.errors import UserError
from sim.core.frozen import FrozenModel
from sim.money.purse import Purse
from sim.parameters import load_parameters, possible
from sim.policies import registry
from sim.policies.policy import PolicySettings
from sim.population.profile import Profile
from sim.running import run
from sim.scenario import Plan
from sim.scenario.resolve import ScenarioHead

BASE: dict[str, Any] = {
    "title": {"en": "Limits", "zh": "极限"},
    "era": "2012",
    "horizon_months": 2,
    "world": {"profile": "five_villages", "villages": 5},
    "campaign": {"start": dt.date(2012, 12, 24), "days": 30},
}
NEEDED = {"microcredit": {"channel": "women"}, "training": {"content": "work"}, "industry": {"line": "livestock"}}
SAID_OTHERWISE = {
    "Target.deadline", "Purse.release", "StartWhen.not_before",  # a validator of their own (`sim.core.dates`)
    "MeetingSettings.on",  # the same
    "Poverty.other_series", "World.place",  # the same, by what it is
    "Fitted.knobs", "Fitted.fifths", "Fitted.registry_line", "Fitted.registry_noise", "Fitted.causes",  # written by us
}  # fmt: skip
"""Numbers whose limits stand elsewhere than beside the field."""


def numbers(model: type[BaseModel], seen: set[type] | None = None) -> Iterator[tuple[str, str, Any, list[Any]]]:
    """Model, field, kind (int or float) and limits of every number in a model and the models in it."""
    seen = set() if seen is None else seen
    if model in seen:
        return
    seen.add(model)
    for name, field in model.model_fields.items():
        waiting: list[tuple[Any, list[Any]]] = [(field.annotation, list(field.metadata))]
        while waiting:
            kind, marks = waiting.pop()
            if isinstance(kind, type) and issubclass(kind, BaseModel):
                yield from numbers(kind, seen)
            elif kind in (int, float):
                yield model.__name__, name, kind, _flat(marks)
            elif get_origin(kind) is Annotated:
                inside, *more = get_args(kind)
                waiting.append((inside, [*marks, *more]))
            elif get_origin(kind) is not Literal:
                waiting += [(one, marks) for one in get_args(kind) if one is not Ellipsis]


def _flat(marks: Sequence[Any]) -> list[Any]:
    return [one for mark in marks for one in (getattr(mark, "metadata", None) or [mark])]


def ends(kind: Any, marks: Sequence[Any]) -> tuple[Any, Any] | None:
    """The least and the largest value that are allowed; None where there is no limit on one side."""
    low = high = None
    step = 1 if kind is int else 1e-9
    for mark in marks:
        if isinstance(mark, limits.Ge):
            low = mark.ge
        elif isinstance(mark, limits.Gt):
            low = mark.gt + (1 if kind is int else 1e-300)  # type: ignore[operator]
        elif isinstance(mark, limits.Le):
            high = mark.le
        elif isinstance(mark, limits.Lt):
            high = mark.lt - step  # type: ignore[operator]
    return None if low is None or high is None else (low, high)


@pytest.mark.parametrize("model", [ScenarioHead, Purse, Profile, *(one.Settings for one in registry().values())])
def test_every_number_of_a_file_has_limits(model: type[BaseModel]) -> None:
    open_ended = {f"{where}.{name}" for where, name, kind, marks in numbers(model) if ends(kind, marks) is None}
    assert not open_ended - SAID_OTHERWISE


def usable(settings: type[PolicySettings]) -> Iterator[tuple[str, str, Any, list[Any]]]:
    """The numbers a policy can honour (any other is refused whatever its value), but for those of a condition."""
    return (one for one in numbers(settings) if one[0] == settings.__name__ and one[1] not in settings.no_use)


def settings_at(settings: type[PolicySettings], which: Mapping[str, int]) -> dict[str, Any]:
    """Every number of a policy at one of its ends."""
    found = {}
    for _, name, kind, marks in usable(settings):
        between = (1, MOST_DAYS) if f"{settings.__name__}.{name}" in SAID_OTHERWISE else ends(kind, marks)
        assert between is not None
        found[name] = between[which.get(name, 0)]
    if found["start_day"] > found["end_day"]:
        found["end_day"] = found["start_day"]
    return found


def plan_at(pick: Any) -> Plan:
    """Every shipped policy with every number at the end that `pick` gives (0 or 1), and purses too."""
    policies = []
    for kind, policy in registry().items():
        which = {name: pick() for _, name, _, _ in numbers(policy.Settings)}
        policies.append({"kind": kind, **NEEDED.get(kind, {}), **settings_at(policy.Settings, which)})
    purse = {"id": "all", "title_en": "All", "title_zh": "全部", "uses": list(registry())}
    purses = [{**purse, "amount_yuan": (0.0, 1e12)[pick()]}]
    stated = {**BASE, "horizon_months": 14, "closure": ("fixed", "endogenous")[pick()]}
    return Plan.build(**stated, policies=policies, purses=purses)


def is_whole(plan: Plan) -> bool:
    """Whether a run ends, with money that balances."""
    found = run(plan, seed=3)
    held = max(1.0, *(purse.amount_yuan for purse in plan.purses))
    return abs(found.audit) <= 1e-9 * held


@pytest.mark.parametrize("end", [0, 1])
def test_all_settings_at_one_end_run(end: int) -> None:
    assert is_whole(plan_at(lambda: end))


@pytest.mark.parametrize("seed", range(6))
def test_settings_at_mixed_ends_run(seed: int) -> None:
    chance = random.Random(seed)
    assert is_whole(plan_at(lambda: chance.randrange(2)))


@pytest.mark.parametrize("kind", registry())
def test_each_setting_at_either_end_runs(kind: str) -> None:
    purse = {"id": "all", "title_en": "All", "title_zh": "全部", "uses": [kind], "amount_yuan": 3e6}
    for _, name, number, marks in usable(registry()[kind].Settings):
        for end in ends(number, marks) or ():
            days = {"start_day": 1, "end_day": max(1, end)} if name == "end_day" else {}
            policy = {"kind": kind, **NEEDED.get(kind, {}), "end_day": 3650, **days, name: end}
            assert is_whole(Plan.build(**BASE, policies=[policy], purses=[purse])), (name, end)


@pytest.mark.parametrize(("months", "days"), [(1, 1), (1, 8), (120, 1), (120, 3600)])
def test_the_shortest_and_the_longest_run(months: int, days: int) -> None:
    stated = {"horizon_months": months, "campaign": {"start": dt.date(2012, 12, 24), "days": days}}
    assert is_whole(Plan.build(**{**BASE, **stated}, policies=[{"kind": "visits", "end_day": 3650}]))


@pytest.mark.parametrize("seed", [0, 2**62])
def test_every_population_seed_that_is_accepted_runs(seed: int) -> None:
    world = {**BASE["world"], "population_seed": seed}
    assert is_whole(Plan.build(**{**BASE, "world": world}))


def test_a_larger_seed_is_refused() -> None:
    for seed in (2**62 + 1, 2**63 - 1):
        with pytest.raises(UserError, match="must be at most 4,611,686,018,427,387,904"):
            Plan.build(**{**BASE, "world": {**BASE["world"], "population_seed": seed}})


@pytest.mark.parametrize(
    ("name", "value"), [("farm.drought_major", 5), ("farm.drought_major", -1), ("labour.local_wage_yuan", 1e9)]
)
def test_facts_of_a_place_that_are_possible_nowhere(name: str, value: float) -> None:
    with pytest.raises(UserError, match=f"{name}.*possible in no place; allowed: 0 to"):
        Plan.build(**{**BASE, "world": {**BASE["world"], "place": {name: value}}})


def test_every_parameter_lies_where_it_is_possible() -> None:
    for entry in load_parameters().entries:
        least, most = possible(entry)
        for number in (entry.value, entry.low, entry.high):
            each = number if isinstance(number, tuple) else (number,)
            assert all(least <= one <= most for one in each), entry.key


def test_numbers_beyond_sense_are_refused_everywhere() -> None:
    for purse in ({"amount_yuan": 1e13}, {"amount_yuan": 1e300}):
        whole = {"id": "all", "title_en": "All", "title_zh": "全部", "uses": ["cash"], **purse}
        with pytest.raises(UserError, match=r"must be at most 1,000,000,000,000|beyond what any input can mean"):
            Plan.build(**BASE, purses=[whole])


class _Probe(FrozenModel):
    count: int


def test_a_number_without_limits_would_be_found() -> None:
    assert [ends(kind, marks) for _, _, kind, marks in numbers(_Probe)] == [None]
