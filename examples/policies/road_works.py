"""Village roads: material is bought, villagers are paid for months of work, and the road is better when it is done."""

import numpy as np
from pydantic import Field

from sim.policies.policy import Policy, PolicySettings, reason

MATERIAL, WAGES = reason("material for roads", "修路材料费"), reason("wages on road works", "以工代赈报酬")


class RoadWorksSettings(PolicySettings):
    material_yuan: float = Field(default=30_000.0, ge=0, description="material a village")
    months: int = Field(default=4, ge=1, le=24, description="months of work, frost apart")
    labour_days: float = Field(default=6.0, ge=0, le=25, description="paid days a month and idle worker")
    better: float = Field(default=0.5, ge=0, le=1, description="share of what a good road lacks that is mended")


class RoadWorks(Policy):
    kind = "road_works"
    title_en, title_zh = "Road works", "村道建设"
    counts = {"begun": ("Roads begun", "开工村道"), "finished": ("Roads finished", "完工村道")}
    Settings = RoadWorksSettings
    village_wide = True

    def open(self, county):
        self.under_way = {}  # village -> months done
        self.book.targets["finished"] = float(self.villages_on(county).sum())

    def days(self, county):
        return [self.settings.start_day]

    def day(self, county):  # supervised by the cadres of the village: two days each
        for village in self.deliver_villages(
            county, self.villages_in_turn(county), self.settings.material_yuan, MATERIAL, days_each=2.0
        ):
            self.under_way[village] = 0

    def month_end(self, county):
        h, s = county.households, self.settings
        for village in () if county.today.frozen else tuple(self.under_way):
            rows = self.households_of(county, village)
            wages = s.labour_days * county.villages["local_wage_yuan"][village] * (h["workers"] - h["migrants"])[rows]
            paid = self.ration(county, rows[wages > 0.0], wages[wages > 0.0])
            self.grant(county, paid, wages[np.isin(rows, paid)], WAGES, counts_as="wage")
            self.under_way[village] += 1
            if self.under_way[village] == s.months:
                del self.under_way[village]
                self.book.count("finished", 1.0)
                if s.effects:
                    county.villages["road"][village] += s.better * (1.0 - county.villages["road"][village])
