"""The tables of the made-up experiment, but for those of its outcomes: plausible numbers, nothing simulated."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
from scipy.special import stdtrit

PARTS = {"microcredit": 62.0, "industry": 74.0, "training": 38.0, "publicity": 4.0, "demonstration": 15.0}
SCENARIOS: dict[str, tuple[str, str, tuple[str, ...]]] = {
    "baseline": ("Visits only", "仅入户走访", ()),
    "microcredit": ("Microcredit", "小额信贷", ("microcredit",)),
    "industry": ("Industry support", "产业扶持", ("industry",)),
    "training": ("Training", "技能培训", ("training",)),
    "publicity": ("Publicity", "政策宣传", ("publicity",)),
    "demonstration": ("Demonstration", "典型示范", ("demonstration",)),
    "cash": ("Cash at equal cost", "等额现金对照（仅测算）", ("cash",)),
    "credit_industry": ("Credit and industry", "信贷＋产业", ("microcredit", "industry")),
    "credit_training": ("Credit and training", "信贷＋培训", ("microcredit", "training")),
    "industry_training": ("Industry and training", "产业＋培训", ("industry", "training")),
    "mix": ("Credit, industry and training", "信贷＋产业＋培训", ("microcredit", "industry", "training")),
    "cash_mix": ("Cash at the cost of the mix", "与组合等额的现金（仅测算）", ("cash",)),
}
COST = {"microcredit": 11.2e6, "industry": 13.4e6, "training": 9.1e6, "publicity": 1.1e6, "demonstration": 2.4e6}
MARKS = (0, 12, 24, 36)
GROUPS = [
    "poor_at_start",
    "not_poor_at_start",
    "fifth_1",
    "fifth_2",
    "fifth_3",
    "fifth_4",
    "fifth_5",
    "cause_illness",
    "cause_funds",
    "cause_technology",
    "cause_labour",
    "cause_schooling",
    "cause_disability",
    "cause_disaster",
    "cause_none",
    "terrain_tableland",
    "terrain_river",
    "terrain_hills",
    "linked",
    "registered",
    "not_registered",
    "served",
    "not_served",
]
FACTOR = {
    g: f
    for g, f in zip(
        GROUPS,
        (
            0.7,
            1.15,
            0.45,
            0.8,
            1.0,
            1.2,
            1.5,
            0.02,
            1.6,
            1.4,
            0.1,
            0.5,
            -0.05,
            0.6,
            1.1,
            1.3,
            1.1,
            0.55,
            1.2,
            0.9,
            1.05,
            2.1,
            -0.08,
        ),
        strict=True,
    )
}
HOW = {
    "microcredit": ("told", "applied", "lent"),
    "industry": ("told", "started", "finished"),
    "training": ("enrolled", "trained"),
    "publicity": ("meetings", "told"),
    "demonstration": ("shown",),
    "cash": ("paid",),
    "visits": ("visited", "visited_substance"),
}


PURSES = (
    ("industry_funds", "Fiscal funds for industry", "财政扶贫产业资金", "industry"),
    ("unit_funds", "Support units' own money", "联村单位自筹资金", "visits"),
    ("training_funds", "Training funds", "培训专项资金", "training"),
    ("bank_women", "Bank quota for women's small guaranteed loans", "妇女小额担保贷款额度", "microcredit"),
)


def gain(ident: str, month: int) -> float:
    """True mean gain in income, yuan a head."""
    if ident == "cash":
        return 58.0 if month == 12 else 12.0
    if ident == "cash_mix":
        return 150.0 if month == 12 else 30.0
    total = sum(PARTS[p] for p in SCENARIOS[ident][2])
    if len(SCENARIOS[ident][2]) > 1:
        total *= 0.93
    return total * {0: 0.0, 12: 0.35, 24: 0.8, 36: 1.0}.get(month, 0.0)


def extra(out: dict[str, pd.DataFrame], scenarios: tuple[str, ...]) -> dict[str, pd.DataFrame]:
    """Money beyond the baseline's, a hundredth to either side of it known."""
    parts = {"cost": out["cost"][out["cost"]["policy"] == "all"].assign(group="all"), "flow": out["money"]}
    rows = []
    for kind, frame in parts.items():
        for (group, name), part in frame.groupby(["group", "name"], sort=True):
            means = part.set_index("scenario")["mean"]
            for ident in (one for one in scenarios if one != "baseline"):
                change = float(means.get(ident, 0.0) - means.get("baseline", 0.0))
                rows.append((ident, kind, group, name, change, change - abs(change) / 100, change + abs(change) / 100))
    return {"extra": pd.DataFrame(rows, columns=["scenario", "kind", "group", "name", "difference", "low", "high"])}


