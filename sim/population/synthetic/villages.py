"""Where villages lie, how they are led, and what work and water there is."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from sim.agents.village import Village
from sim.core.draws import decision, uniforms
from sim.core.numerics import exp_array, norm_ppf_array
from sim.parameters.packed import P
from sim.population.profile import Profile, terrains, village_sizes
from sim.population.sharing import in_pairs
from sim.population.synthetic.recipe import Knobs, within

PLACE = decision("village.place")
TOWN = decision("township.place")


def _normals(seed: int, keys: NDArray[np.int64], k: int) -> NDArray[np.float64]:
    return norm_ppf_array(uniforms(seed, PLACE, keys, 0, k))


def lay_out_villages(
    profile: Profile, n: int, seed: int, p: P, knobs: Knobs
) -> tuple[NDArray[np.void], NDArray[np.float64]]:
    """The villages' places, and the share of households with safe water in each."""
    villages = Village.rows(n)
    keys = np.arange(1, n + 1, dtype=np.int64)
    villages["key"] = keys
    sizes = village_sizes(profile, n, seed)
    ends = np.cumsum(sizes)
    villages["first"], villages["last"] = ends - sizes, ends
    a_county = profile.villages
    villages["county"] = np.arange(n) // a_county
    terrain, township = terrains(profile, n)
    villages["terrain"], villages["township"] = terrain, township
    pair, sign = in_pairs(n, profile.villages)
    z = sign * _normals(seed, pair + 1, 0)
    level = knobs.level * np.array(p.level_terrain)[terrain]
    villages["level"] = level * (1.0 + p.level_sd * np.clip(z, -p.level_most_sd, p.level_most_sd))
    villages["road"] = within(np.array(p.road_mean)[terrain] + p.road_sd * _normals(seed, keys, 1), p.place_limits)
    villages["distance_km"] = p.village_km[0] + p.village_km[1] * uniforms(seed, PLACE, keys, 0, 2)
    watered = np.array(p.irrigation_terrain)[terrain] * (
        p.irrigation_spread[0] + p.irrigation_spread[1] * uniforms(seed, PLACE, keys, 0, 3)
    )
    villages["irrigation"] = np.clip(watered, 0.0, 1.0)
    villages["leadership"] = within(p.leadership_mean + p.leadership_sd * _normals(seed, keys, 4), p.nature_limits)
    villages["cohesion"] = within(p.cohesion_mean + p.cohesion_sd * _normals(seed, keys, 5), p.cohesion_limits)
    has_coop = uniforms(seed, PLACE, keys, 0, 6) < p.cooperative_villages
    strength = p.cooperative_strength[0] + p.cooperative_strength[1] * uniforms(seed, PLACE, keys, 0, 7)
    villages["cooperative"] = np.where(has_coop, strength, 0.0)
    villages["contract"] = p.contract_of_cooperative * villages["cooperative"]
    jobs = p.jobs_mean * (p.jobs_spread[0] + p.jobs_spread[1] * uniforms(seed, PLACE, keys, 0, 8))
    villages["jobs"] = jobs * (p.jobs_distance[0] - p.jobs_distance[1] * villages["distance_km"])
    villages["jobs_now"] = villages["jobs"]
    pay = norm_ppf_array(uniforms(seed, TOWN, township + 1, 0, 0))
    villages["pay_nearby"] = exp_array(p.local_wage_sd * pay - 0.5 * p.local_wage_sd * p.local_wage_sd)
    villages["leaning"] = p.leaning_sd * _normals(seed, keys, 10)
    villages["caution"] = p.village_caution * _normals(seed, keys, 11)
    villages["away_share"] = p.away_open
    villages["weather"] = 1.0
    water = within(np.array(p.water_mean)[terrain] + p.water_sd * _normals(seed, keys, 9), p.place_limits)
    return villages, water
