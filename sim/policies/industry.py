"""Industry support: trees, stock or greenhouses in kind, or a grant to buy them; with or without a contract to sell."""

from __future__ import annotations

from collections.abc import Iterable
from typing import ClassVar, Literal

import numpy as np
from pydantic import Field, ValidationInfo, field_validator

from sim.core.numerics import total
from sim.economy.investment import in_season
from sim.facts.lines import GREENHOUSE, LIVESTOCK, ORCHARD
from sim.facts.topics import KNOWS_INDUSTRY
from sim.money.reasons import reason
from sim.policies import bends, contracts
from sim.policies.gifts import Gifts, would_take
from sim.policies.policy import County, Mask, Names, Policy, PolicySettings, RowsOf, TargetedSettings, Yuan
from sim.policies.settings import BUDGET, TURNS, Lever

GRANTS = reason("industry grants", "产业补助")
IN_KIND = reason("industry support in kind", "产业实物扶持")
RUNNING = reason("delivery, contracts and administration", "发放、签约和管理费用")
LINE_OF = {"fruit": ORCHARD, "livestock": LIVESTOCK, "vegetables": GREENHOUSE}
# On tableland, river flats, hills: where a line is offered at all when terrain is matched.
SUITS = {"fruit": (True, True, True), "livestock": (True, True, True), "vegetables": (False, True, False)}


class IndustrySettings(TargetedSettings):
    """Levers of industry support."""

    line: Literal["fruit", "livestock", "vegetables"] = Field(description="what is built up")
    form: Literal["in_kind", "grant"] = Field(default="in_kind", description="goods, or money to buy them")
    value_yuan: float = Field(default=3000.0, ge=1, le=100_000, description="worth to each household")
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

    @field_validator("terrain_match")
    @classmethod
    def _somewhere_unsuited(cls, value: bool, info: ValidationInfo) -> bool:
        line = str(info.data.get("line"))
        if not value and all(SUITS.get(line, ())):
            raise ValueError(f"has no use here: every terrain suits {line}")
        return value


class Industry(Policy):
    """Support for one line."""

    kind: ClassVar[str] = "industry"
    title_en: ClassVar[str] = "Industry support"
    title_zh: ClassVar[str] = "产业扶持"
    may_change: ClassVar[dict[str, Lever]] = {
        "form": Lever("Form of the support", "扶持形式"),
        "value_yuan": Lever("Worth to each household", "每户扶持价值"),
        "own_share": Lever("Share that the household adds", "农户自筹比例", "share"),
        "delivery_share": Lever("Administration and transport", "管理运输费比例", "share"),
        "contract": Lever("Households with a contract or membership", "签约或入社比例", "share"),
        **BUDGET,
        **TURNS,
    }
    counts: ClassVar[dict[str, Names]] = {"started": ("Households that began production", "投入生产户数")}
    warm: ClassVar[dict[str, object]] = {"line": "livestock", "end_day": 200}
    beside: ClassVar[dict[str, dict[str, object]]] = {
        "terrain_match": {"line": "vegetables", "value_yuan": 10_000.0, "uncertainties.farm.greenhouse_irrigation": 0.1}
    }
    Settings: ClassVar[type[PolicySettings]] = IndustrySettings
    settings: IndustrySettings
    programme: ClassVar[int] = KNOWS_INDUSTRY
    untold: ClassVar[str] = "registered"

    def open(self, county: County) -> None:
        """Where the line suits, and how many could be served."""
        s = self.settings
        self._line = LINE_OF[s.line]
        self._gifts = Gifts(county, self._line)
        terrain = county.villages["terrain"]
        suits = np.array(SUITS[s.line])[terrain] if s.terrain_match else np.ones(len(terrain), dtype=np.bool_)
        self._on = self.households_on(county) & suits[county.households["village"]]
        self.settings_changed(county)
        each = s.value_yuan * (1.0 - s.own_share) * (1.0 + s.delivery_share) + self._contract_yuan
        self.book.targets["started"] = float(int(self.money_yuan(county) / each))

    def settings_changed(self, county: County) -> None:
        """What contracts cost, a household served."""
        self._contract_yuan = county.p.contract_yuan * self.settings.contract

    def days(self, county: County) -> Iterable[int]:
        """Rounds, from the first day on."""
        return self.rounds(county, self.settings.round_days)

    def in_season(self, county: County) -> bool:
        """Nothing is planted or built in frozen ground, and nobody comes at the festival."""
        return super().in_season(county) and in_season(county.today, self._line)

    def eligible(self, county: County) -> Mask:
        """In a village that has it, able to work, told of it or registered, not served yet."""
        h = county.households
        told = ((h["knows"] >> KNOWS_INDUSTRY) & 1 == 1) | (h["registered"] == 1)
        return np.asarray(self._on & told & (h["workers"] > h["migrants"]) & ~self.book.served)

    def accepts(self, county: County, rows: RowsOf) -> Yuan:
        """The part that is given of what each would take."""
        s, worth = self.settings, np.zeros(len(rows))
        county.apply(would_take, rows, self._line, s.value_yuan, 1.0 - s.own_share, worth)
        return worth * (1.0 - s.own_share)

    def cost_yuan(self, county: County, worth_yuan: Yuan) -> Yuan:
        """The goods, and delivery, contracts and administration."""
        return worth_yuan * (1.0 + self.settings.delivery_share) + self._contract_yuan

    def days_each(self, county: County) -> float:
        """Choosing, signing, handing over."""
        return county.p.industry_days

    def pay(self, county: County, rows: RowsOf, worth_yuan: Yuan) -> None:
        """Goods from the market, or money to the households."""
        s, amount = self.settings, total(worth_yuan)
        running = amount * s.delivery_share + self._contract_yuan * len(rows)
        self.buy(county, running, "administration_yuan", RUNNING)
        if s.form == "in_kind":
            self.buy(county, amount, "grants_yuan", IN_KIND)
        else:
            self.grant(county, rows, worth_yuan, GRANTS, counts_as="capital")

    def hand_over(self, county: County, rows: RowsOf, worth_yuan: Yuan) -> None:
        """The household adds its own part, and puts the line to use."""
        s, h = self.settings, county.households
        own = worth_yuan / (1.0 - s.own_share) * s.own_share
        given = bends.what_arrives(county, self.label, rows, worth_yuan)
        amounts = given + own
        if s.form == "grant":
            # A grant is the household's money: part of it goes elsewhere, the rest it pays out for the line.
            own = own + given * (1.0 - county.p.grant_diverted)
            amounts = own
        else:
            bends.take(county, "market", worth_yuan, given)
        self._gifts.hand_over(county, rows, amounts, own)
        h["knows"][rows] |= (1 << self._line) | (1 << KNOWS_INDUSTRY)
        signed = rows[self.luck(county, "contract", rows) < s.contract]
        contracts.sign(county, signed)

    def month_end(self, county: County) -> None:
        """What has been given lives on, or not."""
        self._gifts.month(county, self.number("gift"))
