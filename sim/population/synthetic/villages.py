"""Where villages lie, how they are led, and what work and water there is."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from sim.agents.village import Village
from sim.core.draws import decision, uniforms
from sim.core.numerics import norm_ppf_array
from sim.parameters.packed import P
from sim.population.profile import Profile, terrains, village_sizes
from sim.population.sharing import in_pairs
from sim.population.synthetic.recipe import Knobs

PLACE = decision("village.place")


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
    villages["level"] = level * (1.0 + p.level_sd * np.clip(z, -2.5, 2.5))
    villages["road"] = np.clip(np.array(p.road_mean)[terrain] + 0.2 * _normals(seed, keys, 1), 0.05, 1.0)
    villages["distance_km"] = 4.0 + 36.0 * uniforms(seed, PLACE, keys, 0, 2)
    watered = np.array(p.irrigation_terrain)[terrain] * (0.5 + uniforms(seed, PLACE, keys, 0, 3))
    villages["irrigation"] = np.clip(watered, 0.0, 1.0)
    villages["leadership"] = np.clip(0.5 + 0.18 * _normals(seed, keys, 4), 0.05, 0.95)
    villages["cohesion"] = np.clip(0.5 + 0.15 * _normals(seed, keys, 5), 0.1, 0.95)
    has_coop = uniforms(seed, PLACE, keys, 0, 6) < 0.25
    villages["cooperative"] = np.where(has_coop, 0.15 + 0.25 * uniforms(seed, PLACE, keys, 0, 7), 0.0)
    villages["contract"] = 0.5 * villages["cooperative"]
    jobs = p.jobs_mean * (0.4 + 1.2 * uniforms(seed, PLACE, keys, 0, 8))
    villages["jobs"] = jobs * (1.2 - 0.01 * villages["distance_km"])
    villages["jobs_now"] = villages["jobs"]
    villages["away_share"] = 0.2
    villages["weather"] = 1.0
    water = np.clip(np.array(p.water_mean)[terrain] + 0.15 * _normals(seed, keys, 9), 0.05, 1.0)
    return villages, water
