"""Figures of sweeps: response curves of levers."""

from __future__ import annotations

import io
from pathlib import Path

import pandas as pd

from experiments.designs.design import Lever
from experiments.designs.read import load_design
from experiments.designs.write import DESIGN
from experiments.pages.svg import scenario_style
from experiments.plots.paper import (
    ONE_COLUMN,
    Axes,
    Figure,
    Language,
    NotStored,
    key,
    line,
    numbers,
    of_kind,
    page,
    whole,
    zero,
)
from experiments.runs.files import read_file
from experiments.sweeps.blocks import Cube
from experiments.sweeps.result import SweepResult
from experiments.sweeps.speaker import Speaker
from experiments.sweeps.tables import RETURNS
from sim.core.errors import UserError


def _stored(folder: Path) -> pd.DataFrame:
    """The response curves of a sweep."""
    manifest = of_kind(folder, "sweep")
    name = f"tables/{RETURNS}.parquet"
    if name not in manifest.get("files", {}):
        raise NotStored("the sweep moved several levers at once, so that it has no response curves", file=folder / name)
    return pd.read_parquet(io.BytesIO(read_file(folder, name, manifest)))


def levers(folder: Path | str) -> list[str]:
    """Ids of the levers of which a sweep has response curves."""
    return list(dict.fromkeys(_stored(Path(folder))["lever"]))


def response(
    folder: Path | str,
    lever: str,
    outcome: str | None = None,
    *,
    language: Language = "en",
    width: float = ONE_COLUMN,
    ax: Axes | None = None,
) -> Figure:
    """A lever's response curve, one line a scenario: the paired difference at each of its values, with intervals.

    Args:
        folder: A sweep's folder.
        lever: Its id.
        outcome: As in the table; the first by default.
        language: "en" or "zh".
        width: In inches.
        ax: Where to draw instead of in a figure of its own.

    Raises:
        UserError: The folder is no sweep, or holds no such curve.
    """
    folder = Path(folder)
    frame = _stored(folder)
    chosen = outcome or str(frame["outcome"].iloc[0])
    found = frame[(frame["lever"] == lever) & (frame["outcome"] == chosen)]
    if found.empty:
        known = ", ".join(dict.fromkeys(frame["lever"])), ", ".join(dict.fromkeys(frame["outcome"]))
        raise UserError(f"there is no curve of '{lever}' and '{chosen}'", file=folder, allowed=" and ".join(known))
    design = load_design(folder / DESIGN)
    speaker = Speaker(SweepResult.of(design, (), (), Cube()), language)
    moved: Lever = design.lever(lever)
    place = design.outcomes.index(chosen)
    shown, (factor, axis) = speaker.num.unit(speaker.unit(place)), speaker.scale(moved)
    titles = {plan.id: plan.title.zh if speaker.zh else plan.title.en for plan in design.scenarios}
    with page(language, ax, width, 0.72 * width) as axes:
        zero(axes, "y")
        for number, (scenario, curve) in enumerate(found.groupby("scenario", sort=False)):
            parts = [curve[column] * shown.factor for column in ("difference", "low", "high")]
            line(axes, curve["value"] * factor, parts, scenario_style(number), titles[str(scenario)])
        if len(titles) > 1:
            key(axes, ())
        numbers(axes, "x", "y")
        axes.set_xlabel(f"{speaker.lever(moved)} ({axis})" if not speaker.zh else f"{speaker.lever(moved)}（{axis}）")
        axes.set_ylabel(f"{speaker.outcome(place)}\n{speaker.say('effect_axis', unit=shown.axis)}")
        return whole(axes)
