"""The first year: a laid-out world lives twelve months under the model's own rules, in a normal year without campaign.

What comes of it is last year's income by source, savings, debts, who is away.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.calendar.today import Today
from sim.calendar.trend import write_month
from sim.core.engine import Engine
from sim.core.meaning import SHIPPED, Own
from sim.core.records import in_range, views_of
from sim.core.replay import FAILURES, Careful, explain
from sim.core.rule import kernel
from sim.economy.kin import open_kin
from sim.economy.labour import already_away
from sim.economy.land import let_land
from sim.economy.learning import Seen, learn_from_contacts, look_around
from sim.economy.market import Market
from sim.economy.nearby import deal_slots
from sim.facts.months import MARCH
from sim.indicators.land import own_mu
from sim.money.reasons import N_REASONS
from sim.month import close_month, close_year
from sim.parameters.packed import P
from sim.population.flags import income
from sim.population.profile import Profile
from sim.population.roster import Seats
from sim.population.synthetic import lay_out
from sim.population.synthetic.recipe import Knobs
from sim.population.synthetic.world import Network, World

Month = tuple[int, int]  # year, month


@dataclass
class Opened:
    """A world on the eve of the run, the market it has, and its poverty line of the closed year."""

    world: World
    market: Market
    line_yuan: float

    def copy(self) -> Opened:
        """One of its own, to be changed."""
        world = self.world.copy()
        return Opened(world, self.market.beside(world.villages), self.line_yuan)


@kernel
def send_away(households: Any, villages: Any, params: Any, todays: Any, first: int, last: int) -> None:
    """Who is away for work, and who has a slot nearby, as the opening year begins."""
    for i in range(first, last):
        v = villages[i]
        for j in range(v.first, v.last):
            households[j].migrants = already_away(households[j], v, params[0], todays[0])
            deal_slots(households[j], v, params[0], todays[0])


def live_a_year(world: World, market: Market, row: NDArray[np.void], seed: int, start: Month, engine: Engine) -> Opened:
    """Run the twelve months before `start` and close their accounts.

    Args:
        world: A laid-out world; it is changed in place.
        market: The market of its villages.
        row: Parameters as a record array.
        seed: Population seed: the opening year belongs to the population, not to the run.
        start: Year and month in which the run opens.
        engine: What runs the rules.
    """
    h, v, p = world.households, world.villages, market.p
    rows = Today.rows(1)
    today: Today = Today.of(rows[0])
    tills, loans = np.zeros((len(v), N_REASONS)), world.loans
    seen = Seen.rows(len(h))
    today.seed, today.people_seed, today.normal_year = seed, seed, 1
    line = 0.0
    for back in range(12, 0, -1):
        months = start[0] * 12 + (start[1] - 1) - back
        today.year, today.calendar_month, today.month = months // 12, months % 12 + 1, 1 - back
        today.frozen = int(today.calendar_month in (12, 1, 2))
        write_month(today, p)
        line += today.line_yuan / 12.0
        market.open_month(today)
        if back == 12:
            engine.run(send_away, h, v, row, rows)
            engine.run(open_kin, h, v, row, rows, world.indptr)
            engine.run(let_land, h, v, row, rows)
        engine.run(close_month, h, v, row, rows, tills, loans.loans, loans.lenders, loans.till, world.indptr)
        tills[:] = 0.0
        if today.calendar_month == MARCH:
            engine.run(let_land, h, v, row, rows)
        market.remember_month(today)
        engine.run(look_around, h, v, seen)
        engine.run(learn_from_contacts, h, v, row, rows, seen, world.indptr, world.indices)
    engine.call(close_year, h, 0, len(h))
    engine.close()
    loans.till[:] = 0.0  # the year before the run is in nobody's books
    if not in_range(h):
        raise ArithmeticError("households end the opening year out of range")
    h["expected_yuan"] = income(h) / 12.0
    h["habit_yuan"] = h["expected_yuan"] / today.spending_trend
    # Orchard and greenhouse are drawn apart; on a few of the smallest holdings they would stand on the same land.
    h["greenhouse_mu"] = np.minimum(h["greenhouse_mu"], np.maximum(0.0, own_mu(h) - h["orchard_mu"] - h["block_mu"]))
    market.remember_opening()
    return Opened(world, market, line)


def begin(
    profile: Profile,
    n: int,
    seed: int,
    p: P,
    row: NDArray[np.void],
    knobs: Knobs,
    start: Month,
    threads: int = 1,
    network: Network | None = None,
    own: Own = SHIPPED,
    seats: Seats | None = None,
) -> Opened:
    """`n` villages laid out, and the year before `start` lived; its failures explained.

    Args:
        profile: The county they resemble.
        n: How many villages.
        seed: Population seed.
        p: Parameters.
        row: The same as a record array.
        knobs: What was fitted to the profile.
        start: Year and month in which the run opens.
        threads: How many threads share the villages.
        network: The contacts of these villages, if already drawn.
        own: Rules of the user's own.
        seats: Where real households are put.
    """

    def live(engine: Callable[[World], Engine]) -> Opened:
        prices = profile.prices
        world = lay_out(profile, n, seed, p, row, knobs, network, threads, seats)
        market = Market(world.villages, p, prices.wage_level or 1.0, prices.price_level, knobs.away_months)
        return live_a_year(world, market, row, seed, start, engine(world))

    def careful(world: World) -> Engine:
        return Careful(world.sizes, lambda rows: (p,) if rows is row else views_of(rows), own)

    try:
        return live(lambda world: Engine("compiled", world.sizes, threads, own=own))
    except FAILURES as error:
        explain(error, lambda: live(careful), "the opening year")
