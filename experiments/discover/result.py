"""What a discovery comes to: for programs one object, and tidy tables."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

from experiments.designs.design import Constraint, Design
from experiments.discover.prim import Box, Certainty, Mask, restrictions
from experiments.discover.shapley import Share
from experiments.measure.statistics import Floats, Interval, wilson
from experiments.pages.spreadsheet import csv_text


@dataclass(frozen=True)
class Found:
    """What was found.

    Attributes:
        design: The design.
        outcome: The outcome that decides.
        limit: The limit on it; None if two plans are compared.
        points: The worlds, by case and uncertainty.
        values: The outcome by case and plan, averaged over seeds.
        cases: In which worlds the second plan does no better, or the limit is missed.
        margin: By how much the second plan is better; with a limit, the outcome itself.
        ruled_out: Worlds that the county's books rule out.
        box: Where the cases lie; None if there are none, or nothing else.
        sure: How sure the box is.
        shares: What each measure adds.
    """

    design: Design
    outcome: str
    limit: Constraint | None
    points: Floats
    values: Floats
    cases: Mask
    margin: Floats
    ruled_out: int
    box: Box | None
    sure: Certainty | None
    shares: tuple[Share, ...]

    @property
    def names(self) -> list[str]:
        """Names of the uncertainties."""
        return [one.name for one in self.design.uncertainties]

    @property
    def share(self) -> Interval:
        """The share of cases among the worlds."""
        return wilson(int(self.cases.sum()), len(self.cases))


def _plain(value: float) -> float | None:
    return float(f"{value:.10g}") if math.isfinite(value) else None


def _interval(one: Interval) -> dict[str, float | None]:
    return {"value": _plain(one.value), "low": _plain(one.low), "high": _plain(one.high)}


def answer(of: Found) -> dict[str, Any]:
    """The answer, for programs; without a trace of time or machine."""
    box: dict[str, Any] | None = None
    if of.box and of.sure:
        sides = restrictions(of.box, of.names)
        again = dict(zip(of.names, of.sure.again.tolist(), strict=True))
        box = {
            "restrictions": [
                {"parameter": name, "low": _plain(low), "high": _plain(high), "again": _plain(again[name])}
                for name, low, high in sides
            ],
            "coverage": {"value": _plain(of.box.coverage), "low": of.sure.coverage[0], "high": of.sure.coverage[1]},
            "density": {"value": _plain(of.box.density), "low": of.sure.density[0], "high": of.sure.density[1]},
            "inside": of.box.inside,
        }
    return {
        "design": of.design.id,
        "scenarios": [plan.id for plan in of.design.scenarios[: of.values.shape[1]]],
        "outcome": of.outcome,
        "limit": None if of.limit is None else {"at_least": of.limit.at_least, "at_most": of.limit.at_most},
        "worlds": len(of.cases),
        "ruled_out": of.ruled_out,
        "cases": int(of.cases.sum()),
        "share": _interval(of.share),
        "box": box,
        "shapley": [{"measure": one.measure, "exact": one.exact, "share": _interval(one.share)} for one in of.shares],
    }


def tables(of: Found) -> dict[str, str]:
    """The tidy tables, by file name."""
    plans = [plan.id for plan in of.design.scenarios[: of.values.shape[1]]]
    rows: list[list[object]] = [
        [place + 1, *map(float, of.points[place]), *map(float, of.values[place]), bool(of.cases[place])]
        for place in range(len(of.cases))
    ]
    found = {"cases.csv": csv_text(["world", *of.names, *(f"{of.outcome} {one}" for one in plans), "case"], rows)}
    if of.box and of.sure:
        again = dict(zip(of.names, of.sure.again.tolist(), strict=True))
        sides: list[list[object]] = [
            [name, _plain(low), _plain(high), again[name]] for name, low, high in restrictions(of.box, of.names)
        ]
        found["boxes.csv"] = csv_text(["parameter", "low", "high", "again"], sides)
    if of.shares:
        shares: list[list[object]] = [
            [one.measure, one.share.value, _plain(one.share.low), _plain(one.share.high), one.exact]
            for one in of.shares
        ]
        found["shapley.csv"] = csv_text(["measure", "share", "share_low", "share_high", "exact"], shares)
    return found
