"""What a search comes to: for programs one object, and tidy tables; the page and the terminal read the same."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from experiments.designs.design import Design
from experiments.designs.outcomes import parse, scale_of
from experiments.measure.statistics import Interval, mean_interval
from experiments.optimise.contest import Contest, contest_csv
from experiments.optimise.finals import Standing
from experiments.optimise.from_design import Stated
from experiments.optimise.front import Choice
from experiments.optimise.problem import Mix
from experiments.optimise.reference import Reference, reference_csv
from experiments.optimise.search import Found
from experiments.pages.spreadsheet import csv_text


@dataclass(frozen=True)
class Answer:
    """A question and what was found.

    Attributes:
        design: The design.
        small: The design over the villages that were searched; the same, if it was not made smaller.
        stated: The design as a problem.
        found: What was found.
        runs_large: Runs at the design's own size, if the search was smaller.
        front: Choices among several objectives, the winner first; none if there is one, or they are added up.
        contest: How other methods did, if they were asked for.
        reference: The best that many runs found, if that was asked for.
        titles: What readers call the scenarios that the plan is compared with, in English and Chinese.
    """

    design: Design
    small: Design
    stated: Stated
    found: Found
    runs_large: int = 0
    titles: Mapping[str, tuple[str, str]] = field(default_factory=dict)
    front: tuple[Choice, ...] = ()
    contest: Contest | None = None
    reference: Reference | None = None

    @property
    def screened(self) -> bool:
        """Whether the search went over fewer villages."""
        return self.small is not self.design

    @property
    def outcome(self) -> str:
        """The first objective's outcome, in which gains are counted if it is the only one."""
        return self.design.objectives[0].outcome

    @property
    def tied(self) -> list[Standing]:
        """Finalists that cannot be told apart from the winner."""
        return [one for one in self.found.finals.standings[1:] if not one.told_apart]

    @property
    def county_runs(self) -> float:
        """All runs, in runs of the whole county."""
        county = 1 / scale_of(self.design.scenarios[0])
        return self.found.runs / scale_of(self.small.scenarios[0]) + self.runs_large * county


def _interval(one: Interval) -> dict[str, float | None]:
    return {"value": _plain(one.value), "low": _plain(one.low), "high": _plain(one.high)}


def _plain(value: float) -> float | None:
    return float(f"{value:.10g}") if math.isfinite(value) else None


def plan_rows(of: Answer) -> list[dict[str, Any]]:
    """The plan: a row a lever, with its amount, its money and from which purses it may come."""
    problem, winner = of.found.problem, of.found.winner
    payments = problem.payments(winner)
    rows = []
    for lever, amount in zip(problem.levers, winner, strict=True):
        asked = of.design.lever(lever.name)
        rows.append(
            {
                "lever": lever.name,
                "title": {"en": asked.title.en, "zh": asked.title.zh},
                "amount": _plain(amount),
                "unit": asked.unit,
                "cost_yuan": _plain(amount * lever.unit_cost_yuan),
                "purses": {purse: _plain(yuan) for (name, purse), yuan in payments.items() if name == lever.name},
            }
        )
    return rows


def _standing(of: Answer, one: Standing) -> dict[str, Any]:
    mix: Mix = one.mix
    return {
        "amounts": dict(zip((lever.name for lever in of.found.problem.levers), map(_plain, mix), strict=False)),
        "cost_yuan": _plain(of.found.problem.cost_yuan(mix)) if mix else None,
        "gain": _interval(one.gain),
        "behind_by": _interval(one.behind),
        "told_apart": one.told_apart,
        "leads": _plain(one.leads),
        "seen_in_search": _plain(one.seen),
    }


