"""What one replicate trial found, as the tables of a run file, and back."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from experiments.runs.request import load_function
from experiments.runs.runfile import Columns, RunFile, Table
from experiments.trials.estimate import Estimate

_OF_ESTIMATE = {
    **dict.fromkeys(("effect", "se", "dof", "control_mean", "control_sd"), "float64"),
    **dict.fromkeys(("n", "clusters"), "int64"),
}
ESTIMATES = Table("estimates", {"outcome": "text", **_OF_ESTIMATE})
QUANTILES = Table("quantiles", {"outcome": "text", "place": "int16", "effect": "float64"})
TAKEUP = Table("takeup", {"arm": "text", "share": "float64"})
FACTS = Table("facts", {"name": "text", "value": "float64"})
TABLES = (ESTIMATES, QUANTILES, TAKEUP, FACTS)
RUN = "experiments.trials.replicate_result:stored_replicate"


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
    def tables(self) -> dict[str, Columns]:
        """The tables of a run file."""
        estimates = self.estimates.values()
        effects = [(name, at, effect) for name, them in self.quantiles.items() for at, effect in enumerate(them)]
        return {
            ESTIMATES.name: {
                "outcome": list(self.estimates),
                **{name: [getattr(one, name) for one in estimates] for name in _OF_ESTIMATE},
            },
            QUANTILES.name: {name: [row[place] for row in effects] for place, name in enumerate(QUANTILES.columns)},
            TAKEUP.name: {"arm": list(self.takeup), "share": list(self.takeup.values())},
            FACTS.name: {"name": list(self.facts), "value": list(self.facts.values())},
        }


def stored_replicate(prepared: Any, run: str, seed: int) -> dict[str, Columns]:
    """Do a replicate and give back what is stored of it.

    Args:
        prepared: The trial, prepared.
        run: `module:function`; called with (prepared, seed), it returns a `ReplicateResult`.
        seed: Number of the replicate.
    """
    tables: dict[str, Columns] = load_function(run)(prepared, seed).tables
    return tables


def read_replicate_result(run: RunFile) -> ReplicateResult:
    """What a stored replicate found."""
    quantiles: dict[str, list[float]] = {}
    for row in run.table(QUANTILES).to_pylist():
        quantiles.setdefault(row["outcome"], []).append(row["effect"])
    return ReplicateResult(
        {row.pop("outcome"): Estimate(**row) for row in run.table(ESTIMATES).to_pylist()},
        {row["arm"]: row["share"] for row in run.table(TAKEUP).to_pylist()},
        {name: tuple(effects) for name, effects in quantiles.items()},
        {row["name"]: row["value"] for row in run.table(FACTS).to_pylist()},
    )
