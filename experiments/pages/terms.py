"""Names of things: indicators, groups, policies, constraints, costs, purses, units. Each (English, Chinese)."""

from __future__ import annotations

from sim.facts.causes import CAUSES
from sim.facts.sources import SOURCES
from sim.facts.terrains import TERRAINS

Pair = tuple[str, str]

INDICATORS: dict[str, Pair] = {
    "income_yuan": ("Net income per head", "人均纯收入"),
    "income_median_yuan": ("Median net income per head", "人均纯收入中位数"),
    **{f"income_{source}_yuan": names for source, names in SOURCES.items()},
    "income_after_yuan": ("Income per head after medical and school payments", "扣除医疗和上学支出后的人均收入"),
    "consumption_yuan": ("Consumption per head", "人均生活消费支出"),
    "headcount": ("Poverty headcount", "贫困发生率"),
    "poverty_gap": ("Poverty gap", "贫困深度"),
    "severity": ("Poverty severity", "贫困强度"),
    "headcount_after": ("Headcount after medical and school payments", "扣除医疗和上学支出后的贫困发生率"),
    "poverty_gap_after": ("Poverty gap after medical and school payments", "扣除医疗和上学支出后的贫困深度"),
    "severity_after": ("Poverty severity after medical and school payments", "扣除医疗和上学支出后的贫困强度"),
    "watts": ("Watts index", "沃茨贫困指数"),
    "sen": ("Sen index", "森贫困指数"),
    "gini": ("Gini coefficient", "基尼系数"),
    "entries": ("Fell into poverty since the last mark", "新发生贫困"),
    "exits": ("Left poverty since the last mark", "新脱贫"),
    "returns": ("Returned to poverty", "返贫"),
    "deprived_share": ("Deprived in several dimensions", "多维贫困发生率"),
    "deprivation_m0": ("Adjusted deprivation", "多维贫困指数"),
    "debt_formal_yuan": ("Formal debt per head", "人均正规借款余额"),
    "debt_informal_yuan": ("Informal debt per head", "人均民间借款余额"),
    "overdue_rate": ("Overdue rate", "逾期率"),
    "migrants_per_worker": ("Workers away for work", "外出务工劳动力占比"),
    "farm_skill": ("Farm skill", "农业技能"),
    "work_skill": ("Work skill", "务工技能"),
    "drive": ("Drive", "内生动力"),
    "awareness": ("Awareness", "政策知晓率"),
    "satisfaction": ("Satisfaction", "满意度"),
    "orchard_asset_yuan": ("Value of young orchards per head", "人均幼龄果园资产价值"),
    "persons": ("Persons", "人口"),
    "households": ("Households", "户数"),
    "served_share": ("Households reached by any measure, visits included", "各项措施覆盖户占比（含走访）"),
    "support_yuan": ("Support received per head", "人均所得扶持"),
    "business_yuan": ("Business capital per head", "人均经营资产"),
    "cash_yuan": ("Cash per head", "人均现金"),
    "at_risk": ("Loans at risk", "风险贷款"),
    "line_yuan": ("Poverty line", "贫困线"),
    "migrants": ("Working away", "外出务工人数"),
    "workers": ("Workers", "劳动力"),
    "jobs_begun": ("Jobs begun", "新上岗务工人数"),
    "income_expected_yuan": ("Income per head expected at month 12", "预计第12个月人均纯收入"),
    "expected_income_yuan": ("Income per head expected at month 12", "预计第12个月人均纯收入"),
}

GROUPS: dict[str, Pair] = {
    "all": ("Everyone", "全体"),
    "poor_at_start": ("Poor at the start", "期初贫困人口"),
    "not_poor_at_start": ("Not poor at the start", "期初非贫困人口"),
    "fifth_1": ("Bottom fifth", "低收入组"),
    "fifth_2": ("Second fifth", "中间偏下收入组"),
    "fifth_3": ("Middle fifth", "中间收入组"),
    "fifth_4": ("Fourth fifth", "中间偏上收入组"),
    "fifth_5": ("Top fifth", "高收入组"),
    **{f"cause_{cause}": names for cause, names in CAUSES.items()},
    **{f"terrain_{terrain}": names for terrain, names in TERRAINS.items()},
    "linked": ("Linked households", "联系户"),
    "registered": ("Registered poor households", "建档立卡贫困户"),
    "not_registered": ("Not registered", "非建档立卡户"),
    "served": ("Households reached", "新增措施覆盖户"),
    "not_served": ("Households not reached", "新增措施未覆盖户"),
}

