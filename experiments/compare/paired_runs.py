"""What stored runs say, and the frames made of it: every table of a comparison but those that only pass through.

Runs are read one at a time. A seed counts only where every scenario has its run, so that all differences rest on the
same chance events. Levels and differences carry a 95% interval, all of one kind (`PairedRuns.of`): of their mean over
replicates, or of another draw (see `experiments.measure.statistics`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from experiments.compare.cells import Cells, Floats, Keys
from experiments.compare.households import SHARES, Households, Pairs, new_policies
from experiments.measure.factorial import find_factorials
from experiments.measure.ranking import RANKED_BY, rank_frequencies
from experiments.measure.statistics import Of, met, t_limits
from experiments.measure.tradeoffs import dominated, fieller, synergy
from experiments.runs.records import RECORDS
from experiments.runs.runfile import RunFile

WAITING = ("started", "replicates", "median_day", "first_day", "last_day")
"""What is said of a policy that had to wait: in how many of the runs it started, and on which campaign days."""
PLAIN = ("purse", "cadre_days", "binding", "spending", "money", "by_month", "pairing")
_NOT_NOUGHT = (
    "panel",
    "day100",
    "monthly",
    "percentile",
    "spending",
    "start",
)  # what is absent there is unknown, not zero


class PairedRuns:
    """The runs of a comparison, read.

    Args:
        plans: The scenarios that are compared.
        baseline: Id of the one they are compared with.
        seeds: Seeds for which every scenario has a run.
        done: For each scenario, all seeds that have a run.
        read: Opens the run of a scenario and seed.
        of: What intervals are of: the mean, or another draw of chance events and parameters.
        of_village: Township of each village of the world; none where townships are not told apart.
    """

    def __init__(
        self,
        plans: Sequence[Any],
        baseline: str,
        seeds: Sequence[int],
        done: Mapping[str, Sequence[int]],
        read: Callable[[str, int], RunFile],
        of: Of = "mean",
        of_village: Sequence[int] = (),
    ) -> None:
        self.of = of
        self.plans = {plan.id: plan for plan in sorted(plans, key=lambda plan: str(plan.id))}
        self.baseline, self.seeds, self.done = baseline, tuple(seeds), done
        self.others = [scenario for scenario in self.plans if scenario != baseline]
        self.cells = Cells()
        self.pairs = {scenario: Pairs(np.array(of_village, dtype=np.int64)) for scenario in self.others}
        self.served: dict[str, list[float]] = {scenario: [] for scenario in self.plans}
        for seed in sorted({seed for seeds in done.values() for seed in seeds}):
            self._read(seed, read)

    def _read(self, seed: int, read: Callable[[str, int], RunFile]) -> None:
        base: Households | None = None
        lines: dict[int, float] = {}
        for scenario in (self.baseline, *self.others):
            if seed not in self.done[scenario]:
                continue
            run = read(scenario, seed)
            self.cells.add(scenario, seed, run.table(RECORDS))
            if seed not in self.seeds or (rows := Households.read(run)) is None:
                continue
            self.served[scenario].append(float(rows.served().sum()))
            if scenario == self.baseline:
                base, lines = rows, self._lines(seed, rows)
            elif base is not None:
                policies = new_policies(self.plans[scenario].policies, self.plans[self.baseline].policies)
                self.pairs[scenario].add(base, rows, lines, policies)

    def _lines(self, seed: int, rows: Households) -> dict[int, float]:
        """The poverty line at each mark after the start."""
        panel = self.cells.matrix("panel", self.baseline, [seed])
        months = sorted(month for month, name in rows.columns if name == "income_yuan" and month > 0)
        lines = {month: self.cells.row(panel, "all", "line_yuan", month) for month in months}
        return {month: float(line[0]) for month, line in lines.items() if line is not None}

    def values(self, table: str, scenario: str, keys: Keys | None = None) -> tuple[Keys, Floats]:
        """A table's values, a row a cell and a column a seed; under other keys if these are given."""
        absent = np.nan if table in _NOT_NOUGHT else 0.0
        matrix = self.cells.matrix(table, scenario, self.seeds, absent)
        return (matrix.keys, matrix.values) if keys is None else (keys, matrix.onto(keys, absent))

    def both(self, table: str, scenario: str) -> tuple[Keys, Floats, Floats]:
        """A table's values in the baseline and in a scenario, under common keys."""
        keys = np.union1d(self.values(table, self.baseline)[0], self.values(table, scenario)[0])
        return keys, self.values(table, self.baseline, keys)[1], self.values(table, scenario, keys)[1]

    def indicator(self, scenario: str, name: str, month: int) -> Floats | None:
        """An indicator for everyone at a yearly mark, a seed each."""
        return self.cells.row(self.cells.matrix("panel", scenario, self.seeds), "all", name, month)

    def marks(self) -> list[int]:
        """Yearly marks after the start that every run reports."""
        months = self.cells.labels(self.values("panel", self.baseline)[0])["month"]
        return sorted({int(month) for month in months if month > 0})


