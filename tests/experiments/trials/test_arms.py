"""Who is offered what: the lot, and the policies of all arms in one plan."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from experiments.trials.arms import NOBODY, Assignment, assign, holds, offers_of, plan_of
from experiments.trials.checks import cash, outcome, small_trial
from experiments.trials.diary import Diary
from experiments.trials.file import Arm, ArmPolicy, Condition, Crossover, Trial
from experiments.trials.replicate import prepare
from experiments.trials.survey_measures import Reading, read
from experiments.trials.world import mean_household_yuan, world_of
from sim.core.errors import UserError
from sim.model import VillageModel

CONTROL, OFFER = Arm(name="control", share=0.5), Arm(name="offer", share=0.5, policies=(cash(),))
LOAN = ArmPolicy(kind="microcredit", label="loan", settings={"channel": "microlender"})


def opened(trial: Trial) -> Reading:
    """The trial's households at month 0, in a world without policies."""
    job = prepare(trial)
    model = VillageModel(job.plan.model_copy(update={"policies": ()}), rng=1, profile=job.profile)
    return read(model.county, Diary(model.county), 0)


@pytest.fixture(scope="module")
def reading() -> Reading:
    return opened(small_trial())


def villages_of(a: Assignment, reading: Reading, numbers: Any) -> np.ndarray:
    """One number a village, once known to be the same for all its households."""
    village = reading.households["village"]
    first = np.array([numbers[village == i][0] for i in range(int(village.max()) + 1)])
    assert (first[village] == numbers).all()
    return first


# ---- the lot --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("shares", [(0.5, 0.5), (0.25, 0.5, 0.25), (0.125, 0.875)])
def test_shares_are_exact(reading: Reading, shares: tuple[float, ...]) -> None:
    arms = [Arm(name=f"arm {i}", share=share, policies=(cash(),)) for i, share in enumerate(shares)]
    a = assign(small_trial(arms), reading, 3)
    counts = np.bincount(villages_of(a, reading, a.arm))
    assert counts.tolist() == [24 * share for share in shares]
    assert (a.gets == a.arm).all()
    assert len(np.unique(a.cluster)) == 24


def test_another_seed_deals_out_anew_and_the_same_seed_the_same(reading: Reading) -> None:
    lots = [assign(small_trial(), reading, seed).arm for seed in (1, 1, 2)]
    assert (lots[0] == lots[1]).all()
    assert (lots[0] != lots[2]).any()


def test_every_village_is_treated_half_of_the_time(reading: Reading) -> None:
    lots = [assign(small_trial(), reading, seed) for seed in range(200)]
    treated = np.mean([villages_of(lot, reading, lot.arm) for lot in lots], axis=0)
    assert treated.min() > 0.35 and treated.max() < 0.65


def test_the_lot_does_not_look_at_the_order_of_rows(reading: Reading) -> None:
    trial = small_trial(design={"unit": "household", "clusters": 200, "villages": 24})
    straight = assign(trial, reading, 4)
    order = np.random.default_rng(0).permutation(len(reading.households))

    class Shuffled:
        villages, households = reading.county.villages, reading.households[order]

    for one in (trial, small_trial()):
        straight = assign(one, reading, 4)
        mixed = assign(one, Reading(Shuffled, 0, {}), 4)  # type: ignore[arg-type]
        assert (mixed.arm == straight.arm[order]).all()
        assert (mixed.cluster == straight.cluster[order]).all()


def test_branches_are_dealt_out_whole(reading: Reading) -> None:
    a = assign(small_trial(design={"unit": "branch", "clusters": 8, "branch_villages": 3}), reading, 1)
    arms, clusters = villages_of(a, reading, a.arm), villages_of(a, reading, a.cluster)
    assert (arms.reshape(8, 3) == arms.reshape(8, 3)[:, :1]).all()
    assert np.bincount(arms.reshape(8, 3)[:, 0]).tolist() == [4, 4]
    assert clusters.tolist() == np.repeat(np.arange(8), 3).tolist()


def test_households_are_dealt_out_within_villages(reading: Reading) -> None:
    few = [Condition(column="business", max=0)]
    a = assign(small_trial(design={"unit": "household", "clusters": 240, "villages": 24, "eligible": few}), reading, 1)
    inside = a.arm != NOBODY
    assert inside.sum() == 240 and (reading.households["business_yuan"][inside] == 0).all()
    assert np.bincount(a.arm[inside]).tolist() == [120, 120]
    village = reading.households["village"]
    both = np.array([[((village == i) & (a.arm == arm)).sum() for arm in (0, 1)] for i in range(24)])
    assert abs(both[:, 0] - both[:, 1]).max() <= 1  # village by village
    assert both.sum(axis=1).min() >= 7  # spread over all of them
    assert len(np.unique(a.cluster[inside])) == 240


def test_compliance_and_crossover_take_exact_shares(reading: Reading) -> None:
    control = Arm(name="control", share=0.5, crossover=Crossover(arm="offer", share=0.25))
    offer = Arm(name="offer", share=0.5, compliance=0.75, policies=(cash(),))
    a = assign(small_trial((control, offer)), reading, 1)
    arm, gets = villages_of(a, reading, a.arm), villages_of(a, reading, a.gets)
    assert ((arm == 1) & (gets == 1)).sum() == 9 and ((arm == 1) & (gets == NOBODY)).sum() == 3
    assert ((arm == 0) & (gets == 1)).sum() == 3 and ((arm == 0) & (gets == NOBODY)).sum() == 9
    assert (assign(small_trial(), reading, 1).arm == a.arm).all()  # neither moves the lot


