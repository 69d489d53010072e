"""The opening year: a laid-out world lives twelve months under the model's own rules, in a normal year without campaign.

What comes of it is the starting world: last year's income by source, savings, debts, who is away, who is poor. Then the
flags that look at income are set: the registry (with its errors), the linked, the causes, the fifths.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from sim.agents.household import close_month, close_year
from sim.draws import decision, uniforms
from sim.economy.labour import already_away
from sim.economy.learning import Seen, look_around, talk
from sim.economy.market import Market
from sim.engine import Engine
from sim.indicators.income import fifths
from sim.money import N_REASONS
from sim.numerics import exp_array, norm_ppf_array
from sim.population.profile import Profile
from sim.population.sharing import share_out
from sim.population.synthetic import Knobs, World, lay_out
from sim.records import in_range, views_of
from sim.replay import FAILURES, Careful, explain
from sim.rule import kernel
from sim.today import Today
from sim.trend import write_month

if TYPE_CHECKING:
    from sim.parameters.packed import P

REGISTRY = decision("registry.error")
LINK = decision("registry.link")
CAUSE = decision("registry.cause")


@dataclass
class Opened:
    """A world on the eve of the run, the market it leaves, and its poverty line of the closed year."""

    world: World
    opening_supply: NDArray[np.float64]
    line_yuan: float


def income(households: NDArray[np.void]) -> NDArray[np.float64]:
    """Net income of the last closed year, yuan per household."""
    parts = households["income_last"]
    whole: NDArray[np.float64] = parts[:, 0] + parts[:, 1] + parts[:, 2] + parts[:, 3]
    return whole


def per_head(households: NDArray[np.void]) -> NDArray[np.float64]:
    """Net income of the last closed year, yuan per head."""
    means: NDArray[np.float64] = income(households) / households["persons"]
    return means


@kernel
def send_away(households: Any, villages: Any, params: Any, todays: Any, first: int, last: int) -> None:
    """Who is away for work as the opening year begins."""
    for i in range(first, last):
        v = villages[i]
        for j in range(v.first, v.last):
            households[j].migrants = already_away(households[j], v, params[0], todays[0])


def live_a_year(world: World, p: P, row: NDArray[np.void], seed: int, year: int, month: int, engine: Engine) -> Opened:
    """Run the twelve months before `year`-`month` and close their accounts.

    Args:
        world: A laid-out world; it is changed in place.
        p: Parameters.
        row: The same as a record array.
        seed: Population seed: the opening year belongs to the population, not to the run.
        year: Calendar year in which the run opens.
        month: Its calendar month.
        engine: What runs the rules.
    """
    h, v = world.households, world.villages
    rows = Today.rows(1)
    today: Today = Today.of(rows[0])
    tills = np.zeros((len(v), N_REASONS))
    seen = Seen.rows(len(h))
    market = Market(v, p)
    today.seed, today.people_seed, today.normal_year, today.loan_rate[0] = seed, seed, 1, p.bank_rate
    line = 0.0
    for back in range(12, 0, -1):
        months = year * 12 + (month - 1) - back
        today.year, today.calendar_month, today.month = months // 12, months % 12 + 1, 1 - back
        today.frozen = int(today.calendar_month in (12, 1, 2))
        write_month(today, p)
        line += today.line_yuan / 12.0
        market.open_month(today)
        if back == 12:
            engine.run(send_away, h, v, row, rows)
        engine.run(close_month, h, v, row, rows, tills)
        market.remember_free_days(today)
        engine.call(look_around, h, seen, 0, len(h))
        engine.run(talk, h, v, row, rows, seen, world.indptr, world.indices)
    engine.call(close_year, h, 0, len(h))
    engine.close()
    if not in_range(h):
        raise ArithmeticError("households end the opening year out of range")
    h["expected_yuan"] = income(h) / 12.0
    market.remember_opening()
    return Opened(world, market.opening_supply, line)


Month = tuple[int, int]  # year, month


def begin(
    profile: Profile, n: int, seed: int, p: P, row: NDArray[np.void], knobs: Knobs, start: Month, threads: int = 1
) -> Opened:
    """`n` villages laid out, and the year before `start` lived; its failures explained."""
    world = lay_out(profile, n, seed, p, row, knobs)
    try:
        return live_a_year(world, p, row, seed, *start, Engine("compiled", world.sizes, threads))
    except FAILURES as error:
        again = lay_out(profile, n, seed, p, row, knobs)
        careful = Careful(world.sizes, lambda rows: (p,) if rows is row else views_of(rows))
        explain(error, lambda: live_a_year(again, p, row, seed, *start, careful), "the opening year")


def set_flags(world: World, profile: Profile, p: P, knobs: Knobs, line_yuan: float, seed: int) -> None:
    """Income-poor, registered, linked, cause of poverty and fifth: four things that are not the same."""
    h = world.households
    keys = h["key"].astype(np.int64)
    mean = per_head(h)
    h["poor_at_start"] = mean < line_yuan
    h["fifth"] = fifths(mean, h["persons"].astype(np.float64), keys)
    # The registry sees income with an error; its line is fitted to the profile's registered share.
    z = norm_ppf_array(uniforms(seed, REGISTRY, keys, 0))
    perceived = np.maximum(mean, 1.0) * exp_array(p.registry_noise * z)
    h["registered"] = perceived < knobs.registry_line * line_yuan
    _link(world, profile, p, seed)
    _causes(h, p, seed)


def _link(world: World, profile: Profile, p: P, seed: int) -> None:
    """Each village links its share of households, registered ones first but for a few; order by keyed lottery."""
    h, v = world.households, world.villages
    quotas = share_out(profile.linked / profile.villages, len(v))
    u = uniforms(seed, LINK, h["key"].astype(np.int64), 0)
    elsewhere = (1.0 - p.linked_registered) * profile.linked_share / (1.0 - profile.registered_share)
    out_of_turn = uniforms(seed, LINK, h["key"].astype(np.int64), 0, 1) < elsewhere
    rank = np.where(h["registered"] == 1, u, 2.0 + u)
    rank = np.where(out_of_turn & (h["registered"] == 0), u - 1.0, rank)
    for i in range(len(v)):
        first, last = int(v["first"][i]), int(v["last"][i])
        order = np.argsort(rank[first:last], kind="stable")
        h["linked"][first + order[: quotas[i]]] = 1


def _causes(h: NDArray[np.void], p: P, seed: int) -> None:
    """The main registered cause: published shares, leaning to what the household shows."""
    shares = np.array(p.cause_shares)
    weights = np.tile(shares, (len(h), 1))
    fit = p.cause_fit
    unable = h["persons"] - h["workers"] - h["children"] - h["seniors"] - h["university"] - h["elders"] > 0
    shows: tuple[tuple[int, Any], ...] = (
        (0, h["burden_last_yuan"] > 1500.0),
        (1, h["cash_yuan"] < 2000.0),
        (2, (h["farm_skill"] < 0.33) & (h["work_skill"] < 0.33)),
        (3, h["workers"] <= 1),
        (4, h["seniors"] + h["university"] > 0),
        (5, unable),
    )
    for column, state in shows:
        weights[:, column] *= np.where(state, fit, 1.0)
    edges = np.cumsum(weights, axis=1)
    u = uniforms(seed, CAUSE, h["key"].astype(np.int64), 0) * edges[:, -1]
    cause = 1 + (u[:, None] >= edges[:, :-1]).sum(axis=1)
    h["cause"] = np.where(h["registered"] == 1, cause, 0)


def open_world(
    profile: Profile, n_villages: int, seed: int, p: P, row: NDArray[np.void], year: int, month: int, threads: int = 1
) -> Opened:
    """Lay out a world, let it live its opening year, and set its flags."""
    knobs = fitted(profile, p, row)
    opened = begin(profile, n_villages, seed, p, row, knobs, (year, month), threads)
    set_flags(opened.world, profile, p, knobs, opened.line_yuan, seed)
    return opened


REFERENCE_SEED = 1
REFERENCE_START = (2012, 12)
_FITS: dict[tuple[Any, ...], Knobs] = {}


def fitted(profile: Profile, p: P, row: NDArray[np.void]) -> Knobs:
    """The profile's own fit if it carries one, else a fit made now (once a process)."""
    known = profile.fitted
    if known is not None:
        return Knobs(known.level, known.spread, known.registry_line)
    key = (profile.model_dump_json(), row.tobytes())
    if key not in _FITS:
        _FITS[key] = fit(profile, p, row)
    return _FITS[key]