def answer(of: Answer) -> dict[str, Any]:
    """The answer, for programs; without a trace of time or machine."""
    found = of.found
    first = found.finals.standings[0]
    regret = found.regret
    return {
        "design": of.design.id,
        "objective": [
            {"outcome": one.outcome, "aim": one.aim, "weight": one.weight} for one in of.design.objectives
        ],
        "plan": plan_rows(of),
        "cost_yuan": _plain(found.problem.cost_yuan(found.winner)),
        "gain": _interval(first.gain),
        "reaches": reaches(of),
        "seen_in_search": _plain(first.seen),
        "luck_of_search": _plain(found.finals.luck),
        "promised": _interval(mean_interval(found.finals.promised)),
        "optimism": _interval(found.finals.optimism),
        "forecast_by_curves": _plain(found.forecast),
        "leads": _plain(first.leads),
        "cannot_be_told_apart_from": len(of.tied),
        "finalists": [_standing(of, one) for one in found.finals.standings],
        "compared_with": {name: _standing(of, one) for name, one in found.finals.references.items()},
        "dropped": [
            {"amounts": dict(zip((one.name for one in found.problem.levers), mix, strict=True)), "breaks": list(names)}
            for mix, names in found.finals.broken.items()
        ],
        "prices": [
            {
                "constraint": one.constraint,
                "amount": _plain(one.amount),
                "used": _plain(one.used),
                "binds": one.binds,
                "per": one.per,
                "price": _interval(one.price),
            }
            for one in found.prices
        ],
        "regret": None if regret is None else {
            "vectors": regret.vectors,
            "ruled_out": regret.ruled_out,
            "mixes": [
                {
                    "mean_regret": _interval(regret.mean(place)),
                    "gain": _interval(regret.gain(place)),
                    "leads": _interval(regret.leads(place)),
                }
                for place in range(len(regret.mixes))
            ],
        },
        "front": [
            {
                "amounts": dict(zip((one.name for one in found.problem.levers), map(_plain, choice.mix), strict=True)),
                "gains": {
                    one.outcome: _interval(gain) for one, gain in zip(of.stated.front, choice.gains, strict=True)
                },
                "beaten_by": choice.beaten_by,
            }
            for choice in of.front
        ],
        "contest": _contest(of),
        "reference": _reference(of),
        "villages": {"searched": of.small.scenarios[0].world.villages, "judged": of.design.scenarios[0].world.villages},
        "agreement": _plain(found.finals.agreement),
        "runs": {"search": found.runs_search, "all": found.runs, "county": of.runs_large,
                 "county_equivalents": _plain(round(of.county_runs, 1))},
    }  # fmt: skip


def _contest(of: Answer) -> dict[str, Any] | None:
    """How other methods did."""
    if of.contest is None:
        return None
    methods = [
        {
            "method": one.method,
            "runs": one.runs,
            "seen_in_search": _plain(one.seen),
            "gain": _interval(one.gain),
            "behind_by": _interval(one.behind),
        }
        for one in of.contest.entries
    ]
    return {"methods": methods, "left_out": list(of.contest.left_out)}


def _reference(of: Answer) -> dict[str, Any] | None:
    """The best that many runs found, and how far the answer is below it."""
    best = of.reference
    if best is None:
        return None
    return {
        "runs": best.runs,
        "amounts": dict(zip((one.name for one in of.found.problem.levers), map(_plain, best.mix), strict=True)),
        "gain": _interval(best.gain),
        "answer_below_by": _interval(best.above),
        "answer_below_share": _interval(best.share),
    }


def reaches(of: Answer) -> dict[str, Any]:
    """Every outcome under the plan and under the least of everything, and the difference."""
    found = {}
    for name, (plan, nothing) in of.found.outcomes.items():
        change = [a - b for a, b in zip(plan, nothing, strict=True)]
        kept = parse(name, of.design.scenarios[0].horizon_months)
        found[name] = {
            "title": {"en": kept.title[0], "zh": kept.title[1]},
            "unit": kept.unit,
            "plan": _interval(mean_interval(plan)),
            "nothing": _interval(mean_interval(nothing)),
            "difference": _interval(mean_interval(change)),
        }
    return found


