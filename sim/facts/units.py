"""Support units: their levels, and the kinds of project they carry out."""

from __future__ import annotations

PROVINCE, CITY, COUNTY, TOWNSHIP = 0, 1, 2, 3
ROAD, WATER, IRRIGATION, MARKET = 0, 1, 2, 3

LEVELS: dict[str, tuple[str, str]] = {
    "province": ("province", "省级"),
    "city": ("city", "市级"),
    "county": ("county", "县级"),
    "township": ("township", "乡镇级"),
}
"""English and Chinese names. A unit's `level` counts from the top of this list."""

PROJECTS: dict[str, tuple[str, str]] = {
    "road": ("road", "道路"),
    "water": ("safe water", "安全饮水"),
    "irrigation": ("irrigation", "灌溉"),
    "market": ("market and co-operative", "市场和合作社"),
}
"""English and Chinese names. A unit's `project` counts from the top of this list."""