def limits(values: Floats, *names: str, of: Of = "mean") -> dict[str, Floats]:
    """Mean, low and high of each row, under these names; seeds without a value are left out row by row."""
    known = np.isfinite(values)
    found = np.array(t_limits(np.ascontiguousarray(values), of=of))
    for row in np.flatnonzero(~known.all(axis=1)):
        found[:, row] = t_limits(values[row, known[row]], of=of)
    return dict(zip(names, found, strict=True))


def paired(base: Floats, other: Floats, of: Of = "mean") -> dict[str, Any]:
    """The columns of a paired comparison, a row each of two matrices; a seed counts where both are known."""
    known = np.isfinite(base) & np.isfinite(other)
    base, other = np.where(known, base, np.nan), np.where(known, other, np.nan)
    change = limits(other - base, "difference", "low", "high", of=of)
    replicates = known.sum(axis=1)
    level = limits(base, "mean", "low", "high")["mean"]
    with np.errstate(divide="ignore", invalid="ignore"):
        return {
            "baseline_mean": level,
            "mean": limits(other, "mean", "low", "high")["mean"],
            **change,
            "replicates": replicates,
            "relative": np.where(level != 0, change["difference"] / level, np.nan),
            "share_positive": np.where(replicates > 0, (other > base).sum(axis=1) / replicates, np.nan),
        }


def outcomes(runs: PairedRuns) -> Iterator[pd.DataFrame]:
    """Every run's indicators, one frame a scenario; the only table with the runs of incomplete seeds."""
    for scenario in runs.plans:
        seeds = runs.done[scenario]
        parts = [runs.cells.matrix(table, scenario, seeds) for table in ("panel", "day100")]
        keys = np.concatenate([part.keys for part in parts])
        labels = pd.DataFrame(runs.cells.labels(keys)).drop(columns="item")
        labels["row"] = np.arange(len(labels))
        labels = labels.sort_values(["month", "group", "name"], kind="stable")
        rows = labels.pop("row").to_numpy()
        values = np.vstack([part.values for part in parts])[rows]
        frame = labels.iloc[np.tile(np.arange(len(labels)), len(seeds))]
        yield frame.assign(scenario=scenario, seed=np.repeat(seeds, len(labels)), value=values.T.ravel())


def differences(runs: PairedRuns) -> Iterator[pd.DataFrame]:
    """Paired differences by mark, group and indicator, and those of the households served and not served."""
    for scenario in runs.others:
        for table in ("panel", "day100"):
            keys, base, other = runs.both(table, scenario)
            labels = {"scenario": scenario, **runs.cells.labels(keys)}
            frame = pd.DataFrame({**labels, **paired(base, other, runs.of)})
            yield frame[frame["replicates"] > 0]
        levels = runs.pairs[scenario].levels
        if levels:
            both = np.array([levels[where] for where in levels])
            month, group, name = zip(*levels, strict=True)
            labels = {"scenario": scenario, "month": month, "group": group, "name": name}
            frame = pd.DataFrame({**labels, **paired(both[..., 0], both[..., 1], runs.of)})
            yield frame[frame["replicates"] > 0]