def binding(of: Answer) -> list[str]:
    """Names of the limits that the plan uses up."""
    return [one.constraint for one in of.found.prices if one.binds]


def tables(of: Answer) -> dict[str, str]:
    """The tidy tables, by file name."""
    return {
        "plan.csv": _plan_csv(of),
        "curves.csv": _curves_csv(of),
        "finalists.csv": _finalists_csv(of),
        "prices.csv": _prices_csv(of),
        **({"regret.csv": _regret_csv(of)} if of.found.regret else {}),
        **(
            {"contest.csv": contest_csv(of.contest, [one.name for one in of.found.problem.levers])}
            if of.contest
            else {}
        ),
        **({"reference.csv": reference_csv(of.reference, of.found)} if of.reference else {}),
    }


def _plan_csv(of: Answer) -> str:
    rows: list[list[object]] = []
    for row in plan_rows(of):
        paid = row["purses"] or {"": row["cost_yuan"]}
        base = [row["lever"], row["title"]["en"], row["title"]["zh"], row["unit"], row["amount"], row["cost_yuan"]]
        rows += [[*base, purse, yuan] for purse, yuan in paid.items()]
    header = ["lever", "label_en", "label_zh", "unit", "amount", "cost_yuan", "purse", "from_purse_yuan"]
    return csv_text(header, rows)


def _curves_csv(of: Answer) -> str:
    rows: list[list[object]] = []
    for lever, curve in zip(of.found.problem.levers, of.found.curves, strict=True):
        for amount, gains in zip(curve.at, curve.gains, strict=True):
            one = mean_interval(gains)
            cost = float(amount) * lever.unit_cost_yuan
            rows.append([lever.name, float(amount), cost, one.value, _plain(one.low), _plain(one.high), len(gains)])
    return csv_text(["lever", "amount", "cost_yuan", "gain", "gain_low", "gain_high", "seeds"], rows)


def _finalists_csv(of: Answer) -> str:
    names = [lever.name for lever in of.found.problem.levers]
    rows: list[list[object]] = []
    finalists = [(f"finalist {place + 1}", one) for place, one in enumerate(of.found.finals.standings)]
    for name, one in [*finalists, *of.found.finals.references.items()]:
        cells = [one.gain, one.behind]
        numbers = [_plain(value) for cell in cells for value in (cell.value, cell.low, cell.high)]
        cost = of.found.problem.cost_yuan(one.mix) if one.mix else ""
        rows.append(
            [name, *(one.mix or [""] * len(names)), cost, *numbers, one.told_apart, one.leads, _plain(one.seen)]
        )
    header = ["plan", *names, "cost_yuan", "gain", "gain_low", "gain_high", "behind", "behind_low", "behind_high",
              "told_apart", "leads", "seen_in_search"]  # fmt: skip
    return csv_text(header, rows)


def _prices_csv(of: Answer) -> str:
    rows: list[list[object]] = []
    for one in of.found.prices:
        price = (one.price.value, one.price.low, one.price.high)
        rows.append([one.constraint, one.amount, one.used, one.binds, one.per, *map(_plain, price)])
    return csv_text(["constraint", "amount", "used", "binds", "per", "price", "price_low", "price_high"], rows)


def _regret_csv(of: Answer) -> str:
    regret = of.found.regret
    assert regret is not None
    rows: list[list[object]] = [
        [place + 1, vector + 1, float(regret.gains[place, vector]), float(regret.regrets[place, vector])]
        for place in range(len(regret.mixes))
        for vector in range(regret.vectors)
    ]
    return csv_text(["mix", "vector", "gain", "regret"], rows)


def limit_title(of: Answer, name: str, language: str) -> str:
    """What readers call a limit."""
    en, zh = of.stated.titles.get(name, (name, name))
    return zh if language == "zh" else en
