"""What a campaign's wall chart is made of: what tasks are counted by, place by place, and the books' view of income.

Places are the county ("all"), its townships ("town_NUMBER", counted from 0 as in the profile) and support units
("unit_KEY"); what is done for a village counts for the unit that is paired with it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import numpy as np
from numpy.typing import NDArray

from sim.core.numerics import total
from sim.county import County
from sim.indicators.arrays import ratio
from sim.recording.records import Records

TOWN, UNIT = "town_", "unit_"
OF_PLACES = ("households", "linked", "registered", "villages")
"""How large a place is, each a way in which a task's amount can be divided (`sim.scenario.tasks.Task.split`)."""


def chart_rows(county: County, records: Records) -> None:
    """Write what had been delivered by the end of each day that was asked for, by place; and how large places are.

    Rows: `place` (how large, its cadre-days asked for and used, a unit's trade), `task` (name "LABEL/COUNT", item =
    campaign day), `task_bound` (name "LABEL/CONSTRAINT", item = campaign day: shares of what was asked for),
    `task_means` (what means allowed of that for which a target is stated).
    """
    places, days = dict(_places(county)), county.cadre_days
    records.add("place", -1, "all", "share", county.share)
    sizes = _sizes(county) | {"days_asked": days.asked.sum(axis=0), "days_used": days.used.sum(axis=0)}
    for place, mask in places.items():
        for name, values in sizes.items():
            records.add("place", -1, place, name, total(np.ascontiguousarray(values[mask])))
    for unit in county.units[["key", "trade"]]:
        records.add("place", -1, f"{UNIT}{unit['key']}", "trade", unit["trade"])
    for label, book in county.books.items():
        for count, diary in book.diary.items():
            noted = np.array(sorted(diary), dtype=np.int64)
            if not len(noted):
                continue
            done = np.array([diary[int(day)] for day in noted])
            for place, mask in places.items():
                here = done.sum(axis=1) if place == "all" else done[:, :-1][:, mask].sum(axis=1)
                records.add_block("task", -1, place, f"{label}/{count}", noted, here)
            if count in book.means:
                records.add("task_means", -1, "all", f"{label}/{count}", book.means[count])
        for day, bound in sorted(book.bound_by.items()):
            for constraint, share in bound.items():
                records.add("task_bound", -1, "all", f"{label}/{constraint}", share, day)


def book_rows(
    county: County, records: Records, month: int, groups: Mapping[str, NDArray[np.bool_]], line_yuan: float
) -> None:
    """Write income and poverty as the poverty registry's books have them, beside the panel's own.

    Args:
        county: The county.
        records: Takes the rows: table `books`.
        month: The mark.
        groups: Masks of households.
        line_yuan: Poverty line of the closed year.
    """
    persons = county.households["persons"].astype(np.float64)
    seen = county.world.perceived_yuan
    poor = seen < line_yuan
    for group, mask in groups.items():
        heads = total(persons[mask])
        records.add("books", month, group, "income_yuan", ratio(total(seen[mask] * persons[mask]), heads))
        records.add("books", month, group, "headcount", ratio(total(persons[mask & poor]), heads))


def _places(county: County) -> Iterator[tuple[str, NDArray[np.bool_]]]:
    """Which villages belong to each place."""
    v = county.villages
    yield "all", np.ones(len(v), dtype=np.bool_)
    for number in np.unique(v["township"]):
        yield f"{TOWN}{number}", v["township"] == number
    for row, key in enumerate(county.units["key"]):
        if (paired := v["unit"] == row).any():
            yield f"{UNIT}{key}", paired


def _sizes(county: County) -> dict[str, NDArray[np.float64]]:
    h, n = county.households, len(county.villages)
    counted = {
        "households": None,
        "linked": (h["linked"] == 1).astype(np.float64),
        "registered": (h["registered"] == 1).astype(np.float64),
    }
    sizes = {name: np.bincount(h["village"], weights=one, minlength=n) for name, one in counted.items()}
    return {name: one.astype(np.float64) for name, one in sizes.items()} | {"villages": np.ones(n)}
