"""The household: its state."""

from __future__ import annotations

from collections.abc import MutableSequence

from sim.core.records import RecordAgent, index, real, whole


class Household(RecordAgent):
    """A rural household, poor or not; one row of at most 512 bytes."""

    key: int = whole("i8", "stable identity: roster number or synthetic index", 0, 2**62)
    village: int = whole("i4", "row of its village", 0, 2**31 - 1)
    first_loan: int = whole("i4", "row of its first loan in the book of loans (-1: none)", -1, 2**31 - 1)
    block_month: int = whole("i2", "month in which the young orchard was planted, the mean over its trees", -600, 2000)
    knows: int = whole("i4", "what it knows of, one bit each: lines 1-4, then programmes", 0, 2**31 - 1)
    persons: int = whole("i1", "people in the household", 1, 30, "persons")
    workers: int = whole("i1", "of working age and able", 0, 20, "persons")
    children: int = whole("i1", "in compulsory schooling or younger", 0, 20, "persons")
    seniors: int = whole("i1", "in senior school", 0, 10, "persons")
    university: int = whole("i1", "at university or college", 0, 10, "persons")
    leavers: int = whole("i1", "left school young and untrained", 0, 10, "persons")
    elders: int = whole("i1", "aged 60 or more", 0, 10, "persons")
    dibao: int = whole("i1", "persons under the minimum living guarantee", 0, 30, "persons")
    schooling: int = whole("i1", "schooling of its best-schooled worker", 0, 25, "years")
    migrants: int = whole("i1", "workers away now", 0, 20, "persons")
    younger: int = whole("i1", "workers of the generation that grew up with going away", 0, 20, "persons")
    slots: int = whole("i1", "slots of work nearby that its workers hold", 0, 20, "slots")
    ill_months: int = whole("i1", "months for which illness still takes a worker", 0, 60, "months")
    cause: int = whole("i1", "registered cause of poverty (0 = none)", 0, 7)
    registered: int = whole("i1", "1 if in the poverty registry", 0, 1)
    linked: int = whole("i1", "1 if linked to a cadre", 0, 1)
    contracted: int = whole("i1", "1 if it sells under a contract or as a member of a co-operative", 0, 1)
    fifth: int = whole("i1", "fifth of income per head as the run opened (1 = lowest)", 0, 5)
    poor_at_start: int = whole("i1", "1 if income-poor as the run opened", 0, 1)
    house: int = whole("i1", "1 if the house is sound", 0, 1)
    water: int = whole("i1", "1 if safe water is at hand", 0, 1)
    insured: int = whole("i1", "1 if in the co-operative medical scheme", 0, 1)
    borrows: int = whole("i1", "1 if it owes a lender of the campaign", 0, 1)
    pupil_aid_yuan: int = whole("i2", "aid this term for a pupil of junior school who attends", 0, 30000, "yuan/year")
    kin_line_yuan: float = index("yuan", "what kin would lend it until the month's end", 1e9)
    borne: MutableSequence[int] = whole(
        "i1", "of a normal result, what it counts on an insurer for: staple, orchard, livestock", 0, 100, "percent", 3
    )
    overdue_months: int = whole("i2", "months by which its latest loan is overdue", 0, 600, "months")

    cash_yuan: float = real("yuan", "money in hand and at the bank")
    debt_yuan: float = real("yuan", "principal and unpaid interest owed to lenders")
    due_soon_yuan: float = real("yuan", "lump sums that fall due within the saving horizon, to be put by for")
    informal_yuan: float = real("yuan", "owed to relatives and friends (below 0: owed by them)")
    land_mu: float = real("mu", "cultivated land of its own")
    rented_mu: float = real("mu", "land rented for the year (negative: given out of hand, let as far as it is taken)")
    orchard_mu: float = real("mu", "orchard in full bearing")
    block_mu: float = real("mu", "young orchard, one block")
    livestock_head: float = real("ewe equivalents", "breeding stock")
    greenhouse_mu: float = real("mu", "greenhouses")
    business_yuan: float = real("yuan", "capital of a small business: trade, transport, processing")
    talent: float = real("ratio", "hand for business (1 = middling)")
    ability: float = real("ratio", "how well it does whatever it does (mean 1)")
    fortune: float = real("ratio", "how this year goes for it (mean 1)")
    farm_skill: float = real("share", "farm skill")
    work_skill: float = real("share", "skill for work away")
    property_yuan: float = real("yuan/year", "rents and dividends at 2012 prices")
    expected_yuan: float = real("yuan/month", "income it has come to expect")
    counted_yuan: MutableSequence[float] = real(
        "yuan", "income of the last twelve months, what a bad season took given back, by calendar month", 12
    )
    habit_yuan: float = real("yuan/month", "income it has got used to living on, at what was spent in 2012")
    home_yuan: float = real("yuan", "put into the house and what is in it, at 2012 prices")
    deferred_cut_yuan: float = real("yuan", "cut in consumption still to come from past shocks")
    labour_met: float = real("share", "labour given of labour needed, over recent months")
    drive: float = real("share", "drive to act oneself")
    awareness: float = index("share", "awareness of the campaign's programmes")
    satisfaction: float = index("share", "satisfaction with the help")
    trust: MutableSequence[float] = real(
        "ratio", "what it thinks a line brings: orchard, livestock, greenhouse, business", 4
    )
    income_year: MutableSequence[float] = real(
        "yuan", "net income this accounting year: wage, operating, property, transfer", 4
    )
    income_last: MutableSequence[float] = real("yuan", "the same, last closed year", 4)
    medical_month_yuan: float = real("yuan", "its own medical payments this month")
    burden_year_yuan: float = real("yuan", "medical and school payments this accounting year")
    burden_last_yuan: float = real("yuan", "the same, last closed year")
    consumption_year_yuan: float = real("yuan", "consumption this accounting year")
    consumption_last_yuan: float = real("yuan", "the same, last closed year")
    own: MutableSequence[float] = real("", "what a user's own policies write for the user's own rules to read", 4)

    # ---- for Mesa users: what is handy on one agent; no rule uses these -------------------------------------------

    @property
    def income_per_head_yuan(self) -> float:
        """Net income a head in the last closed accounting year."""
        wage, operating, property_, transfer = self.income_last
        return (wage + operating + property_ + transfer) / self.persons

    @property
    def contacts(self) -> list[Household]:
        """Households it is in touch with, in the order of their rows."""
        world, everyone = self.model.county.world, self.model._mesa_agents["households"]
        return [everyone[i] for i in world.indices[world.indptr[self.row] : world.indptr[self.row + 1]]]
