"""The sheets of the workbook: the report's numbers, headers in both languages, for Excel and WPS."""

from __future__ import annotations

import math
from typing import Any

from experiments.compare.report.book import Book, Content, fixed_bytes, value
from experiments.compare.report.context import HEADCOUNT, INCOME
from experiments.compare.report.data import DAY100, Experiment
from experiments.compare.report.sections import answer, certainty, leans, people, together, wall
from experiments.compare.report.sections.day100 import at_horizon
from experiments.pages.numbers import delivery_unit, unit_of
from experiments.pages.words import Words


def workbook_bytes(experiment: Experiment) -> bytes:
    """The whole workbook; the same experiment gives the same bytes."""
    book = Book(experiment)
    _answer(book)
    _county(book)
    _differences(book)
    _spillovers(book)
    _day100(book)
    _wall(book)
    _cadre_days(book)
    _money(book)
    _people(book)
    _synergy(book)
    _channels(book)
    _ranking(book)
    _notes(book)
    return fixed_bytes(book.book)


def _answer(b: Book) -> None:
    top = (
        []
        if b.exp.calibrated
        else [
            b.zh.say("uncalibrated") + "：" + b.zh.say("uncalibrated_text"),
            b.en.say("uncalibrated") + ". " + b.en.say("uncalibrated_text"),
        ]
    )
    for ctx in (b.zh, b.en):
        first, more = answer.said_with_caveats(ctx)
        top.append((" " if ctx is b.en else "").join((first, *more)))
        top.append(ctx.say("covers", n=b.exp.replicates))
    rows: list[list[Content]] = []
    for s in b.zh.ranked:
        row: list[Content] = [b.title(s)]
        for name in (INCOME, HEADCOUNT):
            e = b.exp.difference(s, b.zh.final, "all", name)
            row += [value(x, unit_of(name, True)) for x in (e or (math.nan,) * 3)]
        row += [value(x, "money") for x in b.zh.extra_cost(s)]
        rows.append(row)
    low, high, unit = b.both("col_low95"), b.both("col_high95"), "\n({} / {})"
    header = [b.both("col_scenario")]
    for name, units in ((INCOME, ("元", "yuan")), (HEADCOUNT, ("个百分点", "percentage points"))):
        zh, en = (w.term("indicator", name) for w in b.words)
        header += [f"{zh}：与对照之差\n{en}, difference" + unit.format(*units), low, high]
    header += [b.both("col_extra_cost") + unit.format("元", "yuan"), low, high]
    b.sheet("answer", header, rows, top)


def _county(b: Book) -> None:
    frame = b.exp.table("reconcile")
    rows: list[list[Content]] = []
    for r in frame.to_dict("records"):
        label = " ".join(dict.fromkeys(str(r[k]) for k in ("label_zh", "label_en") if r[k] == r[k] and r[k])) or str(
            r["name"]
        )
        unit = "share" if r["unit"] == "share" else "money" if abs(float(r["profile"])) >= 100 else "fine"
        rows.append(
            [
                label,
                *(value(r[c], unit) for c in ("model", "profile", "difference", "tolerance")),
                b.term("unit", str(r["unit"] or "")),
                b.both("agrees" if bool(r["within"]) else "fails").replace("\n", " "),
            ]
        )
    b.sheet(
        "county",
        b.header("col_line col_model col_profile col_difference col_tolerance col_unit col_agrees"),
        rows,
    )


