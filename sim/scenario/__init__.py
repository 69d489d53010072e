"""The scenario file: what is done, in which world. `load_plan` makes a `Plan` of it or says what is wrong."""

from sim.money.purse import Purse
from sim.scenario.catalogue import PROFILES, SCENARIOS, Catalogue, find_scenario, shipped_scenarios
from sim.scenario.comparable import check_comparable, check_same_era
from sim.scenario.load import load_plan, load_plans
from sim.scenario.parts import Campaign, PolicyPlan, World
from sim.scenario.plan import Plan
from sim.scenario.title import Title

__all__ = [
    "PROFILES",
    "SCENARIOS",
    "Campaign",
    "Catalogue",
    "Plan",
    "PolicyPlan",
    "Purse",
    "Title",
    "World",
    "check_comparable",
    "check_same_era",
    "find_scenario",
    "load_plan",
    "load_plans",
    "shipped_scenarios",
]
