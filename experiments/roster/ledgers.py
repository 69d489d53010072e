"""Ledgers of households 台账: a workbook a township, a row a household, for the office to plan by and to fill in.

A row says what the register says and what is missing in it. It holds no simulated outcome, no score and no rank: what a
model says of a household is chance, and is nobody's affair. Rows stand in the order of villages and pseudonyms.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple

import pandas as pd

from experiments.roster.book import add_sheet, check_writable, is_ours, new_book, save
from experiments.roster.fields import fields
from experiments.roster.importing import WORLD_CAUSES
from experiments.roster.ledger_rows import FIXED, HEADS, WHOLE, entries
from experiments.roster.pseudonyms import SHOWN, Pseudonyms
from sim.core.errors import UserError
from sim.facts.causes import CAUSES, FITS
from sim.facts.limits import FEWEST
from sim.facts.lines import LINES
from sim.facts.topics import KNOWS_CREDIT, KNOWS_INDUSTRY, KNOWS_JOBS, PROGRAMMES

MEASURES: Mapping[int, str] = {
    KNOWS_CREDIT: "help_finance",
    KNOWS_INDUSTRY: "help_industry",
    KNOWS_JOBS: "help_jobs",
}
"""Columns of the register in which a programme of the model is entered; the others have none of their own."""
MISSING = {
    "helper": ("no helper", "无帮扶责任人"),
    "measure": ("no measure", "无帮扶措施"),
    "fit": ("no measure that fits the cause", "措施与致贫原因不对应"),
    "cause": ("no cause recorded", "未登记致贫原因"),
}
EMPTY: tuple[list[Any]] = ([""] * (WHOLE - FIXED),)
"""The columns to fill in of a household that nothing was filled in for."""
_PSEUDONYM = re.compile(f"[0-9a-f]{{{SHOWN}}}")
_WIDTHS = (20, 14, 8, 8, 14, 14, 14, 28, 16, 24, 20, 12, 20, 14, 14, 14, 12, 20)


def townships(homes: pd.DataFrame, language: str) -> Iterator[tuple[str, pd.DataFrame]]:
    """The households of each township; those of townships with fewer than `FEWEST` households together."""
    sizes = homes["township"].value_counts()
    large = [name for name in dict.fromkeys(homes["township"].dropna()) if sizes[name] >= FEWEST]
    for name in large:
        yield str(name), homes[homes["township"] == name]
    rest = homes[~homes["township"].isin(large)]
    if len(rest):
        yield HEADS[language][2][2], rest


def path_of(folder: Path, township: str) -> Path:
    """The workbook of a township."""
    name = "".join("_" if c in '\\/:*?"<>|' or not c.isprintable() else c for c in township)
    return folder / f"{name}.xlsx"


def write_ledgers(
    homes: pd.DataFrame,
    names: Pseudonyms,
    folder: Path,
    deadline: dt.date | None,
    language: str,
    real_names: bool = False,
) -> list[Path]:
    """Write a workbook for each township.

    Args:
        homes: As `experiments.roster.homes.homes` gives them.
        names: Makes the pseudonyms.
        folder: Where the workbooks go.
        deadline: By when, if one is set.
        language: "zh" or "en".
        real_names: Whether numbers and names stand in place of the pseudonyms.

    Raises:
        UserError: Something else is there already, or what was filled in would be lost.
    """
    parts = [(path_of(folder, name), part) for name, part in townships(homes, language)]
    for path, _ in parts:
        check_writable(path, "--out")
    kept = filled(folder, names)
    known = {names.of("household", str(key)) for key in homes.index}
    if gone := len(kept.keys() - known):
        problem = f"{gone}户已填内容，但不在现有名册中，未覆盖 / {gone} households filled in are not in the roster"
        raise UserError(problem, file=folder, mend="另选--out文件夹，保留原台账 / take another folder with --out")
    told = Told.of(homes, names, deadline, language, real_names)
    for path, part in parts:
        rows = [row + cells for who, row in rows_of(part, told) for cells in kept.get(who, EMPTY)]
        book = new_book()
        first, second, (sheet, helpers, _) = HEADS[language]
        add_sheet(book, sheet, first, rows, _WIDTHS)
        add_sheet(book, helpers, second, _loads(rows), (24, 12, 16))
        save(book, path)
    return [path for path, _ in parts]


def filled(folder: Path, names: Pseudonyms) -> dict[str, list[list[Any]]]:
    """What offices have filled in in the ledgers of a folder, row by row, by the pseudonym of the household.

    Args:
        folder: Where the ledgers are.
        names: Makes the pseudonyms; of ledgers with numbers and names too.

    Raises:
        UserError: A ledger cannot be read; nothing is written over then.
    """
    found: dict[str, list[list[Any]]] = {}
    for path in filter(is_ours, sorted(folder.glob("*.xlsx"))):
        for entry in entries(path):
            who = entry.household.split(" ")[0]
            key = who if _PSEUDONYM.fullmatch(who) else names.of("household", who)
            found.setdefault(key, []).append(list(entry.cells))
    return found


class Told(NamedTuple):
    """How the rows of a roster's households are said.

    Attributes:
        names: Makes the pseudonyms.
        deadline: By when, if one is set.
        language: "zh" or "en".
        real_names: Whether numbers and names stand in place of the pseudonyms.
        sizes: Households of each village.
    """

    names: Pseudonyms
    deadline: dt.date | None
    language: str
    real_names: bool
    sizes: Any

    @classmethod
    def of(
        cls, homes: pd.DataFrame, names: Pseudonyms, deadline: dt.date | None, language: str, real_names: bool
    ) -> Told:
        """That of all households of a roster."""
        return cls(names, deadline, language, real_names, homes.groupby(["township", "village"]).size())


def rows_of(part: pd.DataFrame, told: Told) -> list[tuple[str, list[Any]]]:
    """What is said of each of these households, by pseudonym, in the order of villages and households."""
    made = [(told.names.of("household", str(key)), _row(key, home, told)) for key, home in part.iterrows()]
    return sorted(made, key=lambda one: (str(one[1][1]), str(one[1][0])))


def _row(key: Any, home: Any, told: Told) -> list[Any]:
    names, deadline, language, real_names, sizes = told
    side = int(language == "zh")
    helper = _said(home["helper"])
    shown = helper if real_names or not helper else names.of("helper", helper)
    head = _said(home["head_name"])
    who = f"{key} {head}".strip() if real_names else names.of("household", str(key))
    village = _said(home["village"])
    if not real_names and sizes.get((home["township"], home["village"]), 0) < FEWEST:
        village = ""  # a slip, or few enough to be known
    counts = ["" if home[name] != home[name] else int(home[name]) for name in ("persons", "workers")]
    missing = "；".join(MISSING[name][side] for name in missing_of(home))
    said = [_said(home[name]) for name in ("attribute", "monitored", "cause")]
    end = deadline.isoformat() if deadline else ""
    return [who, village, *counts, *said, missing, fitting(home["cause"], side), _measures(home, side), shown, end]


def _said(value: Any) -> str:
    return value if isinstance(value, str) else ""


def _measures(home: Any, side: int) -> str:
    entered = [fields()[name] for name in _said(home["measures"]).split()]
    return "、".join(field.zh if side else field.en.removeprefix("help: ") for field in entered)


def fitting(cause: Any, side: int) -> str:
    """What a household with this cause needs first, as the model has it (`sim.facts.causes.FITS`)."""
    if cause not in WORLD_CAUSES:
        return ""
    bit = FITS[list(CAUSES).index(WORLD_CAUSES[cause])]
    return list(PROGRAMMES.values())[bit - len(LINES)][side]


def missing_of(home: Any) -> list[str]:
    """What is missing, of `MISSING`."""
    found = []
    entered = home["measures"]
    if not _said(home["cause"]):
        found.append("cause")
    if not _said(home["helper"]):
        found.append("helper")
    if isinstance(entered, str):  # else no sheet has columns for measures
        wanted = MEASURES.get(FITS[list(CAUSES).index(WORLD_CAUSES.get(home["cause"], "none"))])
        if not entered:
            found.append("measure")
        elif wanted and wanted not in entered.split():
            found.append("fit")
    return found


def _loads(rows: list[list[Any]]) -> list[list[Any]]:
    loads: dict[str, list[int]] = {}
    for row in {row[0]: row for row in rows}.values():  # a household has a row for each measure
        if row[10]:
            load = loads.setdefault(str(row[10]), [0, 0])
            load[0] += 1
            load[1] += bool(row[7])
    return [[helper, *load] for helper, load in sorted(loads.items())]
