"""Months of the calendar that rules name: fees, subsidies, planting, rents, leaving for work, the registry."""

from __future__ import annotations

JANUARY, FEBRUARY, MARCH, APRIL, AUGUST, SEPTEMBER, NOVEMBER, DECEMBER = 1, 2, 3, 4, 8, 9, 11, 12
