"""The plans of a planner's workbook as the tables of scenario files, whose places are cells."""

from __future__ import annotations

import contextlib
import datetime as dt
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from sim.core.errors import UserError
from sim.policies import registry
from sim.policies.policy import Policy
from sim.scenario.code import default_label
from sim.scenario.measure_words import amount_of, choices, kinds, setting_words, split_settings, variant_of
from sim.toml.source import KeyPath, each_problem, meant, raise_all
from sim.workbook.errors import CellPlace
from sim.workbook.layout import fields, setting_names, sheet_name
from sim.workbook.others import ALL, COUNTY, settings_for, toml_value
from sim.workbook.profile import profile_of
from sim.workbook.sheets import READERS, Row, SheetTables, Workbook, put, several, word
from sim.workbook.values import Cell, day, share, tidy, wan, whole

Tables = dict[str, Any]

BASELINES = {"en": "baseline", "zh": "对照"}
"""Ids of the plan that others are compared with, where the first is not meant."""


def plans_of(path: Path, chosen: str | None = None) -> list[tuple[str, SheetTables]]:
    """The plans of a workbook, each with its id.

    Args:
        path: The workbook.
        chosen: Id of the one that is wanted; None = all.

    Raises:
        UserError: Something cannot be read, here or in the county's sheets; all problems are reported together.
    """
    book = Workbook(path)
    reader = _Reader(book)
    plans = reader.plans()
    problems = book.problems
    try:
        profile_of(path)
    except UserError as error:
        problems += each_problem(error)
    if not plans and not problems:
        here = CellPlace(str(path), None, sheet_name("plans"), "")
        problems.append(here.says("还没有方案，请至少填一行", "there is no plan", mend="fill in a row"))
    if problems:
        raise_all(problems)
    if chosen is None:
        return plans
    if found := [one for one in plans if one[0] == chosen]:
        return found
    raise UserError(
        f"没有方案“{chosen}” / there is no plan '{chosen}'", file=path, **meant(chosen, [one for one, _ in plans])
    )


def hidden_rows(path: Path) -> list[str]:
    """A sentence for each hidden row of a workbook that counts all the same."""
    book = Workbook(path)
    for sheet in ("townships", "units", "funds", "measures", "tasks", "plans", "others"):
        list(book.rows(sheet, needed=False))
    return book.notes


