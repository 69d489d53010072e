"""All the evidence: targets chosen, runs done, lines judged, figures drawn."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path

import numpy as np
from markupsafe import Markup

from experiments.evidence.drawing import deviations, forest, growth_path, shocks
from experiments.evidence.judge import Counts, Floats, Line, count, judge
from experiments.evidence.page import write_page
from experiments.evidence.registry import views
from experiments.evidence.run import Measured, measure_all
from experiments.evidence.targets import all_targets, select
from experiments.evidence.trials import trial_lines
from experiments.published import Published, trial_rows
from experiments.runs.store import add_files
from experiments.runs.where import Workers

PATH_VIEWS, SHOCK_VIEWS = ("path",), ("droughts", "disaster")


@dataclass(frozen=True)
class EvidenceRequest:
    """What `village evidence` was asked for; see its options."""

    name: str
    results: Path
    quick: bool = False
    only: str | None = None
    targets: Path | None = None
    trials: bool = True
    replicates: int | None = None
    workers: Workers = None
    fresh: bool = False
    progress: bool = True


@dataclass(frozen=True)
class EvidenceResult:
    """Every line, and what it was measured on."""

    lines: list[Line]
    measured: Measured | None
    folder: Path

    @cached_property
    def counts(self) -> Counts:
        """Rows by use."""
        return count(self.lines)

    def drawings(self, language: str) -> dict[str, Markup]:
        """Every figure that what was measured allows, by name."""
        drawn = {}
        figures = [line for line in self.lines if isinstance(line.target, Published) and line.standardised()]
        if any(line.judged for line in figures):
            drawn["world"] = deviations(figures, "world", language)
        seen = {view for view, _ in self.measured.series} if self.measured else set()
        series = self.measured.series if self.measured else {}
        if seen.issuperset(PATH_VIEWS):
            drawn["path"] = growth_path(series, "path", language)
        if seen.issuperset(SHOCK_VIEWS):
            drawn["shocks"] = shocks(series, "shocks", language)
        trials = [line for line in self.lines if not isinstance(line.target, Published)]
        if any(line.judged for line in trials):
            drawn["trials"] = forest(trials, "trials", language)
        return drawn

    def write_figures(self, language: str) -> list[Path]:
        """Write the figures beside the runs."""
        drawings = {f"tables/{name}.{language}.svg": f"{one}\n" for name, one in self.drawings(language).items()}
        return add_files(self.folder, "evidence", drawings)

    def write_page(self, docs: Path | None = None) -> Path:
        """Write docs/evidence.md and its figures."""
        seeds = {view.name: view.seeds for view in views().values()}
        settings = (
            f"Each number rests on {min(seeds.values())} to {max(seeds.values())} seeds, as said below; trials on "
            "their replicates."
        )
        where = {} if docs is None else {"docs": docs}
        return write_page(self.lines, self.counts, self.drawings("en"), settings, **where)


def _with_without(line: Line, values: Mapping[str, Floats]) -> Line:
    """The line with the mean of the same without any policy, if its target names it."""
    name = getattr(line.target, "without", "")
    return replace(line, without=float(np.nanmean(values[name]))) if name in values else line


def _put_to_nulls(line: Line, nulls: Mapping[str, Mapping[str, Floats]]) -> Line:
    """The line beside the same in every null world."""
    target = line.target
    if not line.judged or not isinstance(target, Published):
        return line
    return replace(line, nulls={null: judge(target, values.get(target.measure, ())) for null, values in nulls.items()})


def assemble(asked: EvidenceRequest) -> EvidenceResult:
    """Choose the targets, run what they need, and judge them.

    Raises:
        UserError: A target file is wrong, nothing matches, or the folder cannot be used.
        KeyboardInterrupt: Interrupted; what is done is stored.
    """
    targets, rows = all_targets(asked.targets), trial_rows()
    chosen = select({**targets, **rows}, asked.only)
    shown = [targets[name] for name in chosen if name in targets]
    put = [target for target in shown if not (target.not_modelled or target.waits_for)]
    wanted = {name for target in put for name in (target.measure, target.without) if name}
    folder = asked.results / asked.name
    inputs = (asked.targets,) if asked.targets else ()
    measured = None
    if wanted:
        measured = measure_all(
            wanted,
            name=asked.name,
            results=asked.results,
            quick=asked.quick,
            workers=asked.workers,
            fresh=asked.fresh,
            progress=asked.progress,
            inputs=inputs,
        )
    values = measured.values if measured else {}
    nulls = measured.nulls if measured else {}
    lines = [judge(target, values.get(target.measure, ())) for target in shown]
    lines = [_with_without(_put_to_nulls(line, nulls), values) for line in lines]
    lines += trial_lines(
        [name for name in chosen if name in rows],
        run=asked.trials,
        name=f"{asked.name}-trials",
        results=asked.results,
        workers=asked.workers,
        progress=asked.progress,
        fresh=asked.fresh,
        replicates=asked.replicates,
        inputs=inputs,
    )
    return EvidenceResult(lines, measured, folder)
