"""The tables of an experiment: rebuilt from its runs, sorted by key, the same bytes however the runs came about."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from experiments.compare import paired_runs as of
from experiments.compare.paired_runs import PairedRuns
from experiments.compare.townships import townships
from experiments.measure.precision import Judged
from experiments.measure.statistics import Of
from experiments.runs.files import read_file, read_json, write_atomic
from sim.core.errors import UserError

_LEVEL = "| mean low high"
COLUMNS: dict[str, str] = {
    "outcomes": "scenario seed month group name | value",
    "differences": "scenario month group name"
    " | baseline_mean mean difference low high replicates relative share_positive",
    "township": "scenario month township name | households baseline_mean mean difference low high replicates relative"
    " share_positive apart apart_low apart_high",
    "monthly": f"scenario month group name {_LEVEL} difference difference_low difference_high",
    "delivery": f"scenario policy name week {_LEVEL} target deadline_day chance_met",
    "cost": f"scenario policy name {_LEVEL}",
    "start": f"scenario policy | {' '.join(of.WAITING)}",
    **{name: f"scenario month group name item {_LEVEL}" for name in of.PLAIN},
    "percentile": "scenario month item | mean difference low high",
    "effectiveness": "scenario measure | value low high defined dominated_by",
    "extra": "scenario kind group name | difference low high",
    "ranking": "scenario month name other | times replicates share low high",
    "synergy": "scenario parts order kind month name | synergy low high replicates",
    "movers": "scenario month group | gained_share lost_share unchanged_share gained_share_low gained_share_high"
    " lost_share_low lost_share_high unchanged_share_low unchanged_share_high",
    "spillover": "scenario month group name | endogenous endogenous_low endogenous_high fixed fixed_low fixed_high"
    " spillover spillover_low spillover_high replicates",
    "channel": "scenario way month group name | worth low high replicates",
    "what_if": "scenario what_if month group name | planned planned_low planned_high gain gain_low gain_high"
    " change change_low change_high county county_low county_high replicates",
    "verdict": "scenario month group name | asked_precision halfwidth replicates enough needed same may_differ",
    "reconcile": "| name label_en label_zh model profile difference tolerance within unit",
    "failures": "scenario seed | error",
}
"""Every table's columns; those before the bar are its key, by which it is sorted.