class _Reader:
    """Reads plans.

    Args:
        book: The workbook; its `problems` takes what is wrong.
    """

    def __init__(self, book: Workbook) -> None:
        self._book = book
        self._whole = CellPlace(str(book.path), None, sheet_name("plans"), "")
        self._common, self._common_cells = self._of_county()
        self._start = self._common.get("campaign", {}).get("start")
        self._purse_ids = self._purses()
        self._measures = dict(self._read_measures())

    def plans(self) -> list[tuple[str, SheetTables]]:
        """Every plan."""
        rows = list(self._book.rows("plans"))
        ids = [self._id(row) for row in rows]
        tasks = [self._task(row) for row in self._book.rows("tasks", needed=False)]
        found = []
        for name, row in zip(ids, rows, strict=True):
            if name is None or ids.index(name) != rows.index(row):
                if name is not None:
                    self._no(row.where("row"), f"方案编号“{name}”用了两次", f"the plan '{name}' is there twice")
                continue
            found.append((name, self._plan(name, row, tasks)))
        known = {*(name for name, _ in found), ALL, COUNTY}
        for row in (*self._book.rows("others", needed=False), *self._book.rows("tasks", needed=False)):
            for one in several(cell.text) if (cell := row.one("plans")) else ():
                if one not in known:
                    self._no(row.where("plans"), f"没有方案“{one}”", f"there is no plan '{one}'", **meant(one, known))
        return found

    def _no(self, place: CellPlace, zh: str, en: str, **more: Any) -> None:
        self._book.problems.append(place.says(zh, en, **more))

    def _id(self, row: Row) -> str | None:
        if (cell := row.one("row")) is None:
            self._no(row.where("row"), "方案编号没有填", "the plan has no id")
            return None
        return re.sub(r"[\s/\\<>:\"|?*]+", "-", cell.text)

    def _of_county(self) -> tuple[Tables, dict[KeyPath, CellPlace]]:
        """What all plans share: campaign, months, world."""
        figures = self._book.figures()
        data: Tables = {"world": {"profile": self._book.path.resolve().as_posix()}}
        cells: dict[KeyPath, CellPlace] = {}
        for field in fields("county"):
            if not field.key.startswith(("campaign.", "world.", "horizon_months", "closure", "era")):
                continue
            if (cell := figures.get(field.key)) is not None:
                value = self._book.read(field, cell)
                cells[tuple(field.key.split("."))] = cell.place
                if value is not None:
                    put(data, field.key, value)
            elif not field.optional and field.key != "era":
                self._book.missing(field)
        if "villages" not in data["world"] and (cell := figures.get("size.villages")) is not None:
            with contextlib.suppress(UserError):  # said where the profile is read
                put(data, "world.villages", whole(cell))
        return data, cells

    def _purses(self) -> dict[str, str]:
        """Ids of purses by what people call them, those that one plan alone adds among them."""
        found: dict[str, str] = {}
        for row in self._book.rows("others", needed=False):
            head, _, name = tidy(cell.text if (cell := row.one("address")) else "").partition(".")
            if head == "purses" and name:
                found[name] = name
        last = self._last_day()
        for n, row in enumerate(self._book.rows("funds"), 1):
            title, own = row.one("title_zh"), row.one("id")
            name = tidy(own.text) if own else f"stream_{n}"
            found[name] = name
            if title:
                found[tidy(title.text)] = name
            release = row.one("release")
            if release and last and isinstance(day := self._silent("day", release), dt.date) and day > last:
                self._no(
                    release.place, f"{day}到位，晚于活动最后一天{last}，活动期内用不上；请核对日期或活动天数",
                    f"is released on {day}, after the campaign ends on {last}", mend="correct the date or the campaign",
                )  # fmt: skip
        return found

    def _last_day(self) -> dt.date | None:
        """The campaign's last day; None where the sheet does not say it."""
        days = self._common.get("campaign", {}).get("days")
        if self._start is None or days is None:
            return None
        try:
            return dt.date.fromordinal(self._start.toordinal() + int(days) - 1)
        except (ValueError, OverflowError):  # days that no campaign has are refused elsewhere
            return None

    def _silent(self, kind: str, cell: Cell) -> Any:
        try:
            return READERS[kind](cell)
        except UserError:
            return None  # said where the cell is read for good

    # --- measures ---

    def _read_measures(self) -> Iterator[tuple[str, tuple[Tables, dict[KeyPath, CellPlace]]]]:
        seen: set[str] = set()
        for row in self._book.rows("measures"):
            name = row.one("row")
            if name is None or row.one("kind") is None:
                key, said = ("kind", "类别") if name else ("row", "措施编号")
                self._no(row.where(key), f"“{said}”没有填", f"'{said}' is missing")
                continue
            if name.text in seen:
                self._no(name.place, f"措施编号“{name.text}”用了两次", f"the measure '{name.text}' is there twice")
            seen.add(name.text)
            yield name.text, self._measure(row)

    def _measure(self, row: Row) -> tuple[Tables, dict[KeyPath, CellPlace]]:
        table: Tables = {}
        cells: dict[KeyPath, CellPlace] = {(): row.place}

        def say(key: str, column: str, read: Callable[[Cell], Any]) -> None:
            cell = row.one(column)
            if cell is None:
                return
            cells[(key,)] = cell.place
            try:
                if cell.trouble:
                    raise cell.trouble
                table[key] = read(cell)
            except UserError as error:
                self._book.problems += each_problem(error)

        own = (cell := row.one("kind")) is not None and ":" in cell.text
        say("kind", "kind", (lambda c: c.text) if own else (lambda c: word("kind", c, among=kinds())))
        policy = registry().get(str(table.get("kind")))
        if policy is not None:
            if variant := variant_of(policy):
                say(variant, "variant", lambda c: word(variant, c, among=choices(policy, variant)))
            elif (extra := row.one("variant")) is not None:
                self._no(extra.place, f"“{policy.title_zh}”不分具体内容，此格应空", "this kind has no sorts")
            say(amount_of(policy), "amount", wan)
        for key in ("start_day", "end_day"):
            say(key, key, self._campaign_day)
        say("priority", "priority", lambda c: word("priority", c))
        say("purses", "purses", self._purse_list)
        if (towns := row.one("townships")) is not None and policy is not None:
            if "townships" in policy.Settings.model_fields:
                say("townships", "townships", lambda c: several(c.text))
            else:
                self._no(
                    towns.place, "目前措施还不能只在部分乡镇实施；请留空，或在“其他要求”中写“实施村占比=50%”",
                    "measures cannot be limited to townships yet", mend="leave it empty, or state village_share",
                )  # fmt: skip
        if (more := row.one("more")) is not None:
            for key, value in self._more(more, policy):
                table[key], cells[(key,)] = value, more.place
        return table, cells

    def _campaign_day(self, cell: Cell) -> int:
        found = day(cell)
        if isinstance(found, int):
            return found
        if self._start is None:
            raise cell.wrong("先填活动开始日期", "the campaign's first day is missing")
        if found < self._start:
            raise cell.wrong(
                f"{found}早于活动开始日期{self._start}", f"{found} is before the campaign starts on {self._start}"
            )
        return int((found - self._start).days) + 1

    def _purse_list(self, cell: Cell) -> list[str]:
        found = []
        for name in several(cell.text):
            if tidy(name) not in self._purse_ids:
                raise cell.wrong(
                    f"“资金”表中没有“{name}”", f"there is no purse '{name}'", **meant(name, self._purse_ids)
                )
            found.append(self._purse_ids[tidy(name)])
        return found

    def _more(self, cell: Cell, policy: type[Policy] | None) -> Iterator[tuple[str, Any]]:
        """Settings without a column of their own, one a line: "示范户数=6" or `households = 6`."""
        names = {tidy(zh): key for key, zh in (setting_words(policy) if policy else setting_names()).items()}
        for entry in split_settings(cell.text):
            name, sign, value = entry.partition("=")
            name = names.get(tidy(name), tidy(name))
            if not sign:
                self._no(cell.place, f"“{entry}”中没有等号，应写如“示范户数=6”", f"'{entry}' has no '='")
                continue
            known = policy is None or name in (*policy.Settings.model_fields, "label", "kind")
            if not known:
                allowed = "、".join(setting_words(policy).values()) if policy else ""
                self._no(cell.place, f"不认识“{name}”；可写：{allowed}", f"unknown setting '{name}'")
                continue
            try:
                yield name, self._value(cell._replace(value=value.strip()), policy, name)
            except (UserError, ValueError):
                self._no(cell.place, f"读不懂“{entry}”", f"cannot read '{entry}'")

    def _value(self, cell: Cell, policy: type[Policy] | None, name: str) -> Any:
        text = tidy(cell.text)
        if policy and (among := choices(policy, name)) and text[:1] not in "\"'":
            return word(name, cell, among=among)
        if text in ("是", "否"):
            return text == "是"
        if text.endswith("%"):
            return share(cell)
        if text.endswith("元"):
            return wan(cell)
        return toml_value(cell)

    # --- tasks ---

    def _task(self, row: Row) -> tuple[str, Tables, dict[KeyPath, CellPlace], list[str], Row]:
        table: Tables = {}
        cells: dict[KeyPath, CellPlace] = {(): row.place}
        for field in fields("tasks"):
            cell = row.one(field.key)
            if cell is None or field.key in ("row", "plans", "amount", "measure"):
                if cell is None and not field.optional:
                    self._no(row.where(field.key), f"“{field.zh}”没有填", f"'{field.en}' is missing")
                continue
            value = self._purse_list(cell)[0] if field.key == "purse" else self._book.read(field, cell)
            cells[tuple(field.key.split("."))] = cell.place
            put(table, field.key, several(value) if field.key == "after" else value)
        if "title" in table:
            table["title"].setdefault("en", table["title"].get("zh"))
        plans = several(cell.text) if (cell := row.one("plans")) else []
        name = cell.text if (cell := row.one("row")) else ""
        return name, table, cells, plans, row

    def _of_plan(self, task: Tables, row: Row, labels: Mapping[str, str], kinds_of: Mapping[str, str]) -> Tables:
        """A task with its measure by label, what it counts by key, and its amount in the unit of that."""
        table = dict(task)
        measure = row.one("measure")
        counts: Mapping[str, Any] = {}
        if measure is not None:
            table["measure"] = labels.get(measure.text, measure.text)
            policy = registry().get(kinds_of.get(table["measure"], ""))
            counts = policy.counts if policy else {}
            said = table.get("counts")
            if said is not None:
                table["counts"] = next((k for k, names in counts.items() if said in (k, *names)), said)
        if (cell := row.one("amount")) is not None:
            counted = table.get("counts") or next(iter(counts), "")
            field = fields_by("tasks")["amount"]._replace(type="wan" if counted.endswith("_yuan") else "number")
            table["amount"] = self._book.read(field, cell)
        return table

    # --- plans ---

    def _plan(self, name: str, row: Row, tasks: Sequence[Any]) -> SheetTables:
        data: Tables = {**self._common, "world": dict(self._common["world"]), "policies": []}
        cells = dict(self._common_cells)
        title = {key: cell.text for key in ("zh", "en") if (cell := row.one(f"title.{key}"))}
        if "zh" not in title and name in BASELINES.values():
            title = {**BASELINES, **title}
        chinese = title.setdefault("zh", name)
        data["title"] = {"en": chinese, **title}
        cells[("title",)] = row.where("title.zh")
        labels: dict[str, str] = {}
        for cell in row.cells.get("measures", ()):
            for one in several(cell.text):
                if one not in self._measures:
                    self._no(
                        cell.place,
                        f"“措施”表中没有“{one}”",
                        f"there is no measure '{one}'",
                        **meant(one, self._measures),
                    )
                    continue
                table, places = self._measures[one]
                index = len(data["policies"])
                table = {**table, "label": self._label(table, set(labels.values()))}
                if one in labels:
                    self._no(cell.place, f"“{one}”列了两次", f"'{one}' is listed twice")
                    continue
                labels[one] = table["label"]
                data["policies"].append(table)
                cells |= {("policies", index, *path): at for path, at in places.items()}
        of_label = {table["label"]: str(table.get("kind")) for table in data["policies"]}
        for task, table, places, plans, task_row in tasks:
            measure = task_row.one("measure")
            if name in plans or (not plans and (measure is None or measure.text in labels)) or plans == [ALL]:
                data.setdefault("tasks", {})[task] = self._of_plan(table, task_row, labels, of_label)
                cells |= {("tasks", task, *path): at for path, at in places.items()}
        for address, value, where in settings_for(self._book, {ALL, name}):
            self._lay(data, address, value)
            cells[tuple(address.split("."))] = where
        return SheetTables(self._book.path, data, cells, row.place)

    def _label(self, table: Tables, taken: set[str]) -> str:
        """What a measure is called in its plan: as it says, or by its kind, with a number where there are several."""
        label = str(table.get("label") or default_label(str(table.get("kind"))))
        n = 2
        while label in taken and not table.get("label"):
            label, n = f"{default_label(str(table.get('kind')))}_{n}", n + 1
        return label

    def _lay(self, data: Tables, address: str, value: Any) -> None:
        head, _, rest = address.partition(".")
        if head == "purses" and isinstance(value, dict):
            data.setdefault("purses", []).append({"id": rest, **value})
        elif head in ("uncertainties", "rules") and rest:
            data.setdefault(head, {})[rest] = value
        elif address.startswith("world.place."):
            data["world"].setdefault("place", {})[address.removeprefix("world.place.")] = value
        else:
            put(data, address, value)


def fields_by(sheet: str) -> dict[str, Any]:
    """The columns of a sheet by key."""
    return {field.key: field for field in fields(sheet)}