def fit(profile: Profile, p: P, row: NDArray[np.void], rounds: int = 6) -> Knobs:
    """Find level, spread and registry line at which the opening year gives the profile's income, headcount and registry.

    The fit uses a reference world of the profile's own size and a fixed seed, so that the size of the world that is
    then built, and its seed, change nothing in the households they share.
    """
    level, spread = 1.0, 0.45
    mean = head = 0.0
    mean_ln, line, weight = np.zeros(0), 0.0, np.zeros(0)
    past: list[tuple[float, float]] = []
    for _ in range(rounds):
        opened = begin(profile, profile.villages, REFERENCE_SEED, p, row, Knobs(level, spread), REFERENCE_START)
        line, h = opened.line_yuan, opened.world.households
        weight = h["persons"].astype(np.float64)
        mean_ln = per_head(h)
        mean = float((income(h)).sum() / weight.sum())
        head = float(weight[mean_ln < line].sum() / weight.sum())
        past.append((spread, head))
        level = level * (1.0 + 1.15 * (profile.income_yuan / mean - 1.0))
        slope = 0.25
        if len(past) > 1 and abs(past[-1][0] - past[-2][0]) > 1e-4:
            slope = min(0.8, max(0.1, (past[-1][1] - past[-2][1]) / (past[-1][0] - past[-2][0])))
        spread = min(1.2, max(0.05, spread + (profile.headcount - head) / slope * 0.9))
    z = norm_ppf_array(uniforms(REFERENCE_SEED, REGISTRY, h["key"].astype(np.int64), 0))
    perceived = np.maximum(mean_ln, 1.0) * exp_array(p.registry_noise * z) / line
    order = np.argsort(perceived, kind="stable")
    share = np.cumsum(weight[order]) / weight.sum()
    at = int(np.searchsorted(share, profile.registered_share))
    return Knobs(level, spread, float(perceived[order[min(at, len(order) - 1)]]))

