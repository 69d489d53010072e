"""Measures that start when a threshold is crossed: on the day after the month's end at which it is, once, for good."""

from __future__ import annotations

import datetime as dt
import pickle
from pathlib import Path
from typing import Any

import pytest

from sim.core.errors import UserError
from sim.model import VillageModel
from sim.recording.panel import GROUPS, MEASURES, OF_A_YEAR, SHARES, groups_of, panel
from sim.running import run
from sim.scenario import SCENARIOS, Plan, load_plan
from sim.scenario.idle import never_act
from tests.small_worlds import EVERY_POLICY, differing, lived, plan_of, records_bytes

START = dt.date(2012, 12, 24)
PURSE: dict[str, Any] = {"id": "aid", "title_en": "Aid", "title_zh": "补助", "amount_yuan": 4e6, "uses": ["cash"]}
CASH: dict[str, Any] = {"kind": "cash", "months": 2, "purses": ["aid"]}
HOLDS = {"measure": "headcount", "above": 0.0}


def plan(when: dict[str, Any] | None = None, **more: Any) -> Plan:
    cash = {**CASH, **({"start_when": when} if when else {}), **more}
    return Plan.build(
        title={"en": "t", "zh": "题"}, era="2012", horizon_months=14, world={"profile": "five_villages", "villages": 2},
        campaign={"start": START, "days": 100}, policies=[{"kind": "visits"}, cash], purses=[PURSE],
    )  # fmt: skip


def paid_on(plan: Plan) -> list[dt.date]:
    with VillageModel(plan, rng=3) as model:
        days, before = [], 0.0
        while model.running:
            model.step()
            now = model.county.books["cash"].counts["paid"]
            if now != before:
                days.append(model.today_date)
            before = now
        return days


def test_it_starts_on_the_day_after_and_its_days_count_from_then() -> None:
    first = dt.date(2013, 4, 1)
    at_once = paid_on(plan())
    assert at_once == [START, START + dt.timedelta(days=30)] == paid_on(plan(HOLDS))
    april = plan({**HOLDS, "not_before": dt.date(2013, 3, 31)})
    assert paid_on(april) == [first, first + dt.timedelta(days=30)]
    assert paid_on(plan({**HOLDS, "not_before": dt.date(2013, 3, 31)}, start_day=5, end_day=20)) == [
        first + dt.timedelta(days=4)
    ]
    started = run(april, 3).table("start")
    assert started[["group", "value"]].values.tolist() == [["cash", (first - START).days + 1]]


def test_a_condition_that_holds_at_once_is_none_and_one_that_never_does_is_no_policy() -> None:
    """To the bit; chance of the other measures does not move."""
    assert differing(lived(plan()), lived(plan(HOLDS))) == []
    never, without = lived(plan({"measure": "headcount", "above": 1.0})), lived(plan().with_settings({}))
    assert not never.county.books["cash"].served.any() and never.county.books["cash"].cost_yuan == 0
    bare = lived(Plan.build(**{**plan().resolved(), "policies": [{"kind": "visits"}]}))
    assert differing(never, bare) == [] and differing(without, bare) != []
    assert run(plan({"measure": "headcount", "above": 1.0}), 3).table("start").empty


def test_what_is_looked_at_is_what_the_panel_says() -> None:
    """The year's headcount crosses between the panels of month 0 and 12, and the measure starts in month 13."""
    panels = run(plan(effects=False), 3).panel()["headcount"]["all"]
    between = 0.5 * (panels[0] + panels[12])
    side = "above" if panels[12] > panels[0] else "below"
    waiting = plan({"measure": "headcount", side: between}, effects=False)
    assert paid_on(waiting) == [dt.date(2013, 12, 1), dt.date(2013, 12, 31)]
    with VillageModel(waiting, rng=3) as model:
        groups = groups_of(model.county)
        poor = [model.households["poor_at_start"] == 1]
        assert set(MEASURES) == set(panel(model.county, groups, model.county.line_yuan, poor)["all"])
        assert set(GROUPS) == set(groups)
        assert set(SHARES) | set(OF_A_YEAR) <= set(MEASURES)


def test_shares_are_shares_and_what_is_of_a_year_moves_with_the_year() -> None:
    # Families that do not change: else a birth moves what is counted a head.
    still = load_plan(SCENARIOS / "without" / "families.toml").world.place
    here = plan()
    here = here.model_copy(update={"world": here.world.model_copy(update={"place": still})})
    with VillageModel(here, rng=3) as model:
        groups, said = groups_of(model.county), []
        poor = [model.households["poor_at_start"] == 1]
        for _ in model.months():
            now = panel(model.county, groups, model.county.line_yuan, poor)
            said.append({name: [now[group][name] for group in GROUPS] for name in MEASURES})
    for name in SHARES:
        assert all(0 <= value <= 1 for now in said for value in now[name] if value == value), name
    same = {name for name in MEASURES if all(str(now[name]) == str(said[0][name]) for now in said[:11])}
    assert same - {"persons", "households"} >= set(OF_A_YEAR)
    moved = {name for name in MEASURES if str(said[11][name]) != str(said[10][name])}
    assert moved >= set(OF_A_YEAR)


