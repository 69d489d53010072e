"""`[events.NAME]`: what befalls the county in a plan, every event checked against its kind, places, purses and days."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Collection, Mapping, Sequence
from typing import Any

from sim.core.errors import UserError
from sim.core.text import printable
from sim.events import Event, Somewhere, registry
from sim.events.means import PurseEvent
from sim.money.purse import Purse
from sim.scenario.layers import Layers
from sim.scenario.parts import Campaign
from sim.toml.check import check
from sim.toml.source import meant, show

NAME = re.compile(r"[^\W\d_][\w-]*")
NAME_IS = "letters (Chinese ones too), digits, _ and -, starting with a letter"


def events_of(
    layers: Layers,
    purses: Sequence[Purse],
    townships: Collection[str],
    campaign: Campaign,
    days: tuple[dt.date, dt.date],
    problems: list[UserError],
) -> dict[str, Event]:
    """The events that files and settings ask for, every one checked.

    Args:
        layers: Files laid over one another, and settings over them.
        purses: The plan's purses.
        townships: Names of the profile's townships, in both languages.
        campaign: The plan's campaign.
        days: First and last day of the run.
        problems: Takes what is wrong.
    """
    named = layers.data.get("events", {})
    if not isinstance(named, Mapping):
        mend = "write [events.NAME] before each"
        problem = f"must be a table of events, found {show(named)}"
        problems.append(layers.place(("events",)).error(problem, field="events", mend=mend))
        return {}
    found = {}
    for name, table in sorted(named.items()):
        event = _event(layers, name, table, problems)
        if event is not None:
            _check_means(layers, name, event, purses, townships, problems)
            _check_days(layers, name, event, campaign, days, problems)
            found[name] = event
    return found


def _event(layers: Layers, name: str, table: Any, problems: list[UserError]) -> Event | None:
    place = layers.place(("events", name))
    if not NAME.fullmatch(name):
        problem = f"'{printable(name)}' cannot name an event"
        allowed = NAME_IS
        problems.append(place.error(problem, field="events", allowed=allowed))
        return None
    kind = table.get("kind") if isinstance(table, Mapping) else None
    kinds = registry()
    if kind not in kinds:
        where = layers.place(("events", name, "kind"))
        said = f"unknown kind {show(kind)}" if kind is not None else "'kind' is missing"
        problems.append(where.error(said, field=f"events.{name}", **meant(str(kind), kinds)))
        return None
    own = {key: value for key, value in table.items() if key != "kind"}
    event, wrong = check(kinds[kind], own, layers.place, at=("events", name), name=f"events.{name}", also=("kind",))
    problems += wrong
    return event


def _check_means(
    layers: Layers, name: str, event: Event, purses: Sequence[Purse], towns: Collection[str], problems: list[UserError]
) -> None:
    """Its purse is one of the plan's, its townships are of the profile."""
    if isinstance(event, PurseEvent) and event.purse not in (known := [purse.id for purse in purses]):
        where = layers.place(("events", name, "purse"))
        problem = f"there is no purse '{event.purse}'"
        problems.append(where.error(problem, field=f"events.{name}.purse", **meant(event.purse, known)))
    if isinstance(event, Somewhere):
        for index, town in enumerate(event.townships):
            if town not in towns:
                where = layers.place(("events", name, "townships", index))
                problem = f"there is no township '{town}'"
                problems.append(where.error(problem, field=f"events.{name}.townships", **meant(town, towns)))


def _check_days(
    layers: Layers,
    name: str,
    event: Event,
    campaign: Campaign,
    days: tuple[dt.date, dt.date],
    problems: list[UserError],
) -> None:
    day = event.first_day(campaign.start)
    if not days[0] <= day <= days[1]:
        where = layers.place(("events", name, "start"))
        problem, allowed = f"would happen on {day}", f"{days[0]} to {days[1]}, the days of the run"
        problems.append(where.error(problem, field=f"events.{name}.start", allowed=allowed))
