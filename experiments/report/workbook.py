"""The workbook: the report's numbers as numbers, headers in both languages, for Excel and WPS."""

from __future__ import annotations

import io
import math
import re
import zipfile
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from openpyxl import Workbook
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils import get_column_letter

from experiments.report.context import HEADCOUNT, INCOME, Context
from experiments.report.data import DAY100, Experiment
from experiments.report.sections import answer, leans, together
from experiments.report.terms import delivery_unit, unit_of
from experiments.report.words import Words

_EPOCH = datetime(2012, 12, 24)
_FORMATS = {
    "yuan": "#,##0.0",
    "money": "#,##0",
    "points": "0.00%",
    "share": "0.0%",
    "count": "#,##0",
    "index": "0.0000",
    "": "General",
}
_HEAD = PatternFill("solid", fgColor="E8E6DF")


@dataclass(frozen=True)
class Value:
    """A number with the unit that decides its format."""

    number: float
    unit: str = ""


Content = str | Value


def neutral(text: str) -> str:
    """Text that no spreadsheet takes for a formula, without characters that a workbook cannot hold."""
    clean = re.sub(r"[\x00-\x08\x0b\x0c\x0e-\x1f]", "", text)
    return "'" + clean if clean[:1] in ("=", "+", "-", "@", "\t", "\r", "\n") else clean


class Book:
    """A workbook being filled, with words in both languages."""

    def __init__(self, experiment: Experiment) -> None:
        self.exp = experiment
        self.en, self.zh = Context(experiment, "en"), Context(experiment, "zh")
        self.words = (Words("zh"), Words("en"))
        self.book = Workbook()
        self.book.remove(self.book.active)

    def header(self, keys: str) -> list[str]:
        """Headers in both languages; `keys` are separated by spaces."""
        return [self.both(key) for key in keys.split()]

    def both(self, key: str, **values: object) -> str:
        """Chinese and English of a sentence, one below the other."""
        zh, en = (w(key, **values) for w in self.words)
        return zh if zh == en else f"{zh}\n{en}"

    def term(self, kind: str, name: str) -> str:
        """Chinese and English of a term."""
        zh, en = (w.term(kind, name) for w in self.words)
        return zh if zh == en else f"{zh} {en}"

    def title(self, scenario: str) -> str:
        """Chinese and English title of a scenario."""
        zh, en = self.zh.title(scenario), self.en.title(scenario)
        return zh if zh == en else f"{zh} {en}"

    def policy(self, label: str, scenario: str) -> str:
        """Chinese and English name of a policy."""
        zh, en = self.zh.policy(label, scenario), self.en.policy(label, scenario)
        return zh if zh == en else f"{zh} {en}"

    def sheet(
        self, key: str, header: Sequence[str], rows: Iterable[Sequence[Content]], top: Sequence[str] = ()
    ) -> None:
        """Add a sheet: lines of text, a frozen header, rows; a sheet without rows says so."""
        zh, en = (w("sheet_" + key) for w in self.words)
        sheet = self.book.create_sheet(f"{zh} {en}"[:31])
        for place, text in enumerate(top, 1):
            sheet.append([neutral(text)])
            sheet.cell(place, 1).alignment = Alignment(wrap_text=True, vertical="top")
            sheet.merge_cells(start_row=place, start_column=1, end_row=place, end_column=max(len(header), 6))
            sheet.row_dimensions[place].height = 16 * max(1, math.ceil(_width(text) / 105) + text.count("\n"))
        body = [list(row) for row in rows]
        if not body:
            sheet.append([neutral(self.both("not_computed"))])
            sheet.column_dimensions["A"].width = 60
            return
        sheet.append([neutral(h) for h in header])
        head = len(top) + 1
        for cell in sheet[head]:
            cell.font, cell.fill = Font(name="Calibri", size=11, bold=True), _HEAD
            cell.alignment = Alignment(wrap_text=True, vertical="top")
        sheet.row_dimensions[head].height = 16 * max(h.count("\n") + math.ceil(_width(h) / 34) for h in header) + 6
        for place, row in enumerate(body, head + 1):
            sheet.append([neutral(c) if isinstance(c, str) else _number(c) for c in row])
            for k, content in enumerate(row, 1):
                if isinstance(content, Value):
                    sheet.cell(place, k).number_format = _FORMATS.get(content.unit, "General")
        sheet.freeze_panes = sheet.cell(head + 1, 2)
        sheet.auto_filter.ref = f"A{head}:{get_column_letter(len(header))}{head + len(body)}"
        for k in range(1, len(header) + 1):
            texts = [r[k - 1] for r in body[:400]]
            widest = max((_width(t) if isinstance(t, str) else 12.0 for t in texts), default=10.0)
            head_width = max(_width(line) for line in header[k - 1].split("\n"))
            sheet.column_dimensions[get_column_letter(k)].width = min(max(widest, min(head_width, 26), 9) + 3, 52)
        sheet.page_setup.orientation, sheet.page_setup.paperSize = "landscape", sheet.PAPERSIZE_A4
        sheet.page_setup.fitToWidth, sheet.page_setup.fitToHeight = 1, 0
        sheet.sheet_properties.pageSetUpPr.fitToPage = True
        sheet.print_title_rows = f"{head}:{head}"


