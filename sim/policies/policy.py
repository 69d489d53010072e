"""What every policy is made of: who is eligible, who accepts, what is delivered, what it costs and from which purse.

A policy is one class in one file. The model calls `begin` once when the run opens and `day` on each day that
`days` names; `month_end` follows the households' accounts. All of them work on the columns of the world (NumPy
record arrays) and move money only through `model.accounts`. A policy that is not in the plan's list costs
nothing and draws nothing.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from typing import TYPE_CHECKING, ClassVar, Literal

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict, Field

from sim.core.draws import number_of, uniforms
from sim.core.numerics import total

if TYPE_CHECKING:
    from sim.model import VillageModel

Mask = NDArray[np.bool_]
RowsOf = NDArray[np.int64]
Yuan = NDArray[np.float64]


class PolicySettings(BaseModel):
    """Settings that every policy has; a policy's own `Settings` adds its levers."""

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)

    budget_yuan: float = Field(
        default=0.0, ge=0, description="most the policy may pay out in the whole county; 0 = whatever its purses hold"
    )
    purses: tuple[str, ...] = Field(
        default=(), description="purses it may draw on, in this order; empty = all that permit its kind"
    )
    start_day: int = Field(default=1, ge=1, le=3650, description="campaign day on which it starts")
    end_day: int = Field(default=100, ge=1, le=3650, description="last campaign day on which it takes anyone in")
    village_share: float = Field(
        default=1.0, ge=0, le=1, description="share of villages that have it, drawn by keyed lottery"
    )
    effects: bool = Field(default=True, description="false: delivered and paid, but nothing changes (a null check)")


class TargetedSettings(PolicySettings):
    """Settings of a policy that takes households in turn."""

    priority: Literal["poorest", "registered", "linked", "anyone"] = Field(
        default="registered", description="who comes first when money or places are short"
    )
    capture: float = Field(default=0.1, ge=0, le=1, description="share of places that go by connections, not by need")


COST_ITEMS = (
    "grants_yuan",
    "interest_subsidy_yuan",
    "loan_losses_yuan",
    "capital_cost_yuan",
    "administration_yuan",
    "cadre_days_yuan",
)


