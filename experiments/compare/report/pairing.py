"""The sheet of pairings: by trade, which units stand beside how many villages, and what their cadres cover there."""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from experiments.compare.report.book import Book, Content, value
from sim.facts.trades import TRADES

_SUMS = ("households", "linked", "cadres", "covered", "visits", "with_substance", "reached")
"""Of a village, added up over those beside which a trade's units stand."""


def pairings(b: Book) -> None:
    """As the campaign ends, over runs; no sheet where no run has pairs.

    A unit that stands beside other villages in other runs counts in each by the share of runs.
    """
    frame = b.exp.table("pairing")
    if frame.empty:
        return
    rows: list[list[Content]] = []
    for scenario in dict.fromkeys(frame["scenario"].astype(str)):
        mine = frame[frame["scenario"] == scenario]
        for name, units, beside in _beside(b, mine):
            rows.append([b.ctx.title(scenario), name, value(units, "count"), *_line(mine, beside)])
    columns = "villages households linked_homes cadres covered most_covered visits with_substance reached_homes"
    header = b.header("col_scenario col_trade col_units " + " ".join(f"col_{name}" for name in columns.split()))
    b.sheet("pairings", header, rows, [b.say("pairings_are", n=b.exp.replicates)])


def _beside(b: Book, frame: pd.DataFrame) -> list[tuple[str, float, NDArray[np.float64]]]:
    """Trades with their units and, by village, how many of these stand beside it; then the villages without any."""
    villages = 1 + int(frame.loc[frame["name"] == "households", "item"].max())
    units = frame[frame["group"] != "all"]
    trade_of = units[units["name"] == "trade"].set_index("group")["mean"].round().astype(int)
    found: list[tuple[str, float, NDArray[np.float64]]] = []
    without = np.ones(villages)
    for number, names in enumerate(TRADES.values()):
        mine = trade_of.index[trade_of == number]
        pairs = units[(units["name"] == "village") & units["group"].isin(mine)]
        beside = _by_village(pairs, villages)
        without -= beside
        if len(mine):
            found.append((names[b.ctx.zh], float(len(mine)), beside))
    if without.sum() > 1e-9:
        found.append((b.say("no_unit"), float("nan"), without))
    return found


def _line(frame: pd.DataFrame, beside: NDArray[np.float64]) -> list[Content]:
    """Villages, what is added up over them, and the most that one cadre covers in any of them."""
    everyone = frame[frame["group"] == "all"]

    by_name = {name: _by_village(everyone[everyone["name"] == name], len(beside)) for name in (*_SUMS, "most")}
    sums = {name: float(by_name[name] @ beside) for name in _SUMS}
    most = float(by_name["most"][beside > 0].max(initial=0.0))
    before, after = ("households", "linked", "cadres", "covered"), ("visits", "with_substance", "reached")
    numbers = [float(beside.sum()), *(sums[k] for k in before), most, *(sums[k] for k in after)]
    return [value(number, "count") for number in numbers]


def _by_village(frame: pd.DataFrame, villages: int) -> NDArray[np.float64]:
    sums = np.bincount(frame["item"].to_numpy(np.int64), weights=frame["mean"].to_numpy(float), minlength=villages)
    return sums.astype(np.float64)
