"""Land: what stands on it."""

from __future__ import annotations

import datetime as dt
from typing import Any

import numpy as np
from numpy.typing import NDArray

_ROUNDING = 1e-9


def own_mu(households: NDArray[Any]) -> NDArray[np.float64]:
    """Land of its own that a household has in hand, in mu: what is let, or lies idle, is not."""
    return np.asarray(households["land_mu"] + np.minimum(0.0, households["rented_mu"]))


def land_used_twice(households: NDArray[Any]) -> NDArray[np.int64]:
    """Rows of households whose orchards, young and bearing, and greenhouses take more land than they have in hand.

    Staple crops take what is left, and between young trees a part of their land again (`intercropped`).
    """
    used = households["orchard_mu"] + households["block_mu"] + households["greenhouse_mu"]
    return np.flatnonzero(used > own_mu(households) + households["land_mu"] * _ROUNDING).astype(np.int64)


def check_land(households: NDArray[np.void], date: dt.date) -> None:
    """Land is used once.

    Raises:
        ArithmeticError: A household's trees and greenhouses stand on more land than it has.
    """
    over = land_used_twice(households)
    if len(over):
        who, mu = households["key"][over[0]], households["land_mu"][over[0]]
        raise ArithmeticError(f"{date}: Household {who} uses more land than its {mu} mu")
