"""The sheets of the workbook: the report's numbers in one language, for Excel and WPS."""

from __future__ import annotations

from typing import Any

from experiments.compare.report.book import Book, Content, value
from experiments.compare.report.context import HEADCOUNT, INCOME
from experiments.compare.report.data import DAY100, Experiment
from experiments.compare.report.front import plans, progress, units, weeks
from experiments.compare.report.pairing import pairings
from experiments.compare.report.sections import certainty, leans, people, together, wall
from experiments.compare.report.towns import townships
from experiments.pages.words import Words
from experiments.workbook.fixed import fixed_bytes


def workbook_bytes(experiment: Experiment, language: str) -> bytes:
    """The whole workbook in one language; the same experiment gives the same bytes."""
    book = Book(experiment, language)
    plans(book)
    townships(book)
    units(book)
    pairings(book)
    weeks(book)
    progress(book)
    _county(book)
    _differences(book)
    _spillovers(book)
    _wall(book)
    _money(book)
    _people(book)
    _synergy(book)
    _channels(book)
    _ranking(book)
    _notes(book)
    return fixed_bytes(book.book)


def _county(b: Book) -> None:
    frame = b.exp.table("reconcile")
    rows: list[list[Content]] = []
    for r in frame.to_dict("records"):
        said = r["label_zh" if b.ctx.zh else "label_en"]
        label = str(said) if said == said and said else str(r["name"])
        share, large = r["unit"] == "share", abs(float(r["profile"])) >= 100
        unit, apart = ("share", "points") if share else ("count",) * 2 if large else ("fine",) * 2
        rows.append(
            [
                label,
                *(value(r[c], unit) for c in ("model", "profile")),
                *(value(r[c], apart) for c in ("difference", "tolerance")),
                b.say("percent_and_points") if share else b.term("unit", str(r["unit"] or "")),
                b.say("agrees" if bool(r["within"]) else "fails"),
            ]
        )
    b.sheet(
        "county",
        b.header("col_line col_model col_profile col_difference col_tolerance col_unit col_agrees"),
        rows,
    )


def _differences(b: Book) -> None:
    frame = b.exp.table("differences")
    order = {s: i for i, s in enumerate(b.ctx.treatments)}
    frame = frame[frame["scenario"].isin(list(order))]
    main = {INCOME: 0, HEADCOUNT: 1}  # the last year of what is asked first stands on top, since it is printed
    frame = frame.assign(_o=frame["scenario"].map(order), _n=frame["name"].map(main).fillna(2), _m=-frame["month"])
    frame = frame.sort_values(["_n", "_m", "name", "_o", "group"], kind="stable")
    columns = ("baseline_mean", "mean", "difference", "low", "high")
    groups = {g: i for i, g in enumerate(g for _, members in people.bands(b.ctx) for g in members)}
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
        level, change = b.ctx.unit_of(name), b.ctx.unit_of(name, True)
        units = (level, level, change, change, change)
        head: list[Content] = [b.ctx.title(str(r["scenario"])), _month(b, month)]
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
    b.sheet("differences", [b.say(k) for k in ("col_scenario", "col_month", "col_indicator", *keys)], everyone)
    part = frame[(frame["group"] != "all") & frame["name"].isin([INCOME, HEADCOUNT]) & (frame["month"] > 0)]
    part = part.assign(_g=part["group"].map(groups).fillna(len(groups)))
    part = part.sort_values(["_o", "month", "name", "_g"], ascending=[True, True, False, True], kind="stable")
    b.sheet(
        "groups",
        [b.say(k) for k in ("col_scenario", "col_month", "col_group", "col_indicator", *keys)],
        [line(r, True) for r in part.to_dict("records")],
        _closures(b),
    )


def _closures(b: Book) -> list[str]:
    """Under which closure somebody gained or lost."""
    return [b.say("counted_under", closure=b.ctx.closure())]


def _spillovers(b: Book) -> None:
    parts = ("fixed", "spillover", "endogenous")
    rows: list[list[Content]] = []
    for r in b.exp.table("spillover").to_dict("records"):
        unit = b.ctx.unit_of(str(r["name"]), True)
        rows.append(
            [
                b.ctx.title(str(r["scenario"])),
                value(r["month"], "count"),
                b.term("group", str(r["group"])),
                b.term("indicator", str(r["name"])),
                *(value(r[part + end], unit) for part in parts for end in ("", "_low", "_high")),
                b.unit(unit),
                value(r["replicates"], "count"),
            ]
        )
    low, high = b.say("col_low95"), b.say("col_high95")
    effects = [text for part in parts for text in (b.term("effect", part), low, high)]
    header = [
        *b.header("col_scenario col_month col_group col_indicator"),
        *effects,
        b.say("col_unit"),
        b.say("col_replicates"),
    ]
    b.sheet("spillover", header, rows, [b.say("spillover_note")])


def _channels(b: Book) -> None:
    rows: list[list[Content]] = []
    for r in b.exp.table("channel").to_dict("records"):
        unit = b.ctx.unit_of(str(r["name"]), True)
        rows.append(
            [
                b.ctx.title(str(r["scenario"])),
                b.ctx.way(str(r["way"])),
                value(r["month"], "count"),
                b.term("group", str(r["group"])),
                b.term("indicator", str(r["name"])),
                *(value(r[column], unit) for column in ("worth", "low", "high")),
                b.unit(unit),
                value(r["replicates"], "count"),
            ]
        )
    columns = "col_scenario col_channel col_month col_group col_indicator col_worth col_low95 col_high95 col_unit"
    b.sheet("channels", b.header(f"{columns} col_replicates"), rows, [b.say("channels_note")])


