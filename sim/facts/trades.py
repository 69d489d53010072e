"""Trades of support units, and what each has a hand for."""

from __future__ import annotations

TRADES: dict[str, tuple[str, str]] = {
    "office": ("party or government office", "党政机关"),
    "publicity": ("publicity office", "宣传部门"),
    "culture": ("culture and broadcasting", "文化广电部门"),
    "education": ("education and sport", "教育体育部门"),
    "civil_affairs": ("civil affairs", "民政部门"),
    "fruit": ("fruit-industry bureau", "果业部门"),
    "agrotechnology": ("agro-technology centre", "农技部门"),
    "livestock": ("livestock bureau", "畜牧部门"),
    "supply_coop": ("supply-and-marketing co-operative", "供销合作社"),
    "water": ("water bureau", "水利部门"),
    "transport": ("transport bureau", "交通部门"),
    "construction": ("housing and construction bureau", "住建部门"),
    "forestry": ("forestry bureau", "林业部门"),
    "finance": ("finance bureau", "财政部门"),
    "poverty_office": ("poverty office", "扶贫部门"),
    "labour": ("labour and social security", "人社部门"),
    "justice": ("courts, police and justice", "政法部门"),
    "health": ("hospital or health bureau", "卫生部门"),
    "township": ("township government", "乡镇政府"),
    "school": ("school", "学校"),
    "school_district": ("school district", "学区"),
    "clinic": ("township clinic", "乡镇卫生院"),
    "bank": ("bank branch", "银行"),
    "insurance": ("insurer", "保险公司"),
    "law_firm": ("law firm", "律师事务所"),
    "enterprise": ("enterprise", "企业"),
}
"""English and Chinese names. A unit's `trade` counts from the top of this list."""

HANDS: dict[str, tuple[str, ...]] = {
    "publicity": ("news",),
    "culture": ("news",),
    "education": ("school",),
    "civil_affairs": ("enrolment", "house"),
    "fruit": ("trees", "teaching"),
    "agrotechnology": ("teaching", "irrigation"),
    "livestock": ("stock", "teaching"),
    "supply_coop": ("market",),
    "water": ("water", "irrigation"),
    "transport": ("road",),
    "construction": ("house", "road"),
    "forestry": ("trees",),
    "labour": ("jobs",),
    "justice": ("disputes",),
    "health": ("clinic",),
    "school": ("school",),
    "school_district": ("school",),
    "clinic": ("clinic",),
    "bank": ("papers",),
    "law_firm": ("disputes",),
    "enterprise": ("market", "jobs"),
}
"""Kinds of project (`sim.facts.units.PROJECTS`) that a trade has a hand for, its own craft first.

The others (offices, finance, the township) pay builders for the works that are most needed; so does an insurer, since
no harvest or life is insured here.
"""

FIELDS: dict[str, str] = {
    **dict.fromkeys(("fruit", "agrotechnology", "livestock", "forestry", "water"), "farm"),
    **dict.fromkeys(("bank", "finance", "supply_coop", "insurance", "law_firm"), "finance"),
    **dict.fromkeys(("labour", "enterprise", "education", "school", "school_district"), "jobs"),
}
"""What a cadre knows by trade: farming, credit and money, or work; a column of `sim.agents.cadre`."""
