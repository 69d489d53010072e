"""The page of a sweep, in one language: response curves, where returns fall, the best points, and how it was made."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from experiments.designs.design import Lever
from experiments.pages.blocks import Answer, Bullets, Cell, Code, Figure, Section, Table, Text, number_cells, text_cells
from experiments.pages.curves import Line, LinePanel, lines
from experiments.pages.layout import fill
from experiments.pages.numbers import Estimate
from experiments.pages.svg import OKABE_ITO, Style
from experiments.sweeps.result import SweepResult, estimate
from experiments.sweeps.returns import Returns
from experiments.sweeps.speaker import Speaker

NAMED = 10
"""How many points the table lists."""
BINS = 10
_LINE = Style(OKABE_ITO[0], "circle")


def page(result: SweepResult, curves: Sequence[Returns], language: str, name: str, command: str) -> str:
    """The whole page ("en" or "zh"), without a trace of time or machine.

    Args:
        result: What the sweep found.
        curves: Response curves, the outcomes in their order; none of a sweep that moves several levers at once.
        language: "en" or "zh".
        name: Name of the experiment.
        command: The command line that made it.
    """
    s = Speaker(result, language)
    design, plan = result.design, result.design.scenarios[0]
    title = design.title.zh if s.zh else design.title.en
    facts = {"villages": plan.world.villages, "months": plan.horizon_months, "seeds": len(result.seeds)}
    world = s.say("world", title=title, points=f"{len(result.points):,}", **facts)
    parts = [_answer(s, curves), *_of_curves(s, curves), *([] if curves else [_points(s)]), _how(s, command)]
    return fill(language, s.say, parts, s.say("kicker", name=name), world, calibrated=False)


def _answer(s: Speaker, curves: Sequence[Returns]) -> Answer:
    first = [one for one in curves if one.outcome == s.of.judged[0]]
    if not first:
        return _answer_of_points(s)
    place, better = s.of.judged[0], s.of.outcomes[s.of.judged[0]].better
    helping = [one for one in first if one.helps]
    if not helping:
        sentence = s.say("none_helps", count=len(first), outcome=s.outcome(place))
    else:
        best = max(helping, key=lambda one: better * one.effects[_best(one, better)].value)
        lever, at = s.of.design.lever(best.lever), _best(best, better)
        sentence = s.say(
            "most", count=len(first), lever=s.lever(lever), outcome=s.outcome(place), helping=len(helping),
            effect=s.effect(place, best.effects[at]), value=s.value(lever, best.x[at]),
            falls=sum(math.isfinite(one.falls_from) for one in first),
        )  # fmt: skip
    more = [
        s.say(key, lever=s.lever(s.of.design.lever(one.lever)), value=s.value(s.of.design.lever(one.lever), value))
        for one in helping
        for key, value in (("falls", one.falls_from), ("flat", one.flat_from))
        if math.isfinite(value)
    ]
    ids = dict.fromkeys(one.scenario for one in first)
    figure = _curves(s, [one for one in first if one.scenario == next(iter(ids))], "response")
    return Answer(
        "answer", s.say("s_answer"), s.say("q_answer"), sentence=sentence, more=tuple(more[:NAMED]), figure=figure
    )


def _best(one: Returns, better: float) -> int:
    """The place of the value that does most."""
    return max(range(len(one.x)), key=lambda k: better * one.effects[k].value)


def _curves(s: Speaker, curves: Sequence[Returns], key: str) -> Figure:
    """Response curves of one scenario and outcome, a panel a lever."""
    place = curves[0].outcome
    shown = s.num.unit(s.unit(place))
    panels, rows = [], []
    for one in curves:
        lever = s.of.design.lever(one.lever)
        factor, axis = s.scale(lever)
        x = [value * factor for value in one.x]
        parts = [[e[end] * shown.factor for e in one.effects] for end in range(3)]
        line = Line(x, parts[0], _LINE, "", parts[1], parts[2])
        unit = s.say("effect_axis", unit=shown.axis)
        panels.append(LinePanel(s.lever(lever), unit, [line], zero=True, note=axis))
        for value, effect in zip(one.x, one.effects, strict=True):
            rows.append([*text_cells(s.lever(lever)), *number_cells(s.value(lever, value), s.effect(place, effect))])
    several = len(s.of.design.scenarios) > 1
    title = s.of.design.scenarios[curves[0].scenario].title
    words = {"outcome": s.outcome(place), "scenario": title.zh if s.zh else title.en}
    return Figure(
        f"{key}-{place}-{curves[0].scenario}",
        s.say("curves_of", **words) if several else s.say("curves_title", outcome=words["outcome"]),
        s.say("curves_source", seeds=len(s.of.seeds)),
        lines(panels, "", s.num, columns=3, tall=150.0),
        Table(s.say("data"), [s.say("col_lever"), s.say("col_value"), s.say("col_effect")], rows),
        s.say("curves_note"),
    )


def _of_curves(s: Speaker, curves: Sequence[Returns]) -> list[Section]:
    if not curves:
        return []
    section = Section("returns", s.say("s_returns"), s.say("q_returns"))
    for place in dict.fromkeys(one.outcome for one in curves):
        section.add(_returns(s, [one for one in curves if one.outcome == place]))
        for scenario in dict.fromkeys(one.scenario for one in curves):
            own = [one for one in curves if (one.outcome, one.scenario) == (place, scenario)]
            if own and (place, scenario) != (curves[0].outcome, curves[0].scenario):
                section.add(_curves(s, own, "more"))
    section.add(_choices(s))
    return [section, _others(s, curves)]


def _returns(s: Speaker, curves: Sequence[Returns]) -> Table:
    several = len({one.scenario for one in curves}) > 1
    rows = []
    for one in curves:
        lever = s.of.design.lever(one.lever)
        title = s.of.design.scenarios[one.scenario].title
        cost = s.num.show(Estimate(one.cost[-1]), "money") if math.isfinite(one.cost[-1]) else "–"
        texts = [s.value(lever, one.x[-1]), s.effect(one.outcome, one.effects[-1])]
        texts += [s.step(lever, one.outcome, one.steps[0]), s.step(lever, one.outcome, one.steps[-1])]
        texts += [s.value(lever, one.falls_from)]
        texts += [s.value(lever, one.flat_from) if one.helps else s.say("no_gain"), cost]
        names = [s.lever(lever), *([title.zh if s.zh else title.en] if several else [])]
        rows.append([*text_cells(*names), *number_cells(*texts)])
    keys = ["col_lever", *(["col_scenario"] if several else [])]
    keys += ["col_highest", "col_effect", "col_first", "col_last", "col_falls", "col_flat", "col_cost"]
    caption = s.say("returns_caption", outcome=s.outcome(curves[0].outcome))
    return Table(caption, [s.say(key) for key in keys], rows, s.say("returns_note"))


def _others(s: Speaker, curves: Sequence[Returns]) -> Section:
    """Every outcome at the highest value of each lever."""
    section = Section("others", s.say("s_others"), s.say("q_others"))
    rows = []
    for one in (one for one in curves if one.outcome == curves[0].outcome):
        lever = s.of.design.lever(one.lever)
        places, _ = s.of.curve(one.scenario, lever)
        effects = [s.of.effect(one.scenario, places[-1], o) for o in range(len(s.of.outcomes))]
        shown = (s.effect(o, effect) for o, effect in enumerate(effects))
        rows.append([*text_cells(s.lever(lever)), *number_cells(s.value(lever, one.x[-1]), *shown)])
    header = [s.say("col_lever"), s.say("col_highest"), *(s.outcome(o) for o in range(len(s.of.outcomes)))]
    section.add(Table(s.say("others_caption"), header, rows))
    return section


def _several(s: Speaker) -> bool:
    return len(s.of.design.scenarios) > 1


def _scenario(s: Speaker, place: int) -> list[Cell]:
    """A scenario's title, where there are several."""
    title = s.of.design.scenarios[place].title
    return text_cells(title.zh if s.zh else title.en) if _several(s) else []


