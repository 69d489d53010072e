"""What each mechanism of a village is for: what it shows, and what is gone in the scenario that leaves it out.

The scenarios are those of scenarios/without, from which docs/mechanisms.md is written.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import cache

import numpy as np
import pytest
from numpy.typing import NDArray
from small_worlds import fitted_on

from sim import load_plan
from sim.calendar.trend import write_month
from sim.facts.lines import ORCHARD
from sim.facts.months import MARCH
from sim.facts.topics import BEEN_AWAY, FAILED_AWAY
from sim.model import VillageModel
from sim.money.reasons import BUSINESS_TAKINGS, CEREMONY, HOUSEHOLDS, LIVING_AWAY, MEDICAL, WAGE_AWAY, WAGE_LOCAL
from sim.policies.travel_money import leaves_if_paid
from sim.population.profile_file import load_profile
from sim.scenario import SCENARIOS, Plan

VILLAGES, SEED = 12, 3
COUNTY = load_profile("gansu_county").model_copy(update={"fitted": None})  # fitted alike, whole and without
Values = NDArray[np.float64]
MONTHS = 36


@pytest.fixture(scope="module", autouse=True)
def _fitted_on_few() -> Iterator[None]:
    with fitted_on(8800):
        yield


@cache
def plan(without: str = "", months: int = MONTHS) -> Plan:
    """The county without any policy, whole or without one mechanism."""
    path = SCENARIOS / "without" / f"{without}.toml" if without else SCENARIOS / "baseline.toml"
    found = load_plan(path, [f"world.villages={VILLAGES}", f"horizon_months={months}"])
    return found.model_copy(update={"policies": ()})


def opened(without: str = "", months: int = MONTHS) -> VillageModel:
    """A model on the eve of its first day."""
    return VillageModel(plan(without, months), rng=SEED, observers=(), profile=COUNTY)


def lived(without: str = "", change: Callable[[VillageModel], None] | None = None) -> VillageModel:
    """A model after three years, with something changed on the eve of its first day."""
    model = opened(without)
    if change:
        change(model)
    model.run_model()
    return model


@cache
def incomes(without: str = "") -> Values:
    """Income a head of each household in the year before the run and in its three years."""
    model = opened(without)
    years = [model.households["income_last"].sum(axis=1) / model.households["persons"]]
    for month in model.months():
        if month % 12 == 0:
            years.append(model.households["income_last"].sum(axis=1) / model.households["persons"])
    return np.array(years)


def together(a: Values, b: Values) -> float:
    """Correlation of logarithms."""
    some = (a > 0.0) & (b > 0.0)
    return float(np.corrcoef(np.log(a[some]), np.log(b[some]))[0, 1])


def test_incomes_part_over_the_years_by_luck_of_ones_own() -> None:
    with_luck, without = incomes(), incomes("fortunes")
    assert together(with_luck[1], with_luck[3]) < together(without[1], without[3]) - 0.02
    assert together(with_luck[0], with_luck[3]) < 0.85


def test_less_than_half_of_a_lasting_gain_is_consumed_in_its_first_three_years() -> None:
    def gain(model: VillageModel) -> None:
        model.households["property_yuan"][::3] += 2000.0

    def shares(without: str) -> tuple[float, float]:
        """Of what was gained: consumed, and found again in money, house, debts, stock, trees, glass or trade."""
        spent, assets = [], []
        for change in (None, gain):
            model = opened(without)
            if change:
                change(model)
            total = np.zeros(len(model.households))
            for month in model.months():
                if month % 12 == 0:
                    total += model.households["consumption_last_yuan"]
            h, p, today = model.households, model.county.p, model.today
            worth = h["cash_yuan"] - h["informal_yuan"] - h["debt_yuan"] + h["home_yuan"] * today.cpi
            worth = worth + h["livestock_head"] * p.ewe_price_yuan * today.farm_trend + h["business_yuan"]
            worth = worth + h["greenhouse_mu"] * p.greenhouse_build_mu_yuan * today.cpi
            spent.append(total)
            assets.append(worth)
        gained = 3 * 2000.0
        return tuple(float((pair[1] - pair[0])[::3].mean() / gained) for pair in (spent, assets))  # type: ignore[return-value]

    (consumed, kept), (at_once, _) = shares(""), shares("saving")
    assert 0.1 < consumed < 0.5 < at_once
    assert kept > 0.4


def test_families_are_born_marry_grow_old_and_die() -> None:
    before, after = opened().households, lived()
    h = after.households
    born = (h["children"].astype(int) > before["children"]).sum()
    assert born > 0.05 * len(h) and (h["elders"] < before["elders"]).any() and (h["workers"] > before["workers"]).any()
    assert abs(h["persons"].mean() / before["persons"].mean() - 1.0) < 0.03  # births, deaths and moves nearly even out
    assert 0.0 < h["elders"].mean() - before["elders"].mean() < 0.2  # the villages age
    start = opened("families").households
    assert (lived("families").households["persons"] != start["persons"]).mean() < 0.02


def test_weddings_and_funerals_are_paid_for() -> None:
    def ceremonies(without: str) -> float:
        model, spent = opened(without, 12), 0.0
        post = model.county.accounts.post

        def watched(tills: Values) -> None:
            nonlocal spent
            spent += float(tills[:, CEREMONY].sum())
            post(tills)

        model.county.accounts.post = watched  # type: ignore[method-assign]
        model.run_model()
        return spent / len(model.households)

    assert ceremonies("") > 200.0 and ceremonies("families") == 0.0


def test_villages_differ_in_who_leaves_for_work() -> None:
    def spread(without: str) -> float:
        model = opened(without)
        first, h = model.villages["first"], model.households
        away, workers = (np.add.reduceat(h[what].astype(float), first) for what in ("migrants", "workers"))
        return float(np.std(away / workers))

    assert spread("") > 1.3 * spread("villages")


def test_land_is_let_and_young_orchards_take_more_trees() -> None:
    def planters(model: VillageModel) -> None:
        h = model.households
        h["knows"] |= 1 << ORCHARD
        h["cash_yuan"] += 20_000.0
        h["orchard_mu"], h["block_mu"], h["block_month"], h["greenhouse_mu"] = 0.0, 0.3, 0, 0.0
        h["rented_mu"] = 0.0

    def found(without: str) -> tuple[float, float]:
        model = VillageModel(plan(without, 12), rng=SEED, observers=())
        planters(model)
        model.run_model()
        h = model.households
        return float((h["rented_mu"] != 0.0).mean()), float((h["block_mu"] > 0.3).mean())

    (let, joined), (kept, alone) = found(""), found("land")
    assert let > 0.1 and joined > 0.02
    assert kept == 0.0 == alone


def till_of(without: str, reason: int, change: Callable[[VillageModel], None] | None = None) -> Values:
    """What households paid or were paid for a reason in each month of a year, in all."""
    model, seen = opened(without, 12), []
    if change:
        change(model)
    post = model.county.accounts.post

    def watched(tills: Values) -> None:
        seen.append(float(tills[:, reason].sum()))
        post(tills)

    model.county.accounts.post = watched  # type: ignore[method-assign]
    model.run_model()
    return np.array(seen)


def test_care_is_forgone_where_it_costs_too_much() -> None:
    def rich(model: VillageModel) -> None:
        model.households["cash_yuan"] += 1e6

    poor, able = till_of("", MEDICAL).sum(), till_of("", MEDICAL, rich).sum()
    assert poor < 0.9 * able  # money decides who goes to hospital
    assert till_of("care", MEDICAL).sum() == pytest.approx(till_of("care", MEDICAL, rich).sum())


def test_dear_illnesses_are_the_long_ones() -> None:
    def longer(without: str) -> float:
        """Months that the dearer half of treated illnesses last beyond the other half, just fallen ill."""
        model, bills, months = opened(without, 12), [], []
        for _ in model.months():
            h = model.households
            new = (h["medical_month_yuan"] > 0.0) & (h["insured"] == 1)
            bills.append(h["medical_month_yuan"][new].copy())
            months.append(h["ill_months"][new].astype(float))
        bill, lasts = np.concatenate(bills), np.concatenate(months)
        dear = bill > np.median(bill)
        return float(lasts[dear].mean() - lasts[~dear].mean())

    assert longer("") > 1.0 > abs(longer("illness")) + 0.5


def test_illness_takes_hands_away_as_well_as_at_home() -> None:
    def ill(model: VillageModel) -> None:
        model.households["ill_months"] = 24

    well, sick = till_of("", WAGE_AWAY), till_of("", WAGE_AWAY, ill)
    assert sick[:3].sum() < 0.9 * well[:3].sum()


def test_who_cannot_pay_the_fees_leaves_school() -> None:
    def broke(model: VillageModel) -> None:
        h = model.households
        h["cash_yuan"], h["expected_yuan"], h["habit_yuan"], h["seniors"] = 0.0, 0.0, 0.0, 1

    def left(without: str) -> float:
        model = opened(without, 12)
        broke(model)
        for _ in model.months():
            if model.today.calendar_month == MARCH:
                break
        return float((model.households["seniors"] == 0).mean())

    assert left("") > left("care") + 0.1


def test_neighbours_who_do_well_change_what_a_line_is_believed_to_bring() -> None:
    model = opened()
    h = model.households
    outside = h["livestock_head"] <= 0.5
    assert h["trust"][outside, 1].mean() < 0.97
    assert opened("beliefs").households["trust"][outside, 1].mean() > 0.97

    def believed(fortune: float) -> float:
        def change(model: VillageModel) -> None:
            model.households["fortune"][~outside] = fortune

        return float(lived("", change).households["trust"][outside, 1].mean())

    assert believed(2.0) > believed(0.5) + 0.01


def test_what_neighbours_spend_is_what_shops_take() -> None:
    def gift(model: VillageModel) -> None:
        h = model.households
        h["habit_yuan"][h["business_yuan"] == 0.0] *= 1.5
        h["cash_yuan"] += 1e5

    def more(without: str) -> float:
        return till_of(without, BUSINESS_TAKINGS, gift).sum() / till_of(without, BUSINESS_TAKINGS).sum()

    assert more("") > more("demand") + 0.03  # some of those who were given money trade with it in either world


def test_work_nearby_is_held_by_some_from_month_to_month() -> None:
    """Day labour, which everybody finds alike, is nobody's to hold."""

    def held(without: str) -> list[Values]:
        model, found = VillageModel(plan(without, 12), rng=SEED, observers=()), []
        for _ in model.months():
            found.append(model.households["slots"].astype(float))
        return found

    months, nobody = held(""), held("slots")
    has = np.array(months) > 0
    assert 0.15 < has.mean() < 0.5
    assert has[1][has[0]].mean() > 2 * has[1][~has[0]].mean() and has[11][has[0]].mean() < 0.8 * has[1][has[0]].mean()
    assert not np.array(nobody).any() and till_of("slots", WAGE_LOCAL).sum() > 0.0