def _width(text: str) -> float:
    return sum(2.0 if ord(c) >= 0x2E80 else 1.0 for c in text)


def _number(value: Value) -> float | int | None:
    if not math.isfinite(value.number):
        return None
    return int(value.number) if value.unit == "count" and value.number == int(value.number) else value.number


def _v(value: Any, unit: str = "") -> Value:
    try:
        return Value(float(value), unit)
    except (TypeError, ValueError):
        return Value(math.nan, unit)


def workbook_bytes(experiment: Experiment) -> bytes:
    """The whole workbook; the same experiment gives the same bytes."""
    book = Book(experiment)
    _answer(book)
    _county(book)
    _differences(book)
    _day100(book)
    _money(book)
    _people(book)
    _synergy(book)
    _notes(book)
    return _fixed(book.book)


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
        first, more = answer.sentences(ctx)
        top.append((" " if ctx is b.en else "").join((first, *more)))
    rows: list[list[Content]] = []
    for s in b.zh.ranked:
        row: list[Content] = [b.title(s)]
        for name in (INCOME, HEADCOUNT):
            e = b.exp.difference(s, b.zh.final, "all", name)
            row += [_v(x, unit_of(name, True)) for x in (e or (math.nan,) * 3)]
        row += [_v(x, "money") for x in b.zh.extra_cost(s)]
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
        unit = {"share": "share", "yuan": "yuan"}.get(str(r["unit"]), "")
        rows.append(
            [
                label,
                *(_v(r[c], unit) for c in ("model", "profile", "difference", "tolerance")),
                str(r["unit"] or ""),
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
    keys = (
        "col_baseline_mean",
        "col_scenario_mean",
        "col_difference",
        "col_low95",
        "col_high95",
        "col_better",
        "col_replicates",
    )

    def line(r: Any, with_group: bool) -> list[Content]:
        name, month = str(r["name"]), int(r["month"])
        level, change = unit_of(name), unit_of(name, True)
        units = (level, level, change, change, change)
        head: list[Content] = [b.title(str(r["scenario"])), _month(b, month)]
        head += [b.term("group", str(r["group"]))] if with_group else []
        return [
            *head,
            b.term("indicator", name),
            *(_v(r[c], u) for c, u in zip(columns, units, strict=True)),
            _v(r["share_positive"], "share"),
            _v(r["replicates"], "count"),
        ]

    everyone = [line(r, False) for r in frame[frame["group"] == "all"].to_dict("records")]
    b.sheet("differences", [b.both(k) for k in ("col_scenario", "col_month", "col_indicator", *keys)], everyone)
    part = frame[(frame["group"] != "all") & frame["name"].isin([INCOME, HEADCOUNT]) & (frame["month"] > 0)]
    b.sheet(
        "groups",
        [b.both(k) for k in ("col_scenario", "col_month", "col_group", "col_indicator", *keys)],
        [line(r, True) for r in part.to_dict("records")],
    )


def _month(b: Book, month: int) -> Content:
    return _v(month, "count") if month != DAY100 else b.zh.month(-1) + " " + b.en.month(-1)


def _day100(b: Book) -> None:
    frame = b.exp.table("delivery")
    rows: list[list[Content]] = []
    last = frame.sort_values("week", kind="stable").drop_duplicates(["scenario", "policy", "name"], keep="last")
    for r in last.to_dict("records"):
        if str(r["name"]).endswith("_target"):
            continue
        rows.append(
            [
                b.title(str(r["scenario"])),
                b.policy(str(r["policy"]), str(r["scenario"])),
                b.term("delivery", str(r["name"])),
                *(_v(r[c], delivery_unit(str(r["name"]))) for c in ("mean", "low", "high", "target")),
                _v(r["chance_met"], "share"),
            ]
        )
    b.sheet(
        "day100",
        b.header("col_scenario col_policy col_delivered col_done col_low95 col_high95 col_target col_chance_share"),
        rows,
    )


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
                *(_v(r[c], unit) for c in ("mean", "low", "high")),
            ]
        )
    ends = ("col_low95", "col_high95")
    b.sheet("money", [b.both(k) for k in ("col_scenario", "col_policy", "col_part", "col_amount", *ends)], rows)
    rows = []
    for r in b.exp.table("purse").to_dict("records"):
        zh, en = (c.purse(str(r["group"])) for c in (b.zh, b.en))
        rows.append(
            [
                b.title(str(r["scenario"])),
                zh if zh == en else f"{zh} {en}",
                b.term("purse_line", str(r["name"])),
                *(_v(r[c], "money") for c in ("mean", "low", "high")),
            ]
        )
    b.sheet("purses", [b.both(k) for k in ("col_scenario", "col_purse", "col_part", "col_amount", *ends)], rows)
    rows = []
    for r in b.exp.table("effectiveness").to_dict("records"):
        defined = bool(r["defined"]) if r["defined"] == r["defined"] else True
        by = r["dominated_by"] if isinstance(r["dominated_by"], str) else ""
        values: list[Content] = [_v(r[c], "money") for c in ("value", "low", "high")]
        rows.append(
            [
                b.title(str(r["scenario"])),
                b.term("measure", str(r["measure"])),
                *(values if defined else [b.both("not_defined").replace("\n", " "), _v(None), _v(None)]),
                b.title(by) if by else "",
            ]
        )
    b.sheet(
        "efficiency", [b.both(k) for k in ("col_scenario", "col_measure", "col_amount", *ends, "col_dominated")], rows
    )


