"""Farm insurance: who insures at what price, what is paid when, what trust learns, and what the insured dare."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from small_worlds import VISITS, differing, lived, plan_of

from sim.core.errors import UserError
from sim.facts.lines import ORCHARD
from sim.model import VillageModel
from sim.policies.farm_insurance import INSURER, FarmInsurance, claim_share, expected_claims, normal_result
from sim.policies.policy import Policy

KIND = "farm_insurance"
PURSE = {"id": "cover", "title_en": "cover", "title_zh": "补贴", "amount_yuan": 1e9, "uses": [KIND]}
FRUIT = (("covers", "fruit"), ("compulsory", True))


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("insurance")


@cache
def run(
    folder: Path, settings: tuple[tuple[str, Any], ...] | None = (), place: tuple[tuple[str, float], ...] = (),
    months: int = 12, end_day: int = 100,
) -> VillageModel:  # fmt: skip
    policies = [] if settings is None else [{"kind": KIND, "end_day": end_day, **dict(settings)}]
    how: dict[str, Any] = {"villages": 12, "months": months, "closure": "fixed", "purses": [PURSE]}
    return lived(plan_of(folder, policies, place=dict(place), **how))


def of(model: VillageModel) -> FarmInsurance:
    policy = model.policies[0]
    assert isinstance(policy, FarmInsurance)
    return policy


def takers(folder: Path, **settings: Any) -> float:
    return float(of(run(folder, tuple(settings.items()))).book.counts["insured"])


def test_a_claim_is_nothing_up_to_the_deductible_and_all_for_all() -> None:
    assert claim_share(np.array([-0.3, 0.2, 0.6, 1.0]), 0.2) == pytest.approx([0.0, 0.0, 0.5, 1.0])


def test_more_insure_where_it_costs_them_less_and_nobody_beyond_its_worth(folder: Path) -> None:
    by_subsidy = [takers(folder, subsidy=share) for share in (0.0, 0.5, 0.8, 1.0)]
    assert by_subsidy == sorted(by_subsidy) and by_subsidy[0] < by_subsidy[2] < by_subsidy[3]
    by_premium = [takers(folder, premium=rate) for rate in (0.02, 0.2, 1.0)]
    assert by_premium[0] > by_premium[1] > by_premium[2] == 0
    assert takers(folder, compulsory=True) >= by_subsidy[-1]


def test_money_of_the_insurer_is_premiums_and_claims(folder: Path) -> None:
    model = run(folder, (("compulsory", True), ("subsidy", 0.5)))
    book, moved = of(model).book, model.county.accounts.matrix()
    own = moved["households", INSURER, "premiums of farm insurance"]
    state = moved["purse cover", INSURER, "premiums of farm insurance, state's part"]
    paid = moved[INSURER, "households", "claims of farm insurance"]
    assert own == pytest.approx(state) == pytest.approx(book.costs["grants_yuan"]) and own > 0.0
    assert paid == pytest.approx(book.counts["claims_yuan"]) and paid > 0.0
    assert model.county.accounts.balances[INSURER] == pytest.approx(own + state - paid)
    assert model.county.accounts.audit() < 1e-9


def test_claims_come_to_what_was_reckoned_with(folder: Path) -> None:
    """Over years, with whoever is insured: the reckoning that households go by is that of the weather itself."""
    settings = (("compulsory", True), ("deductible", 0.1))
    paid, reckoned = 0.0, 0.0
    for seed in range(1, 5):
        policies = [{"kind": KIND, "end_day": 1500, **dict(settings)}]
        model = VillageModel(plan_of(folder, policies, villages=12, months=36, purses=[PURSE]), rng=seed, observers=())
        insurance = of(model)
        fair = expected_claims(model.county, insurance.settings)[model.households["village"]]
        for month in model.months():
            reckoned += float((fair * insurance._sum).sum()) if month % 12 == 6 else 0.0
        paid += insurance.book.counts["claims_yuan"]
    assert paid == pytest.approx(reckoned, rel=0.35)


def test_an_area_trigger_pays_whole_villages_and_leaves_own_bad_luck_unpaid(folder: Path) -> None:
    hurt = (("farm.drought_major", 0.97), ("farm.drought_minor", 0.02))
    own, area = (run(folder, (("compulsory", True), ("trigger", t)), hurt) for t in ("own", "area"))
    claims = [of(model).book.counts["claims"] for model in (own, area)]
    assert min(claims) >= 0 and of(own)._trust.mean() > 0.0
    calm = (("farm.drought_major", 0.0), ("farm.drought_minor", 0.0), ("farm.village_luck", 0.0))
    unpaid = run(folder, (("compulsory", True), ("trigger", "area")), calm)
    assert of(unpaid).book.counts["claims"] == 0
    paid = run(folder, (("compulsory", True), ("trigger", "own")), calm)
    assert of(paid).book.counts["claims"] > 0
    first = 2.0 * paid.p.insurer_trust * Policy.luck(of(paid), paid.county, "trust", np.arange(len(paid.households)))
    start = np.minimum(1.0, first)
    assert of(unpaid)._trust.mean() < start.mean() < of(paid)._trust.mean()


def test_trust_learnt_from_payouts_brings_more_to_insure(folder: Path) -> None:
    calm = (("farm.drought_major", 0.0), ("farm.drought_minor", 0.0), ("farm.village_luck", 0.0))
    years: dict[str, Any] = {"months": 25, "end_day": 800}
    dear = (("subsidy", 0.5), ("deductible", 0.05))
    deaf = (*calm, ("insurance.trust_paid", 0.0), ("insurance.trust_unpaid", 0.0))
    learnt, same = run(folder, dear, calm, **years), run(folder, dear, deaf, **years)
    assert of(learnt).book.counts["insured"] > of(same).book.counts["insured"] > 0


def test_the_insured_fear_less_and_plant_more_and_without_it_they_do_not(folder: Path) -> None:
    def trees(*place: tuple[str, float], settings: Any = FRUIT) -> float:
        h = run(folder, settings, place, months=24, end_day=600).households
        return float((h["orchard_mu"] + h["block_mu"]).sum())

    eager = ("livelihood.think_rate", 1.0)  # everybody thinks of planting every month: few plant otherwise in two years
    bare, covered = trees(eager, settings=None), trees(eager, ("insurance.insurance_calms", 0.8))
    assert covered > bare + 2.0
    assert trees(eager, ("insurance.insurance_calms", 0.0)) <= covered - 0.5 * (covered - bare)
    h = run(folder, FRUIT).households
    assert (h["borne"][:, ORCHARD] > 0).mean() > 0.8 and not np.delete(h["borne"], ORCHARD, axis=1).any()
    over = run(folder, FRUIT, months=14)
    assert not over.households["borne"].any() and not of(over)._sum.any(), "cover ends with its year"


def test_stock_is_insured_by_what_it_is_worth(folder: Path) -> None:
    model = run(folder, (("covers", "livestock"), ("compulsory", True), ("deductible", 0.0)))
    rate = expected_claims(model.county, of(model).settings)
    assert rate == pytest.approx(model.p.disease_rate * model.p.disease_share)
    assert of(model).book.counts["claims"] > 0
    worth = normal_result(model.county, "livestock")
    assert (worth > 0.0).sum() == (model.households["livestock_head"] > 0.0).sum()
    with pytest.raises(UserError, match="stock dies household by household"):
        run(folder, (("covers", "livestock"), ("trigger", "area")))


def test_it_moves_no_luck_of_others_and_costs_nothing_where_it_has_no_village(folder: Path) -> None:
    plain = lived(plan_of(folder, [VISITS], villages=6, closure="fixed"))
    for settings, free in (({"village_share": 0.0}, True), ({"effects": False}, False)):
        policies = [VISITS, {"kind": KIND, "covers": "fruit", **settings}]
        beside = lived(plan_of(folder, policies, villages=6, closure="fixed", purses=[PURSE]))
        assert differing(plain, beside) == [] and (beside.policies[1].book.cash_outlay_yuan == 0.0) is free
