"""Sources of income, in the order of a household's `income_year` and `income_last`."""

from __future__ import annotations

WAGE, OPERATING, PROPERTY, TRANSFER = 0, 1, 2, 3

SOURCES: dict[str, tuple[str, str]] = {
    "wage": ("Wage income", "工资性收入"),
    "operating": ("Operating income", "经营性收入"),
    "property": ("Property income", "财产性收入"),
    "transfer": ("Transfer income", "转移性收入"),
}
"""English and Chinese names. A source's number is its place in this table."""

N_SOURCES = len(SOURCES)
