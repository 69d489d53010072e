"""The best mix by the curves alone: a mixed-integer programme, straight between the amounts that were run.

Where a curve's slopes fall, linear programming fills its pieces in their order by itself; where one rises again, a
binary variable keeps a later piece empty until those before it are full. Lots are integer variables. HiGHS solves it
(Huangfu and Hall 2018, in SciPy).
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

import numpy as np
from scipy.optimize import Bounds, LinearConstraint, milp

from experiments.measure.statistics import Floats
from experiments.optimise.curve import Curve
from experiments.optimise.problem import Mix, Problem, Row, down
from sim.core.errors import UserError

_HAIR = 1e-9


class _Programme:
    """Variables, rows and what is to be as large as possible."""

    def __init__(self) -> None:
        self.low: list[float] = []
        self.high: list[float] = []
        self.whole: list[int] = []
        self.gain: list[float] = []
        self.rows: list[tuple[Mapping[int, float], float, float]] = []

    def variable(self, low: float, high: float, *, whole: bool = False, gain: float = 0.0) -> int:
        self.low.append(low)
        self.high.append(high)
        self.whole.append(int(whole))
        self.gain.append(gain)
        return len(self.low) - 1

    def row(self, terms: Mapping[int, float], low: float, high: float) -> None:
        self.rows.append((terms, low, high))

    def solve(self) -> Floats | None:
        table = np.zeros((len(self.rows), len(self.low)))
        for place, (terms, _, _) in enumerate(self.rows):
            for variable, factor in terms.items():
                table[place, variable] = factor
        low, high = (np.array([row[side] for row in self.rows]) for side in (1, 2))
        found = milp(
            -np.array(self.gain),
            integrality=np.array(self.whole),
            bounds=Bounds(np.array(self.low), np.array(self.high)),
            constraints=[LinearConstraint(table, low, high)] if self.rows else [],
        )
        solution: Floats | None = found.x
        return solution


def _unit(problem: Problem, place: int) -> float:
    """By what a lever's amounts are divided, so that numbers of one size stand in the programme."""
    return max(problem.levers[place].most, _HAIR)


def _add_rows(programme: _Programme, problem: Problem, amounts: Sequence[int], rows: Sequence[Row]) -> None:
    for row in rows:
        terms = {amounts[place]: float(use) * _unit(problem, place) for place, use in enumerate(row.uses) if use}
        size = max((abs(use) for use in terms.values()), default=1.0)
        if terms:
            programme.row({at: use / size for at, use in terms.items()}, row.low / size, row.high / size)


def best_by_curves(
    problem: Problem,
    curves: Sequence[Curve],
    *,
    seeds: Sequence[int] | None = None,
    within: Sequence[tuple[float, float]] | None = None,
    lots: bool = True,
) -> Mix:
    """The mix for which the curves add up to most.

    Args:
        problem: What is decided.
        curves: One a lever.
        seeds: Places of the seeds that count, with repetition; all by default.
        within: Only amounts between these, a lever each.
        lots: Whether amounts have to be whole lots.

    Raises:
        UserError: No mix keeps the limits; see `conflict`.
    """
    programme, amounts = _Programme(), []
    for place, (lever, curve) in enumerate(zip(problem.levers, curves, strict=True)):
        unit = _unit(problem, place)
        low, high = within[place] if within else (lever.least, lever.most)
        amounts.append(programme.variable(low / unit, min(high, float(curve.at[-1])) / unit))
        pieces = _pieces(programme, curve.at / unit, curve.mean(seeds))
        terms = {piece: 1.0 for piece in pieces}
        programme.row({amounts[-1]: 1.0, **{piece: -factor for piece, factor in terms.items()}},
                      float(curve.at[0]) / unit, float(curve.at[0]) / unit)  # fmt: skip
        if lots and lever.lot:
            count = programme.variable(0, np.floor((lever.most - lever.least) / lever.lot + _HAIR), whole=True)
            programme.row({amounts[-1]: 1.0, count: -lever.lot / unit}, lever.least / unit, lever.least / unit)
    _add_rows(programme, problem, amounts, problem.rows)
    found = programme.solve()
    if found is None:
        raise refusal(problem)
    raw = [float(found[at]) * _unit(problem, place) for place, at in enumerate(amounts)]
    return within_limits(problem, raw, lots)


def _pieces(programme: _Programme, at: Floats, gains: Floats) -> list[int]:
    widths = np.diff(at)
    slopes = np.diff(gains) / np.maximum(widths, _HAIR)
    pieces = [
        programme.variable(0.0, float(width), gain=float(slope)) for width, slope in zip(widths, slopes, strict=True)
    ]
    if np.all(np.diff(slopes) <= 0):
        return pieces
    for before, after in zip(range(len(pieces)), range(1, len(pieces)), strict=False):
        begun = programme.variable(0, 1, whole=True)
        programme.row({pieces[before]: 1.0, begun: -float(widths[before])}, 0.0, np.inf)
        programme.row({pieces[after]: 1.0, begun: -float(widths[after])}, -np.inf, 0.0)
    return pieces