def monthly(runs: PairedRuns) -> Iterator[pd.DataFrame]:
    """Monthly flows of every scenario, with their paired difference (nought for the baseline itself)."""
    for scenario in runs.plans:
        keys, base, other = runs.both("monthly", scenario)
        change = limits(other - base, "difference", "difference_low", "difference_high", of=runs.of)
        labels = {"scenario": scenario, **runs.cells.labels(keys)}
        yield pd.DataFrame({**labels, **limits(other, "mean", "low", "high", of=runs.of), **change})


def percentile(runs: PairedRuns) -> Iterator[pd.DataFrame]:
    """Mean income of each hundredth of persons, and its paired difference with interval."""
    for scenario in runs.plans:
        keys, base, other = runs.both("percentile", scenario)
        labels = {"scenario": scenario, **runs.cells.labels(keys)}
        mean = limits(other, "mean", "_low", "_high")["mean"]
        change = limits(other - base, "difference", "low", "high", of=runs.of)
        yield pd.DataFrame({**labels, "mean": mean, **change})


def plain(runs: PairedRuns, table: str) -> Iterator[pd.DataFrame]:
    """A table as the runs report it, with mean and interval of each cell."""
    for scenario in runs.plans:
        keys, values = runs.values(table, scenario)
        labels = {"scenario": scenario, **runs.cells.labels(keys)}
        yield pd.DataFrame({**labels, **limits(values, "mean", "low", "high", of=runs.of)})


def delivery(runs: PairedRuns) -> Iterator[pd.DataFrame]:
    """What was delivered by the end of each week, against the target and with the chance of having met it.

    A target that the plan states has a deadline (a campaign day): in the last week its chance is that of having met it
    in time. Others are what a policy's means allow; in a run in which it never starts there is none, nor is it met. A
    target counts as met from 99.5% of it, see `experiments.measure.statistics.met`.
    """
    for scenario in runs.plans:
        matrix = runs.cells.matrix("delivery", scenario, runs.seeds)
        labels = pd.DataFrame(runs.cells.labels(matrix.keys))
        beside: dict[str, dict[tuple[str, str], Floats]] = {kind: {} for kind in ("target", "deadline", "in_time")}
        cells: dict[tuple[str, str, int], Floats] = {}
        for row, group, name, week in labels[["group", "name", "item"]].itertuples():
            kind = next((kind for kind in beside if name.endswith(f"_{kind}")), "")
            if kind:
                beside[kind][group, name.removesuffix(f"_{kind}")] = matrix.values[row]
            else:
                cells[group, name, week] = np.nan_to_num(matrix.values[row])
        weeks = sorted({week for _, _, week in cells})
        nothing = np.zeros(len(runs.seeds))
        rows = []
        for what in sorted({(group, name) for group, name, _ in cells} | set(beside["target"])):
            target, in_time = beside["target"].get(what), beside["in_time"].get(what)
            due = beside["deadline"][what].mean() if what in beside["deadline"] else np.nan
            for week in weeks:
                value = cells.get((*what, week), nothing)
                mean, low, high = (float(limit) for limit in t_limits(value, of=runs.of))
                held = in_time if in_time is not None and week == weeks[-1] else value
                aim, chance = (np.nan, np.nan) if target is None else (np.nanmean(target), met(held, target).mean())
                rows.append((scenario, *what, week, mean, low, high, aim, due, chance))
        columns = ["scenario", "policy", "name", "week", "mean", "low", "high", "target", "deadline_day", "chance_met"]
        yield pd.DataFrame(rows, columns=columns)


