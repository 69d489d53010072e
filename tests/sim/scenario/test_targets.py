"""Targets of a plan: stated by policy and count, due by a day, and held against what was delivered by then."""

from __future__ import annotations

from pathlib import Path

import pytest
from small_worlds import plan_of

from sim.core.errors import UserError
from sim.model import VillageModel
from sim.scenario import Plan, load_plan

VISITS = {"kind": "visits", "visits_per_household": 2}


def with_targets(folder: Path, text: str) -> Plan:
    """A small plan with visits and these tables behind it."""
    path = folder / "aimed.toml"
    path.write_text(plan_of(folder, [VISITS], villages=3).resolved_toml() + text, encoding="utf-8")
    return load_plan(path)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[targets.visit.visited]\namount = 5\n", r"no policy 'visit' \(did you mean 'visits'\?\)"),
        ("[targets.visits.visitd]\namount = 5\n", r"does not count 'visitd' \(did you mean 'visited'\?\)"),
        ("[targets.visits.visited]\namount = 0\n", "must be more than 0"),
        ("[targets.visits.visited]\namount = 5\ndeadline = 401\n", "deadline of 'visited' is 2014-01-28; allowed"),
        ("[targets.visits.visited]\namount = 5\ndeadline = 2012-12-23\n", "deadline of 'visited' is 2012-12-23"),
        ("[targets.visits.visited]\namuont = 5\n", "amount"),
    ],
)
def test_a_wrong_target_is_refused_with_its_line(tmp_path: Path, text: str, said: str) -> None:
    with pytest.raises(UserError, match=said) as error:
        with_targets(tmp_path, text)
    assert "aimed.toml:" in str(error.value)


def test_targets_are_part_of_the_plan_and_can_be_set(tmp_path: Path) -> None:
    plan = with_targets(tmp_path, "[targets.visits.visited]\namount = 5000\ndeadline = 2013-01-31\n")
    assert plan.digest() != plan_of(tmp_path, [VISITS], villages=3).digest()
    (tmp_path / "again.toml").write_text(plan.resolved_toml(), encoding="utf-8")
    assert load_plan(tmp_path / "again.toml").targets == plan.targets
    moved = plan.with_settings({"targets.visits.visited.amount": 10})
    assert moved.targets["visits"]["visited"].amount == 10
    assert moved.targets["visits"]["visited"].deadline == plan.targets["visits"]["visited"].deadline


def test_what_is_delivered_after_the_deadline_does_not_count(tmp_path: Path) -> None:
    plan = with_targets(tmp_path, "[targets.visits.visited]\namount = 5000\ndeadline = 40\n")
    by_day: dict[int, float] = {}
    with VillageModel(plan, rng=3) as model:
        while model.running:
            model.step()
            by_day[model.today.campaign_day] = model.policies[0].book.counts["visited"]
    book = model.policies[0].book
    assert book.targets["visited"] == pytest.approx(5000 * 3 / 215), "the amount is the whole county's"
    assert 0 < by_day[40] < by_day[100]
    assert book.at_deadline == {"visited": by_day[40]}
    records = model.recorder.columns()
    said = {
        name: float(records["value"][(records["table"] == "delivery") & (records["name"] == name)][-1])
        for name in ("visited_target", "visited_deadline", "visited_in_time")
    }
    assert said == {"visited_target": book.targets["visited"], "visited_deadline": 40, "visited_in_time": by_day[40]}


def test_a_target_changes_nothing_but_what_is_held_against_it(tmp_path: Path) -> None:
    aimed = with_targets(tmp_path, "[targets.visits.visited]\namount = 1\n")
    one, two = (VillageModel(plan, rng=3) for plan in (aimed, plan_of(tmp_path, [VISITS], villages=3)))
    for model in (one, two):
        model.run_model()
    assert one.households.tobytes() == two.households.tobytes()
    assert one.policies[0].book.counts == two.policies[0].book.counts