POLICIES: dict[str, Pair] = {
    "visits": ("Household visits", "入户走访"),
    "microcredit": ("Microcredit", "小额信贷"),
    "industry": ("Industry support", "产业扶持"),
    "training": ("Training", "技能培训"),
    "publicity": ("Publicity", "政策宣传"),
    "demonstration": ("Demonstration", "典型示范"),
    "cash": ("Cash", "现金补助"),
    "support_units": ("Support units' projects", "联村单位项目"),
}

CONSTRAINTS: dict[str, Pair] = {
    "purse": ("the money set aside for it", "安排的资金"),
    "cadre_days": ("cadre-days", "干部工作日"),
    "season": ("the season", "农时季节"),
    "eligible": ("too few eligible households", "符合条件户数"),
    "demand": ("too few households eligible and willing", "愿意参加户数"),
    "quota": ("the loan quota set for it", "安排的信贷额度"),
    "staff": ("too few staff", "经办人手"),
    "places": ("the number of places", "名额"),
    "release": ("late release of funds", "资金下达时间"),
}

COSTS: dict[str, Pair] = {
    "grants_yuan": ("Grants and goods", "补助和实物"),
    "interest_subsidy_yuan": ("Interest subsidy", "贴息"),
    "loan_losses_yuan": ("Guarantee calls and loan losses", "代偿和坏账损失"),
    "capital_cost_yuan": ("Capital cost of loans", "贷款资金成本"),
    "administration_yuan": ("Administration", "管理费用"),
    "cadre_days_yuan": ("Cadre-days at the stated wage", "干部工作日折价"),
    "cost_yuan": ("Cost, all parts", "成本合计"),
    "cash_outlay_yuan": ("Cash outlay", "现金支出"),
    "principal_yuan": ("Loan principal (not a cost)", "贷款本金（不计成本）"),
    "households_served": ("Households reached", "覆盖户数"),
}

PURSE_LINES: dict[str, Pair] = {
    "amount_yuan": ("Amount", "额度"),
    "released_yuan": ("Released", "已下达"),
    "spent_yuan": ("Spent", "已支出"),
    "unspent_yuan": ("Unspent", "结余"),
    "infeasible_yuan": ("Could not be used", "无法使用"),
}

PURSES: dict[str, Pair] = {
    "fiscal": ("Fiscal poverty funds", "财政扶贫资金"),
    "poverty_fund": ("Fiscal poverty funds", "财政扶贫资金"),
    "units": ("Support units' own money", "联村单位自筹资金"),
    "unit_funds": ("Support units' own money", "联村单位自筹资金"),
    "gifts": ("Gifts", "捐赠资金"),
    "training_fund": ("Training funds", "培训专项资金"),
    "industry_fund": ("Industry funds", "产业发展资金"),
    "bank_quota": ("Bank quota", "银行信贷额度"),
    "interest_subsidy": ("Interest-subsidy funds", "贴息资金"),
    "administration": ("Administration", "工作经费"),
    "cash_fund": ("Cash comparison", "现金对照资金"),
    "comparison": ("Cash comparison", "现金对照资金"),
}

ACCOUNTS: dict[str, Pair] = {
    "households": ("Households", "农户"),
    "bank": ("Banks", "银行"),
    "state": ("The state", "财政"),
    "market": ("Markets", "市场"),
    "employers": ("Employers", "用工单位"),
    "hospitals": ("Hospitals", "医院"),
    "schools": ("Schools", "学校"),
    "relatives": ("Relatives and friends", "亲友"),
    "lender": ("Lender", "放贷机构"),
    "lender_of": ("{name} lender", "{name}放贷方"),
    "policy_of": ("{name}", "{name}"),
}

