"""What plans of one comparison may differ in."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import pytest
from fake_runs import plan

from sim.core.errors import UserError
from sim.core.frozen import FrozenDict
from sim.events import registry
from sim.money.purse import Purse
from sim.scenario import Plan, check_comparable, check_same_era
from sim.scenario.changes import Change
from sim.scenario.code import CodeFile
from sim.scenario.comparable import ASSUMPTIONS, MEASURES, assumptions_apart
from sim.scenario.country import Country
from sim.scenario.goals import Goal
from sim.scenario.own_observers import ObserverPlan
from sim.scenario.own_rules import RulePlan
from sim.scenario.parts import Counties
from sim.scenario.tasks import Task, TaskTitle
from sim.scenario.title import Title

WAGE, AWAY = "labour.local_wage_yuan", "labour.migrant_wage_yuan"


def changed(one: Plan, field: str, value: Any) -> Plan:
    outer, _, inner = field.partition(".")
    if inner:
        value = getattr(one, outer).model_copy(update={inner: value})
    return one.model_copy(update={"id": "b", outer: value})


PURSE = Purse(id="own", title_en="Own", title_zh="自有", amount_yuan=9, uses=("cash",))
OTHER: dict[str, Any] = {  # another value of every field of a plan
    "title": plan("x").title, "era": "2023", "horizon_months": 24, "closure": "endogenous",
    "world.profile": "other", "world.villages": 3, "world.population_seed": 2, "world.place": FrozenDict({WAGE: 99.0}),
    "world.country": Country(name=Title(en="Elsewhere", zh="别处"), price_level=0.5),
    "world.county": 4, "world.counties": (Counties(count=3),),
    "campaign.start": dt.date(2013, 1, 1), "campaign.days": 50,
    "policies": plan("x", cash=1.0).policies, "purses": (PURSE,), "targets": FrozenDict({"visits": FrozenDict()}),
    "uncertainties": FrozenDict({WAGE: 80.0}), "profile_digest": "0" * 64,
    "tasks": FrozenDict(t=Task(title=TaskTitle(en="t", zh="任务"))),
    "goals": FrozenDict(more=Goal(title=TaskTitle(en="g", zh="目标"), indicator="income_yuan", change=0.1)),
    "events": FrozenDict(dry=registry()["drought"](start=5)),
    "changes": (Change(date=dt.date(2013, 1, 1), settings={"purses.all.amount_yuan": 1e6}),),
    "rules": (RulePlan(name="invest", function="mine:invest", code=CodeFile(path="mine.py", sha256="1" * 64)),),
    "observers": (ObserverPlan(kind="mine:Seen", code=CodeFile(path="mine.py", sha256="1" * 64)),),
}  # fmt: skip


@pytest.mark.parametrize("field", OTHER)
def test_a_field_of_a_plan_may_differ_only_where_that_was_decided(field: str) -> None:
    plans = [plan("a"), changed(plan("a"), field, OTHER[field])]
    if field in (*MEASURES, "title"):
        assert check_comparable(plans) == ()
        return
    with pytest.raises(UserError, match=r"a: .*b: |b: .*differ") as refused:
        check_comparable(plans)
    if field in ASSUMPTIONS:
        assert "--assumptions-differ" in str(refused.value)
        assert [one.field.startswith(field) for one in check_comparable(plans, True)] == [True]
    else:
        with pytest.raises(UserError, match="cannot be compared"):
            check_comparable(plans, True)


def test_every_field_of_a_plan_is_tried_here() -> None:
    one = plan("a")
    nested = {f"{name}.{inner}" for name in ("world", "campaign") for inner in type(getattr(one, name)).model_fields}
    assert set(OTHER) == nested | set(Plan.model_fields) - {"id", "world", "campaign"}


def test_a_field_that_nobody_decided_on_is_refused() -> None:
    class Later(Plan):
        rain: float = 1.0

    one = Later(**{name: getattr(plan("a"), name) for name in Plan.model_fields})
    with pytest.raises(UserError, match=r"rain: these scenarios cannot be compared \(a: 1; b: 2\)"):
        check_comparable([one, one.model_copy(update={"id": "b", "rain": 2.0})], True)


def test_profiles_count_by_content(tmp_path: Path) -> None:
    one = plan("a").model_copy(update={"profile_digest": "1" * 64})
    check_comparable([one, changed(one, "world.profile", str(tmp_path / "same.toml"))])


def test_eras_differ() -> None:
    with pytest.raises(UserError, match=r"era: these scenarios cannot be compared \(a: 2012; b: 2023\)"):
        check_same_era([plan("a"), plan("b", era="2023")])


def test_the_same_value_said_twice_or_by_default_is_no_difference() -> None:
    one = plan("a")
    standing = float(one.parameters().find(WAGE).value)  # type: ignore[arg-type]
    stated = changed(one, "uncertainties", FrozenDict({WAGE: standing}))
    assert assumptions_apart([one, stated]) == ()
    # Where it is drawn with each seed, the plan that sets it stands still while the other moves.
    (apart,) = assumptions_apart([one, stated], drawn=[WAGE])
    assert apart.values == (None, standing)


def test_each_plan_has_its_value() -> None:
    plans = [plan("a"), *(changed(plan("a"), "uncertainties", FrozenDict({WAGE: wage})) for wage in (70.0, 80.0))]
    (apart,) = assumptions_apart(plans)
    assert apart.field == f"uncertainties.{WAGE}" and apart.values[1:] == (70.0, 80.0)
    place = changed(plan("a"), "world.place", FrozenDict({AWAY: 55.0}))
    assert [one.field for one in assumptions_apart([*plans, place])] == [apart.field, f"world.place.{AWAY}"]
