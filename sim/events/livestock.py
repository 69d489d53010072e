"""Disease of stock: part of the herds of some households is lost."""

from __future__ import annotations

from typing import ClassVar

from pydantic import Field

from sim.events.event import Event, Scene, Somewhere, number


class Disease(Event, Somewhere):
    """An outbreak on a day: herds are hit by keyed lottery, and lose part of their animals."""

    kind: ClassVar[str] = "disease"
    title_en: ClassVar[str] = "Disease of stock"
    title_zh: ClassVar[str] = "牲畜疫病"

    spread: float = Field(default=0.3, ge=0, le=1, description="share of herds that it reaches")
    loss: float = Field(default=0.5, ge=0, le=1, description="share of a herd that dies")

    def happen(self, scene: Scene, name: str) -> None:
        """The animals die."""
        county, rows = scene.county, self.households(scene.county, name)
        hit = rows[county.luck(number(name, "herd"), rows) < self.spread]
        county.households["livestock_head"][hit] *= 1.0 - self.loss
