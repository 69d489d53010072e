"""Crop and stock insurance: a premium for a year, of which the state pays a part, and a claim where enough is lost.

A household insures if the claims it counts on, and the risk it is spared, are worth its part of the premium. How far it
counts on them is trust, which grows with payouts of its own and of those it is in touch with, and falls where a bad
harvest goes unpaid. Who is insured fears less for what it puts into the line.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import ClassVar, Literal, Self

import numpy as np
from numpy.typing import NDArray
from pydantic import Field, model_validator

from sim.core.draws import uniforms
from sim.core.numerics import exp, norm_ppf, total
from sim.economy.crops import FIELD_LUCK
from sim.economy.industries import DISEASE, FROST, bearing_share
from sim.economy.investment import CAUTION
from sim.economy.weather import SEVERITIES, yield_factor
from sim.facts.lines import LIVESTOCK, ORCHARD, STAPLE
from sim.facts.sources import OPERATING
from sim.money.reasons import reason
from sim.policies.policy import County, Mask, Names, Policy, PolicySettings, RowsOf, Yuan
from sim.policies.settings import BUDGET, Lever

SUBSIDY = reason("premiums of farm insurance, state's part", "农业保险保费补贴")
PREMIUM = reason("premiums of farm insurance", "农业保险自缴保费")
CLAIM = reason("claims of farm insurance", "农业保险赔款")
INSURER = "farm insurer"
LINES = {"staple": STAPLE, "fruit": ORCHARD, "livestock": LIVESTOCK}
GRID = 9  # points at which the luck of a village and of a field is looked at, to reckon what claims come to
YEAR = 12

Floats = NDArray[np.float64]


class FarmInsuranceSettings(PolicySettings):
    """Levers of the insurance."""

    covers: Literal["staple", "fruit", "livestock"] = Field(default="staple", description="what is insured")
    premium: float = Field(default=0.05, gt=0, le=1, description="premium a year, share of the sum insured")
    subsidy: float = Field(default=0.8, ge=0, le=1, description="share of the premium that the state pays")
    cover: float = Field(default=0.6, ge=0, le=1, description="sum insured, share of a normal result")
    deductible: float = Field(default=0.2, ge=0, le=0.9, description="share of a normal result lost before it pays")
    trigger: Literal["own", "area"] = Field(
        default="own", description="pays by the own loss, or by the village's weather"
    )
    compulsory: bool = Field(default=False, description="whether everybody who has the line is insured, asked or not")

    @model_validator(mode="after")
    def _stock_dies_one_by_one(self) -> Self:
        if self.covers == "livestock" and self.trigger == "area":
            raise ValueError('trigger: stock dies household by household: state "own" where livestock is insured')
        return self


class FarmInsurance(Policy):
    """Once a year households insure for a year, or not; claims are paid at the end of the month of the loss."""

    kind: ClassVar[str] = "farm_insurance"
    title_en: ClassVar[str] = "Crop and stock insurance"
    title_zh: ClassVar[str] = "种养业保险"
    may_change: ClassVar[dict[str, Lever]] = {
        "premium": Lever("Premium, share of the sum insured", "保险费率", "share"),
        "subsidy": Lever("Share of the premium that the state pays", "保费补贴比例", "share"),
        **BUDGET,
    }
    counts: ClassVar[dict[str, Names]] = {
        "insured": ("Household-years of farm insurance", "农业保险参保户年数"),
        "claims": ("Claims paid", "赔付户次"),
        "claims_yuan": ("Amount of claims", "赔款金额"),
    }
    Settings: ClassVar[type[PolicySettings]] = FarmInsuranceSettings
    settings: FarmInsuranceSettings

    def open(self, county: County) -> None:
        """Nobody is insured; how far each trusts an insurer, and fears risk, belongs to the household."""
        n, everyone = len(county.households), np.arange(len(county.households), dtype=np.int64)
        county.accounts.open(INSURER, 0.0)
        self._on = self.households_on(county)
        self._trust = np.minimum(1.0, 2.0 * county.p.insurer_trust * self.luck(county, "trust", everyone))
        line = LINES[self.settings.covers]
        fear = uniforms(county.today.people_seed, CAUTION, county.keys, 0, line)
        self._worth = 2.0 * county.p.insurance_worth * fear
        self._sum = np.zeros(n)
        self._ends = 0
        self.book.targets["insured"] = float(self._on.sum() * len(list(self.days(county))))

    def days(self, county: County) -> Iterable[int]:
        """The first day, and every anniversary of it."""
        days, opens = self.rounds(county, 1), county.clock.day_index(county.clock.start)
        dates = {day: county.clock.date(opens + day - 1) for day in days}
        first = dates[days[0]] if len(days) else None
        return [day for day, date in dates.items() if first and (date.month, date.day) == (first.month, first.day)]

    def in_season(self, county: County) -> bool:
        """A year begins when it begins."""
        return True

    def day(self, county: County) -> None:
        """A new year of insurance: last year's is over."""
        self._let_go(county)
        self._ends = county.today.month + YEAR
        self._normal = normal_result(county, self.settings.covers)
        self._willing = self._on & self._insures(county)
        super().day(county)
        if self.settings.effects:
            # Who would insure what it puts into the line, and who has insured, fears less for it.
            calm = self._willing & ((self._normal <= 0.0) | (self._sum > 0.0))
            percent = np.floor(100.0 * self.settings.cover * self._trust + 0.5)
            county.households["borne"][calm, LINES[self.settings.covers]] = percent[calm]

    def _insures(self, county: County) -> Mask:
        """Whether claims counted on, and risk spared, are worth the own part of the premium, yuan for yuan insured."""
        s = self.settings
        if s.compulsory:
            return np.ones(len(county.households), dtype=np.bool_)
        fair = expected_claims(county, s)[county.households["village"]]
        return np.asarray(self._trust * fair * (1.0 + self._worth) >= s.premium * (1.0 - s.subsidy))

    def eligible(self, county: County) -> Mask:
        """Has what is insured, and is willing."""
        return np.asarray(self._willing & (self._normal > 0.0))

    def accepts(self, county: County, rows: RowsOf) -> Yuan:
        """A year's premium, the state's part of it included; a part of one's own has to be in hand."""
        s = self.settings
        premium = s.premium * s.cover * self._normal[rows]
        able = county.households["cash_yuan"][rows] >= (1.0 - s.subsidy) * premium
        return np.where(able | s.compulsory, premium, 0.0)

    def cost_yuan(self, county: County, worth_yuan: Yuan) -> Yuan:
        """The state's part."""
        return worth_yuan * self.settings.subsidy

    def pay(self, county: County, rows: RowsOf, worth_yuan: Yuan) -> None:
        """The state's part, to the insurer."""
        amount = total(np.ascontiguousarray(self.cost_yuan(county, worth_yuan)))
        for purse, part in county.purses.draw(self.kind, self.settings.purses, county.date, amount):
            county.accounts.pay(purse, INSURER, part, SUBSIDY)
        self.book.spend("grants_yuan", amount)

    def hand_over(self, county: County, rows: RowsOf, worth_yuan: Yuan) -> None:
        """Their own part, to the insurer, and cover until the anniversary."""
        own = worth_yuan - self.cost_yuan(county, worth_yuan)
        county.accounts.collect_households(rows, INSURER, own, PREMIUM)
        county.households["income_year"][rows, OPERATING] -= own
        self._sum[rows] = self.settings.cover * self._normal[rows]

    def month_end(self, county: County) -> None:
        """Losses of the month are claimed; what is paid and what is not is seen and talked of."""
        if county.today.month >= self._ends:
            self._let_go(county)
        insured = np.flatnonzero(self._sum > 0.0).astype(np.int64)
        if not len(insured):
            return
        share, own, triggers = self._losses(county, insured)
        d = self.settings.deductible
        claims = self._sum[insured] * share * claim_share(triggers, d)
        paid = claims > 0.0
        rows = insured[paid]
        if len(rows):
            county.accounts.pay_households(INSURER, rows, claims[paid], CLAIM)
            county.households["income_year"][rows, OPERATING] += claims[paid]
            self.book.count("claims", float(len(rows)))
            self.book.count("claims_yuan", total(np.ascontiguousarray(claims[paid])))
        self._learn(county, rows, insured[~paid & (own > d) & (share > 0.0)])

    def _losses(self, county: County, rows: RowsOf) -> tuple[float, Floats, Floats]:
        """The part of a year's result that this month brings; what each of `rows` lost of it, and what decides."""
        h, p, today = county.households[rows], county.p, county.today
        month, weather = today.calendar_month - 1, county.villages["weather"][h["village"]]
        keys = county.keys[rows]
        if self.settings.covers == "livestock":
            struck = uniforms(today.seed, DISEASE, keys, today.month) < p.disease_rate / YEAR
            lost = np.where(struck, p.disease_share, 0.0)
            return 1.0, lost, lost
        if self.settings.covers == "staple":
            share, area = p.staple_harvest_season[month], weather
            luck = 1.0 + p.field_luck * (2.0 * uniforms(today.seed, FIELD_LUCK, keys, today.month) - 1.0)
        else:
            share, area = p.orchard_harvest_season[month], 1.0 - p.orchard_drought * (1.0 - weather)
            luck = 1.0 + p.frost_luck * (2.0 * uniforms(today.seed, FROST, keys, today.year) - 1.0)
        own = 1.0 - area * luck
        return share, own, own if self.settings.trigger == "own" else 1.0 - area

    def _learn(self, county: County, paid: RowsOf, unpaid: RowsOf) -> None:
        """Trust after a month: up for those paid, down for those with a loss unpaid, and likewise by their contacts."""
        p, world, n = county.p, county.world, len(county.households)
        if not len(paid) and not len(unpaid):
            return
        happened = np.zeros((2, n))
        happened[0, paid], happened[1, unpaid] = 1.0, 1.0
        degree = np.diff(world.indptr)
        who = np.repeat(np.arange(n), degree)
        seen = [np.bincount(who, weights=one[world.indices], minlength=n) / np.maximum(1, degree) for one in happened]
        up, down = (np.minimum(1.0, own + p.trust_seen * by) for own, by in zip(happened, seen, strict=True))
        self._trust += p.trust_paid * up * (1.0 - self._trust)
        self._trust -= p.trust_unpaid * down * self._trust

    def _let_go(self, county: County) -> None:
        """The year of insurance is over."""
        self._sum[:] = 0.0
        county.households["borne"][self._on, LINES[self.settings.covers]] = 0