def within_limits(problem: Problem, raw: Sequence[float], lots: bool = True) -> Mix:
    """Amounts that a solver gave, without what its tolerance lets them exceed."""
    mix = tuple(
        lever.nearest_below(amount * (1 + 1e-7)) if lots else min(max(lever.least, down(amount)), lever.most)
        for lever, amount in zip(problem.levers, raw, strict=True)
    )
    for hair in (1e-9, 1e-8, 1e-7, 1e-6, 1e-5):
        if problem.fits(mix):
            return _filled(problem, mix, raw) if lots else mix
        mix = tuple(
            amount if lots and (lever.lot or lever.grain) else down(lever.least + (amount - lever.least) * (1 - hair))
            for lever, amount in zip(problem.levers, mix, strict=True)
        )
    if problem.fits(mix):
        return mix
    return _fewer_lots(problem, mix)


def _filled(problem: Problem, mix: Mix, raw: Sequence[float]) -> Mix:
    """The mix with what rounding left over given back to the levers that lost most by it."""
    lost = [(amount - near, place) for place, (amount, near) in enumerate(zip(raw, mix, strict=True))]
    for left, place in sorted(lost, reverse=True):
        lever = problem.levers[place]
        if left > 0 and lever.grain and not lever.lot:
            more = (*mix[:place], lever.nearest_below(mix[place] + lever.grain), *mix[place + 1 :])
            mix = more if problem.fits(more) else mix
    return mix


def _fewer_lots(problem: Problem, mix: Mix) -> Mix:
    """A lot less of one lever or another, until the limits hold; the least of everything if nothing else does."""
    for place, lever in enumerate(problem.levers):
        less = lever.nearest_below(mix[place] - max(lever.lot, lever.grain, lever.most * 1e-6))
        tried = (*mix[:place], less, *mix[place + 1 :])
        if problem.fits(tried):
            return tried
    return problem.nothing


def largest(problem: Problem, place: int) -> float:
    """The largest amount of one lever that the limits allow.

    Raises:
        UserError: No mix keeps the limits.
    """
    programme = _Programme()
    amounts = [
        programme.variable(lever.least / _unit(problem, at), lever.most / _unit(problem, at), gain=float(at == place))
        for at, lever in enumerate(problem.levers)
    ]
    _add_rows(programme, problem, amounts, problem.rows)
    found = programme.solve()
    if found is None:
        raise refusal(problem)
    return float(f"{found[amounts[place]] * _unit(problem, place):.9g}")


def possible(problem: Problem, constraints: Collection[str] | None = None) -> bool:
    """Whether any mix keeps these limits (all by default), however much lots matter."""
    kept = set(problem.constraints if constraints is None else constraints)
    programme = _Programme()
    amounts = []
    for place, lever in enumerate(problem.levers):
        least = lever.least if f"least {lever.name}" in kept else min(0.0, lever.least)
        amounts.append(programme.variable(least / _unit(problem, place), lever.most / _unit(problem, place)))
    _add_rows(programme, problem, amounts, [row for row in problem.rows if row.names <= kept])
    return programme.solve() is not None


def conflict(problem: Problem) -> tuple[str, ...]:
    """The smallest set of limits that no mix keeps together; empty if some mix keeps all.

    Every set that conflicts has a member in each set of limits whose lifting mends all (Reiter 1987). So the smallest
    set that hits all such sets found so far either conflicts, and then none smaller does, or it does not, and growing
    it as far as it goes leaves out another such set.
    """
    names = problem.constraints
    if possible(problem, names):
        return ()
    mends: list[set[str]] = []
    while True:
        chosen = _smallest_hitting(names, mends)
        if not possible(problem, chosen):
            return tuple(name for name in names if name in chosen)
        for name in names:
            if name not in chosen and possible(problem, {*chosen, name}):
                chosen.add(name)
        mends.append(set(names) - chosen)


def _smallest_hitting(names: Sequence[str], sets: Sequence[Collection[str]]) -> set[str]:
    programme = _Programme()
    chosen = {name: programme.variable(0, 1, whole=True, gain=-1.0) for name in names}
    for one in sets:
        programme.row({chosen[name]: 1.0 for name in one}, 1.0, np.inf)
    found = programme.solve()
    if found is None:
        raise ValueError("the limits conflict whatever is lifted")
    return {name for name, at in chosen.items() if found[at] > 0.5}


def refusal(problem: Problem) -> UserError:
    """The complaint that no mix keeps the limits, with the smallest set of them that conflicts."""
    names = conflict(problem)
    return UserError(
        f"no mix keeps these limits together: {', '.join(names)}",
        allowed="limits that leave room for the least amount of every lever",
        mend="raise or lift one of them; each of the others may stay",
    )
