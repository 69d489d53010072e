"""What offices wrote into the ledgers of households, added up to what the tasks of a campaign count, by township.

Sums alone leave a ledger: a message names file, sheet and cell and quotes none, and whose row it is matters only where
the same entry stands twice.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple, TypeVar

from experiments.campaign.actual import Report, read_actual
from experiments.campaign.curves import COUNTY
from experiments.campaign.results import Results
from experiments.campaign.run import Carried
from experiments.roster.ledger_rows import DONE_ON, HEADS, MEASURE, NUMBER, SPENT, Entry, entries, is_ledger
from experiments.roster.ledgers import path_of
from sim.core.errors import UserError
from sim.policies import registry
from sim.toml.source import raise_all
from sim.workbook.errors import CellError
from sim.workbook.values import Cell, date, number, plain_name, yuan

OF_HOUSEHOLDS = frozenset({
    "aided", "agreements_signed", "applied", "helped", "insured", "joined", "lent", "paid", "placed", "posts",
    "reached", "sent", "show_households", "signed", "started", "trained", "visited", "visited_substance", "waived",
})  # fmt: skip
"""Counts of measures that a row of a ledger can be one of; money is what ends in `_yuan`."""
OTHER = ("其他", "other")
"""What the measure of a row begins with that is no matter of the campaign."""
_Found = TypeVar("_Found", float, dt.date)
POOLED = frozenset(words[2][2] for words in HEADS.values())
"""What the ledger of townships with few households is called."""


class Note(NamedTuple):
    """Something to be said of what was counted, in both languages."""

    en: str
    zh: str


class Counted(NamedTuple):
    """What ledgers come to.

    Attributes:
        reports: One figure for each task and township, as of the day of the latest entry in any ledger.
        notes: What was counted, and what was not.
    """

    reports: list[Report]
    notes: list[Note]


@dataclass
class _Sums:
    """What ledgers come to so far: a place is a township's identifier, or `COUNTY` for the townships that share one.

    `whole` is whether every ledger holds something, so that with the shared one they are the county.
    """

    done: dict[tuple[str, str], float] = field(default_factory=dict)
    places: set[str] = field(default_factory=set)
    whole: bool = True
    rows: int = 0
    last: int = 0
    before: list[str] = field(default_factory=list)
    aside: list[str] = field(default_factory=list)
    seen: dict[tuple[str, frozenset[str], int], int] = field(default_factory=dict)


def ledgers_of(path: Path) -> list[Path]:
    """The ledgers of a folder, the hidden files and locks of office programs left out; a file is itself.

    Raises:
        UserError: The folder has none.
    """
    if not path.is_dir():
        return [path]
    kinds = (".xlsx", ".xls", ".ods")
    found = [one for one in sorted(path.iterdir()) if one.suffix.lower() in kinds and one.name[0] not in "~."]
    if not found:
        raise UserError("文件夹中没有台账 / there is no ledger in this folder", file=path, field="--actual")
    return found


def read_reports(paths: Sequence[Path], carried: Carried) -> Counted:
    """What tables and ledgers report together; where both do of a task in a place, the table's figure stands.

    Args:
        paths: Tables as `read_actual` reads them, and ledgers.
        carried: The campaign that they are about.

    Raises:
        UserError: Something cannot be read, or is wrong.
    """
    of_ledger = {path: path.is_file() and path.suffix.lower() != ".csv" and is_ledger(path) for path in paths}
    reports, notes = [], list[Note]()
    for path in (path for path, yes in of_ledger.items() if not yes):
        reports += read_actual(path, carried.results)
    if ledgers := [path for path, yes in of_ledger.items() if yes]:
        counted = count_ledgers(ledgers, carried.results, {one.label: one.kind for one in carried.plan.policies})
        told = {(one.task, one.place): one.done for one in reports}
        beside = [one for one in counted.reports if told.get((one.task, one.place), one.done) != one.done]
        reports += [one for one in counted.reports if (one.task, one.place) not in told]
        notes += counted.notes
        if n := len(beside):
            notes.append(Note(f"{n} sums of ledgers differ from what the table reports; the table's figure stands.",
                              f"台账合计与填报表不一致的有{n}处，以填报表为准，请核对。"))  # fmt: skip
    return Counted(reports, notes)


def count_ledgers(paths: Sequence[Path], results: Results, kinds: Mapping[str, str]) -> Counted:
    """Add up what ledgers say was done.

    A row counts once its date of completion is filled in: for a task counted in money the yuan spent, for another the
    number done, 1 where that is empty. A township whose ledger holds anything filled in has
    done none of a task that its rows do not name while those of others do.

    Args:
        paths: The ledgers.
        results: The campaign that they are about.
        kinds: The kind of each of its measures, by label.

    Raises:
        UserError: Rows are wrong, all said together by sheet and cell; or the world is a part of the county only.
    """
    share = results.curves["plan"].share
    if share < 1.0:
        zh = f"台账是全县的，模拟只有全县的{share:.0%}，不能相比"
        problem = f"{zh} / ledgers are of the whole county, and the world is {share:.0%} of it"
        raise UserError(problem, field="--actual", mend="不要限制村数 / leave --villages out")
    sums, problems = _Sums(), list[UserError]()
    named = _named(results, kinds)
    for path in paths:
        try:
            place = _place(path, results)
        except UserError as error:
            problems.append(error)
            continue
        sums.seen.clear()
        for entry in entries(path):
            sums.places.add(place)
            _Line(entry, place, results, named, problems).add_to(sums)
    if problems:
        raise_all(problems)
    if not sums.rows:
        problem = "台账中没有填好实际完成日期的行 / no row of the ledgers has a date of completion"
        raise UserError(problem, file=paths[0], field="--actual", mend="先填写计划措施和实际完成日期")
    sums.whole = len(sums.places) == len(paths)
    return Counted(list(_reports(sums, results)), list(_notes(sums, len(paths), results)))


def _named(results: Results, kinds: Mapping[str, str]) -> dict[str, frozenset[str]]:
    """The tasks that a measure's cell may mean: one by its title or name, all of a measure by its label, or by its kind
    where no other measure is of that kind."""
    found: dict[str, frozenset[str]] = {}
    for kind, policy in registry().items():
        labels = {str(results.task(name).measure) for name in results.followed}
        mine = [label for label in sorted(labels) if kinds.get(label, label) == kind]
        tasks = frozenset(name for name in results.followed if results.task(name).measure in mine)
        for label in mine:
            found[plain_name(label)] = frozenset(name for name in tasks if results.task(name).measure == label)
        if len(mine) < 2:
            found |= dict.fromkeys(map(plain_name, (kind, policy.title_en, policy.title_zh)), tasks)
    for name in results.followed:
        title = results.task(name).title
        found |= dict.fromkeys(map(plain_name, (name, title.en, title.zh)), frozenset({name}))
    return found


def _place(path: Path, results: Results) -> str:
    """The township whose ledger it is, by the name of the file."""
    if plain_name(path.stem) in map(plain_name, POOLED):
        return COUNTY
    towns = [place for place in results.places if place.level == "township"]
    for town in towns:
        if plain_name(path.stem) in (plain_name(path_of(path.parent, name).stem) for name in (town.en, town.zh)):
            return town.ident
    known = "、".join(town.zh for town in towns[:12])
    problem = "文件名不是本县乡镇名 / the name of this file is no township of the county"
    raise UserError(problem, file=path, allowed=known, mend="改回台账写出时的文件名 / name it as it was written")


class _Line:
    """One row being read; what is wrong is added to `problems`, without what stands in it."""

    def __init__(
        self, entry: Entry, place: str, results: Results, named: dict[str, frozenset[str]], problems: list[UserError]
    ) -> None:
        self._entry, self._place, self._results, self._named = entry, place, results, named
        self._problems = problems

    def add_to(self, sums: _Sums) -> None:
        """Count it, or note why it is not counted."""
        if not self._filled(DONE_ON):
            if self._filled(SPENT) or self._filled(NUMBER):
                self._no(DONE_ON, "未填实际完成日期，不能计入", "there is no date of completion in this row")
            return
        before = len(self._problems)
        tasks, day = self._tasks(), self._day()
        if tasks is None or day is None:
            return
        if not tasks or day < 1:
            (sums.before if tasks else sums.aside).append(self._where(MEASURE))
            return
        key = self._entry.household, tasks, day
        if key in sums.seen:
            row = sums.seen[key]
            self._no(MEASURE, f"与第{row}行的户、措施、日期重复", f"row {row} is of the same household, task and date")
        sums.seen[key] = self._entry.row
        amounts = {name: self._amount(name) for name in sorted(tasks)}
        if len(self._problems) == before:
            for name, amount in amounts.items():
                sums.done[name, self._place] = sums.done.get((name, self._place), 0.0) + amount
            sums.rows, sums.last = sums.rows + 1, max(sums.last, day)

    def _filled(self, column: int) -> bool:
        return self._entry.cell(column) is not None

    def _where(self, column: int) -> str:
        at = self._entry.place(column)
        return f"{Path(str(at.file)).name} {at.sheet}!{at.cell}"

    def _no(self, column: int, zh: str, en: str, **hint: str) -> None:
        self._problems.append(self._entry.place(column).says(zh, en, **hint))

    def _tasks(self) -> frozenset[str] | None:
        """The tasks that the measure is of; none if it is of no matter; None if it cannot be read."""
        text = plain_name(str(self._entry.cell(MEASURE) or ""))
        if text.startswith(OTHER):
            return frozenset()
        tasks = self._named.get(text)
        if tasks is None:
            titles = [self._results.task(name).title for name in self._results.followed]
            zh = "认不出是哪项任务" if text else "未填计划措施"
            zh += (
                f"；可填{'、'.join(f'“{title.zh}”' for title in titles)}或措施类别，一行一项；与活动无关的以“其他”开头"
            )
            en = "this is no task of the campaign" if text else "no measure is entered"
            hint = {"allowed": ", ".join(title.en for title in titles), "mend": "begin with 'other' if it is of none"}
            self._no(MEASURE, zh, en, **hint)
            return None
        for name in tasks:
            counts = str(self._results.task(name).counts)
            if not counts.endswith("_yuan") and counts not in OF_HOUSEHOLDS:
                zh, en = "此任务不按户计数，请在“任务进度”表中填报", "households do not count towards this task"
                self._no(MEASURE, zh, en, mend="report it in the sheet of progress")
                return None
            if self._place != COUNTY and self._results.amount(name, self._place) <= 0.0:
                self._no(MEASURE, "本乡镇不承担此任务", "this township has no part in the task")
                return None
        return tasks

    def _day(self) -> int | None:
        """The campaign day of completion; below 1 if before the campaign."""
        clock = self._results.tasks.clock
        done_on = self._read(DONE_ON, date, "不是日期，请填如2013年1月20日", "this is no date")
        if done_on is None:
            return None
        day = (done_on - clock.start).days + 1
        if day > (last := 7 * self._results.weeks[-1]):
            ends = clock.start + dt.timedelta(days=last - 1)
            self._no(DONE_ON, f"晚于活动期（{clock.start}至{ends}）", "is after the campaign", allowed=f"up to {ends}")
            return None
        return day

    def _amount(self, name: str) -> float:
        """What the row is worth to a task."""
        if str(self._results.task(name).counts).endswith("_yuan"):
            if not self._filled(SPENT):
                self._no(SPENT, "此任务按金额计，未填实际金额", "this task is counted in yuan, and none are entered")
                return 0.0
            return self._read(SPENT, yuan, "不是金额，请填如5000或0.5万元", "this is no amount") or 0.0
        if not self._filled(NUMBER):
            return 1.0
        return self._read(NUMBER, number, "不是数量，请填如1或2", "this is no number") or 0.0

    def _read(self, column: int, read: Callable[[Cell], _Found], zh: str, en: str) -> _Found | None:
        try:
            found = read(Cell(self._entry.cell(column), self._entry.place(column)))
        except CellError:
            self._no(column, zh, en)  # not what it says itself: that quotes the cell
            return None
        if not isinstance(found, dt.date) and found < 0:
            self._no(column, "不能小于0", "must not be below 0")
            return None
        return found


def _reports(sums: _Sums, results: Results) -> Iterator[Report]:
    """A figure for each task that ledgers name, in each township with one that holds something."""
    towns = {place.ident for place in results.places if place.level == "township"}
    for name in [name for name in results.followed if any(task == name for task, _ in sums.done)]:
        for place in [one.ident for one in results.places_of(name) if one.ident in sums.places & towns]:
            yield Report(name, place, sums.last, sums.done.get((name, place), 0.0), 0)
        if COUNTY in sums.places and sums.whole:
            whole = sum(amount for (task, _), amount in sums.done.items() if task == name)
            yield Report(name, COUNTY, sums.last, whole, 0)


def _notes(sums: _Sums, ledgers: int, results: Results) -> Iterator[Note]:
    as_of = results.tasks.clock.start + dt.timedelta(days=sums.last - 1)
    filled = len(sums.places)
    yield Note(
        f"Counted from ledgers: {sums.rows:,} rows of {filled} of {ledgers} ledgers, as of {as_of}, the latest entry. "
        "What was done for households that are in no ledger is not among it.",
        f"由台账计入{sums.rows:,}行，{ledgers}本台账中{filled}本有填报；截至{as_of}（最近一次填报的完成日期）。"
        "未列入台账的户，其完成数不在其中。",
    )
    if COUNTY in sums.places and not sums.whole:
        yield Note(
            "Not counted: the ledger of the townships that share one, since others hold nothing yet.",
            "未计入：合并乡镇的台账；其余各本都有填报后才能计入全县。",
        )
    if sums.before:
        yield Note(
            f"Not counted: {len(sums.before):,} rows done before the campaign began ({sums.before[0]}).",
            f"未计入：活动开始前已完成的{len(sums.before):,}行（首处{sums.before[0]}）。",
        )
    if sums.aside:
        yield Note(
            f"Not counted: {len(sums.aside):,} rows whose measure no task of the campaign counts ({sums.aside[0]}).",
            f"未计入：本次活动没有任务的措施{len(sums.aside):,}行（首处{sums.aside[0]}）。",
        )