def _differences(b: Book) -> None:
    frame = b.exp.table("differences")
    order = {s: i for i, s in enumerate(b.zh.treatments)}
    frame = frame[frame["scenario"].isin(list(order))]
    frame = frame.assign(_o=frame["scenario"].map(order)).sort_values(["_o", "month", "name", "group"], kind="stable")
    columns = ("baseline_mean", "mean", "difference", "low", "high")
    groups = {g: i for i, g in enumerate(g for _, members in people.bands(b.zh) for g in members)}
    keys = (
        "col_baseline_mean",
        "col_scenario_mean",
        "col_difference",
        "col_low95",
        "col_high95",
        "col_unit_difference",
        "col_better",
        "col_replicates",
    )

    def line(r: Any, with_group: bool) -> list[Content]:
        name, month = str(r["name"]), int(r["month"])
        level, change = b.zh.unit_of(name), b.zh.unit_of(name, True)
        units = (level, level, change, change, change)
        head: list[Content] = [b.title(str(r["scenario"])), _month(b, month)]
        head += [b.term("group", str(r["group"]))] if with_group else []
        return [
            *head,
            b.term("indicator", name),
            *(value(r[c], u) for c, u in zip(columns, units, strict=True)),
            b.unit(change),
            value(r["share_positive"], "share"),
            value(r["replicates"], "count"),
        ]

    everyone = [line(r, False) for r in frame[frame["group"] == "all"].to_dict("records")]
    b.sheet("differences", [b.both(k) for k in ("col_scenario", "col_month", "col_indicator", *keys)], everyone)
    part = frame[(frame["group"] != "all") & frame["name"].isin([INCOME, HEADCOUNT]) & (frame["month"] > 0)]
    part = part.assign(_g=part["group"].map(groups).fillna(len(groups)))
    part = part.sort_values(["_o", "month", "name", "_g"], ascending=[True, True, False, True], kind="stable")
    b.sheet(
        "groups",
        [b.both(k) for k in ("col_scenario", "col_month", "col_group", "col_indicator", *keys)],
        [line(r, True) for r in part.to_dict("records")],
        _closures(b),
    )


def _closures(b: Book) -> list[str]:
    """Under which closure somebody gained or lost."""
    return [c.say("counted_under", closure=c.closure()) for c in (b.zh, b.en)]


def _spillovers(b: Book) -> None:
    parts = ("fixed", "spillover", "endogenous")
    rows: list[list[Content]] = []
    for r in b.exp.table("spillover").to_dict("records"):
        unit = b.zh.unit_of(str(r["name"]), True)
        rows.append(
            [
                b.title(str(r["scenario"])),
                value(r["month"], "count"),
                b.term("group", str(r["group"])),
                b.term("indicator", str(r["name"])),
                *(value(r[part + end], unit) for part in parts for end in ("", "_low", "_high")),
                b.unit(unit),
                value(r["replicates"], "count"),
            ]
        )
    low, high = b.both("col_low95"), b.both("col_high95")
    effects = [text for part in parts for text in ("\n".join(w.term("effect", part) for w in b.words), low, high)]
    header = [
        *b.header("col_scenario col_month col_group col_indicator"),
        *effects,
        b.both("col_unit"),
        b.both("col_replicates"),
    ]
    b.sheet("spillover", header, rows, [c.say("spillover_note") for c in (b.zh, b.en)])


def _channels(b: Book) -> None:
    rows: list[list[Content]] = []
    for r in b.exp.table("channel").to_dict("records"):
        unit = b.zh.unit_of(str(r["name"]), True)
        rows.append(
            [
                b.title(str(r["scenario"])),
                " ".join(ctx.way(str(r["way"])) for ctx in (b.zh, b.en)),
                value(r["month"], "count"),
                b.term("group", str(r["group"])),
                b.term("indicator", str(r["name"])),
                *(value(r[column], unit) for column in ("worth", "low", "high")),
                b.unit(unit),
                value(r["replicates"], "count"),
            ]
        )
    columns = "col_scenario col_channel col_month col_group col_indicator col_worth col_low95 col_high95 col_unit"
    b.sheet("channels", b.header(f"{columns} col_replicates"), rows, [c.say("channels_note") for c in (b.zh, b.en)])


def _month(b: Book, month: int) -> Content:
    return value(month, "count") if month != DAY100 else b.zh.month(-1) + " " + b.en.month(-1)


