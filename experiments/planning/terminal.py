"""A plan drawn up backwards, as tables in a terminal."""

from __future__ import annotations

import math
from dataclasses import asdict
from typing import Any

from rich.table import Table

from experiments.measure.statistics import Interval
from experiments.planning.backward import KINDS, Drawn, KindPlan
from experiments.planning.channels import CHANNELS
from experiments.screen import screen

ALL = ("all", "合计")
TEN_THOUSAND = 10_000.0


def print_plan(drawn: Drawn, language: str) -> None:
    """Print what each kind of household needs, what is planned and what the model gives."""
    zh = language == "zh"
    console = screen()
    names = [kind[zh] for kind in KINDS] + [ALL[zh]]
    for table in (_stand(drawn, names, zh), _alone(drawn, names, zh), _mix(drawn, names, zh)):
        console.print(table)
    for line in _words(drawn, zh):
        console.print(line, highlight=False)


def as_json(drawn: Drawn) -> dict[str, Any]:
    """Everything that is printed, in plain numbers; what no amount can do is null."""
    asked = drawn.asked
    kinds = {}
    for name, kind in zip([*(kind[0] for kind in KINDS), ALL[0]], drawn.kinds, strict=True):
        found = asdict(kind)
        for one in found["alone"].values():
            one["median_units"] = one["median_units"] if math.isfinite(one["median_units"]) else None
        kinds[name] = found
    return {
        "scenario": asked.plan.id,
        "target_yuan": asked.target_yuan,
        "year": asked.year,
        "months": drawn.months,
        "replicates": len(asked.seeds),
        "part_of_county": drawn.share,
        "kinds": kinds,
    }


def _table(title: str, names: list[str], zh: bool) -> Table:
    table = Table(title=title, title_justify="left")
    table.add_column("户类型" if zh else "Kind of household")
    return table


def _columns(table: Table, heads: list[str]) -> None:
    for head in heads:
        table.add_column(head, justify="right")


def _stand(drawn: Drawn, names: list[str], zh: bool) -> Table:
    asked = drawn.asked
    title = (
        f"{asked.year}年人均{asked.target_yuan:,.0f}元：谁有差距"
        if zh
        else (f"{asked.target_yuan:,.0f} yuan a head by {asked.year}: who falls short")
    )
    table = _table(title, names, zh)
    year = asked.year
    _columns(
        table,
        ["户数", "目前人均（元）", f"{year}年自然达到（元）", "未达标户占比", "户均缺口（元/年）"]
        if zh
        else ["Households", "Now, yuan a head", f"Of itself by {year}", "Fall short", "Gap, yuan a household and year"],
    )
    for name, kind in zip(names, drawn.kinds, strict=True):
        gap = kind.gap_yuan
        table.add_row(
            name, f"{kind.households:,}", f"{kind.now_yuan:,.0f}", f"{kind.by_itself_yuan:,.0f}",
            f"{kind.short:.0%}", f"{gap:,.0f}" if gap else "–",
        )  # fmt: skip
    return table


def _alone(drawn: Drawn, names: list[str], zh: bool) -> Table:
    table = _table(
        "只靠一项：缺口户（居中一户）需要多少，条件允许的户占比" if zh
        else "By one way alone: what the household in the middle would need, and the share that have room for it",
        names, zh,
    )  # fmt: skip
    _columns(table, [_channel(name, zh) for name in drawn.asked.channels])
    for name, kind in zip(names, drawn.kinds, strict=True):
        cells = []
        for channel in drawn.asked.channels:
            one = kind.alone[channel]
            many = f"{one.median_units:,.1f}" if math.isfinite(one.median_units) else ("办不到" if zh else "no amount")
            cells.append("–" if kind.short == 0.0 else f"{many}  ({one.feasible:.0%})")
        table.add_row(name, *cells)
    return table


def _mix(drawn: Drawn, names: list[str], zh: bool) -> Table:
    table = _table("计划与模拟" if zh else "The plan, and what the model gives", names, zh)
    per = "万元" if zh else "10,000 yuan"
    _columns(table, [f"{_channel(name, zh)}" for name in drawn.asked.channels])
    _columns(
        table,
        [f"投入（{per}）", "账面可达标", "计划增收（元/人）", "模拟增收（元/人）", "新增达标户"]
        if zh
        else [f"Cost, {per}", "Closed on paper", "Planned, yuan a head", "In the model", "More reach it"],
    )
    for name, kind in zip(names, drawn.kinds, strict=True):
        units = [f"{kind.units[channel]:,.0f}" for channel in drawn.asked.channels]
        table.add_row(
            name, *units, f"{kind.cost_yuan / TEN_THOUSAND:,.0f}", f"{kind.feasible:.0%}",
            f"+{kind.planned_yuan - kind.by_itself_yuan:,.0f}",
            _interval(kind.gain_yuan, 1.0), _interval(kind.more_reach, 100.0) + ("个百分点" if zh else " points"),
        )  # fmt: skip
    return table


def _interval(found: Interval, scale: float) -> str:
    half = (found.high - found.low) / 2.0 * scale
    return f"{found.value * scale:,.0f} ± {half:,.0f}"


def _channel(name: str, zh: bool) -> str:
    title_en, title_zh, unit_en, unit_zh = CHANNELS[name]
    return f"{title_zh}（{unit_zh}）" if zh else f"{title_en}, {unit_en}"


def _words(drawn: Drawn, zh: bool) -> list[str]:
    whole: KindPlan = drawn.kinds[-1]
    asked, n = drawn.asked, len(drawn.asked.seeds)
    gained, planned = whole.gain_yuan.value, whole.planned_yuan - whole.by_itself_yuan
    share = gained / planned if planned else float("nan")
    reached = whole.reached_by_itself + whole.more_reach.value
    if zh:
        lines = [
            f"计划使人均增收{planned:,.0f}元，模拟增收{gained:,.0f}元（为计划的{share:.0%}）；"
            f"达标户由{whole.reached_by_itself:.0%}变为{reached:.0%}。",
            f"各项{n}次模拟的均值与95%区间，只含偶然因素。每户按单位年收益投入最省的先用，土地、劳力、饲草不重复使用。",
        ]
        if drawn.share < 1.0:
            lines.append(f"本结果只含全县{drawn.share:.0%}的农户；投入与数量均指这部分。")
        return lines
    lines = [
        f"The plan adds {planned:,.0f} yuan a head on paper and {gained:,.0f} in the model ({share:.0%} of it); "
        f"households at the target go from {whole.reached_by_itself:.0%} to {reached:.0%}.",
        f"Means of {n} replicates with 95% intervals of chance alone, by {asked.year}. Each household takes first what "
        "costs least for a yuan a year; land, hands and fodder are used once.",
    ]
    if drawn.share < 1.0:
        lines.append(f"These are {drawn.share:.0%} of the county's households; costs and amounts are theirs alone.")
    return lines
