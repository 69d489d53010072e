"""Support units: their levels, and the kinds of project they carry out."""

from __future__ import annotations

PROVINCE, CITY, COUNTY, TOWNSHIP = 0, 1, 2, 3

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
    "house": ("repair of houses", "危房改造"),
    "clinic": ("clinic days and referral", "巡诊和转诊"),
    "school": ("school fees and school leavers", "助学和两后生升学"),
    "papers": ("papers for credit", "信贷手续代办"),
    "disputes": ("settled disputes", "纠纷调解"),
    "trees": ("fruit trees", "果树苗木"),
    "stock": ("breeding stock", "种畜"),
    "teaching": ("teaching in the field", "田间技术指导"),
    "news": ("news of programmes", "政策宣传到户"),
    "jobs": ("news of jobs", "岗位信息"),
    "enrolment": ("dues of the medical scheme", "代缴参合费"),
}
"""English and Chinese names. A unit's `project` counts from the top of this list: works first, then services."""

WORKS = ("road", "water", "irrigation", "market")
"""What any unit can have built by those who know how."""

BUILT = (*WORKS, "house")
"""What takes hands to build."""
