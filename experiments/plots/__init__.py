"""Figures for papers, drawn by matplotlib from the stored tables of an experiment: one function a figure.

Each function takes the folder of an experiment and gives back a figure, which it does not save:

    differences("results/demo").savefig("differences.pdf")

Sizes are those of print: one column (3.5 in) or two (7 in). Bars and bands are the 95% intervals of the tables. Words,
colours, markers and the order of scenarios are those of the report. Where `ax` is given, a figure is drawn into axes of
the caller's own, which are made and saved within `matplotlib.rc_context(style(language))`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

from experiments.compare.report.context import HEADCOUNT, INCOME
from experiments.plots.analyses import morris, sobol, trial, trials
from experiments.plots.comparison import delivery, differences, groups, incidence, path, plane
from experiments.plots.paper import ONE_COLUMN, TWO_COLUMNS, Figure, Language, NotStored, is_figure, style
from experiments.plots.sweeps import levers, response
from experiments.runs.files import read_json
from experiments.runs.outputs import check_output
from sim.core.errors import UserError

__all__ = [
    "ONE_COLUMN",
    "TWO_COLUMNS",
    "NotStored",
    "delivery",
    "differences",
    "figures",
    "groups",
    "incidence",
    "morris",
    "path",
    "plane",
    "response",
    "sobol",
    "style",
    "trial",
    "write",
]

Draw = Callable[[], Figure]


def figures(folder: Path, language: Language = "en") -> Iterator[tuple[str, Draw]]:
    """Every figure of an experiment of this kind: its name, and how it is drawn.

    Raises:
        UserError: The folder is no experiment that has figures.
    """
    kind = read_json(folder / "manifest.json").get("kind", "compare")
    if kind == "compare":
        for draw in (differences, groups, path):
            for name in (INCOME, HEADCOUNT):
                yield f"{draw.__name__}-{name}", partial(draw, folder, name, language=language)
        yield "incidence-yuan", partial(incidence, folder, language=language)
        yield "incidence-percent", partial(incidence, folder, relative=True, language=language)
        yield "plane", partial(plane, folder, language=language)
        yield "delivery", partial(delivery, folder, language=language)
    elif kind == "sensitivity":
        yield "morris", partial(morris, folder, language=language)
        yield "sobol", partial(sobol, folder, language=language)
    elif kind == "trial":
        for ident, units in trials(folder).items():
            for unit in units:
                yield f"trial-{ident}-{unit}", partial(trial, folder, ident, unit=unit, language=language)
    elif kind == "sweep":
        for lever in levers(folder):
            yield f"response-{lever}", partial(response, folder, lever, language=language)
    else:
        allowed = "compare, sensitivity, sweep, trial"
        raise UserError(f"there are no figures for papers of 'village {kind}'", file=folder, allowed=allowed)


def write(
    folder: Path, to: Path | None = None, kind: str = "pdf", language: Language = "en"
) -> tuple[list[Path], dict[str, str]]:
    """Write every figure for which the experiment holds what it shows.

    Args:
        folder: The experiment's folder.
        to: Where to; `plots` in the experiment's folder by default.
        kind: Format: "pdf", "png" or "svg".
        language: "en" or "zh".

    Returns:
        The files, and why each of the other figures was left out.

    Raises:
        UserError: There is nothing to draw, a figure cannot be drawn or written, or would be written over a file that
            is none.
    """
    to = to or folder / "plots"
    files, left_out = [], {}
    wanted = {to / f"{name}.{language}.{kind}": (name, draw) for name, draw in figures(folder, language)}
    for file in wanted:
        check_output(file, is_figure, "--to")
    for file, (name, draw) in wanted.items():
        try:
            figure = draw()
        except NotStored as error:
            left_out[name] = str(error)
            continue
        try:
            to.mkdir(parents=True, exist_ok=True)
            figure.savefig(file)
        except OSError as error:
            raise UserError(f"the figure cannot be written ({error.strerror})", file=file) from error
        files.append(file)
    if not files:
        raise UserError("; ".join(left_out.values()), file=None)
    return files, left_out
