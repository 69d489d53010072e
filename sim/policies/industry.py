"""Industry support: trees, stock or greenhouses in kind, or a grant to buy them; with or without a contract to sell."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any, ClassVar, Literal

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from sim.core.numerics import total
from sim.core.rule import kernel
from sim.economy.investment import appeal, in_season, put_into, room, smallest, yearly_return
from sim.facts.lines import GREENHOUSE, LIVESTOCK, ORCHARD
from sim.facts.topics import KNOWS_INDUSTRY
from sim.money.reasons import INVESTMENT
from sim.money.till import spend
from sim.policies.policy import Policy, PolicySettings, TargetedSettings

if TYPE_CHECKING:
    from sim.model import VillageModel

LINE_OF = {"fruit": ORCHARD, "livestock": LIVESTOCK, "vegetables": GREENHOUSE}
# On tableland, river flats, hills: where a line is offered at all when terrain is matched.
SUITS = {"fruit": (True, True, True), "livestock": (True, True, True), "vegetables": (False, True, False)}


class IndustrySettings(TargetedSettings):
    """Levers of industry support."""

    line: Literal["fruit", "livestock", "vegetables"] = Field(description="what is built up")
    form: Literal["in_kind", "grant"] = Field(default="in_kind", description="goods, or money to buy them")
    value_yuan: float = Field(default=3000.0, gt=0, le=100_000, description="worth to each household")
    own_share: float = Field(default=0.0, ge=0, le=0.9, description="share of the worth the household must add itself")
    terrain_match: bool = Field(default=True, description="only where the terrain suits the line")
    contract: float = Field(
        default=0.0,
        ge=0,
        le=1,
        description="share of those served who get a contract or co-operative membership with it",
    )
    delivery_share: float = Field(
        default=0.08, ge=0, le=0.5, description="administration and transport on top of the worth"
    )
    round_days: int = Field(default=10, ge=1, le=100, description="days between rounds")


@kernel
def would_take(
    rows: NDArray[np.int64],
    households: Any,
    villages: Any,
    params: Any,
    todays: Any,
    line: int,
    value: float,
    gift_share: float,
    out: NDArray[np.float64],
) -> None:
    """How much of a line each would take, in yuan, when `gift_share` of it is given (0: none).

    What is given need only be worth the hands it takes; what the household adds itself must bear the return it asks for
    and the risk. Nobody takes more than the household could put to use.
    """
    p = params[0]
    today = todays[0]
    for i in range(rows.shape[0]):
        h = households[rows[i]]
        v = villages[h.village]
        space = room(h, v, p, today, line, 0.0)
        least = smallest(h, p, today, line)
        worth = min(value, space)
        own = (1.0 - gift_share) * worth
        if worth < min(least, value) or worth < p.gift_usable * value or own > max(0.0, h.cash_yuan):
            continue
        bears = yearly_return(h, v, p, today, line, worth)
        asked = bears - appeal(h, v, p, today, line, worth)
        if bears > (1.0 - gift_share) * asked:
            out[i] = worth


@kernel
def hand_over(
    rows: NDArray[np.int64],
    amounts: NDArray[np.float64],
    own: NDArray[np.float64],
    households: Any,
    params: Any,
    todays: Any,
    tills: NDArray[np.float64],
    line: int,
    used: NDArray[np.bool_],
) -> None:
    """Turn goods, or the part of a grant spent as meant, into the line; the household pays its own part."""
    p = params[0]
    today = todays[0]
    for i in range(rows.shape[0]):
        if not in_season(today, line):
            continue
        h = households[rows[i]]
        spend(h, tills[h.village], own[i], INVESTMENT)
        if amounts[i] > 0.0:
            put_into(h, p, today, line, amounts[i])
            used[i] = True


class Industry(Policy):
    """Support for one line."""

    kind: ClassVar[str] = "industry"
    title_en: ClassVar[str] = "Industry support"
    title_zh: ClassVar[str] = "产业扶持"
    Settings: ClassVar[type[PolicySettings]] = IndustrySettings
    settings: IndustrySettings
    programme: ClassVar[int] = KNOWS_INDUSTRY

    def begin(self, model: VillageModel) -> None:
        """Where the line suits, and how many could be served."""
        s = self.settings
        self._line = LINE_OF[s.line]
        terrain = model.villages["terrain"]
        suits = np.array(SUITS[s.line])[terrain] if s.terrain_match else np.ones(len(terrain), dtype=np.bool_)
        self._on = self.households_on(model) & suits[model.households["village"]]
        money = self.money_yuan(model)
        self._each = s.value_yuan * (1.0 - s.own_share) * (1.0 + s.delivery_share)
        self._each += model.p.contract_yuan * s.contract
        self.targets["started"] = float(int(money / self._each))
        self._done = np.zeros(len(model.households), dtype=np.bool_)

    def days(self, model: VillageModel) -> Iterable[int]:
        """Rounds, while the campaign lasts."""
        last = min(self.settings.end_day, model.clock.campaign_days)
        return range(self.settings.start_day, last + 1, self.settings.round_days)

    def eligible(self, model: VillageModel) -> NDArray[np.bool_]:
        """In a village that has it, able to work, told of it or registered, not served yet."""
        h = model.households
        told = ((h["knows"] >> KNOWS_INDUSTRY) & 1 == 1) | (h["registered"] == 1)
        return np.asarray(self._on & told & (h["workers"] > h["migrants"]) & ~self._done)

    def accepts(self, model: VillageModel, rows: NDArray[np.int64]) -> NDArray[np.float64]:
        """How much of it each would take, in yuan."""
        worth = np.zeros(len(rows))
        s = self.settings
        model.engine.call(
            would_take, rows, model.households, model.villages, model._p_row, model.today_rows,
            self._line, s.value_yuan, 1.0 - s.own_share, worth,
        )  # fmt: skip
        return worth

    def day(self, model: VillageModel) -> None:
        """One round: nothing is planted or built in frozen ground, and nobody comes at the festival."""
        s = self.settings
        if model.today.festival or not in_season(model.today, self._line):
            return
        rows = np.flatnonzero(self.eligible(model)).astype(np.int64)
        worth = np.zeros(len(model.households))
        worth[rows] = self.accepts(model, rows)
        rows = self.in_turn(model, rows[worth[rows] > 0])
        extra = model.p.contract_yuan * s.contract
        rows = self.ration(model, rows, worth[rows] * (1.0 - s.own_share) * (1.0 + s.delivery_share) + extra)
        rows = self.take_days(model, rows, model.p.industry_days, self._each)
        if not len(rows):
            return
        gift, own = worth[rows] * (1.0 - s.own_share), worth[rows] * s.own_share
        running = total(gift) * s.delivery_share + extra * len(rows)
        self.buy(model, running, "administration_yuan", "delivery, contracts and administration")
        self.mark_served(model, rows)
        self._done[rows] = True
        if s.form == "grant" and s.effects:
            self.pay_households(model, rows, gift, "industry grants")
        else:
            in_kind = "industry support in kind" if s.form == "in_kind" else "grants withheld (null check)"
            self.buy(model, total(gift), "grants_yuan", in_kind)
            self.benefit(model, rows, gift)
        if s.effects:
            self._build_up(model, rows, gift, own)
        self.count("started", float(len(rows)))

    def _build_up(
        self, model: VillageModel, rows: NDArray[np.int64], gift: NDArray[np.float64], own: NDArray[np.float64]
    ) -> None:
        s, h = self.settings, model.households
        amounts = gift + own
        if s.form == "grant":
            # A grant is the household's money: part of it goes elsewhere, the rest it pays out for the line.
            own = own + gift * (1.0 - model.p.grant_diverted)
            amounts = own
        used = np.zeros(len(rows), dtype=np.bool_)
        model.engine.call(
            hand_over, rows, amounts, own, h, model._p_row, model.today_rows, model.tills, self._line, used
        )
        h["knows"][rows] |= (1 << self._line) | (1 << KNOWS_INDUSTRY)
        signed = rows[self.luck(model, "contract", rows) < s.contract]
        h["contracted"][signed] = 1
