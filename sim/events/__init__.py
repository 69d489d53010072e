"""What may befall a county on a day, one file a kind of it: `[events.NAME]` of a scenario."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from functools import cache
from importlib import import_module
from pkgutil import iter_modules

from sim.events.event import Event, Scene, Somewhere
from sim.money.audit import Audit

__all__ = ["Event", "Events", "Scene", "Somewhere", "registry"]


@cache
def registry() -> dict[str, type[Event]]:
    """Every kind of event that ships."""
    found: dict[str, type[Event]] = {}
    for module in sorted(one.name for one in iter_modules(__path__)):
        for value in vars(import_module(f"{__name__}.{module}")).values():
            if isinstance(value, type) and issubclass(value, Event) and value.kind:
                found[value.kind] = value
    return dict(sorted(found.items()))


class Events:
    """The events of a run, in the order of their names.

    Args:
        named: The plan's events.
        start: First day of the campaign.
    """

    def __init__(self, named: Mapping[str, Event], start: dt.date) -> None:
        self._named = [(name, one, one.first_day(start), one.last_day(start)) for name, one in sorted(named.items())]

    def day(self, scene: Scene, audit: Audit) -> None:
        """Let happen what happens today, each held against the books."""
        for name, event, first, _ in self._named:
            if first == scene.county.date:
                audit.look()
                event.happen(scene, name)
                audit.hold(f"event '{name}'", first)

    def open_month(self, scene: Scene) -> None:
        """What weighs on the month that begins today."""
        if not self._named:
            return
        scene.market.lift()
        for name, one, first, last in self._named:
            if first <= scene.county.date <= last:
                one.weigh(scene, name)
