"""Land: what stands on it."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

_ROUNDING = 1e-9


def land_used_twice(households: NDArray[Any]) -> NDArray[np.int64]:
    """Rows of households whose orchards, young and bearing, and greenhouses take more land than they have.

    Staple crops take what is left, and between young trees a part of their land again (`intercropped`).
    """
    used = households["orchard_mu"] + households["block_mu"] + households["greenhouse_mu"]
    return np.flatnonzero(used > households["land_mu"] * (1.0 + _ROUNDING)).astype(np.int64)
