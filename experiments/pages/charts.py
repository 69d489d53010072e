"""Charts with one row a thing: dots with intervals (forest plots) and bars; wide for paper, small for a phone."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from markupsafe import Markup

from experiments.pages.numbers import Estimate, Numbers
from experiments.pages.svg import (
    FAINT,
    GRID,
    INK,
    PALE,
    SOFT,
    Scale,
    Style,
    Svg,
    nice_ticks,
    text_width,
    tick_decimals,
    wrap,
)

WIDE, SMALL = 740.0, 350.0


@dataclass(frozen=True)
class Names:
    """Identity and words of a drawing: unique id, title and description for readers who do not see it."""

    ident: str
    title: str
    description: str


Draw = Callable[[Names, bool], Markup]
PLAIN = Style(INK, "circle")


@dataclass(frozen=True)
class Panel:
    """One value axis: its label with unit, and the factor from stored values to shown ones."""

    axis: str
    factor: float = 1.0


@dataclass(frozen=True)
class Row:
    """One line of a dot plot or bar chart: a label, an estimate and a printed value per panel.

    A row without estimates is a heading.
    """

    label: str
    estimates: tuple[Estimate | None, ...] = ()
    texts: tuple[str, ...] = ()
    style: Style = PLAIN
    bold: bool = False


def _range(rows: Sequence[Row], panel: int, factor: float) -> tuple[float, float]:
    """The span of values to show, always with zero."""
    values = [0.0]
    for row in rows:
        estimate = row.estimates[panel] if row.estimates else None
        if estimate is not None:
            values += [v * factor for v in estimate if math.isfinite(v)]
    return min(values), max(values)


def _axis(
    svg: Svg,
    scale: Scale,
    ticks: Sequence[float],
    top: float,
    bottom: float,
    label: str,
    numbers: Numbers,
    room: float = 1e9,
) -> float:
    """Ticks, gridlines and label under a plot; returns where the axis ends."""
    decimals = tick_decimals(ticks)
    for tick in ticks:
        x = scale(tick)
        svg.line(x, top, x, bottom, INK if tick == 0 else GRID, 1.2 if tick == 0 else 1)
        words = numbers.plain(tick, decimals)
        half = text_width(words, svg.size - 1) / 2
        svg.text(min(max(x, half), svg.width - half), bottom + 15, words, svg.size - 1, "middle", SOFT)
    lines = wrap(label, svg.size - 1, min(svg.width - 10, room), 3)
    widest = max(text_width(line, svg.size - 1) for line in lines)
    middle = min(max((scale.start + scale.stop) / 2, widest / 2 + 2), svg.width - widest / 2 - 2)
    for i, line in enumerate(lines):
        svg.text(middle, bottom + 32 + 15 * i, line, svg.size - 1, "middle", SOFT)
    return bottom + 25 + 15 * len(lines)


def _tick_count(width: float, low: float, high: float, size: float, numbers: Numbers) -> list[float]:
    """As many ticks as fit without their labels touching."""
    for count in (6, 5, 4, 3, 2):
        ticks = nice_ticks(low, high, count)
        decimals = tick_decimals(ticks)
        widest = max(text_width(numbers.plain(t, decimals), size) for t in ticks) + 8
        if widest * (len(ticks) - 1) <= width:
            return ticks
    return nice_ticks(low, high, 2)


def _whisker(
    svg: Svg, scale: Scale, estimate: Estimate, factor: float, y: float, style: Style, dot: bool = True
) -> None:
    colour = INK if style.colour == PALE else style.colour
    if estimate.has_interval:
        a, b = scale(estimate.low * factor), scale(estimate.high * factor)
        svg.line(a, y, b, y, colour, 2, style.dash if style.hollow else "")
        for end in (a, b):
            svg.line(end, y - 5, end, y + 5, colour, 1.4)
    if dot:
        svg.marker(scale(estimate.value * factor), y, style, 4.4)


def dots(rows: Sequence[Row], panels: Sequence[Panel], numbers: Numbers) -> Draw:
    """Dots with intervals around a zero line, one row each, the value printed beside."""

    def draw(names: Names, small: bool) -> Markup:
        svg = Svg(SMALL if small else WIDE, names.ident, names.title, names.description, small)
        if small:
            y = 4.0
            for k, panel in enumerate(panels):
                y = _dots_small(svg, rows, k, panel, numbers, y)
            svg.height = y
        else:
            _dots_wide(svg, rows, panels, numbers)
        return svg.render()

    return draw


def _dots_wide(svg: Svg, rows: Sequence[Row], panels: Sequence[Panel], numbers: Numbers) -> None:
    size = svg.size
    label_room = min(max((text_width(r.label, size) for r in rows if r.estimates), default=60) + 12, 200)
    labels = [wrap(r.label, size, label_room - 10 if r.estimates else svg.width, 2) for r in rows]
    value_room = [
        max((text_width(r.texts[k], size) for r in rows if r.texts and r.texts[k]), default=0.0) + 14
        for k in range(len(panels))
    ]
    plot_room = (svg.width - label_room - sum(value_room)) / len(panels) - 12
    heights = [34.0 if len(lines) > 1 else 25.0 for lines in labels]
    top, bottom = 6.0, 6.0 + sum(heights)
    x = label_room
    scales = []
    for k, panel in enumerate(panels):
        low, high = _range(rows, k, panel.factor)
        ticks = _tick_count(plot_room - 16, low, high, size - 1, numbers)
        scale = Scale(ticks[0], ticks[-1], x + 8, x + plot_room - 8)
        end = _axis(svg, scale, ticks, top, bottom, panel.axis, numbers, plot_room + value_room[k])
        svg.height = max(svg.height, end)
        scales.append(scale)
        x += plot_room + value_room[k] + 12
    y = top
    for row, lines, height in zip(rows, labels, heights, strict=True):
        middle = y + height / 2
        for i, line in enumerate(lines):
            baseline = middle + 4.5 + (i - (len(lines) - 1) / 2) * 14.5
            heading = not row.estimates  # it may reach over the lines of the first panel
            svg.text(0, baseline, line, size, bold=row.bold or heading, halo=heading)
        x = label_room
        for k, panel in enumerate(panels):
            estimate = row.estimates[k] if row.estimates else None
            if estimate is not None and math.isfinite(estimate.value):
                _whisker(svg, scales[k], estimate, panel.factor, middle, row.style)
            if row.texts:
                svg.text(x + plot_room + 6, middle + 4.5, row.texts[k], size, bold=row.bold)
            x += plot_room + value_room[k] + 12
        y += height


def _dots_small(svg: Svg, rows: Sequence[Row], k: int, panel: Panel, numbers: Numbers, y: float) -> float:
    size = svg.size
    low, high = _range(rows, k, panel.factor)
    ticks = _tick_count(svg.width - 30, low, high, size - 1, numbers)
    scale = Scale(ticks[0], ticks[-1], 14, svg.width - 14)
    labels = [
        wrap(row.label, size, svg.width - text_width(row.texts[k] if row.texts else "", size) - 14, 2) for row in rows
    ]
    tops = []
    for row, label in zip(rows, labels, strict=True):
        tops.append(y)
        y += (38.0 if row.estimates else 26.0) + 15 * (len(label) - 1)
    end = _axis(svg, scale, ticks, tops[0] + 2, y, panel.axis, numbers)
    for row, label, top in zip(rows, labels, tops, strict=True):
        value = row.texts[k] if row.texts else ""
        for i, line in enumerate(label):
            svg.rect(0, top + 2 + 15 * i, text_width(line, size) + 4, 17, "#ffffff")
            svg.text(0, top + 15 + 15 * i, line, size, bold=row.bold or not row.estimates)
        if value:
            room = text_width(value, size) + 10
            svg.rect(svg.width - room, top + 2, room, 17, "#ffffff")
            svg.text(svg.width, top + 15, value, size, "end", bold=row.bold)
        estimate = row.estimates[k] if row.estimates else None
        if estimate is not None and math.isfinite(estimate.value):
            _whisker(svg, scale, estimate, panel.factor, top + 28 + 15 * (len(label) - 1), row.style)
    return end + 24


@dataclass(frozen=True)
class Bar:
    """One bar: a label, the estimate it shows, a printed value, and a fainter rest (unspent, untouched)."""

    label: str
    estimate: Estimate
    text: str
    style: Style
    rest: float = 0.0
    second: Estimate | None = None
    bold: bool = False


def bars(items: Sequence[Bar], axis: str, factor: float, numbers: Numbers, reference: float | None = None) -> Draw:
    """Horizontal bars from zero with interval whiskers.

    `rest` is drawn hatched after the bar; `second` is drawn from zero in the other direction when it is negative;
    `reference` is a dashed vertical line (in shown units).
    """

    def draw(names: Names, small: bool) -> Markup:
        svg = Svg(SMALL if small else WIDE, names.ident, names.title, names.description, small)
        size = svg.size
        values = [0.0] if reference is None else [0.0, reference]
        for bar in items:
            values.append((bar.estimate.value + bar.rest) * factor)
            for e in (bar.estimate, bar.second):
                values += [v * factor for v in e or () if math.isfinite(v)]
        if small:
            left, right = 8.0, svg.width - 12
            labels = [wrap(b.label, size, svg.width - text_width(b.text, size) - 14, 3) for b in items]
            steps = [46.0 + 15 * (len(words) - 1) for words in labels]
        else:
            room = max(text_width(b.label, size) for b in items) + 14
            left = min(room, 230.0)
            right = svg.width - max(text_width(b.text, size) for b in items) - 22
            labels = [wrap(b.label, size, left - 10, 3) for b in items]
            steps = [max(30.0, 4.0 + 14 * len(words)) for words in labels]
        ticks = _tick_count(right - left, min(values), max(values), size - 1, numbers)
        scale = Scale(ticks[0], ticks[-1], left + 4, right)
        top, bottom = 4.0, 4.0 + sum(steps)
        svg.height = _axis(svg, scale, ticks, top, bottom, axis, numbers)
        if reference is not None:
            svg.line(scale(reference), top, scale(reference), bottom, INK, 1.4, "5 4")
        zero = scale(0)
        y = top
        for bar, words, step in zip(items, labels, steps, strict=True):
            if small:
                svg.rect(0, y + 2, svg.width, step - 29, "#ffffff", opacity=0.9)
                for j, word in enumerate(words):
                    svg.text(0, y + 15 + 15 * j, word, size, bold=bar.bold)
                svg.text(svg.width, y + 15, bar.text, size, "end", bold=bar.bold)
                box, height = y + step - 25, 18.0
            else:
                for j, word in enumerate(words):
                    svg.text(0, y + step / 2 + 4.5 + (j - (len(words) - 1) / 2) * 13.5, word, size, bold=bar.bold)
                svg.text(right + 12, y + step / 2 + 4.5, bar.text, size, bold=bar.bold)
                box, height = y + 6, step - 12
            for estimate in (bar.estimate, bar.second):
                if estimate is None or not math.isfinite(estimate.value):
                    continue
                end = scale(estimate.value * factor)
                first = estimate is bar.estimate
                solid = first and not bar.style.hollow
                svg.rect(
                    min(zero, end),
                    box,
                    abs(end - zero),
                    height,
                    bar.style.colour if solid else "#ffffff",
                    INK,
                    0.75 if solid else 1.0,
                )
                if not first:
                    _hatch(svg, min(zero, end), abs(end - zero), box, height)
                if estimate.has_interval and estimate.half > 0:
                    _whisker(svg, scale, estimate, factor, box + height / 2, Style(INK, "circle"), dot=False)
            svg.line(zero, box - 2, zero, box + height + 2, INK, 1.2)
            if bar.rest > 0:
                start, end = scale(bar.estimate.value * factor), scale((bar.estimate.value + bar.rest) * factor)
                svg.rect(start, box, end - start, height, "#ffffff", INK)
                _hatch(svg, start, end - start, box, height)
            y += step
        if not small:
            svg.line(zero, top, zero, bottom, INK, 1.2)
        return svg.render()

    return draw


def _hatch(svg: Svg, x: float, width: float, y: float, height: float) -> None:
    """Diagonal strokes inside a box: the fill that survives a black-and-white copy."""
    step, offset = 7.0, 3.0
    while offset < width + height:
        x1, y1 = x + min(offset, width), y + max(offset - width, 0)
        x2, y2 = x + max(offset - height, 0), y + min(offset, height)
        svg.line(x1, y1, x2, y2, FAINT, 1)
        offset += step
