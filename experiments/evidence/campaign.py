"""What the campaign's documents claim, beside the shipped mix: its first year, and the same year without it."""

from __future__ import annotations

from dataclasses import dataclass

from experiments.evidence.living import Bools, Floats, last_income, part, persons, plan_of, share_of_persons
from experiments.evidence.nulls import NullWorld
from experiments.evidence.registry import measure, view
from sim import VillageModel
from sim.scenario import Plan

START, MONTHS = "2012-12-24", 12


@dataclass
class Year:
    """A year's mean incomes (yuan a head, before and after) of everyone and of linked households; poor persons."""

    before: float
    after: float
    linked_before: float
    linked_after: float
    poor_before: float
    poor_after: float


@dataclass
class Campaign:
    """The first year with the mix, and without any policy."""

    mix: Year
    quiet: Year


@dataclass
class Leavers:
    """School leavers in the shipped scenario."""

    trained: float
    placed: float


@view(villages=30, quick=10, seeds=48)
def campaign(villages: int, seed: int, null: NullWorld | None = None) -> Campaign:
    """The shipped mix of credit, industry and training over its first twelve months, and the same year without it."""
    plan = plan_of("mix", villages, seed, START, MONTHS, null=null)
    return Campaign(_year(plan, seed), _year(plan.model_copy(update={"policies": ()}), seed))


@view(villages=60, quick=20, seeds=4)
def leavers(villages: int, seed: int, null: NullWorld | None = None) -> Leavers:
    """The shipped scenario of school leavers' training, to the end of the campaign's year."""
    plan = plan_of("scenarios/more/school_leavers.toml", villages, seed, START, MONTHS, null=null)
    model = VillageModel(plan, rng=seed)
    for _ in model.months():
        pass
    done = model.county.books[model.policies[-1].label].counts
    model.close()
    return Leavers(done.get("trained", 0.0), done.get("placed", 0.0))


def _year(plan: Plan, seed: int) -> Year:
    model = VillageModel(plan, rng=seed)
    people, linked = persons(model), model.households["linked"] == 1
    before, line = last_income(model), model.county.line_yuan
    lines = [model.today.line_yuan for _ in model.months()]
    after = last_income(model)
    new_line = sum(lines) / len(lines)
    model.close()
    return Year(
        before=_mean(before, people, linked | True),
        after=_mean(after, people, linked | True),
        linked_before=_mean(before, people, linked),
        linked_after=_mean(after, people, linked),
        poor_before=share_of_persons(before < line, people),
        poor_after=share_of_persons(after < new_line, people),
    )


def _mean(income: Floats, people: Floats, who: Bools) -> float:
    return float((income * people)[who].sum() / people[who].sum())


@measure("campaign")
def mix_income_2013(seen: Campaign) -> float:
    """Mean net income per head in the mix's first twelve months, yuan."""
    return seen.mix.after


@measure("campaign")
def mix_growth_2013(seen: Campaign) -> float:
    """Its growth over the twelve months before."""
    return seen.mix.after / seen.mix.before - 1.0


@measure("campaign")
def quiet_income_2013(seen: Campaign) -> float:
    """Mean net income per head of the same twelve months without any policy, yuan."""
    return seen.quiet.after


@measure("campaign")
def quiet_growth_2013(seen: Campaign) -> float:
    """The same growth in the same year without any policy."""
    return seen.quiet.after / seen.quiet.before - 1.0


@measure("campaign")
def mix_growth_linked_2013(seen: Campaign) -> float:
    """The same growth of the linked households, who were chosen for being poor: part of it is chance that passes."""
    return seen.mix.linked_after / seen.mix.linked_before - 1.0


@measure("campaign")
def quiet_growth_linked_2013(seen: Campaign) -> float:
    """The same of the linked households without any policy."""
    return seen.quiet.linked_after / seen.quiet.linked_before - 1.0


@measure("campaign")
def mix_poor_change_2013(seen: Campaign) -> float:
    """Change of the number of poor persons in the mix's first year, as a share of it."""
    return seen.mix.poor_after / seen.mix.poor_before - 1.0


@measure("campaign")
def quiet_poor_change_2013(seen: Campaign) -> float:
    """The same without any policy."""
    return seen.quiet.poor_after / seen.quiet.poor_before - 1.0


@measure("leavers")
def leavers_placed(seen: Leavers) -> float:
    """School leavers placed in work over those trained."""
    return part(seen.placed, seen.trained)
