"""Tidy tables of a sweep, as Parquet and CSV, and what each of their columns means."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from experiments.designs.design import UNITS
from experiments.designs.uncertain import drawn
from experiments.pages.spreadsheet import csv_text
from experiments.sweeps.blocks import Wanted
from experiments.sweeps.result import SweepResult
from experiments.sweeps.returns import Returns
from sim.parameters import load_parameters

RUNS, EFFECTS, RETURNS, FAILURES, DICTIONARY = "runs", "effects", "returns", "failures", "dictionary"
DONE, UNFITTED, FAILED = "done", "unfitted", "failed"
_KEYS = {
    "scenario": ("Scenario", "方案"),
    "point": ("Point of the design; 0 = where every lever stands", "设计点编号；0为各项均不变动"),
    "seed": ("Seed of chance events", "随机种子"),
    "status": (
        "done; unfitted = the seed's parameters fit no county; failed",
        "done为完成；unfitted为该组参数与本县数据不符；failed为失败",
    ),
    "outcome": ("Outcome", "指标"),
    "lever": ("What is moved", "变动项"),
    "value": ("Its value", "变动项取值"),
    "difference": ("Mean paired difference from point 0", "与0号点配对差异的均值"),
    "low": ("Lower end of the 95% interval", "95%区间下限"),
    "high": ("Upper end of the 95% interval", "95%区间上限"),
    "seeds": ("Seeds that both points have", "配对的随机种子数"),
    "step": ("What a unit of the lever adds since the value before", "由前一取值增至本取值时，每单位带来的变化"),
    "step_low": ("Lower end of its 95% interval", "其95%区间下限"),
    "step_high": ("Upper end of its 95% interval", "其95%区间上限"),
    "cost_yuan": ("Money that the plan costs more than at point 0", "方案成本比0号点多支出"),
    "falls_from": ("Value from which returns are known to fall", "收益递减的起点"),
    "flat_from": ("Value after which nothing more is known to be gained", "不再带来可认定增益的起点"),
    "error": ("Why the run failed", "失败原因"),
}  # fmt: skip


def runs(result: SweepResult) -> pd.DataFrame:
    """One row a run, one column a lever, a parameter that the design draws, and an outcome."""
    design = result.design
    drawings = [tuple(drawn(design.uncertainties, seed).values()) for seed in result.seeds]
    failed = {(run.scenario, run.point, run.seed) for run in result.cube.failures}
    rows = []
    for k, plan in enumerate(design.scenarios):
        for p in range(len(result.points)):
            where = {name: _plain(value) for name, value in result.where(plan, p).items()}
            levers = [where.get(one.id) for one in design.levers]
            for place, seed in enumerate(result.seeds):
                values = result.values[k, p, place]
                known = DONE if (values == values).any() else UNFITTED
                status = FAILED if (k, p, seed) in failed else known
                rows.append([plan.id, p, seed, status, *levers, *drawings[place], *values])
    names = [*(one.id for one in design.levers), *(one.name for one in design.uncertainties)]
    return pd.DataFrame(rows, columns=["scenario", "point", "seed", "status", *names, *design.outcomes])


def _plain(value: object) -> object:
    return value.isoformat() if isinstance(value, dt.date) else value


def effects(result: SweepResult) -> pd.DataFrame:
    """One row a scenario, point and outcome: the paired difference from point 0."""
    rows = []
    for k, plan in enumerate(result.design.scenarios):
        for p in range(1, len(result.points)):
            for o, outcome in enumerate(result.design.outcomes):
                e = result.effect(k, p, o)
                paired = result.differences[k, p, :, o]
                rows.append([plan.id, p, outcome, e.value, e.low, e.high, int((paired == paired).sum())])
    return pd.DataFrame(rows, columns=["scenario", "point", "outcome", "difference", "low", "high", "seeds"])


def returns(result: SweepResult, curves: list[Returns]) -> pd.DataFrame:
    """One row a value of a response curve."""
    rows = []
    for one in curves:
        before = result.design.scenarios[one.scenario].id, one.lever, result.design.outcomes[one.outcome]
        for place, x in enumerate(one.x):
            step = one.steps[place - 1] if place else (float("nan"),) * 3
            rows.append([*before, x, *one.effects[place], *step, one.cost[place], one.falls_from, one.flat_from])
    columns = "scenario lever outcome value difference low high step step_low step_high cost_yuan falls_from flat_from"
    return pd.DataFrame(rows, columns=columns.split())


def failures(result: SweepResult) -> pd.DataFrame:
    """One row a failed run."""
    rows = [
        [result.design.scenarios[run.scenario].id, run.point, run.seed, error]
        for run, error in sorted(result.cube.failures.items(), key=lambda one: _place(one[0]))
    ]
    return pd.DataFrame(rows, columns=["scenario", "point", "seed", "error"])


def _place(run: Wanted) -> tuple[int, int, int]:
    return run.scenario, run.point, run.seed


def dictionary(result: SweepResult, frames: dict[str, pd.DataFrame]) -> pd.DataFrame:
    """What each column of each table means, in both languages, with its unit."""
    known = load_parameters()
    meant: dict[str, tuple[str, str, str, str]] = {name: (*names, "", "") for name, names in _KEYS.items()}
    for one in result.design.uncertainties:
        entry = known.find(one.name)
        meant[one.name] = (entry.label_en, entry.label_zh, entry.unit, f"uncertainties.{one.name}")
    for kept in result.outcomes:
        meant[kept.text] = (*kept.title, kept.unit, kept.text)
    for lever in result.design.levers:
        unit = UNITS["factor" if lever.times else lever.unit][0]
        meant[lever.id] = (lever.title.en, lever.title.zh, unit, " ".join(lever.addresses))
    rows = [[table, column, *meant[column]] for table, frame in frames.items() for column in frame.columns]
    return pd.DataFrame(rows, columns=["table", "column", "meaning_en", "meaning_zh", "unit", "address"])


def files(frames: dict[str, pd.DataFrame]) -> Iterator[tuple[str, bytes]]:
    """Every table twice, by its name in the folder."""
    for name, frame in frames.items():
        yield f"tables/{name}.parquet", _parquet(frame)
        rows = frame.astype(object).where(frame.notna(), "").to_numpy().tolist()
        yield f"tables/{name}.csv", csv_text(list(frame.columns), rows, mark=True).encode()


def _parquet(frame: pd.DataFrame) -> bytes:
    sink = pa.BufferOutputStream()
    table = pa.Table.from_pandas(frame, preserve_index=False).replace_schema_metadata(None)
    pq.write_table(table, sink, compression="zstd", write_statistics=False)
    return bytes(sink.getvalue())
