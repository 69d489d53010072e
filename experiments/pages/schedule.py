"""What a plan says of dates and conditions, in words: which settings change when, and which measure starts on what."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from experiments.pages.numbers import Estimate, Numbers, Unit, unit_of
from experiments.pages.words import Words
from sim.calendar.clock import Clock
from sim.core.dates import date_of
from sim.events import Somewhere
from sim.events import registry as events
from sim.facts.lines import LINES
from sim.policies import registry
from sim.policies.settings import Lever
from sim.recording.panel import OF_A_YEAR
from sim.scenario.changes import parts_of

Named = Callable[[str], str]


class Schedule:
    """The dates and conditions of one plan.

    Args:
        plan: The content of the scenario file that gives it (`Plan.resolved`).
        language: "en" or "zh".
        named: What a policy is called, by its label; by default the label in quotes.
        own: What settings of the user's own policies are called, by their "module:Class".
    """

    def __init__(
        self,
        plan: Mapping[str, Any],
        language: str,
        named: Named | None = None,
        own: Mapping[str, Mapping[str, Lever]] | None = None,
    ) -> None:
        self._plan, self._zh = plan, language == "zh"
        self._say, self._num = Words(language, "schedule", era=plan.get("era", "2012")), Numbers(language)
        self._own = own or {}
        self._named = named or (lambda label: f"“{label}”" if self._zh else f"'{label}'")
        self._policies = {str(one.get("label") or one["kind"]): one for one in plan.get("policies", ())}
        self._purses = {str(one["id"]): one for one in plan.get("purses", ())}
        campaign = plan.get("campaign") or {}
        self._clock = None
        if campaign.get("start") and campaign.get("days") and plan.get("horizon_months"):
            self._clock = Clock(campaign["start"], campaign["days"], plan["horizon_months"])

    def said(self) -> list[str]:
        """A sentence for each change, by date, for each measure that waits for a condition, and for each event."""
        return [*self._changes(), *(self._starts(label) for label in self.waiting), *self.events.values()]

    @property
    def events(self) -> dict[str, str]:
        """What befalls the county, a sentence each, by the event's name."""
        return {name: self._event(table) for name, table in self._plan.get("events", {}).items()}

    @property
    def waiting(self) -> list[str]:
        """Labels of the policies with a start condition."""
        return [label for label, one in self._policies.items() if one.get("start_when")]

    def condition(self, label: str) -> str:
        """What has to be so for a policy to start."""
        when = self._policies[label]["start_when"]
        side = "above" if "above" in when else "below"
        value = self._num.unit(unit_of(when["measure"]))
        return self._say(
            "condition",
            measure=self._say.term("indicator", when["measure"]),
            group=self._term_in_brackets(when.get("of", "all")),
            side=self._say(side),
            value=self._num.values(when[side] * value.factor) + value.suffix,
        )

    def days_of_start(self, median: float, first: float, last: float) -> str:
        """When a policy started in several runs, given campaign days."""
        days = {"median": median, "first": first, "last": last}
        dates = {name: self.date(int(day)) for name, day in days.items()}
        return self._say("started_on" if first == last else "started_between", **dates)

    def run(self, label: str, campaign_day: int | None) -> str:
        """When a policy started in one run, or that it did not."""
        if campaign_day is None:
            return self._say("run_waits", policy=self._named(label), condition=self.condition(label))
        return self._say("run_started", policy=self._named(label), date=self.date(campaign_day), day=campaign_day)

    def date(self, campaign_day: int) -> str:
        """The date of a campaign day."""
        return self._num.day(self._date(campaign_day))

    def _date(self, day: dt.date | int) -> dt.date:
        return date_of(day, self._plan["campaign"]["start"])

    def _term_in_brackets(self, group: str) -> str:
        name = self._say.term("group", group)
        return name if self._zh else name[:1].lower() + name[1:]

    def _changes(self) -> Iterator[str]:
        now = {(head, name, key): value for head, name, key, value in self._settings()}
        for change in self._plan.get("changes", ()):
            for address, value in change.items():
                if address == "date":
                    continue
                where = parts_of(address)
                before, now[where] = now.get(where), value
                yield self._changed(self._num.day(change["date"]), where, before, value)

    def _event(self, table: Mapping[str, Any]) -> str:
        event = events()[table["kind"]].model_validate({key: value for key, value in table.items() if key != "kind"})
        said: dict[str, Any] = {"date": self._num.day(self._date(event.start)), "months": table.get("months")}
        for key, value in table.items():
            if isinstance(value, float):
                sign = "+" if key == "change" and value > 0 else ""
                said[key] = sign + self._num.share(value)
        if isinstance(event, Somewhere):
            said["where"] = self._where(event)
        if "line" in table:
            said["line"] = LINES[table["line"]].zh if self._zh else LINES[table["line"]].en
        if "severity" in table:
            said["severity"] = self._say(f"severity_{table['severity']}")
        if "purse" in table:
            said["purse"] = self._purses[table["purse"]]["title_zh" if self._zh else "title_en"]
        for key in ("days", "number"):
            if key in table:
                said[key] = self._num.values(abs(table[key]))
        side = ("_fewer" if table["number"] < 0 else "_more") if "number" in table else ""
        return self._say(f"event_{table['kind']}{side}", **said)

    def _where(self, event: Somewhere) -> str:
        towns = self._num.join(list(event.townships))
        where = self._say("where_towns", towns=towns) if towns else self._say("where_all")
        if event.village_share < 1.0:
            where = self._say("where_share", where=where, share=self._num.share(event.village_share))
        return where

    def _settings(self) -> Iterator[tuple[str, str, str, Any]]:
        for head, tables in (("policies", self._policies), ("purses", self._purses)):
            for name, table in tables.items():
                yield from ((head, name, key, value) for key, value in table.items())

    def _changed(self, date: str, where: tuple[str, str, str], before: Any, after: Any) -> str:
        head, name, setting = where
        if head == "purses":
            title = str(self._purses.get(name, {}).get("title_zh" if self._zh else "title_en") or name)
            amounts = (self._num.show(Estimate(float(value or 0.0)), "yuan") for value in (before, after))
            return self._say("purse", date=date, purse=title, **dict(zip(("before", "after"), amounts, strict=True)))
        lever = self._lever(name, setting)
        unit = self._num.unit("yuan" if setting.endswith("_yuan") else lever.unit)
        named = {"date": date, "setting": lever.zh if self._zh else lever.en, "policy": self._named(name)}
        if before is None:
            return self._say("becomes", **named, after=self._value(after, unit))
        return self._say("changes", **named, before=self._value(before, unit), after=self._value(after, unit))

    def _lever(self, label: str, setting: str) -> Lever:
        kind = self._policies[label]["kind"]
        levers = self._own.get(kind) or (registry()[kind].may_change if kind in registry() else {})
        return Lever(*levers.get(setting, (setting, setting)))

    def _value(self, value: Any, unit: Unit) -> str:
        if isinstance(value, bool):
            return self._say("yes" if value else "no")
        if isinstance(value, (list, tuple)):
            return self._num.join([self._value(one, unit) for one in value])
        if isinstance(value, (int, float)):
            return self._num.values(value * unit.factor) + unit.suffix
        return self._say.term("choice", str(value))

    def _starts(self, label: str) -> str:
        when = self._policies[label]["start_when"]
        since = when.get("not_before")
        late = since is not None and self._date(since) > self._date(1)
        looked = self._say("looked_from", date=self._num.day(self._date(since))) if late else self._say("looked")
        moves = self._moves(self._date(since or 1)) if when["measure"] in OF_A_YEAR else ""
        condition = self.condition(label)
        return self._say("starts", policy=self._named(label), condition=condition, looked=looked, moves=moves)

    def _moves(self, since: dt.date) -> str:
        """When a figure of the year changes from a day on, as far as a measure could still start by it."""
        if self._clock is None:
            return ""
        clock = self._clock
        days = [clock.date(day) for day in clock.marks().values() if day < clock.last_day_index]
        dates = [self._num.day(day) for day in days if day >= since]
        return self._say("moves", dates=self._num.join(dates)) if dates else self._say("moves_not")
