"""Monitoring: each quarter cadres look again at who may have fallen below the line, and those found get a grant."""

import numpy as np
from pydantic import Field

from sim.policies.policy import Policy, TargetedSettings, reason

GRANTS = reason("grants to those who fell back", "防返贫救助")


class MonitoringSettings(TargetedSettings):
    grant_yuan: float = Field(default=200.0, ge=0, description="grant a person")
    every_days: int = Field(default=91, ge=1, le=365, description="days between checks")
    found: float = Field(default=0.8, ge=0, le=1, description="share of those below the line who are found")
    lines: float = Field(default=1.0, gt=0, le=3, description="what is watched: expected income below so many lines")


class Monitoring(Policy):
    kind = "monitoring"
    title_en, title_zh = "Monitoring", "防返贫监测"
    counts = {"helped": ("Grants paid", "救助户次"), "found": ("Households found", "监测发现户数")}
    Settings = MonitoringSettings

    def days(self, county):  # also after the campaign, if `end_day` says so
        return self.rounds(county, self.settings.every_days)

    def days_each(self, county):
        return 0.2

    def eligible(self, county):  # again, whoever has been helped before
        h = county.households
        a_head = 12.0 * h["expected_yuan"] / h["persons"]
        return self.households_on(county) & (a_head < self.settings.lines * county.line_now)

    def accepts(self, county, rows):
        found = self.luck(county, "found", rows, county.day) < self.settings.found
        self.book.count("found", found.sum())
        return np.where(found, self.settings.grant_yuan * county.households["persons"][rows], 0.0)

    def pay(self, county, rows, worth_yuan):
        self.grant(county, rows, worth_yuan, GRANTS, counts_as="transfer")
