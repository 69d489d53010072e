"""The village: what its households share."""

from __future__ import annotations

from collections.abc import MutableSequence

from sim.core.records import RecordAgent, real, whole


class Village(RecordAgent):
    """A village: its rows, its place, its leadership, its prices and its weather this year."""

    key: int = whole("i8", "stable identity", 0, 2**62)
    first: int = whole("i8", "row of its first household", 0, 2**40)
    last: int = whole("i8", "row after its last household", 0, 2**40)
    first_cadre: int = whole("i4", "row of its first cadre", 0, 2**31 - 1)
    last_cadre: int = whole("i4", "row after its last cadre", 0, 2**31 - 1)
    county: int = whole("i4", "county it belongs to", 0, 2**31 - 1)
    township: int = whole("i4", "township it belongs to", 0, 2**31 - 1)
    unit: int = whole("i4", "support unit paired with it (-1: none)", -1, 2**31 - 1)
    terrain: int = whole("i1", "0 tableland, 1 river flats, 2 hills", 0, 2)
    level: float = real("ratio", "how productive its place is (1 = county mean of 2012)")
    road: float = real("share", "quality of the road out (1 = paved, all weather)")
    distance_km: float = real("km", "distance to the county town")
    irrigation: float = real("share", "share of its land that is irrigated")
    leadership: float = real("share", "strength of the village committee")
    cohesion: float = real("share", "how readily relatives and friends help out")
    care_near: float = real("share", "part of its own hospital payments that clinic days and referral save")
    fees_met: float = real("share", "part of senior-school fees that a school has taken over")
    papers_done: float = real("share", "part of the papers of a loan that a bank does for its people")
    cooperative: float = real("share", "strength of its co-operative (0 = none)")
    contract: float = real("share", "share of sales under a contract or through the co-operative")
    leaning: float = real("log odds", "how readily its people leave for work, beside what decides it everywhere")
    caution: float = real("share/year", "how much more its people ask of a new line, beside what each asks for itself")
    jobs: float = real("share", "share of working days at home that find local work, as the year opened")
    jobs_now: float = real("share", "the same this month: more hands share the same jobs")
    slots: float = real("slots", "slots of work nearby that its households hold")
    hands: float = real("persons", "hands at home that hold a slot or have the days for one")
    hands_open: float = real("persons", "the same, mean of the opening year")
    finding: float = real("share", "chance that a hand with the days for it finds a slot this month")
    trade_yuan: float = real("yuan", "what its businesses spent, and its households put into their houses, this month")
    works_yuan: float = real("yuan", "what was spent on works in it this month")
    pay_nearby: float = real("ratio", "day wage of its township against the county's")
    free_days: float = real("days", "free working days of its households this month")
    free_days_open: MutableSequence[float] = real("days", "the same by calendar month in the opening year", 12)
    away_share: float = real("share", "workers away, share of all workers, last month")
    away_months: float = real("ratio", "months that those away work, against the calendar of `away_season`")
    spent_yuan: float = real("yuan", "what its households spent on living this month")
    input_price: float = real("ratio", "price of what its farms buy (1 = at a usual road)")
    eaten_price: float = real("yuan/kg", "what a kilo of grain eaten at home is counted at, in 2012")
    away_wage_yuan: float = real("yuan/month", "what a worker of ability 1 is paid away, this month")
    local_wage_yuan: float = real("yuan/day", "day wage nearby, this month")
    gate_price: MutableSequence[float] = real("yuan/unit", "price at the gate by line, this month", 5)
    expected_price: MutableSequence[float] = real("yuan/unit", "the same, had the year been a normal one", 5)
    rent_yuan: float = real("yuan/mu/year", "rent of land, as agreed in March for the year")
    taken: float = real("share", "part of the land given out of hand that found a taker; the rest lies idle")
    weather: float = real("ratio", "yield factor of this year's weather (1 = normal)")
    seen_result: MutableSequence[float] = real(
        "ratio", "what orchard, stock, greenhouse, business brought against expectation", 4
    )
    shown: MutableSequence[float] = real("households", "show households for the four lines", 4)
    supply: MutableSequence[float] = real("standard units", "what its households can bring to market by line", 5)