def normal_result(county: County, covers: str) -> Floats:
    """What a normal year of the insured line brings each household as it stands, or what its stock is worth; yuan."""
    h, p, today = county.households, county.p, county.today
    v = county.villages[h["village"]]
    if covers == "livestock":
        return np.asarray(h["livestock_head"] * p.ewe_price_yuan * today.farm_trend)
    if covers == "staple":
        between = h["block_mu"] * (1.0 - p.intercropped)
        mu = np.maximum(0.0, h["land_mu"] + h["rented_mu"] - h["orchard_mu"] - between - h["greenhouse_mu"])
        kilos = mu * p.staple_yield_kg_mu * v["level"]
        return np.asarray(kilos * v["expected_price"][:, STAPLE] * today.farm_trend)
    ages = (today.month - h["block_month"]) / 12.0
    young = np.array([bearing_share(float(age), p) for age in ages]) * h["block_mu"]
    kilos = (h["orchard_mu"] + young) * p.orchard_yield_kg_mu * np.array(p.orchard_terrain)[v["terrain"]] * v["level"]
    return np.asarray(kilos * v["expected_price"][:, ORCHARD] * today.farm_trend)


def claim_share(lost: Floats, deductible: float) -> Floats:
    """The part of the sum insured that is paid for a loss: none up to the deductible, all for all."""
    return np.asarray(np.maximum(0.0, np.minimum(1.0, lost) - deductible) / (1.0 - deductible))


