"""Measures that no run seed moves: the world as it opens, and what a good course teaches. Taken once a vector."""

from __future__ import annotations

import math
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from sim.core.errors import UserError
from sim.model import VillageModel
from sim.money.purse import Purse
from sim.policies import registry
from sim.population import describe
from sim.population.opening import Opened
from sim.recording.livelihoods import staple_yield_kg_mu
from sim.scenario import Campaign, Plan, PolicyPlan

SEED = 1
COURSE = {
    "content": "farm",
    "follow_up": True,
    "places": 1000,  # in a whole county: no more than its good trainers can teach
    "class_size": 25,
    "capture": 0.0,
}
PURSE = Purse(id="courses", title_en="Courses", title_zh="培训资金", amount_yuan=1e9, uses=("training",))


class Known:
    """A plan that is known again by its digest."""

    def __init__(self, plan: Plan) -> None:
        self.plan, self.digest = plan, plan.digest()

    def __hash__(self) -> int:
        return hash(self.digest)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Known) and other.digest == self.digest


def opened_world(known: Known, name: str) -> float:
    """A measure of the opened world, one of `sim.population.describe.MEASURES`.

    Raises:
        UserError: There is nobody to measure it on.
    """
    value = describe.MEASURES[name](_opened(known))
    if math.isnan(value):
        raise UserError(f"the opened world has nobody to measure world/{name} on", field="measure")
    return value


@lru_cache(maxsize=1)
def _opened(known: Known) -> describe.Part:
    model = VillageModel(known.plan, rng=SEED)
    opened = Opened(model.county.world, model.market, model.county.line_yuan)
    part = describe._part(opened, model.p, 0, len(model.villages))
    _let_go(model)
    return part


@lru_cache(maxsize=8)
def course_gain(known: Known, month: int) -> float:
    """What a well-taught course with follow-up adds to its trainees' yields: the same households with it and without.

    Args:
        known: The world.
        month: When yields are compared, counted from the first day of the run and of the courses.

    Returns:
        The mean gain, as a share.

    Raises:
        UserError: Nobody was trained.
    """
    settings = registry()["training"].Settings.model_validate(COURSE)
    policy = PolicyPlan(kind="training", label="training", settings=settings)
    with_it, trained = _yields(known.plan, month, (policy,))
    without, _ = _yields(known.plan, month, ())
    trained &= without > 0
    if not trained.any():
        raise UserError("nobody was trained in so small a world", field="measure", mend="take more villages")
    return float(np.mean(with_it[trained] / without[trained])) - 1.0


def _yields(plan: Plan, month: int, policies: tuple[PolicyPlan, ...]) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
    """Yield of each household by that month, and who has been on a course."""
    campaign = Campaign(start=plan.campaign.start, days=100)
    changes = {"policies": policies, "purses": (PURSE,), "campaign": campaign, "horizon_months": month}
    model = VillageModel(plan.model_copy(update=changes), rng=SEED)
    model.run_model()
    found = staple_yield_kg_mu(model.county), _trained(model)
    _let_go(model)
    return found


def _trained(model: VillageModel) -> NDArray[np.bool_]:
    served = [book.served for book in model.county.books.values()]
    nobody = np.zeros(len(model.households), dtype=np.bool_)
    return np.asarray(np.logical_or.reduce([nobody, *served]))


def _let_go(model: VillageModel) -> None:
    model.close()
    vars(model).clear()  # a model stands in circles, which would keep its rows until the collector comes by
