"""Paper: sizes, fonts and the look of figures, and the few shapes they are made of."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Literal, cast

import numpy as np

from experiments.pages.numbers import Estimate
from experiments.pages.svg import BASELINE, FAINT, GRID, INK, PALE, Style, wrap
from experiments.runs.files import read_json
from sim.core.errors import UserError

try:
    import matplotlib as mpl
    from matplotlib import font_manager
    from matplotlib.axes import Axes as Axes
    from matplotlib.figure import Figure as Figure
    from matplotlib.ticker import StrMethodFormatter
except ImportError as error:
    raise UserError("figures for papers need matplotlib", mend="pip install 'villagesim[plots]'") from error

ONE_COLUMN, TWO_COLUMNS = 3.5, 7.0  # inches
TEXT, SMALL = 8.0, 7.0  # points
ROW = 0.2  # inches that a row of a forest plot takes
KEY = 0.15  # inches that a line of a key takes
APART = 0.27  # rows between estimates of the same row
LATIN = "DejaVu Sans"  # comes with matplotlib
CHINESE = (
    "PingFang SC", "Microsoft YaHei", "Noto Sans CJK SC", "Noto Sans SC", "Source Han Sans", "WenQuanYi", "SimHei",
    "Noto Sans CJK",
)  # fmt: skip
"""How the names of fonts with Chinese characters begin; the first that is installed is taken."""
_MARKERS: dict[str, Any] = {
    "circle": "o", "square": "s", "triangle": "^", "diamond": "D", "down": "v", "pentagon": "p", "hexagon": "h",
    "cross": "X", "bow": [(-1, -1), (1, 1), (1, -1), (-1, 1), (-1, -1)],
}  # fmt: skip
_SAID: dict[str, dict[str, Any]] = {
    "pdf": {"Creator": "villagesim", "CreationDate": None},
    "svg": {"Creator": "villagesim", "Date": None},
    "png": {"Software": "villagesim"},
}
"""What a file says of itself: who made it, and no date."""
_OURS = (
    (b"%PDF", b"/Creator (villagesim)"),
    (b"\x89PNG", b"Software\0villagesim"),
    (b"<?xml", b"<dc:title>villagesim</dc:title>"),
)
"""How files begin, and how that is written in them."""
Language = Literal["en", "zh"]
Where = Literal["above", "over rows", "right"]
Row = tuple[str, Sequence[tuple[Estimate, Style]]]


class NotStored(UserError):
    """The experiment is of another kind, or does not hold what a figure shows."""


def style(language: str = "en") -> dict[str, Any]:
    """Settings of matplotlib with which the figures are drawn and saved.

    Raises:
        UserError: The language is Chinese, and no font with Chinese characters is installed.
    """
    there = sorted({font.name for font in font_manager.fontManager.ttflist})
    chinese = next((name for wanted in CHINESE for name in there if name.startswith(wanted)), None)
    if language == "zh" and chinese is None:
        raise UserError(
            "no font with Chinese characters is installed",
            allowed=", ".join(CHINESE[:-1]),
            mend="install one, for example Noto Sans CJK SC (on Debian and Ubuntu: apt install fonts-noto-cjk)",
        )
    families = [name for name in (LATIN, chinese) if name]
    return {
        "font.family": families[::-1] if language == "zh" else families,
        "font.size": TEXT,
        **{f"{what}.labelsize": SMALL for what in ("xtick", "ytick")},
        **{f"axes.{what}size": TEXT for what in ("label", "title")},
        "axes.titlelocation": "left",
        "legend.fontsize": SMALL,
        "legend.title_fontsize": SMALL,
        "legend.frameon": False,
        "axes.axisbelow": True,
        **{f"axes.spines.{side}": False for side in ("top", "right")},
        **{f"{what}.linewidth": 0.6 for what in ("axes", "grid")},
        **{f"{what}.color": FAINT for what in ("xtick", "ytick")},
        **{f"{what}.labelcolor": INK for what in ("xtick", "ytick")},
        "axes.edgecolor": FAINT,
        "axes.labelcolor": INK,
        "text.color": INK,
        "grid.color": GRID,
        "lines.linewidth": 1.2,
        "lines.markersize": 4.0,
        "pdf.fonttype": 42,
        "ps.fonttype": 42,
        "svg.fonttype": "path",
        "svg.hashsalt": "villagesim",
        "savefig.dpi": 300,
    }


@contextmanager
def _styled(language: str) -> Iterator[None]:
    log = logging.getLogger("matplotlib.font_manager")
    level = log.level
    log.setLevel(logging.ERROR)  # that a font has no bold of its own is nothing a reader can mend
    try:
        with mpl.rc_context(cast(Any, style(language))):
            yield
    finally:
        log.setLevel(level)


class Paper(Figure):
    """A figure that is saved in the style in which it was drawn, whatever the settings are by then."""

    def __init__(self, *, language: str, **settings: Any) -> None:
        super().__init__(layout="constrained", **settings)
        self._language = language

    def savefig(self, fname: Any, **settings: Any) -> None:
        """Save it; the same tables give the same bytes."""
        kind = settings.get("format") or Path(str(fname)).suffix[1:]
        with _styled(self._language):
            super().savefig(fname, **{"metadata": _SAID.get(kind), **settings})


def is_figure(path: Path) -> bool:
    """Whether a file holds a figure that was saved here."""
    try:
        content = path.read_bytes()
    except OSError:
        return False
    return any(content.startswith(start) and mark in content for start, mark in _OURS)


@contextmanager
def page(language: str, ax: Axes | None, width: float, height: float) -> Iterator[Axes]:
    """The axes to draw in."""
    with _styled(language):
        yield ax if ax is not None else Paper(language=language, figsize=(width, height)).add_subplot()


def whole(ax: Axes) -> Figure:
    return cast(Figure, ax.get_figure(root=True))


def look(shown: Style, size: float = 4.0) -> dict[str, Any]:
    """Colour, marker and dash of a scenario, for lines with markers; what is too pale has a dark edge."""
    edge = INK if shown.colour == PALE else shown.colour
    fill = "white" if shown.hollow else shown.colour
    dash = (0, tuple(float(x) for x in shown.dash.split())) if shown.dash else "-"
    marks = {"marker": _MARKERS[shown.marker], "markersize": size, "markerfacecolor": fill, "markeredgecolor": edge}
    return {"color": edge, "linestyle": dash, "markeredgewidth": 0.8, **marks}


def zero(ax: Axes, direction: str, label: str = "") -> None:
    line = ax.axvline if direction == "x" else ax.axhline
    line(0.0, color=BASELINE.colour, linewidth=1.0, zorder=1, label=label or "_zero")


def numbers(ax: Axes, *which: str) -> None:
    """Ticks with thousands separated, and faint lines of the grid."""
    for name in which:
        axis = ax.xaxis if name == "x" else ax.yaxis
        axis.set_major_formatter(StrMethodFormatter("{x:,.10g}"))
        ax.locator_params(axis=cast(Any, name), nbins=5)
        ax.grid(axis=cast(Any, name))


def folded(text: str, inches: float, size: float = TEXT, lines: int = 3) -> str:
    return "\n".join(wrap(text, size, inches * 72, lines))


def point(ax: Axes, x: Estimate, y: Estimate, shown: Style, size: float = 4.0) -> None:
    """A marker with its intervals."""
    arms = [[[e.value - e.low], [e.high - e.value]] if e.has_interval else None for e in (x, y)]
    marker = {**look(shown, size), "linestyle": "none"}
    ax.errorbar(x.value, y.value, xerr=arms[0], yerr=arms[1], elinewidth=1.0, capsize=1.8, **marker)


def _labels(rows: Sequence[Row], room: float, row: float) -> tuple[list[str], list[float]]:
    """Labels folded to the room they may take, and how many rows each is tall."""
    labels = [folded(label, room, SMALL) for label, _ in rows]
    return labels, [max(1.0, (0.85 + 0.5 * label.count("\n")) * ROW / row) for label in labels]


def forest_height(rows: Sequence[Row], room: float, row: float = ROW) -> float:
    """Inches that the rows of a forest plot take, where a row of one line takes `row`."""
    return row * sum(_labels(rows, room, row)[1])


def forest(
    ax: Axes, rows: Sequence[Row], factor: float, axis: str, room: float, width: float, row: float = ROW
) -> None:
    """Dots with intervals from the top down; a row without estimates is a heading.

    Args:
        ax: Where to.
        rows: Label and estimates; several in a row stand one below the other.
        factor: From stored values to shown ones.
        axis: Label of the axis, with its unit.
        room: Inches that a label may take.
        width: Inches of the figure.
        row: Inches that a row of one line takes.
    """
    labels, tall = _labels(rows, room, row)
    places = [sum(tall[:place]) + tall[place] / 2 for place in range(len(rows))]
    for place, (_, found) in zip(places, rows, strict=True):
        for number, (estimate, shown) in enumerate(found):
            down = place + APART * (number - (len(found) - 1) / 2)
            point(ax, estimate.times(factor), Estimate(down), shown)
    ax.set_yticks(places, labels)
    for (_, found), place, words in zip(rows, places, ax.get_yticklabels(), strict=True):
        if not found:  # many fonts with Chinese characters are never bold
            words.set_fontweight("bold")
            ax.axhspan(place - 0.4, place + 0.4, color=GRID, alpha=0.5, linewidth=0)
    ax.set_ylim(sum(tall) + 0.1, -0.1)
    ax.tick_params(axis="y", length=0)
    ax.spines["left"].set_visible(False)
    zero(ax, "x")
    numbers(ax, "x")
    ax.set_xlabel(folded(axis, width - room - 0.15))


def line(ax: Axes, x: Any, parts: Any, shown: Style, label: str = "") -> None:
    """A line with the band of its intervals; `parts` are value, low and high."""
    value, low, high = (np.asarray(part, dtype=float) for part in parts)
    ax.fill_between(x, low, high, color=shown.colour, alpha=0.18, linewidth=0)
    ax.plot(x, value, label=label, markevery=max(1, len(value) // 6), **look(shown, 3.5))


def key(ax: Axes, entries: Sequence[tuple[str, Style]], where: Where = "above", title: str = "") -> None:
    """What lines and markers mean; whatever was drawn with a label comes first.

    Args:
        ax: Whose.
        entries: Further labels.
        where: Above the axes, above both axes and labels of rows, or to the right, where markers stand alone.
        title: Over all.
    """
    drawn = [*ax.get_legend_handles_labels()[0]]
    for label, shown in entries:
        lone = {"linestyle": "none"} if where == "right" else {}
        drawn += ax.plot([], [], label=label, **{**look(shown), **lone})
    places: dict[Where, tuple[Any, tuple[float, float]]] = {
        "above": ("lower left", (0.0, 1.0)),
        "over rows": ("lower right", (1.0, 1.0)),
        "right": ("upper left", (1.01, 1.02)),
    }
    loc, anchor = places[where]
    words = ax.legend(handles=drawn, loc=loc, bbox_to_anchor=anchor, borderaxespad=0.2, handlelength=2.6, title=title)
    words.set_alignment("left")


def of_kind(folder: Path | str, kind: str) -> dict[str, Any]:
    """The manifest of a finished experiment of this kind."""
    manifest: dict[str, Any] = read_json(Path(folder) / "manifest.json")
    if (found := manifest.get("kind", "compare")) != kind:
        raise NotStored(
            f"this folder was made by 'village {found}'", file=folder, allowed=f"experiments of 'village {kind}'"
        )
    return manifest