def _people(b: Book) -> None:
    rows: list[list[Content]] = []
    for r in b.exp.table("movers").to_dict("records"):
        rows.append(
            [
                b.title(str(r["scenario"])),
                _v(r["month"], "count"),
                b.term("group", str(r["group"])),
                _v(r["gained_share"], "share"),
                _v(r["lost_share"], "share"),
            ]
        )
    b.sheet("movers", b.header("col_scenario col_month col_group col_gained col_lost"), rows)


def _synergy(b: Book) -> None:
    rows: list[list[Content]] = []
    for r in b.exp.table("synergy").to_dict("records"):
        names = [b.policy(p, str(r["scenario"])) for p in together.parts_of(r["parts"])]
        rows.append(
            [
                b.title(str(r["scenario"])),
                " × ".join(names),
                _v(r["month"], "count"),
                b.term("indicator", str(r["name"])),
                *(_v(r[c], unit_of(str(r["name"]), True)) for c in ("synergy", "low", "high")),
            ]
        )
    b.sheet(
        "synergy",
        b.header("col_scenario col_parts col_month col_indicator head_synergy col_low95 col_high95"),
        rows,
    )


def _notes(b: Book) -> None:
    manifest = b.exp.manifest
    versions: list[list[Content]] = [[str(k), str(v)] for k, v in (manifest.get("versions") or {}).items()]
    rows: list[list[Content]] = [
        [b.both("v_code").replace("\n", " "), str(manifest.get("code_version", "–"))],
        [b.both("v_replicates").replace("\n", " "), _v(b.exp.replicates, "count")],
        ["运行 Command", str(manifest.get("command", "–"))],
        *versions,
    ]
    top = [t for key in ("notes_1", "notes_2", "cost_note") for t in (b.zh.say(key), b.en.say(key))]
    closure = "closure_text_" + leans.closure_key(b.exp.closure)
    b.sheet("notes", [b.both("col_what"), b.both("col_value")], rows, [*top, b.zh.say(closure), b.en.say(closure)])


def _fixed(book: Workbook) -> bytes:
    """Save without the hour: fixed dates inside, fixed stamps on the parts of the archive."""
    book.properties.creator = "villagesim"
    book.properties.created = _EPOCH
    raw, out = io.BytesIO(), io.BytesIO()
    book.save(raw)
    with zipfile.ZipFile(raw) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            content = old.read(name)
            if name == "docProps/core.xml":
                content = re.sub(rb"(<dcterms:modified[^>]*>)[^<]*", rb"\g<1>2012-12-24T00:00:00Z", content)
            entry = zipfile.ZipInfo(name, date_time=(2012, 12, 24, 0, 0, 0))
            entry.compress_type = zipfile.ZIP_DEFLATED
            new.writestr(entry, content)
    return out.getvalue()
