"""What `--write` does: the set into scenarios/calibration/, its tables into docs/calibration.md, and what changes."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from experiments.calibrate.calibration import Calibration
from experiments.calibrate.page import body, number, pinned_sentences
from experiments.calibrate.spec import DEFAULT
from experiments.calibrate.tables import parameter_rows, target_rows
from experiments.designs.sets import SHIPPED
from experiments.runs.files import write_atomic
from sim.core.errors import UserError
from sim.shipped import DOCS, check_checkout

PAGE = DOCS / "calibration.md"
BEGIN, END = "<!-- village calibrate --write: begin -->", "<!-- village calibrate --write: end -->"


def check_shippable(spec: Path | None, recover: bool) -> None:
    """Refuse to ship what is not a calibration of the shipped specification.

    Raises:
        UserError: It is of another file, a recovery, or there is no checkout to write to.
    """
    check_checkout(PAGE)
    if recover or (spec is not None and spec.resolve() != DEFAULT):
        problem = "a recovery is not shipped" if recover else "only the shipped specification's set is shipped"
        raise UserError(problem, field="--write", mend="leave --write out; the set is in the experiment's folder")


def ship(calibration: Calibration) -> list[str]:
    """Put the set and the page's generated part in their places.

    Returns:
        What to tell: the files, and which parameter values would follow the best vector.
    """
    page = with_results(PAGE.read_text(encoding="utf-8"), calibration)
    write_atomic(SHIPPED, calibration.set.toml())
    write_atomic(PAGE, page)
    lines = [f"written: {SHIPPED}", f"written: {PAGE}", "values of sim/parameters that would change:"]
    lines += [f"  {name}: {old} -> {new}" for name, old, new in changes(calibration)]
    return lines


def with_results(text: str, calibration: Calibration) -> str:
    """The page with its generated part replaced.

    Raises:
        UserError: The page has lost the marks between which it stands.
    """
    if text.count(BEGIN) != 1 or text.count(END) != 1:
        raise UserError("the marks of the generated part are missing", file=PAGE, allowed=f"{BEGIN} ... {END}")
    before, after = text.split(BEGIN)[0], text.split(END)[1]
    return before + "\n".join([BEGIN, "", *body(calibration), "", END]) + after


def changes(calibration: Calibration) -> list[tuple[str, str, str]]:
    """Parameters whose value in its file is another than the best vector's: name, present value, new value."""
    rows = ((row["parameter"], number(row["before"]), number(row["best"])) for row in parameter_rows(calibration))
    return [(name, old, new) for name, old, new in rows if old != new]


def summary(calibration: Calibration) -> dict[str, Any]:
    """What a program wants to know."""
    found = calibration.identifiability
    return {
        "objective": calibration.found.objective,
        "threshold": calibration.found.threshold,
        "evaluations": calibration.found.evaluations,
        "failures": calibration.failures,
        "targets": target_rows(calibration),
        "parameters": parameter_rows(calibration),
        "vectors": calibration.set.vectors,
        "rank": found.rank,
        "pinned_directions": found.pinned,
        "condition": found.condition if found.condition < float("inf") else None,
        "singular_values": [one.steepness for one in found.directions],
        "sentences": {language: pinned_sentences(calibration, language == "zh") for language in ("en", "zh")},
    }
