"""Actual figures: a table of task, place, date and done, as CSV or Excel; all mistakes at once, by row and column."""

from __future__ import annotations

import csv
import datetime as dt
import io
import re
import unicodedata
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from experiments.campaign.curves import COUNTY
from experiments.campaign.results import Results
from sim.core.errors import UserError
from sim.toml.source import meant, raise_all

HEADS = {
    "task": ("task", "任务"), "place": ("place", "地点", "乡镇", "单位"), "date": ("date", "日期", "截至"),
    "done": ("done", "完成", "已完成", "完成数"),
}  # fmt: skip
"""What each column may be called; `place` may be left out."""
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


def read_actual(path: Path, results: Results) -> list[Report]:
    """The figures of a table, in its order.

    Args:
        path: A .csv or .xlsx file.
        results: The campaign that they are about.

    Raises:
        UserError: The file cannot be read, or rows are wrong; all mistakes are reported together.
    """
    rows = _rows(path)
    if not rows:
        raise UserError("the table is empty", file=path, mend="give it columns task, place, date, done")
    columns = _columns(path, rows[0][1])
    problems: list[UserError] = []
    found: list[Report] = []
    seen: dict[tuple[str, str, int], int] = {}
    for number, row in rows[1:]:
        if any(str(cell).strip() for cell in row if cell is not None):
            one = _Row(path, number, row, columns, results, problems).report()
            if one is None:
                continue
            key = one.task, one.place, one.day
            if key in seen:
                problem = f"row {seen[key]} reports the same task, place and date"
                problems.append(UserError(problem, file=path, line=number, field="task"))
            seen[key] = number
            found.append(one)
    problems += _falling(path, found)
    if problems:
        raise_all(problems)
    if not found:
        raise UserError("there is no row below the heading", file=path, mend="enter at least one figure")
    return found


def _falling(path: Path, found: Sequence[Report]) -> Iterator[UserError]:
    """What is done is never undone."""
    last: dict[tuple[str, str], Report] = {}
    for one in sorted(found, key=lambda report: report.day):
        before = last.get((one.task, one.place))
        if before is not None and one.done < before.done:
            problem = f"{one.done:g} is less than the {before.done:g} of row {before.row}, which is earlier"
            mend = "report what was done in all by the date"
            yield UserError(problem, file=path, line=one.row, field="done", mend=mend)
        last[one.task, one.place] = one


def _rows(path: Path) -> list[tuple[int, Sequence[Any]]]:
    """Rows with their numbers, from 1."""
    if not path.is_file():
        raise UserError("there is no such file", file=path, field="--actual")
    if path.suffix.lower() == ".xlsx":
        from openpyxl import load_workbook

        try:
            sheet = load_workbook(path, read_only=True, data_only=True).worksheets[0]
            return [(k, row) for k, row in enumerate(sheet.iter_rows(values_only=True), 1)]
        except Exception as error:  # openpyxl raises whatever its parsers do
            raise UserError("this is not a workbook that can be read", file=path, mend="save it as .xlsx") from error
    if path.suffix.lower() != ".csv":
        raise UserError(f"found '{path.suffix}'", file=path, field="--actual", allowed="a .csv or .xlsx file")
    data = path.read_bytes()
    for encoding in ("utf-8-sig", "gb18030"):  # Excel in Chinese writes the latter
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError:
            continue
        return [(k, row) for k, row in enumerate(csv.reader(io.StringIO(text)), 1)]
    raise UserError("its text cannot be read", file=path, mend="save it as CSV UTF-8")


def _columns(path: Path, heads: Sequence[Any]) -> dict[str, int]:
    named = [_plain(head).lower() for head in heads]
    columns: dict[str, int] = {}
    for column, names in HEADS.items():
        for k, head in enumerate(named):
            if head in names:
                columns.setdefault(column, k)
    if missing := [column for column in HEADS if column not in columns and column != "place"]:
        problems = [
            UserError(f"there is no column '{name}'", file=path, line=1, field=name, allowed=" / ".join(HEADS[name]))
            for name in missing
        ]
        raise_all(problems)
    return columns


def _plain(cell: Any) -> str:
    """A cell's text, full-width digits and signs made plain."""
    return unicodedata.normalize("NFKC", str(cell)).strip() if cell is not None else ""


class _Row:
    """One row being read; what is wrong is added to `problems`."""

    def __init__(
        self,
        path: Path,
        number: int,
        row: Sequence[Any],
        columns: dict[str, int],
        results: Results,
        problems: list[UserError],
    ) -> None:
        self._path, self._number, self._results, self._problems = path, number, results, problems
        self._cells = {name: row[k] if k < len(row) else None for name, k in columns.items()}

    def report(self) -> Report | None:
        """The row's figure; None if something is wrong with it."""
        before = len(self._problems)
        task, day, done = self._task(), self._day(), self._done()
        place = self._place(task)
        if len(self._problems) > before or task is None or place is None or day is None or done is None:
            return None
        return Report(task, place, day, done, self._number)

    def _no(self, column: str, problem: str, **hint: str) -> None:
        self._problems.append(UserError(problem, file=self._path, line=self._number, field=column, **hint))

    def _task(self) -> str | None:
        text, results = _plain(self._cells.get("task")), self._results
        for name in results.followed:
            title = results.task(name).title
            if text in (name, _plain(title.en), _plain(title.zh)):
                return name
        if text in results.tasks.tasks:
            self._no("task", f"'{text}' is counted by no measure", allowed=", ".join(results.followed))
        else:
            self._no("task", f"there is no task '{text}'", **meant(text, results.followed))
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
            self._no("place", f"there is no place '{text}' with a part in the task", **meant(text, known))
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
            self._no("date", f"'{found}' is no date", allowed="2013-01-20, 2013/1/20 or 2013年1月20日")
            return None
        day = (cell - clock.start).days + 1
        last = 7 * self._results.weeks[-1]
        if not 1 <= day <= last:
            ends = clock.start + dt.timedelta(days=last - 1)
            self._no("date", f"{cell} is outside the campaign", allowed=f"{clock.start} to {ends}")
            return None
        return day

    def _done(self) -> float | None:
        cell = self._cells.get("done")
        if isinstance(cell, (int, float)) and not isinstance(cell, bool):
            value = float(cell)
        else:
            text = _plain(cell)
            match = _NUMBER.fullmatch(text)
            if match is None or "%" in text:
                self._no("done", f"'{text}' is no amount", allowed="a number of 0 or more, such as 1200 or 300万元")
                return None
            value = float(match.group(1).replace(",", "")) * _TIMES[match.group(2)]
        if not 0.0 <= value < float("inf"):
            self._no("done", f"{value:g} cannot be done", allowed="0 or more")
            return None
        return value
