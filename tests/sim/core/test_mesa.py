"""The model in the hands of someone who knows Mesa: agents, collectors, batches, and nothing left behind."""

from __future__ import annotations

import gc
import weakref
from collections.abc import Iterator
from typing import Any

import mesa
import numpy as np
import pytest

from sim import VillageModel, load_plan
from sim.agents.cadre import Cadre
from sim.agents.household import Household
from sim.agents.unit import Unit
from sim.agents.village import Village
from sim.core.errors import UserError
from sim.month import close_month, live_month
from sim.running import run
from sim.scenario import Plan

pytestmark = pytest.mark.filterwarnings("error")

SMALL = ["world.profile=five_villages", "world.villages=2", "campaign.days=20", "horizon_months=2"]


@pytest.fixture(scope="module")
def plan() -> Plan:
    return load_plan("baseline", SMALL)


@pytest.fixture
def model(plan: Plan) -> Iterator[VillageModel]:
    made = VillageModel(plan, rng=17)
    yield made
    made.close()


def households(model: VillageModel) -> Any:
    return model.agents_by_type[Household]


def test_there_is_an_agent_for_every_row(model: VillageModel) -> None:
    assert model.agent_types == [Household, Village, Cadre, Unit]
    sizes = {kind: len(agents) for kind, agents in model.agents_by_type.items()}
    rows = (model.households, model.villages, model.cadres, model.units)
    assert sizes == dict(zip(model.agent_types, map(len, rows), strict=True))
    assert len(model.agents) == sum(sizes.values())
    assert households(model).get("key") == model.county.keys.tolist()
    assert [h.row for h in households(model)] == list(range(len(model.households)))


def test_a_compiled_run_makes_no_agents(model: VillageModel) -> None:
    model.run_model()
    assert "_mesa_agents" not in vars(model)


def test_steps_are_days_and_the_last_one_stops_the_model(plan: Plan, model: VillageModel) -> None:
    model.step()
    assert (model.steps, model.running, model.today_date) == (1, True, plan.first_day)
    model.run_model()
    assert (model.running, model.today_date) == (False, plan.last_day)
    assert model.steps == (plan.last_day - plan.first_day).days + 1


def test_attributes_are_the_columns(model: VillageModel) -> None:
    one = next(iter(households(model)))
    assert type(one.persons) is int and type(one.cash_yuan) is float and type(one.trust[0]) is float
    assert one.persons == model.households["persons"][0]
    one.cash_yuan, one.trust[2] = 1234.5, 0.75
    assert model.households["cash_yuan"][0] == 1234.5 and model.households["trust"][0, 2] == 0.75
    model.households["drive"][0] = 0.125
    assert one.drive == 0.125
    with pytest.raises(AttributeError, match="no column 'cash'; declared: key, village"):
        one.cash = 1.0


def test_agent_sets_select_do_get_set_and_sum_up(model: VillageModel) -> None:
    column = model.households["persons"]
    large = households(model).select(lambda h: h.persons >= 5)
    assert len(large) == (column >= 5).sum()
    assert large.agg("persons", max) == column.max()
    large.set("cash_yuan", 7.0)
    large.do(lambda h: setattr(h, "cash_yuan", 2.0 * h.cash_yuan))
    assert (model.households["cash_yuan"][column >= 5] == 14.0).all()
    assert sum(households(model).groupby("village").count().values()) == len(column)
    assert households(model).get(["village", "persons"])[0] == [0, column[0]]


def test_a_household_knows_its_village_its_contacts_and_its_income(model: VillageModel) -> None:
    for one in households(model):
        village = model.village_of(one)
        assert village.first <= one.row < village.last
        assert all(one in other.contacts and model.village_of(other) is village for other in one.contacts)
        assert one.income_per_head_yuan == pytest.approx(model.county.income_per_head[one.row], rel=1e-12)


def test_month_runs_the_rule_on_one_household_alone(model: VillageModel) -> None:
    one = list(households(model))[3]
    before = model.households.copy()
    live_month(one)
    changed = np.flatnonzero(model.households != before)
    assert changed.tolist() == [3]
    assert one.cash_yuan != before["cash_yuan"][3] and one.consumption_year_yuan > 0


def test_a_month_lived_by_hand_is_the_month_of_the_engine(model: VillageModel) -> None:
    """The first household of a village is the first to live its month: no neighbour comes before it.

    And as the village's month ends no neighbour settles with it, since all kin live elsewhere.
    """
    alone = {f"world.place.livelihood.{name}": 0.0 for name in ("kin_within", "kin_forgiven")}
    plan = model.plan.with_settings(alone)
    model, by_engine = VillageModel(plan, rng=17), VillageModel(plan, rng=17)
    county, loans = by_engine.county, by_engine.county.loans
    contacts = county.world.indptr
    county.everywhere(close_month, county.tills, loans.loans, loans.lenders, loans.till, contacts)
    model.villages["free_days"] = 0.0
    live_month(next(iter(households(model))))
    assert model.households[0].tobytes() == by_engine.households[0].tobytes()


def test_agents_of_a_users_own_stand_beside_ours(model: VillageModel) -> None:
    class Trader(mesa.Agent):  # type: ignore[misc]
        pass

    trader = Trader(model)
    assert trader in model.agents and len(model.agents_by_type[Trader]) == 1
    ids = model.agents.get("unique_id")
    assert len(set(ids)) == len(ids)
    trader.remove()
    assert trader not in model.agents


def test_nobody_can_be_taken_out_of_the_world(model: VillageModel) -> None:
    with pytest.raises(UserError, match="a Household cannot be removed"):
        next(iter(households(model))).remove()