def ranking(outcomes: pd.DataFrame, scenarios: tuple[str, ...]) -> dict[str, pd.DataFrame]:
    """How often each scenario is ahead, at the last mark."""
    rows = []
    for name, sign in (("income_yuan", 1), ("headcount", -1)):
        here = outcomes[(outcomes["name"] == name) & (outcomes["month"] == 36) & (outcomes["group"] == "all")]
        wide = here.pivot_table(index="seed", columns="scenario", values="value") * sign
        others = [one for one in scenarios if one != "baseline"]
        for one in others:
            rest = wide[[two for two in others if two != one]]
            rows.append((one, 36, name, "", int(rest.lt(wide[one], axis=0).all(axis=1).sum()), len(wide)))
            rows += [(one, 36, name, two, int((wide[one] > wide[two]).sum()), len(wide)) for two in rest]
    columns = ["scenario", "month", "name", "other", "times", "replicates"]
    frame = pd.DataFrame(rows, columns=columns)
    share = frame["times"] / frame["replicates"]
    return {"ranking": frame.assign(share=share, low=share * 0.9, high=share)}


def interval(values: np.ndarray) -> tuple[float, float, float]:
    """Mean and 95% Student interval."""
    n, mean = len(values), float(np.mean(values))
    if n < 2:
        return mean, math.nan, math.nan
    half = float(stdtrit(n - 1, 0.975)) * float(np.std(values, ddof=1)) / math.sqrt(n)
    return mean, mean - half, mean + half


def monthly(rng: np.random.Generator, scenarios: tuple[str, ...]) -> dict[str, pd.DataFrame]:
    season = 1 + 0.5 * np.sin(np.arange(36) / 12 * 2 * math.pi + 2)
    rows = []
    for ident in scenarios:
        for m in range(1, 37):
            year = 12 * math.ceil(m / 12)
            d = gain(ident, year) / 12 * season[m - 1] + (rng.normal(0, 0.3) if ident != "baseline" else 0)
            level = 360 + 5 * m + d
            half = 1.1 if ident != "baseline" else 0.0
            rows.append((ident, m, "all", "income_yuan", level, level - 12, level + 12, d, d - half, d + half))
    return {
        "monthly": pd.DataFrame(
            rows,
            columns=[
                "scenario",
                "month",
                "group",
                "name",
                "mean",
                "low",
                "high",
                "difference",
                "difference_low",
                "difference_high",
            ],
        )
    }


