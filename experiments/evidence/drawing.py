"""The figures of `village evidence`: deviations in tolerances, a forest of trials, the path of 2010-12, dry years."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

import numpy as np
from markupsafe import Markup
from numpy.typing import NDArray

from experiments.evidence.judge import Line
from experiments.evidence.words import GROUPS, Words
from experiments.measure.statistics import t_limits
from experiments.pages.charts import Names
from experiments.pages.curves import Line as Curve
from experiments.pages.curves import LinePanel
from experiments.pages.curves import lines as draw_lines
from experiments.pages.numbers import Numbers
from experiments.pages.svg import (
    FAINT,
    GRID,
    INK,
    SOFT,
    Scale,
    Style,
    Svg,
    nice_ticks,
    tick_decimals,
    wrap,
)
from experiments.published import published_figure

Floats = NDArray[np.float64]
WITHIN, OUTSIDE = Style("#0072B2", "circle"), Style("#D55E00", "diamond")
USED = Style("#0072B2", "circle", hollow=True)
USED_OUTSIDE = Style("#D55E00", "diamond", hollow=True)
PUBLISHED = Style("#767676", "square")
ORANGE, GREEN = Style("#D55E00", "square", "6 3"), Style("#009E73", "triangle", "2 3")
BAND = "#d9e7f2"
WIDTH, LABELS, FAR = 830.0, 420.0, 4.0
EDGE = 0.6  # of the drawing of trials: most effects are far smaller, and one in yuan would press them all together


def _style(line: Line) -> Style:
    checked = line.target.role == "check"
    if line.verdict == "outside":
        return OUTSIDE if checked else USED_OUTSIDE
    return WITHIN if checked else USED


def deviations(lines: Sequence[Line], ident: str, language: str = "en") -> Markup:
    """Every judged row: how far its mean lies from the middle of what passes, in half-widths of what passes.

    Args:
        lines: Rows to draw; those without two limits are left out.
        ident: Unique id of the drawing.
        language: "en" or "zh".
    """
    words = Words(language)
    rows = [line for line in lines if line.judged and line.standardised() is not None]
    inside = sum(line.verdict == "within" for line in rows)
    title = (
        f"{len(rows)}项中有{inside}项落在允许范围之内"
        if words.zh
        else f"{inside} of {len(rows)} rows lie within what passes"
    )
    about = (
        "每行一项：圆点为模型均值，横线为95%区间，阴影为允许范围；实心为未参照检验，空心为已参照、设定或拟合。"
        if words.zh
        else "One row a figure: dot = mean of the model, bar = 95% interval over seeds, band = what passes; "
        "filled = blind check, hollow = seen while the model was changed, set or fitted."
    )
    svg = Svg(WIDTH, ident, title, about)
    y = _head(svg, title, about)
    top, scale = y, Scale(-FAR, FAR, LABELS, WIDTH - 10)
    body: list[tuple[Line | str, float]] = []
    for group, name in GROUPS.items():
        members = [line for line in rows if line.group == group]
        if members:
            body.append((words.pick(name), y + 15))
            y += 24
            for line in members:
                body.append((line, y + 9))
                y += 20
    svg.rect(scale(-1), top, scale(1) - scale(-1), y - top, BAND)
    for tick in range(-int(FAR), int(FAR) + 1):
        svg.line(scale(tick), top, scale(tick), y, INK if tick == 0 else GRID)
        svg.text(scale(tick), y + 15, str(tick).replace("-", "−"), 12, "middle", SOFT)
    for item, middle in body:
        if isinstance(item, str):
            svg.text(0, middle, item, bold=True)
        else:
            svg.text(0, middle + 4, _short(words.label(item.target), LABELS - 12), 12)
            _deviation(svg, scale, item, middle)
    axis = (
        "模型均值偏离允许范围中点的程度（以允许范围的一半为1）"
        if words.zh
        else "model less the middle of what passes, in half-widths of what passes"
    )
    svg.text((LABELS + WIDTH) / 2, y + 33, axis, 12, "middle", SOFT)
    svg.height = y + 42
    return svg.render()


def _deviation(svg: Svg, scale: Scale, line: Line, y: float) -> None:
    found = line.standardised()
    assert found is not None
    style = _style(line)
    at, low, high = (min(FAR, max(-FAR, end)) if math.isfinite(end) else end for end in found)
    if math.isfinite(low) and math.isfinite(high):
        svg.line(scale(low), y, scale(high), y, style.colour, 2)
    svg.marker(scale(at), y, style, 4.4)
    if abs(found[0]) > FAR:
        side = 1 if found[0] > 0 else -1
        svg.text(scale(at) - side * 9, y + 4, f"{found[0]:.0f}".replace("-", "−"), 11, "end" if side > 0 else "start")


def _head(svg: Svg, title: str, about: str) -> float:
    y = 16.0
    for row in wrap(title, 14.5, svg.width - 10, 2):
        svg.text(0, y, row, 14.5, bold=True)
        y += 19
    for row in wrap(about, 12, svg.width - 10, 3):
        svg.text(0, y, row, 12, fill=SOFT)
        y += 16
    return y + 4


def _short(text: str, room: float) -> str:
    return wrap(text, 12, room, 1)[0]


def forest(lines: Sequence[Line], ident: str, language: str = "en") -> Markup:
    """Virtual trials beside published ones: what passes as a band, the published estimate, the model's mean."""
    words, numbers = Words(language), Numbers(language)
    named = "{}（{}）" if words.zh else "{} ({})"
    rows = [line for line in lines if line.judged]
    inside = sum(line.verdict == "within" for line in rows)
    title = (
        f"{len(rows)}项已公布的试验结果中，模型符合{inside}项"
        if words.zh
        else f"{inside} of {len(rows)} published trial outcomes come out as their rules ask"
    )
    about = (
        "灰色方块为公布的估计值（横线为95%区间），阴影为允许范围，圆点为虚拟试验均值及其95%区间；各行单位不同（以%计的行，0.25即25%），超出图幅的数值写在边上。"
        if words.zh
        else "Grey square = published estimate with its 95% interval, band = what passes, dot = mean over replicate "
        "virtual trials with its 95% interval. Units differ by row (where they are %, 0.25 is "
        "25%); a value past the edge is written there."
    )
    svg = Svg(WIDTH, ident, title, about)
    y = top = _head(svg, title, about)
    ticks = nice_ticks(-EDGE, EDGE, 6)
    scale = Scale(ticks[0], ticks[-1], LABELS, WIDTH - 12)
    bottom = top + 30 * len(rows)
    for tick in ticks:
        svg.line(scale(tick), top, scale(tick), bottom, INK if tick == 0 else GRID)
        svg.text(scale(tick), bottom + 15, numbers.plain(tick, tick_decimals(ticks)), 12, "middle", SOFT)
    for line in rows:
        middle = y + 15
        target = line.target
        low, high = target.limits
        if target.rule is not None and target.rule.sign is not None:
            low, high = (0.0, scale.high) if target.rule.sign == "positive" else (scale.low, 0.0)
        low, high = _on(scale, low), _on(scale, high)
        svg.rect(scale(low), y + 3, scale(high) - scale(low), 24, BAND)
        unit = words.unit(target.unit).strip() or target.unit
        svg.text(0, middle + 4, _short(named.format(words.label(target), unit), LABELS - 12), 12)
        value = target.middle
        if value is not None:
            if target.se is not None:
                _bar(svg, scale, value - 1.96 * float(target.se), value + 1.96 * float(target.se), middle - 6, FAINT)
            _mark(svg, scale, value, middle - 6, PUBLISHED, numbers)
        style = OUTSIDE if line.verdict == "outside" else WITHIN
        _bar(svg, scale, line.low, line.high, middle + 6, style.colour)
        _mark(svg, scale, line.mean, middle + 6, style, numbers)
        y += 30
    svg.height = bottom + 24
    return svg.render()


