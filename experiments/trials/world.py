"""The world of a trial: a profile with the trial's own books, as many villages as it has clusters, fitted once.

Whatever a trial's money or staff could limit is made ample: what a trial asks is what an offer does, not whether a
county could pay for it. A replicate differs in its population, not in the books, so the fit is made once in the
parent and travels with the profile.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, cast

import numpy as np
from numpy.typing import NDArray

from experiments.trials.file import Trial
from sim.calendar.today import Today
from sim.calendar.trend import write_month, year_line
from sim.core.errors import UserError
from sim.core.meaning import SHIPPED
from sim.core.numerics import add_up
from sim.core.rule import all_mean
from sim.facts.terrains import TERRAINS
from sim.money.purse import Purse
from sim.parameters import Parameters, load_parameters
from sim.parameters.packed import P, as_python, as_row
from sim.policies import registry
from sim.population import fitting
from sim.population.consistency import lognormal_headcount
from sim.population.flags import Cuts, find_cuts
from sim.population.profile import Fitted, Named, Profile
from sim.population.profile_file import load_profile as load_base
from sim.population.synthetic.recipe import Knobs
from sim.scenario.country import in_country
from sim.toml.check import check
from sim.toml.source import Place, meant, raise_all

PURSE = "trial"
AMPLE_YUAN = 1_000_000.0  # for each household: no offer of a trial comes near it
EVERY_DAY = 31.0
TINY = 1e-4  # of a headcount: a profile's is neither nought nor one
FARTHEST = 0.15  # points of headcount that the generator may be off where the file leaves the headcount open
_FITS: dict[tuple[object, ...], tuple[Knobs, Cuts, float]] = {}
"""What was fitted in this process: trials that differ in what they offer share their world."""
_UNSTATED = (
    "this headcount follows from mean, Gini and line: correct those, state poverty.headcount, or give the place "
    "its own line in [world.place] (trend.line_yuan)"
)
_OURS = {
    "size.villages": "design.clusters says how many villages there are",
    "poverty.line_yuan": "the line is a parameter: state it in [world.place] as trend.line_yuan",
    "fitted": "the fit follows from the books",
}


def parameters_of(trial: Trial) -> Parameters:
    """The parameters of the trial's place."""
    place = flat(trial.world.place)
    return in_country(load_parameters(place=place), trial.world.country, place, trial.world.opens.year)


def not_given(trial: Trial) -> tuple[str, ...]:
    """What the file does not give of `[world.country]`, so that it is China's; all of it where it names no country."""
    country = trial.world.country
    return ("name",) if country is None else country.not_given(flat(trial.world.place))


def world_of(trial: Trial) -> Profile:
    """The trial's world as a fitted profile: one township of the villages its clusters need.

    Books that the file does not state are the base profile's, but for three: the year of the books is the year before
    the trial opens; the headcount is what a lognormal distribution with this mean and this Gini index has below the
    line of that year (or the nearest that the generator reaches: its households are never all alike); and the registry
    holds as many. `terrain.river` and so on are the shares of the villages by terrain.

    Raises:
        UserError: A book is unknown or impossible, or the books do not go together.
    """
    return _fitted(books_of(trial), trial)


def expected_headcount(trial: Trial, profile: Profile) -> float:
    """The headcount that the file states, or that its mean, Gini and line imply."""
    stated = flat(trial.world.books).get("poverty.headcount")
    if stated is not None:
        return float(stated)
    income = profile.income
    line = line_of_year(income.year, as_python(parameters_of(trial).values))
    return min(1 - TINY, max(TINY, lognormal_headcount(income.yuan_per_head, income.gini, line)))