def test_more_hands_share_the_same_slots() -> None:
    def hands(more: int) -> Callable[[VillageModel], None]:
        def change(model: VillageModel) -> None:
            for name in ("workers", "persons"):
                model.households[name] += more

        return change

    usual, crowded, packed = (lived("", hands(more)) for more in (0, 1, 3))
    slots = [float(model.households["slots"].sum()) for model in (usual, crowded, packed)]
    assert packed.villages["hands"].sum() > 1.8 * usual.villages["hands"].sum()
    # They earn and spend more, so that the county hires a little more.
    assert slots[0] == pytest.approx(slots[1], rel=0.12) and slots[2] < 1.3 * slots[0]
    assert packed.villages["finding"].mean() < 0.7 * usual.villages["finding"].mean()


def test_what_is_spent_on_works_pays_hands_nearby() -> None:
    def earned(yuan: float, without: str = "") -> float:
        model, seen = VillageModel(plan(without, 12), rng=SEED, observers=()), 0.0
        for _ in model.months():
            model.villages["works_yuan"] += yuan
            seen += float(model.households["slots"].sum())
        return seen

    none, some, much = (earned(yuan) for yuan in (0.0, 5_000.0, 50_000.0))
    assert none < some < much
    # 15% of 5,000 yuan at some 90 yuan a day and 6 days a slot, in each village; the months begin with fewer.
    assert some - none == pytest.approx(11 * VILLAGES * 0.15 * 5_000.0 / 540.0, rel=0.35)
    assert earned(50_000.0, "slots") == 0.0


