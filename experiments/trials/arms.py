"""Who is offered what: units dealt out to arms by lot, and the policies of all arms gathered into one plan."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from experiments.trials.file import ArmPolicy, Trial
from experiments.trials.outcome import Condition
from experiments.trials.survey_measures import Reading, values
from experiments.trials.world import mean_household_yuan
from sim.core.draws import decision, uniforms
from sim.core.errors import UserError
from sim.core.numerics import add_up
from sim.policies.policy import Policy
from sim.population.profile import Profile
from sim.population.sharing import interleave
from sim.scenario import Campaign, Plan, PolicyPlan, World
from sim.scenario.parts import month_end

Mask = NDArray[np.bool_]
Ints = NDArray[np.int64]
NOBODY = -1
"""Kinds that act on whole villages: households of one village cannot be told apart by them."""
ENOUGH = 0.9  # share of the households asked for that must be found eligible
USUAL_DAYS = 100  # a policy that does not say when it ends takes people in for so long
ENROL = decision("trial.enrol")
ASSIGN = decision("trial.assign")
COMPLY = decision("trial.comply")
CROSS = decision("trial.cross")
TELL = decision("trial.tell")


# ---- the offers ----------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Offer:
    """One policy of the trial's plan, and the arms that have it.

    Attributes:
        policy: The policy, under the label it has in the plan.
        arms: Numbers of the arms that are offered it.
        programme: Bit of `knows` that means "has been told of it"; 0 if nobody needs to be.
    """

    policy: PolicyPlan
    arms: tuple[int, ...]
    programme: int

    @property
    def label(self) -> str:
        """Its label in the plan."""
        return self.policy.label

    @property
    def start_day(self) -> int:
        """The campaign day on which it starts."""
        return self.policy.settings.start_day


def offers_of(trial: Trial, profile: Profile) -> tuple[Offer, ...]:
    """The policies of all arms, amounts in yuan; the same policy with the same settings in several arms is one.

    A policy that does not say when it ends takes people in for a hundred days, and pays for all its months. Training
    without a number of places has one for each household of its arms; a lender tells nobody but whom the arm says,
    unless it is told to.

    Raises:
        UserError: There are more policies of a kind than a world can have, or one that acts on whole villages is
            offered to households.
    """
    income = mean_household_yuan(profile)
    merged: dict[tuple[str, str], tuple[ArmPolicy, list[int]]] = {}
    for number, arm in enumerate(trial.arms):
        for policy in arm.policies:
            if trial.design.unit == "household" and policy.policy_class().village_wide:
                raise UserError(
                    f"'{policy.kind}' acts on whole villages: it cannot be offered to some of a village's households",
                    file=trial.file,
                    field=f"arms.{arm.name}.{policy.label}",
                    mend="randomise villages or branches",
                )
            policy = _complete(policy)
            plan = policy.plan(income)
            if plan.settings.end_day is not None and plan.settings.end_day < plan.settings.start_day:
                problem = f"ends on day {plan.settings.end_day}, before it starts on day {plan.settings.start_day}"
                raise UserError(problem, file=trial.file, field=f"arms.{arm.name}.{policy.label}.end_day")
            merged.setdefault((plan.kind, plan.settings.model_dump_json()), (policy, []))[1].append(number)
    _check_number(trial, [policy.policy_class() for policy, _ in merged.values()])
    offers: list[Offer] = []
    for policy, arms in merged.values():
        label = f"{trial.arms[arms[0]].name}.{policy.label}"
        if any(label == offer.label for offer in offers):
            label += f".{len(offers)}"
        plan = _with_places(policy, trial, arms, profile).plan(income).model_copy(update={"label": label})
        offers.append(Offer(plan, tuple(arms), policy.policy_class().programme))
    return tuple(offers)


def _complete(policy: ArmPolicy) -> ArmPolicy:
    """The policy with what a trial leaves unsaid."""
    settings = dict(policy.settings)
    days = max(USUAL_DAYS, 30 * int(settings.get("months", 0)))  # nobody's payments are cut short
    settings.setdefault("end_day", int(settings.get("start_day", 1)) + days - 1)
    if "told_share" in policy.policy_class().Settings.model_fields:
        settings.setdefault("told_share", 0.0)
    return policy.model_copy(update={"settings": settings})


def _with_places(policy: ArmPolicy, trial: Trial, arms: Sequence[int], profile: Profile) -> ArmPolicy:
    """With a place for each household of its arms, where places can be stated and are not: places thin out quality."""
    settings = dict(policy.settings)
    if "places" in policy.policy_class().Settings.model_fields:
        everyone = trial.design.clusters if trial.design.unit == "household" else profile.households
        settings.setdefault("places", max(1, round(everyone * add_up(trial.arms[number].share for number in arms))))
    return policy.model_copy(update={"settings": settings})


def _check_number(trial: Trial, classes: Sequence[type[Policy]]) -> None:
    """No more policies of a kind than a world can have."""
    for cls in dict.fromkeys(classes):
        if cls.most is not None and classes.count(cls) > cls.most:
            raise UserError(
                f"{classes.count(cls)} different policies of the kind '{cls.kind}'",
                file=trial.file,
                field="arms.policies",
                allowed=f"{cls.most} in all arms together",
                mend="give arms the same settings, which makes them one policy",
            )


def plan_of(trial: Trial, profile: Profile, offers: Sequence[Offer]) -> Plan:
    """The plan that a replicate runs: every arm's policies, and a campaign as long as they last."""
    first = trial.world.opens
    horizon = (month_end(first.replace(day=1), trial.months) - first).days + 1
    last = max((offer.policy.settings.end_day or 1 for offer in offers), default=1)
    return Plan(
        id=trial.id,
        title=trial.title,
        era=profile.era,
        horizon_months=trial.months,
        closure=trial.world.closure,
        world=World(
            profile=trial.world.profile,
            villages=profile.villages,
            place=dict(trial.world.place),
            country=trial.world.country,
        ),
        campaign=Campaign(start=first, days=min(last, horizon)),
        policies=tuple(offer.policy for offer in offers),
        purses=profile.purses,
    )