class Policy:
    """One intervention. Subclasses set `kind`, `Settings` and answer the four questions."""

    kind: ClassVar[str] = ""
    title_en: ClassVar[str] = ""
    title_zh: ClassVar[str] = ""
    Settings: ClassVar[type[PolicySettings]] = PolicySettings
    programme: ClassVar[int] = 0
    """Bit of `knows` of those who have been told of it; 0 = nobody needs to be."""
    most: ClassVar[int] = 31
    """How many of the kind a scenario may have; 31 policies in all, since a household's `served` has a bit for each."""

    def __init__(self, settings: PolicySettings, label: str, bit: int = 0) -> None:
        self.settings = settings
        self.label = label
        self.bit = bit
        self.costs: dict[str, float] = dict.fromkeys(COST_ITEMS, 0.0)
        self.cash_outlay_yuan = 0.0
        self.principal_yuan = 0.0
        self.targets: dict[str, float] = {}
        self.delivered: dict[str, float] = defaultdict(float)
        self.met_yuan = 0.0  # what was asked for and could be given
        self.lost_yuan: dict[str, float] = defaultdict(float)  # what was asked for and could not, by what bound
        self.benefit_yuan: Yuan = np.zeros(0)
        self.reach: Mask | None = None  # households that a trial offers it to; None = wherever the settings say

    # ---- what a subclass answers -------------------------------------------------------------------------------

    def days(self, model: VillageModel) -> Iterable[int]:
        """Campaign days (1 = first) on which `day` is called."""
        return range(self.settings.start_day, self.settings.end_day + 1)

    def begin(self, model: VillageModel) -> None:
        """Called once, when the run opens."""

    def day(self, model: VillageModel) -> None:
        """Called on each of `days`, before the households' accounts close."""

    def month_end(self, model: VillageModel) -> None:
        """Called after the households' accounts have closed."""

    def books_closed(self, model: VillageModel) -> None:
        """Called when the month's payments have been posted (`model.interest_subsidy_yuan` and so on are known)."""

    def final_losses(self, model: VillageModel) -> float:
        """Losses to be reckoned with as the run ends, beyond those already booked, in yuan."""
        return 0.0

    # ---- chance, purses, places --------------------------------------------------------------------------------

    def number(self, name: str) -> int:
        """The number of one of this policy's chance events; a label of its own counts among them."""
        who = self.kind if self.label == self.kind else f"{self.kind}.{self.label}"
        return number_of(f"policy.{who}.{name}")

    def luck(self, model: VillageModel, name: str, rows: RowsOf, day: int = 0, k: int = 0) -> Yuan:
        """One keyed uniform for each of the households in `rows`."""
        return uniforms(model.seed, self.number(name), model.keys[rows], day, k)

    def villages_on(self, model: VillageModel) -> Mask:
        """Villages that have the policy: all, or a keyed lottery's share; in a trial, those it is offered in."""
        on = np.ones(len(model.villages), dtype=np.bool_)
        if self.settings.village_share < 1.0:
            keys = model.villages["key"].astype(np.int64)
            on = uniforms(model.seed, self.number("village"), keys, 0) < self.settings.village_share
        if self.reach is not None:
            on &= np.bincount(model.households["village"], weights=self.reach, minlength=len(on)) > 0
        return on

    def households_on(self, model: VillageModel) -> Mask:
        """Households that the policy is offered to: all of the villages that have it, or those a trial names."""
        on: Mask = self.villages_on(model)[model.households["village"]]
        return on if self.reach is None else on & self.reach

    def villages_in_turn(self, model: VillageModel) -> RowsOf:
        """Villages that have the policy, in the order of a keyed lottery: who goes first when money is short."""
        rows = np.flatnonzero(self.villages_on(model)).astype(np.int64)
        keys = model.villages["key"][rows].astype(np.int64)
        return rows[np.lexsort((keys, uniforms(model.seed, self.number("village turn"), keys, 0)))]

    def in_turn(self, model: VillageModel, rows: RowsOf) -> RowsOf:
        """Order candidates by need, then a keyed lottery, then key; a captured share of places goes by connections.

        With `capture` 0.1 every tenth place goes to the next in line among the well-off, who know whom to ask.
        """
        if not len(rows):
            return rows
        h = model.households[rows]
        means = model.income_per_head[rows]
        if not isinstance(self.settings, TargetedSettings):
            return rows[np.lexsort((h["key"], self.luck(model, "lottery", rows)))]
        priority = self.settings.priority
        if priority == "poorest":
            place = model.world.perceived_yuan[rows]  # nobody knows incomes better than the registry does
        elif priority == "registered":
            place = np.where(h["registered"] == 1, 0.0, 1.0)
        elif priority == "linked":
            place = np.where(h["linked"] == 1, 0.0, np.where(h["registered"] == 1, 0.5, 1.0))
        else:
            place = np.zeros(len(rows))
        in_need = np.lexsort((h["key"], self.luck(model, "lottery", rows), place))
        share = self.settings.capture
        if share <= 0:
            return rows[in_need]
        well_off = means > 1.5 * model.line_yuan
        by_connections = np.lexsort((h["key"], self.luck(model, "connections", rows)))
        by_connections = by_connections[well_off[by_connections]]
        # Position of each in a merged list: the k-th connected stands at k/share, the k-th in need where it is left.
        at = np.full(len(rows), np.inf)
        at[by_connections] = (np.arange(len(by_connections)) + 1) / share - 1.0
        at[in_need] = np.minimum(at[in_need], np.arange(len(in_need)) / (1.0 - share) if share < 1 else np.inf)
        return rows[np.lexsort((h["key"], at))]

    def money_yuan(self, model: VillageModel) -> float:
        """What the policy may pay out in all: its budget, or what its purses release by the campaign's last day.

        Scenario files state amounts for the whole county; a world of fewer villages has its share of them.
        """
        if self.settings.budget_yuan > 0:
            return self.settings.budget_yuan * model.county_share
        return model.purses.available(self.kind, self.settings.purses, model.clock.end)

    def left_yuan(self, model: VillageModel) -> float:
        """What the policy may still pay out today."""
        held = model.purses.available(self.kind, self.settings.purses, model.today_date)
        if self.settings.budget_yuan <= 0:
            return held
        return min(held, max(0.0, self.money_yuan(model) - self.cash_outlay_yuan))

    def ration(self, model: VillageModel, rows: RowsOf, each_yuan: Yuan) -> RowsOf:
        """The candidates, in turn, who can be paid; it stops at the first who cannot.

        Who goes without asks again in the next round: what the last round could not pay is what the purse lost.

        Args:
            model: The model.
            rows: Candidates in their order.
            each_yuan: What each would cost.
        """
        enough = np.cumsum(each_yuan) <= self.left_yuan(model) + 1e-9
        served = len(rows) if enough.all() else int(np.argmin(enough))
        self.met_yuan += total(each_yuan[:served])
        self.lost_yuan["purse"] = total(each_yuan[served:])
        return rows[:served]

    def pay_households(self, model: VillageModel, rows: RowsOf, amounts_yuan: Yuan, reason: str) -> None:
        """Grants in cash."""
        amount = total(np.ascontiguousarray(amounts_yuan))
        for purse, part in model.purses.draw(self.kind, self.settings.purses, model.today_date, amount):
            model.accounts.pay(purse, f"policy {self.label}", part, "funds")
        model.accounts.pay_households(f"policy {self.label}", rows, amounts_yuan, reason)
        self.costs["grants_yuan"] += amount
        self.cash_outlay_yuan += amount
        self.benefit(model, rows, amounts_yuan)

    def buy(self, model: VillageModel, amount_yuan: float, item: str, reason: str) -> None:
        """Pay the market (goods in kind, classes, meetings) from the policy's purses."""
        if amount_yuan <= 0:
            return
        for purse, part in model.purses.draw(self.kind, self.settings.purses, model.today_date, amount_yuan):
            model.accounts.pay(purse, "market", part, reason)
        self.costs[item] += amount_yuan
        self.cash_outlay_yuan += amount_yuan

    def benefit(self, model: VillageModel, rows: RowsOf, amounts_yuan: Yuan | float) -> None:
        """Note what each household received, in money or money's worth."""
        if not len(self.benefit_yuan):
            self.benefit_yuan = np.zeros(len(model.households))
        self.benefit_yuan[rows] += amounts_yuan
        model.households["support_yuan"][rows] += amounts_yuan

    def mark_served(self, model: VillageModel, rows: RowsOf) -> None:
        """Note who was reached."""
        model.households["served"][rows] |= 1 << self.bit

    def count(self, name: str, amount: float) -> None:
        """Add to what has been delivered (visited, told, enrolled, trained, lent, started, finished)."""
        self.delivered[name] += amount

    def take_days(self, model: VillageModel, rows: RowsOf, days_each: float, each_yuan: float) -> RowsOf:
        """Those of `rows`, in turn, for whom their village's cadres still have days."""
        served, _, used = model.cadre_days.take(rows, days_each)
        self.costs["cadre_days_yuan"] += used * model.profile.support.day_cost_yuan
        unserved_yuan = each_yuan * (len(rows) - len(served))
        self.met_yuan -= unserved_yuan
        self.lost_yuan["cadre_days"] = unserved_yuan
        return served
