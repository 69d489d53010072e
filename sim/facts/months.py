"""Months of the calendar that rules name: fees, subsidies, planting, the return to work after Spring Festival."""

from __future__ import annotations

FEBRUARY, MARCH, APRIL, SEPTEMBER, NOVEMBER = 2, 3, 4, 9, 11
