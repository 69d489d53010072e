"""Small worlds to run in tests: the shipped county with few households a village, and scenarios written on the spot."""

from __future__ import annotations

import tomllib
from collections import OrderedDict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from math import ceil
from pathlib import Path
from typing import Any
from unittest.mock import patch

import numpy as np
import tomli_w
from numpy.typing import NDArray

from sim.campaign.delivery import Delivery
from sim.model import VillageModel
from sim.population import fitting, kept
from sim.population.profile import Profile
from sim.scenario import PROFILES, SCENARIOS, Plan, load_plan

NOT_SCENARIOS = ("nations", "profiles", "trials", "calibration", "what_if", "designs", "templates")
KINDS = ("households", "villages", "cadres", "units")
FIVE = """
title = { en = "Plain", zh = "无" }
era = "2012"
horizon_months = 12
world = { profile = "five_villages", villages = 5 }
campaign = { start = 2012-12-24, days = 100 }
"""
"""A scenario file of five villages in which nothing is done; text to which tests add what they ask about."""
GIFTS = """
title = { en = "Gifts", zh = "赠款" }
extends = "plain.toml"
[[policies]]
kind = "gifts:Gifts"
[[purses]]
id = "gifts"
title_en = "Gifts"
title_zh = "赠款"
amount_yuan = 1e6
uses = ["gifts"]
"""
"""One that extends it by a policy of the test's own, gifts.py, and its purse."""
VISITS: dict[str, Any] = {"kind": "visits"}
# Policies of the kinds that campaigns consist of, each with money enough to act in a few small villages.
EVERY_POLICY: tuple[dict[str, Any], ...] = (
    VISITS,
    {"kind": "microcredit", "label": "microlender", "channel": "microlender", "told_share": 1.0},
    {"kind": "microcredit", "label": "women", "channel": "women", "told_share": 0.8},
    {"kind": "industry", "label": "livestock", "line": "livestock", "purses": ["industry_funds"], "contract": 0.5},
    {"kind": "industry", "label": "fruit", "line": "fruit", "form": "grant", "own_share": 0.2, "capture": 0.0},
    {"kind": "training", "label": "farm", "content": "farm", "follow_up": True},
    {"kind": "training", "label": "leavers", "content": "leavers", "places": 4000},
    {"kind": "publicity", "label": "publicity", "subjects": ["orchard", "livestock", "credit", "jobs"]},
    {"kind": "demonstration", "line": "livestock"},
    {"kind": "cash", "budget_yuan": 3_000_000, "months": 2},
    {"kind": "support_units"},
    {"kind": "microcredit", "label": "fund", "channel": "village_fund", "purses": ["bank_shuanglian"]},
    {"kind": "firm_credit", "borrower": "cooperative", "subsidy": 0.5},
    {"kind": "publicity", "label": "broadcast", "medium": "broadcast", "subjects": ["greenhouse", "training"]},
    {"kind": "examinations", "book": 0.5, "vote": 0.5, "checks": 2, "incomes": True, "cut": 0.3},
    {"kind": "rectification", "end_day": 365},
    {"kind": "levels"},
    {"kind": "partners", "pairs": 2000, "end_day": 365},
    {"kind": "first_secretaries", "end_day": 365},
    {"kind": "infrastructure", "road": 40, "water": 40, "irrigation": 40, "toilets": 40, "end_day": 365},
    {"kind": "streams", "end_day": 365},
    {"kind": "dynamic_management", "every_months": 1, "share": 0.4, "end_day": 365},
    {"kind": "bent_policies", "bent_times": 3.0},
    {"kind": "hearing", "law_share": 0.3},
    {"kind": "education", "end_day": 730},
)
UNFUNDED = (
    "examinations", "rectification", "partners", "first_secretaries", "infrastructure", "streams", "dynamic_management",
    "bent_policies", "hearing", "education",
)  # fmt: skip
"""Kinds for which the shipped county has no purse: a plan of a test that names one gets a purse for it."""


def small_profile(
    folder: Path, households: int = 40, villages: int = 215, of: str = "gansu_county", **changes: Mapping[str, Any]
) -> Path:
    """The shipped county (or the profile `of`) with so many households a village, and sections changed."""
    county = tomllib.loads((PROFILES / f"{of}.toml").read_text(encoding="utf-8"))
    county["size"] = {"villages": villages, "households_per_village": households, "village_spread": 0.35}
    if villages < 215:
        county["townships"] = [{**county["townships"][0], "villages": villages}]
    for section, values in changes.items():
        county[section] = {**county[section], **values}
    path = folder / f"{of}_{villages}_{households}.toml"
    path.write_text(tomli_w.dumps(county), encoding="utf-8")
    return path


