"""The words of an answer: parts, amounts and verdicts in one language, for the page and the terminal alike."""

from __future__ import annotations

import math

from experiments.designs.design import UNITS
from experiments.designs.outcomes import parse
from experiments.measure.statistics import Interval, mean_interval
from experiments.optimise.answer import Answer, limit_title
from experiments.optimise.contest import EQUAL, OWN
from experiments.optimise.finals import Standing
from experiments.optimise.regret import ENOUGH
from experiments.optimise.rivals import EXTRA, RANDOM
from experiments.optimise.shadow import Price
from experiments.pages.numbers import Estimate, Numbers
from experiments.pages.words import Words

SAME_ORDER = 0.7
"""Rank correlation from which a small world and the county are said to agree."""


def estimate(one: Interval) -> Estimate:
    """An interval as pages show it."""
    return Estimate(one.value, one.low, one.high)


class Speaker:
    """Says what an answer says.

    Args:
        of: The answer.
        language: "en" or "zh".
    """

    def __init__(self, of: Answer, language: str) -> None:
        self.of, self.language = of, language
        self.words, self.num = Words(language, "optimise"), Numbers(language)
        self.kept = parse(of.outcome, of.design.scenarios[0].horizon_months)
        self.unit = {"share": "points"}.get(self.kept.unit, self.kept.unit)
        self._side = 1 if language == "zh" else 0

    def say(self, key: str, /, **values: object) -> str:
        """A phrase."""
        return self.words(key, **values)

    def gain(self, one: Interval, signed: bool = False) -> str:
        """A gain with its interval and unit."""
        return self.num.show(estimate(one), self.unit, signed)

    def plain_gain(self, value: float) -> str:
        """A gain without interval."""
        return self.num.show(Estimate(value), self.unit, signed=True)

    def money(self, yuan: float) -> str:
        """Money in words: 万元 in Chinese."""
        return self.num.show(Estimate(yuan), "money")

    def amount(self, name: str, amount: float) -> str:
        """An amount of a lever, in its unit."""
        unit = self.of.design.lever(name).unit
        if unit == "yuan":
            return self.money(amount)
        text = self.num.plain(amount, 0 if float(amount).is_integer() else 2)
        return f"{text}{UNITS[unit][1]}" if self.language == "zh" else f"{text} {UNITS[unit][0]}"

    def lever(self, name: str) -> str:
        """What readers call a lever."""
        title = self.of.design.lever(name).title
        return title.zh if self.language == "zh" else title.en

    def parts(self) -> str:
        """The plan in one line: what it does, the dearest first."""
        found = self.of.found
        there = [
            (amount * lever.unit_cost_yuan, lever.name, amount)
            for lever, amount in zip(found.problem.levers, found.winner, strict=True)
            if amount > lever.least
        ]
        there.sort(key=lambda part: -part[0])
        said = [self.say("part", title=self.lever(name), amount=self.amount(name, amount)) for _, name, amount in there]
        return self.num.join(said) if said else self.say("nothing_else")

    def sentence(self) -> str:
        """The answer in one sentence."""
        found = self.of.found
        return self.say(
            "sentence",
            parts=self.parts(),
            gain=self.gain(found.finals.standings[0].gain, signed=True),
            outcome=self.outcome(),
            cost=self.money(found.problem.cost_yuan(found.winner)),
        )

    def outcome(self) -> str:
        """What is wanted."""
        first = self.of.design.objectives[0]
        title = (first.title.en, first.title.zh) if first.title else self.kept.title
        return title[1] if self.language == "zh" else title[0][:1].lower() + title[0][1:]

    def more(self) -> list[str]:
        """What else the answer has to say, a sentence each."""
        finals = self.of.found.finals
        first = finals.standings[0]
        said = [
            self.say(
                "sum_of", list=self.num.join([self.against(name, one) for name, one in finals.references.items()])
            ),
            self.say("tie", count=len(self.of.tied), of=len(finals.standings) - 1, leads=self.num.share(first.leads)),
        ]
        if math.isfinite(first.seen):
            said.append(self.say("seen", seen=self.plain_gain(first.seen), gain=self.gain(first.gain, signed=True)))
        said.append(self.promised())
        return [*said, *self.under_other_parameters(), *self.agreement(), *self.beside_others()]

    def promised(self) -> str:
        """What the ranking promised, and how far off that was."""
        finals = self.of.found.finals
        return self.say(
            "promised",
            promised=self.gain(mean_interval(finals.promised), signed=True),
            optimism=self.percent(finals.optimism),
        )

    def percent(self, one: Interval, signed: bool = True) -> str:
        """A share with its interval."""
        return self.num.show(estimate(one), "share", signed)

    def beside_others(self) -> list[str]:
        """How far the best known mix is, and which methods could not be tried."""
        best, contest = self.of.reference, self.of.contest
        said = []
        if best is not None:
            key = "reference_same" if best.mix == self.of.found.winner else "reference"
            values = {"gain": self.gain(best.gain, signed=True), "below": self.gain(best.above)}
            said.append(
                self.say(key, runs=self.num.plain(best.runs), share=self.percent(best.share, signed=False), **values)
            )
        if contest is not None and contest.left_out:
            names = self.num.join([self.method(name) for name in contest.left_out])
            said.append(self.say("left_out", names=names, command=f"pip install 'villagesim[{EXTRA}]'"))
        return said

    def method(self, name: str) -> str:
        """What readers call a method of the contest."""
        key = {OWN: "this_search", EQUAL: "equal_shares", RANDOM: "random_search"}.get(name)
        return self.say(key) if key else name

    def contest_rows(self) -> list[tuple[str, ...]]:
        """The table of the contest: method, runs, what its winner looked like, what it reaches, how far behind."""
        contest = self.of.contest
        return [
            (
                self.method(one.method),
                self.num.plain(one.runs) if one.runs else "",
                self.plain_gain(one.seen) if math.isfinite(one.seen) else "",
                self.gain(one.gain, signed=True),
                "" if one.method == OWN else self.gain(one.behind),
            )
            for one in (contest.entries if contest else ())
        ]

    def contest_header(self) -> list[str]:
        """Its columns."""
        return [self.say(key) for key in ("col_method", "col_runs", "col_seen", "col_gain", "col_behind")]

    def under_other_parameters(self) -> list[str]:
        """What the regret says."""
        regret = self.of.found.regret
        if regret is None:
            return [self.say("point_only")]
        own = regret.mean(0)
        led = round(regret.leads(0).value * regret.vectors)
        said = [
            self.say(
                "parameters",
                vectors=regret.vectors,
                span=self.num.span(estimate(regret.gain(0)), self.unit) + self.num.unit(self.unit).suffix,
                leads=led,
                regret=self.plain_gain(own.value).lstrip("+"),
            )
        ]
        calmest = regret.calmest()
        if calmest and regret.mean(calmest).value < own.value:
            other = self.plain_gain(regret.mean(calmest).value).lstrip("+")
            said.append(self.say("calmer", place=calmest + 1, other=other, own=self.plain_gain(own.value).lstrip("+")))
        if regret.vectors < ENOUGH:
            said.append(self.say("few_vectors", vectors=regret.vectors, enough=ENOUGH))
        return said

    def agreement(self) -> list[str]:
        """Whether the small world ranks as the county does."""
        if not self.of.screened:
            return []
        agreement = self.of.found.finals.agreement
        values = {"small": self.of.small.scenarios[0].world.villages, "agreement": self.num.plain(agreement, 2)}
        if math.isnan(agreement):
            return [self.say("no_ranking", **values)]
        return [self.say("agreement", **values) if agreement >= SAME_ORDER else self.say("disagreement", **values)]

    def against(self, name: str, one: Standing) -> str:
        """The verdict against a mix that nobody searched for."""
        known = one.behind.low > 0 or one.behind.high < 0
        if not known:
            return self.say("no_better", name=self.reference(name), value=self.gain(one.behind, signed=True))
        low, high = sorted((abs(one.behind.low), abs(one.behind.high)))
        size = Interval(abs(one.behind.value), low, high, one.behind.replicates)
        values = {"name": self.reference(name), "value": self.gain(size)}
        return self.say("beats", **values) if one.behind.low > 0 else self.say("worse", **values)

    def reference(self, name: str) -> str:
        """What readers call such a mix."""
        if name == "equal shares":
            return self.say("equal_shares")
        if name == "cash":
            return self.say("cash")
        return self.of.titles.get(name, (name, name))[self._side]

    def limit(self, name: str) -> str:
        """What readers call a limit."""
        return limit_title(self.of, name, self.language)

    def price(self, price: Price) -> str:
        """What a little more of a limit is worth, to two digits: far less than a head's gain, and not nothing."""
        factor = self.num.unit(self.unit).factor
        value, low, high = (self.num.values(float(f"{one * factor:.2g}")) for one in
                            (price.price.value, price.price.low, price.price.high))  # fmt: skip
        suffix = self.num.unit(self.unit).suffix
        return self.say("worth", value=value, low=low, high=high, unit=suffix)

    def of_limit(self, price: Price, value: float) -> str:
        """So much of a limit."""
        if price.per == 10_000:
            return self.money(value)
        text = self.num.plain(value, 0)
        return self.say("days_suffix", value=text) if price.per == 100 else text

    def per(self, price: Price) -> str:
        """What a price is counted by."""
        if price.per == 10_000:
            return self.say("per_yuan")
        return self.say("per_days") if price.per == 100 else self.say("per_one")