def _bar(svg: Svg, scale: Scale, low: float, high: float, y: float, colour: str) -> None:
    if math.isfinite(low) and math.isfinite(high):
        svg.line(scale(_on(scale, low)), y, scale(_on(scale, high)), y, colour, 2)


def _on(scale: Scale, value: float) -> float:
    return min(scale.high, max(scale.low, value))


def _mark(svg: Svg, scale: Scale, value: float, y: float, style: Style, numbers: Numbers) -> None:
    at = _on(scale, value)
    svg.marker(scale(at), y, style, 4.2)
    if at != value:
        side = 1 if value > at else -1
        svg.text(scale(at) - side * 9, y + 4, numbers.plain(value, 1), 11, "end" if side > 0 else "start")


def growth_path(series: Mapping[tuple[str, str], Floats], ident: str, language: str = "en") -> Markup:
    """Income, headcount and wage share from 2010 on, without a campaign; the province's income as an index beside.

    Args:
        series: What the views kept; the view `path` must be among them.
        ident: Unique id of the drawing.
        language: "en" or "zh".
    """
    words = Words(language)
    income = series["path", "income"]
    index = income / income[:, :1] * 100.0
    years = [float(k) for k in range(income.shape[1])]
    incomes = [_figure(f"income_gansu_{year}") for year in (2010, 2011, 2012)]
    real = [100.0 * value / incomes[0] for value in incomes]
    wages = [100.0 * _figure(name) for name in ("wage_share_2011", "income_split_2012.path_wage")]
    two = float(index[:, 2].mean() - 100.0)
    title = (
        f"2010至2012年，模型人均纯收入名义增长{two:.0f}%，甘肃公布数为{real[2] - 100:.0f}%"
        if words.zh
        else f"Net income per head grows by {two:.0f}% from 2010 to 2012; Gansu published {real[2] - 100:.0f}%"
    )
    texts = {
        "income": ("Net income per head, 2010 = 100", "人均纯收入（2010年=100）"),
        "poor": ("Share of persons below the year's line", "当年贫困线下人口占比"),
        "wage": ("Share of wage income", "工资性收入占比"),
        "model": ("model", "模型"),
        "gansu": ("Gansu", "甘肃"),
    }
    say = {key: words.pick(pair) for key, pair in texts.items()}
    blue, grey = Style("#0072B2", "circle"), Style("#767676", "square", "6 4")
    panels = [
        LinePanel(
            say["income"], "", [_curve(years, index, blue, say["model"]), Curve(years[:3], real, grey, say["gansu"])]
        ),
        LinePanel(
            say["poor"], "%", [_curve(years, 100.0 * series["path", "headcount"], blue, say["model"])], zero=True
        ),
        LinePanel(
            say["wage"],
            "%",
            [
                _curve(years, 100.0 * series["path", "wage"], blue, say["model"]),
                Curve(years[1:3], wages, grey, say["gansu"]),
            ],
            zero=True,
        ),
    ]
    axis = "2010年之后的年数" if words.zh else "years after 2010"
    draw = draw_lines(panels, axis, Numbers(language), columns=3, key="always")
    return draw(Names(ident, title, title), False)