def test_family_and_house_take_days_from_work_nearby() -> None:
    def children(model: VillageModel) -> None:
        model.households["children"] += 2
        model.households["persons"] += 2

    def free(without: str, change: Callable[[VillageModel], None] | None = None) -> float:
        model = VillageModel(plan(without, 12), rng=SEED, observers=())
        if change:
            change(model)
        next(model.months())
        return float(model.villages["free_days"].sum() / len(model.households))

    assert free("", children) < free("") - 3.0
    alike = pytest.approx(free("slots"), rel=0.01)  # but for who leaves, with more mouths at home
    assert free("slots", children) == alike and free("slots") > free("") + 3.0


def test_part_of_the_pay_stays_away() -> None:
    def kept(without: str) -> float:
        return till_of(without, LIVING_AWAY).sum() / till_of(without, WAGE_AWAY).sum()

    assert kept("") > kept("pay_kept") + 0.1


def test_who_lives_near_the_floor_waits_until_the_first_journey_is_paid() -> None:
    def sent(without: str) -> tuple[int, int]:
        """Of households near bare living that have the money and have never been: who goes alone, and who if paid."""
        model = opened(without, 12)
        model.step()
        h, p, today = model.households, model.p, model.today
        bare = p.subsistence_share * today.line_yuan / 12.0 * h["persons"]
        fare = p.leave_cost_yuan * today.cpi
        near = (h["expected_yuan"] - bare) * 3.0 < fare
        rich = h["cash_yuan"] > 3.0 * fare
        h["knows"][h["migrants"] == 0] &= ~(1 << BEEN_AWAY | 1 << FAILED_AWAY)
        rows = np.flatnonzero(near & rich & (h["migrants"] == 0))
        found = []
        for paid in (0.0, fare):
            goes = np.zeros(len(rows), dtype=np.bool_)
            model.county.apply(leaves_if_paid, rows, paid, goes)
            found.append(int(goes.sum()))
        return found[0], found[1]

    (alone, paid), (anyway, no_more) = sent(""), sent("first_journeys")
    assert alone == 0 and paid > 10
    assert no_more - anyway < 0.4 * paid


