"""The plan of a campaign as a table: tasks, deadlines, earliest and latest dates, slack, who answers for each."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any

from experiments.pages.blocks import Cell, Table
from experiments.pages.numbers import Estimate, Numbers, delivery_unit
from experiments.pages.timetable import Timetable
from experiments.pages.words import Words
from sim.core.dates import date_of
from sim.money.purse import Purse
from sim.policies.meetings import OCCASIONS, MeetingSettings
from sim.scenario.parts import PolicyPlan
from sim.scenario.tasks import Task, Tasks, deadline_of

WORDS = (
    "task", "amount", "measure", "deadline", "earliest", "latest", "slack", "responsible", "purse", "days_meant",
    "acceptance",
)  # fmt: skip
OPTIONAL = ("purse", "days_meant", "acceptance")
"""Columns left out where no task has one."""
MEETINGS = "dated meetings"


def plan_table(tasks: Tasks, purses: Sequence[Purse], language: str) -> Table:
    """The plan of a campaign.

    Args:
        tasks: Its tasks.
        purses: The purses of its plan, by which tasks may be paid.
        language: "en" or "zh".
    """
    say, num, timetable = Words(language, "campaign"), Numbers(language), Timetable(tasks, language)
    paid = {purse.id: purse.title_zh if language == "zh" else purse.title_en for purse in purses}
    rows = [_row(name, tasks, timetable, say, num) for name in timetable.order]
    for row in rows:
        row["purse"] = paid.get(row["purse"], row["purse"])
    shown = [word for word in WORDS if word not in OPTIONAL or any(row[word] not in ("", "–") for row in rows)]
    cells = [[Cell(row[word], number=word in ("amount", "slack")) for word in shown] for row in rows]
    title = say("show_title", plan=tasks.title[language])
    return Table(title, [say(word) for word in shown], cells)


def meetings_table(policies: Sequence[PolicyPlan], tasks: Tasks, language: str) -> Table | None:
    """Its dated meetings, in the order of their days; None where it lists none.

    Args:
        policies: What the plan carries out.
        tasks: Its tasks, by whose calendar days are dates.
        language: "en" or "zh".
    """
    say, num, timetable = Words(language, "campaign"), Numbers(language), Timetable(tasks, language)
    k = int(language == "zh")
    rows = [
        [Cell(timetable.day(on)), Cell(OCCASIONS[one.occasion][k]), Cell(num.values(one.prepare_days), number=True)]
        for on, _, one in _meetings(policies, tasks)
    ]
    header = [say(word) for word in ("meeting_on", "meeting_occasion", "meeting_days")]
    return Table(say("meetings_title"), header, rows) if rows else None


def _meetings(policies: Sequence[PolicyPlan], tasks: Tasks) -> list[tuple[dt.date, str, MeetingSettings]]:
    start = tasks.clock.start
    listed = [(one.label, one.settings) for one in policies]
    found = [(date_of(s.on, start), label, s) for label, s in listed if isinstance(s, MeetingSettings)]
    return sorted(found, key=lambda one: one[:2])


def _row(name: str, tasks: Tasks, timetable: Timetable, say: Words, num: Numbers) -> dict[str, str]:
    task, slot = tasks.tasks[name], timetable.slots[name]
    items = [one.zh if say.language == "zh" else one.en for one in task.acceptance]
    spans = {"earliest": (slot.earliest_start, slot.earliest_finish), "latest": (slot.latest_start, slot.latest_finish)}
    return {
        "task": timetable.title(name),
        "amount": _amount(task, num),
        "measure": say.term("delivery", str(task.counts)) if task.measure else say("no_measure"),
        "deadline": timetable.day(deadline_of(task, tasks.clock)),
        **{word: timetable.span(*days) for word, days in spans.items()},
        "slack": say("working_days", n=slot.slack_days),
        "responsible": ": ".join(filter(None, (say(f"level_{task.level}"), _towns(task, num), task.responsible))),
        "purse": task.purse or "–",
        "days_meant": num.values(task.cadre_days),
        "acceptance": num.join(items),
    }


def _towns(task: Task, num: Numbers) -> str:
    return num.join(list(task.townships))


def _amount(task: Task, num: Numbers) -> str:
    return num.show(Estimate(task.amount), delivery_unit(str(task.counts))) if task.amount else "–"


def plan_json(tasks: Tasks, policies: Sequence[PolicyPlan] = ()) -> Mapping[str, Any]:
    """The same for programs, with dated meetings, if there are any, under `MEETINGS`: no task can be called that."""
    timetable, found = Timetable(tasks, "en"), {}
    for name in timetable.order:
        task, slot = tasks.tasks[name], timetable.slots[name]
        dates = {key: str(value) for key, value in slot._asdict().items() if key not in ("slack_days", "decides")}
        found[name] = {
            **task.model_dump(mode="json", exclude_none=True),
            **dates,
            "deadline": str(deadline_of(task, tasks.clock)),
            "slack_days": slot.slack_days,
        }
    days = [
        {"on": str(on), "label": label, "occasion": one.occasion, "prepare_days": one.prepare_days}
        for on, label, one in _meetings(policies, tasks)
    ]
    return {**found, MEETINGS: days} if days else found
