"""The support unit: a bureau, school, hospital, bank or firm paired with villages."""

from __future__ import annotations

from sim.core.records import RecordAgent, real, whole


class Unit(RecordAgent):
    """A support unit, its own money and the project it has under way."""

    key: int = whole("i8", "stable identity", 0, 2**62)
    level: int = whole("i1", "0 province, 1 city, 2 county, 3 township", 0, 3)
    trade: int = whole("i2", "row in the list of trades", 0, 1000)
    group: int = whole("i4", "county whose group leader coordinates it", 0, 2**31 - 1)
    first_village: int = whole("i4", "row of its first village", 0, 2**31 - 1)
    last_village: int = whole("i4", "row after its last village", 0, 2**31 - 1)
    project: int = whole("i1", "kind of the project under way (-1: none)", -1, 14)
    project_village: int = whole("i4", "row of the village it is for", 0, 2**31 - 1)
    finished: int = whole("i4", "projects finished", 0, 2**31 - 1)
    money_yuan: float = real("yuan", "own money not yet spent")
    cost_yuan: float = real("yuan", "cost of the project under way")
    progress: float = real("share", "how much of it is done")
    leaked_yuan: float = real("yuan", "money that reached no project")
    effort: float = real("share", "how hard it works; fades level by level")
    standing: float = real("share", "how it stands in the ranking")
