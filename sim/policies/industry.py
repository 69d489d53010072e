"""Industry support: trees, stock or greenhouses in kind, or a grant to buy them; with or without a contract to sell."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, ClassVar, Literal

import numpy as np
from numpy.typing import NDArray
from pydantic import Field, ValidationInfo, field_validator

from sim.core.numerics import total
from sim.core.rule import kernel
from sim.economy.investment import appeal, capacity_yuan, in_season, put_into, smallest, yearly_return
from sim.facts.lines import GREENHOUSE, LIVESTOCK, ORCHARD
from sim.facts.topics import KNOWS_INDUSTRY
from sim.money.reasons import INVESTMENT, reason
from sim.money.till import spend
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
        space = capacity_yuan(h, v, p, today, line, 0.0)
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
def put_to_use(
    rows: NDArray[np.int64],
    households: Any,
    villages: Any,
    params: Any,
    todays: Any,
    amounts: NDArray[np.float64],
    own: NDArray[np.float64],
    tills: NDArray[np.float64],
    line: int,
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
        amounts = worth_yuan + own
        if s.form == "grant":
            # A grant is the household's money: part of it goes elsewhere, the rest it pays out for the line.
            own = own + worth_yuan * (1.0 - county.p.grant_diverted)
            amounts = own
        county.apply(put_to_use, rows, amounts, own, county.tills, self._line)
        h["knows"][rows] |= (1 << self._line) | (1 << KNOWS_INDUSTRY)
        signed = rows[self.luck(county, "contract", rows) < s.contract]
        h["contracted"][signed] = 1