@pytest.mark.parametrize("low", [{"is": 1}, {"min": 1}])
def test_conditions(reading: Reading, low: dict[str, float]) -> None:
    h = reading.households
    poor = Condition(column="poor_at_start", **low)
    small = Condition(column="persons", max=3)
    assert (holds([poor, small], reading) == ((h["poor_at_start"] == 1) & (h["persons"] <= 3))).all()
    lowest = holds([Condition(column="income_per_head_yuan", lowest=0.2)], reading)
    income = h["income_last"].sum(axis=1) / h["persons"]
    assert lowest.sum() == round(0.2 * len(h))
    assert income[lowest].max() <= income[~lowest].min()


# ---- the offers -----------------------------------------------------------------------------------------------------


def test_amounts_can_be_shares_of_the_worlds_income() -> None:
    loan = ArmPolicy(kind="microcredit", label="loan", settings={**LOAN.settings, "size_yuan": {"of_income": 0.35}})
    trial = small_trial((CONTROL, Arm(name="offer", share=0.5, policies=(loan,))))
    profile = world_of(trial)
    (offer,) = offers_of(trial, profile)
    assert offer.policy.settings.size_yuan == 0.35 * mean_household_yuan(profile)  # type: ignore[attr-defined]
    assert offer.programme == 5
    assert offer.policy.settings.told_share == 0.0  # type: ignore[attr-defined]  # the arm says who is told


def test_the_same_settings_in_several_arms_are_one_policy() -> None:
    with_both = Arm(name="both", share=0.25, policies=(LOAN, cash()))
    arms = (Arm(name="control", share=0.25), Arm(name="loan", share=0.25, policies=(LOAN,)), with_both)
    late = Arm(name="late", share=0.25, policies=(cash(start_day=200),))
    trial = small_trial((*arms, late), (outcome("income_yuan", arm="both"),))
    offers = offers_of(trial, world_of(trial))
    assert [(offer.label, offer.arms) for offer in offers] == [
        ("loan.loan", (1, 2)), ("both.cash", (2,)), ("late.cash", (3,))
    ]  # fmt: skip
    assert [offer.start_day for offer in offers] == [1, 1, 200]
    assert [offer.policy.settings.end_day for offer in offers] == [100, 360, 559]
    plan = plan_of(trial, world_of(trial), offers)
    assert plan.campaign.days == min(559, (plan.last_day - plan.campaign.start).days + 1)
    assert [one.label for one in plan.policies] == ["loan.loan", "both.cash", "late.cash"]


def test_the_campaign_does_not_outlast_the_trial() -> None:
    trial = small_trial((CONTROL, Arm(name="offer", share=0.5, policies=(cash(end_day=3000),))))
    assert prepare(trial).plan.campaign.days == 366


def test_training_has_a_place_for_each_household_of_its_arms_unless_stated() -> None:
    def places(**settings: Any) -> int:
        course = ArmPolicy(kind="training", label="course", settings={"content": "farm", **settings})
        arms = [Arm(name=name, share=0.25, policies=(course,) * (i > 0)) for i, name in enumerate("abcd")]
        trial = small_trial(arms, (outcome("farm_skill", arm="b", against="a"),))
        (offer,) = offers_of(trial, world_of(trial))
        return int(offer.policy.settings.places)  # type: ignore[attr-defined]

    assert places() == 24 * 20 * 3 // 4
    assert places(places=50) == 50


def test_more_policies_than_a_world_can_hold_are_refused() -> None:
    def calling(visits: float) -> ArmPolicy:
        return ArmPolicy(kind="visits", label="visits", settings={"visits_per_household": visits})

    arms = [Arm(name=str(i), share=0.5, policies=(calling(1.0 + i),)) for i in range(2)]
    trial = small_trial(arms, (outcome("income_yuan", arm="1", against="0"),))
    with pytest.raises(UserError, match="2 different policies of the kind 'visits'"):
        offers_of(trial, world_of(trial))


def test_any_number_of_lenders_may_stand_in_a_trial() -> None:
    def lender(share: float) -> ArmPolicy:
        return ArmPolicy(kind="microcredit", label="loan", settings={**LOAN.settings, "rate": share})

    arms = [Arm(name=str(i), share=0.1, policies=(lender(0.1 + i / 100),)) for i in range(9)]
    trial = small_trial(arms, (outcome("income_yuan", arm="1", against="0"),))
    assert len(offers_of(trial, world_of(trial))) == 9


def test_an_offer_that_ends_before_it_starts_is_refused() -> None:
    arms = (CONTROL, Arm(name="offer", share=0.5, policies=(cash(start_day=90, end_day=80),)))
    with pytest.raises(UserError, match="ends on day 80"):
        offers_of(small_trial(arms), world_of(small_trial()))


def test_what_acts_on_whole_villages_is_not_offered_to_households() -> None:
    notice = ArmPolicy(kind="publicity", label="notice", settings={})
    arms = (CONTROL, Arm(name="offer", share=0.5, policies=(notice,)))
    trial = small_trial(arms, design={"unit": "household", "clusters": 100, "villages": 8})
    with pytest.raises(UserError, match="acts on whole villages"):
        offers_of(trial, world_of(trial))
    village = small_trial(arms)
    assert len(offers_of(village, world_of(village))) == 1


def test_too_few_eligible_are_an_error(reading: Reading) -> None:
    many = small_trial(design={"unit": "household", "clusters": 600, "villages": 24})
    with pytest.raises(UserError, match="600 households are wanted, 480 are eligible in 24 villages"):
        assign(many, reading, 1)
    with pytest.raises(UserError, match="nobody is eligible"):
        assign(small_trial(design={"eligible": [Condition(column="persons", min=20)]}), reading, 1)
