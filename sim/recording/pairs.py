"""Who stands beside whom as the campaign ends: units and villages by trade, cadres and the households they cover."""

from __future__ import annotations

import numpy as np

from sim.county import County
from sim.recording.chart import UNIT
from sim.recording.records import Records


def pair_rows(county: County, records: Records, month: int) -> None:
    """Write the table `pairing`; nothing where no cadre has a household.

    Rows: of each unit with villages (`unit_KEY`) its `trade` (a row of `sim.facts.trades.TRADES`) and, item = village
    counted from 0, `village` 1 where it stands beside that; over runs the mean is the share in which it does. Of `all`,
    item = village, its `households`, `linked` ones, `cadres`, how many households they cover (`covered`), the most that
    one of them does (`most`), their `visits`, those `with_substance`, and households `reached`; item = so many
    households, how many `cadres_with` them.
    """
    h, v, c, u = county.households, county.villages, county.cadres, county.units
    if not c["count"].any():
        return
    villages = np.arange(len(v), dtype=np.int64)
    for unit in np.unique(v["unit"][v["unit"] >= 0]).tolist():
        place = f"{UNIT}{u['key'][unit]}"
        beside = villages[v["unit"] == unit]
        records.add("pairing", month, place, "trade", float(u["trade"][unit]))
        records.add_block("pairing", month, place, "village", beside, np.ones(len(beside)))
    reached = np.zeros(len(h), dtype=np.bool_)
    for book in county.books.values():
        reached |= book.served if "reached" in book.targets else False
    most = np.zeros(len(v))
    np.maximum.at(most, c["village"], c["count"])
    of_homes = {"households": None, "linked": h["linked"] == 1, "reached": reached}
    of_cadres = {"cadres": None, "covered": c["count"], "visits": c["visits"], "with_substance": c["substance"]}
    for rows, columns in ((h, of_homes), (c, of_cadres)):
        for name, weights in columns.items():
            sums = np.bincount(rows["village"], weights=weights, minlength=len(v))
            records.add_block("pairing", month, "all", name, villages, sums.astype(np.float64))
    records.add_block("pairing", month, "all", "most", villages, most)
    loads, cadres = np.unique(c["count"], return_counts=True)
    records.add_block("pairing", month, "all", "cadres_with", loads.astype(np.int64), cadres.astype(np.float64))