def delivery(rng: np.random.Generator, scenarios: tuple[str, ...]) -> dict[str, pd.DataFrame]:
    targets = {
        "visited": 5457,
        "visited_substance": math.nan,
        "told": 16000,
        "applied": math.nan,
        "lent": 2400,
        "started": 3100,
        "finished": 1800,
        "enrolled": 6000,
        "trained": 5200,
        "meetings": 430,
        "shown": 9000,
        "paid": 8000,
    }
    reach = {
        "visited": 1.04,
        "told": 0.97,
        "lent": 0.71,
        "started": 1.03,
        "finished": 0.2,
        "enrolled": 1.1,
        "trained": 1.005,
        "meetings": 1.2,
        "shown": 0.9,
        "paid": 1.0,
        "applied": 3100,
        "visited_substance": 2310,
    }
    start = {"lent": 6, "started": 10, "finished": 12, "trained": 3, "applied": 2}
    rows, days, bind, months = [], [], [], []
    for ident in scenarios:
        for policy in ("visits", *SCENARIOS[ident][2]):
            for name in HOW[policy]:
                target = targets[name]
                final = reach[name] * (target if math.isfinite(target) else 1.0)
                for week in range(1, 16):
                    begun = start.get(name, 0)
                    level = final * max(0.0, min(1.0, (week - begun) / (15 - begun))) ** 0.8
                    if 7 <= week <= 8:
                        level = final * max(0.0, (7 - begun) / (15 - begun)) ** 0.8
                    chance = float(1 / (1 + math.exp(-(reach[name] - 1) * 60))) if math.isfinite(target) else math.nan
                    half = level * 0.03
                    rows.append((ident, policy, name, week, level, level - half, level + half, target, chance))
                later = 1.2 * final
                months.append((ident, 36, policy, name, 0, later, later * 0.97, later * 1.03))
            bind += [
                (ident, policy, "cadre_days", 0.31 if policy == "visits" else 0.08, 0.28, 0.34),
                (ident, policy, "purse", 0.22 if policy == "microcredit" else 0.02, 0.2, 0.24),
                (ident, policy, "season", 0.14 if policy == "industry" else 0.0, 0.1, 0.16),
            ]
        given = left = 4205 * 9.1
        days.append((ident, "all", 0, "given", given, given, given))
        for week in range(1, 16):
            used = 0.0 if week in (7, 8) else given * 0.93 / 13
            for name, value in (("available", left), ("asked", used * 1.4), ("used", used)):
                days.append((ident, "all", week, name, value, value - 20, value + 20))
            left -= used
        days += [
            (ident, f"unit_{unit}", week, name, float(unit), float(unit), float(unit))
            for unit in range(1, 6)
            for week in range(1, 16)
            for name in ("asked", "used")
        ]
    return {
        "delivery": pd.DataFrame(
            rows, columns=["scenario", "policy", "name", "week", "mean", "low", "high", "target", "chance_met"]
        ),
        "by_month": pd.DataFrame(months, columns=["scenario", "month", "group", "name", "item", "mean", "low", "high"]),
        "cadre_days": pd.DataFrame(days, columns=["scenario", "group", "item", "name", "mean", "low", "high"]),
        "binding": pd.DataFrame(bind, columns=["scenario", "group", "name", "mean", "low", "high"]),
    }


