"""Actual figures: a table of task, place, date and done, as CSV or a sheet; all mistakes at once, by cell."""

from __future__ import annotations

import csv
import datetime as dt
import io
import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from experiments.campaign.curves import COUNTY
from experiments.campaign.results import Results
from sim.core.errors import UserError
from sim.toml.source import meant, raise_all
from sim.workbook.grid import Grid, read_grids
from sim.workbook.grid import place as cell_place
from sim.workbook.values import Cell, plain_name

HEADS = {
    "task": ("task", "任务"), "place": ("place", "地点", "乡镇", "单位"), "date": ("date", "日期", "截至", "截至日期"),
    "done": ("done", "actual", "完成", "已完成", "完成数", "实际完成"),
}  # fmt: skip
"""What each column may be called, brackets and what stands in them left out; `place` may be missing."""
_ABOVE = 5
"""Rows of a sheet among which its headings are looked for: a title may stand above them."""
WHOLE = ("", "all", "county", "全县", "县")
_DATE = re.compile(r"(\d{4})\s*[-/.年]\s*(\d{1,2})\s*[-/.月]\s*(\d{1,2})\s*日?")
_NUMBER = re.compile(r"([\d,]*\.?\d+)\s*(万|亿)?\s*(元|人|户|个|户次|人次|yuan)?")
_TIMES = {"万": 1e4, "亿": 1e8, None: 1.0}


class Report(NamedTuple):
    """One figure that was reported.

    Attributes:
        task: Name of the task.
        place: Identifier of the place ("all" = the county).
        day: Campaign day at whose end it stood so.
        done: What was done of the task there by then.
        row: Row of the file.
    """

    task: str
    place: str
    day: int
    done: float
    row: int


class Sheet(NamedTuple):
    """A table as read.

    Attributes:
        path: The file.
        name: The sheet; "" in a file that has none.
        columns: Where each column of `HEADS` stands, from 0.
        rows: The rows below the headings, with their numbers in the file.
    """

    path: Path
    name: str
    columns: Mapping[str, int]
    rows: Sequence[tuple[int, Sequence[Any]]]

    def wrong(self, row: int, column: str, zh: str, en: str, **hint: str) -> UserError:
        """A mistake in a cell: by sheet and cell where there are sheets, else by line and column."""
        if self.name:
            return cell_place(str(self.path), self.name, row, self.columns.get(column, 0) + 1).says(zh, en, **hint)
        return UserError(en, file=self.path, line=row, field=column, **hint)


def read_actual(path: Path, results: Results) -> list[Report]:
    """The figures of a table, in its order. A row with neither date nor figure is one that nobody has filled in.

    Args:
        path: A .csv file or a workbook; of its sheets the first that has the headings.
        results: The campaign that they are about.

    Raises:
        UserError: The file cannot be read, or rows are wrong; all mistakes are reported together.
    """
    sheet = _sheet(path)
    problems: list[UserError] = []
    found: list[Report] = []
    seen: dict[tuple[str, str, int], int] = {}
    for number, row in sheet.rows:
        if not any(_plain(row[k]) for name, k in sheet.columns.items() if name in ("date", "done") and k < len(row)):
            continue
        one = _Row(sheet, number, row, results, problems).report()
        if one is None:
            continue
        key = one.task, one.place, one.day
        if key in seen:
            zh, en = (
                f"与第{seen[key]}行的任务、地点、日期重复",
                f"row {seen[key]} reports the same task, place and date",
            )
            problems.append(sheet.wrong(number, "task", zh, en))
        seen[key] = number
        found.append(one)
    problems += _falling(sheet, found)
    if problems:
        raise_all(problems)
    if not found:
        problem = "没有填报任何数字 / there is no row below the heading that is filled in"
        raise UserError(problem, file=path, mend="填入截至日期和实际完成数 / enter at least one date and figure")
    return found