def test_going_once_teaches_and_who_did_not_do_well_stays_at_home() -> None:
    h = lived().households
    been, failed, away = (h["knows"] >> BEEN_AWAY) & 1 == 1, (h["knows"] >> FAILED_AWAY) & 1 == 1, h["migrants"] > 0
    assert been[away].all()
    assert failed[been].mean() == pytest.approx(0.25, abs=0.05)
    assert away[been & ~failed].mean() > 0.6 > 0.1 > away[failed].mean()
    assert not ((lived("first_journeys").households["knows"] >> FAILED_AWAY) & 1).any()


def test_more_go_away_as_generations_change() -> None:
    def grown(without: str) -> float:
        model = opened(without)
        shares = [model.households["migrants"].sum() / model.households["workers"].sum()]
        model.run_model()
        shares.append(model.households["migrants"].sum() / model.households["workers"].sum())
        return float(shares[1] / shares[0])

    assert grown("") > grown("generations") + 0.02


def test_a_road_brings_work_nearer_and_inputs_cheaper() -> None:
    def jobs(without: str) -> tuple[float, float]:
        found = []
        for road in (0.3, 0.9):
            model = opened(without, 12)
            model.villages["road"] = road
            for _ in model.months():
                break
            found.append((float(model.villages["jobs_now"].mean()), float(model.villages["input_price"].mean())))
        return found[1][0] / found[0][0], found[1][1] / found[0][1]

    (more, cheaper), (same, alike) = jobs(""), jobs("roads")
    assert more > 1.2 and cheaper < 0.97
    assert same == pytest.approx(1.0, abs=0.02) and alike == 1.0


def test_what_kin_lend_and_give_is_what_neighbours_can_spare() -> None:
    def from_elsewhere(without: str) -> float:
        """Of what was lent and given, the part for which no household has paid."""
        accounts = lived(without).county.accounts
        moved = accounts.matrix()
        helped = sum(moved["relatives", HOUSEHOLDS, f"{what} from relatives"] for what in ("loans", "help"))
        return -accounts.balances["relatives"] / helped

    assert from_elsewhere("") < 0.1 and from_elsewhere("kin") > 0.5


def test_the_years_slow_as_they_did() -> None:
    def growth(without: str, year: int) -> float:
        model = opened(without)
        levels = []
        for y in (year - 1, year):
            model.today.year, model.today.calendar_month = y, 7
            write_month(model.today, model.county.p)
            levels.append(model.today.wage_trend)
        return levels[1] / levels[0] - 1.0

    assert growth("", 2013) == pytest.approx(2609 / 2290 - 1.0, abs=0.01)
    assert growth("", 2018) == pytest.approx(3721 / 3485 - 1.0, abs=0.01)
    assert growth("years", 2018) == pytest.approx(0.139, abs=0.002)
    p = opened().county.p
    assert growth("", 2030) == pytest.approx((1.0 + p.later_cpi) * (1.0 + p.later_growth) - 1.0, abs=0.001)
