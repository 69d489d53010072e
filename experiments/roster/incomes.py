"""Incomes that a register has recorded: which can be believed of a household, and where those stand that cannot."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from experiments.roster.check import Found, Place
from experiments.roster.defects import KINDS, Ask
from experiments.roster.marked import letter
from experiments.roster.table import Floats, Table
from sim.population.profile import Profile

DOUBTS: tuple[str, ...] = (
    *("number_text", "income_net", "income_per_head", "per_head_varies", "income_unit", "income_zero"),
    "wage_no_work",
)
"""Kinds of defect for which a household's recorded income is not taken."""
FIELDS = ("net_per_head", "net_income")
MOST_SAID = 20
"""Places that an import says; `village roster check` says them all."""


@dataclass(frozen=True)
class Recorded:
    """What a roster says of incomes.

    Attributes:
        yuan: Net income a head of each household, yuan a year; NaN where none is recorded or none can be believed.
        doubts: Why incomes were not taken, place by place.
    """

    yuan: Floats
    doubts: tuple[Place, ...]


def recorded(tables: Sequence[Table], homes: pd.DataFrame, ask: Ask) -> Recorded:
    """The recorded incomes of a roster's households.

    Args:
        tables: Of one roster.
        homes: The same households, as `experiments.roster.homes.homes` gives them.
        ask: What the check goes by.
    """
    yuan = homes["net_per_head"].to_numpy(dtype=np.float64)
    whole, persons = (homes[name].to_numpy(dtype=np.float64) for name in ("net_income", "persons"))
    yuan = np.where(np.isnan(yuan) & (persons > 0), whole / np.where(persons > 0, persons, 1.0), yuan)
    doubtful: set[str] = set()
    places: list[Place] = []
    for table in tables:
        if not table.has("household"):
            continue
        numbers = table["household"]
        for kind in (KINDS[name] for name in DOUBTS):
            for hit in kind.hits(table, ask):
                if hit.field in FIELDS:
                    places += Found(kind, table, hit).places()
                    doubtful |= {numbers.texts[code] for code in set(numbers.codes[hit.rows].tolist())}
    yuan = np.where(homes.index.isin(doubtful) | ~(yuan > 0.0), np.nan, yuan)
    return Recorded(yuan, tuple(places))


def sentences(incomes: Recorded, entered: pd.Series[float], profile: Profile) -> Iterator[tuple[str, str]]:
    """How many recorded incomes were taken, where those stand that were not, and whether they are like the county's.

    Args:
        incomes: What the roster says.
        entered: Recorded incomes of the households that entered the profile, NaN where none was taken.
        profile: The profile.

    Yields:
        Sentences in English and in Chinese.
    """
    taken = entered.dropna()
    without = len(entered) - len(taken)
    yield (
        f"recorded incomes of {len(taken):,} households are what the registry believes of them; "
        f"{without:,} have none that can be taken and are seen as others are",
        f"{len(taken):,} 户按登记的人均纯收入作为台账掌握的收入；{without:,} 户未登记或存疑，未采用，由模型推算",
    )
    for at in incomes.doubts[:MOST_SAID]:
        cell = f"{letter(at.column)}{at.row}"
        where = f"{at.file} [{at.sheet}!{cell}]" if at.sheet else f"{at.file} [{cell}]"
        yield f"{where}: {at.sentence('en')}", f"{where}：{at.sentence('zh')}"
    if (left := len(incomes.doubts) - MOST_SAID) > 0:
        yield (
            f"{left:,} places more: village roster check lists them",
            f"另有 {left:,} 处，用 village roster check 查看",
        )
    middle = float(taken.median()) if len(taken) else 0.0
    if middle > profile.income_yuan:
        year, mean = profile.income.year, profile.income_yuan
        yield (
            f"please look: half of the register's incomes are above {middle:,.0f} yuan, more than the county's mean "
            f"of {mean:,.0f} ({year}); if they are of another year or concept, use --no-incomes",
            f"请核对：登记的人均纯收入有一半高于{middle:,.0f}元，超过本县{year}年人均{mean:,.0f}元；"
            "若年份或口径不同，请加 --no-incomes，不采用登记收入",
        )