Limits are those of a 95% interval, which covers what `Comparison.of` says; but the half-width in `verdict` is that of
the mean, at 97% where replicates were added until it was enough, and the limits in `ranking` those of a share (Wilson).
"""
_INTEGERS = {
    *("seed", "month", "week", "item", "order", "township", "households"),
    *("replicates", "needed", "same", "times", "started"),
}
_WITHOUT_SPREAD = {"outcomes", "reconcile", "failures", "verdict", "ranking", "start"}
_TRUTHS = {"defined", "enough", "within"}
_TEXTS = {
    *("scenario", "group", "name", "policy", "measure", "dominated_by", "parts", "kind", "other", "way", "what_if"),
    *("label_en", "label_zh", "unit", "error"),
}

Frames = Iterable[pd.DataFrame]


def rebuild(
    folder: Path,
    runs: PairedRuns,
    judged: Sequence[Judged],
    failures: Mapping[tuple[str, int], str],
    spillovers: Frames = (),
    channels: Frames = (),
    what_ifs: Frames = (),
    reconciled: Iterable[Any] = (),
) -> None:
    """Write every table of a comparison.

    Args:
        folder: The experiment's folder, held by the caller.
        runs: The runs it is made from.
        judged: The verdict on the replicates.
        failures: Error of each failed run, by scenario and seed.
        spillovers: Frames of effects under both closures.
        channels: Frames of what each way of acting is worth.
        what_ifs: Frames of what is gained under what may befall the county.
        reconciled: Lines of model beside profile; objects or mappings with the columns of the table.

    Raises:
        UserError: A table cannot be written.
    """
    frames: dict[str, Frames] = {
        "outcomes": of.outcomes(runs),
        "differences": of.differences(runs),
        "township": townships(runs),
        "monthly": of.monthly(runs),
        "delivery": of.delivery(runs),
        "cost": of.cost(runs),
        "start": of.start(runs),
        **{name: of.plain(runs, name) for name in of.PLAIN},
        "percentile": of.percentile(runs),
        "effectiveness": of.effectiveness(runs),
        "extra": of.extra(runs),
        "ranking": of.ranking(runs),
        "synergy": of.synergies(runs),
        "movers": of.movers(runs),
        "spillover": spillovers,
        "channel": channels,
        "what_if": what_ifs,
        "verdict": _verdict(judged),
        "reconcile": _reconcile(reconciled),
        "failures": [
            pd.DataFrame(
                [(scenario, seed, error) for (scenario, seed), error in failures.items()],
                columns=["scenario", "seed", "error"],
            )
        ],
    }
    for name, parts in frames.items():
        covered = "" if runs.of == "mean" or name in _WITHOUT_SPREAD else "chance and parameters"
        write_table(folder / "tables" / f"{name}.parquet", name, parts, covered)


def write_table(path: Path, name: str, parts: Frames, covered: str = "") -> None:
    """Write one table in its fixed shape.

    Args:
        path: Where to.
        name: Which table of `COLUMNS`.
        parts: Frames with its columns; if one frame a scenario, in the order of scenarios, only one is in memory.
        covered: What its intervals cover, for the file to say, where that is more than chance.
    """
    schema = _schema(name)
    if covered:
        schema = schema.with_metadata({"intervals cover": covered})
    sink = pa.BufferOutputStream()
    with pq.ParquetWriter(sink, schema, compression="zstd", write_statistics=False) as writer:
        for frame in _by_scenario(name, parts):
            columns = [pa.array(frame[field.name], type=field.type, from_pandas=False) for field in schema]
            writer.write_table(pa.Table.from_arrays(columns, schema=schema))
    write_atomic(path, bytes(sink.getvalue()))


def _by_scenario(name: str, parts: Frames) -> Iterator[pd.DataFrame]:
    """One sorted frame a scenario, from parts that come scenario by scenario."""
    key = COLUMNS[name].partition("|")[0].split()
    held: list[pd.DataFrame] = []

    def together() -> pd.DataFrame:
        frame = pd.concat(held, ignore_index=True)
        return frame.sort_values(key, kind="stable") if key else frame

    for part in parts:
        if not len(part):
            continue
        if key and held and held[0]["scenario"].iloc[0] != part["scenario"].iloc[0]:
            yield together()
            held.clear()
        held.append(part)
    if held:
        yield together()


def _schema(name: str) -> pa.Schema:
    def kind(column: str) -> pa.DataType:
        if column in _INTEGERS:
            return pa.int64()
        return pa.bool_() if column in _TRUTHS else pa.string() if column in _TEXTS else pa.float64()

    return pa.schema([(column, kind(column)) for column in COLUMNS[name].replace("|", " ").split()])


def _verdict(judged: Sequence[Judged]) -> Frames:
    for one in sorted(judged, key=lambda one: one.scenario):
        found = one.verdict
        yield pd.DataFrame(
            {
                "scenario": [one.scenario],
                "month": one.outcome.month,
                "group": one.outcome.group,
                "name": one.outcome.name,
                "asked_precision": found.asked,
                "halfwidth": found.halfwidth,
                "replicates": found.replicates,
                "enough": found.enough,
                "needed": found.needed or 0,  # 0: too few replicates to say
                "same": found.same,
                "may_differ": found.may_differ,
            }
        )


def _reconcile(lines: Iterable[Any]) -> Frames:
    columns = COLUMNS["reconcile"].replace("|", " ").split()
    rows = [[line[name] if isinstance(line, Mapping) else getattr(line, name) for name in columns] for line in lines]
    return [pd.DataFrame(rows, columns=columns)]


class Comparison:
    """A finished experiment's folder, for reading.

    Attributes:
        folder: Where it stands.
        manifest: What it says about itself.
    """

    def __init__(self, folder: Path, manifest: dict[str, Any]) -> None:
        self.folder, self.manifest = folder, manifest
        self._tables: dict[str, pd.DataFrame] = {}

    @classmethod
    def load(cls, folder: Path) -> Comparison:
        """Open an experiment's folder.

        Raises:
            UserError: It is not one, or its command has not run to its end.
        """
        manifest = read_json(folder / "manifest.json")
        if not manifest.get("complete"):
            raise UserError(
                "this experiment has not run to its end",
                file=folder,
                mend="repeat the command; only what is missing is done",
            )
        return cls(folder, manifest)

    @property
    def mode(self) -> str:
        """How the runs took their parameters: "point", "calibrated" or "ranges"."""
        return str((self.manifest.get("parameters") or {}).get("mode", "point"))

    @property
    def of(self) -> Of:
        """What intervals are of: the mean over chance events, or another draw of chance events and parameters."""
        return "mean" if self.mode == "point" else "draw"

    def table(self, name: str) -> pd.DataFrame:
        """A table by its name (see `COLUMNS`), read when first asked for.

        Raises:
            UserError: There is no such table, or its file is missing or damaged.
        """
        if name not in COLUMNS:
            raise UserError(f"there is no table {name!r}", allowed=", ".join(COLUMNS))
        if name not in self._tables:
            path = self.folder / "tables" / f"{name}.parquet"
            try:
                content = read_file(self.folder, path.relative_to(self.folder).as_posix(), self.manifest)
                self._tables[name] = pd.read_parquet(pa.BufferReader(content))
            except (OSError, ValueError, pa.ArrowException) as error:
                raise UserError(
                    "this table is missing or damaged",
                    file=path,
                    mend="repeat the command: tables are made from the runs",
                ) from error
        return self._tables[name]
