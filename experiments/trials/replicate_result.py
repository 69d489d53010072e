"""What one replicate trial found, as the long records of a run file, and back."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

from experiments.runs.runfile import RunFile
from experiments.trials.estimate import Estimate
from sim.recording.records import Records

_WHOLE = ("n", "clusters")


@dataclass(frozen=True)
class ReplicateResult:
    """One replicate: what `experiments.trials.replicate.run` returns.

    Attributes:
        estimates: By outcome name.
        takeup: Share of the surveyed eligible who took up what their arm was offered, by arm name.
        quantiles: Quantile effects by outcome name, in the order of the outcome's `quantiles`.
        facts: Anything else worth a number (households surveyed, share eligible, income level), by name.
    """

    estimates: Mapping[str, Estimate]
    takeup: Mapping[str, float]
    quantiles: Mapping[str, tuple[float, ...]] = field(default_factory=dict)
    facts: Mapping[str, float] = field(default_factory=dict)

    @property
    def records(self) -> dict[str, Any]:
        """The columns of a run file."""
        rows = Records()
        for outcome, estimate in self.estimates.items():
            for name, value in asdict(estimate).items():
                rows.add("trial", 0, outcome, name, value)
        for outcome, effects in self.quantiles.items():
            for item, value in enumerate(effects):
                rows.add("trial", 0, outcome, "quantile", value, item)
        for arm, share in self.takeup.items():
            rows.add("trial_arm", 0, arm, "takeup", share)
        for name, value in self.facts.items():
            rows.add("trial_fact", 0, "all", name, value)
        return rows.columns()


def read_replicate_result(run: RunFile) -> ReplicateResult:
    """What a stored replicate found."""
    estimates: dict[str, dict[str, float]] = {}
    quantiles: dict[str, dict[int, float]] = {}
    takeup: dict[str, float] = {}
    facts: dict[str, float] = {}
    for row in run.small().to_pylist():
        table, group, name, value = row["table"], row["group"], row["name"], row["value"]
        value = math.nan if value is None else value
        if table == "trial_arm":
            takeup[group] = value
        elif table == "trial_fact":
            facts[name] = value
        elif name == "quantile":
            quantiles.setdefault(group, {})[row["item"]] = value
        else:
            estimates.setdefault(group, {})[name] = value
    return ReplicateResult(
        {name: _estimate(values) for name, values in estimates.items()},
        takeup,
        {name: tuple(values[item] for item in sorted(values)) for name, values in quantiles.items()},
        facts,
    )


def _estimate(values: Mapping[str, float]) -> Estimate:
    parts: dict[str, Any] = {name: int(value) if name in _WHOLE else value for name, value in values.items()}
    return Estimate(**parts)
