"""A synthetic world from published margins: villages, households, cadres, units and who knows whom.

Every draw is keyed by the population seed and the agent's own key, so a bigger world leaves the first villages as they
were. Income is not drawn. Households get land, hands, skills and capital, and live an opening year under the model's
own rules (see `sim.population.opening`); their income is what comes of it.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from sim.agents.household import Household
from sim.core.engine import Engine
from sim.money.lending import BANK, LoanBook
from sim.parameters.packed import P
from sim.population.network import contacts
from sim.population.profile import Profile
from sim.population.roster import Seats
from sim.population.synthetic.holdings import settle
from sim.population.synthetic.recipe import Knobs, shape
from sim.population.synthetic.staff import pair_units, post_cadres
from sim.population.synthetic.villages import lay_out_villages
from sim.population.synthetic.world import SLOTS_A_VILLAGE, Network, World

__all__ = ["lay_out"]


def lay_out(
    profile: Profile,
    n_villages: int,
    seed: int,
    p: P,
    row: NDArray[np.void],
    knobs: Knobs,
    network: Network | None = None,
    threads: int = 1,
    seats: Seats | None = None,
) -> World:
    """A world before its opening year.

    Args:
        profile: The county it resembles.
        n_villages: How many villages; beyond the profile's own number more counties of the same kind follow.
        seed: Population seed.
        p: Parameters.
        row: The same as a record array.
        knobs: What was fitted to the profile.
        network: The contacts of these villages, if already drawn: knobs leave them as they are.
        threads: How many threads share the villages; changes nothing but time.
        seats: Where real households are put.
    """
    villages, water = lay_out_villages(profile, n_villages, seed, p, knobs)
    households = Household.rows(int(villages["last"][-1]))
    engine = Engine("compiled", villages["last"] - villages["first"], threads)
    terms = np.zeros(len(households), dtype=np.int64)
    engine.run(settle, households, villages, row, shape(profile, p, knobs), seed, SLOTS_A_VILLAGE, water, terms)
    engine.close()
    if seats:
        seats.settle(households, p)
    cadres = post_cadres(profile, villages, seed, p)
    units = pair_units(profile, villages, cadres, seed, p)
    if network is None:
        offsets = np.append(villages["first"], villages["last"][-1]).astype(np.int64)
        network = contacts(offsets, villages["key"].astype(np.int64), seed, vars(p), threads)
    loans = LoanBook(households, n_villages, row)
    loans.add_lender("bank", p.bank_rate, campaign=False)
    owing = np.flatnonzero(terms).astype(np.int64)
    loans.lend(BANK, owing, households["debt_yuan"][owing], terms[owing])
    return World(households, villages, cadres, units, loans, *network)