# ---- the lot -------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Assignment:
    """What the lot gave each household.

    Attributes:
        eligible: Who may take part.
        cluster: Key of its unit of randomisation; -1 for households outside the trial.
        arm: Number of the arm it was assigned to; -1 outside the trial.
        gets: Number of the arm whose offer really comes; -1 if none does.
    """

    eligible: Mask
    cluster: Ints
    arm: Ints
    gets: Ints

    def offered(self, arms: Sequence[int]) -> Mask:
        """The households to which the offers of these arms really come."""
        return self.eligible & np.isin(self.gets, arms)


def assign(trial: Trial, reading: Reading, seed: int) -> Assignment:
    """Deal the units out to the arms.

    Every draw is keyed by the unit, so that no order of rows and no other arm moves it. Shares are exact: units are put
    in random order and arms follow one another in it in proportion. Households are dealt out village by village
    (stratified); compliance and crossover take an exact share of an arm's units.

    Args:
        trial: The trial.
        reading: The households at month 0.
        seed: Seed of the replicate.

    Raises:
        UserError: Hardly anybody is eligible.
    """
    eligible = holds(trial.design.eligible, reading)
    unit_of, units, strata = _units(trial, reading, eligible, seed)
    order = np.lexsort((units, uniforms(seed, ASSIGN, units, 0), strata))
    arm = np.empty(len(units), dtype=np.int64)
    arm[order] = interleave([one.share for one in trial.arms], len(units))
    gets = np.where(np.array([len(one.policies) > 0 for one in trial.arms])[arm], arm, NOBODY)
    names = [one.name for one in trial.arms]
    for number, one in enumerate(trial.arms):
        mine = np.flatnonzero(arm == number)
        gets[_drawn(mine, units, 1.0 - one.compliance, COMPLY, seed)] = NOBODY
        if one.crossover:
            crossing = _drawn(mine, units, one.crossover.share, CROSS, seed)
            gets[crossing] = names.index(one.crossover.arm)
    inside = unit_of >= 0

    def each(of_units: Ints) -> Ints:
        return np.where(inside, of_units[np.maximum(unit_of, 0)], NOBODY) if len(of_units) else unit_of

    return Assignment(eligible, each(units), each(arm), each(gets))