def _month(b: Book, month: int) -> Content:
    return value(month, "count") if month != DAY100 else b.ctx.month(-1)


def _wall(b: Book) -> None:
    """The wall chart of every scenario with tasks; no sheet where none has any."""
    charts = wall.tables(b.ctx)
    if not charts:
        return
    words = Words(b.ctx.language, "schedule")
    beside = [words(word) for word in ("task", "deadline", "amount", "in_time", "binds")]
    weeks = max(len(chart.header) for chart in charts) - len(beside)
    rows: list[list[Content]] = []
    for chart in charts:
        for cells in chart.rows:
            texts = [cell.text for cell in cells]
            blank = [""] * (weeks + len(beside) - len(texts))
            rows.append([chart.caption, texts[0], *texts[1:-4], *blank, *texts[-4:]])
    header = [b.say("col_scenario"), beside[0], *map(str, range(1, weeks + 1)), *beside[1:]]
    b.sheet("wall", header, rows, [chart.note for chart in charts[:1]])


def _money(b: Book) -> None:
    rows: list[list[Content]] = []
    for r in b.exp.table("cost").to_dict("records"):
        name = str(r["name"])
        unit = "count" if name == "households_served" else "money"
        rows.append(
            [
                b.ctx.title(str(r["scenario"])),
                b.ctx.policy(str(r["policy"]), str(r["scenario"])),
                b.term("cost", name),
                *(value(r[c], unit) for c in ("mean", "low", "high")),
                b.unit("households" if unit == "count" else unit),
            ]
        )
    ends = ("col_low95", "col_high95")
    keys = ("col_scenario", "col_policy", "col_part", "col_amount", *ends, "col_unit")
    b.sheet("money", [b.say(k) for k in keys], rows)
    rows = []
    for r in b.exp.table("purse").to_dict("records"):
        rows.append(
            [
                b.ctx.title(str(r["scenario"])),
                b.ctx.purse(str(r["group"])),
                b.term("purse_line", str(r["name"])),
                *(value(r[c], "money") for c in ("mean", "low", "high")),
                b.unit("money"),
            ]
        )
    keys = ("col_scenario", "col_purse", "col_part", "col_amount", *ends, "col_unit")
    b.sheet("purses", [b.say(k) for k in keys], rows)
    rows = []
    for r in b.exp.table("effectiveness").to_dict("records"):
        defined = bool(r["defined"]) if r["defined"] == r["defined"] else True
        by = r["dominated_by"] if isinstance(r["dominated_by"], str) else ""
        values: list[Content] = [value(r[c], "money") for c in ("value", "low", "high")]
        rows.append(
            [
                b.ctx.title(str(r["scenario"])),
                b.term("measure", str(r["measure"])),
                *(values if defined else [b.say("not_defined"), value(None), value(None)]),
                b.unit("money") if defined else "",
                b.ctx.title(by) if by else "",
            ]
        )
    b.sheet(
        "efficiency",
        [b.say(k) for k in ("col_scenario", "col_measure", "col_amount", *ends, "col_unit", "col_dominated")],
        rows,
    )


def _people(b: Book) -> None:
    rows: list[list[Content]] = []
    for r in b.exp.table("movers").to_dict("records"):
        rows.append(
            [
                b.ctx.title(str(r["scenario"])),
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
        names = [b.ctx.policy(p, str(r["scenario"])) for p in together.parts_of(r["parts"])]
        rows.append(
            [
                b.ctx.title(str(r["scenario"])),
                " × ".join(names),
                _month(b, int(r["month"])),
                b.term("indicator", str(r["name"])),
                *(value(r[c], b.ctx.unit_of(str(r["name"]), True)) for c in ("synergy", "low", "high")),
                b.unit(b.ctx.unit_of(str(r["name"]), True)),
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
                b.ctx.title(str(r["scenario"])),
                b.ctx.title(str(r["other"])) if r["other"] else b.say("of_all"),
                _month(b, int(r["month"])),
                b.term("indicator", str(r["name"])),
                *(value(r[c], "count") for c in ("times", "replicates")),
                *(value(r[c], "share") for c in ("share", "low", "high")),
            ]
        )
    keys = "col_ahead col_behind col_month col_indicator col_times col_replicates"
    notes = [b.say("rank_note", n=b.exp.replicates)]
    b.sheet("ranking", b.header(keys + " col_share col_share_low col_share_high"), rows, notes)


def _notes(b: Book) -> None:
    manifest = b.exp.manifest
    versions: list[list[Content]] = [[str(k), str(v)] for k, v in (manifest.get("versions") or {}).items()]
    rows: list[list[Content]] = [
        [b.say("v_code"), str(manifest.get("code_version", "–"))],
        [b.say("v_replicates"), value(b.exp.replicates, "count")],
        [b.say("v_command"), str(manifest.get("command", "–"))],
        *versions,
    ]
    top = [b.say(key) for key in ("notes_1", "notes_2", "notes_3", "cost_note")]
    top += [text.text for text in (certainty.calibration(b.ctx), *certainty.mode(b.ctx))]
    closure = "closure_text_" + leans.closure_key(b.exp.closure)
    b.sheet("notes", [b.say("col_what"), b.say("col_value")], rows, [*top, b.say(closure)])