def money(rng: np.random.Generator, scenarios: tuple[str, ...]) -> dict[str, pd.DataFrame]:
    share = {
        "grants_yuan": 0.4,
        "interest_subsidy_yuan": 0.1,
        "loan_losses_yuan": 0.05,
        "capital_cost_yuan": 0.1,
        "administration_yuan": 0.15,
        "cadre_days_yuan": 0.2,
    }
    cost, purse, spend, money, effect = [], [], [], [], []
    mix_cost = sum(COST[p] for p in SCENARIOS["mix"][2])
    for ident in scenarios:
        amounts = {"visits": 3.1e6} | {
            p: COST.get(p, mix_cost if ident == "cash_mix" else 13.0e6) for p in SCENARIOS[ident][2]
        }
        total: dict[str, float] = {}
        for policy, amount in amounts.items():
            lines = {k: amount * v for k, v in share.items()}
            lines["cost_yuan"] = amount
            lines["cash_outlay_yuan"] = amount * 0.8 + (4e7 if policy == "microcredit" else 0)
            lines["principal_yuan"] = 4.0e7 if policy == "microcredit" else 0.0
            lines["households_served"] = {"visits": 5457, "microcredit": 1700, "industry": 3180, "training": 5226}.get(
                policy, 8000
            )
            for name, value in lines.items():
                cost.append((ident, policy, name, value, value * 0.985, value * 1.015))
                total[name] = total.get(name, 0.0) + value
        total["households_served"] *= 0.8
        cost += [(ident, "all", name, v, v * 0.99, v * 1.01) for name, v in total.items()]
        for group, amount in (
            ("industry_funds", 2.6e7),
            ("unit_funds", 4.278e6),
            ("training_funds", 1.0e7),
            ("bank_women", 5.0e7),
        ):
            used = (
                amount * {"industry_funds": 0.91, "unit_funds": 1.0, "training_funds": 0.88, "bank_women": 0.8}[group]
            )
            for name, value in (
                ("amount_yuan", amount),
                ("released_yuan", amount * 0.98),
                ("spent_yuan", used),
                ("unspent_yuan", amount - used),
                ("infeasible_yuan", (amount - used) * 0.3),
            ):
                purse.append((ident, group, name, value, value * 0.99, value * 1.01))
        if ident != "baseline":
            whole = total["grants_yuan"]
            for k, part in enumerate((0.16, 0.22, 0.24, 0.22, 0.16), 1):
                spend.append((ident, "all", "fifth", k, whole * part, whole * part * 0.96, whole * part * 1.04))
            spend.append((ident, "all", "targeting_inclusion_error", 0, 0.523, 0.512, 0.534))
            spend.append((ident, "all", "targeting_exclusion_error", 0, 0.581, 0.570, 0.592))
        for who, why, value in (
            ("lender microcredit>households", "loans", 4e7 if "microcredit" in amounts else 0.0),
            ("households>lender microcredit", "principal repaid", 3.6e7 if "microcredit" in amounts else 0.0),
            ("policy industry>households", "industry grants", total["grants_yuan"]),
            ("market>households", "livestock sales", 1.1e9 + 4e5 * gain(ident, 36)),
            ("employers>households", "wages away", 9.2e8 + 3e5 * gain(ident, 36)),
            ("households>market", "operating costs", 4.1e8 + 1.5e5 * gain(ident, 36)),
            ("purse training_funds>market", "training", 8.8e6 if "training" in amounts else 0.0),
        ):
            money.append((ident, who, why, value, value * 0.98, value * 1.02))
        if ident != "baseline":
            gap = gain(ident, 36) / 8000 * 0.28 * 100
            extra = total["cost_yuan"] - 3.1e6
            sure = gain(ident, 36) > 20
            by = {
                "demonstration": "",
                "credit_training": "credit_industry",
                "training": "microcredit",
                "cash": "industry",
            }.get(ident, "")
            effect.append(
                (
                    ident,
                    "yuan_per_gap_point",
                    extra / gap if gap else math.nan,
                    extra / gap * 0.8 if sure else math.nan,
                    extra / gap * 1.4 if sure else math.nan,
                    sure,
                    by,
                )
            )
            effect.append(
                (
                    ident,
                    "yuan_per_person_year_out",
                    extra / (gap * 700) if gap else math.nan,
                    extra / (gap * 700) * 0.8 if sure else math.nan,
                    extra / (gap * 700) * 1.4 if sure else math.nan,
                    sure,
                    by,
                )
            )
    ends = ["mean", "low", "high"]
    return {
        "cost": pd.DataFrame(cost, columns=["scenario", "policy", "name", *ends]),
        "start": pd.DataFrame(columns=["scenario", "policy"]),  # no measure of theirs waits for a condition
        "purse": pd.DataFrame(purse, columns=["scenario", "group", "name", *ends]),
        "spending": pd.DataFrame(spend, columns=["scenario", "group", "name", "item", *ends]),
        "money": pd.DataFrame(money, columns=["scenario", "group", "name", *ends]),
        "effectiveness": pd.DataFrame(
            effect, columns=["scenario", "measure", "value", "low", "high", "defined", "dominated_by"]
        ),
    }


def percentile(scenarios: tuple[str, ...]) -> dict[str, pd.DataFrame]:
    rank = (np.arange(1, 101) - 0.5) / 100
    shape = np.exp(0.62 * np.log(rank / (1 - rank)) / 1.7) * 0.9
    shape[0] = -0.05
    rows = []
    for ident in scenarios:
        for month, base in ((0, 4344.0), (12, 4920.0), (24, 5480.0), (36, 6010.0)):
            d = gain(ident, month) * (0.3 + 1.4 * rank)
            half = 8 + 20 * rank**4
            for k in range(100):
                here = d[k] if ident != "baseline" else 0.0
                h = half[k] if ident != "baseline" and month else 0.0
                rows.append((ident, month, k + 1, base * shape[k] + here, here, here - h, here + h))
    return {
        "percentile": pd.DataFrame(rows, columns=["scenario", "month", "item", "mean", "difference", "low", "high"])
    }


