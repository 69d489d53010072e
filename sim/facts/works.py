"""Works of infrastructure and living conditions: what a department has built in villages."""

from __future__ import annotations

from sim.facts.units import BUILT, PROJECTS

OTHERS: dict[str, tuple[str, str]] = {
    "power": ("power supply", "农网改造"),
    "terraces": ("terraces", "梯田"),
    "culture": ("culture centre", "文化活动室"),
    "learning": ("learning centre", "学习室"),
    "toilets": ("toilets", "改厕"),
    "rubbish": ("rubbish collected", "垃圾收集"),
    "sewage": ("sewage", "污水处理"),
    "biogas": ("biogas", "沼气池"),
}
"""Works that no support unit has a hand for, in the order of the parameters `infra_cost_yuan`, `_reach`, `_open`."""

INFRASTRUCTURE: dict[str, tuple[str, str]] = {kind: PROJECTS[kind] for kind in BUILT} | OTHERS
"""Every kind of work, English and Chinese: what support units build too, then the others."""