def _falling(sheet: Sheet, found: Sequence[Report]) -> Iterator[UserError]:
    """What is done is never undone."""
    last: dict[tuple[str, str], Report] = {}
    for one in sorted(found, key=lambda report: report.day):
        before = last.get((one.task, one.place))
        if before is not None and one.done < before.done:
            zh = f"{one.done:g}少于第{before.row}行较早日期的{before.done:g}；应填截至该日的累计数"
            en = f"{one.done:g} is less than the {before.done:g} of row {before.row}, which is earlier"
            yield sheet.wrong(one.row, "done", zh, en, mend="report what was done in all by the date")
        last[one.task, one.place] = one


def _sheet(path: Path) -> Sheet:
    """The table of a file."""
    if not path.is_file():
        raise UserError("there is no such file", file=path, field="--actual")
    if path.suffix.lower() in (".xlsx", ".ods"):
        return _of_workbook(path)
    if path.suffix.lower() != ".csv":
        raise UserError(f"found '{path.suffix}'", file=path, field="--actual", allowed="a .csv, .xlsx or .ods file")
    data = path.read_bytes()
    for encoding in ("utf-8-sig", "gb18030"):  # Excel in Chinese writes the latter
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError:
            continue
        rows = list(enumerate(csv.reader(io.StringIO(text)), 1))
        if not rows:
            raise UserError("the table is empty", file=path, mend="give it columns task, place, date, done")
        columns = _columns(rows[0][1])
        _whole(path, columns)
        return Sheet(path, "", columns, rows[1:])
    raise UserError("its text cannot be read", file=path, mend="save it as CSV UTF-8")


def _of_workbook(path: Path) -> Sheet:
    """The first sheet that has the headings, whatever else the workbook holds."""
    best: dict[str, int] = {}
    for grid in read_grids(path):
        for head in range(1, min(_ABOVE, grid.rows) + 1):
            columns = _columns(_values(grid, head))
            if {"task", "date", "done"} <= columns.keys():
                rows = [(row, _values(grid, row)) for row in range(head + 1, grid.rows + 1)]
                return Sheet(path, grid.name, columns, rows)
            best = max(best, columns, key=len)
    _whole(path, best)
    raise AssertionError("a sheet with all columns was passed over")


def _values(grid: Grid, row: int) -> list[Any]:
    """A row; a cell that cannot be read, or that shows a percentage, as itself, so that its mistake can be said."""
    cells = [grid.at(row, column) for column in range(1, grid.columns + 1)]
    return [cell if cell.trouble or cell.percent else cell.value for cell in cells]


def _columns(heads: Sequence[Any]) -> dict[str, int]:
    named = [heading_of(head) for head in heads]
    columns: dict[str, int] = {}
    for column, names in HEADS.items():
        for k, head in enumerate(named):
            if head in names:
                columns.setdefault(column, k)
    return columns


def _whole(path: Path, columns: Mapping[str, int]) -> None:
    """Refuse a table that lacks a column."""
    if missing := [column for column in HEADS if column not in columns and column != "place"]:
        raise_all(
            [
                UserError(
                    f"there is no column '{name}'", file=path, line=1, field=name, allowed=" / ".join(HEADS[name])
                )
                for name in missing
            ]
        )


def heading_of(cell: Any) -> str:
    """A heading as `HEADS` has it."""
    return plain_name(_plain(cell))


def _plain(cell: Any) -> str:
    """A cell's text, full-width digits and signs made plain."""
    if isinstance(cell, Cell):
        return cell.text or ("?" if cell.trouble else "")
    return unicodedata.normalize("NFKC", str(cell)).strip().removeprefix("'") if cell is not None else ""


