"""Makes a plausible experiment folder, so that the report can be tested without running the model."""

from __future__ import annotations

import json
import math
from pathlib import Path
from typing import Any

import dummy_tables as dt
import numpy as np
import pandas as pd

from experiments.compare.tables import COLUMNS, write_table


def make(folder: Path, replicates: int = 40, scenarios: tuple[str, ...] = tuple(dt.SCENARIOS)) -> Path:
    """Write the folder; `replicates` seeds for each of the `scenarios`.

    Returns:
        The folder.
    """
    rng = np.random.default_rng(5)
    (folder / "tables").mkdir(parents=True, exist_ok=True)
    (folder / "scenarios").mkdir(exist_ok=True)
    entries: list[dict[str, Any]] = []
    for ident in scenarios:
        en, zh, parts = dt.SCENARIOS[ident]
        labels = ["visits", *parts]
        digest = f"{sum(ord(c) * 31**k for k, c in enumerate(ident)) % 10**12:012d}"
        entries.append({"id": ident, "title": {"en": en, "zh": zh}, "digest": digest, "policies": labels})
        body = 'era = "2012"\nhorizon_months = 36\n[world]\nprofile = "gansu_county"\nvillages = 215\n'
        body += "[campaign]\nstart = 2012-12-24\ndays = 100\n"
        body += "".join(f'[[policies]]\nkind = "{p}"\nlabel = "{p}"\n' for p in labels)
        for purse, en_name, zh_name, use in dt.PURSES:
            body += f'[[purses]]\nid = "{purse}"\ntitle_en = "{en_name}"\ntitle_zh = "{zh_name}"\nuses = ["{use}"]\n'
        (folder / "scenarios" / f"{ident}.toml").write_text(body, encoding="utf-8")
    manifest = {
        "name": "demo",
        "complete": True,
        "code_version": "9c1f07ab4e22",
        "scenarios": entries,
        "baseline": "baseline",
        "channels": [
            {"way": "visits.papers", "en": "papers in order", "zh": "代办手续"},
            {"way": "visits.follow_up", "en": "follow-up of what was given", "zh": "跟踪管护"},
            {"way": "all", "en": "", "zh": ""},
        ],
        "what_if": [
            {"name": "drought", "en": "A major drought", "zh": "大旱"},
            {"name": "late_loans", "en": "Loans thirty days late", "zh": "贷款推迟三十天"},
        ],
        "outcomes": [{"name": n, "month": 36, "group": "all"} for n in ("income_yuan", "headcount")],
        "precision": 0.0025,
        "replicates": {"done": replicates, "step": 10, "limit": 60},
        "closure": "endogenous",
        "calibrated": False,
        "command": "village compare scenarios/*.toml --name demo",
        "kind": "compare",
        "versions": {"python": "3.11.9", "mesa": "3.3.1", "numpy": "2.4.6", "numba": "0.68.1"},
        "world": {"profile": "gansu_county", "villages": 215, "population_seed": 1, "households": 47300},
    }
    (folder / "manifest.json").write_text(json.dumps(manifest, ensure_ascii=False), encoding="utf-8")
    tables = _tables(rng, replicates, scenarios)
    for name, frame in tables.items():
        texts = {"scenario", "group", "name", "policy", "kind", "parts", "other"}
        for column in COLUMNS[name].replace("|", " ").split():
            if column not in frame.columns:
                frame[column] = "all" if column == "group" else "" if column in texts else 0
        write_table(folder / "tables" / f"{name}.parquet", name, [frame])
    return folder