def _day100(b: Book) -> None:
    frame = b.exp.table("delivery")
    rows: list[list[Content]] = []
    last = frame.sort_values("week", kind="stable").drop_duplicates(["scenario", "policy", "name"], keep="last")
    in_the_end = at_horizon(b.exp.table("by_month"))
    for r in last.to_dict("records"):
        if str(r["name"]).endswith("_target"):
            continue
        later = in_the_end.get((str(r["scenario"]), str(r["policy"]), str(r["name"])))
        rows.append(
            [
                b.title(str(r["scenario"])),
                b.policy(str(r["policy"]), str(r["scenario"])),
                b.term("delivery", str(r["name"])),
                *(value(r[c], delivery_unit(str(r["name"]))) for c in ("mean", "low", "high")),
                value(later.value if later else math.nan, delivery_unit(str(r["name"]))),
                value(r["target"], delivery_unit(str(r["name"]))),
                value(r["mean"] / r["target"] if r["target"] > 0 else math.nan, "share"),
                value(r["chance_met"], "share"),
                b.unit("money") if str(r["name"]).endswith("_yuan") else "",
            ]
        )
    b.sheet(
        "day100",
        b.header(
            "col_scenario col_policy col_delivered col_done col_low95 col_high95 col_done_in_the_end col_target "
            "col_percent_done col_chance_share col_unit"
        ),
        rows,
    )


def _wall(b: Book) -> None:
    """The wall chart of every scenario with tasks; no sheet where none has any."""
    charts = list(zip(wall.tables(b.zh), wall.tables(b.en), strict=True))
    if not charts:
        return
    weeks = max(len(zh.header) for zh, _ in charts) - len(_BESIDE_WEEKS)
    rows: list[list[Content]] = []
    for zh, en in charts:
        for here, there in zip(zh.rows, en.rows, strict=True):
            cells = [one.text if one.text == two.text else f"{one.text} {two.text}" for one, two in
                     zip(here, there, strict=True)]  # fmt: skip
            blank = [""] * (weeks + len(_BESIDE_WEEKS) - len(cells))
            rows.append([f"{zh.caption} {en.caption}", cells[0], *cells[1:-4], *blank, *cells[-4:]])
    both = [f"{one}\n{two}" for one, two in zip(*(_schedule(w) for w in ("zh", "en")), strict=True)]
    header = [b.both("col_scenario"), both[0], *map(str, range(1, weeks + 1)), *both[1:]]
    b.sheet("wall", header, rows, [zh.note for zh, _ in charts[:1]] + [en.note for _, en in charts[:1]])


_BESIDE_WEEKS = ("task", "deadline", "amount", "in_time", "binds")


def _schedule(language: str) -> list[str]:
    words = Words(language, "schedule")
    return [words(word) for word in _BESIDE_WEEKS]


def _cadre_days(b: Book) -> None:
    """Each support unit's days over the campaign, in the order of the units."""
    frame = b.exp.table("cadre_days")
    frame = frame[frame["group"].str.startswith("unit_")]
    frame = frame.assign(unit=frame["group"].str.removeprefix("unit_").astype(int))
    days = frame.pivot_table(index=["scenario", "unit"], columns="name", values="mean", aggfunc="sum", observed=True)
    rows: list[list[Content]] = [
        [b.title(str(scenario)), value(unit, "count"), *(value(row.get(name), "count") for name in ("asked", "used"))]
        for (scenario, unit), row in zip(days.index, days.to_dict("records"), strict=True)
    ]
    b.sheet("cadre_days", b.header("col_scenario col_support_unit col_days_asked col_days_used"), rows)