class _Row:
    """One row being read; what is wrong is added to `problems`."""

    def __init__(
        self, sheet: Sheet, number: int, row: Sequence[Any], results: Results, problems: list[UserError]
    ) -> None:
        self._sheet, self._number, self._results, self._problems = sheet, number, results, problems
        self._cells = {name: row[k] if k < len(row) else None for name, k in sheet.columns.items()}

    def report(self) -> Report | None:
        """The row's figure; None if something is wrong with it."""
        before = len(self._problems)
        if troubles := [cell.trouble for cell in self._cells.values() if isinstance(cell, Cell) and cell.trouble]:
            self._problems += troubles
            return None
        task, day, done = self._task(), self._day(), self._done()
        place = self._place(task)
        if len(self._problems) > before or task is None or place is None or day is None or done is None:
            return None
        return Report(task, place, day, done, self._number)

    def _no(self, column: str, zh: str, problem: str, **hint: str) -> None:
        self._problems.append(self._sheet.wrong(self._number, column, zh, problem, **hint))

    def _task(self) -> str | None:
        text, results = _plain(self._cells.get("task")), self._results
        for name in results.followed:
            title = results.task(name).title
            if text in (name, _plain(title.en), _plain(title.zh)):
                return name
        if text in results.tasks.tasks:
            known = "、".join(results.task(name).title.zh for name in results.followed)
            zh, en = f"任务“{text}”不由任何措施计数；可填：{known}", f"'{text}' is counted by no measure"
            self._no("task", zh, en, allowed=", ".join(results.followed))
        else:
            self._no("task", f"没有任务“{text}”", f"there is no task '{text}'", **meant(text, results.followed))
        return None

    def _place(self, task: str | None) -> str | None:
        text = _plain(self._cells.get("place"))
        if text.lower() in WHOLE:
            return COUNTY
        names: dict[str, str] = {}
        for place in self._results.places:
            if task is None or self._results.amount(task, place.ident) > 0.0:
                names |= {_plain(one): place.ident for one in (place.ident, place.en, place.zh)}
        if text not in names:
            known = [place.en for place in self._results.places if place.level != "unit"]
            zh, en = f"没有承担此任务的地点“{text}”", f"there is no place '{text}' with a part in the task"
            self._no("place", zh, en, **meant(text, known))
        return names.get(text)

    def _day(self) -> int | None:
        cell, clock = self._cells.get("date"), self._results.tasks.clock
        if isinstance(cell, dt.datetime):
            cell = cell.date()
        if not isinstance(cell, dt.date):
            match = _DATE.fullmatch(_plain(cell))
            try:
                cell = dt.date(*(int(part) for part in match.groups())) if match else None
            except ValueError:
                cell = None
        if cell is None:
            found = _plain(self._cells.get("date"))
            zh = f"“{found}”不是日期，请填如2013年1月20日" if found else "填了完成数，没有填截至日期"
            self._no("date", zh, f"'{found}' is no date", allowed="2013-01-20, 2013/1/20 or 2013年1月20日")
            return None
        day = (cell - clock.start).days + 1
        last = 7 * self._results.weeks[-1]
        if not 1 <= day <= last:
            ends = clock.start + dt.timedelta(days=last - 1)
            zh, en = f"{cell}不在活动期内（{clock.start}至{ends}）", f"{cell} is outside the campaign"
            self._no("date", zh, en, allowed=f"{clock.start} to {ends}")
            return None
        return day

    def _done(self) -> float | None:
        cell = self._cells.get("done")
        if isinstance(cell, (int, float)) and not isinstance(cell, bool):
            value = float(cell)
        else:
            text = _plain(cell) + ("%" if isinstance(cell, Cell) and cell.percent else "")
            match = _NUMBER.fullmatch(text)
            if match is None or "%" in text:
                zh = (
                    f"“{text}”不是数量，请填0或以上的数，如1200或300万元"
                    if text
                    else "有截至日期，没有完成数；未完成请填0"
                )
                hint = {"allowed": "a number of 0 or more, such as 1200 or 300万元"}
                self._no("done", zh, f"'{text}' is no amount", **hint)
                return None
            value = float(match.group(1).replace(",", "")) * _TIMES[match.group(2)]
        if not 0.0 <= value < float("inf"):
            self._no("done", f"完成数不能是{value:g}", f"{value:g} cannot be done", allowed="0 or more")
            return None
        return value