def _figure(name: str) -> float:
    return published_figure(name).middle or 0.0


def _curve(years: Sequence[float], rows: Floats, style: Style, label: str) -> Curve:
    mean, low, high = t_limits(np.ascontiguousarray(rows.T))
    return Curve(years, mean.tolist(), style, label, low.tolist(), high.tolist())


def shocks(series: Mapping[tuple[str, str], Floats], ident: str, language: str = "en") -> Markup:
    """A dry year's mark on income, and how much of a village disaster's loss is left by year and third."""
    words = Words(language)
    normal = series["droughts", "normal_income"]
    left = {name: 100.0 * series["disaster", f"{name}_left"] for name in ("poorest", "richest")}
    major = 100.0 * (series["droughts", "major_income"] / normal - 1.0)
    minor = 100.0 * (series["droughts", "minor_income"] / normal - 1.0)
    lost, after = -float(major[:, 0].mean()), float(left["poorest"][:, 1].mean())
    title = (
        f"大旱使当年人均纯收入减少{lost:.0f}%；受灾一年后，最贫困三分之一仍有{after:.0f}%的损失未恢复"
        if words.zh
        else f"A major drought takes {lost:.0f}% of the year's income; a year after a village's disaster the poorest "
        f"third still lack {after:.0f}% of what they lost"
    )
    texts = {
        "drought": ("Income against a year without drought, %", "与无旱年份相比的人均纯收入（%）"),
        "left": ("Loss of income still there, % of the first year's", "尚存收入损失（占首年损失%）"),
        "major": ("major drought", "大旱"),
        "minor": ("minor drought", "小旱"),
        "poorest": ("poorest third", "最贫困三分之一"),
        "richest": ("richest third", "最富裕三分之一"),
    }
    say = {key: words.pick(pair) for key, pair in texts.items()}
    blue = Style("#0072B2", "circle")
    years = [float(k) for k in range(normal.shape[1])]
    panels = [
        LinePanel(
            say["drought"],
            "%",
            [_curve(years, major, ORANGE, say["major"]), _curve(years, minor, blue, say["minor"])],
            zero=True,
        ),
        LinePanel(
            say["left"],
            "%",
            [
                _curve([float(k) for k in range(left["poorest"].shape[1])], left["poorest"], ORANGE, say["poorest"]),
                _curve([float(k) for k in range(left["richest"].shape[1])], left["richest"], blue, say["richest"]),
            ],
            zero=True,
        ),
    ]
    draw = draw_lines(panels, "距受灾年数" if words.zh else "years since", Numbers(language), columns=2)
    return draw(Names(ident, title, title), False)


def title_of(drawing: Markup) -> str:
    """A drawing's title, for its alternative text."""
    text = str(drawing)
    return text.partition("</title>")[0].rpartition(">")[2]
