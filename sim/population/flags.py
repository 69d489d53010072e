"""Who is income-poor, registered, linked, and why: flags that are not the same, set once the opening year is over.

What a household is held against (the fifths, the registry's line) is fixed on the profile's reference world, so that
a bigger world leaves the flags of the first villages as they were.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.core.draws import decision, uniforms
from sim.core.numerics import add_up, exp_array, norm_ppf_array, total
from sim.indicators.income import quantile
from sim.parameters.packed import P
from sim.population.profile import Profile
from sim.population.roster import Seats
from sim.population.sharing import share_out
from sim.population.synthetic.world import World

Floats = NDArray[np.float64]
REGISTRY = decision("registry.error")
LINK = decision("registry.link")
CAUSE = decision("registry.cause")
MOST_NOISE, HALVINGS, ROUNDS = 4.0, 24, 20  # how far and how closely the registry's error and its causes are sought
FIFTHS = 5
NEARLY_ALL = 1e-9  # so that a county in which everyone is registered divides by no zero
_PIECE = 1 << 16  # households looked at together: a province is not held in memory several times over


@dataclass(frozen=True)
class Cuts:
    """What tells households apart, found on the reference world.

    Attributes:
        fifths: Incomes a head that part the fifths of the persons, in yuan.
        registry_line: Income a head, as the registry sees it, below which a household is registered (share of the
            poverty line).
        registry_noise: Error with which the registry sees income, in log points.
        causes: Weights of the causes of poverty for a household that shows none of them.
    """

    fifths: tuple[float, ...]
    registry_line: float
    registry_noise: float
    causes: tuple[float, ...]


def income(households: NDArray[np.void]) -> Floats:
    """Net income of the last closed year, yuan per household."""
    parts = households["income_last"]
    whole: Floats = parts[:, 0] + parts[:, 1] + parts[:, 2] + parts[:, 3]
    return whole


def per_head(households: NDArray[np.void]) -> Floats:
    """Net income of the last closed year, yuan per head."""
    means: Floats = income(households) / households["persons"]
    return means


def find_cuts(h: NDArray[np.void], profile: Profile, p: P, line_yuan: float, seed: int) -> Cuts:
    """Cuts at which these households show the profile's registry (share of persons, inclusion error) and the causes."""
    mean, persons = per_head(h), h["persons"].astype(np.float64)
    not_poor = mean >= line_yuan
    low, high = 0.0, MOST_NOISE
    for _ in range(HALVINGS):
        noise = 0.5 * (low + high)
        seen = _perceived(h, noise, seed) / line_yuan
        line = quantile(seen, persons, profile.registered_share)
        inside = seen < line
        wrong = total(persons * (inside & not_poor)) / max(1.0, total(persons * inside))
        if wrong < profile.flags.inclusion_error:
            low = noise
        else:
            high = noise
    fifths = tuple(quantile(mean, persons, k / FIFTHS) for k in range(1, FIFTHS))
    return Cuts(fifths, line, noise, _cause_weights(h[inside], p))


def _cause_weights(registered: NDArray[np.void], p: P) -> tuple[float, ...]:
    """Weights at which the main causes of the registered come in the published proportions."""
    published = np.array(p.cause_shares) / add_up(p.cause_shares)
    leans, weights = _leans(registered, p), published.copy()
    for _ in range(ROUNDS):
        chances = leans * weights
        whole = chances.sum(axis=1)
        for k in range(len(weights)):
            met = total(chances[:, k] / whole) / max(1, len(registered))
            weights[k] *= published[k] / met if met > 0.0 else 1.0
    return tuple(weights.tolist())


def _perceived(h: NDArray[np.void], noise: float, seed: int) -> Floats:
    """Income a head as the registry sees it."""
    z = norm_ppf_array(uniforms(seed, REGISTRY, h["key"].astype(np.int64), 0))
    return np.maximum(per_head(h), 1.0) * exp_array(noise * z)


def set_flags(
    world: World, profile: Profile, p: P, cuts: Cuts, line_yuan: float, seed: int, seats: Seats | None = None
) -> None:
    """Income-poor, registered, linked, cause of poverty and fifth: things that are not the same."""
    h = world.households
    mean = per_head(h)
    h["poor_at_start"] = mean < line_yuan
    h["fifth"] = 1 + np.searchsorted(np.array(cuts.fifths), mean, side="right")
    world.perceived_yuan = _perceived(h, cuts.registry_noise, seed)
    h["registered"] = world.perceived_yuan < cuts.registry_line * line_yuan
    if seats:
        seats.register(h)
        seats.believe(world)
    _link(world, profile, p, seed, seats)
    _causes(h, p, cuts, seed)
    if seats:
        seats.give_causes(h)


def _link(world: World, profile: Profile, p: P, seed: int, seats: Seats | None) -> None:
    """Each village links its share of households, registered ones first but for a few; order by keyed lottery.

    Real households that have a helper go before all others.
    """
    h, v = world.households, world.villages
    quotas = share_out(profile.linked / profile.villages, len(v))
    u = uniforms(seed, LINK, h["key"].astype(np.int64), 0)
    elsewhere = (1.0 - p.linked_registered) * profile.linked_share / max(NEARLY_ALL, 1.0 - profile.registered_share)
    out_of_turn = uniforms(seed, LINK, h["key"].astype(np.int64), 0, 1) < elsewhere
    rank = np.where(h["registered"] == 1, u, 2.0 + u)
    rank = np.where(out_of_turn & (h["registered"] == 0), u - 1.0, rank)
    if seats:
        rank[seats.helped] = u[seats.helped] - 2.0
    for i in range(len(v)):
        first, last = int(v["first"][i]), int(v["last"][i])
        order = np.argsort(rank[first:last], kind="stable")
        h["linked"][first + order[: quotas[i]]] = 1


def _leans(h: NDArray[np.void], p: P) -> Floats:
    """How much likelier each cause is for what the household shows."""
    unable = h["persons"] - h["workers"] - h["children"] - h["seniors"] - h["university"] - h["elders"] > 0
    shows: tuple[Any, ...] = (
        h["burden_last_yuan"] > p.cause_burden_yuan,
        h["cash_yuan"] < p.cause_cash_yuan,
        (h["farm_skill"] < p.cause_skill) & (h["work_skill"] < p.cause_skill),
        h["workers"] <= 1,
        h["seniors"] + h["university"] > 0,
        unable,
        np.zeros(len(h), dtype=np.bool_),  # nothing shows that a disaster was the cause
    )
    leans: Floats = np.column_stack([np.where(state, p.cause_fit, 1.0) for state in shows])
    return leans


def _causes(h: NDArray[np.void], p: P, cuts: Cuts, seed: int) -> None:
    """The main registered cause of every household that is registered."""
    for start in range(0, len(h), _PIECE):
        part = h[start : start + _PIECE]
        u = uniforms(seed, CAUSE, part["key"].astype(np.int64), 0)
        part["cause"] = np.where(part["registered"] == 1, causes_of(part, p, cuts.causes, u), 0)


def causes_of(h: NDArray[np.void], p: P, weights: Sequence[float], u: Floats) -> NDArray[np.int64]:
    """The main cause of each household, leaning to what it shows.

    Args:
        h: Households.
        p: Parameters.
        weights: Weights of the causes.
        u: A uniform number for each household.
    """
    edges = np.cumsum(_leans(h, p) * np.array(weights), axis=1)
    return np.asarray(1 + ((u * edges[:, -1])[:, None] >= edges[:, :-1]).sum(axis=1))
