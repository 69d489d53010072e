"""Charts over a continuous axis: lines with bands in small multiples, and the plane of cost against effect."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field

from markupsafe import Markup

from experiments.pages.charts import SMALL, WIDE, Draw, Names
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
    spread,
    text_width,
    tick_decimals,
    wrap,
)


@dataclass(frozen=True)
class Line:
    """One line with an optional band (same length; NaN leaves a gap) and a label at its right end."""

    x: Sequence[float]
    y: Sequence[float]
    style: Style
    label: str = ""
    low: Sequence[float] = ()
    high: Sequence[float] = ()
    markers: bool = True


@dataclass(frozen=True)
class LinePanel:
    """One small chart: heading, unit of the vertical axis, lines, and a target drawn as a labelled level."""

    title: str
    unit: str
    lines: Sequence[Line]
    zero: bool = False
    target: float | None = None
    target_label: str = ""
    note: str = ""
    ticks_x: Sequence[float] = ()
    marks_y: Sequence[float] = field(default=())


def lines(
    panels: Sequence[LinePanel], axis_x: str, numbers: Numbers, columns: int = 2, tall: float = 190.0, key: str = ""
) -> Draw:
    """Small multiples of line charts, `columns` side by side on paper and one on a phone.

    Lines are labelled at their ends; key="wide" puts the labels above on paper, "always" everywhere (for lines that end
    together).
    """

    def draw(names: Names, small: bool) -> Markup:
        svg = Svg(SMALL if small else WIDE, names.ident, names.title, names.description, small)
        across = 1 if small else min(columns, len(panels))
        gap = 24.0
        width = (svg.width - gap * (across - 1)) / across
        above = key == "always" or (key == "wide" and not small)
        y = _key(svg, panels[0].lines) + 4 if above else 2.0
        for start in range(0, len(panels), across):
            group = panels[start : start + across]
            heads = max(len(_head(svg, panel, width)) for panel in group)
            bottoms = [
                _panel(svg, panel, k * (width + gap), y, width, tall, axis_x, numbers, heads, not above)
                for k, panel in enumerate(group)
            ]
            y = max(bottoms) + 14
        svg.height = y - 8
        return svg.render()

    return draw


def _key(svg: Svg, drawn: Sequence[Line]) -> float:
    """One entry a line: its dash, its marker, its label."""
    x, y = 0.0, 10.0
    for line in drawn:
        need = 44 + text_width(line.label, svg.size) + 18
        if x and x + need > svg.width:
            x, y = 0.0, y + 20
        svg.line(x, y, x + 36, y, line.style.colour, 2.2, line.style.dash)
        if line.markers:
            svg.marker(x + 18, y, line.style, 4.2)
        svg.text(x + 42, y + 4.5, line.label, svg.size)
        x += need
    return y + 10


def _head(svg: Svg, panel: LinePanel, width: float) -> list[tuple[str, bool]]:
    """Lines above a panel: title (bold) and note."""
    title = [(row, True) for row in wrap(panel.title, svg.size, width, 2)]
    return title + ([(row, False) for row in wrap(panel.note, svg.size - 1, width, 2)] if panel.note else [])


def _limits(panel: LinePanel) -> tuple[float, float]:
    values: list[float] = list(panel.marks_y)
    for line in panel.lines:
        values += [v for series in (line.y, line.low, line.high) for v in series if math.isfinite(v)]
    if panel.target is not None and math.isfinite(panel.target):
        values.append(panel.target)
    if panel.zero or not values:
        values.append(0.0)
    low, high = min(values), max(values)
    return (low, high) if high > low else (low, low + (abs(low) or 1.0))


def _panel(
    svg: Svg,
    panel: LinePanel,
    x: float,
    y: float,
    width: float,
    tall: float,
    axis_x: str,
    numbers: Numbers,
    heads: int,
    ends_labelled: bool,
) -> float:
    size = svg.size
    small = size - 1
    for k, (row, bold) in enumerate(_head(svg, panel, width)):
        svg.text(x, y + 16 * (k + 1), row, size if bold else small, fill=INK if bold else SOFT, bold=bold)
    y += 16 * heads
    if panel.unit:
        y += 15
        svg.text(x, y, panel.unit, small, fill=SOFT)
    low, high = _limits(panel)
    ticks = nice_ticks(low, high, 5)
    decimals = tick_decimals(ticks)
    left = x + max(text_width(numbers.plain(t, decimals), small) for t in ticks) + 7
    labelled = [line for line in panel.lines if ends_labelled and line.label and any(math.isfinite(v) for v in line.y)]
    texts = [wrap(line.label, small, min(116.0, width * 0.34), 3) for line in labelled]
    if panel.target is not None and panel.target_label:
        texts.append(wrap(panel.target_label, small, min(116.0, width * 0.34), 2))
    room = max((text_width(t, small) for lines_ in texts for t in lines_), default=0.0)
    right = x + width - (room + 15 if room else 6)
    top, bottom = y + 14, y + tall
    down = Scale(ticks[0], ticks[-1], bottom, top)
    for tick in ticks:
        zero = tick == 0 and (panel.zero or low < 0)
        svg.line(left, down(tick), right, down(tick), INK if zero else GRID, 1.2 if zero else 1)
        svg.text(left - 5, down(tick) + 4, numbers.plain(tick, decimals), small, "end", SOFT)
    across = [v for line in panel.lines for v in line.x]
    first, last = (min(across), max(across)) if across else (0.0, 1.0)
    ticks_x = list(panel.ticks_x) or [t for t in nice_ticks(first, last, 6) if first <= t <= last]
    over = Scale(first, last if last > first else first + 1, left + 4, right)
    for tick in ticks_x:
        svg.line(over(tick), bottom, over(tick), bottom + 4, FAINT)
        svg.text(over(tick), bottom + 17, numbers.plain(tick, tick_decimals(ticks_x)), small, "middle", SOFT)
    middle = (left + right) / 2
    half = text_width(axis_x, small) / 2
    svg.text(min(max(middle, x + half), x + width - half), bottom + 33, axis_x, small, "middle", SOFT)
    for line in panel.lines:
        _band(svg, line, over, down)
    if panel.target is not None and math.isfinite(panel.target):
        svg.line(left, down(panel.target), right, down(panel.target), INK, 1.4, "3 3")
    for line in panel.lines:
        _stroke(svg, line, over, down)
    ends = [down([v for v in line.y if math.isfinite(v)][-1]) for line in labelled]
    if panel.target is not None and panel.target_label:
        ends.append(down(panel.target))
    step = small + 2
    gaps = [len(t) * step + 2 for t in texts]
    for place, end, words in zip(spread(ends, gaps, top - 14, bottom + 12), ends, texts, strict=True):
        if abs(place - end) > 7:
            svg.line(right + 1, end, right + 8, place, FAINT, 1)
        for i, word in enumerate(words):
            svg.text(right + 10, place + 4 + (i - (len(words) - 1) / 2) * step, word, small)
    return bottom + 38


def _band(svg: Svg, line: Line, over: Scale, down: Scale) -> None:
    if not len(line.low):
        return
    run = [
        (over(x), down(a), down(b))
        for x, a, b in zip(line.x, line.low, line.high, strict=True)
        if math.isfinite(a) and math.isfinite(b)
    ]
    outline = [(x, b) for x, _, b in run] + [(x, a) for x, a, _ in reversed(run)]
    svg.path(outline, "none", 0, fill=line.style.colour, opacity=0.16, close=True)


def _stroke(svg: Svg, line: Line, over: Scale, down: Scale) -> None:
    points = [(over(x), down(y)) for x, y in zip(line.x, line.y, strict=True) if math.isfinite(y)]
    if line.style.colour == PALE:
        svg.path(points, INK, 3.4)
    svg.path(points, line.style.colour, 2.2, line.style.dash)
    if line.markers and points:
        every = max(1, (len(points) - 1) // 6)
        for k, (x, y) in enumerate(points):
            if (len(points) - 1 - k) % every == 0:
                svg.marker(x, y, line.style, 4.2)


Box = tuple[float, float, float, float]


@dataclass(frozen=True)
class Point:
    """One scenario in the plane: its cost, its effect, and whether another one is better and cheaper."""

    label: str
    x: Estimate
    y: Estimate
    style: Style
    dominated: bool = False


def plane(
    points: Sequence[Point],
    axis_x: str,
    axis_y: str,
    factors: tuple[float, float],
    numbers: Numbers,
    frontier: bool = True,
) -> Draw:
    """Effect against cost with intervals both ways; a grey line joins the scenarios that nothing dominates."""

    def draw(names: Names, small: bool) -> Markup:
        svg = Svg(SMALL if small else WIDE, names.ident, names.title, names.description, small)
        size, note = svg.size, svg.size - 1
        fx, fy = factors
        xs = [0.0] + [v * fx for p in points for v in p.x if math.isfinite(v)]
        ys = [0.0] + [v * fy for p in points for v in p.y if math.isfinite(v)]
        ticks_x, ticks_y = nice_ticks(min(xs), max(xs), 4 if small else 6), nice_ticks(min(ys), max(ys), 6)
        dx, dy = tick_decimals(ticks_x), tick_decimals(ticks_y)
        left = max(text_width(numbers.plain(t, dy), note) for t in ticks_y) + 8
        right = svg.width - 26
        heading = wrap(axis_y, note, svg.width, 2)
        top = 14.0 + 16 * len(heading)
        bottom = top + (300.0 if small else 370.0)
        over, down = Scale(ticks_x[0], ticks_x[-1], left + 4, right), Scale(ticks_y[0], ticks_y[-1], bottom, top)
        for k, words in enumerate(heading):
            svg.text(0, 14 + 15 * k, words, note, fill=SOFT)
        for tick in ticks_y:
            svg.line(left, down(tick), right, down(tick), INK if tick == 0 else GRID, 1.2 if tick == 0 else 1)
            svg.text(left - 5, down(tick) + 4, numbers.plain(tick, dy), note, "end", SOFT)
        for tick in ticks_x:
            svg.line(over(tick), top, over(tick), bottom, INK if tick == 0 else GRID, 1.2 if tick == 0 else 1)
            svg.text(over(tick), bottom + 17, numbers.plain(tick, dx), note, "middle", SOFT)
        svg.text((left + right) / 2, bottom + 35, axis_x, note, "middle", SOFT)
        places = [(over(p.x.value * fx), down(p.y.value * fy)) for p in points]
        if frontier:
            svg.path(_frontier(points, places, (over(0), down(0))), FAINT, 1.2, "2 3")
        whiskers: list[Box] = [(left, down(0) - 1, svg.width, down(0) + 1)]
        for point, (x, y) in zip(points, places, strict=True):
            colour = INK if point.style.colour == PALE else point.style.colour
            if point.y.has_interval:
                low, high = down(point.y.low * fy), down(point.y.high * fy)
                svg.line(x, low, x, high, colour, 1.6)
                whiskers.append((x - 1, high, x + 1, low))
            if point.x.has_interval:
                svg.line(over(point.x.low * fx), y, over(point.x.high * fx), y, colour, 1.6)
                whiskers.append((over(point.x.low * fx), y - 1, over(point.x.high * fx), y + 1))
        for point, (x, y) in zip(points, places, strict=True):
            svg.marker(x, y, point.style, 6)
        svg.height = bottom + 44
        bounds = (left + 4, top - 12, svg.width, bottom)
        if small:
            _keyed(svg, points, places, size, bounds, whiskers)
        else:
            _labelled(svg, [p.label for p in points], places, size - 1, bounds, whiskers)
        return svg.render()

    return draw


def _frontier(
    points: Sequence[Point], places: Sequence[tuple[float, float]], origin: tuple[float, float]
) -> list[tuple[float, float]]:
    """From doing nothing through the scenarios that nothing dominates, always rising."""
    path = [origin]
    for place, point in sorted(zip(places, points, strict=True), key=lambda pair: (pair[0][0], pair[0][1])):
        if not point.dominated and place[1] < path[-1][1]:
            path.append(place)
    return path


def _labelled(
    svg: Svg,
    labels: Sequence[str],
    places: Sequence[tuple[float, float]],
    size: float,
    bounds: Box,
    whiskers: Sequence[Box],
) -> None:
    """Each label beside its point where it touches nothing; farther off, it is tied to the point by a thin line."""
    written: list[tuple[float, float, str]] = []
    taken: list[Box] = [(x - 8, y - 8, x + 8, y + 8) for x, y in places]
    for i in sorted(range(len(labels)), key=lambda i: (places[i][1], places[i][0])):
        x, y = places[i]
        words = wrap(labels[i], size, 200, 2)
        width, height = max(text_width(w, size) for w in words), 15.0 * len(words)
        others = [*(box for k, box in enumerate(taken) if k != i), *whiskers]
        spots = [_beside(x, y, width, height, turn, reach) for reach in _REACHES for turn in _TURNS]
        free = [spot for spot in spots if _free(spot, others, bounds)] or spots[:1]
        points = [place for k, place in enumerate(places) if k != i]
        box = next((spot for spot in free if _tied(spot, (x, y), points)), free[0])
        taken.append(box)
        near = _nearest(box, (x, y))
        if math.dist(near, (x, y)) > 14:
            svg.line(x, y, *near, FAINT, 0.9)
        written += [(box[0], box[1] + 11.5 + 15 * k, word) for k, word in enumerate(words)]
    for left, base, word in written:
        svg.text(left, base, word, size, halo=True)


# Right and left first, then slantwise, then above and below; then farther and farther off.
_TURNS = tuple(math.radians(d) for d in (0, 180, 12, 168, 35, -35, 145, -145, 60, -60, 120, -120, 90, -90))
_REACHES = (8, 16, 26, 38, 52, 70, 92, 120, 150, 190, 240, 300)


def _beside(x: float, y: float, width: float, height: float, turn: float, reach: float) -> Box:
    """Where a label would stand, seen from its point: in this direction, this far off."""
    across, up = math.cos(turn), math.sin(turn)
    middle_x = x + across * (reach + 4 + width / 2)
    middle_y = y - up * (reach + height / 2)
    return middle_x - width / 2, middle_y - height / 2, middle_x + width / 2, middle_y + height / 2


def _nearest(box: Box, point: tuple[float, float]) -> tuple[float, float]:
    """The place on a label's box that is nearest to a point."""
    return min(max(point[0], box[0]), box[2]), min(max(point[1], box[1]), box[3])