def total_cost(runs: PairedRuns, scenario: str) -> dict[str, Floats]:
    """Cost of all policies together by name, a seed each; households served twice count once."""
    keys, values = runs.values("cost", scenario)
    labels = runs.cells.labels(keys)
    totals = {}
    for name in sorted(set(labels["name"])):
        rows = labels["name"] == name
        stated = rows & (labels["group"] == "all")
        totals[name] = values[stated if stated.any() else rows].sum(axis=0)
    if len(runs.served[scenario]) == len(runs.seeds):
        totals["households_served"] = np.array(runs.served[scenario])
    return totals


def cost(runs: PairedRuns) -> Iterator[pd.DataFrame]:
    """Cost by policy, and of all together."""
    for scenario in runs.plans:
        keys, values = runs.values("cost", scenario)
        labels = runs.cells.labels(keys)
        frame = {"scenario": scenario, "policy": labels["group"], "name": labels["name"]}
        spread = limits(values, "mean", "low", "high", of=runs.of)
        yield pd.DataFrame({**frame, **spread})[labels["group"] != "all"]
        totals = total_cost(runs, scenario)
        if totals:
            frame = {"scenario": scenario, "policy": "all", "name": list(totals)}
            spread = limits(np.array([*totals.values()]), "mean", "low", "high", of=runs.of)
            yield pd.DataFrame({**frame, **spread})


