"""Prices of a line, and work away: what the world outside pays and asks for."""

from __future__ import annotations

from typing import ClassVar, Literal

from pydantic import Field

from sim.events.event import Lasting, Scene
from sim.facts.lines import LINES


class Price(Lasting):
    """A line fetches more or less than it would have; nobody expected it."""

    kind: ClassVar[str] = "price"
    title_en: ClassVar[str] = "Price of a line"
    title_zh: ClassVar[str] = "产品价格变动"

    line: Literal["staple", "orchard", "livestock", "greenhouse", "business"] = Field(description="which line")
    change: float = Field(default=-0.2, ge=-1, le=3, description="change of its price, as a share: -0.2 = a fifth less")

    def weigh(self, scene: Scene, name: str) -> None:
        """The price at every gate."""
        scene.market.struck_price[list(LINES).index(self.line)] *= 1.0 + self.change


class WorkAway(Lasting):
    """Those away find work for less (or more) of each month."""

    kind: ClassVar[str] = "work_away"
    title_en: ClassVar[str] = "Work away"
    title_zh: ClassVar[str] = "外出务工机会变动"

    change: float = Field(default=-0.1, ge=-1, le=1, description="change of the time worked away, as a share")

    def weigh(self, scene: Scene, name: str) -> None:
        """The months at work."""
        scene.market.struck_away *= 1.0 + self.change