REASONS: dict[str, Pair] = {
    "crop sales": ("crop sales", "出售农作物"),
    "orchard sales": ("orchard sales", "出售果品"),
    "livestock sales": ("livestock sales", "出售畜产品"),
    "greenhouse sales": ("greenhouse sales", "出售棚菜"),
    "business takings": ("business takings", "经营收入"),
    "assets sold in need": ("assets sold in need", "变卖资产"),
    "local wages": ("local wages", "本地务工工资"),
    "wages away": ("wages away", "外出务工工资"),
    "rents and dividends": ("rents and dividends", "租金和分红"),
    "farm subsidies": ("farm subsidies", "农业补贴"),
    "minimum living guarantee": ("minimum living guarantee", "低保金"),
    "pensions": ("pensions", "养老金"),
    "loans from relatives": ("loans from relatives", "向亲友借款"),
    "operating costs": ("operating costs", "生产经营支出"),
    "living costs away": ("living costs away", "外出生活费"),
    "cost of leaving for work": ("cost of leaving for work", "外出路费等"),
    "consumption": ("consumption", "生活消费"),
    "medical payments": ("medical payments", "医疗支出"),
    "school payments": ("school payments", "上学支出"),
    "investment": ("investment", "生产投资"),
    "repaid to relatives": ("repaid to relatives", "归还亲友"),
    "principal repaid": ("principal repaid", "归还本金"),
    "interest": ("interest", "利息"),
    "interest subsidy": ("interest subsidy", "贴息"),
    "written off": ("written off", "核销"),
    "funds": ("funds", "拨款"),
    "loan capital": ("loan capital", "放贷资金"),
    "loan administration": ("loan administration", "贷款经办费"),
    "loans": ("loans", "发放贷款"),
    "interest subsidy fund": ("interest subsidy fund", "贴息资金拨付"),
    "delivery of cash": ("delivery of cash", "现金发放费用"),
    "cash payments": ("cash payments", "现金补助"),
    "cash withheld (null check)": ("cash withheld (null check)", "现金未发放（空白对照）"),
    "site meetings": ("site meetings", "现场会"),
    "show households": ("show households", "示范户扶持"),
    "delivery and administration": ("delivery and administration", "发放和管理费用"),
    "industry grants": ("industry grants", "产业补助"),
    "industry support in kind": ("industry support in kind", "产业实物扶持"),
    "meetings and broadcasts": ("meetings and broadcasts", "会议和广播"),
    "projects of support units": ("projects of support units", "联村单位项目"),
    "training": ("training", "培训"),
}

DELIVERY: dict[str, Pair] = {
    "visited": ("Visits made", "走访户次"),
    "visited_substance": ("Visits with substance", "有实效的走访户次"),
    "told": ("Times told of a programme", "政策告知户次"),
    "enrolled": ("Enrolled", "报名人数"),
    "trained": ("Trained", "完成培训人数"),
    "lent": ("Loans paid out", "发放贷款笔数"),
    "lent_yuan": ("Amount lent", "发放贷款金额"),
    "reached": ("Households visited at least once", "走访到户数"),
    "begun": ("Projects begun", "开工项目"),
    "show_households": ("Show households", "示范户"),
    "started": ("Households that began production", "投入生产户数"),
    "finished": ("Projects finished", "完工项目"),
    "served": ("Households reached", "覆盖户数"),
    "placed": ("Placed in jobs", "就业安置人数"),
    "applied": ("Applications", "申请户数"),
    "paid": ("Households paid", "发放户数"),
    "meetings": ("Meetings held", "召开会议场次"),
    "shown": ("Households that saw a show household", "观摩示范户的户数"),
    "jobs": ("Jobs begun", "新上岗人数"),
}

ERRORS: dict[str, Pair] = {
    "targeting_inclusion_error": (
        "Inclusion error (share of spending on the non-poor)",
        "误入率（资金用于非贫困人口的比例）",
    ),
    "targeting_exclusion_error": (
        "Exclusion error (share of the poor who get none)",
        "遗漏率（贫困人口未得到的比例）",
    ),
}

MEASURES: dict[str, Pair] = {
    "yuan_per_gap_point": ("Cost of one percentage point of poverty gap", "贫困深度每降低1个百分点的成本"),
    "yuan_per_person_year_out": ("Cost of one person-year out of poverty", "每减少1人年贫困的成本"),
}

CLOSURES: dict[str, Pair] = {
    "fixed": (
        "prices and local jobs following the years alone (fixed closure)",
        "价格和本地用工只随年景变化（固定闭合）",
    ),
    "endogenous": (
        "spillovers through prices and local jobs included (endogenous closure)",
        "含价格和本地用工的外溢影响（内生闭合）",
    ),
    "mixed": ("closure differs between scenarios", "各情景闭合方式不同"),
}

CLOSURES_SHORT: dict[str, Pair] = {
    "fixed": ("prices and local jobs held", "价格和本地用工不变"),
    "endogenous": ("spillovers included", "含外溢影响"),
    "mixed": CLOSURES["mixed"],
}

