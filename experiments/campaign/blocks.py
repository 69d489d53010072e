"""The blocks of a campaign's page, which its terminal table and its workbook share: wall chart, places, what-ifs."""

from __future__ import annotations

import math

from experiments.campaign.curves import COUNTY
from experiments.campaign.drawing import Mark, wall
from experiments.campaign.outcomes import BOOKS, Change
from experiments.campaign.results import BEHIND, RISK, Place
from experiments.campaign.run import Carried
from experiments.campaign.tables import date_finished
from experiments.campaign.variants import CADRES, LATE, MONEY, PLAN
from experiments.measure.statistics import NEAR_ENOUGH, Interval, mean_interval
from experiments.pages.blocks import Card, Cell, Figure, Table
from experiments.pages.numbers import Estimate, Numbers, delivery_unit, unit_of
from experiments.pages.timetable import CLOSED, OPEN, Timetable
from experiments.pages.words import Words
from sim.scenario.tasks import deadline_of

FIRST_COLUMNS = 2
SAFE = 0.9
"""Chance from which a task is said to be in time."""


class Shown:
    """A campaign carried out, as a reader of one language sees it.

    Args:
        carried: The campaign.
        language: "en" or "zh".
    """

    def __init__(self, carried: Carried, language: str) -> None:
        self.carried, self.results, self.language = carried, carried.results, language
        self.zh = language == "zh"
        self.say, self.num = Words(language, "campaign"), Numbers(language)
        self.timetable = Timetable(carried.results.tasks, language)

    # ---- words -------------------------------------------------------------------------------------------------

    def place(self, place: Place) -> str:
        """What a place is called."""
        return place.zh if self.zh else place.en

    def title(self, name: str) -> str:
        """What a task is called."""
        return self.timetable.title(name)

    def due(self, name: str) -> str:
        """Its deadline."""
        return self.timetable.day(deadline_of(self.results.task(name), self.results.tasks.clock))

    def amount(self, name: str, value: float | Estimate) -> str:
        """An amount of a task, in its unit."""
        estimate = value if isinstance(value, Estimate) else Estimate(value)
        unit = delivery_unit(str(self.results.task(name).counts))
        if unit == "count" and not estimate.has_interval:
            estimate = Estimate(float(round(estimate.value)))
        return self.num.show(estimate, unit)

    def chance(self, found: Interval) -> str:
        """A chance with its interval."""
        low, high = (self.num.share(one) for one in (found.low, found.high))
        return self.say("chance_of", share=self.num.share(found.value), low=low, high=high)

    def what_if(self, name: str) -> str:
        """What a what-if is called."""
        size = self.carried.sizes[name]
        if name == MONEY:
            return self.say("money_more", size=self.num.show(Estimate(size), "money"))
        return self.say({LATE: "late", CADRES: "cadres"}[name], size=self.num.values(size))

    def binds(self, name: str, place: str = COUNTY) -> str:
        """What stood against a task, strongest first."""
        found = list(self.results.binds(name, place).items())[:2]
        said = [self.say("bound", what=self.constraint(kind), share=self.num.share(share)) for kind, share in found]
        return self.num.join(said) if said else self.say("nothing")

    def constraint(self, kind: str) -> str:
        """What a constraint is called."""
        known = ("money", "cadre_days", "places", "applicants", "calendar")
        return self.say(kind) if kind in known else self.say.term("constraint", kind)

    # ---- the wall chart ----------------------------------------------------------------------------------------

    def marks(self, name: str, place: str = COUNTY, variant: str = PLAN) -> list[Mark]:
        """A task's weeks: what is done of it, and whether that is as planned."""
        bar, results = self.timetable.bar(name), self.results
        bar = bar + OPEN * (len(results.weeks) - len(bar))
        if not results.task(name).followed:
            return [Mark(bar[week - 1], "closed" if bar[week - 1] == CLOSED else "plain") for week in results.weeks]
        amount, risk = results.amount(name, place), results.chance(name, place, variant).value < RISK
        marks = []
        for week in results.weeks:
            done, planned = results.done(name, place, 7 * week, variant), results.planned(name, week)
            share = float(done.mean()) / amount if amount else 1.0
            late = float((done < (planned - BEHIND) * amount).mean()) >= 0.5
            if share >= NEAR_ENOUGH:
                marks.append(Mark("✓", "done"))
            elif late:
                marks.append(Mark(f"{percent(share)}▼", "risk" if risk else "behind"))
            elif share > 0.0 or planned > 0.0:
                marks.append(Mark(percent(share), "plan"))
            else:
                marks.append(Mark(bar[week - 1] if bar[week - 1] == CLOSED else OPEN, "plain"))
        return marks

    def wall(self, variant: str = PLAN) -> Figure:
        """The wall chart of the county, as planned or under a what-if."""
        order = self.timetable.order
        rows = [(self.title(name), self.marks(name, COUNTY, variant), self._due_week(name)) for name in order]
        legend = [(kind, self.legend(kind)) for kind in ("done", "plan", "behind", "risk")]
        title = self.say("wall_title")
        if variant == LATE:
            title = self.say("wall_late", size=self.num.values(self.carried.sizes[LATE]))
        return Figure(
            key=f"wall-{variant}",
            title=title,
            source=self.say("wall_source", n=len(self.results.seeds)),
            draw=wall(rows, self.say("week"), legend),
            data=self.wall_table(COUNTY, variant),
            note=self.say("wall_note") if variant == PLAN else "",
        )

    def legend(self, kind: str) -> str:
        """What a kind of cell means."""
        return self.say(f"legend_{kind}")

    def _due_week(self, name: str) -> int:
        return -(-self.results.due(name) // 7)

    def wall_table(self, place: str = COUNTY, variant: str = PLAN) -> Table:
        """The wall chart as a table."""
        header = (self.say("task"), *map(str, self.results.weeks))
        rows = []
        for name in self.timetable.order:
            cells = [
                Cell(one.text, number=True, mark="bad" if one.kind == "risk" else "")
                for one in self.marks(name, place, variant)
            ]
            rows.append([Cell(self.title(name)), *cells])
        return Table(self.say("wall_title"), header, rows, note=self.say("wall_note"))

    def tasks(self) -> Table:
        """Every task: its amount, what is done by the deadline, the chance, what binds."""
        words = ("task", "deadline", "amount", "done", "share", "finished", "chance", "binds")
        rows = []
        for name in self.timetable.order:
            if not self.results.task(name).followed:
                nothing = [Cell("–")] * (len(words) - FIRST_COLUMNS - 1)
                rows.append([Cell(self.title(name)), Cell(self.due(name)), *nothing, Cell(self.say("no_measure"))])
                continue
            found = mean_interval(self.results.done(name, COUNTY, self.results.due(name)), of=self.carried.of)
            amount, chance = self.results.amount(name), self.results.chance(name)
            rows.append([
                Cell(self.title(name)),
                Cell(self.due(name)),
                Cell(self.amount(name, amount), number=True),
                Cell(self.amount(name, Estimate(found.value, found.low, found.high)), number=True),
                Cell(percent(found.value / amount) + "%", number=True),
                Cell(self.timetable.day(day) if (day := date_finished(self.results, name)) else "–"),
                Cell(self.chance(chance), mark="bad" if chance.value < RISK else ""),
                Cell(self.binds(name)),
            ])  # fmt: skip
        return Table(self.say("tasks_title"), [self.say(word) for word in words], rows, note=self.say("tasks_note"))

    # ---- places ------------------------------------------------------------------------------------------------

    def towns(self) -> Table:
        """Chance and share done by township."""
        return self._by_place("township", self.say("towns_title"), self.say("towns_note"), chance=True)

    def units(self) -> Table:
        """Share done by support unit."""
        return self._by_place("unit", self.say("units_title"), "", chance=False)

    def _by_place(self, level: str, caption: str, note: str, chance: bool) -> Table:
        followed = self.results.followed
        rows = []
        for place in self.results.places:
            if place.level != level:
                continue
            cells = [self._at(name, place, chance) for name in followed]
            rows.append([Cell(self.place(place)), *cells])
        header = [self.say("place"), *map(self.title, followed)]
        return Table(caption, header, rows, note=note, fold=not chance)

    def _at(self, name: str, place: Place, chance: bool) -> Cell:
        amount = self.results.amount(name, place.ident)
        if amount <= 0.0:
            return Cell("–", number=True)
        share = float(self.results.done(name, place.ident, self.results.due(name)).mean()) / amount
        if not chance:
            return Cell(percent(share), number=True)
        found = self.results.chance(name, place.ident).value
        text = self.say("cell", chance=self.num.share(found), share=percent(share) + "%")
        return Cell(text, number=True, mark="bad" if found < RISK else "")

    # ---- what-ifs ----------------------------------------------------------------------------------------------

    @property
    def what_ifs(self) -> list[str]:
        """The what-ifs that were run."""
        return [name for name in self.results.curves if name != PLAN]

    def help(self) -> Table:
        """What each what-if does to each task by its deadline."""
        rows = []
        for name in self.results.followed:
            cells = [self._change(name, what_if) for what_if in self.what_ifs]
            rows.append([Cell(self.title(name)), *cells])
        header = [self.say("task"), *map(self.what_if, self.what_ifs)]
        return Table(self.say("what_if_title"), header, rows, note=self.say("what_if_note"))

    def _change(self, name: str, what_if: str) -> Cell:
        due, of = self.results.due(name), self.carried.of
        gap = self.results.done(name, COUNTY, due, what_if) - self.results.done(name, COUNTY, due)
        found = mean_interval(gap, of=of)
        unit = delivery_unit(str(self.results.task(name).counts))
        change = self.num.show(Estimate(found.value, found.low, found.high), unit, signed=True)
        plan, then = (self.num.share(self.results.chance(name, COUNTY, one).value) for one in (PLAN, what_if))
        days = [date_finished(self.results, name, COUNTY, one) for one in (PLAN, what_if)]
        said = [self.timetable.day(day) if day else self.say("never") for day in days]
        moved = self.say("then_done", plan=said[0], then=said[1]) if days[0] != days[1] else ""
        return Cell(self.say("then_chance", change=change, plan=plan, then=then) + moved)

    def changes(self) -> Table:
        """What each what-if changes of income and poverty, and what it costs."""
        keys = dict.fromkeys((one.month, one.group, one.name) for one in self.carried.changed)
        by_key = {(one.what_if, one.month, one.group, one.name): one for one in self.carried.changed}
        rows = []
        for month, group, name in keys:
            found = [by_key.get((what_if, month, group, name)) for what_if in self.what_ifs]
            planned = next(one.planned for one in found if one is not None)
            label = self.say("cost") if name == "cost_yuan" else self.say.term("indicator", name)
            level = self.num.show(Estimate(planned), "money" if name == "cost_yuan" else unit_of(name))
            head = [Cell(str(month), number=True), Cell(self.say.term("group", group)), Cell(label)]
            rows.append([*head, Cell(level, number=True), *map(self._difference, found)])
        words = [self.say(word) for word in ("after_month", "who", "indicator", "planned")]
        return Table(self.say("change_title"), [*words, *map(self.what_if, self.what_ifs)], rows)

    def _difference(self, one: Change | None) -> Cell:
        if one is None:
            return Cell("–", number=True)
        unit = "money" if one.name == "cost_yuan" else unit_of(one.name, True)
        found = Estimate(one.difference.value, one.difference.low, one.difference.high)
        return Cell(self.num.show(found, unit, signed=True), number=True)

    # ---- targets -----------------------------------------------------------------------------------------------

    def goals(self) -> Table | None:
        """The county's targets; None if the campaign states none."""
        rows = []
        for found in self.carried.goals:
            goal = self.carried.plan.goals[found.name]
            unit = unit_of(goal.indicator)
            amounts = [self._level(one, unit) for one in (found.opening, found.asked, found.value, found.few)]
            title = goal.title.zh if self.zh else goal.title.en
            books = found.by == BOOKS
            rows.append([
                Cell(title), Cell(self.say("books" if books else "true")), *amounts,
                Cell(self.num.share(found.reached.value), number=True), Cell(self.chance(found.chance)),
            ])  # fmt: skip
        judged = {found.name for found in self.carried.goals}
        for name, goal in self.carried.plan.goals.items():
            if name not in judged:
                title, nothing = goal.title.zh if self.zh else goal.title.en, [Cell("–", number=True)] * 5
                rows.append([Cell(title), Cell("–"), *nothing, Cell(self.say("beyond_run", month=goal.month))])
        words = ("goal", "by", "opening", "asked", "value", "few", "reached", "goal_chance")
        header = [self.say(word) for word in words]
        return Table(self.say("goals_title"), header, rows, note=self.say("goals_note")) if rows else None

    def _level(self, found: Interval, unit: str) -> Cell:
        return Cell(self.num.show(Estimate(found.value, found.low, found.high), unit), number=True)

    def targets(self) -> Table | None:
        """What measures are to deliver; None if the campaign states nothing beside its tasks."""
        rows = []
        for label, count, amount, done, chance in self.carried.targets():
            unit = delivery_unit(count)
            level = Estimate(done.value, done.low, done.high)
            name = self.say.term("policy", label)
            cells = [Cell(f"{name}: {self.say.term('delivery', count)}"), Cell(self.num.show(Estimate(amount), unit))]
            rows.append([*cells, Cell(self.num.show(level, unit), number=True), Cell(self.chance(chance))])
        header = [self.say(word) for word in ("goal", "asked", "value", "goal_chance")]
        return Table(self.say("targets_title"), header, rows) if rows else None

    def cards(self) -> tuple[Card, ...]:
        """What a reader takes away: tasks in time, what late money costs in income, what it all costs."""
        chances = self._chances()
        good, n = sum(chance >= SAFE for chance in chances.values()), len(chances)
        value = self.say("card_tasks_value", good=good, n=n)
        found = [Card(self.say("card_tasks"), value, "", self.say("card_tasks_detail"))]
        whole = [one for one in self.carried.changed if one.group == "all"]
        late = [one for one in whole if one.what_if == LATE and one.name == "income_yuan"]
        if late:
            first = min(late, key=lambda one: one.month)
            size, detail = self.num.values(self.carried.sizes[LATE]), self.say("card_late_detail", month=first.month)
            found.append(Card(self.say("card_late", size=size), self._difference(first).text, "", detail))
        if cost := [one.planned for one in whole if one.name == "cost_yuan"]:
            shown = self.num.show(Estimate(cost[0]), "money")
            found.append(Card(self.say("card_cost"), shown, "", self.say("card_cost_detail")))
        return tuple(found)

    def _chances(self) -> dict[str, float]:
        return {name: self.results.chance(name).value for name in self.results.followed}

    def sentence(self) -> str:
        """The answer in a sentence."""
        chances = self._chances()
        good = sum(chance >= SAFE for chance in chances.values())
        if good == len(chances):
            return self.say("sentence_all", n=len(chances))
        worst = min(chances, key=lambda name: (chances[name], self.timetable.order.index(name)))
        chance = self.num.chance(chances[worst], len(self.results.seeds))
        binds = self.binds(worst)
        return self.say("sentence_some", good=good, n=len(chances), task=self.title(worst), chance=chance, binds=binds)


def percent(share: float) -> str:
    """A share in whole percent, never rounded up to all of it."""
    return str(math.floor(100 * share + 1e-6)) if math.isfinite(share) else "–"
