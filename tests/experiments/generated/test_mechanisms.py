"""The table of docs/mechanisms.md: differences are paired by seed, and what may be chance is not called an order."""

from __future__ import annotations

import numpy as np

from experiments.generated.mechanisms import LEVELS, MEASURES, Row, order, table

SEEDS = 8
LUCK = np.array([9.0, -7.0, 4.0, -8.0, 6.0, -5.0, 8.0, -7.0])  # of a seed: the same in every world


def world(shift: float, *gains: float) -> Row:
    levels = {LEVELS[0]: 6000 + LUCK + shift, LEVELS[1]: 0.2 + LUCK / 1000}
    return levels | {name: gain + LUCK for name, gain in zip(MEASURES, gains, strict=True)}


def test_what_may_be_chance_is_not_called_an_order() -> None:
    found = dict(world(0.0, 8.0, 10.0, 18.0, 40.0))
    found["microcredit"] = found["microcredit"] - 2 * LUCK  # against industry, chance has it either way
    assert order(found) == "mix > training > industry ~ microcredit"


def test_the_distance_from_the_whole_model_is_paired_by_seed() -> None:
    text = table({"": world(0.0, 8.0, 10.0, 18.0, 40.0), "roads": world(5.0, 9.0, 10.0, 15.0, 40.0)})
    last = text.strip().splitlines()[-1]
    assert last.count("± 0.0") == 6  # the luck of a seed drops out
    assert "| +5.0 ± 0.0 | +0.0 ± 0.0 | +1.0 ± 0.0 | +0.0 ± 0.0 | -3.0 ± 0.0 |" in last