def books_of(trial: Trial) -> Profile:
    """The profile of `world_of`, not fitted yet; with its errors."""
    base = load_base(trial.world.profile)
    p = as_python(parameters_of(trial).values)
    books = flat(trial.world.books)
    data = base.model_dump(exclude={"fitted", "purses", "townships"})
    data["terrain"] = _terrain(base)
    _scale(data, base, trial.design.village_count)
    _at_prices(data, trial)
    data["income"]["year"] = trial.world.opens.year - 1
    problems = [problem for name, value in books.items() if (problem := _put(data, name, value, trial))]
    if problems:
        raise_all(problems)
    data["size"]["villages"] = trial.design.village_count
    town = {"villages": trial.design.village_count, "terrain": data.pop("terrain")}
    data["townships"] = [{"name": trial.title.model_dump(), **town}]
    data["poverty"]["line_yuan"] = year_line(int(data["income"]["year"]), p)  # no line of its own
    if "poverty.headcount" not in books:
        data["poverty"]["headcount"] = 0.5  # until the books are known to be sound
        data["poverty"]["series"] = "lognormal"
    profile, problems = check(Profile, data, lambda _: Place(trial.file), name="world.books")
    if profile is None:
        raise_all([_named_as_stated(problem) for problem in problems])
    headcount = expected_headcount(trial, profile)
    profile = profile.model_copy(update={"poverty": profile.poverty.model_copy(update={"headcount": headcount})})
    if "flags.registered_share" not in books:
        flags = profile.flags.model_copy(update={"registered_share": headcount})
        profile = profile.model_copy(update={"flags": flags})
    named = Named(en=trial.title.en, zh=trial.title.zh)
    return profile.model_copy(update={"purses": (_purse(profile, trial),), "title": named, "county": named})


def _named_as_stated(problem: UserError) -> UserError:
    """What is wrong with a book, under the name that the file has for it: the profile's terrain is by township."""
    problem.field = (problem.field or "").replace("townships.0.terrain", "terrain") or None
    return problem


def mean_household_yuan(profile: Profile) -> float:
    """Mean yearly income of a household, in yuan: what an amount stated as a share of income is a share of."""
    return profile.income_yuan * profile.household.size


def line_of_year(year: int, p: P) -> float:
    """The poverty line against which the books of a year are held, in yuan a head: its mean over the twelve months that
    the generator lives when it is fitted."""
    rows = Today.rows(1)
    today = cast(Today, Today.of(rows[0]))
    lines = []
    for months in range(year * 12 - 1, year * 12 + 11):
        today.year, today.calendar_month = months // 12, months % 12 + 1
        write_month(today, p)
        lines.append(today.line_yuan)
    return float(add_up(lines)) / len(lines)


def flat(table: Mapping[str, Any], above: str = "") -> dict[str, Any]:
    """Dotted names for a table that may be nested."""
    found: dict[str, Any] = {}
    for key, value in table.items():
        name = f"{above}{key}"
        found |= flat(value, f"{name}.") if isinstance(value, Mapping) else {name: value}
    return found


def _put(data: dict[str, Any], name: str, value: Any, trial: Trial) -> UserError | None:
    """Replace one book; what is wrong with its name, if anything is."""
    if name in _OURS:
        return UserError("cannot be stated here", file=trial.file, field=f"world.books.{name}", mend=_OURS[name])
    *above, last = name.split(".")
    table: Any = data
    for key in above:
        table = table.get(key) if isinstance(table, dict) else None
    if not isinstance(table, dict) or last not in table:
        known = flat(data)
        return UserError("unknown book", file=trial.file, field=f"world.books.{name}", **meant(name, known))
    table[last] = value
    return None


def _scale(data: dict[str, Any], base: Profile, villages: int) -> None:
    """Units, cadres and linked households in the base's proportions; cadres never short of days."""
    share = villages / base.villages
    support, flags = data["support"], data["flags"]
    support["units"] = max(1, round(support["units"] * share))
    support["unit_money_yuan"] *= share
    support["cadres"] = max(villages, round(support["cadres"] * share))
    support["field_days_per_month"] = EVERY_DAY
    flags["linked_households"] = round(flags["linked_households"] * share)


def _at_prices(data: dict[str, Any], trial: Trial) -> None:
    """The base's amounts of money at the price level of the trial's country."""
    country = trial.world.country
    if country is not None and country.price_level is not None:
        data["income"]["yuan_per_head"] *= country.price_level
        data["support"]["unit_money_yuan"] *= country.price_level
        data["support"]["day_cost_yuan"] *= country.price_level


def _terrain(base: Profile) -> dict[str, float]:
    """Shares of the base's villages by terrain."""
    return {
        name: add_up(town.villages * getattr(town.terrain, name) for town in base.townships) / base.villages
        for name in TERRAINS
    }


