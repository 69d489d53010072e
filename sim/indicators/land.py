"""Land: what stands on it."""

from __future__ import annotations

import datetime as dt
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.core.rule import kernel

_ROUNDING = 1e-9


def own_mu(households: NDArray[Any]) -> NDArray[np.float64]:
    """Land of its own that a household has in hand, in mu: what is let, or lies idle, is not."""
    return np.asarray(households["land_mu"] + np.minimum(0.0, households["rented_mu"]))


def land_used_twice(households: NDArray[Any]) -> NDArray[np.int64]:
    """Rows of households whose orchards, young and bearing, and greenhouses take more land than they have in hand.

    Staple crops take what is left, and between young trees a part of their land again (`intercropped`).
    """
    over = np.zeros(len(households), dtype=np.bool_)
    _over(households, over)
    return np.flatnonzero(over).astype(np.int64)


@kernel
def _over(households: Any, over: NDArray[np.bool_]) -> None:
    for i in range(over.shape[0]):
        h = households[i]
        in_hand = h.land_mu + min(0.0, h.rented_mu)
        over[i] = h.orchard_mu + h.block_mu + h.greenhouse_mu > in_hand + h.land_mu * _ROUNDING


def check_land(households: NDArray[np.void], date: dt.date) -> None:
    """Land is used once.

    Raises:
        ArithmeticError: A household's trees and greenhouses stand on more land than it has.
    """
    over = land_used_twice(households)
    if len(over):
        who, mu = households["key"][over[0]], households["land_mu"][over[0]]
        raise ArithmeticError(f"{date}: Household {who} uses more land than its {mu} mu")
