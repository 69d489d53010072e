"""A calibration from its specification to its folder: evaluated, searched, written; what was interrupted goes on."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from experiments.calibrate.calibration import Calibration
from experiments.calibrate.identifiability import identifiability
from experiments.calibrate.measures import RUN
from experiments.calibrate.page import page
from experiments.calibrate.search import SearchResult, Space, SpentError, Vector, search
from experiments.calibrate.spec import LEAST_VECTORS, Spec, parameter_values
from experiments.calibrate.tables import csv_of, tables
from experiments.designs.sets import CalibratedSet
from experiments.designs.sweep import sweep
from experiments.runs.codeversion import code_version
from experiments.runs.copies import copies, own_profiles, stored_profile, stored_scenarios
from experiments.runs.estimate import Expected, Size, expect
from experiments.runs.files import write_atomic
from experiments.runs.progress import Progress
from experiments.runs.store import Store
from experiments.runs.where import Workers, check_workers
from sim.core.errors import UserError

Floats = NDArray[np.float64]


@dataclass
class _Model:
    """Asks the model for the targets' measures, through the folder's store."""

    spec: Spec
    store: Store
    workers: Workers
    said: Progress
    run: str
    program: str | None
    failures: dict[tuple[float, ...], str] = field(default_factory=dict)

    def measured(self, vectors: Sequence[Vector]) -> tuple[Floats, Floats]:
        """Means over the seeds and their standard errors, a row a vector and a column a target; NaN where it failed."""
        measures = self.spec.measures
        done = sweep(
            vectors,
            plans=[self.spec.plan()],
            outcomes=measures,
            seeds=self.spec.seeds,
            store=self.store,
            workers=self.workers if len(vectors) > 1 else 0,
            evaluate=self.run,
            retry_failed=True,
            program=self.program,
        )
        for index, error in done.failures.items():
            self.failures[tuple(vectors[index].values())] = error
        columns = [measures.index(target.measure) for target in self.spec.targets]
        cube = done.cube[columns, :, 0, :]
        count = cube.shape[2]
        spread = cube.std(axis=2, ddof=1) / math.sqrt(count) if count > 1 else np.zeros(cube.shape[:2])
        return np.asarray(cube.mean(axis=2).T), np.asarray(spread.T)

    def residuals(self, vectors: Sequence[Vector]) -> Floats:
        """What the search minimises: weighted residuals in tolerances, of the targets that are fitted."""
        means = self.measured(vectors)[0]
        fitted = [(i, target) for i, target in enumerate(self.spec.targets) if target.role == "fitted"]
        columns = [target.published.off(means[:, i]) * math.sqrt(target.weight) for i, target in fitted]
        for _ in vectors:
            self.said.advance()
        return np.column_stack(columns)


def calibrate(
    spec: Spec,
    *,
    name: str,
    results: Path,
    workers: Workers = None,
    progress: bool = True,
    fresh: bool = False,
    recover: bool = False,
    inputs: Sequence[Path] = (),
    command: str = "village calibrate",
    run: str = RUN,
    program: str | None = None,
) -> tuple[Path, Calibration]:
    """Fit a specification's parameters to its targets and write what came of it.

    Every evaluation is stored. The search is a pure function of the specification and the program, so the same
    command again, after whatever end, takes the same way and does only what is missing.

    Args:
        spec: The specification.
        name: Name of the experiment, and of its folder under `results`.
        results: Folder of all experiments.
        workers: Worker processes; None = one a processor, 0 = none.
        progress: Whether to say how far it has come.
        fresh: Whether to throw away what the folder holds.
        recover: Put the model's own figures, at a vector drawn from the ranges, in the place of the targets.
        inputs: The files that were given; none of them is written or deleted.
        command: The command line to record.
        run: `module:function` that takes a vector's measures (see `experiments.calibrate.measures.evaluate`).
        program: The code version to record instead of the hash of the program.

    Returns:
        The experiment's folder, and what came of it.

    Raises:
        UserError: The folder cannot be used, the model cannot be run with any vector, or too few vectors fit.
        KeyboardInterrupt: Interrupted; what is done is stored.
    """
    check_workers(workers)
    stamp = program or code_version()
    manifest = _manifest(spec, name, stamp, command, recover)
    expected = _expected(results / name, spec, workers, run)
    plans = [spec.plan()]
    given = [*inputs, *own_profiles(plans)]
    with Store(results, name, "calibrate", fresh=fresh, inputs=given) as store, Progress(progress) as said:
        store.begin(manifest, stored_scenarios(plans), copies([(spec.world.profile, ())]))
        model = _Model(spec, store, workers, said, run, program)
        truth = None
        if recover:
            truth = hidden_vector(spec)
            model.spec = spec = _with_own_figures(model, truth)
        before = dict(parameter_values(spec))
        said.say(expected.text())
        said.begin(spec.effort.budget, "calibrating; a run is a parameter vector under every seed")
        before_answers = model.measured([before])[0][0]
        found = _searched(spec, model, said)
        if found.objective >= len(spec.fitted) * 900.0:
            error = next(iter(model.failures.values()), "no vector comes near the targets")
            raise UserError(f"no vector could be run: {error}", mend="narrow the ranges or mend the profile")
        answers, errors = model.measured(found.vectors)
        calibration = Calibration(
            spec=spec,
            found=found,
            set=_set_of(spec, found, stamp, command),
            identifiability=identifiability(spec.names, found.jacobian),
            before=before,
            before_answers=None if np.isnan(before_answers).any() else before_answers,
            answers=answers,
            errors=errors[0],
            failures=len(model.failures),
            truth=truth,
        )
        products = _write(store.folder, calibration)
        _check_enough(found)
        manifest["complete"] = True
        store.write_manifest(manifest, products)
    return store.folder, calibration


def _expected(folder: Path, spec: Spec, workers: Workers, run: str) -> Expected:
    size = Size.of(spec.plan(), few=True).times(spec.effort.seeds) if run == RUN else Size()
    return expect(folder, spec.effort.budget, size, field="--budget", workers=workers, at_most=True, what="vectors")


def _check_enough(found: SearchResult) -> None:
    if len(found.vectors) < LEAST_VECTORS:
        raise UserError(
            f"only {len(found.vectors)} vectors fit about as well as the best, of {found.evaluations} tried",
            field="effort.budget",
            allowed=f"enough to find {LEAST_VECTORS}",
            mend="repeat the command with a greater --budget; what is done is kept",
        )


def _searched(spec: Spec, model: _Model, said: Progress) -> SearchResult:
    """What the search finds within its budget."""
    try:
        return search(spec, model.residuals, said.status)
    except SpentError:
        raise UserError(
            f"{spec.effort.budget} evaluations are spent before the search has come to its end",
            field="effort.budget",
            mend="repeat the command with a greater --budget; what is done is kept",
        ) from None


def hidden_vector(spec: Spec) -> Vector:
    """A vector from the inner part of the ranges, for the model to make figures with; the same for a start seed."""
    rng = np.random.default_rng([spec.effort.start_seed, 7])
    return Space.of(spec).vector(rng.uniform(0.2, 0.8, len(spec.parameters)))


def _with_own_figures(model: _Model, truth: Vector) -> Spec:
    """The specification with what the model gives at a vector in the place of the published figures."""
    own = model.measured([truth])[0][0]
    if np.isnan(own).any():
        error = next(iter(model.failures.values()))
        raise UserError(f"the model cannot be run with the hidden vector: {error}", mend="try another --start-seed")
    targets = [target.model_copy(update={"value": float(v)}) for target, v in zip(model.spec.targets, own, strict=True)]
    return model.spec.model_copy(update={"targets": tuple(targets)})


def _manifest(spec: Spec, name: str, stamp: str, command: str, recover: bool) -> dict[str, Any]:
    return {
        "name": name,
        "kind": "calibrate",
        "complete": False,
        "code_version": stamp,
        "scenarios": [{"id": spec.id, "title": spec.title.model_dump(), "digest": spec.plan().digest()}],
        "spec_digest": spec.digest(),
        "effort": spec.effort.model_dump(),
        "recover": recover,
        "command": command,
        "world": {**spec.plan().world.model_dump(mode="json"), "profile": stored_profile(spec.world.profile)},
    }


def _set_of(spec: Spec, found: SearchResult, stamp: str, command: str) -> CalibratedSet:
    return CalibratedSet(
        vectors=found.vectors,
        objectives=[round(value, 4) for value in found.objectives],
        threshold=round(found.threshold, 4),
        ranges={name: spec.range(name) for name in spec.names},
        scales={one.name: one.scale for one in spec.parameters},
        spec=spec.id,
        spec_digest=spec.digest(),
        code_version=stamp,
        command=command,
        seeds=spec.seeds,
        villages=spec.world.villages,
        evaluations=found.evaluations,
        targets=len(spec.fitted),
    )


def _write(folder: Path, calibration: Calibration) -> list[str]:
    """Write what came of it; gives the names of the files."""
    products = {"calibrated.toml": calibration.set.toml()}
    products |= {f"tables/{name}.csv": csv_of(rows) for name, rows in tables(calibration).items()}
    products |= {f"calibration.{language}.md": page(calibration, language) for language in ("en", "zh")}
    for name, text in products.items():
        write_atomic(folder / name, text)
    return list(products)
