"""A campaign's timetable to be read: tasks by week, with what decides and how much slack there is."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

from rich.table import Table
from rich.text import Text

from experiments.pages.numbers import Numbers
from experiments.pages.words import Words
from sim.scenario.tasks import Slot, Task, Tasks, deadline_of, timetable, workable

A_YEAR = 366
WORK, SLACK, OPEN, CLOSED = "■", "□", "·", "×"
"""A week in which the task is worked on if begun as early as can be; one until its latest end; none; no day to work."""


class Timetable:
    """The timetable of one plan.

    Args:
        plan: The tasks of a plan.
        language: "en" or "zh".
    """

    def __init__(self, plan: Tasks, language: str) -> None:
        self._plan, self._zh = plan, language == "zh"
        self._say, self._num = Words(language, "schedule"), Numbers(language)
        self.clock, self._tasks = plan.clock, plan.tasks
        self.slots = timetable(plan.tasks, plan.clock)
        self.order = sorted(self.slots, key=lambda one: (self.slots[one].earliest_start, one))

    def title(self, name: str) -> str:
        """What a task is called."""
        title = self._tasks[name].title
        return title.zh if self._zh else title.en

    def planned(self, name: str, week: int) -> float:
        """Share of its working days, from its earliest start to its deadline, that have passed by the end of a week."""
        first, last = self.slots[name].earliest_start, deadline_of(self._tasks[name], self.clock)
        open_days = workable(self._tasks[name].season, self.clock)
        days = [day for k in range((last - first).days + 1) if open_days(day := first + dt.timedelta(days=k))]
        until = self.clock.start + dt.timedelta(days=7 * week - 1)
        return len([day for day in days if day <= until]) / len(days) if days else 1.0

    @property
    def weeks(self) -> list[dt.date]:
        """First days of the weeks from the campaign's first to the last day of a task."""
        last = max(max(slot.latest_finish for slot in self.slots.values()), self.clock.end)
        count = (last - self.clock.start).days // 7 + 1
        return [self.clock.start + dt.timedelta(days=7 * k) for k in range(count)]

    def bar(self, name: str) -> str:
        """A mark a week."""
        slot, open_days = self.slots[name], workable(self._tasks[name].season, self.clock)
        marks = []
        for week in self.weeks:
            days = [week + dt.timedelta(days=k) for k in range(7)]
            inside = [day for day in days if slot.earliest_start <= day <= slot.latest_finish]
            if not inside:
                marks.append(OPEN)
            elif not any(map(open_days, inside)):
                marks.append(CLOSED)
            else:
                marks.append(WORK if inside[0] <= slot.earliest_finish else SLACK)
        return "".join(marks)

    def decides(self, name: str) -> str:
        """What its earliest start and its latest finish hang on."""
        slot = self.slots[name]
        said = [self._say("after", task=self.title(slot.waits_for))] if slot.waits_for else []
        if slot.decides:
            said.append(self._say("before", task=self.title(slot.decides)))
        else:
            said.append(self._say("due", date=self._num.day(deadline_of(self._tasks[name], self.clock))))
        return self._num.join(said)

    def decides_of(self, task: Task) -> str:
        """The same, of a task by itself."""
        return next(self.decides(name) for name, one in self._tasks.items() if one is task)

    def printed(self) -> Iterator[Table | Text]:
        """The table, and what its marks mean."""
        table = Table(title=Text(self._say("title", plan=self._plan.title["zh" if self._zh else "en"])))
        for word in ("task", "earliest", "latest", "slack", "weeks", "decides"):
            table.add_column(self._say(word), overflow="fold", no_wrap=word == "weeks")
        for name in self.order:
            slot = self.slots[name]
            table.add_row(
                Text(self.title(name)),
                self.span(slot.earliest_start, slot.earliest_finish),
                self.span(slot.latest_start, slot.latest_finish),
                self._say("days", n=slot.slack_days),
                self.bar(name),
                Text(self.decides(name)),
            )
        yield table
        yield Text(self._say("legend", first=self._num.day(self.weeks[0])))

    def span(self, first: dt.date, last: dt.date) -> str:
        """Two days, without the year where the campaign is shorter than one."""
        return f"{self.day(first)}–{self.day(last)}"

    def day(self, day: dt.date) -> str:
        """A day, likewise."""
        return day.strftime("%m-%d" if self.clock.campaign_days < A_YEAR else "%Y-%m-%d")


def hardest(plan: Tasks) -> tuple[str, Slot]:
    """The task with the least slack."""
    return min(timetable(plan.tasks, plan.clock).items(), key=lambda item: (item[1].slack_days, item[0]))
