"""Eras: what income counts as, which line is used, whom the books know, and the words for them.

An era is data. What changes from year to year within one (a price, a standard, the line itself) is a series or a dated
value among the parameters (`sim/parameters/`).
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Annotated, Literal

from pydantic import BeforeValidator

from sim.core.frozen import FrozenDict

EraId = Annotated[
    Literal["2012", "2023"],
    BeforeValidator(lambda value: str(value) if type(value) is int else value, json_schema_input_type=str),
]
"""The id of an era as scenarios and profiles state it; a bare number will do."""


@dataclass(frozen=True)
class Name:
    """What something is called in both languages."""

    en: str
    zh: str


@dataclass(frozen=True)
class Era:
    """An era.

    Attributes:
        id: How scenarios and profiles name it.
        name: What it is called.
        first, last: The first and last day on which a campaign of it can start.
        concept: What income means, as the profile's `income.concept` states it.
        income: What that income is called.
        line_series: The parameter that gives the poverty line (or what stands for it) by year.
        line: What that line is called.
        categories: The kinds of household that the books know.
        words: What reports call other things.
        instead: Words of the first era, which everything here is written in, with those of this one (see `says`).
        never: Words that reports of the era do not use.
        line_from: The first year of that series; 0 = `line_first_year` among the parameters.
    """

    id: EraId
    name: Name
    first: dt.date
    last: dt.date
    concept: Literal["net", "disposable"]
    income: Name
    line_series: str
    line: Name
    categories: Mapping[str, Name]
    words: Mapping[str, Name]
    instead: Mapping[str, str] = FrozenDict()
    never: tuple[str, ...] = ()
    line_from: int = 0

    @property
    def days(self) -> str:
        """The days on which a campaign of it can start, for messages."""
        return f"{self.first} to {self.last}"

    def says(self, text: str) -> str:
        """A text of the first era in the words of this one: the longest word that fits is exchanged, a capital kept."""
        return self._old_words.sub(self._exchanged, text) if self.instead else text

    @cached_property
    def _old_words(self) -> re.Pattern[str]:
        return re.compile("|".join(map(re.escape, sorted(self.instead, key=len, reverse=True))), re.IGNORECASE)

    def _exchanged(self, found: re.Match[str]) -> str:
        new = self.instead[found[0].lower()]
        return new[:1].upper() + new[1:] if found[0][:1].isupper() else new


_2012 = Era(
    id="2012",
    name=Name("Shuanglian campaign", "双联行动时期"),
    first=dt.date(2008, 1, 1),
    last=dt.date(2020, 12, 31),
    concept="net",
    income=Name("net income per head", "人均纯收入"),
    line_series="line_yuan",
    line=Name("poverty line", "贫困线"),
    categories=FrozenDict(
        {
            "registered": Name("registered poor households", "建档立卡贫困户"),
            "linked": Name("linked households", "联系户"),
            "guaranteed": Name("households under the minimum living guarantee", "低保户"),
        }
    ),
    words=FrozenDict(
        {
            "below_line": Name("headcount", "贫困发生率"),
            "return": Name("return to poverty", "返贫"),
            "medical_scheme": Name("new co-operative medical scheme", "新型农村合作医疗"),
            "cadre": Name("cadre", "联户干部"),
            "unit": Name("support unit", "联村单位"),
        }
    ),
)
_2023 = Era(
    id="2023",
    name=Name("consolidation after poverty alleviation", "巩固拓展脱贫攻坚成果时期"),
    first=dt.date(2021, 1, 1),
    last=dt.date(2030, 12, 31),
    concept="disposable",
    income=Name("disposable income per head", "人均可支配收入"),
    line_series="monitoring_line_yuan",
    line_from=2021,
    line=Name("monitoring line", "防返贫监测线"),
    categories=FrozenDict(
        {
            "registered": Name("households lifted out of poverty", "脱贫户"),
            "monitored": Name("monitored households", "监测对象"),
            "unstable": Name("households lifted out of poverty, not yet stable", "脱贫不稳定户"),
            "near_line": Name("households near the line", "边缘易致贫户"),
            "struck": Name("households in sudden severe difficulty", "突发严重困难户"),
            "linked": Name("supported households", "帮扶户"),
            "guaranteed": Name("households under the minimum living guarantee", "低保户"),
        }
    ),
    words=FrozenDict(
        {
            "below_line": Name("share below the monitoring line", "监测线以下人口比例"),
            "return": Name("return to poverty", "返贫"),
            "medical_scheme": Name("basic medical insurance for residents", "城乡居民基本医疗保险"),
            "cadre": Name("cadre", "帮扶干部"),
            "unit": Name("support unit", "帮扶单位"),
        }
    ),
    instead=FrozenDict(
        {
            "net income": "disposable income",
            "poverty headcount": "share below the monitoring line",
            "headcount": "share below the monitoring line",
            "poverty line": "monitoring line",
            "poverty gap": "gap below the monitoring line",
            "poverty severity": "severity below the monitoring line",
            "income and poverty": "income and the monitoring line",
            "income, poverty and inequality": "income, the share below the monitoring line and inequality",
            "to lower poverty": "to lower the gap below the monitoring line",
            "for poverty": "for what lies below the line",
            "fall in poverty": "fall of the gap",
            "poor at the start": "below the line at the start",
            "registered poor households": "households lifted out of poverty",
            "registered poor": "people lifted out of poverty",
            "in the poverty registry": "lifted out of poverty",
            "registered but not income-poor": "lifted out of poverty and above the line",
            "income-poor but not registered": "below the line and never registered",
            "fell into poverty": "fell below the line",
            "left poverty": "rose above the line",
            "out of poverty": "above the line",
            "the non-poor": "people above the line",
            "the poor who": "people below the line who",
            "poor households": "households of low income",
            "cause of poverty": "cause of hardship",
            "linked households": "supported households",
            "poverty lines": "monitoring lines",
            "poverty office": "rural revitalisation office",
            "new co-operative medical scheme": "basic medical insurance for residents",
            "co-operative medical scheme": "basic medical insurance for residents",
            "households in the co-operative medical scheme": "households in medical insurance",
            "纯收入": "可支配收入",
            "建档立卡贫困户": "脱贫户",
            "建档立卡贫困人口": "脱贫人口",
            "建档立卡户": "脱贫户",
            "建档立卡": "脱贫",
            "最贫困户": "收入最低户",
            "最贫困组": "收入最低组",
            "新农合": "城乡居民医保",
            "贫困户": "低收入户",
            "非贫困人口": "监测线以上人口",
            "非收入贫困": "收入在监测线以上",
            "收入贫困人口": "监测线以下人口",
            "贫困人口": "监测线以下人口",
            "多维贫困": "多维困难",
            "多维贫困发生率": "多维困难人口比例",
            "贫困发生率": "监测线以下人口比例",
            "贫困深度": "监测线下收入缺口",
            "贫困强度": "监测线下收入缺口强度",
            "贫困线": "防返贫监测线",
            "新发生贫困": "新降至监测线以下",
            "新脱贫": "新升至监测线以上",
            "每减少1人年贫困": "每减少1人年处于监测线以下",
            "收入、贫困和": "收入、监测线以下人口和",
            "收入和贫困": "收入和监测线以下人口",
            "单位减贫成本": "缩小缺口的单位成本",
            "减贫幅度": "缺口缩小幅度",
            "减贫": "缩小缺口",
            "新型农村合作医疗": "城乡居民基本医疗保险",
            "参合": "参保",
            "扶贫部门": "乡村振兴部门",
            "联户干部": "帮扶干部",
            "联村单位": "帮扶单位",
            "联系户": "帮扶户",
        }
    ),
    never=("贫困户", "poor household"),
)
ERAS: Mapping[EraId, Era] = FrozenDict({era.id: era for era in (_2012, _2023)})
"""Every era by id, the earliest first."""