def start(runs: PairedRuns) -> Iterator[pd.DataFrame]:
    """In how many runs each policy with a start condition started, and on which campaign days."""
    for scenario, plan in runs.plans.items():
        keys, values = runs.values("start", scenario)
        found = dict(zip(runs.cells.labels(keys)["group"], values, strict=True))
        rows = []
        for label in (one.label for one in plan.policies if one.settings.start_when):
            days = np.sort(found.get(label, np.full(len(runs.seeds), np.nan)))
            days = days[np.isfinite(days)]
            middle = (days[(len(days) - 1) // 2], days[0], days[-1]) if len(days) else (np.nan,) * 3
            rows.append((scenario, label, len(days), len(runs.seeds), *middle))
        yield pd.DataFrame(rows, columns=["scenario", "policy", *WAITING])


def extra(runs: PairedRuns) -> Iterator[pd.DataFrame]:
    """Money beyond the baseline's, paired: each part of the cost of all policies together, and each flow."""
    nothing = np.zeros(len(runs.seeds))
    base_costs = total_cost(runs, runs.baseline)
    for scenario in runs.others:
        costs = total_cost(runs, scenario)
        names = sorted(set(costs) | set(base_costs))
        if names:
            change = np.array([costs.get(name, nothing) - base_costs.get(name, nothing) for name in names])
            frame = {"scenario": scenario, "kind": "cost", "group": "all", "name": names}
            yield pd.DataFrame({**frame, **limits(change, "difference", "low", "high", of=runs.of)})
        keys, base, other = runs.both("money", scenario)
        labels = runs.cells.labels(keys)
        frame = {"scenario": scenario, "kind": "flow", "group": labels["group"], "name": labels["name"]}
        yield pd.DataFrame({**frame, **limits(other - base, "difference", "low", "high", of=runs.of)})


def ranking(runs: PairedRuns) -> Iterator[pd.DataFrame]:
    """How often each scenario comes first (`other` is empty), and how often it is ahead of each other one."""
    rows: dict[str, list[tuple[Any, ...]]] = {scenario: [] for scenario in runs.others}
    for month in runs.marks():
        for name, sign in RANKED_BY.items():
            samples = {scenario: runs.indicator(scenario, name, month) for scenario in runs.others}
            known = {scenario: sign * values for scenario, values in samples.items() if values is not None}
            for one in rank_frequencies(known):
                share = one.share
                cells = (month, name, one.other, one.times, share.replicates, share.value, share.low, share.high)
                rows[one.scenario].append((one.scenario, *cells))
    columns = ["scenario", "month", "name", "other", "times", "replicates", "share", "low", "high"]
    yield from (pd.DataFrame(of_it, columns=columns) for of_it in rows.values())


def effectiveness(runs: PairedRuns) -> Iterator[pd.DataFrame]:
    """Cost beyond the baseline's for what it buys, with Fieller's interval, and which mixes are beaten outright.

    `yuan_per_gap_point`: by percentage point of poverty gap less, as the mean over the yearly marks after the start.
    `yuan_per_person_year_out`: by person-year out of poverty, each mark standing for a year.
    """
    marks = runs.marks()
    costs: dict[str, Floats] = {}
    effects: dict[str, dict[str, Floats]] = {"yuan_per_gap_point": {}, "yuan_per_person_year_out": {}}
    nothing = np.zeros(len(runs.seeds))
    base_cost = total_cost(runs, runs.baseline).get("cost_yuan", nothing)
    for scenario in runs.others:
        gap, out = [], []
        for month in marks:
            base, other = (
                {name: runs.indicator(one, name, month) for name in ("poverty_gap", "headcount", "persons")}
                for one in (runs.baseline, scenario)
            )
            if any(values is None for values in (*base.values(), *other.values())):
                continue
            gap.append((base["poverty_gap"] - other["poverty_gap"]) * 100)  # type: ignore[operator]
            out.append((base["headcount"] - other["headcount"]) * base["persons"])  # type: ignore[operator]
        if gap and np.isfinite(gap).all() and np.isfinite(out).all():
            costs[scenario] = total_cost(runs, scenario).get("cost_yuan", nothing) - base_cost
            effects["yuan_per_gap_point"][scenario] = np.mean(gap, axis=0)
            effects["yuan_per_person_year_out"][scenario] = np.sum(out, axis=0)
    beaten = {measure: dominated(costs, effect, of=runs.of) for measure, effect in effects.items()}
    for scenario, beyond in costs.items():
        for measure, effect in effects.items():
            ratio = fieller(beyond, effect[scenario], of=runs.of)
            row = {"scenario": scenario, "measure": measure, "value": ratio.value, "low": ratio.low}
            row |= {"high": ratio.high, "defined": ratio.defined}
            yield pd.DataFrame([{**row, "dominated_by": beaten[measure].get(scenario, "")}])


def synergies(runs: PairedRuns) -> Iterator[pd.DataFrame]:
    """What mixes do beyond the sum of their parts, where the full factorial was run; for everyone."""
    for found in find_factorials(list(runs.plans.values()), runs.baseline):
        keys = runs.values("panel", found.mix)[0], runs.values("day100", found.mix)[0]
        for table, of_table in zip(("panel", "day100"), keys, strict=True):
            labels = runs.cells.labels(of_table)
            samples = {parts: runs.values(table, one, of_table)[1] for parts, one in found.scenarios.items()}
            rows = [
                {
                    "scenario": found.mix,
                    "parts": "+".join(one.parts),
                    "order": one.order,
                    "kind": one.kind,
                    "month": labels["month"][row],
                    "name": labels["name"][row],
                    "synergy": one.interval.value,
                    "low": one.interval.low,
                    "high": one.interval.high,
                    "replicates": one.interval.replicates,
                }
                for row in np.flatnonzero(labels["group"] == "all")
                for one in synergy({parts: sample[row] for parts, sample in samples.items()}, of=runs.of)
            ]
            yield pd.DataFrame(rows)


def movers(runs: PairedRuns) -> Iterator[pd.DataFrame]:
    """Shares of persons in households that gained, lost, or neither, against themselves in the baseline."""
    for scenario in runs.others:
        moved = runs.pairs[scenario].moved
        if moved:
            month, group = zip(*moved, strict=True)
            shares = np.array([*moved.values()])
            columns = {"scenario": scenario, "month": month, "group": group}
            for place, name in enumerate(SHARES):
                columns |= limits(shares[..., place], name, f"{name}_low", f"{name}_high", of=runs.of)
            yield pd.DataFrame(columns)