def synergy(outcomes: pd.DataFrame, scenarios: tuple[str, ...]) -> dict[str, pd.DataFrame]:
    sets = {frozenset(SCENARIOS[s][2]): s for s in scenarios if not s.startswith("cash")}
    whole = frozenset(SCENARIOS["mix"][2])
    rows = []
    if sum(s <= whole for s in sets) == 8:
        for name in ("income_yuan", "headcount"):
            part = outcomes[(outcomes["group"] == "all") & (outcomes["name"] == name) & (outcomes["month"] == 36)]
            wide = part.pivot_table(index="seed", columns="scenario", values="value")
            for combo in sorted((c for c in sets if len(c) > 1 and c <= whole), key=lambda c: (len(c), sorted(c))):
                subsets = [s for s in sets if s <= combo]
                value = sum(((-1) ** (len(combo) - len(s)) * wide[sets[s]] for s in subsets), start=0.0)
                rows.append(
                    (
                        "mix",
                        "+".join(sorted(combo)),
                        36,
                        name,
                        *interval(value.to_numpy()),
                        len(value),
                        len(combo),
                        "interaction",
                    )
                )
            total = wide["mix"] - sum((wide[sets[frozenset([p])]] for p in whole), start=0.0) + 2 * wide["baseline"]
            rows.append(("mix", "+".join(sorted(whole)), 36, name, *interval(total.to_numpy()), len(total), 3, "total"))
    return {
        "synergy": pd.DataFrame(
            rows,
            columns=["scenario", "parts", "month", "name", "synergy", "low", "high", "replicates", "order", "kind"],
        )
    }


def movers(scenarios: tuple[str, ...]) -> dict[str, pd.DataFrame]:
    rows = []
    for ident in scenarios:
        for month in MARKS[1:]:
            g = gain(ident, month)
            if ident != "baseline":
                up, down = 0.1 + g / 500, 0.05 + g / 2400
                for group, f in (("all", 1.0), ("served", 1.6), ("not_served", 0.4), ("poor_at_start", 0.8)):
                    rows.append(
                        (
                            ident,
                            month,
                            group,
                            up * f,
                            up * f - 0.012,
                            up * f + 0.012,
                            down,
                            down - 0.006,
                            down + 0.006,
                            1 - up * f - down,
                        )
                    )
    return {
        "movers": pd.DataFrame(
            rows,
            columns=[
                "scenario",
                "month",
                "group",
                "gained_share",
                "gained_share_low",
                "gained_share_high",
                "lost_share",
                "lost_share_low",
                "lost_share_high",
                "unchanged_share",
            ],
        )
    }


def spillover(differences: pd.DataFrame, scenarios: tuple[str, ...]) -> dict[str, pd.DataFrame]:
    """The largest mix loses 60 yuan through prices, wherever it is looked at."""
    columns = ["scenario", "month", "group", "name", "replicates"]
    names = ("income_yuan", "income_operating_yuan", "income_wage_yuan", "headcount", "poverty_gap")
    treated = [s for s in scenarios if s != "baseline"]
    if not treated:
        return {"spillover": pd.DataFrame(columns=columns)}
    largest = min(treated, key=lambda s: (-len(SCENARIOS[s][2]), s))
    mine = differences[
        (differences["scenario"] == largest) & (differences["month"] > 0) & differences["name"].isin(names)
    ]
    frame = mine[columns].copy()
    money = frame["name"].str.endswith("_yuan")
    lost, half = money.map({True: -60.0, False: 0.006}), money.map({True: 5.0, False: 0.0007})
    half = half.where(frame["replicates"] > 1)
    for end, shift in (("", 0.0), ("_low", -half), ("_high", half)):
        frame[f"endogenous{end}"] = mine["difference" if not end else end[1:]]
        frame[f"fixed{end}"] = mine["difference"] - lost + shift
        frame[f"spillover{end}"] = lost + shift
    return {"spillover": frame}


def verdict(differences: pd.DataFrame) -> dict[str, pd.DataFrame]:
    rows = []
    for _, r in differences[(differences["group"] == "all") & (differences["month"] == 36)].iterrows():
        if r["name"] in ("income_yuan", "headcount"):
            asked = 15.0 if r["name"] == "income_yuan" else 0.0005
            half = (r["high"] - r["low"]) / 2
            needed = math.ceil(r["replicates"] * (half / asked) ** 2) if half == half else 0
            rows.append((r["scenario"], 36, r["name"], asked, half, r["replicates"], bool(half <= asked), needed))
    return {
        "verdict": pd.DataFrame(
            rows,
            columns=["scenario", "month", "name", "asked_precision", "halfwidth", "replicates", "enough", "needed"],
        )
    }


