"""Drought, hail and flood: a season's harvest in some places, and with a flood houses and roads."""

from __future__ import annotations

from typing import ClassVar, Literal

from pydantic import Field

from sim.economy import weather
from sim.events.event import Lasting, Scene, Somewhere, number


class Drought(Lasting, Somewhere):
    """A drought of a severity while it lasts, whatever the year would have been; irrigated land feels it less."""

    kind: ClassVar[str] = "drought"
    title_en: ClassVar[str] = "Drought"
    title_zh: ClassVar[str] = "干旱"

    severity: Literal["minor", "major"] = Field(default="major", description="as the model's years have it")

    def weigh(self, scene: Scene, name: str) -> None:
        """The weather of these villages is that of such a year."""
        severity = weather.MAJOR if self.severity == "major" else weather.MINOR
        scene.market.forced[self.villages(scene.county, name)] = severity


class Hail(Lasting, Somewhere):
    """Part of the harvest of some villages is lost."""

    kind: ClassVar[str] = "hail"
    title_en: ClassVar[str] = "Hail or late frost"
    title_zh: ClassVar[str] = "冰雹或晚霜"

    loss: float = Field(default=0.5, ge=0, le=1, description="share of the harvest that is lost while it lasts")

    def weigh(self, scene: Scene, name: str) -> None:
        """What is left of the yield."""
        scene.market.struck[self.villages(scene.county, name)] *= 1.0 - self.loss


class Flood(Hail):
    """The same, and houses are damaged and roads washed away."""

    kind: ClassVar[str] = "flood"
    title_en: ClassVar[str] = "Flood"
    title_zh: ClassVar[str] = "洪涝"

    houses: float = Field(default=0.1, ge=0, le=1, description="share of houses that are sound no longer")
    road: float = Field(default=0.2, ge=0, le=1, description="share of the quality of roads that is lost")

    def happen(self, scene: Scene, name: str) -> None:
        """Houses and roads."""
        county, there = scene.county, self.villages(scene.county, name)
        rows = self.households(county, name)
        hit = rows[county.luck(number(name, "house"), rows) < self.houses]
        county.households["house"][hit] = 0
        county.households["home_yuan"][hit] = 0.0  # what had been put into it is gone too
        county.villages["road"][there] *= 1.0 - self.road