# The parts of an effect, by column of the table `spillover`.
EFFECTS: dict[str, Pair] = {
    "fixed": ("Prices and local jobs held", "价格和本地用工不变"),
    "spillover": ("Spillovers", "外溢影响"),
    "endogenous": ("Together", "合计"),
}

CONFIDENCE: dict[str, Pair] = {
    "measured": ("measured", "实测"),
    "calibrated": ("calibrated", "校准"),
    "assumed": ("assumed", "假定"),
}

TOPICS: dict[str, Pair] = {
    "visits": ("Visits", "走访"),
    "campaign": ("Campaign", "集中活动"),
    "cadres": ("Cadres", "干部"),
    "credit": ("Credit", "信贷"),
    "health": ("Health", "健康"),
    "schooling": ("Schooling", "教育"),
    "labour": ("Labour", "劳动力"),
    "crops": ("Crops", "种植业"),
    "market": ("Markets", "市场"),
    "industries": ("Lines of business", "产业"),
    "learning": ("Learning", "学习"),
    "drive": ("Drive", "内生动力"),
    "population": ("Population", "人口"),
    "poverty": ("Poverty line", "贫困线"),
    "weather": ("Weather", "气象"),
    "consumption": ("Consumption", "消费"),
    "network": ("Contacts", "亲邻往来"),
    "trend": ("Trend", "趋势"),
    "policies": ("Policies", "措施"),
    "costs": ("Costs", "成本"),
    "income": ("Income", "收入"),
    "migration": ("Migration", "外出务工"),
    "livestock": ("Livestock", "养殖业"),
    "orchard": ("Orchards", "果业"),
}

UNITS: dict[str, Pair] = {
    "yuan": ("yuan", "元"),
    "persons": ("persons", "人"),
    "households": ("households", "户"),
    "villages": ("villages", "个"),
    "units": ("units", "个"),
    "cadres": ("cadres", "人"),
    "mu": ("mu", "亩"),
    "days": ("days", "天"),
    "index": ("index", "指数"),
    "km": ("km", "公里"),
    "share": ("%", "%"),
    "count": ("", ""),
    "yuan/person": ("yuan a head", "元/人"),
    "yuan/person/year": ("yuan a head and year", "元/人·年"),
    "mu/person": ("mu a head", "亩/人"),
    "persons/household": ("persons a household", "人/户"),
    "households/cadre": ("households a cadre", "户/人"),
}

WORLD: dict[str, Pair] = {
    "profile": ("Profile", "本县资料"),
    "villages": ("Villages", "村数"),
    "households": ("Households", "户数"),
    "persons": ("Persons", "人口"),
    "population_seed": ("Seed of the population", "人口种子"),
    "units": ("Support units", "联村单位"),
    "cadres": ("Cadres", "联户干部"),
    "linked": ("Linked households", "联系户"),
}

TERMS: dict[str, dict[str, Pair]] = {
    "unit": UNITS,
    "world": WORLD,
    "indicator": INDICATORS,
    "group": GROUPS,
    "policy": POLICIES,
    "constraint": CONSTRAINTS,
    "cost": COSTS,
    "purse_line": PURSE_LINES,
    "purse": PURSES,
    "account": ACCOUNTS,
    "reason": REASONS,
    "delivery": DELIVERY,
    "error": ERRORS,
    "measure": MEASURES,
    "closure": CLOSURES,
    "closure_short": CLOSURES_SHORT,
    "effect": EFFECTS,
    "confidence": CONFIDENCE,
    "topic": TOPICS,
}

# How each indicator is counted: the unit of a difference and the unit of a level.
SHARES = {
    "headcount",
    "poverty_gap",
    "severity",
    "headcount_after",
    "poverty_gap_after",
    "severity_after",
    "entries",
    "exits",
    "returns",
    "deprived_share",
    "overdue_rate",
    "migrants_per_worker",
    "drive",
    "awareness",
    "satisfaction",
    "farm_skill",
    "work_skill",
    "served_share",
}
INDICES = {"watts", "sen", "gini", "deprivation_m0"}


def delivery_unit(name: str) -> str:
    """The unit in which what was delivered is counted."""
    return "money" if name.endswith("_yuan") else "count"


def unit_of(name: str, difference: bool = False) -> str:
    """The unit in which an indicator is shown."""
    if name.endswith("_yuan"):
        return "yuan"
    if name in SHARES:
        return "points" if difference else "share"
    return "index" if name in INDICES else "count"
