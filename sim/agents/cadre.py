"""The cadre: linked to a unit, a village and households; has few field days."""

from __future__ import annotations

from sim.core.records import RecordAgent, real, whole


class Cadre(RecordAgent):
    """A cadre who visits households."""

    key: int = whole("i8", "stable identity", 0, 2**62)
    village: int = whole("i4", "row of the village", 0, 2**31 - 1)
    unit: int = whole("i4", "row of the support unit", 0, 2**31 - 1)
    first: int = whole("i8", "start of its households in the visiting list", 0, 2**40)
    count: int = whole("i4", "how many households it has", 0, 2**31 - 1)
    next: int = whole("i4", "which of them comes next", 0, 2**31 - 1)
    visits: int = whole("i4", "visits entered in the book", 0, 2**31 - 1)
    substance: int = whole("i4", "visits that had substance", 0, 2**31 - 1)
    farm: float = real("share", "knowledge of farming")
    finance: float = real("share", "knowledge of credit and money")
    jobs: float = real("share", "knowledge of work away and nearby")
    effort: float = real("share", "how much of a visit goes into the household's affairs")
    standing: float = real("share", "how far villagers accept and agree with the cadre")
    fatigue: float = real("share", "weariness; grows with days in the field, fades with rest")
    days_left: float = real("days", "field days still to give")
    days_used: float = real("days", "field days given")