def plan_of(
    folder: Path,
    policies: Iterable[Mapping[str, Any]] = (VISITS,),
    *,
    villages: int = 3,
    months: int = 12,
    profile: Path | str | None = None,
    closure: str = "endogenous",
    days: int = 100,
    purses: Sequence[Mapping[str, Any]] = (),
    uncertainties: Mapping[str, Any] | None = None,
    place: Mapping[str, Any] | None = None,
    name: str = "test",
) -> Plan:
    """A plan, by way of a scenario file."""
    world = {"profile": str(profile or small_profile(folder)), "villages": villages, "population_seed": 1}
    policies = list(policies)
    funded = {kind for purse in purses for kind in purse["uses"]}
    own = [kind for kind in UNFUNDED if kind not in funded and any(policy["kind"] == kind for policy in policies)]
    more = [{"id": f"{kind}_funds", "title_en": kind, "title_zh": kind, "amount_yuan": 2e7, "uses": [kind]}
            for kind in own]  # fmt: skip
    scenario = {
        "title": {"en": "test", "zh": "测试"},
        "era": "2012",
        "horizon_months": months,
        "closure": closure,
        "world": world | ({"place": dict(place)} if place else {}),
        "campaign": {"start": "@start", "days": days},
        "policies": policies,
        "purses": [*purses, *more],
        "uncertainties": dict(uncertainties or {}),
    }
    text = tomli_w.dumps({key: value for key, value in scenario.items() if value or key == "policies"})
    path = folder / f"{name}.toml"
    path.write_text(text.replace('"@start"', "2012-12-24"), encoding="utf-8")
    return load_plan(path)


@contextmanager
def fitted_on(households: int) -> Iterator[None]:
    """Fit worlds on about so many households, for tests to which their books within a few percent are near enough."""

    def villages(profile: Profile) -> int:
        wanted = ceil(households / profile.size.households_per_village)
        return wanted if wanted < profile.villages else profile.villages * ceil(wanted / profile.villages)

    # Neither what was fitted on more, and opened, is taken here, nor what is made here elsewhere.
    few = patch.multiple(fitting, reference_villages=villages, _FITS={})
    with few, patch.object(kept, "_KEPT", OrderedDict()):
        yield


def lived(plan: Plan, seed: int = 3, **how: Any) -> VillageModel:
    """The model after its last day."""
    model = VillageModel(plan, rng=seed, **how)
    model.run_model()
    model.close()
    return model


def served(model: VillageModel) -> NDArray[np.bool_]:
    """Households reached by any policy."""
    return np.logical_or.reduce([np.zeros(len(model.households), dtype=bool), *_of(model, "served")])


def done(book: Delivery) -> float:
    """Households that a policy has reached, or what it has counted where it reaches villages and no household."""
    return float(book.served.sum()) or sum(book.counts.values())


def worth(model: VillageModel) -> NDArray[np.float64]:
    """What households got from all policies together, in yuan."""
    return np.sum([np.zeros(len(model.households)), *_of(model, "worth_yuan")], axis=0)


def _of(model: VillageModel, what: str) -> list[Any]:
    return [getattr(book, what) for book in model.county.books.values()]


def differing(one: VillageModel, other: VillageModel, kinds: Iterable[str] = KINDS) -> list[str]:
    """Columns that are not the same to the last bit, as "households.cash_yuan"."""
    found = []
    for kind in kinds:
        a, b = getattr(one, kind), getattr(other, kind)
        names = a.dtype.names if len(a) == len(b) else ["(number)"]
        found += [f"{kind}.{n}" for n in names if len(a) != len(b) or a[n].tobytes() != b[n].tobytes()]
    return found


def records_bytes(columns: Mapping[str, np.ndarray]) -> dict[str, bytes]:
    """The long records as bytes, texts in UTF-8."""
    return {
        name: "\n".join(cells).encode() if cells.dtype == object else cells.tobytes() for name, cells in columns.items()
    }


def shipped_scenario_files() -> list[Path]:
    """Every scenario that ships, those of the first comparison and the others."""
    return sorted(file for file in SCENARIOS.rglob("*.toml") if file.parent.name not in NOT_SCENARIOS)


def shipped_plan(folder: Path, file: Path, *overrides: str, villages: int = 3, months: int = 12) -> Plan:
    """A shipped scenario in a small world: the first three villages are one a terrain."""
    profile = small_profile(folder, of="ex_poor_county_2023" if file.parent.name == "2023" else "gansu_county")
    world = (f"world.profile={profile}", f"world.villages={villages}", f"horizon_months={months}")
    return load_plan(file, [*world, *overrides])
