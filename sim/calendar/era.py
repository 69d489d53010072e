"""Eras: what income counts as, which line is used, whom the books know, and the words for them.

An era is data. What changes from year to year within one (a price, a standard, the line itself) is a series or a dated
value among the parameters (`sim/parameters/`).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
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
        never: Words that reports of the era do not use.
        line_from: The first year of that series; 0 = `line_first_year` among the parameters.
        not_runnable: Why no plan of it can be run yet; empty if it can.
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
    never: tuple[str, ...] = ()
    line_from: int = 0
    not_runnable: str = ""

    @property
    def days(self) -> str:
        """The days on which a campaign of it can start, for messages."""
        return f"{self.first} to {self.last}"

    @property
    def runnable(self) -> bool:
        """Whether a plan of it can be run."""
        return not self.not_runnable


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
    never=("贫困户", "poor household"),
)
ERAS: Mapping[EraId, Era] = FrozenDict({era.id: era for era in (_2012, _2023)})
"""Every era by id, the earliest first."""
