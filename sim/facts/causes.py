"""Main causes of poverty as the registry enters them; a household that is not registered has none."""

from __future__ import annotations

ILLNESS = 1

CAUSES: dict[str, tuple[str, str]] = {
    "none": ("No cause registered", "未登记致贫原因"),
    "illness": ("Illness", "因病"),
    "funds": ("Lack of funds", "缺资金"),
    "technology": ("Lack of technology", "缺技术"),
    "labour": ("Lack of labour", "缺劳力"),
    "schooling": ("Schooling", "因学"),
    "disability": ("Disability", "因残"),
    "disaster": ("Disaster", "因灾"),
}
"""English and Chinese names. A household's `cause` counts from the top of this list."""
