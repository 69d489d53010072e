"""The drawing layer, and what may not happen in a figure: text over text, text cut off."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from itertools import combinations, pairwise

import dummy
import pytest

from experiments.compare.report.context import Context
from experiments.compare.report.data import Experiment
from experiments.compare.report.sections import build_all
from experiments.compare.report.sections.answer import Answer
from experiments.pages.blocks import Figure
from experiments.pages.charts import Names
from experiments.pages.curves import Point, plane
from experiments.pages.numbers import Estimate, Numbers
from experiments.pages.svg import (
    MARKERS,
    Svg,
    nice_ticks,
    scenario_style,
    spread,
    text_width,
    tick_decimals,
    wrap,
)

SVG = "{http://www.w3.org/2000/svg}"
Box = tuple[float, float, float, float, str]


@pytest.fixture(scope="module")
def experiment(tmp_path_factory: pytest.TempPathFactory) -> Experiment:
    return Experiment(dummy.make(tmp_path_factory.mktemp("drawing") / "demo", replicates=8))


def figures(experiment: Experiment, language: str) -> list[Figure]:
    found: list[Figure] = []
    for section in build_all(Context(experiment, language)):
        if isinstance(section, Answer) and section.figure:
            found.append(section.figure)
        found += [block for block in section.blocks if isinstance(block, Figure)]
    return found


def boxes(root: ET.Element) -> list[Box]:
    """Where each text stands, by the same estimate of widths that the layout uses."""
    found = []
    for node in root.iter(f"{SVG}text"):
        size, x, y = (float(node.get(k, "0")) for k in ("font-size", "x", "y"))
        width = text_width(node.text or "", size)
        left = {"middle": x - width / 2, "end": x - width}.get(node.get("text-anchor", "start"), x)
        found.append((left, y - size * 0.75, left + width, y + size * 0.1, node.text or ""))
    return found


def overlaps(one: Box, two: Box) -> bool:
    return one[0] < two[2] - 1 and two[0] < one[2] - 1 and one[1] < two[3] - 1 and two[1] < one[3] - 1


@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize("small", [False, True])
def test_no_text_lies_over_another_or_outside(experiment: Experiment, language: str, small: bool) -> None:
    drawn = figures(experiment, language)
    assert len(drawn) >= 13
    for figure in drawn:
        root = ET.fromstring(figure.small if small else figure.wide)
        _, _, width, height = (float(v) for v in root.get("viewBox", "").split())
        placed = boxes(root)
        assert placed, figure.key
        for box in placed:
            inside = box[0] >= -1 and box[2] <= width + 3 and box[1] >= -1 and box[3] <= height + 1
            assert inside, (figure.key, box, width, height)
        for one, two in combinations(placed, 2):
            assert not overlaps(one, two), (figure.key, one, two)


def test_every_figure_says_what_it_shows(experiment: Experiment) -> None:
    for language in ("en", "zh"):
        keys = set()
        for figure in figures(experiment, language):
            keys.add(figure.key)
            assert any(c.isdigit() for c in figure.title), figure.title
            assert figure.source and figure.data.rows and figure.data.fold
            for markup in (figure.wide, figure.small):
                root = ET.fromstring(markup)
                assert root.get("role") == "img"
                title, desc = root.find(f"{SVG}title"), root.find(f"{SVG}desc")
                assert title is not None and title.text == figure.title
                assert desc is not None and desc.text and len(desc.text) > 40
                assert root.get("aria-labelledby") == f"{title.get('id')} {desc.get('id')}"
                assert "nan" not in markup
        assert len(keys) == len(figures(experiment, language))


def test_styles_never_repeat_and_cash_is_dashed() -> None:
    plain = [scenario_style(k) for k in range(56)]
    assert len({(s.colour, s.marker) for s in plain}) == 56
    assert not any(s.dash for s in plain)
    assert scenario_style(0, cash=True).dash and scenario_style(0, cash=True).hollow


@pytest.mark.parametrize("marker", [*MARKERS, "cross"])
def test_every_marker_draws(marker: str) -> None:
    svg = Svg(20, "x", "t", "d")
    svg.marker(10, 10, scenario_style(0).__class__("#000000", marker))
    svg.height = 20
    assert len(list(ET.fromstring(svg.render()))) > 2


def test_wrap_breaks_chinese_anywhere_but_before_punctuation() -> None:
    rows = wrap("与组合等额的现金（仅测算）。", 10, 55, 5)
    assert "".join(rows) == "与组合等额的现金（仅测算）。"
    assert all(row[0] not in "，。）" and row[-1] not in "（" for row in rows)
    assert wrap("one two three", 10, 45, 2)[0] == "one two"
    assert wrap("unbreakablelongword", 10, 40, 1)[0].endswith("…")


def test_ticks_are_round_and_cover() -> None:
    assert nice_ticks(0, 96, 5) == [0, 25, 50, 75, 100]
    assert nice_ticks(-3, 161, 5)[0] <= -3
    assert nice_ticks(5, 5, 3)
    assert tick_decimals([0, 0.25, 0.5]) == 2


def test_spread_keeps_labels_apart() -> None:
    placed = sorted(spread([10, 11, 12, 90], [10, 10, 10, 10], 0, 100))
    assert all(b - a >= 9.9 for a, b in pairwise(placed))
    assert placed[-1] == pytest.approx(90)


def test_crowded_points_get_labels_of_their_own() -> None:
    points = [
        Point(f"Scenario with a long name {k}", Estimate(1e6 + 4e4 * k), Estimate(0.01 * k), scenario_style(k))
        for k in range(12)
    ]
    far = Point("Cash", Estimate(3e7), Estimate(0.9, 0.8, 1.0), scenario_style(0, cash=True))
    draw = plane([*points, far], "Cost", "Effect", (1e-6, 100.0), Numbers("en"))
    for small in (False, True):
        placed = boxes(ET.fromstring(draw(Names("x", "t", "d"), small)))
        assert not [pair for pair in combinations(placed, 2) if overlaps(*pair)]


def test_text_in_a_drawing_is_escaped() -> None:
    svg = Svg(20, "x", "<t>", '"&')
    svg.text(0, 10, "<script>alert(1)</script>")
    svg.height = 20
    root = ET.fromstring(svg.render())
    assert [n.text for n in root.iter(f"{SVG}text")] == ["<script>alert(1)</script>"]