def test_every_policy_may_wait_in_both_engines_and_in_copies(tmp_path: Path) -> None:
    when = {"measure": "cash_yuan", "above": -1e9, "not_before": dt.date(2013, 2, 1)}
    waiting = plan_of(tmp_path, [{**one, "start_when": when} for one in EVERY_POLICY], villages=1, months=6)
    one, other = lived(waiting), lived(waiting, engine="agents")
    assert differing(one, other) == []
    assert records_bytes(one.recorder.columns()) == records_bytes(other.recorder.columns())
    assert one.county.accounts.audit() < 1e-9
    assert all(book.started_day == (dt.date(2013, 3, 1) - START).days + 1 for book in one.county.books.values())
    model = VillageModel(waiting, rng=3)
    for _ in range(70):
        model.step()
    twin = model.copy()
    twin.run_model()
    assert differing(one, twin) == []


def test_a_copy_and_a_branch_on_the_eve_of_a_start_live_on_to_the_same_bits() -> None:
    """On the evening of the day on which the condition was met, and the policy has yet to open."""
    short = {"purses.aid.amount_yuan": 5e5}
    april = plan({**HOLDS, "not_before": dt.date(2013, 3, 31)}).with_settings(short)
    model = VillageModel(april, rng=3)
    while model.today_date < dt.date(2013, 3, 31):
        model.step()
    twins = [model.copy(), pickle.loads(pickle.dumps(model)), model.branch({"purses.aid.amount_yuan": 4e6})]
    for twin in twins:
        twin.run_model()
    assert not model.county.books["cash"].served.any() and twins[0].county.books["cash"].served.any()
    assert differing(lived(april), twins[0]) == differing(twins[0], twins[1]) == []
    assert differing(lived(twins[2].plan), twins[2]) == [] and differing(twins[0], twins[2]) != []


def test_what_changes_while_it_waits_holds_from_its_first_day() -> None:
    when = {"measure": "cash_yuan", "above": -1e9, "not_before": dt.date(2013, 2, 1)}
    credit: dict[str, Any] = {"kind": "microcredit", "channel": "women", "start_when": when}
    dear, cheap = ({**credit, "rate": rate} for rate in (0.2, 0.02))
    more = [{"date": dt.date(2013, 2, 10), "policies.microcredit.rate": 0.02}]
    both = [
        lived(Plan.build(**{**plan().resolved(), "policies": [one], **{"changes": changes}}))
        for one, changes in ((dear, more), (cheap, []))
    ]
    assert differing(*both) == []
    assert both[0].county.books["microcredit"].principal_yuan > 0


def test_money_released_by_its_own_last_day_counts_for_what_it_can_do() -> None:
    late = plan({**HOLDS, "not_before": dt.date(2013, 3, 31)}, budget_yuan=None)
    money = late.with_settings({"purses.aid.release": dt.date(2013, 5, 1)})
    model = lived(money)
    policy = next(policy for policy in model.policies if policy.label == "cash")
    assert policy.campaign_end(model.county) == dt.date(2013, 4, 1) + dt.timedelta(days=99)
    assert model.county.books["cash"].targets["paid"] > 0


def test_it_is_part_of_the_plan(tmp_path: Path) -> None:
    waiting = plan({"measure": "overdue_rate", "of": "linked", "below": 0.1, "not_before": 30})
    (tmp_path / "again.toml").write_text(waiting.resolved_toml(), encoding="utf-8")
    again = load_plan(tmp_path / "again.toml")
    assert again.policies == waiting.policies and again.digest() == waiting.digest() != plan().digest()
    assert hash(waiting) == hash(again.model_copy(update={"id": waiting.id})) and never_act(waiting) == []
    assert "start_when" not in plan().resolved_toml()


@pytest.mark.parametrize(
    ("when", "said"),
    [
        ({"measure": "headcont", "above": 0.3}, "there is no measure 'headcont'.*headcount"),
        ({"measure": "headcount", "above": 0.3, "of": "village"}, "there is no group 'village'"),
        ({"measure": "headcount"}, "one threshold: either above or below"),
        ({"measure": "headcount", "above": 0.3, "below": 0.1}, "one threshold: either above or below"),
        ({"above": 0.3}, "'measure' is missing"),
        ({"measure": "headcount", "abve": 0.3}, "unknown key 'abve'"),
        ({"measure": "headcount", "above": 30}, "is a share, found 30.*allowed: 0 to 1.*30% is 0.3"),
        ({"measure": "overdue_rate", "below": -0.1}, "is a share, found -0.1.*allowed: 0 to 1"),
    ],
)
def test_what_is_no_condition_is_refused(when: dict[str, Any], said: str) -> None:
    with pytest.raises(UserError, match=said):
        plan(when)
