"""Main causes of poverty as the registry enters them; a household that is not registered has none."""

from __future__ import annotations

from sim.facts.topics import HELPED, KNOWS_CREDIT, KNOWS_INDUSTRY, KNOWS_JOBS, KNOWS_TRAINING

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

FITS: tuple[int, ...] = (
    -1, HELPED, KNOWS_CREDIT, KNOWS_TRAINING, KNOWS_INDUSTRY, KNOWS_JOBS, HELPED, KNOWS_INDUSTRY,
)  # fmt: skip
"""What a household with each cause needs first (`sim.facts.topics`; -1: nothing in particular).

The ill and the disabled need help with papers (for care, aid and credit), the short of funds credit, the unskilled a
course, those short of hands and those struck by a disaster something that grows at home, pupils' families wages.
"""