def _units(trial: Trial, reading: Reading, eligible: Mask, seed: int) -> tuple[Ints, Ints, Ints]:
    """The unit of each household (-1: none), and the units' keys and strata."""
    h, design = reading.households, trial.design
    village = reading.county.villages["key"][h["village"]].astype(np.int64)
    if design.unit == "household":
        keys = h["key"].astype(np.int64)
        # The trial's households, spread over the villages as evenly as the eligible are.
        rows = np.flatnonzero(eligible)
        rows = rows[np.lexsort((keys[rows], uniforms(seed, ENROL, keys[rows], 0), village[rows]))]
        number = min(design.clusters, len(rows))
        if number < ENOUGH * design.clusters:
            raise UserError(
                f"{design.clusters} households are wanted, {number} are eligible in {design.village_count} villages",
                file=trial.file,
                field="design.clusters",
                mend="ask for fewer, for more villages, or for bigger ones (size.households_per_village)",
            )
        enrolled = rows[np.floor(np.arange(number) * (len(rows) / max(1, number))).astype(np.int64)]
        unit_of = np.full(len(h), NOBODY, dtype=np.int64)
        unit_of[enrolled] = np.arange(number)
        return unit_of, keys[enrolled], village[enrolled]
    if not eligible.any():
        raise UserError("nobody is eligible", file=trial.file, field="design.eligible", mend="ask for less")
    size = design.branch_villages or 1 if design.unit == "branch" else 1
    units, unit_of = np.unique((village - 1) // size, return_inverse=True)
    return unit_of.astype(np.int64), units.astype(np.int64), np.zeros(len(units), dtype=np.int64)


def _drawn(rows: Ints, keys: Ints, share: float, what: int, seed: int) -> Ints:
    """An exact share of `rows`, drawn by lot."""
    order = np.lexsort((keys[rows], uniforms(seed, what, keys[rows], 0)))
    return rows[order[: int(share * len(rows) + 0.5)]]


def told(trial: Trial, assignment: Assignment, offer: Offer, reading: Reading, seed: int) -> Ints:
    """Rows of the households that are told of an offer when it starts: their arm's share of the offered.

    By lot; or, where the arm says who is told first, so many in each village as have most (or least) of that.
    """
    h = reading.households
    keys = h["key"].astype(np.int64)
    u = uniforms(seed, TELL, keys, 0)
    offered = assignment.offered(offer.arms)
    mask = np.zeros(len(keys), dtype=np.bool_)
    for number in offer.arms:
        arm = trial.arms[number]
        mine = offered & (assignment.gets == number)
        if arm.told_first:
            mask[_first(arm.told_first, arm.told, np.flatnonzero(mine), reading, u)] = True
        else:
            mask |= mine & (u < arm.told)
    return np.flatnonzero(mask).astype(np.int64)


def _first(name: str, share: float, rows: NDArray[np.intp], reading: Reading, u: NDArray[np.float64]) -> Ints:
    """A share of `rows` in each village: those with most of a measure (with a minus: least), ties by lot."""
    found = values(reading, name.removeprefix("-"))[rows] * (1.0 if name.startswith("-") else -1.0)
    village = reading.households["village"][rows].astype(np.int64)
    order = np.lexsort((u[rows], found, village))
    where = village[order]
    place = np.arange(len(order)) - np.searchsorted(where, where, side="left")
    size = np.searchsorted(where, where, side="right") - np.searchsorted(where, where, side="left")
    return np.asarray(rows[order[place < np.floor(share * size + 0.5)]], dtype=np.int64)


# ---- conditions ----------------------------------------------------------------------------------------------------


def holds(conditions: Sequence[Condition], reading: Reading) -> Mask:
    """Households of which every condition is true as the trial opens."""
    keys = reading.households["key"].astype(np.int64)
    return held(conditions, lambda condition: values(reading, condition.column), keys)


def held(conditions: Sequence[Condition], found: Callable[[Condition], NDArray[np.float64]], keys: Ints) -> Mask:
    """Households of which every condition is true.

    Args:
        conditions: What must hold.
        found: What a condition's column is for each household, in the month that it names.
        keys: The households' keys, by which ties of a rank are broken.
    """
    mask = np.ones(len(keys), dtype=np.bool_)
    for condition in conditions:
        true = _true(condition, found(condition), keys)
        mask &= ~true if condition.all_but else true
    return mask


def _true(condition: Condition, found: NDArray[np.float64], keys: Ints) -> Mask:
    mask = np.ones(len(keys), dtype=np.bool_)
    if condition.equals is not None:
        mask &= found == condition.equals
    if condition.min is not None:
        mask &= found >= condition.min
    if condition.max is not None:
        mask &= found <= condition.max
    for share, sign in ((condition.lowest, 1.0), (condition.highest, -1.0)):
        if share is not None:
            order = np.lexsort((keys, sign * found))
            first = np.zeros(len(mask), dtype=np.bool_)
            first[order[: int(share * len(mask) + 0.5)]] = True
            mask &= first & np.isfinite(found)
    return mask
