"""A supplementary medical scheme: households pay a premium once, and get back part of what illness costs them."""

import numpy as np
from pydantic import Field

from sim.policies.policy import Policy, TargetedSettings, reason

PREMIUM, PAID_BACK = reason("premiums", "参保缴费"), reason("medical payments reimbursed", "医疗费用补偿")


class InsuranceSettings(TargetedSettings):
    premium_yuan: float = Field(default=60.0, ge=0, description="premium a person")
    share: float = Field(default=0.5, ge=0, le=1, description="share of own medical payments that is paid back")
    joins: float = Field(default=0.7, ge=0, le=1, description="share of households that join if they have the money")


class Insurance(Policy):
    kind = "insurance"
    title_en, title_zh = "Medical insurance", "补充医疗保险"
    counts = {"enrolled": ("Households enrolled", "参保户数"), "claims": ("Payments for illness", "补偿户次")}
    Settings = InsuranceSettings

    def open(self, county):
        self.enrolled = np.zeros(0, dtype=np.int64)

    def days(self, county):
        return [self.settings.start_day]

    def accepts(self, county, rows):  # the premium, of those who want it and have the money
        h = county.households
        premium = self.settings.premium_yuan * h["persons"][rows]
        wants = self.luck(county, "join", rows) < self.settings.joins
        return np.where(wants & (h["cash_yuan"][rows] > premium), premium, 0.0)

    def cost_yuan(self, county, worth_yuan):  # enrolling costs the purse nothing
        return 0.0 * worth_yuan

    def pay(self, county, rows, worth_yuan):
        self.collect(county, rows, worth_yuan, PREMIUM)
        self.enrolled = rows

    def month_end(self, county):  # what illness has cost this month, paid back in turn as far as money reaches
        back = self.settings.share * county.households["medical_month_yuan"]
        rows = self.in_turn(county, self.enrolled[back[self.enrolled] > 0.0])
        rows = self.ration(county, rows, back[rows])
        self.grant(county, rows, back[rows], PAID_BACK, counts_as="relief")
        self.book.reach(rows, back[rows])
        self.book.count("claims", len(rows))