def _purse(profile: Profile, trial: Trial) -> Purse:
    """Money for everything a trial can offer, policies of others included."""
    offered = {policy.policy_class().kind for arm in trial.arms for policy in arm.policies}
    return Purse(
        id=PURSE,
        title_en="Money of the trial",
        title_zh="试验资金",
        amount_yuan=AMPLE_YUAN * profile.households,
        uses=(*registry(), *sorted(offered - set(registry())), "interest_subsidy", "loan_guarantee"),
    )


def _fitted(profile: Profile, trial: Trial) -> Profile:
    """The profile with the generator's knobs for it; a headcount not stated may move to the nearest there is."""
    may_move = "poverty.headcount" not in flat(trial.world.books)
    values = parameters_of(trial).values
    p, row = as_python(values), as_row(values)
    asked = fitting.digest(profile, row), all_mean(SHIPPED), fitting.reference_villages(profile), may_move
    try:
        if asked not in _FITS:
            _FITS[asked] = _fit(profile, p, row, FARTHEST if may_move else 0.0)
        knobs, cuts, headcount = _FITS[asked]
    except UserError as error:
        raise UserError(
            f"the books do not go together: {error.problem}",
            file=trial.file,
            field=f"world.books.{error.field}" if error.field else "world.books",
            allowed=error.allowed,
            mend=_mend(error, may_move),
        ) from None
    except (ArithmeticError, ValueError, RuntimeError) as error:
        raise _impossible(error, trial) from error
    profile = profile.model_copy(update={"poverty": profile.poverty.model_copy(update={"headcount": headcount})})
    found = Fitted(
        of=fitting.digest(profile, row),
        knobs=vars(knobs),
        fifths=cuts.fifths,
        registry_line=cuts.registry_line,
        registry_noise=cuts.registry_noise,
        causes=cuts.causes,
    )
    return profile.model_copy(update={"fitted": found})


def _impossible(error: Exception, trial: Trial) -> UserError:
    """A place in which the rules cannot be reckoned out: something that others are divided by is 0, for example."""
    known = load_parameters()
    near = [known.find(name) for name in flat(trial.world.place)]
    named = [f"{entry.key} ({entry.value} in the county)" for entry in near]
    return UserError(
        f"no world can be made with these parameters of the place: {str(error).splitlines()[0]}",
        file=trial.file,
        field="world.place",
        mend=f"bring what is 0 or far away nearer: {', '.join(named)}" if named else None,
    )


def _mend(error: UserError, may_move: bool) -> str | None:
    if error.field == "income.yuan_per_head":
        return (
            "give the place its own land (household.land_mu_per_head) and wages: labour.local_wage_yuan, "
            "migrant_wage_yuan and living_away_yuan in [world.place]"
        )
    return _UNSTATED if may_move and error.field == "poverty.headcount" else error.mend


def _fit(profile: Profile, p: P, row: NDArray[np.void], farthest: float) -> tuple[Knobs, Cuts, float]:
    """As `sim.population.fitting.fit`, but content with a headcount up to `farthest` off where none nearer is found.

    Income is then within 2%, its sources as they come.

    Returns:
        The knobs, the cuts, and the headcount that the fitted world has.
    """
    reference = fitting._Reference(profile, p, row)
    start = replace(Knobs(), dependants=fitting._dependants(reference))
    knobs, opened, found = fitting._solve(reference, start, None)
    headcount = profile.headcount
    if abs(found.mean / profile.income_yuan - 1.0) > 0.001 or abs(found.headcount - headcount) > 0.001:
        # Households as much alike as they can be, or as little: what is left to spread is ability.
        ends: list[fitting._Found] = []
        for spread in (0.0, fitting.MOST_SPREAD):
            knobs, opened, end = fitting._solve(reference, start, spread)
            headcount, ends = end.headcount, [*ends, end]
            if abs(end.mean / profile.income_yuan - 1.0) < 0.02 and abs(headcount - profile.headcount) <= farthest:
                break
        else:
            fitting._refuse(profile, ends, found)
    cuts = find_cuts(opened.world.households, profile, p, opened.line_yuan, fitting.REFERENCE_SEED)
    return knobs, cuts, headcount


__all__ = [
    "books_of",
    "expected_headcount",
    "flat",
    "line_of_year",
    "mean_household_yuan",
    "not_given",
    "parameters_of",
    "world_of",
]
