"""Where policies are bent, and what a bend does to those whom they should reach: the hook that they deliver through.

A policy in a village is a place. A place is straight, or bent in one way: part of the turns go by connections
(captured), nobody is served for long (delayed), what is free is charged for (charged), part of what is given goes
missing (skimmed). Without `bent_policies` in the plan there are no places, and all of this does nothing.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.core.numerics import total
from sim.core.records import Record, whole
from sim.county import County
from sim.facts.sources import TRANSFER
from sim.money.reasons import reason
from sim.policies.queue import Luck, by_connections

RowsOf = NDArray[np.int64]
Yuan = NDArray[np.float64]

WAYS: dict[str, tuple[str, str]] = {
    "captured": ("turns by connections", "优亲厚友"),
    "delayed": ("held up", "拖延不办"),
    "charged": ("charged for", "搭车收费"),
    "skimmed": ("skimmed", "截留克扣"),
}
"""Ways in which a place can be bent, in the order of their numbers from 1; 0 is straight."""
CAPTURED, DELAYED, CHARGED, SKIMMED = range(1, 1 + len(WAYS))
TAKEN = "taken locally"
"""The account of those who charge and skim."""
FEES = reason("fees for what is free", "违规收费")
SKIM = reason("skimmed from what is given", "截留克扣资金")
SOLD = reason("goods skimmed and sold", "变卖截留物资")


class Place(Record):
    """A policy in a village; days are those of the run, -1 = never yet, or none."""

    way: int = whole("i1", "how it is bent: 0 = straight, else by `WAYS`", 0, len(WAYS))
    began: int = whole("i8", "day on which the policy was first asked for there", -1, 2**31 - 1, "days")
    since: int = whole("i8", "day on which it was bent", 0, 2**31 - 1, "days")
    due: int = whole("i8", "day on which a report of it is taken up", -1, 2**31 - 1, "days")


def set_up(county: County, label: str) -> None:
    """Let a policy have places: all straight, nothing asked for yet."""
    places = Place.rows(len(county.villages))
    places["began"] = places["due"] = -1
    county.shared[f"places of {label}"] = places
    county.shared[f"felt of {label}"] = np.zeros(len(county.households), dtype=np.bool_)
    county.shared[f"places stood in of {label}"] = np.full(len(county.households), -1)


def places_of(county: County, label: str) -> NDArray[Any]:
    """A policy's places, by village; to write too."""
    return county.shared[f"places of {label}"]


def felt_of(county: County, label: str) -> NDArray[np.bool_]:
    """Households that have felt how a policy is bent where they live, as long as it is; to write too."""
    return county.shared[f"felt of {label}"]


def _bent(county: County, label: str, rows: RowsOf, way: int) -> NDArray[np.bool_] | None:
    """Which of `rows`, who ask for the policy now, live where it is bent that way; None = nobody anywhere."""
    if f"places of {label}" not in county.shared or not len(rows):
        return None
    places, where = places_of(county, label), county.households["village"][rows]
    new = places["began"][where] < 0
    if new.any():
        places["began"][where[new]] = max(0, county.day)
    bent = places["way"][where] == way
    return bent if bent.any() else None


def held_up(county: County, label: str) -> NDArray[np.bool_]:
    """Villages in which a policy is held up today: for so many days from when it was asked for and held up."""
    places = places_of(county, label)
    since = np.maximum(places["began"], places["since"])
    waits = county.day - since < county.p.bent_delay_days
    return np.asarray((places["way"] == DELAYED) & (places["began"] >= 0) & waits)


def not_held_up(county: County, label: str, rows: RowsOf) -> RowsOf:
    """Those of `rows` who are not put off: where a policy is held up it waits for so many days."""
    bent = _bent(county, label, rows, DELAYED)
    if bent is None:
        return rows
    waits = held_up(county, label)[county.households["village"][rows]]
    felt_of(county, label)[rows[waits]] = True
    served: RowsOf = rows[~waits]
    return served


def in_turn(county: County, label: str, rows: RowsOf, luck: Luck) -> RowsOf:
    """The order in which `rows` come, with those who have connections moved up where turns go by them.

    Args:
        county: The county.
        label: The policy.
        rows: Candidates in the order in which they should come.
        luck: The policy's keyed uniforms, by the event's name.
    """
    stood = county.shared.get(f"places stood in of {label}")
    if stood is not None:
        stood[:] = -1
    bent = _bent(county, label, rows, CAPTURED)
    if stood is None or bent is None:
        return rows
    stood[rows] = np.arange(len(rows))
    rows, where = rows.copy(), county.households["village"][rows]
    well_off = county.income_per_head > county.p.well_off_lines * county.line_yuan
    for village in np.unique(where[bent]):
        at = np.flatnonzero(where == village)
        mine = rows[at]
        rows[at] = by_connections(county, mine, well_off[mine], county.p.bent_capture, luck)
    return rows


def passed_over(county: County, label: str, rows: RowsOf, served: RowsOf) -> None:
    """Those of `rows` feel it who would have been served where they stood, and were not where others put them.

    Args:
        county: The county.
        label: The policy.
        rows: Candidates, in whatever order they came.
        served: Those of them for whom there was enough.
    """
    stood = county.shared.get(f"places stood in of {label}")
    if stood is None or not len(rows) or (stood[rows] < 0).any():
        return  # nobody's turn was moved
    where, way = county.households["village"], places_of(county, label)["way"]
    well_off = county.income_per_head > county.p.well_off_lines * county.line_yuan
    mine = rows[way[where[rows]] == CAPTURED]
    for village in np.unique(where[mine]):  # turns are moved within a village, so as many of it are served either way
        its = mine[where[mine] == village]
        enough = int((where[served] == village).sum())
        first = its[np.argsort(stood[its], kind="stable")[:enough]]
        felt_of(county, label)[first[~np.isin(first, served) & ~well_off[first]]] = True


def charge(county: County, label: str, rows: RowsOf, worth_yuan: Yuan) -> None:
    """Those served pay for what is free where it is charged for, as far as they have the money; net income counts it.

    Args:
        county: The county.
        label: The policy.
        rows: Households served, each at most once.
        worth_yuan: What each of them gets.
    """
    bent = _bent(county, label, rows, CHARGED)
    if bent is None:
        return
    who, h = rows[bent], county.households
    fees = np.minimum(county.p.bent_fee * worth_yuan[bent], np.maximum(0.0, h["cash_yuan"][who]))
    county.accounts.collect_households(who, TAKEN, fees, FEES)
    h["income_year"][who, TRANSFER] -= fees
    felt_of(county, label)[who] = True


def what_arrives(county: County, label: str, rows: RowsOf, amounts_yuan: Yuan) -> Yuan:
    """What of each amount arrives; whoever hands it out pays the rest to `TAKEN` (`take`)."""
    bent = _bent(county, label, rows, SKIMMED)
    if bent is None:
        return amounts_yuan
    felt_of(county, label)[rows[bent]] = True
    return np.where(bent, (1.0 - county.p.bent_skim) * amounts_yuan, amounts_yuan)


def take(county: County, payer: str, meant_yuan: Yuan, arrived_yuan: Yuan) -> None:
    """Pay what was meant and has not arrived to those who took it; the market does for goods, which are sold again."""
    if arrived_yuan is not meant_yuan:
        lost = total(np.ascontiguousarray(meant_yuan - arrived_yuan))
        county.accounts.pay(payer, TAKEN, lost, SOLD if payer == "market" else SKIM)
