"""Months of the calendar that rules name: fees, subsidies, planting, the return to work after Spring Festival."""

from __future__ import annotations

JANUARY, FEBRUARY, MARCH, APRIL, AUGUST, SEPTEMBER, NOVEMBER = 1, 2, 3, 4, 8, 9, 11
