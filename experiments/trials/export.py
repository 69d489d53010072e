"""What virtual trials found, for programs: as plain values and as one line an outcome."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

from experiments.measure.statistics import Interval
from experiments.pages.spreadsheet import csv_text
from experiments.published import Figure, Rule
from experiments.published.figure import INFINITE
from experiments.trials.results import OutcomeResult, TrialResult
from experiments.trials.world import not_given

_RULE = ("low", "high", "no_effect", "sign", "control_low", "control_high")


def as_json(results: Sequence[TrialResult]) -> dict[str, Any]:
    """Everything found, as plain values; what is not defined is null."""
    return {"trials": [_plain(_trial(result)) for result in results]}


def _trial(result: TrialResult) -> dict[str, Any]:
    trial = result.trial
    return {
        "id": trial.id,
        "title": {"en": trial.title.en, "zh": trial.title.zh},
        "source": trial.source,
        "replicates": result.replicates,
        "failed": {str(seed): error for seed, error in result.failures.items()},
        "not_given": list(not_given(trial)),
        "takeup": {arm: _interval(share) for arm, share in result.takeup.items()},
        "facts": dict(result.facts),
        "outcomes": [_outcome(one) for one in result.outcomes],
    }


def _outcome(one: OutcomeResult) -> dict[str, Any]:
    rule = one.figure.rule
    return {
        "name": one.outcome.name,
        "measure": one.outcome.asked,
        "month": one.outcome.month,
        "unit": one.outcome.unit,
        "estimator": one.outcome.estimator,
        "arm": one.outcome.arm,
        "against": one.outcome.against,
        "row": one.outcome.row,
        **_interval(one.mean),
        "mc_se": one.mc_se,
        "mc_se_allowed": one.tolerance,
        "enough": one.enough,
        "replicates": one.mean.replicates,
        "replicates_needed": one.needed,
        "replicates_undefined": one.undefined,
        "trial_se": one.trial_se,
        "spread": one.spread,
        "covers_zero": one.covers_zero,
        "covers_published": one.covers_published,
        "sign_share": one.sign_share,
        "mean_sign_share": one.mean_sign_share,
        "control_mean": one.control_mean.value,
        "control_sd": one.control_sd,
        "households": one.n,
        "quantiles": [{"quantile": q, **_interval(effect)} for q, effect in one.quantiles],
        "published": {"estimate": one.figure.middle, "se": one.figure.se, "source": one.figure.source},
        "rule": None if rule is None else _rule(one.figure, rule),
        "passed": one.passed,
    }


def _rule(figure: Figure, rule: Rule) -> dict[str, Any]:
    """The rule with its distances turned into limits."""
    low, high = figure.limits
    known = {"low": low, "high": high, "no_effect": rule.no_effect, "sign": rule.sign, "share": rule.sign_share}
    known |= {"control_low": rule.control_low, "control_high": rule.control_high}
    return {key: value for key, value in known.items() if value not in (None, INFINITE, -INFINITE)}


def _interval(found: Interval) -> dict[str, float]:
    return {"mean": found.value, "low": found.low, "high": found.high}


def _plain(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {key: _plain(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [_plain(item) for item in value]
    return None if isinstance(value, float) and not math.isfinite(value) else value


def as_csv(results: Sequence[TrialResult]) -> str:
    """One line an outcome."""
    rows = []
    for result in results:
        for outcome in as_json([result])["trials"][0]["outcomes"]:
            published, rule = outcome.pop("published"), outcome.pop("rule") or {}
            del outcome["quantiles"]
            rows.append(
                {"trial": result.trial.id, **outcome}
                | {f"published_{key}": value for key, value in published.items()}
                | {f"rule_{key}": rule.get(key) for key in _RULE}
            )
    header = list(rows[0]) if rows else ["trial"]
    return csv_text(header, ([row[key] for key in header] for row in rows))
