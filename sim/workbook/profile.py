"""The county of a workbook as the tables of a profile."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from sim.toml.source import KeyPath, raise_all
from sim.workbook.contradictions import settle
from sim.workbook.errors import CellPlace
from sim.workbook.layout import fields, sheet_name
from sim.workbook.others import COUNTY, settings_for
from sim.workbook.sheets import Row, SheetTables, Workbook, put
from sim.workbook.values import tidy

_OF_PLANS = ("campaign.", "world.", "horizon_months", "closure")
"""Figures on the county's sheet that plans have, not the profile."""


def profile_of(path: Path) -> SheetTables:
    """The tables of the profile that a workbook holds.

    Raises:
        UserError: Something in its sheets cannot be read; all problems are reported together.
    """
    book = Workbook(path)
    data: dict[str, Any] = {}
    cells: dict[KeyPath, CellPlace] = {}
    figures = book.figures()
    for field in fields("county"):
        if field.key.startswith(_OF_PLANS):
            continue
        if (cell := figures.get(field.key)) is None:
            if not field.optional:
                book.missing(field)
            continue
        put(data, field.key, book.read(field, cell))
        cells[tuple(field.key.split("."))] = cell.place
    for key in ("title", "county"):
        if (said := data.get(key)) and "zh" in said:
            said.setdefault("en", said["zh"])
    data["townships"] = _listed(book, "townships", cells)
    for town in data["townships"]:
        town.get("name", {}).setdefault("en", town.get("name", {}).get("zh", ""))
    put(data, "support.unit_kinds", _listed(book, "units", cells, at=("support", "unit_kinds")))
    data["purses"] = _purses(book, cells)
    for address, value, where in settings_for(book, {COUNTY}):
        put(data, address, value)
        cells[tuple(address.split("."))] = where
    if book.problems:
        raise_all(book.problems)
    tables = SheetTables(path, data, cells, CellPlace(str(path), None, sheet_name("county"), ""))
    tables.notes.extend(settle(data, tables.place))
    return tables


def _listed(
    book: Workbook, sheet: str, cells: dict[KeyPath, CellPlace], at: KeyPath | None = None
) -> list[dict[str, Any]]:
    """The rows of a sheet, a table each."""
    tables: list[dict[str, Any]] = []
    for row in book.rows(sheet):
        here = (*(at or (sheet,)), len(tables))
        tables.append(_table(book, sheet, row, here, cells))
    return tables


def _table(book: Workbook, sheet: str, row: Row, here: KeyPath, cells: dict[KeyPath, CellPlace]) -> dict[str, Any]:
    table: dict[str, Any] = {}
    cells[here] = row.place
    for field in fields(sheet):
        found = row.cells.get(field.key, [])
        if not found:
            if not field.optional:
                book.problems.append(row.where(field.key).says(*field.left_out()))
            continue
        read = [book.read(field, cell) for cell in found]
        put(table, field.key, read if field.many > 1 else read[0])
        cells[(*here, *field.key.split("."))] = found[0].place
        cells.update({(*here, field.key, n): cell.place for n, cell in enumerate(found)})
    return table


def _purses(book: Workbook, cells: dict[KeyPath, CellPlace]) -> list[dict[str, Any]]:
    purses = _listed(book, "funds", cells)
    for n, purse in enumerate(purses, 1):
        cells |= {("purses", n - 1, *path[2:]): at for path, at in [*cells.items()] if path[:2] == ("funds", n - 1)}
        purse["title_en"] = purse.get("title_en") or purse.get("title_zh", "")
        purse["id"] = tidy(str(purse.get("id") or f"stream_{n}"))
    return purses
