"""Why money moves: every reason declared once, with its names in both languages.

Reasons that a rule pays or is paid for have a slot in the villages' tills, by number; policies declare their own beside
themselves, with `reason`.
"""

from __future__ import annotations

from typing import NamedTuple

HOUSEHOLDS = "households"


class Reason(NamedTuple):
    """Why money moves; `payer` and `payee` are given where a till is posted."""

    name: str
    name_zh: str
    payer: str = ""
    payee: str = ""


DECLARED: dict[str, tuple[str, str]] = {}
"""Names of every reason declared so far: English name -> both names."""


def reason(name: str, name_zh: str, payer: str = "", payee: str = "") -> Reason:
    """Declare a reason.

    Raises:
        ValueError: Another one has the same English name and another Chinese one.
    """
    if DECLARED.setdefault(name, (name, name_zh)) != (name, name_zh):
        raise ValueError(f"two reasons have the same name '{name}': {DECLARED[name][1]} and {name_zh}")
    return Reason(name, name_zh, payer, payee)


FUNDS = reason("funds", "拨款")

REASONS: tuple[Reason, ...] = (
    reason("crop sales", "出售农作物", "market", HOUSEHOLDS),
    reason("orchard sales", "出售果品", "market", HOUSEHOLDS),
    reason("livestock sales", "出售畜产品", "market", HOUSEHOLDS),
    reason("greenhouse sales", "出售棚菜", "market", HOUSEHOLDS),
    reason("business takings", "经营收入", "market", HOUSEHOLDS),
    reason("assets sold in need", "变卖资产", "market", HOUSEHOLDS),
    reason("local wages", "本地务工工资", "employers", HOUSEHOLDS),
    reason("wages away", "外出务工工资", "employers", HOUSEHOLDS),
    reason("rents and dividends", "租金和分红", "market", HOUSEHOLDS),
    reason("rent received for land", "土地出租收入", "land rents", HOUSEHOLDS),
    reason("farm subsidies", "农业补贴", "state", HOUSEHOLDS),
    reason("minimum living guarantee", "低保金", "state", HOUSEHOLDS),
    reason("pensions", "养老金", "state", HOUSEHOLDS),
    reason("loans from relatives", "向亲友借款", "relatives", HOUSEHOLDS),
    reason("help from relatives", "亲友接济", "relatives", HOUSEHOLDS),
    reason("repaid by relatives", "亲友还款", "relatives", HOUSEHOLDS),
    reason("operating costs", "生产经营支出", HOUSEHOLDS, "market"),
    reason("rent paid for land", "租地支出", HOUSEHOLDS, "land rents"),
    reason("living costs away", "外出生活费", HOUSEHOLDS, "market"),
    reason("cost of leaving for work", "外出路费等", HOUSEHOLDS, "market"),
    reason("consumption", "生活消费", HOUSEHOLDS, "market"),
    reason("house and what is in it", "住房与耐用品支出", HOUSEHOLDS, "market"),
    reason("weddings and funerals", "婚丧支出", HOUSEHOLDS, "market"),
    reason("medical payments", "医疗支出", HOUSEHOLDS, "hospitals"),
    reason("dues of medical insurance", "医保个人缴费", HOUSEHOLDS, "state"),
    reason("school payments", "上学支出", HOUSEHOLDS, "schools"),
    reason("investment", "生产投资", HOUSEHOLDS, "market"),
    reason("repaid to relatives", "归还亲友", HOUSEHOLDS, "relatives"),
    reason("lent to relatives", "借给亲友", HOUSEHOLDS, "relatives"),
    reason("given to relatives", "接济亲友支出", HOUSEHOLDS, "relatives"),
    reason("taken along when a household divides", "分家带走的现金", HOUSEHOLDS, "relatives"),
)
(
    CROP_SALE,
    ORCHARD_SALE,
    LIVESTOCK_SALE,
    GREENHOUSE_SALE,
    BUSINESS_TAKINGS,
    ASSET_SALE,
    WAGE_LOCAL,
    WAGE_AWAY,
    RENT,
    RENT_RECEIVED,
    SUBSIDY,
    DIBAO,
    PENSION,
    INFORMAL_LOAN,
    INFORMAL_GIFT,
    KIN_COLLECTED,
    OPERATING_COST,
    RENT_PAID,
    LIVING_AWAY,
    LEAVING_COST,
    CONSUMPTION,
    HOME,
    CEREMONY,
    MEDICAL,
    DUES,
    SCHOOL,
    INVESTMENT,
    INFORMAL_REPAID,
    KIN_LENT,
    KIN_GIVEN,
    DIVISION,
) = range(len(REASONS))
N_REASONS = len(REASONS)
