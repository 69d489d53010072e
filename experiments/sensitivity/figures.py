"""The two drawings of an analysis: swings of single parameters (a tornado), and mean effect against its spread."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from markupsafe import Markup

from experiments.pages.charts import SMALL, WIDE, Draw, Names
from experiments.pages.numbers import Numbers
from experiments.pages.svg import (
    FAINT,
    GRID,
    INK,
    OKABE_ITO,
    SOFT,
    Scale,
    Style,
    Svg,
    nice_ticks,
    spread,
    text_width,
    tick_decimals,
    wrap,
)

_FIRST, _REST = Style(OKABE_ITO[0], "circle"), Style(FAINT, "circle", hollow=True)


@dataclass(frozen=True)
class Bars:
    """One parameter of a tornado: its name, its ends as text, and the outcome at each (NaN: ruled out)."""

    label: str
    low_end: str
    high_end: str
    at_low: float
    at_high: float


@dataclass(frozen=True)
class Dot:
    """One parameter of a scatter: mean size of its effect, half its interval, spread; named or not."""

    label: str
    x: float
    half: float
    y: float


def _axis(svg: Svg, scale: Scale, ticks: Sequence[float], top: float, bottom: float, numbers: Numbers) -> None:
    decimals = tick_decimals(ticks)
    for tick in ticks:
        x = scale(tick)
        svg.line(x, top, x, bottom, INK if tick == 0 else GRID, 1.2 if tick == 0 else 1)
        svg.text(x, bottom + 15, numbers.plain(tick, decimals), svg.size - 1, "middle", SOFT)


def _under(svg: Svg, label: str, middle: float, y: float, room: float) -> float:
    for line in wrap(label, svg.size - 1, room, 3):
        half = text_width(line, svg.size - 1) / 2
        svg.text(min(max(middle, half), svg.width - half), y, line, svg.size - 1, "middle", SOFT)
        y += 15
    return y


def tornado(
    items: Sequence[Bars], base: float, axis: str, ruled_out: str, factor: float, numbers: Numbers, zero: bool
) -> Draw:
    """Outcome at the low end (open) and at the high end (filled) of each parameter's range, around where it is now.

    With `zero`, the axis reaches to zero, where a difference turns round.
    """
    known = [value * factor for item in items for value in (item.at_low, item.at_high) if math.isfinite(value)]
    known += [base * factor, *([0.0] if zero else [])]

    def draw(names: Names, small: bool) -> Markup:
        svg = Svg(SMALL if small else WIDE, names.ident, names.title, names.description, small)
        left = 8.0 if small else 300.0
        room = svg.width - 16 if small else left - 14
        ticks = nice_ticks(min(known), max(known), 4 if small else 6)
        scale = Scale(ticks[0], ticks[-1], left + 14, svg.width - 24)
        labels = [wrap(item.label, svg.size, room, 2) for item in items]
        height = [15.0 * len(lines) + 21 + (24 if small else 0) for lines in labels]
        top, bottom = 4.0, 4.0 + sum(height)
        _axis(svg, scale, ticks, top, bottom, numbers)
        middle, y = scale(base * factor), top
        svg.line(middle, top, middle, bottom, INK, 2.4)
        for item, lines, step in zip(items, labels, height, strict=True):
            ends = f"{item.low_end} … {item.high_end}"
            if small:  # lines of the grid stand behind the words
                widest = max(text_width(line, svg.size) for line in (*lines, ends))
                svg.rect(0, y + 2, min(widest, svg.width), step - 24, "#ffffff")
            for number, line in enumerate(lines):
                svg.text(0, y + 14 + 15 * number, line, svg.size)
            svg.text(0, y + 14 + 15 * len(lines), ends, svg.size - 2, fill=SOFT)
            box = y + (step - 22 if small else step / 2 - 8)
            for value, filled in ((item.at_low, False), (item.at_high, True)):
                if math.isfinite(value):
                    x = scale(value * factor)
                    fill = OKABE_ITO[0] if filled else "#ffffff"
                    svg.rect(min(x, middle), box + 8 * filled, abs(x - middle), 8, fill, INK)
                else:
                    svg.text(middle + 6, box + 6 + 9 * filled, ruled_out, svg.size - 3, fill=SOFT)
            y += step
        svg.height = _under(svg, axis, (scale.start + scale.stop) / 2, bottom + 32, svg.width) + 2
        return svg.render()

    return draw


def scatter(dots: Sequence[Dot], x_axis: str, y_axis: str, factor: float, numbers: Numbers) -> Draw:
    """Mean size of the effect against its spread; named dots first, and a dashed line where both are equal."""

    def draw(names: Names, small: bool) -> Markup:
        svg = Svg(SMALL if small else WIDE, names.ident, names.title, names.description, small)
        left, top, bottom = 44.0, 24.0, 300.0 if small else 380.0
        named = [dot for dot in dots if dot.label]
        widest = max((text_width(dot.label, svg.size - 1) for dot in named), default=0.0)
        right = svg.width - 12 if small else svg.width - min(widest, 260.0) - 16
        x_ticks = nice_ticks(0.0, max((dot.x + dot.half) * factor for dot in dots), 4 if small else 6)
        y_ticks = nice_ticks(0.0, max(dot.y * factor for dot in dots), 5)
        x, y = Scale(0.0, x_ticks[-1], left, right), Scale(0.0, y_ticks[-1], bottom, top)
        _axis(svg, x, x_ticks, top, bottom, numbers)
        for tick in y_ticks:
            svg.line(left, y(tick), right, y(tick), INK if tick == 0 else GRID, 1)
            svg.text(left - 5, y(tick) + 4, numbers.plain(tick, tick_decimals(y_ticks)), svg.size - 1, "end", SOFT)
        same = min(x_ticks[-1], y_ticks[-1])
        svg.line(x(0), y(0), x(same), y(same), SOFT, 1, "5 4")
        for dot in reversed(dots):
            if dot.label:
                ends = (x(max(0.0, dot.x - dot.half) * factor), x((dot.x + dot.half) * factor))
                svg.line(ends[0], y(dot.y * factor), ends[1], y(dot.y * factor), OKABE_ITO[0], 1.4)
            style = _FIRST if dot.label else _REST
            svg.marker(x(dot.x * factor), y(dot.y * factor), style, 4.4 if dot.label else 2.6)
        svg.text(0, 14, y_axis, svg.size - 1, fill=SOFT)
        end = _under(svg, x_axis, (left + right) / 2, bottom + 34, svg.width)
        svg.height = _names_under(svg, named, end) if small else end
        if small:
            for number, dot in enumerate(named, 1):
                svg.text(x(dot.x * factor) + 7, y(dot.y * factor) - 5, str(number), svg.size - 1, halo=True)
        else:
            places = spread([y(dot.y * factor) for dot in named], [16.0] * len(named), top, bottom)
            for dot, place in zip(named, places, strict=True):
                svg.line(x(dot.x * factor) + 6, y(dot.y * factor), right + 4, place, GRID, 1)
                line = wrap(dot.label, svg.size - 1, svg.width - right - 8, 1)[0]
                svg.text(right + 8, place + 4, line, svg.size - 1)
        return svg.render()

    return draw


def _names_under(svg: Svg, named: Sequence[Dot], y: float) -> float:
    """On a telephone names stand under the plot, by number."""
    for number, dot in enumerate(named, 1):
        for place, line in enumerate(wrap(dot.label, svg.size - 1, svg.width - 24, 2)):
            y += 15
            if not place:
                svg.text(0, y, f"{number}", svg.size - 1, fill=SOFT)
            svg.text(20, y, line, svg.size - 1)
    return y + 8