@pytest.mark.parametrize("rng", [None, "17", 1.5, -1, True])
def test_the_seed_must_be_a_whole_number(plan: Plan, rng: Any) -> None:
    with pytest.raises(UserError, match="rng must be a whole number"):
        VillageModel(plan, rng=rng)


def test_users_shuffles_change_no_outcome(plan: Plan, model: VillageModel) -> None:
    model.random.random()
    households(model).shuffle_do(lambda h: None)
    model.run_model()
    other = VillageModel(plan, rng=17)
    other.run_model()
    assert model.households.tobytes() == other.households.tobytes()


class Watched(VillageModel):
    """A model with a collector, as a Mesa user writes one."""

    def __init__(self, plan: Plan, rng: int = 17) -> None:
        super().__init__(plan, rng)
        self.datacollector = mesa.DataCollector(
            model_reporters={"cash": lambda m: float(m.households["cash_yuan"].mean()), "day": "day"},
            agenttype_reporters={Village: {"away": "away_share"}},
        )

    def step(self) -> None:
        super().step()
        self.datacollector.collect(self)


def test_a_data_collector_sees_every_day(plan: Plan) -> None:
    model = Watched(plan, rng=3)
    for _ in range(40):
        model.step()
    days = model.datacollector.get_model_vars_dataframe()
    assert days["day"].tolist() == list(range(40))
    assert days["cash"].iloc[-1] == model.households["cash_yuan"].mean() != days["cash"].iloc[0]
    villages = model.datacollector.get_agenttype_vars_dataframe(Village)
    assert len(villages) == 40 * 2 and villages["away"].iloc[-1] == model.villages["away_share"][-1]


REPORTERS: dict[str, Any] = {
    "by_name": "income_year",
    "by_function": lambda h: h.income_year,
    "in_a_tuple": lambda h: (h.key, {"income": [h.income_year]}),
    "column": lambda h: h.model.households["income_year"][h.row],
    "whole_row": lambda h: h.model.households[h.row],
}


def only_households(reporter: Any) -> Any:
    return lambda agent: reporter(agent) if isinstance(agent, Household) else 0


def test_a_collector_keeps_the_values_of_its_day(plan: Plan) -> None:
    """Array columns, parts of them and whole rows are views of what changes from day to day."""
    model = VillageModel(plan, rng=3)
    of_household = {name: only_households(r) for name, r in REPORTERS.items() if callable(r)}
    collector = mesa.DataCollector(
        model_reporters={"all": lambda m: [h.income_year for h in households(m)], "rows": "households"},
        agent_reporters={"by_name": "income_year", **of_household},
        agenttype_reporters={Household: REPORTERS},
    )
    as_it_stood = []
    for _ in range(35):  # a month ends on the 31st day
        model.step()
        collector.collect(model)
        as_it_stood.append(model.households["income_year"].tolist())
    assert as_it_stood[0] != as_it_stood[-1]
    of_all, of_type = collector.get_agent_vars_dataframe(), collector.get_agenttype_vars_dataframe(Household)
    n = len(model.households)
    for day, incomes in enumerate(as_it_stood):
        for frame in (of_type, of_all):
            rows = frame.loc[day + 1].iloc[:n]
            assert list(map(list, rows["by_name"])) == list(map(list, rows["by_function"])) == incomes
            assert [list(cell[1]["income"][0]) for cell in rows["in_a_tuple"]] == incomes
            assert [cell.tolist() for cell in rows["column"]] == incomes
            assert [cell["income_year"].tolist() for cell in rows["whole_row"]] == incomes
        of_model = collector.get_model_vars_dataframe().iloc[day]
        assert list(map(list, of_model["all"])) == of_model["rows"]["income_year"].tolist() == incomes


@pytest.mark.skipif(not hasattr(mesa, "batch_run"), reason="this Mesa has no batch_run")
def test_batch_run_gives_what_a_run_gives(plan: Plan) -> None:
    parameters: dict[str, Any] = {"plan": [plan]}
    if mesa.__version__ < "3.5":
        rows = mesa.batch_run(Watched, {**parameters, "rng": [1, 2]}, display_progress=False)
    else:
        rows = mesa.batch_run(Watched, parameters, rng=[1, 2], display_progress=False)
    by_seed = {row["rng"]: row for row in rows}
    for seed in (1, 2):
        alone = Watched(plan, rng=seed)
        alone.run_model()
        assert by_seed[seed]["day"] == alone.clock.last_day_index
        assert by_seed[seed]["cash"] == alone.households["cash_yuan"].mean()


@pytest.mark.skipif(mesa.__version__ >= "3.5", reason="its batch_run gives each iteration a seed of its own")
@pytest.mark.parametrize("seeds", [{}, {"rng": [5]}])
def test_iterations_that_would_repeat_one_run_are_refused(plan: Plan, seeds: dict[str, Any]) -> None:
    with pytest.raises(UserError, match=r'repeat one run.*"rng": \[1, 2, 3\]'):
        mesa.batch_run(Watched, {"plan": [plan], **seeds}, iterations=3, max_steps=1, display_progress=False)


def test_models_with_agents_are_collected(plan: Plan) -> None:
    made = []
    for seed in range(2):
        model = VillageModel(plan, rng=seed)
        model.agents.do(lambda agent: None)
        model.step()
        made.append(weakref.ref(model))
        del model
    gc.collect()
    assert [one() for one in made] == [None, None]


def test_objects_and_rows_give_the_same_bytes(plan: Plan) -> None:
    compiled, objects = (run(plan, 5, engine=engine).records for engine in ("compiled", "agents"))
    assert list(compiled) == list(objects)
    for name, column in compiled.items():
        assert column.tolist() == objects[name].tolist() or column.tobytes() == objects[name].tobytes(), name
