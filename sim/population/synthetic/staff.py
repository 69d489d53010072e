"""Cadres in their villages, and the support units that send them."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from sim.agents.cadre import Cadre
from sim.agents.unit import Unit
from sim.core.draws import decision, uniforms
from sim.core.numerics import norm_ppf_array
from sim.facts.units import COUNTY
from sim.parameters.packed import P
from sim.population.profile import Profile
from sim.population.sharing import in_pairs, share_out
from sim.population.synthetic.recipe import within
from sim.population.synthetic.world import SLOTS_A_VILLAGE

CADRE = decision("cadre.nature")
NEARLY = 1e-9  # a whole number of units must come out whole, whatever is lost in rounding


def post_cadres(profile: Profile, villages: NDArray[np.void], seed: int, p: P) -> NDArray[np.void]:
    """Cadres in their villages; the profile's total is met exactly at the profile's size."""
    n = len(villages)
    counts = share_out(profile.cadres / profile.villages, n)
    ends = np.cumsum(counts)
    villages["first_cadre"], villages["last_cadre"] = ends - counts, ends
    cadres = Cadre.rows(int(ends[-1]))
    cadres["village"] = np.repeat(np.arange(n), counts)
    slot = np.arange(len(cadres)) - np.repeat(ends - counts, counts)
    keys = villages["key"][cadres["village"]] * SLOTS_A_VILLAGE + slot
    cadres["key"] = keys
    for k, (name, mean) in enumerate(zip(("farm", "finance", "jobs", "standing"), p.cadre_means, strict=True)):
        z = norm_ppf_array(uniforms(seed, CADRE, keys, 0, k))
        cadres[name] = within(mean + p.cadre_sd * z, p.nature_limits)
    z = norm_ppf_array(uniforms(seed, CADRE, keys, 0, 9))
    cadres["effort"] = within(p.cadre_effort + p.cadre_sd * z, p.effort_limits)
    return cadres


def pair_units(
    profile: Profile, villages: NDArray[np.void], cadres: NDArray[np.void], seed: int, p: P
) -> NDArray[np.void]:
    """Support units, each paired with villages side by side, and the cadres they send."""
    unit_of = np.floor(np.arange(len(villages)) * (profile.units / profile.villages) + NEARLY).astype(np.int64)
    units = Unit.rows(max(int(unit_of.max()) + 1, int(len(villages) * profile.units / profile.villages + NEARLY)))
    index = np.arange(len(units))
    units["key"] = index + 1
    levels, trades = profile.unit_levels_and_trades(len(units))
    units["level"], units["trade"] = levels, trades
    units["first_village"] = np.searchsorted(unit_of, index, side="left")
    units["last_village"] = np.searchsorted(unit_of, index, side="right")
    units["group"] = villages["county"][np.minimum(units["first_village"], len(villages) - 1)]
    units["project"] = -1
    pair, sign = in_pairs(len(units), profile.units)
    more = p.unit_money_spread * sign * (2.0 * uniforms(seed, CADRE, pair, 0, 20) - 1.0)
    units["money_yuan"] = profile.unit_money_yuan / profile.units * (1.0 + more)
    units["effort"] = np.array(p.level_effort)[levels]
    units["standing"] = p.unit_standing
    villages["unit"] = unit_of
    cadres["unit"] = unit_of[cadres["village"]]
    effort = cadres["effort"] * units["effort"][cadres["unit"]] / p.level_effort[COUNTY]
    cadres["effort"] = within(effort, p.effort_limits)
    return units