def _choices(s: Speaker) -> Table | None:
    """Points of levers without numbers: a choice, a date."""
    place, rows = s.of.judged[0], []
    for k, plan in enumerate(s.of.design.scenarios):
        for lever in s.of.design.levers:
            if s.of.curve(k, lever)[0] or not s.of.design.has(plan, lever):
                continue
            for p in (p for p, point in enumerate(s.of.points) if set(point) == {lever.id}):
                shown = s.effect(place, s.of.effect(k, p, place))
                value = s.value(lever, s.of.where(plan, p)[lever.id])
                rows.append([*text_cells(s.lever(lever)), *_scenario(s, k), *text_cells(value), *number_cells(shown)])
    keys = ["col_lever", *(["col_scenario"] if _several(s) else []), "col_value", "col_effect"]
    caption = s.say("choices_caption", outcome=s.outcome(place))
    return Table(caption, [s.say(key) for key in keys], rows) if rows else None


def _ranked(s: Speaker) -> list[tuple[int, int, Estimate]]:
    """Scenario, point and effect in what is wanted first, the best first; what is not known left out."""
    place = s.of.judged[0]
    better = s.of.outcomes[place].better
    found = [
        (k, p, s.of.effect(k, p, place)) for k in range(len(s.of.design.scenarios)) for p in range(1, len(s.of.points))
    ]
    known = [one for one in found if math.isfinite(one[2].value)]
    return sorted(known, key=lambda one: -better * one[2].value)