def _tied(box: Box, point: tuple[float, float], others: Sequence[tuple[float, float]]) -> bool:
    """Whether the label is nearer to its own point than to any other, and its line passes no other."""
    end = _nearest(box, point)
    own = math.dist(end, point)
    if own <= 14:
        return True
    if any(math.dist(_nearest(box, other), other) < min(own, 30) for other in others):
        return False
    steps = [k / 12 for k in range(1, 13)]
    line = [(point[0] + t * (end[0] - point[0]), point[1] + t * (end[1] - point[1])) for t in steps]
    return all(math.dist(spot, other) > 8 for spot in line for other in others if math.dist(point, other) > 16)


def _free(box: Box, others: Sequence[Box], bounds: Box) -> bool:
    """Whether a label lies inside the plot and touches no other label and no point."""
    inside = box[0] >= bounds[0] and box[1] >= bounds[1] and box[2] <= bounds[2] and box[3] <= bounds[3]
    return inside and not any(
        box[0] < o[2] + 2 and o[0] < box[2] + 2 and box[1] < o[3] and o[1] < box[3] for o in others
    )


def _keyed(
    svg: Svg,
    points: Sequence[Point],
    places: Sequence[tuple[float, float]],
    size: float,
    bounds: Box,
    whiskers: Sequence[Box],
) -> None:
    """On a phone: a letter at each point, and the key below with the marker."""
    order = sorted(range(len(points)), key=lambda i: (-points[i].y.value, i))
    letters = {i: chr(ord("A") + k) if k < 26 else str(k + 1) for k, i in enumerate(order)}
    _labelled(svg, [letters[i] for i in range(len(points))], places, size, bounds, whiskers)
    y = svg.height + 12
    for i in order:
        svg.text(0, y + 4, letters[i], size, bold=True)
        svg.marker(24, y, points[i].style, 5.5)
        for words in wrap(points[i].label, size, svg.width - 40, 2):
            svg.text(36, y + 4, words, size)
            y += 17
        y += 3
    svg.height = y
