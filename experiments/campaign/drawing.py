"""The wall chart as a drawing: a row a task, a cell a week, coloured and written by what is done."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from markupsafe import Markup

from experiments.pages.charts import SMALL, WIDE, Draw, Names
from experiments.pages.svg import GRID, INK, SOFT, Svg, text_width, wrap

COLOURS = {
    "done": "#B7DEC9", "plan": "#D6E6F2", "behind": "#F6DDB0", "risk": "#F2B8A0",
    "closed": "#EDEDED", "plain": "#FFFFFF",
}  # fmt: skip
_ROW, _HEAD, _FOOT = 34.0, 26.0, 34.0


class Mark(NamedTuple):
    """A cell of the wall chart: what is written in it, and its kind (a key of `COLOURS`)."""

    text: str
    kind: str


Row = tuple[str, Sequence[Mark], int]
"""A task's title, its weeks, and the week of its deadline (1 = first)."""


def wall(rows: Sequence[Row], week: str, legend: Sequence[tuple[str, str]]) -> Draw:
    """How a wall chart is drawn.

    Args:
        rows: The tasks.
        week: What a week is called.
        legend: Kinds of cells, each with what it means.
    """

    def draw(names: Names, small: bool) -> Markup:
        width, label = (SMALL, 96.0) if small else (WIDE, 190.0)
        svg = Svg(width, names.ident, names.title, names.description, small)
        weeks = max(len(marks) for _, marks, _ in rows)
        cell = (width - label) / weeks
        size = min(11.5, max(6.0, cell * 0.36))
        every = max(1, round(22.0 / cell))
        svg.text(label - 8, _HEAD - 9, week, 11, "end", SOFT)
        for k in range(0, weeks, every):
            svg.text(label + (k + 0.5) * cell, _HEAD - 9, str(k + 1), 10.5, "middle", SOFT)
        for place, (title, marks, due) in enumerate(rows):
            top = _HEAD + place * _ROW
            lines = wrap(title, 12, label - 14, 2)
            for k, line in enumerate(lines):
                svg.text(0, top + _ROW / 2 + 4.5 + 14 * (k - (len(lines) - 1) / 2), line, 12)
            for k, mark in enumerate(marks):
                svg.rect(label + k * cell, top + 2, cell - 1, _ROW - 4, COLOURS[mark.kind], GRID)
                if text_width(mark.text, size) <= cell:
                    svg.text(label + (k + 0.5) * cell, top + _ROW / 2 + 4, mark.text, size, "middle")
            if due <= weeks:
                svg.line(label + due * cell - 0.5, top, label + due * cell - 0.5, top + _ROW, INK, 2.2)
        svg.height = _legend(svg, legend, _HEAD + len(rows) * _ROW + 18, width)
        return svg.render()

    return draw


def _legend(svg: Svg, legend: Sequence[tuple[str, str]], top: float, width: float) -> float:
    """Boxes with their meanings, in as many lines as they need; gives the height of the whole."""
    x, y = 0.0, top
    for kind, text in legend:
        need = 18 + text_width(text, 11.5) + 18
        if x and x + need > width:
            x, y = 0.0, y + 18
        svg.rect(x, y - 9, 12, 12, COLOURS[kind], GRID)
        svg.text(x + 17, y + 1, text, 11.5, fill=SOFT)
        x += need
    return y + _FOOT - 20
