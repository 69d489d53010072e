"""A trial under parameter vectors: what nobody knows of the model is drawn, what the file says of its place stays.

Replicate `s` is done under vector `1 + (s - 1) mod K`, so that more replicates leave earlier ones as they are, and
every vector is met by several: what varies within a vector is chance, what varies between vectors is the parameters'.
"""

from __future__ import annotations

from dataclasses import dataclass

from experiments.designs.vectors import Drawing
from experiments.trials.file import Trial
from experiments.trials.local_conditions import TRANSFERS, WAGES
from sim.core.frozen import FrozenDict
from sim.parameters import Parameters, Value, load_parameters

POINT = Drawing("point")


@dataclass(frozen=True)
class Vectors:
    """How many parameter vectors the replicates of a trial are spread over, and how they are drawn.

    Attributes:
        drawing: How they come about.
        count: How many; 1 where every parameter stands at its value.
    """

    drawing: Drawing = POINT
    count: int = 1

    @property
    def numbers(self) -> range:
        """Their numbers."""
        return range(1, self.count + 1)

    def number_of(self, seed: int) -> int:
        """The vector under which a replicate is done."""
        return 1 + (seed - 1) % self.count

    def under(self, trial: Trial, number: int) -> Trial:
        """The trial under a vector."""
        if self.drawing.mode == "point":
            return trial
        known, country = load_parameters(), trial.world.country
        drawn = self.vector(number)
        if country is not None:
            drawn = {key: country.amount(known.find(key), value) for key, value in drawn.items()}
            drawn = {key: value for key, value in drawn.items() if not country.twice((key,))}
        place = FrozenDict({**drawn, **trial.world.place})
        return trial.model_copy(update={"world": trial.world.model_copy(update={"place": place})})

    def vector(self, number: int) -> dict[str, Value]:
        """A vector without what a trial's place decides: what its state pays, and its wages (see `settled`)."""
        known = load_parameters()
        return {key: value for key, value in self.drawing.vector(number).items() if not _decided(known, key)}


def _decided(known: Parameters, key: str) -> bool:
    return known.find(key).name in (*TRANSFERS, *WAGES)
