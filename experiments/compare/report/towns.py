"""The sheet of townships: what each gains under every plan, and where the runs cannot tell townships apart."""

from __future__ import annotations

from typing import Any

import pandas as pd

from experiments.compare.report.book import Book, Content, value
from experiments.compare.report.context import HEADCOUNT, INCOME
from experiments.measure.ranking import RANKED_BY
from experiments.pages.numbers import unit_of
from sim.facts.limits import FEWEST
from sim.facts.terrains import TERRAINS


def townships(b: Book) -> None:
    """Results by township at the last mark; the townships alone where an older experiment has no results."""
    frame = b.exp.table("township")
    frame = frame[(frame["month"] == b.ctx.final) & frame["scenario"].isin(b.ctx.ranked)]
    if frame.empty:
        _alone(b)
        return
    cells = {(str(r["scenario"]), int(r["township"]), str(r["name"])): r for r in frame.to_dict("records")}
    towns = sorted({town for _, town, _ in cells})
    rows: list[list[Content]] = []
    for scenario in b.ctx.ranked:
        for town in towns:
            first = cells[scenario, town, INCOME]
            count: Content = value(first["households"], "count") if first["households"] else b.say("few", least=FEWEST)
            row: list[Content] = [b.ctx.title(scenario), _name(b, town), value(_villages(b, town), "count"), count]
            for name in (INCOME, HEADCOUNT):
                found = cells[scenario, town, name]
                row += [value(found[column], unit_of(name, True)) for column in ("difference", "low", "high")]
                row.append(b.say(_against(found)))
            rows.append(row)
    header = b.header("col_scenario col_township col_villages col_households")
    for name in (INCOME, HEADCOUNT):
        header.append(b.with_unit(b.say("change_of", name=b.term("indicator", name)), unit_of(name, True)))
        header += b.header("col_low95 col_high95 col_against_county")
    b.sheet("townships", header, rows, _below(b, frame, towns))


def _alone(b: Book) -> None:
    """The townships of the profile."""
    terrains = [names[b.ctx.zh] for names in TERRAINS.values()]
    rows: list[list[Content]] = []
    for number, town in enumerate(b.exp.profile.townships if b.exp.profile else ()):
        shares = [value(share, "share") for share in dict(town.terrain).values()]
        rows.append([_name(b, number), value(town.villages, "count"), *shares])
    b.sheet("townships", [*b.header("col_township col_villages"), *terrains], rows, [b.say("no_by_township")])


def _name(b: Book, number: int) -> str:
    """A township's name; a world larger than its county repeats the townships, under numbers."""
    known = b.exp.profile.townships if b.exp.profile else ()
    if not known:
        return str(number + 1)
    again, place = divmod(number, len(known))
    name = known[place].name.zh if b.ctx.zh else known[place].name.en
    return f"{name} {again + 1}" if again else name


def _villages(b: Book, number: int) -> int | None:
    """How many villages of the world are the township's."""
    if b.exp.profile is None:
        return None
    known = b.exp.profile.townships
    sizes = [town.villages for town in known]
    again, place = divmod(number, len(sizes))
    before = again * sum(sizes) + sum(sizes[:place])
    return max(0, min(sizes[place], int(b.exp.manifest["world"]["villages"]) - before))


def _against(row: Any) -> str:
    """Whether the township gains otherwise than the county, as the runs can tell."""
    if not row["households"]:
        return "not_shown"
    sign = RANKED_BY[str(row["name"])]
    if row["apart_low"] <= 0 <= row["apart_high"] or row["apart_low"] != row["apart_low"]:
        return "not_apart"
    return "gains_more" if row["apart"] * sign > 0 else "gains_less"


def _below(b: Book, frame: pd.DataFrame, towns: list[int]) -> list[str]:
    """What the figures are, which are left out, and how far they are to be trusted."""
    ctx, join = b.ctx, "、" if b.ctx.zh else ", "
    texts = [b.say("towns_are", month=ctx.month(ctx.final), n=b.exp.replicates), *_reliable(b, frame)]
    few = sorted(frame.loc[frame["households"] == 0, "township"].unique())
    if few:
        texts.append(b.say("towns_few", names=join.join(_name(b, int(town)) for town in few), least=FEWEST))
    known = len(b.exp.profile.townships) if b.exp.profile else 0
    if beyond := [_name(b, town) for town in range(known) if town not in towns]:
        texts.append(b.say("towns_beyond", names=join.join(beyond), n=b.exp.manifest["world"]["villages"]))
    return [*texts, b.say("towns_differ_by"), b.say("covers", n=b.exp.replicates)]


def _reliable(b: Book, frame: pd.DataFrame) -> list[str]:
    """For each indicator, under which plans townships can be told from the county, and under which none can."""
    texts = []
    for name in (INCOME, HEADCOUNT):
        told, untold = [], []
        for scenario in b.ctx.ranked:
            part = frame[(frame["scenario"] == scenario) & (frame["name"] == name) & (frame["households"] > 0)]
            apart = sum(_against(row) != "not_apart" for row in part.to_dict("records"))
            title = b.ctx.title(scenario)
            if apart:
                told.append(b.say("towns_some", plan=title, k=apart, n=len(part)))
            elif len(part):
                untold.append(b.say("quoted", title=title))
        mean, join = b.term("indicator", name), "、" if b.ctx.zh else ", "
        if told:
            texts.append(b.say("towns_told", name=mean, plans=("；" if b.ctx.zh else "; ").join(told)))
        if untold:
            texts.append(b.say("towns_not_told", name=mean, plans=join.join(untold)))
    return texts
