"""The eight sections of the page, in the order in which a committee asks."""

from __future__ import annotations

from experiments.compare.report.context import Context
from experiments.compare.report.sections import after, answer, county, day100, leans, money, people, together
from experiments.pages.blocks import Section

BUILDERS = (
    answer.build,
    county.build,
    day100.build,
    after.build,
    people.build,
    money.build,
    together.build,
    leans.build,
)


def build_all(ctx: Context) -> list[Section]:
    """Every section, always eight: what was not computed is said in its place."""
    return [build(ctx) for build in BUILDERS]
