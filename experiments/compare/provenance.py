"""What stands behind a comparison's numbers: whether its parameters were calibrated, and what its answer leans on."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from math import isclose
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from experiments.designs import sets
from experiments.designs.vectors import CalibratedSet, Drawing
from experiments.measure.conclusion import CONCLUSION, Conclusion
from experiments.runs.files import read_json
from experiments.runs.store import Store
from sim.core.errors import UserError
from sim.population.profile_file import load_profile
from sim.scenario import Plan

NEAR = 0.005  # the model's files round what a calibration found


def calibration_of(
    plans: Sequence[Plan], drawing: Drawing, load_set: Callable[[], CalibratedSet] | None = None
) -> dict[str, Any]:
    """Whether the numbers in use are those that a calibration found, as two entries of a manifest.

    Args:
        plans: The scenarios.
        drawing: How they take their parameters.
        load_set: Finds the calibrated set; that which ships by default.

    Returns:
        `calibrated`, and `calibration`: what is known of the set (None without one).
    """
    try:
        found: Any = (load_set or sets.load_set)()
    except UserError:
        return {"calibrated": False, "calibration": None}
    best = found.vectors[0]
    said = {"parameters": sorted(best), "vectors": len(found.vectors), "targets": getattr(found, "targets", None)}
    in_use = drawing.vectors == () and not all(_uses(plan, best) for plan in plans)
    return {"calibrated": not in_use, "calibration": said}


def _uses(plan: Plan, best: Any) -> bool:
    values = plan.parameters()
    return all(_near(values.find(name).value, value) for name, value in best.items())


def _near(one: Any, other: Any) -> bool:
    if isinstance(one, tuple):
        return len(one) == len(other) and all(map(_near, one, other))
    return isclose(one, other, rel_tol=NEAR, abs_tol=1e-9)


def conclusion_for(scenarios: Sequence[str], results: Path, asked: Path | None, stamp: str) -> dict[str, Any] | None:
    """The conclusion of a sensitivity experiment about two of these scenarios, for a report to quote.

    Args:
        scenarios: Ids of the scenarios that are compared.
        results: Folder of all experiments.
        asked: A sensitivity experiment, by its folder or its name under `results`; None for the first of those under
            `results` that is about these scenarios and was made by the same program.
        stamp: The program, as a code version.

    Returns:
        Its content with the experiment's `name`, or None if none was asked for or found.

    Raises:
        UserError: What was asked for is no such experiment, is damaged, or is about other scenarios.
    """
    if asked is not None:
        folder = asked if (asked / CONCLUSION).is_file() else results / asked
        found = _read(folder)
        if not {found["a"], found["b"]} <= set(scenarios):
            about = f"compares {found['a']!r} with {found['b']!r}" if found["b"] else f"is about {found['a']!r} alone"
            raise UserError(
                f"this sensitivity experiment {about}",
                file=folder / CONCLUSION,
                field="--sensitivity",
                allowed=f"one about two of {', '.join(scenarios)}",
            )
        return found
    for path in sorted(results.glob(f"*/{CONCLUSION}")):
        try:
            found = _read(path.parent)
            made_by = read_json(path.parent / "manifest.json").get("code_version")
        except UserError:
            continue  # nobody asked for it
        if made_by == stamp and {found["a"], found["b"]} <= set(scenarios):
            return found
    return None


def quote(folder: Path, results: Path, asked: Path) -> None:
    """Let a finished comparison quote a sensitivity experiment: its conclusion goes into the manifest.

    Args:
        folder: The comparison's folder.
        results: Folder of all experiments.
        asked: The sensitivity experiment, by its folder or its name under `results`.

    Raises:
        UserError: As `conclusion_for`, or another process works on the comparison.
    """
    with Store.at(folder) as store:
        manifest = read_json(folder / "manifest.json")
        scenarios = [entry["id"] for entry in manifest["scenarios"]]
        manifest["sensitivity"] = conclusion_for(scenarios, results, asked, str(manifest.get("code_version")))
        store.write_manifest(manifest)


def _read(folder: Path) -> dict[str, Any]:
    path = folder / CONCLUSION
    content = read_json(path)
    try:
        found = Conclusion.model_validate(content).model_dump(mode="json")
    except ValidationError as error:
        first = error.errors()[0]
        raise UserError(
            f"this is not the conclusion of a sensitivity experiment: {first['msg']}",
            file=path,
            field=".".join(map(str, first["loc"])),
            mend="repeat 'village sensitivity'",
        ) from error
    return {"name": folder.name, **found}


def reconcile(plan: Plan) -> list[dict[str, Any]]:
    """A plan's world beside its profile, with the plan's parameters and purses: the report's first table."""
    from sim.population.describe import describe

    world, values = plan.world, plan.parameters().values
    lines = describe(load_profile(world.profile), world.villages, world.population_seed, values, plan.purses)
    return [vars(line) for line in lines]