def expected_claims(county: County, s: FarmInsuranceSettings) -> Floats:
    """What claims come to in a year on average, share of the sum insured, village by village.

    Mean over droughts, the luck of the village's year and that of the own fields, at the middle of equal parts of each.
    """
    p, irrigation = county.p, county.villages["irrigation"]
    if s.covers == "livestock":
        return p.disease_rate * claim_share(np.full(len(irrigation), p.disease_share), s.deductible)
    chances = (1.0 - p.drought_minor - p.drought_major, p.drought_minor, p.drought_major)
    middles = [(k + 0.5) / GRID for k in range(GRID)]
    spread = p.field_luck if s.covers == "staple" else p.frost_luck
    found = np.zeros(len(irrigation))
    for severity, chance in zip(SEVERITIES, chances, strict=True):
        season = np.array([yield_factor(severity, float(one), p) for one in irrigation])
        for u in middles:
            weather = season * exp(p.village_luck * norm_ppf(u) - 0.5 * p.village_luck * p.village_luck)
            area = weather if s.covers == "staple" else 1.0 - p.orchard_drought * (1.0 - weather)
            for w in middles if s.trigger == "own" else (0.5,):
                lost = 1.0 - area * (1.0 + spread * (2.0 * w - 1.0))
                parts = GRID * (GRID if s.trigger == "own" else 1)
                found += chance / parts * claim_share(lost, s.deductible)
    return found
