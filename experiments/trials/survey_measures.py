"""What a trial's survey can ask: any numeric column of the households, and the measures named here.

Flows are those of the last twelve months, whatever the month (of the months since the trial opened while those are
fewer; of the closed year at month 0), as the `Diary` has them.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from experiments.trials.diary import Diary
from sim.agents.household import Household
from sim.core.draws import decision, uniforms
from sim.core.errors import UserError
from sim.county import County
from sim.economy.crops import farm_quality
from sim.facts.sources import OPERATING, PROPERTY, TRANSFER, WAGE
from sim.policies.village_projects import MISSING
from sim.recording.livelihoods import business_result, staple_yield_kg_mu
from sim.toml.source import meant

Floats = NDArray[np.float64]
Mask = NDArray[np.bool_]
Kind = Literal["flow", "stock"]
WOMEN = decision("trial.women")
_INDEXED = re.compile(r"(\w+)(?:\[(\d+)\])?")


@dataclass(frozen=True)
class Reading:
    """The households as a survey finds them at the end of a month."""

    county: County
    month: int
    flows: Mapping[str, NDArray[np.float64]]
    since: Mapping[str, NDArray[np.float64]] = field(default_factory=dict)
    """The flows since the trial opened."""
    served: Mask | None = None
    """The policies whose takers count as having taken up the offer, a bit each."""
    known: dict[str, Floats] = field(default_factory=dict)
    """Measures read so far."""

    @property
    def households(self) -> NDArray[np.void]:
        """Their rows."""
        return self.county.households

    def income(self, *sources: int) -> Floats:
        """Income of the last twelve months from some sources (all if none is named), yuan a household."""
        parts = self.flows["income_year"]
        whole: Floats = parts[:, list(sources) or [WAGE, OPERATING, PROPERTY, TRANSFER]].sum(axis=1)
        return whole


def read(county: County, diary: Diary, month: int) -> Reading:
    """What can be asked of the households at the end of `month`, which has just been noted."""
    return Reading(county, month, diary.last_year(month), diary.since_opening(month))


@dataclass(frozen=True)
class SurveyMeasure:
    """Something that a survey asks.

    Attributes:
        label_en: Its name.
        label_zh: The same in Chinese.
        unit: What it is counted in; survey error falls on amounts in yuan and kilograms.
        meaning: What exactly it is.
        kind: A flow (of twelve months) or a stock (as found).
        of: Its value for each household.
    """

    label_en: str
    label_zh: str
    unit: str
    meaning: str
    kind: Kind
    of: Callable[[Reading], Floats]

    @property
    def is_amount(self) -> bool:
        """Whether people report it with an error of proportion."""
        return self.unit.startswith(("yuan", "kg"))


def measure(name: str) -> SurveyMeasure:
    """The measure of this name, or the household column ("cash_yuan", "income_last[1]").

    Raises:
        UserError: There is neither.
    """
    if name in MEASURES:
        return MEASURES[name]
    found = _INDEXED.fullmatch(name)
    column = Household.COLUMNS.get(found[1]) if found else None
    if found is None or column is None:
        raise UserError(f"there is no measure or household column '{name}'", **meant(name, known_names()))
    index = None if found[2] is None else int(found[2])
    if column.length and (index is None or index >= column.length):
        raise UserError(f"'{found[1]}' has {column.length} parts", allowed=f"{found[1]}[0] to [{column.length - 1}]")
    if not column.length and index is not None:
        raise UserError(f"'{found[1]}' is one number", allowed=found[1])
    return SurveyMeasure(name, name, column.unit or "level", column.meaning, "stock", _column(found[1], index))


def known_names() -> list[str]:
    """All measures and columns, as a trial file names them."""
    columns = Household.COLUMNS.items()
    return [*MEASURES, *(name if not c.length else f"{name}[{i}]" for name, c in columns for i in range(c.length or 1))]


def values(reading: Reading, name: str) -> Floats:
    """A measure or column for every household."""
    if name == "took_up":
        return MEASURES[name].of(reading)
    if name not in reading.known:
        reading.known[name] = np.asarray(measure(name).of(reading), dtype=np.float64)
    return reading.known[name]


def _column(name: str, index: int | None) -> Callable[[Reading], Floats]:
    def of(reading: Reading) -> Floats:
        cells = reading.households[name]
        return np.asarray(cells if index is None else cells[:, index], dtype=np.float64)

    return of


# ---- what takes more than one column ------------------------------------------------------------------------------


def _persons(r: Reading) -> Floats:
    persons: Floats = r.households["persons"].astype(np.float64)
    return persons


def _residents(r: Reading) -> Floats:
    return np.maximum(1.0, _persons(r) - r.households["migrants"].astype(np.float64))


def _workers_away(r: Reading) -> Floats:
    return np.asarray(r.households["migrants"] / np.maximum(1, r.households["workers"]), dtype=np.float64)


def _neighbours_away(reading: Reading) -> Floats:
    h = reading.households
    away, workers = (
        np.bincount(h["village"], h[name], minlength=len(reading.county.villages))[h["village"]] - h[name]
        for name in ("migrants", "workers")
    )
    return np.where(workers > 0, away / np.maximum(workers, 1.0), np.nan)


def _yes(mask: NDArray[np.bool_]) -> Floats:
    return mask.astype(np.float64)


def _debt(r: Reading) -> Floats:
    owed: Floats = r.households["debt_yuan"].copy()
    return owed


def _women(r: Reading) -> Floats:
    workers, seed = r.households["workers"].astype(np.int64), r.county.today.people_seed
    odd_one = uniforms(seed, WOMEN, r.households["key"].astype(np.int64), 0) < 0.5
    women: Floats = (workers // 2 + (workers % 2) * odd_one).astype(np.float64)
    return women


def _livestock_yuan(r: Reading) -> Floats:
    price = r.county.p.ewe_price_yuan * r.county.today.farm_trend
    return np.asarray(r.households["livestock_head"] * price, dtype=np.float64)


def _orchard(r: Reading) -> tuple[Floats, Floats]:
    """Yield of a mu in full bearing, kg, and what it leaves, yuan, in a year without frost or drought."""
    m, h = r.county, r.households
    v = m.villages[h["village"]]
    p = m.p
    here = SimpleNamespace(level=v["level"])
    own = SimpleNamespace(**{name: h[name] for name in ("ability", "fortune", "farm_skill", "labour_met")})
    kg = p.orchard_yield_kg_mu * np.array(p.orchard_terrain)[v["terrain"]] * np.asarray(farm_quality(own, here, p))  # type: ignore[arg-type]
    price = v["gate_price"][:, 1] * (1.0 + p.contract_premium * h["contracted"])
    return kg, kg * price * m.today.farm_trend - p.orchard_cost_mu_yuan * m.today.cpi


def _of_those_with(land: str, r: Reading, value: Floats) -> Floats:
    """A result of the land for those who have such land; nobody else can be asked for it."""
    return np.where(r.households[land] > 0.0, value, np.nan)


def _served(r: Reading) -> Floats:
    return _yes(np.zeros(len(r.households), dtype=np.bool_) if r.served is None else r.served)


def _poor(r: Reading) -> Floats:
    share = min(12, r.month) / 12.0 if r.month else 1.0  # a part of a year is held against a part of the line
    return _yes(r.income() / _persons(r) < r.county.line_now * share)


def _dropped_out(r: Reading) -> Floats:
    p, children = r.county.p, r.flows["children"]
    pupils = np.where(children > 0.0, children * (p.junior_years / p.childhood_years), np.nan)
    return np.asarray(r.flows["dropped"] / pupils, dtype=np.float64)


def _missing(r: Reading) -> Floats:
    share = r.county.shared.get(MISSING, np.full(len(r.county.villages), -1.0))[r.households["village"]]
    return np.where(share >= 0.0, share, np.nan)


def _mistargeted(r: Reading) -> Floats:
    eaten = r.flows["consumption_year_yuan"] / _persons(r)
    listed: Mask = r.households["registered"] == 1
    order = np.lexsort((r.county.keys, eaten))
    poorest = np.zeros(len(eaten), dtype=np.bool_)
    poorest[order[: int(listed.sum())]] = True
    return _yes(poorest != listed)


MEASURES: dict[str, SurveyMeasure] = {
    "income_yuan": SurveyMeasure(
        "household income", "家庭纯收入", "yuan", "net income from all sources", "flow", lambda r: r.income()
    ),
    "income_per_head_yuan": SurveyMeasure(
        "income per head", "人均纯收入", "yuan/person", "net income over all members, migrants among them", "flow",
        lambda r: r.income() / _persons(r),
    ),
    "income_per_resident_yuan": SurveyMeasure(
        "income per resident", "常住人口人均纯收入", "yuan/person",
        "net income, what migrants bring home among it, over the members who are not away", "flow",
        lambda r: r.income() / _residents(r),
    ),
    "wage_income_yuan": SurveyMeasure(
        "wage income", "工资性收入", "yuan", "wages nearby, and wages away less living costs there", "flow",
        lambda r: r.income(WAGE),
    ),
    "operating_income_yuan": SurveyMeasure(
        "operating income", "家庭经营纯收入", "yuan", "farm, animals and business, less costs and interest", "flow",
        lambda r: r.income(OPERATING),
    ),
    "earnings_yuan": SurveyMeasure(
        "earnings", "劳动与经营收入", "yuan", "wage and operating income", "flow", lambda r: r.income(WAGE, OPERATING)
    ),
    "property_income_yuan": SurveyMeasure(
        "property income", "财产性收入", "yuan", "rents and dividends", "flow", lambda r: r.income(PROPERTY)
    ),
    "transfer_income_yuan": SurveyMeasure(
        "transfer income", "转移性收入", "yuan", "subsidies, guarantee, pensions, payments of programmes", "flow",
        lambda r: r.income(TRANSFER),
    ),
    "consumption_yuan": SurveyMeasure(
        "household consumption", "家庭生活消费", "yuan", "without medical and school payments", "flow",
        lambda r: r.flows["consumption_year_yuan"],
    ),
    "consumption_per_head_yuan": SurveyMeasure(
        "consumption per head", "人均生活消费", "yuan/person", "the same over all members", "flow",
        lambda r: r.flows["consumption_year_yuan"] / _persons(r),
    ),
    "burden_yuan": SurveyMeasure(
        "medical and school payments", "医疗和上学支出", "yuan", "own payments", "flow",
        lambda r: r.flows["burden_year_yuan"],
    ),
    "consumption_since_yuan": SurveyMeasure(
        "consumption since the start", "启动以来生活消费", "yuan",
        "household consumption of all months since the trial opened", "stock",
        lambda r: r.since["consumption_year_yuan"],
    ),
    "income_since_yuan": SurveyMeasure(
        "income since the start", "启动以来纯收入", "yuan", "net income of all months since the trial opened", "stock",
        lambda r: r.since["income_year"].sum(axis=1),
    ),
    "transfers_since_yuan": SurveyMeasure(
        "transfers since the start", "启动以来转移性收入", "yuan",
        "transfer income of all months since the trial opened: what has been paid, seen through `late`", "stock",
        lambda r: r.since["income_year"][:, TRANSFER],
    ),
    "hospital_stays": SurveyMeasure(
        "hospital stays", "住院次数", "stays", "months with a stay that was paid for; nothing is known at month 0",
        "flow", lambda r: r.flows["stays"],
    ),
    "dropped_out": SurveyMeasure(
        "pupils who left junior school", "初中辍学率", "share",
        "children who left in September before the end, over those of that age (`junior_years` / `childhood_years` of "
        "the children); undefined without children, and at month 0", "flow", _dropped_out,
    ),
    "poor": SurveyMeasure(
        "income-poor", "收入低于贫困线", "share", "1 if income per head is below the month's line", "flow", _poor
    ),
    "business": SurveyMeasure(
        "has a business", "有小生意", "share", "1 if it runs a small business", "stock",
        lambda r: _yes(r.households["business_yuan"] > 0.0),
    ),
    "business_revenue_yuan": SurveyMeasure(
        "business revenue", "小生意营业收入", "yuan",
        "sales net of goods bought, a year at this month's capital and prices; luck of the month left out; 0 without a "
        "business", "stock", lambda r: business_result(r.county)[0],
    ),
    "business_profit_yuan": SurveyMeasure(
        "business profit", "小生意利润", "yuan",
        "the same less overheads and wear; without the luck of a month it spreads less than profits of one month as "
        "surveys ask for them, so an effect in sd comes out larger", "stock", lambda r: business_result(r.county)[1],
    ),
    "staple_yield_kg_mu": SurveyMeasure(
        "yield of staples", "粮食单产", "kg/mu",
        "in a year of normal weather and luck; undefined without land", "stock",
        lambda r: _of_those_with("land_mu", r, staple_yield_kg_mu(r.county)),
    ),
    "orchard_yield_kg_mu": SurveyMeasure(
        "yield of apples", "苹果单产", "kg/mu", "of trees in full bearing, without frost or drought; undefined "
        "without an orchard", "stock", lambda r: _of_those_with("orchard_mu", r, _orchard(r)[0]),
    ),
    "orchard_net_yuan_mu": SurveyMeasure(
        "net return of apples", "苹果亩均纯收益", "yuan/mu",
        "of trees in full bearing, less cash costs; undefined without an orchard", "stock",
        lambda r: _of_those_with("orchard_mu", r, _orchard(r)[1]),
    ),
    "local_days": SurveyMeasure(
        "days of work nearby", "本地务工天数", "days",
        "days of paid work nearby, of all members; those away not counted", "flow", lambda r: r.flows["local_days"],
    ),
    "farm_days": SurveyMeasure(
        "days on the own farm", "自家农业投工天数", "days",
        "days given to the household's own fields, trees, animals and greenhouses, of all members; not its business",
        "flow", lambda r: r.flows["farm_days"],
    ),
    "employed_away": SurveyMeasure(
        "workers away", "外出务工劳动力占比", "share", "share of the household's workers who work away", "stock",
        _workers_away,
    ),
    "neighbours_away": SurveyMeasure(
        "co-villagers away", "同村其他劳动力外出占比", "share",
        "share of the workers of the other households of its village who work away", "stock", _neighbours_away,
    ),
    "workers_at_home": SurveyMeasure(
        "workers at home", "在家劳动力", "persons", "able workers who are not away", "stock",
        lambda r: np.asarray(r.households["workers"] - r.households["migrants"], dtype=np.float64),
    ),
    "has_migrant": SurveyMeasure(
        "a migrant in the household", "有外出务工者", "share", "1 if anyone is away for work", "stock",
        lambda r: _yes(r.households["migrants"] > 0),
    ),
    "has_loan": SurveyMeasure(
        "has a loan", "有贷款", "share", "1 if it owes a bank, a fund or a lender", "stock",
        lambda r: _yes(_debt(r) > 0.0),
    ),
    "debt_total_yuan": SurveyMeasure(
        "debt", "贷款余额", "yuan", "owed to banks, funds and lenders; not to relatives", "stock", _debt
    ),
    "took_up": SurveyMeasure(
        "took up the offer", "参与率", "share", "1 if it has been served by a policy of the arm in question", "stock",
        _served,
    ),
    "mistargeted": SurveyMeasure(
        "wrongly on the list or off it", "识别错误", "share",
        "1 if registered and not among those with least consumption a head, as many as are registered in all, or the "
        "other way round", "stock", _mistargeted,
    ),
    "missing_share": SurveyMeasure(
        "project money missing", "项目资金流失比例", "share",
        "of the money of its village's project, what was not put into it in the end (`village_projects`); undefined "
        "without one", "stock", _missing,
    ),
    "livestock_value_yuan": SurveyMeasure(
        "value of animals", "牲畜价值", "yuan", "breeding stock at this month's price", "stock", _livestock_yuan
    ),
    "lets_land": SurveyMeasure(
        "lets land", "转出土地", "share", "1 if it gives land out of hand this year", "stock",
        lambda r: _yes(r.households["rented_mu"] < 0.0),
    ),
    "contacts": SurveyMeasure(
        "contacts", "联系户数", "households", "households that it is in touch with: central ones have most", "stock",
        lambda r: np.diff(r.county.world.indptr).astype(np.float64),
    ),
    "women": SurveyMeasure(
        "women of working age", "劳动年龄妇女人数", "persons",
        "the able adults of a household taken in pairs, the odd one by lot (population seed): the model's rules know "
        "no sex, so this tells who is eligible, not who earns", "stock", _women,
    ),
}  # fmt: skip
