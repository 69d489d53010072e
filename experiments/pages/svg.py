"""A small drawing layer for SVG with text as text.

Widths of text are estimated from character classes, never measured with a font, so that figures look alike on
machines with and without Chinese fonts; the estimate errs on the wide side so that labels do not collide.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from markupsafe import Markup, escape

FONT = "'PingFang SC','Microsoft YaHei','Noto Sans CJK SC','Noto Sans SC',sans-serif"
INK, SOFT, FAINT, GRID = "#1a1a1a", "#555555", "#8a8a8a", "#dddddd"

_NARROW = set("iljtf.,:;|!'()[] \u00a0·")
_WIDE = set("mwMW%@—±+−=")


@dataclass(frozen=True)
class Style:
    """How one scenario looks in every figure: colour, marker and dash say the same thing three times."""

    colour: str
    marker: str
    dash: str = ""
    hollow: bool = False


BASELINE = Style("#767676", "cross")
PALE = "#F0E442"  # too pale for a thin line on white: drawn with a dark edge
OKABE_ITO = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", PALE)
MARKERS = ("circle", "square", "triangle", "diamond", "down", "pentagon", "hexagon", "bow")


def scenario_style(index: int, cash: bool = False) -> Style:
    """Style number `index` (counted separately for cash, which is black, hollow and dashed)."""
    if cash:
        return Style("#000000", MARKERS[(3 + index) % len(MARKERS)], "6 4", hollow=True)
    return Style(OKABE_ITO[index % 7], MARKERS[index % 8])  # 7 and 8 share no factor: 56 pairs before one repeats


def is_wide(char: str) -> bool:
    """Whether a character fills a full square (Chinese, full-width punctuation)."""
    return ord(char) >= 0x2E80


def text_width(text: str, size: float) -> float:
    """Estimated width in pixels, a little generous."""
    total = 0.0
    for char in text:
        if is_wide(char):
            total += 1.0
        elif char in _NARROW:
            total += 0.33
        elif char in _WIDE:
            total += 0.82
        elif char.isupper():
            total += 0.68
        else:
            total += 0.57
    return total * size * 1.02


def wrap(text: str, size: float, width: float, lines: int = 3) -> list[str]:
    """Break text into at most `lines` lines; Latin breaks at spaces, Chinese anywhere but before punctuation."""
    pieces: list[str] = []
    for char in text:
        new = not pieces or pieces[-1].endswith(" ") or is_wide(char) or is_wide(pieces[-1][-1])
        stuck = bool(pieces) and pieces[-1][-1] in "（“《("
        if new and not stuck and char not in "，。、；：）”》)" and not (char == " " and pieces):
            pieces.append(char)
        else:
            pieces[-1] = pieces[-1] + char if pieces else char
    rows: list[str] = [""]
    for piece in pieces:
        if rows[-1] and text_width((rows[-1] + piece).rstrip(), size) > width:
            if len(rows) == lines:
                return [*rows[:-1], _cut(rows[-1] + piece, size, width)]
            rows.append(piece)
        else:
            rows[-1] += piece
    return [_cut(row.rstrip(), size, width) for row in rows]


def _cut(text: str, size: float, width: float) -> str:
    if text_width(text, size) <= width:
        return text
    while text and text_width(text + "…", size) > width:
        text = text[:-1]
    return text.rstrip() + "…"


def nice_ticks(low: float, high: float, count: int = 5) -> list[float]:
    """Round numbers that cover low..high, about `count` of them."""
    if not (math.isfinite(low) and math.isfinite(high)):
        return [0.0, 1.0]
    if high <= low:
        high = low + (abs(low) or 1.0)
    raw = (high - low) / max(count - 1, 1)
    power = 10.0 ** math.floor(math.log10(raw))
    step = next(m * power for m in (1, 2, 2.5, 5, 10) if m * power >= raw * 0.999)
    start = math.floor(low / step + 0.04)  # a hair beyond a tick does not buy another one
    stop = math.ceil(high / step - 0.04)
    return [round(i * step, 10) + 0.0 for i in range(start, stop + 1)]


def tick_decimals(ticks: Sequence[float]) -> int:
    """Decimals that tell the ticks apart."""
    for decimals in range(6):
        if all(abs(round(t, decimals) - t) < 1e-9 for t in ticks):
            return decimals
    return 6


def spread(wanted: Sequence[float], gaps: Sequence[float], low: float, high: float) -> list[float]:
    """Move labels apart along a line so that neighbours keep half the sum of their gaps, near where they belong."""
    order = sorted(range(len(wanted)), key=lambda i: (wanted[i], i))
    placed = [wanted[i] for i in order]
    sizes = [gaps[i] for i in order]
    for _ in range(200):
        moved = False
        for k in range(len(placed) - 1):
            short = (sizes[k] + sizes[k + 1]) / 2 - (placed[k + 1] - placed[k])
            if short > 0.01:
                placed[k] -= short / 2
                placed[k + 1] += short / 2
                moved = True
        if placed:
            push = low + sizes[0] / 2 - placed[0]
            if push > 0.01:
                placed[0] += push
                moved = True
            push = placed[-1] - (high - sizes[-1] / 2)
            if push > 0.01:
                placed[-1] -= push
                moved = True
        if not moved:
            break
    out = [0.0] * len(wanted)
    for k, i in enumerate(order):
        out[i] = placed[k]
    return out


@dataclass(frozen=True)
class Scale:
    """Maps values to pixels along one axis."""

    low: float
    high: float
    start: float
    stop: float

    def __call__(self, value: float) -> float:
        span = (self.high - self.low) or 1.0
        return self.start + (value - self.low) / span * (self.stop - self.start)


def _n(value: float) -> str:
    return f"{value:.1f}".rstrip("0").rstrip(".") if math.isfinite(value) else "0"


class Svg:
    """One drawing. Everything written into it is escaped."""

    def __init__(self, width: float, ident: str, title: str, description: str, small: bool = False) -> None:
        self.width, self.height = width, 0.0
        self.ident, self.title, self.description = ident, title, description
        self.size = 12.5 if small else 13.0
        self._parts: list[str] = []

    def line(
        self, x1: float, y1: float, x2: float, y2: float, stroke: str = INK, width: float = 1.0, dash: str = ""
    ) -> None:
        """A straight line."""
        extra = f' stroke-dasharray="{dash}"' if dash else ""
        self._parts.append(
            f'<line x1="{_n(x1)}" y1="{_n(y1)}" x2="{_n(x2)}" y2="{_n(y2)}" stroke="{stroke}" '
            f'stroke-width="{_n(width)}"{extra}/>'
        )

    def rect(
        self, x: float, y: float, width: float, height: float, fill: str, stroke: str = "none", opacity: float = 1.0
    ) -> None:
        """A box."""
        self._parts.append(
            f'<rect x="{_n(x)}" y="{_n(y)}" width="{_n(max(width, 0))}" height="{_n(height)}" fill="{fill}" '
            f'stroke="{stroke}"' + (f' fill-opacity="{opacity:g}"' if opacity < 1 else "") + "/>"
        )

    def path(
        self,
        points: Sequence[tuple[float, float]],
        stroke: str = INK,
        width: float = 2.0,
        dash: str = "",
        fill: str = "none",
        opacity: float = 1.0,
        close: bool = False,
    ) -> None:
        """A line through points, or a filled shape when `close`."""
        if len(points) < 2:
            return
        steps = "M" + "L".join(f"{_n(x)} {_n(y)}" for x, y in points) + ("Z" if close else "")
        extra = (f' stroke-dasharray="{dash}"' if dash else "") + (
            f' fill-opacity="{opacity:g}"' if opacity < 1 else ""
        )
        self._parts.append(
            f'<path d="{steps}" fill="{fill}" stroke="{stroke}" stroke-width="{_n(width)}" '
            f'stroke-linejoin="round"{extra}/>'
        )

    def text(
        self,
        x: float,
        y: float,
        text: str,
        size: float | None = None,
        anchor: str = "start",
        fill: str = INK,
        bold: bool = False,
        halo: bool = False,
    ) -> None:
        """One line of text, baseline at y; a halo keeps it readable on lines."""
        extra = ' font-weight="600"' if bold else ""
        extra += ' stroke="#fff" stroke-width="3.5" paint-order="stroke"' if halo else ""
        extra += f' text-anchor="{anchor}"' if anchor != "start" else ""
        self._parts.append(
            f'<text x="{_n(x)}" y="{_n(y)}" font-size="{_n(size or self.size)}" fill="{fill}"{extra}>'
            f"{escape(text)}</text>"
        )

    def marker(self, x: float, y: float, style: Style, radius: float = 5.0) -> None:
        """The scenario's marker, outlined in dark so that pale colours still show on paper."""
        fill = "#ffffff" if style.hollow else style.colour
        stroke = style.colour if style.hollow else INK
        width = 1.8 if style.hollow else 0.8
        if style.marker == "circle":
            self._parts.append(
                f'<circle cx="{_n(x)}" cy="{_n(y)}" r="{_n(radius)}" fill="{fill}" stroke="{stroke}" '
                f'stroke-width="{width}"/>'
            )
            return
        if style.marker == "cross":
            r = radius * 0.8
            self.line(x - r, y - r, x + r, y + r, style.colour, 2)
            self.line(x - r, y + r, x + r, y - r, style.colour, 2)
            return
        points = [(x + radius * px, y + radius * py) for px, py in _SHAPES[style.marker]]
        self.path(points, stroke, width, fill=fill, close=True)

    def render(self) -> Markup:
        """The finished drawing as markup."""
        one, two = f"{self.ident}-t", f"{self.ident}-d"
        head = (
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_n(self.width)} {_n(self.height)}" role="img" '
            f'aria-labelledby="{one} {two}" font-family="{FONT}" preserveAspectRatio="xMidYMid meet">'
            f'<title id="{one}">{escape(self.title)}</title><desc id="{two}">{escape(self.description)}</desc>'
        )
        return Markup(head + "".join(self._parts) + "</svg>")


def _polygon(sides: int, turn: float, reach: float = 1.08) -> list[tuple[float, float]]:
    return [
        (reach * math.sin(turn + 2 * math.pi * k / sides), -reach * math.cos(turn + 2 * math.pi * k / sides))
        for k in range(sides)
    ]


_SHAPES: dict[str, list[tuple[float, float]]] = {
    "square": [(-0.9, -0.9), (0.9, -0.9), (0.9, 0.9), (-0.9, 0.9)],
    "triangle": [(0, -1.2), (1.1, 0.85), (-1.1, 0.85)],
    "down": [(0, 1.2), (1.1, -0.85), (-1.1, -0.85)],
    "diamond": [(0, -1.25), (1.25, 0), (0, 1.25), (-1.25, 0)],
    "pentagon": _polygon(5, 0.0, 1.15),
    "hexagon": _polygon(6, math.pi / 6, 1.15),
    "bow": [(-1.1, -1.0), (1.1, 1.0), (1.1, -1.0), (-1.1, 1.0)],
}
