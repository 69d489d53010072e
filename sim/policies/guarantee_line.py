"""The guarantee line: households seen below it are paid what they lack, month by month."""

from __future__ import annotations

from collections.abc import Iterable
from typing import ClassVar

import numpy as np
from pydantic import Field

from sim.core.numerics import exp_array, norm_ppf_array
from sim.money.reasons import reason
from sim.policies.policy import County, Mask, Names, Policy, PolicySettings, RowsOf, Yuan
from sim.policies.settings import BUDGET, Lever

PAID = reason("supplement up to the guarantee line", "低保提标扩面补差")


class GuaranteeLineSettings(PolicySettings):
    """Levers of the guarantee."""

    line_share: float = Field(default=0.7, ge=0, le=2, description="guarantee line, as a share of the county's line")
    pays: float = Field(default=1.0, ge=0, le=1, description="share of what is lacking that is paid")
    review_days: int = Field(default=180, ge=30, le=730, description="days between reviews of who is below it")
    most_yuan: float = Field(default=400.0, ge=0, le=5_000, description="most a person and month")


class GuaranteeLine(Policy):
    """Every review: income of the last twelve months is looked through, with error, and savings are.

    Who is seen below the line gets the difference every month until the next review, beside what guarantee there is.
    """

    kind: ClassVar[str] = "guarantee_line"
    title_en: ClassVar[str] = "Guarantee line"
    title_zh: ClassVar[str] = "低保兜底保障"
    may_change: ClassVar[dict[str, Lever]] = {
        "line_share": Lever("Guarantee line, share of the county's line", "低保标准占监测线的比例", "share"),
        "pays": Lever("Share of what is lacking that is paid", "补差比例", "share"),
        **BUDGET,
    }
    amounts: ClassVar[tuple[str, ...]] = ("budget_yuan", "line_share", "pays", "most_yuan")
    counts: ClassVar[dict[str, Names]] = {
        "supplemented": ("Months paid to households", "低保补差户月数"),
        "above_line": ("Months paid to households above the line", "发给线上农户的户月数"),
    }
    warm: ClassVar[dict[str, object]] = {"end_day": 360, "line_share": 1.5}
    beside: ClassVar[dict[str, dict[str, object]]] = {"most_yuan": {"budget_yuan": 500_000}}
    Settings: ClassVar[type[PolicySettings]] = GuaranteeLineSettings
    settings: GuaranteeLineSettings

    def open(self, county: County) -> None:
        """Nobody is on the list."""
        self._on = self.households_on(county)
        self._due = np.zeros(len(county.households))
        self._above: Mask = np.zeros(len(county.households), dtype=np.bool_)
        self._review = 0

    def days(self, county: County) -> Iterable[int]:
        """The first days of months, on which it is paid."""
        opens = county.clock.day_index(county.clock.start)
        days = list(self.rounds(county, 1))
        return [day for day in days if day == days[0] or county.clock.date(opens + day - 1).day == 1]

    def in_season(self, county: County) -> bool:
        """It is paid at a festival too."""
        return True

    def day(self, county: County) -> None:
        """A review if one is due; then the month's payments."""
        if county.day >= self._review:
            self._review = county.day + self.settings.review_days
            self._look_through(county)
        super().day(county)

    def _look_through(self, county: County) -> None:
        h, p, s = county.households, county.p, self.settings
        rows = np.arange(len(h))
        income = h["counted_yuan"].sum(axis=1) / h["persons"]
        z = norm_ppf_array(self.luck(county, "income", rows, county.today.month))
        seen = np.maximum(income, 1.0) * exp_array(p.guarantee_error * z)
        line = s.line_share * county.line_now
        modest = h["cash_yuan"] < p.guarantee_savings_months / 12.0 * county.line_now * h["persons"]
        lacks = np.where(self._on & modest, np.maximum(0.0, line - seen), 0.0)
        self._due = np.minimum(s.most_yuan, s.pays * lacks / 12.0) * h["persons"]
        self._above = income >= line

    def eligible(self, county: County) -> Mask:
        """On the list."""
        return np.asarray(self._due > 0.0)

    def accepts(self, county: County, rows: RowsOf) -> Yuan:
        """The month's supplement."""
        return np.asarray(self._due[rows])

    def pay(self, county: County, rows: RowsOf, worth_yuan: Yuan) -> None:
        """Money to the household."""
        self.grant(county, rows, worth_yuan, PAID)
        self.book.count("above_line", float(self._above[rows].sum()))
