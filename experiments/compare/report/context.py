"""One experiment seen by one reader: language, colours, and which scenarios the page speaks about."""

from __future__ import annotations

import math
from datetime import date, timedelta
from functools import cached_property
from typing import Any

from experiments.compare import channels
from experiments.compare.report.data import Experiment, Scenario, estimate_of
from experiments.compare.spillover import original
from experiments.measure.own import Own
from experiments.pages.numbers import Estimate, Numbers, unit_of
from experiments.pages.schedule import Schedule
from experiments.pages.svg import BASELINE, Style, scenario_style
from experiments.pages.words import Words
from sim.calendar.era import ERAS
from sim.policies import registry
from sim.scenario.code import default_label

INCOME, HEADCOUNT = "income_yuan", "headcount"
GAP = "yuan_per_gap_point"


class Context:
    """Everything a section needs: the experiment, words, numbers, styles and the scenarios in focus."""

    def __init__(self, experiment: Experiment, language: str) -> None:
        self.exp = experiment
        self.language = language
        self.zh = language == "zh"
        self.own = Own.read(experiment.manifest)
        drawn = ["report_drawn"] if experiment.of == "draw" else []
        self.era = ERAS[experiment.scenarios[0].plan.get("era", "2012")]
        self.say = Words(language, "report", *drawn, own=self.own.names, era=self.era.id)
        self.num = Numbers(language)
        self.final = max(experiment.months, default=0)
        self.baseline = experiment.baseline
        self._by_id = {s.id: s for s in experiment.scenarios}
        self._base_policies = set(self._by_id[self.baseline].policies)

    # -- scenarios -------------------------------------------------------------------------------------------------
    def scenario(self, ident: str) -> Scenario | None:
        """The scenario, if the manifest has it."""
        return self._by_id.get(ident)

    def title(self, ident: str) -> str:
        """A scenario's title in this language."""
        found = self._by_id.get(ident)
        if found is None and (twin := original(ident)) in self._by_id:
            return self.say("twin", title=self.title(str(twin)))
        whole, way = channels.original(ident)
        if found is None and way and whole in self._by_id:
            return self.say("without_way", title=self.title(whole), way=self.way(way))
        return found.title(self.language) if found else ident

    @cached_property
    def treatments(self) -> list[str]:
        """All scenarios but the baseline, in the order of the manifest."""
        return [s.id for s in self.exp.scenarios if s.id != self.baseline]

    def is_cash(self, ident: str) -> bool:
        """Whether the scenario adds nothing to the baseline but what is for comparison only."""
        found = self._by_id.get(ident)
        added = set(found.policies) - self._base_policies if found else set()
        compared = {kind for kind, policy in registry().items() if policy.comparison} | {*self.own.comparisons}
        return bool(added) and all(found.kinds.get(p, p) in compared for p in added) if found else False

    @cached_property
    def _styles(self) -> dict[str, Style]:
        styles, plain, cash = {self.baseline: BASELINE}, 0, 0
        # The largest mixes come first, so that what the page is mostly about has the strongest colours.
        size = {s.id: len(s.policies) for s in self.exp.scenarios}
        for ident in sorted(self.treatments, key=lambda s: -size[s]):
            if self.is_cash(ident):
                styles[ident] = scenario_style(cash, cash=True)
                cash += 1
            else:
                styles[ident] = scenario_style(plain)
                plain += 1
        return styles

    def style(self, ident: str) -> Style:
        """The scenario's colour, marker and dash: the same in every figure."""
        return self._styles.get(ident, BASELINE)

    @cached_property
    def ranked(self) -> list[str]:
        """Treatments with an income difference at the last mark, largest first."""
        found = [(s, self.exp.difference(s, self.final, "all", INCOME)) for s in self.treatments]
        known = [(s, e.value) for s, e in found if e is not None]
        return [s for s, _ in sorted(known, key=lambda pair: (-pair[1], self.treatments.index(pair[0])))]

    @cached_property
    def leader(self) -> str | None:
        """The scenario that is not cash with the largest income difference at the last mark."""
        return next((s for s in self.ranked if not self.is_cash(s)), None)

    @cached_property
    def tied(self) -> list[str]:
        """Scenarios (not cash) that cannot be told apart from the leader, all pairs looked at together (Bonferroni)."""
        rivals = [s for s in self.ranked if s != self.leader and not self.is_cash(s)]
        if self.leader is None or not rivals:
            return []
        gaps = {s: self.exp.between(self.leader, s, {(INCOME, self.final): 1.0}, len(rivals)) for s in rivals}
        return [s for s, gap in gaps.items() if gap is None or gap.sign <= 0]

    @cached_property
    def cash(self) -> str | None:
        """The cash scenario whose cost is nearest to the leader's."""
        rivals = [s for s in self.treatments if self.is_cash(s)]
        if not rivals:
            return None
        goal = self.cost(self.leader).value if self.leader else math.nan

        def distance(ident: str) -> float:
            gap = abs(self.cost(ident).value - goal)
            return gap if math.isfinite(gap) else math.inf

        return min(rivals, key=distance)

    @cached_property
    def focus(self) -> list[str]:
        """Scenarios drawn as lines: baseline, cash, leader (last, so that it lies on top)."""
        return [s for s in (self.baseline, self.cash, self.leader) if s is not None]

    def cost(self, ident: str | None, name: str = "cost_yuan", policy: str = "all") -> Estimate:
        """A cost of a scenario (NaN when not computed)."""
        frame = self.exp.table("cost")
        rows = frame[(frame["scenario"] == ident) & (frame["policy"] == policy) & (frame["name"] == name)]
        return estimate_of(rows.iloc[0]) if len(rows) else Estimate(math.nan)

    def extra_cost(self, ident: str) -> Estimate:
        """Cost beyond the baseline's, paired (NaN when not computed)."""
        found = self.extra(ident, "cost")
        return found.get(("all", "cost_yuan"), Estimate(math.nan))

    def extra(self, ident: str, kind: str) -> dict[tuple[str, str], Estimate]:
        """A scenario's money beyond the baseline's, by (group, name): "cost" by part, or "flow" by who pays whom."""
        frame = self.exp.table("extra")
        mine = frame[(frame["scenario"] == ident) & (frame["kind"] == kind)]
        return {
            (str(row["group"]), str(row["name"])): estimate_of(row, "difference") for row in mine.to_dict("records")
        }

    def received(self, ident: str) -> Estimate | None:
        """Income gained a head over all years against the baseline, transfers included, in yuan."""
        marks = [m for m in self.exp.months if m > 0 and m % 12 == 0]
        return self.exp.between(ident, self.baseline, {(INCOME, m): 1.0 for m in marks}) if marks else None

    def flow(self, ident: str) -> Estimate | None:
        """Income gained a head in the last year against the baseline, transfers left out, in yuan."""
        terms = {(INCOME, self.final): 1.0, ("income_transfer_yuan", self.final): -1.0}
        return self.exp.between(ident, self.baseline, terms)

    def gap_fall(self, ident: str, other: str | None = None) -> Estimate | None:
        """Fall of the poverty gap against the baseline (or another scenario), mean over the yearly marks."""
        marks = [m for m in self.exp.months if ("poverty_gap", m) in self.exp.everyone]
        terms = {("poverty_gap", m): -1.0 / len(marks) for m in marks}
        return self.exp.between(ident, other or self.baseline, terms) if marks else None

    @cached_property
    def dominated(self) -> dict[str, str]:
        """For each dominated scenario another that clearly costs less and clearly lowers the poverty gap more."""
        frame = self.exp.table("effectiveness")
        mine = frame[frame["measure"] == GAP]
        pairs = zip(mine["scenario"], mine["dominated_by"], strict=True)
        return {str(s): str(by) for s, by in pairs if by and self.scenario(str(by))}

    # -- names -----------------------------------------------------------------------------------------------------
    def policy(self, label: str, scenario: str | None = None) -> str:
        """Name of a policy by its label."""
        if label == "all":
            return self.say("all_policies")
        found = self._by_id.get(scenario or "")
        kind = found.kinds.get(label, label) if found else label
        if kind == label:
            kind = next((s.kinds[label] for s in self.exp.scenarios if s.kinds.get(label, label) != label), label)
        name = self.say.term("policy", kind)
        return name if label in (kind, default_label(kind)) else self.say("labelled", name=name, label=label)

    def way(self, way: str) -> str:
        """Name of a way in which a policy acts, or of all of them together."""
        if way == channels.ALL:
            return self.say("all_ways")
        named = {str(one["way"]): one[self.language] for one in self.exp.manifest.get("channels") or []}
        return str(named.get(way) or way)

    def schedule(self, scenario: str) -> Schedule:
        """The dates and conditions of a scenario."""
        plan = self._by_id[scenario].plan
        return Schedule(plan, self.language, lambda label: self.policy(label, scenario), self.own.levers)

    def purse(self, ident: str) -> str:
        """Name of a purse: its title in the scenario or profile, else its id."""
        for scenario in self.exp.scenarios:
            for purse in scenario.plan.get("purses", []):
                if purse.get("id") == ident and purse.get(f"title_{self.language}"):
                    return str(purse[f"title_{self.language}"])
        return ident

    def indicator(self, name: str) -> str:
        """Name of an indicator."""
        return self.say.term("indicator", name)

    def unit_of(self, name: str, difference: bool = False) -> str:
        """The unit in which an indicator is shown, or a difference of two of it."""
        return unit_of(name, difference, self.own.results)

    @property
    def own_groups(self) -> tuple[str, ...]:
        """Groups that the user's own observers declare."""
        return tuple(self.own.names.get("group", {}))

    @cached_property
    def _parameters(self) -> dict[str, str]:
        from sim.parameters import load_parameters
        from sim.parameters.own import read

        own = read(self.exp.manifest.get("own_parameters") or [])
        side = "label_zh" if self.zh else "label_en"
        labels = {entry.key: getattr(entry, side) or entry.name for entry in (*load_parameters().table(), *own)}
        return {key: self.era.says(label) for key, label in labels.items()}

    def parameter(self, name: str) -> str:
        """Name of a parameter ("topic.name")."""
        return self._parameters.get(name, name)

    def group(self, ident: str) -> str:
        """Name of a group of people."""
        return self.say.term("group", ident)

    def group_in_list(self, ident: str) -> str:
        """Name of a group inside a sentence."""
        name = self.group(ident)
        if not self.zh:
            name = name[:1].lower() + name[1:]
        return self.say("cause_named", name=name) if ident.startswith("cause_") and ident != "cause_none" else name

    # -- phrases ---------------------------------------------------------------------------------------------------
    def change(self, estimate: Estimate, unit: str) -> str:
        """ "143 ± 12 yuan higher", or that it cannot be told apart, with the numbers."""
        if estimate.has_interval and estimate.sign == 0:
            return self.say("same", number=self.num.show(estimate, unit, signed=True))
        size = estimate if estimate.value >= 0 else estimate.times(-1)
        return self.say("higher" if estimate.value >= 0 else "lower", number=self.num.show(size, unit))

    def month(self, month: int) -> str:
        """The twelve months that end at a mark ("year 3"), or "day 100"."""
        if month <= 0:
            return self.say("day_n", n=self.days)
        return self.say("month_n", n=month) if month % 12 else self.say("year_n", n=month // 12)

    def calendar(self, month: int) -> str:
        """The calendar month that has this number, or nothing when the campaign's start is not stored."""
        if not self.campaign:
            return ""
        start: date = self.campaign["start"]
        return self.num.month(start.year + (start.month + month - 2) // 12, (start.month + month - 2) % 12 + 1)

    def months_axis(self) -> str:
        """What the months on an axis are counted from."""
        first = self.calendar(1)
        return self.say("axis_month_from", first=first) if first else self.say("axis_month")

    def source(self, kind: str, replicates: int | None = None) -> str:
        """The line under a figure: replicates, what the interval covers, closure."""
        count = self.exp.replicates if replicates is None else replicates
        return self.say("source_" + kind, n=count, closure=self.closure())

    def closure(self, short: bool = False) -> str:
        """What the differences count: with spillovers or without. Who gained is never said without it."""
        return self.say.term("closure_short" if short else "closure", self.exp.closure)

    def missing(self) -> str:
        """The sentence for what was not computed."""
        return self.say("not_computed")

    # -- the campaign ----------------------------------------------------------------------------------------------
    @cached_property
    def campaign(self) -> dict[str, Any]:
        """Start, end and length of the campaign, where the stored scenarios say."""
        for scenario in (self._by_id[self.baseline], *self.exp.scenarios):
            found = scenario.plan.get("campaign")
            if isinstance(found, dict) and found.get("start"):
                start = found["start"]
                start = date.fromisoformat(start) if isinstance(start, str) else start
                days = int(found.get("days", 100))
                return {"start": start, "end": start + timedelta(days=days - 1), "days": days}
        return {}

    @property
    def days(self) -> int:
        """Length of the campaign in days."""
        return int(self.campaign.get("days", 100))