def _tables(rng: np.random.Generator, n: int, scenarios: tuple[str, ...]) -> dict[str, pd.DataFrame]:
    years = {m: rng.normal(0, 190 if m else 0, n) for m in dt.MARKS}
    base = {0: 4344.0, 12: 4920.0, 24: 5480.0, 36: 6010.0}
    heads = {0: 0.332, 12: 0.281, 24: 0.236, 36: 0.199}
    split = {
        "income_wage_yuan": (0.40, 0.45),
        "income_operating_yuan": (0.48, 0.5),
        "income_property_yuan": (0.025, 0.05),
        "income_transfer_yuan": (0.095, 0.0),
    }
    rows: list[tuple[str, int, int, str, str, float]] = []
    for ident in scenarios:
        cash = ident.startswith("cash")
        for m in dt.MARKS:
            g = dt.gain(ident, m)
            noise = rng.normal(0, 38 if g else 0, n)
            for k in range(n):
                income = base[m] + years[m][k] + g + noise[k]
                add = g + noise[k]
                head = heads[m] - years[m][k] / 9000 - add / 8000 + (rng.normal(0, 0.0012) if add else 0)
                one = {
                    "income_yuan": income,
                    "headcount": head,
                    "headcount_after": head + 0.052,
                    "income_median_yuan": income * 0.86,
                    "income_after_yuan": income - 610 - years[m][k] * 0.1,
                    "poverty_gap": head * 0.28,
                    "gini": 0.36 + add / 40000,
                    "overdue_rate": 0.03,
                    "awareness": 0.4 + 0.1 * (m > 0),
                    "drive": 0.5,
                    "orchard_asset_yuan": 90 + g * 0.4,
                }
                for name, (share, part) in split.items():
                    extra = add * (part if not cash else (0.9 if name == "income_transfer_yuan" and m == 12 else 0.1))
                    one[name] = (base[m] + years[m][k] * (0.2 if "wage" in name else 1.0)) * share + extra
                rows += [(ident, k + 1, m, "all", name, v) for name, v in one.items()]
                for group in dt.GROUPS:
                    level = 0.5 if group in ("poor_at_start", "fifth_1", "registered") else 1.0
                    extra = add * dt.FACTOR[group] + (rng.normal(0, 40) if add else 0)
                    rows.append((ident, k + 1, m, group, "income_yuan", (base[m] + years[m][k]) * level + extra))
                    rows.append((ident, k + 1, m, group, "headcount", heads[m] - years[m][k] / 9000 - extra / 9000))
        for k in range(n):
            parts = dt.SCENARIOS[ident][2]
            jobs = 210 + 640 * ("training" in parts) + 90 * ("industry" in parts) + rng.normal(0, 25)
            rows.append((ident, k + 1, -1, "all", "jobs_begun", round(jobs)))
            rows.append((ident, k + 1, -1, "all", "consumption_yuan", base[12] + dt.gain(ident, 12) + rng.normal(0, 8)))
            rows.append(
                (ident, k + 1, -1, "all", "awareness", 0.41 + 0.12 * ("publicity" in parts) + rng.normal(0, 0.004))
            )
    outcomes = pd.DataFrame(rows, columns=["scenario", "seed", "month", "group", "name", "value"])
    out = {"outcomes": outcomes, "differences": _differences(outcomes)}
    out |= (
        dt.monthly(rng, scenarios) | dt.delivery(rng, scenarios) | dt.money(rng, scenarios) | dt.percentile(scenarios)
    )
    out |= (
        dt.synergy(outcomes, scenarios)
        | dt.movers(scenarios)
        | dt.spillover(out["differences"], scenarios)
        | dt.channel(out["differences"], scenarios)
        | dt.what_if(out["differences"], scenarios)
        | dt.verdict(out["differences"])
        | dt.township(out["differences"])
        | dt.reconcile()
    )
    out |= dt.extra(out, scenarios) | dt.ranking(outcomes, scenarios)
    out["failures"] = pd.DataFrame(
        {"scenario": ["training"], "seed": [17], "error": ["ArithmeticError: household 1204, day 61"]}
    )
    return out


def _differences(outcomes: pd.DataFrame) -> pd.DataFrame:
    wide = outcomes.pivot_table(index=["month", "group", "name", "seed"], columns="scenario", values="value")
    bases = wide["baseline"].groupby(level=[0, 1, 2]).mean().to_dict()
    rows = []
    for ident in wide.columns:
        if ident == "baseline":
            continue
        paired = wide[ident] - wide["baseline"]
        for key, part in paired.groupby(level=[0, 1, 2]):
            month, group, name = key
            mean, low, high = dt.interval(part.to_numpy())
            base = float(bases[key])
            rows.append(
                (
                    ident,
                    month,
                    group,
                    name,
                    base,
                    base + mean,
                    mean,
                    low,
                    high,
                    len(part),
                    mean / base if base else math.nan,
                    float((part > 0).mean()),
                )
            )
    return pd.DataFrame(
        rows,
        columns=[
            "scenario",
            "month",
            "group",
            "name",
            "baseline_mean",
            "mean",
            "difference",
            "low",
            "high",
            "replicates",
            "relative",
            "share_positive",
        ],
    )


if __name__ == "__main__":
    import sys

    make(Path(sys.argv[1]), *(int(a) for a in sys.argv[2:3]))
