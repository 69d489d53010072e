"""What a trial's place must have beside its books: transfers as the books say, wages that its income can go with.

The parameters are a Chinese county's. What its state pays to whom, and what its wages are, cannot be so in a place that
lives on a quarter of its income; so the one follows the books, and the others are scaled where nothing else will do.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import replace
from typing import cast

from experiments.trials.file import Trial
from experiments.trials.world import books_of, flat, parameters_of, world_of
from sim.calendar.trend import level
from sim.core.errors import UserError
from sim.core.frozen import FrozenDict
from sim.facts.sources import TRANSFER
from sim.parameters import Parameters
from sim.parameters.packed import as_python, as_row
from sim.population import fitting
from sim.population.profile import Profile
from sim.population.profile_file import load_profile
from sim.population.synthetic.recipe import Knobs

TRANSFERS = ("dibao_yuan_month", "pension_yuan_month", "subsidy_mu_yuan")
"""What the state pays by rule."""
WAGES = ("local_wage_yuan", "migrant_wage_yuan", "living_away_yuan")
"""What work brings, here and away."""
FAR = 1.5  # times the county's income, or a part: from there on its wages may be to blame


def settled(trial: Trial) -> tuple[Trial, Profile]:
    """The trial with its place as it must be, and the fitted world.

    Transfers are set to the share of income that the books state, unless the place has rates of its own. Where no world
    of this income can be found, and the place states no wages, these are scaled as its income is to the base profile's;
    where that does not do either (a place without migration, say), the share of wages in income comes as it comes.

    Raises:
        UserError: As `experiments.trials.world.world_of`.
    """
    trial = _with_transfers(trial)
    try:
        return trial, world_of(trial)
    except UserError as error:
        if error.field != "world.books.income.yuan_per_head":
            raise
        for other in _nearest(trial):
            with suppress(UserError):
                return other, world_of(other)
        raise


def _nearest(trial: Trial) -> Iterator[Trial]:
    """The same trial with what may give way for its income to be reached: wages first, then their share of income."""
    times = _of_base_income(trial)
    if not _states(trial, WAGES) and not 1 / FAR < times < FAR:
        trial = _scaled(trial, WAGES, times)
        yield trial
    books = flat(trial.world.books)
    if "prices.wage_level" not in books:
        world = trial.world.model_copy(update={"books": FrozenDict({**books, "prices.wage_level": 1.0})})
        yield trial.model_copy(update={"world": world})


def sets_transfers(trial: Trial) -> bool:
    """Whether the file says what share transfers have in income, and leaves open what the state pays to whom."""
    return "income.sources.transfer" in flat(trial.world.books) and not _states(trial, TRANSFERS)


def wages_changed(asked: Trial, made: Trial) -> float:
    """What `settled` multiplied wages by; 1 if it left them as they were."""
    if _states(asked, WAGES):
        return 1.0
    before, after = (parameters_of(trial).find(WAGES[0]).value for trial in (asked, made))
    return cast(float, after) / cast(float, before)


def _with_transfers(trial: Trial) -> Trial:
    if not sets_transfers(trial):
        return trial
    profile = books_of(trial)
    found = _transfers_a_head(profile, parameters_of(trial))
    wanted = profile.income_yuan * profile.income.sources.transfer
    return _scaled(trial, TRANSFERS, wanted / found) if found > 0.0 else trial


def _states(trial: Trial, names: Sequence[str]) -> bool:
    """Whether the file itself states any of these parameters of its place."""
    return any(name.rpartition(".")[2] in names for name in flat(trial.world.place))


def _scaled(trial: Trial, names: Sequence[str], times: float) -> Trial:
    """The trial with parameters of its place multiplied."""
    entries = [parameters_of(trial).find(name) for name in names]
    new = {entry.key: times * cast(float, entry.value) for entry in entries}
    place = FrozenDict({**flat(trial.world.place), **new})
    return trial.model_copy(update={"world": trial.world.model_copy(update={"place": place})})


def _of_base_income(trial: Trial) -> float:
    """Income of the books, in the base profile's incomes of that year (which went with wages)."""
    base, profile = load_profile(trial.world.profile), books_of(trial)
    p = as_python(parameters_of(trial).values)
    then, now = (level(p.wage_growth, p.later_growth, one.income.year, p) for one in (base, profile))
    country = trial.world.country
    prices = (country.price_level if country else None) or 1.0
    return profile.income_yuan / (base.income_yuan * prices * now / then)


def _transfers_a_head(profile: Profile, parameters: Parameters) -> float:
    """Yuan a head and year that the state pays by rule in the profile's reference world."""
    p, row = as_python(parameters.values), as_row(parameters.values)
    reference = fitting._Reference(profile, p, row)
    knobs = replace(Knobs(), dependants=fitting._dependants(reference))
    for _ in range(3):  # land and guarantee find their size
        opened = reference.live(knobs, fitting.reference_start(profile))
        knobs = fitting._turn(knobs, profile, p, fitting._look(opened), {0: 0.0})
    households = opened.world.households
    return float(households["income_last"][:, TRANSFER].sum() / households["persons"].sum())
