"""What is given to build up a line: who would take it, how it is put to use, and whether it outlives its first years.

Young trees and new stock die where nobody knows how to keep them. What a household knows works as far as somebody comes
to see what has become of it, and feed or water must be there too: asset, skill and coaching need one another.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.agents.household import Household
from sim.agents.village import Village
from sim.core.rule import kernel, rule
from sim.county import County
from sim.economy.industries import fodder_head
from sim.economy.investment import appeal, capacity_yuan, in_season, put_into, smallest, yearly_return
from sim.facts.lines import HOLDING, LIVESTOCK, ORCHARD
from sim.money.reasons import INVESTMENT
from sim.money.till import spend
from sim.parameters.packed import P

COACHED = "month in which somebody last came to the field"


@kernel
def would_take(
    rows: NDArray[np.int64],
    households: Any,
    villages: Any,
    params: Any,
    todays: Any,
    line: int,
    value: float,
    gift_share: float,
    out: NDArray[np.float64],
) -> None:
    """How much of a line each would take, in yuan, when `gift_share` of it is given (0: none).

    What is given need only be worth the hands it takes; what the household adds itself must bear the return it asks for
    and the risk. Nobody takes more than the household could put to use.
    """
    p = params[0]
    today = todays[0]
    for i in range(rows.shape[0]):
        h = households[rows[i]]
        v = villages[h.village]
        space = capacity_yuan(h, v, p, today, line, 0.0)
        least = smallest(h, p, today, line)
        worth = min(value, space)
        own = (1.0 - gift_share) * worth
        if worth < min(least, value) or worth < p.gift_usable * value or own > max(0.0, h.cash_yuan):
            continue
        bears = yearly_return(h, v, p, today, line, worth)
        asked = bears - appeal(h, v, p, today, line, worth)
        if bears > (1.0 - gift_share) * asked:
            out[i] = worth


@kernel
def put_to_use(
    rows: NDArray[np.int64],
    households: Any,
    villages: Any,
    params: Any,
    todays: Any,
    amounts: NDArray[np.float64],
    own: NDArray[np.float64],
    tills: NDArray[np.float64],
    line: int,
) -> None:
    """Turn goods, or the part of a grant spent as meant, into the line; the household pays its own part."""
    p = params[0]
    today = todays[0]
    for i in range(rows.shape[0]):
        if not in_season(today, line):
            continue
        h = households[rows[i]]
        spend(h, tills[h.village], own[i], INVESTMENT)
        if amounts[i] > 0.0:
            put_into(h, p, today, line, amounts[i])


@rule
def gift_loss(h: Household, v: Village, p: P, line: int, coached: int) -> float:
    """Share of a young gift that a year is expected to take.

    Feed or water that is short adds to it. Care takes away from it: what the household knows, of which only a part is
    done right where nobody comes to see.
    """
    if line == LIVESTOCK:
        want = min(1.0, h.livestock_head / fodder_head(h, v, p))
    elif line == ORCHARD:
        want = 1.0 - v.irrigation
    else:
        want = 0.0
    care = h.farm_skill * (1.0 if coached > 0 else p.gift_uncoached)
    return p.gift_loss[line - 1] * (1.0 + p.gift_feed * want) * max(0.0, 1.0 - p.gift_care * care)


@kernel
def keep_gifts(
    rows: NDArray[np.int64],
    households: Any,
    villages: Any,
    params: Any,
    todays: Any,
    line: int,
    coached: NDArray[np.int64],
    luck: NDArray[np.float64],
    left: NDArray[np.float64],
) -> None:
    """A month of young gifts: now and then a part of what is left is lost."""
    p = params[0]
    for i in range(rows.shape[0]):
        h = households[rows[i]]
        v = villages[h.village]
        if luck[i] >= gift_loss(h, v, p, line, coached[i]) / 12.0 / p.gift_lost:
            continue
        if line == LIVESTOCK:
            lost = min(h.livestock_head, left[rows[i]] * p.gift_lost)
            h.livestock_head -= lost
        elif line == ORCHARD:
            lost = min(h.block_mu, left[rows[i]] * p.gift_lost)
            h.block_mu -= lost
        else:
            lost = min(h.greenhouse_mu, left[rows[i]] * p.gift_lost)
            h.greenhouse_mu -= lost
        left[rows[i]] -= lost


class Gifts:
    """What one giver has given of a line and is still young, by household.

    Attributes:
        left: What is left of it, in the line's unit.
    """

    def __init__(self, county: County, line: int) -> None:
        self.line = line
        self._column = "block_mu" if line == ORCHARD else HOLDING[line]
        self.left = np.zeros(len(county.households))
        self._given = np.zeros(len(county.households), dtype=np.int64)

    def hand_over(
        self, county: County, rows: NDArray[np.int64], amounts_yuan: NDArray[np.float64], own_yuan: NDArray[np.float64]
    ) -> None:
        """Put goods worth `amounts_yuan` to use, of which the households pay `own_yuan` themselves."""
        held = county.households[self._column][rows].copy()
        county.apply(put_to_use, rows, amounts_yuan, own_yuan, county.tills, self.line)
        self.left[rows] += county.households[self._column][rows] - held
        self._given[rows] = county.today.month

    def month(self, county: County, number: int) -> None:
        """A month of what is still young; `number` is that of the giver's chance event."""
        h, p, month = county.households, county.p, county.today.month
        self.left[month - self._given > p.gift_months] = 0.0
        rows = np.flatnonzero(self.left > 0.0).astype(np.int64)
        last = coached_in(county)[rows]
        seen = (last > 0) & (month - last <= p.coaching_months) | (h["contracted"][rows] == 1)
        luck = county.luck(number, rows, month)
        county.apply(keep_gifts, rows, self.line, seen.astype(np.int64), luck, self.left)


def coached_in(county: County) -> NDArray[np.int64]:
    """The month in which somebody last came to see what has become of it, by household (0: never); to write too."""
    return county.shared.setdefault(COACHED, np.zeros(len(county.households), dtype=np.int64))
