"""Trades of support units."""

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