def _money(b: Book) -> None:
    rows: list[list[Content]] = []
    for r in b.exp.table("cost").to_dict("records"):
        name = str(r["name"])
        unit = "count" if name == "households_served" else "money"
        rows.append(
            [
                b.title(str(r["scenario"])),
                b.policy(str(r["policy"]), str(r["scenario"])),
                b.term("cost", name),
                *(value(r[c], unit) for c in ("mean", "low", "high")),
                b.unit("households" if unit == "count" else unit),
            ]
        )
    ends = ("col_low95", "col_high95")
    keys = ("col_scenario", "col_policy", "col_part", "col_amount", *ends, "col_unit")
    b.sheet("money", [b.both(k) for k in keys], rows)
    rows = []
    for r in b.exp.table("purse").to_dict("records"):
        zh, en = (c.purse(str(r["group"])) for c in (b.zh, b.en))
        rows.append(
            [
                b.title(str(r["scenario"])),
                zh if zh == en else f"{zh} {en}",
                b.term("purse_line", str(r["name"])),
                *(value(r[c], "money") for c in ("mean", "low", "high")),
                b.unit("money"),
            ]
        )
    keys = ("col_scenario", "col_purse", "col_part", "col_amount", *ends, "col_unit")
    b.sheet("purses", [b.both(k) for k in keys], rows)
    rows = []
    for r in b.exp.table("effectiveness").to_dict("records"):
        defined = bool(r["defined"]) if r["defined"] == r["defined"] else True
        by = r["dominated_by"] if isinstance(r["dominated_by"], str) else ""
        values: list[Content] = [value(r[c], "money") for c in ("value", "low", "high")]
        rows.append(
            [
                b.title(str(r["scenario"])),
                b.term("measure", str(r["measure"])),
                *(values if defined else [b.both("not_defined").replace("\n", " "), value(None), value(None)]),
                b.unit("money") if defined else "",
                b.title(by) if by else "",
            ]
        )
    b.sheet(
        "efficiency",
        [b.both(k) for k in ("col_scenario", "col_measure", "col_amount", *ends, "col_unit", "col_dominated")],
        rows,
    )


def _people(b: Book) -> None:
    rows: list[list[Content]] = []
    for r in b.exp.table("movers").to_dict("records"):
        rows.append(
            [
                b.title(str(r["scenario"])),
                value(r["month"], "count"),
                b.term("group", str(r["group"])),
                value(r["gained_share"], "share"),
                value(r["lost_share"], "share"),
            ]
        )
    b.sheet("movers", b.header("col_scenario col_month col_group col_gained col_lost"), rows, _closures(b))


def _synergy(b: Book) -> None:
    rows: list[list[Content]] = []
    for r in b.exp.table("synergy").to_dict("records"):
        names = [b.policy(p, str(r["scenario"])) for p in together.parts_of(r["parts"])]
        rows.append(
            [
                b.title(str(r["scenario"])),
                " × ".join(names),
                _month(b, int(r["month"])),
                b.term("indicator", str(r["name"])),
                *(value(r[c], b.zh.unit_of(str(r["name"]), True)) for c in ("synergy", "low", "high")),
                b.unit(b.zh.unit_of(str(r["name"]), True)),
            ]
        )
    b.sheet(
        "synergy",
        b.header("col_scenario col_parts col_month col_indicator head_synergy col_low95 col_high95 col_unit"),
        rows,
    )


def _ranking(b: Book) -> None:
    rows: list[list[Content]] = []
    for r in b.exp.table("ranking").to_dict("records"):
        rows.append(
            [
                b.title(str(r["scenario"])),
                b.title(str(r["other"])) if r["other"] else b.both("of_all").replace("\n", " "),
                _month(b, int(r["month"])),
                b.term("indicator", str(r["name"])),
                *(value(r[c], "count") for c in ("times", "replicates")),
                *(value(r[c], "share") for c in ("share", "low", "high")),
            ]
        )
    keys = "col_ahead col_behind col_month col_indicator col_times col_replicates"
    notes = [c.say("rank_note", n=c.exp.replicates) for c in (b.zh, b.en)]
    b.sheet("ranking", b.header(keys + " col_share col_share_low col_share_high"), rows, notes)


def _notes(b: Book) -> None:
    manifest = b.exp.manifest
    versions: list[list[Content]] = [[str(k), str(v)] for k, v in (manifest.get("versions") or {}).items()]
    rows: list[list[Content]] = [
        [b.both("v_code").replace("\n", " "), str(manifest.get("code_version", "–"))],
        [b.both("v_replicates").replace("\n", " "), value(b.exp.replicates, "count")],
        ["运行 Command", str(manifest.get("command", "–"))],
        *versions,
    ]
    top = [t for key in ("notes_1", "notes_2", "notes_3", "cost_note") for t in (b.zh.say(key), b.en.say(key))]
    top += [text.text for ctx in (b.zh, b.en) for text in (certainty.calibration(ctx), *certainty.mode(ctx))]
    closure = "closure_text_" + leans.closure_key(b.exp.closure)
    b.sheet("notes", [b.both("col_what"), b.both("col_value")], rows, [*top, b.zh.say(closure), b.en.say(closure)])
