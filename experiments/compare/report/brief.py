"""The brief of two pages before the report: amounts, answer, what falls by itself, who is left out, how sure."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

from experiments.compare.report.amounts import added, amount, label_of, rounded, stated
from experiments.compare.report.context import HEADCOUNT, INCOME, Context
from experiments.compare.report.data import Experiment, estimate_of
from experiments.compare.report.room import SHEET_MM, head_mm, part_mm, table_mm
from experiments.compare.report.sections import answer, certainty
from experiments.pages.blocks import Text
from experiments.pages.layout import fill_brief
from experiments.pages.numbers import Estimate
from experiments.pages.words import Words
from sim.facts.sources import SOURCES

MOST_PLANS = 9
"""Plans that fit on the first page; the report has the others."""
MOST_MEASURES = 6
MOST_LINES = 5
SAME_COST = 0.02
"""Costs that differ by no more than this share are said to be the same."""


@dataclass(frozen=True)
class Part:
    """A heading and what stands below it, a line each."""

    heading: str
    lines: tuple[str, ...]


@dataclass(frozen=True)
class Grid:
    """A table: texts, the first of each row its name."""

    caption: str
    header: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    notes: tuple[str, ...] = ()


def brief(experiment: Experiment, language: str) -> str:
    """The brief in one language ("en" or "zh"), as a page that prints on two sheets of A4."""
    b = _Brief(Context(experiment, language))
    sentence, more = b.answer()
    world, banner = b.world(), "" if experiment.calibrated else b.ctx.say("uncalibrated_text")
    tables = [one for one in (b.plans(), b.amounts()) if one]
    parts = [b.by_itself(), b.left_out(), b.binds(), b.reverse(), b.sure(), b.before()]
    parts = [part for part in parts if part.lines]
    taken, first = head_mm(world, banner, sentence, more), 0
    taken += sum(table_mm(one.header, one.rows, one.notes) for one in tables)
    while first < len(parts) - 1 and (taken := taken + part_mm(parts[first].lines)) <= SHEET_MM:
        first += 1
    return fill_brief(
        language,
        b.say,
        made_from=b.say("made_from", name=experiment.manifest.get("name", experiment.folder.name)),
        world=world,
        banner=banner,
        answer=sentence,
        more=more,
        tables=tables,
        below=parts[:first],
        parts=parts[first:],
    )


class _Brief:
    """One brief being written."""

    def __init__(self, ctx: Context) -> None:
        self.ctx, self.exp = ctx, ctx.exp
        self.say, self.num = Words(ctx.language, "brief"), ctx.num
        self.space = "" if ctx.zh else " "
        self.point = ctx.exp.mode == "point"

    # --- what it is about ---

    def world(self) -> str:
        """Which county, how much of it, how long."""
        profile = self.exp.profile
        villages, whole = self._villages()
        county = (profile.county.zh if self.ctx.zh else profile.county.en) if profile else self.say("unknown_county")
        values: dict[str, Any] = {"county": county, "months": self.ctx.final, "n": self.exp.replicates}
        said = (
            self.say("whole", villages=villages, **values)
            if villages >= whole
            else self.say("part", villages=villages, all=whole, percent=self.num.share(villages / whole, 0), **values)
        )
        if self.ctx.campaign:
            days = {key: self.num.day(self.ctx.campaign[key]) for key in ("start", "end")}
            said += self.space + self.say("campaign", **days)
        return said

    def _villages(self) -> tuple[int, int]:
        """Villages that were run, and those of the county."""
        villages = int((self.exp.manifest.get("world") or {}).get("villages") or 0)
        return villages, max(self.exp.profile.villages if self.exp.profile else villages, villages)

    # --- the answer ---

    def shown(self, estimate: Estimate | None, unit: str, signed: bool = False) -> str:
        """A number rounded to what its interval supports; the interval itself only where parameters were varied."""
        if estimate is None:
            return "–"
        return self.num.bare(estimate, unit, signed) if not self.point else rounded(self.num, estimate, unit, signed)

    def answer(self) -> tuple[str, list[str]]:
        """The one sentence, and what has to be said with it."""
        ctx, leader = self.ctx, self.ctx.leader
        gain = ctx.exp.difference(leader, ctx.final, "all", INCOME) if leader else None
        if leader is None or gain is None:
            return self.say("none"), []
        rivals = [s for s in ctx.ranked if not ctx.is_cash(s)]
        sure = gain.sign > 0
        key = "lead_not" if not sure else "lead_one" if len(rivals) == 1 else "lead"
        if key == "lead" and len(rivals) < len(ctx.ranked):
            key = "lead_beside_cash"
        values = {"mix": ctx.title(leader), "month": ctx.month(ctx.final), "n": len(rivals)}
        first = self.say(
            key, gain=self.shown(gain, "yuan", signed=not sure), baseline=ctx.title(ctx.baseline), **values
        )
        cost = ctx.extra_cost(leader)
        money = self.shown(cost, "money") + ctx.num.unit("money").suffix
        first += self.say("lead_cost", cost=money) if math.isfinite(cost.value) and sure else self.say("end")
        return first, [self.space.join(self._beside(leader, rivals))]

    def _beside(self, leader: str, rivals: list[str]) -> list[str]:
        ctx, more = self.ctx, []
        fall = ctx.exp.difference(leader, ctx.final, "all", HEADCOUNT)
        if fall is not None:
            low = fall.sign < 0
            more.append(
                self.say("poverty", fall=self.shown(fall.times(-1), "points")) if low else self.say("poverty_not")
            )
        if (times := self._first(leader)) and len(rivals) > 1:
            more.append(self.say("first", times=times[0], n=times[1]))
        if ctx.tied:
            more.append(self.say("tied", others=self.num.join([f"“{ctx.title(s)}”" for s in ctx.tied])))
        costs = {s: ctx.extra_cost(s).value for s in rivals}
        known = {s: cost for s, cost in costs.items() if math.isfinite(cost) and cost > 0}
        if len(known) > 1 and leader in known:
            if max(known.values()) <= min(known.values()) * (1 + SAME_COST):
                more.append(self.say("same_cost"))
            else:
                if known[leader] * (1 - SAME_COST) > max(cost for s, cost in known.items() if s != leader):
                    more.append(self.say("dearest_but_cash" if ctx.cash else "dearest"))
                gains = {s: ctx.exp.difference(s, ctx.final, "all", INCOME) for s in known}
                worth = {s: e.value / known[s] for s, e in gains.items() if e is not None and e.sign > 0}
                if worth:
                    more.append(self.say("per_money", mix=ctx.title(max(worth, key=lambda s: worth[s]))))
        return more

    def _first(self, scenario: str) -> tuple[int, int] | None:
        frame = self.exp.table("ranking")
        rows = frame[
            (frame["scenario"] == scenario)
            & (frame["other"] == "")
            & (frame["month"] == self.ctx.final)
            & (frame["name"] == INCOME)
        ]
        return (int(rows.iloc[0]["times"]), int(rows.iloc[0]["replicates"])) if len(rows) else None

    # --- tables ---

    def plans(self) -> Grid | None:
        """Plans and their headline figures."""
        ctx = self.ctx
        shown = ctx.ranked[:MOST_PLANS]
        if not shown:
            return None
        villages, whole = self._villages()
        scale = self.say("scale_part", n=villages) if villages < whole else self.say("scale_whole")
        rows = []
        for s in shown:
            title = ctx.title(s)
            rows.append(
                (
                    self.say("cash_row", title=title) if ctx.is_cash(s) and "仅测算" not in title else title,
                    self._money(stated(self.ctx, s) * (villages / whole if whole else 1.0)),
                    self.shown(ctx.extra_cost(s), "money"),
                    self.shown(ctx.exp.difference(s, ctx.final, "all", INCOME), "yuan", signed=True),
                    self.shown(ctx.exp.difference(s, ctx.final, "all", HEADCOUNT), "points", signed=True),
                    self.say("times", times=first[0], n=first[1]) if (first := self._first(s)) else "–",
                )
            )
        notes = [self.say("no_spread")] if self.point else []
        if len(ctx.ranked) > MOST_PLANS:
            notes.append(self.say("more_plans", n=len(ctx.ranked) - MOST_PLANS))
        columns = ("plan", "stated", "cost", "income", "headcount", "first")
        return Grid(
            self.say("h_plans"), tuple(self.say(f"col_{c}", scale=scale) for c in columns), tuple(rows), tuple(notes)
        )

    def _money(self, yuan: float) -> str:
        return self.say("open_amount") if math.isnan(yuan) else self.num.bare(Estimate(yuan), "money")

    def amounts(self) -> Grid | None:
        """What each plan spends on each measure, as it states it."""
        ctx = self.ctx
        shown = [s for s in ctx.ranked[:MOST_PLANS] if not ctx.is_cash(s)]
        labels = list(dict.fromkeys(label_of(one) for s in shown for one in added(ctx, s)))[:MOST_MEASURES]
        if not labels or not shown:
            return None
        rows = []
        for s in shown:
            mine = {label_of(one): one for one in added(ctx, s)}
            cells = [self._money(amount(mine[label])) if label in mine else "–" for label in labels]
            rows.append((ctx.title(s), *cells))
        header = (self.say("col_plan"), *(ctx.policy(label) for label in labels))
        open_ = any(cell == self.say("open_amount") for row in rows for cell in row)
        lent = any("quota_yuan" in one for s in shown for one in added(ctx, s))
        notes = [*([self.say("principal")] if lent else []), *([self.say("by_purse")] if open_ else [])]
        doubts = [one for one in self.exp.manifest.get("doubts") or () if one["scenario"] in shown]
        notes += dict.fromkeys(self.say("doubt", text=str(one[ctx.language])) for one in doubts)
        return Grid(self.say("h_amounts"), header, tuple(rows), tuple(notes))

    # --- the second page ---

    def by_itself(self) -> Part:
        """How poverty falls without any plan, and from which income."""
        ctx, lines = self.ctx, []
        start, end = (ctx.exp.level(ctx.baseline, HEADCOUNT, month)[0] for month in (0, ctx.final))
        if math.isfinite(start) and math.isfinite(end):
            values = {"start": self.num.share(start, 1), "end": self.num.share(end, 1), "month": ctx.month(ctx.final)}
            lines.append(self.say("falls", baseline=ctx.title(ctx.baseline), **values))
        names = {source: f"income_{source}_yuan" for source in SOURCES}
        grown = {
            self._within(ctx.indicator(name)): ctx.exp.level(ctx.baseline, name, ctx.final)[0]
            - ctx.exp.level(ctx.baseline, name, 0)[0]
            for name in names.values()
        }
        total = ctx.exp.level(ctx.baseline, INCOME, ctx.final)[0] - ctx.exp.level(ctx.baseline, INCOME, 0)[0]
        if all(map(math.isfinite, grown.values())) and math.isfinite(total) and total > 0:
            parts = [
                self.say("why_part", name=name, value=self.num.plain(value, 0), percent=self.num.share(value / total))
                for name, value in sorted(grown.items(), key=lambda pair: -pair[1])
            ]
            lines.append(self.say("why", total=self.num.plain(total, 0), parts=self.num.join(parts)))
        if lines:
            lines.append(self.say("why_end"))
        return Part(self.say("h_itself"), tuple(lines))

    def _within(self, name: str) -> str:
        """A name inside a sentence."""
        return name if self.ctx.zh else name[:1].lower() + name[1:]

    def left_out(self) -> Part:
        """Who gets nothing or loses."""
        return Part(self.say("h_left"), answer.left_out(self.ctx).items[:MOST_LINES])

    def binds(self) -> Part:
        """What held the leading plan back."""
        return Part(self.say("h_binds"), answer.binding(self.ctx).items[:MOST_LINES])

    def reverse(self) -> Part:
        """What would turn the answer round."""
        lines = [text for text in (certainty.ranking_sentence(self.ctx),) if text]
        frame = self.exp.table("what_if")
        mine = frame[
            (frame["month"] == self.ctx.final) & (frame["group"] == "all") & (frame["name"] == INCOME)
        ].drop_duplicates("what_if")
        titles = {str(one["name"]): str(one[self.ctx.language]) for one in self.exp.manifest.get("what_if") or []}
        for row in mine.to_dict("records"):
            planned, gain = (
                self.shown(estimate_of(row, part, f"{part}_low", f"{part}_high"), "yuan", signed=True)
                for part in ("planned", "gain")
            )
            name = titles.get(str(row["what_if"]), str(row["what_if"]))
            lines.append(self.say("what_if_line", name=name, planned=planned, gain=gain))
        if mine.empty:
            lines.append(self.say("no_what_if"))
        lines += [one.text for one in certainty.turning(self.ctx) if isinstance(one, Text)]
        return Part(self.say("h_reverse"), tuple(lines[: MOST_LINES + 2]))

    def sure(self) -> Part:
        """How sure the answer is."""
        lines = [self.say("chance_only" if self.point else "varied", n=self.exp.replicates)]
        lines += [text for text in (certainty.calibration_short(self.ctx),) if text]
        lines += answer.verdict(self.ctx).items[:2]
        frame = self.exp.table("reconcile")
        if len(frame):
            out = frame[~frame["within"].astype(bool)]
            said = self.say("agrees", within=len(frame) - len(out), n=len(frame))
            if len(out):
                names = [str(name) for name in out["label_zh" if self.ctx.zh else "label_en"]][:4]
                said += self.space + self.say("agrees_not", names=self.num.join(names))
            lines.append(said)
        return Part(self.say("h_sure"), tuple(lines))

    def before(self) -> Part:
        """What to do before deciding."""
        return Part(self.say("h_next"), tuple(self.say(f"next_{n}") for n in (1, 2, 3)))