def reconcile() -> dict[str, pd.DataFrame]:
    lines = [
        ("villages", "Villages", "村数", 215, 215, 0, "villages"),
        ("households", "Households", "户数", 47298, 47300, 100, "households"),
        ("income", "Net income per head", "人均纯收入", 4341.2, 4344.32, 43.4, "yuan"),
        ("registered", "Registered poor, share of people", "建档立卡贫困人口占比", 0.3331, 0.332, 0.005, "share"),
        ("linked", "Linked households", "联系户", 5457, 5457, 0, "households"),
        ("cadres", "Cadres", "联户干部", 4205, 4205, 0, "cadres"),
        ("units", "Support units", "联村单位", 169, 169, 0, "units"),
        ("housing", "Land a head", "人均耕地", 2.91, 2.65, 0.1, "mu"),
        ("wage", "Wage income, share of income", "工资性收入占比", 0.401, 0.4, 0.02, "share"),
    ]
    rows = [(n, e, z, m, p, m - p, t, abs(m - p) <= t, u) for n, e, z, m, p, t, u in lines]
    return {
        "reconcile": pd.DataFrame(
            rows,
            columns=["name", "label_en", "label_zh", "model", "profile", "difference", "tolerance", "within", "unit"],
        )
    }


WAYS = {"visits.papers": 4.0, "visits.follow_up": -1.0, "all": 6.0}
"""What each channel of the largest mix is worth, yuan a head."""


def channel(differences: pd.DataFrame, scenarios: tuple[str, ...]) -> dict[str, pd.DataFrame]:
    """Two channels of the largest mix and both together, at every mark and for every group."""
    columns = ["scenario", "month", "group", "name", "replicates"]
    treated = [s for s in scenarios if s != "baseline"]
    if not treated:
        return {"channel": pd.DataFrame(columns=[*columns, "way", "worth", "low", "high"])}
    largest = min(treated, key=lambda s: (-len(SCENARIOS[s][2]), s))
    mine = differences[
        (differences["scenario"] == largest)
        & (differences["month"] > 0)
        & differences["name"].isin(("income_yuan", "headcount", "poverty_gap"))
    ]
    scale = mine["name"].map({"income_yuan": 1.0}).fillna(-0.0002)
    half = (2.0 * scale.abs()).where(mine["replicates"] > 1)
    found = [
        mine[columns].assign(way=way, worth=yuan * scale, low=yuan * scale - half, high=yuan * scale + half)
        for way, yuan in sorted(WAYS.items())
    ]
    return {"channel": pd.concat(found)}


def what_if(differences: pd.DataFrame, scenarios: tuple[str, ...]) -> dict[str, pd.DataFrame]:
    """The largest mix under two what-ifs, at every mark and for every group: nine tenths of its gain under either."""
    columns = ["scenario", "month", "group", "name", "replicates"]
    parts = {"planned": 1.0, "gain": 0.9, "change": -0.1, "county": -2.0}
    treated = [s for s in scenarios if s != "baseline"]
    if not treated:
        ends = [f"{part}{end}" for part in parts for end in ("", "_low", "_high")]
        return {"what_if": pd.DataFrame(columns=[*columns, "what_if", *ends])}
    largest = min(treated, key=lambda s: (-len(SCENARIOS[s][2]), s))
    mine = differences[
        (differences["scenario"] == largest)
        & (differences["month"] > 0)
        & differences["name"].isin(("income_yuan", "headcount", "poverty_gap"))
    ]
    found = []
    for name in ("drought", "late_loans"):
        frame = mine[columns].assign(what_if=name)
        for part, share in parts.items():
            value, half = share * mine["difference"], (0.05 * mine["difference"].abs()).where(mine["replicates"] > 1)
            frame = frame.assign(**{part: value, f"{part}_low": value - half, f"{part}_high": value + half})
        found.append(frame)
    return {"what_if": pd.concat(found)}


def township(differences: pd.DataFrame) -> dict[str, pd.DataFrame]:
    """Fifteen townships: the first gains twice what the county does, the last has too few households to be shown."""
    here = differences[(differences["group"] == "all") & differences["name"].isin(("income_yuan", "headcount"))]
    found = []
    for number in range(15):
        one = here.drop(columns="group").assign(township=number, households=3000 + number, apart=0.0)
        if number == 0:
            one = one.assign(apart=one["difference"], difference=2 * one["difference"])
        half = 0.1 * one["difference"].abs()
        one = one.assign(apart_low=one["apart"] - half, apart_high=one["apart"] + half)
        if number == 14:
            figures = one.columns.difference(["scenario", "month", "name", "township", "replicates"])
            one = one.assign(**dict.fromkeys(figures, math.nan)).assign(households=0)
        found.append(one)
    return {"township": pd.concat(found)}