def _answer_of_points(s: Speaker) -> Answer:
    ranked, place = _ranked(s), s.of.judged[0]
    sentence = s.say("not_computed")
    if ranked:
        _, point, effect = ranked[0]
        facts = {"count": len(s.of.points) - 1, "point": point, "outcome": s.outcome(place)}
        sentence = s.say("best_point", effect=s.effect(place, effect), **facts)
    return Answer(
        "answer", s.say("s_answer"), s.say("q_points"), sentence=sentence, more=(s.say("best_warning"),),
        figure=_main_effects(s),
    )  # fmt: skip


def _points(s: Speaker) -> Section:
    section = Section("points", s.say("s_points"), s.say("q_points"))
    place, ranked = s.of.judged[0], _ranked(s)
    rows = []
    for scenario, point, effect in ranked[:NAMED]:
        where = s.of.where(s.of.design.scenarios[scenario], point)
        values = [s.value(one, where[one.id]) if one.id in where else "–" for one in s.of.design.levers]
        rows.append([*_scenario(s, scenario), *number_cells(str(point), s.effect(place, effect), *values)])
    keys = [*(["col_scenario"] if _several(s) else []), "col_point", "col_effect"]
    header = [*map(s.say, keys), *(s.lever(one) for one in s.of.design.levers)]
    caption = s.say("points_caption", n=len(rows), count=len(s.of.points) - 1, outcome=s.outcome(place))
    section.add(Table(caption, header, rows))
    return section


def _main_effects(s: Speaker) -> Figure | None:
    """The mean change by each lever's value, over all points of the scenario that has the most levers."""
    place, plans = s.of.judged[0], s.of.design.scenarios
    scenario = max(range(len(plans)), key=lambda k: len(s.of.design.at(plans[k])))
    shown = s.num.unit(s.unit(place))
    panels, rows = [], []
    for lever in s.of.design.levers:
        groups = _groups(s.of, scenario, lever)
        if len(groups) < 2:
            continue
        factor, axis = s.scale(lever)
        means = [
            (x, estimate(np.array([s.of.effect(scenario, p, place).value for p in points]))) for x, points in groups
        ]
        parts = [[e[end] * shown.factor for _, e in means] for end in range(3)]
        line = Line([x * factor for x, _ in means], parts[0], _LINE, "", parts[1], parts[2])
        panels.append(LinePanel(s.lever(lever), s.say("effect_axis", unit=shown.axis), [line], note=axis))
        for x, e in means:
            rows.append([*text_cells(s.lever(lever)), *number_cells(s.value(lever, x), s.effect(place, e))])
    if not panels:
        return None
    header = [s.say("col_lever"), s.say("col_value"), s.say("col_effect")]
    title = s.say("main_title", outcome=s.outcome(place))
    drawn = lines(panels, "", s.num, columns=3, tall=150.0)
    return Figure("main", title, s.say("main_source"), drawn, Table(s.say("data"), header, rows))


def _groups(result: SweepResult, scenario: int, lever: Lever) -> list[tuple[float, list[int]]]:
    """Points by the lever's value, or by tenths of its range where it has more values than that."""
    plan = result.design.scenarios[scenario]
    at = {p: result.where(plan, p).get(lever.id) for p in range(1, len(result.points))}
    numbers = {p: float(v) for p, v in at.items() if isinstance(v, (int, float)) and not isinstance(v, bool)}
    values = sorted(set(numbers.values()))
    if len(values) <= BINS:
        return [(x, [p for p, v in numbers.items() if v == x]) for x in values]
    edges = np.linspace(values[0], values[-1], BINS + 1)
    binned = [[p for p, v in numbers.items() if min(int(np.searchsorted(edges, v, "right")), BINS) == k + 1]
              for k in range(BINS)]  # fmt: skip
    return [(float((edges[k] + edges[k + 1]) / 2), points) for k, points in enumerate(binned) if points]


def _how(s: Speaker, command: str) -> Section:
    section = Section("how", s.say("s_how"), s.say("q_how"))
    result = s.of
    facts = {"points": len(result.points), "scenarios": len(result.design.scenarios), "seeds": len(result.seeds)}
    runs = len(result.points) * len(result.design.scenarios) * len(result.seeds)
    failed = len(result.cube.failures)
    items = [
        s.say("how_points", runs=f"{runs:,}", **facts),
        s.say("how_failed", failed=failed) if failed else s.say("how_well"),
        s.say("how_draw" if result.of_what == "draw" else "how_chance"),
        *([s.say("how_unfitted", seeds=result.unfitted)] if result.unfitted else []),
    ]
    section.add(Bullets(items), Code(s.say("how_again"), command))
    if result.design.sample.method != "one_at_a_time":
        section.add(Text(s.say("best_warning"), "note"))
    return section
