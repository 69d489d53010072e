"""What the report reads: the manifest, the resolved scenarios and the tables of one experiment folder."""

from __future__ import annotations

import math
import tomllib
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from experiments.compare.tables import COLUMNS, Comparison
from experiments.measure.statistics import Of, mean_of
from experiments.pages.numbers import Estimate
from experiments.runs.files import read_file
from sim.core.errors import UserError
from sim.population.profile import Profile
from sim.population.profile_file import load_profile

DAY100 = -1


@dataclass(frozen=True)
class Scenario:
    """One scenario as the report names it."""

    id: str
    title_en: str
    title_zh: str
    policies: tuple[str, ...]
    kinds: dict[str, str] = field(default_factory=dict)
    plan: dict[str, Any] = field(default_factory=dict)
    digest: str = ""

    def title(self, language: str) -> str:
        """Title in the language; the other language's, then the id, stand in for a missing one."""
        first, second = (self.title_zh, self.title_en) if language == "zh" else (self.title_en, self.title_zh)
        return first or second or self.id


class Experiment:
    """An experiment folder, read once and never written.

    Raises:
        UserError: the folder has no readable manifest, or a table is damaged.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._stored = Comparison.load(folder)
        self.manifest: dict[str, Any] = self._stored.manifest
        try:
            self.scenarios = tuple(self._scenario(entry) for entry in self.manifest["scenarios"])
            self.baseline = str(self.manifest["baseline"])
        except (KeyError, TypeError) as error:
            raise UserError(
                f"the manifest lacks what a report needs ({error})",
                file=folder / "manifest.json",
                mend="run the experiment again",
            ) from error
        if self.baseline not in {s.id for s in self.scenarios}:
            raise UserError(
                f"the baseline '{self.baseline}' is not among the scenarios",
                file=folder / "manifest.json",
                mend="run the experiment again",
            )
        self._tables: dict[str, pd.DataFrame] = {}

    def _scenario(self, entry: dict[str, Any]) -> Scenario:
        plan: dict[str, Any] = {}
        path = self.folder / "scenarios" / f"{entry['id']}.toml"
        try:
            if path.exists() or "files" in self.manifest:  # an older folder can do without: it loses dates and kinds
                name = path.relative_to(self.folder).as_posix()
                plan = tomllib.loads(read_file(self.folder, name, self.manifest).decode())
        except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
            raise UserError(f"the stored scenario cannot be read ({error})", file=path, mend="run it again") from error
        kinds = {str(p.get("label") or p.get("kind")): str(p.get("kind")) for p in plan.get("policies", [])}
        title = {k: _clean(str(v)) for k, v in (entry.get("title") or {}).items()}
        labels = tuple(str(p) for p in entry.get("policies") or ())
        return Scenario(
            str(entry["id"]),
            str(title.get("en", "")),
            str(title.get("zh", "")),
            labels,
            {label: kinds.get(label, label) for label in labels},
            plan,
            str(entry.get("digest", "")),
        )

    def table(self, name: str) -> pd.DataFrame:
        """A table; empty when the experiment did not compute it."""
        if name not in self._tables:
            self._tables[name] = self._read(name)
        return self._tables[name]

    def _read(self, name: str) -> pd.DataFrame:
        columns = COLUMNS[name].replace("|", " ").split()
        path = self.folder / "tables" / f"{name}.parquet"
        if not path.exists():
            return pd.DataFrame(columns=columns)
        frame = self._stored.table(name)
        missing = [column for column in columns if column not in frame.columns]
        if missing:
            raise UserError(
                f"columns missing: {', '.join(missing)}",
                file=path,
                mend="repeat the command: tables are made from the runs",
            )
        return frame

    @cached_property
    def profile(self) -> Profile | None:
        """The county, as the folder keeps it; None where it does not."""
        name = str((self.manifest.get("world") or {}).get("profile", ""))
        try:
            return load_profile(name, self.folder / "scenarios") if name else None
        except UserError:
            return None

    @property
    def calibrated(self) -> bool:
        """Whether the manifest says that the model was calibrated."""
        return bool(self.manifest.get("calibrated", False))

    @property
    def mode(self) -> str:
        """How the runs took their parameters: "point", "calibrated" or "ranges"."""
        return self._stored.mode

    @property
    def of(self) -> Of:
        """What intervals are of: the mean over chance events, or another draw of chance events and parameters."""
        return self._stored.of

    @property
    def replicates(self) -> int:
        """Replicates done for every scenario."""
        done = self.manifest.get("replicates") or {}
        return int(done.get("done", 0)) if isinstance(done, dict) else int(done)

    @cached_property
    def closure(self) -> str:
        """`fixed` or `endogenous`."""
        return str(self.manifest.get("closure", "endogenous"))

    @cached_property
    def _differences(self) -> dict[tuple[str, int, str, str], tuple[float, ...]]:
        frame = self.table("differences")
        columns = ["difference", "low", "high", "baseline_mean", "mean", "share_positive", "replicates"]
        values = frame[columns].to_numpy(dtype=float)
        keys = zip(frame["scenario"], frame["month"], frame["group"], frame["name"], strict=True)
        return {(str(s), int(m), str(g), str(n)): tuple(v) for (s, m, g, n), v in zip(keys, values, strict=True)}

    @cached_property
    def months(self) -> tuple[int, ...]:
        """Yearly marks after the start, for which there are differences."""
        return tuple(sorted({int(m) for m in self.table("differences")["month"] if m > 0}))

    def difference(self, scenario: str, month: int, group: str, name: str) -> Estimate | None:
        """Paired difference to the baseline, or None when it was not computed."""
        row = self._differences.get((scenario, month, group, name))
        return None if row is None or not math.isfinite(row[0]) else Estimate(row[0], row[1], row[2])

    def difference_row(self, scenario: str, month: int, group: str, name: str) -> dict[str, float]:
        """Everything the differences table says in one line (NaN for what it does not)."""
        names = ("difference", "low", "high", "baseline_mean", "mean", "share_positive", "replicates")
        row = self._differences.get((scenario, month, group, name), (math.nan,) * len(names))
        return dict(zip(names, row, strict=True))

    @cached_property
    def spillovers(self) -> dict[tuple[str, int, str, str], dict[str, Estimate]]:
        """Effects by (scenario, month, group, name): "fixed", "spillover" and "endogenous"."""
        keys = ("scenario", "month", "group", "name")
        return {
            tuple(row[key] for key in keys): {
                part: estimate_of(row, part, f"{part}_low", f"{part}_high")
                for part in ("fixed", "spillover", "endogenous")
            }
            for row in self.table("spillover").to_dict("records")
        }

    @cached_property
    def everyone(self) -> dict[tuple[str, int], pd.DataFrame]:
        """Outcomes of everyone by (name, month): one row a seed, one column a scenario."""
        frame = self.table("outcomes")
        frame = frame[(frame["group"] == "all") & frame["value"].notna()]
        return {
            (str(name), int(month)): part.pivot(index="seed", columns="scenario", values="value")
            for (name, month), part in frame.groupby(["name", "month"], observed=True)
        }

    def samples(self, name: str, month: int) -> pd.DataFrame:
        """Values for everyone: one row a seed, one column a scenario (empty when absent)."""
        return self.everyone.get((name, month), pd.DataFrame())

    def level(self, scenario: str, name: str, month: int) -> tuple[float, float, float]:
        """Mean and central 95% of the simulated years; NaN when absent."""
        frame = self.samples(name, month)
        if scenario not in frame.columns:
            return math.nan, math.nan, math.nan
        values = frame[scenario].dropna()
        if values.empty:
            return math.nan, math.nan, math.nan
        low, high = np.quantile(values.to_numpy(), (0.025, 0.975))
        return float(values.mean()), float(low), float(high)

    def mean(self, scenario: str, name: str, month: int) -> Estimate | None:
        """Mean over replicates with its interval."""
        frame = self.samples(name, month)
        if scenario not in frame.columns:
            return None
        estimate = mean_of(frame[scenario].to_numpy(), of=self.of)
        return estimate if math.isfinite(estimate.value) else None

    def between(
        self, first: str, second: str, terms: dict[tuple[str, int], float], comparisons: int = 1
    ) -> Estimate | None:
        """Paired difference first - second of a weighted sum of outcomes, under the same seeds.

        Args:
            terms: weight of each (name, month).
            comparisons: how many such intervals are to hold together.
        """
        total: pd.Series | None = None
        for (name, month), weight in terms.items():
            frame = self.samples(name, month)
            if first not in frame.columns or second not in frame.columns:
                return None
            step = (frame[first] - frame[second]) * weight
            total = step if total is None else total + step
        estimate = mean_of(total.to_numpy(), comparisons, self.of) if total is not None else Estimate(math.nan)
        return estimate if math.isfinite(estimate.value) else None


def _clean(text: str) -> str:
    """Text without control characters, which neither a page nor a workbook may hold."""
    return "".join(c for c in text if c >= " ").strip()


def estimate_of(row: Any, value: str = "mean", low: str = "low", high: str = "high") -> Estimate:
    """The estimate in one row of a table."""

    def number(key: str) -> float:
        found = row.get(key) if hasattr(row, "get") else getattr(row, key, None)
        return math.nan if found is None or found is pd.NA else float(found)

    return Estimate(number(value), number(low), number(high))
