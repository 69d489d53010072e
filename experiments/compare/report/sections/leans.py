"""Section 8: what the answer leans on, what is not modelled, and how to run it again."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from experiments.compare.report import caveats
from experiments.compare.report.context import Context
from experiments.compare.report.sections import certainty
from experiments.designs.vectors import UNFITTED
from experiments.pages.blocks import Bullets, Cell, Code, Section, Table, Text
from experiments.pages.words import unit_zh
from sim.core.errors import UserError

if TYPE_CHECKING:
    from sim.parameters import Parameters

NOT_MODELLED = ("not_1", "not_2", "not_3", "not_4", "not_5", "not_6")


def build(ctx: Context) -> Section:
    """How sure it is, assumptions, limits, closure, versions, the line to type, failed runs."""
    section = Section("leans", ctx.say("s8"), ctx.say("s8_question"))
    section.add(certainty.calibration(ctx), *certainty.turning(ctx))
    section.add(Text(ctx.say("covers", n=ctx.exp.replicates)), *certainty.mode(ctx))
    section.add(*certainty.ranking(ctx), *assumptions(ctx))
    section.add(Bullets([ctx.say(k) for k in NOT_MODELLED], ctx.say("not_modelled")))
    section.add(Text(ctx.say("closure_text_" + closure_key(ctx.exp.closure))))
    section.add(scenarios(ctx), versions(ctx))
    command = str(ctx.exp.manifest.get("command") or "")
    if command:
        section.add(Code(ctx.say("run_again"), command))
    section.add(failures(ctx))
    return section


@dataclass(frozen=True)
class Number:
    """One parameter as the page shows it."""

    topic: str
    name: str
    label: str
    value: str
    low: str
    high: str
    unit: str
    source: str
    source_lang: str
    confidence: str
    changed: bool


def load_numbers(ctx: Context) -> list[Number]:
    """The model's parameters as the scenarios set them; empty when the model has none to show."""
    try:
        from sim.parameters import load_parameters
    except ImportError:
        return []
    plans = [s.plan for s in sorted(ctx.exp.scenarios, key=lambda s: s.id != ctx.baseline)]
    touched = {key for plan in plans for key in (*plan.get("uncertainties", {}), *_place(plan))}
    try:
        held = [_parameters(ctx, plan) for plan in plans]
    except UserError:  # written by another version of the model
        held = [load_parameters()]
    apart = {one["field"].partition(".")[2]: one for one in ctx.exp.manifest.get("assumptions_differ") or []}
    own = {one["topic"] for one in ctx.exp.manifest.get("own_parameters") or []}
    stated = {
        key: its.find(key) for its, plan in zip(held, plans, strict=False) for key in plan.get("uncertainties") or {}
    }
    table = [stated.get(p.key, p) if p.topic in own else p for p in held[0].table()]  # the baseline may not have it
    return [_number(ctx, p, touched, apart.get(p.key) or apart.get(f"place.{p.key}")) for p in table]


def _parameters(ctx: Context, plan: dict[str, Any]) -> Parameters:
    """The model's parameters under a stored plan."""
    from sim.parameters import load_parameters
    from sim.parameters.own import read, with_own
    from sim.scenario.country import Country, in_country

    place, start, stated = _place(plan), plan.get("campaign", {}).get("start"), plan.get("world", {}).get("country")
    known = with_own(load_parameters(place=place, on=start), read(ctx.exp.manifest.get("own_parameters") or []))
    known = known.override(plan.get("uncertainties") or {})
    return in_country(known, Country.model_validate(stated) if stated else None, place, start.year if start else 0)


def _place(plan: dict[str, Any]) -> dict[str, Any]:
    return dict(plan.get("world", {}).get("place", {}))


def _number(ctx: Context, p: Any, touched: set[str], apart: dict[str, Any] | None) -> Number:
    label = getattr(p, "label_zh" if ctx.zh else "label_en", "") or ""
    value = ctx.num.values(p.value) if apart is None else caveats.values_by_scenario(ctx, apart)
    return Number(
        str(p.topic),
        str(p.name),
        ctx.era.says(str(label)),
        value,
        ctx.num.values(p.low),
        ctx.num.values(p.high),
        "" if apart else ctx.era.says(unit_zh(str(p.unit or "")) if ctx.zh else str(p.unit or "")),
        str((ctx.zh and p.source_zh) or p.source or ""),
        "" if ctx.zh and p.source_zh else "en",
        str(p.confidence),
        bool({p.name, p.key} & touched),
    )


def assumptions(ctx: Context) -> list[Text | Table]:
    """How many numbers are measured, calibrated, assumed; the assumed ones in a table."""
    numbers = load_numbers(ctx)
    if not numbers:
        return [Text(ctx.say("part_missing", part=ctx.say("part_assumptions")), "missing")]
    count = {c: sum(n.confidence == c for n in numbers) for c in ("measured", "calibrated", "assumed")}
    topics = {n.topic for n in numbers if n.confidence == "assumed"}
    out: list[Text | Table] = [Text(ctx.say("assumed_count", total=len(numbers), topics=len(topics), **count))]
    out.append(Text(ctx.say("assumed_weak")))
    header = tuple(ctx.say(k) for k in ("col_topic", "col_parameter", "col_value", "col_low", "col_high", "col_source"))
    rows = []
    for n in sorted((n for n in numbers if n.confidence == "assumed"), key=lambda n: (n.topic, n.name)):
        rows.append(
            [
                Cell(ctx.say.term("topic", n.topic), lang="" if ctx.say.knows("topic", n.topic) else "en"),
                Cell(n.label or n.name, lang="" if n.label else "en"),
                Cell(ctx.num.counted(n.value, n.unit), number=True, lang="en" if n.unit.isascii() and n.unit else ""),
                Cell(n.low, number=True),
                Cell(n.high, number=True),
                Cell(n.source, lang=n.source_lang),
            ]
        )
    out.append(Table(ctx.say("assumed_table", n=len(rows)), header, rows, fold=True))
    changed = [n for n in numbers if n.changed]
    if changed:
        out.append(Text(ctx.say("changed_numbers", names=ctx.num.join([n.label or n.name for n in changed]))))
    return out


def scenarios(ctx: Context) -> Table:
    """The scenarios that were run, what is in them, and their digests."""
    header = tuple(ctx.say(k) for k in ("col_scenario", "col_id", "col_policies", "col_digest"))
    rows = []
    for s in ctx.exp.scenarios:
        names = [ctx.policy(p, s.id) for p in s.policies]
        rows.append(
            [
                Cell(ctx.title(s.id)),
                Cell(s.id, lang="en"),
                Cell(ctx.num.join(names) if names else "–"),
                Cell(s.digest[:12], lang="en"),
            ]
        )
    return Table(ctx.say("scenario_table", n=len(rows)), header, rows, fold=True)


def versions(ctx: Context) -> Table:
    """Seeds, replicates, code and library versions, the world."""
    manifest = ctx.exp.manifest
    replicates = manifest.get("replicates") if isinstance(manifest.get("replicates"), dict) else {}
    world = manifest.get("world") if isinstance(manifest.get("world"), dict) else {}
    lines: list[tuple[str, str, str]] = [
        (
            ctx.say("v_replicates"),
            ctx.say(
                "v_replicates_text",
                done=ctx.exp.replicates,
                step=(replicates or {}).get("step", "–"),
                limit=(replicates or {}).get("limit", "–"),
            ),
            "",
        ),
        (ctx.say("v_seeds"), seeds(ctx), ""),
        (ctx.say("v_code"), str(manifest.get("code_version", "–")), "en"),
    ]
    if ctx.campaign:
        lines.insert(
            0,
            (
                ctx.say("v_campaign"),
                ctx.say(
                    "campaign_dates",
                    start=ctx.num.day(ctx.campaign["start"]),
                    end=ctx.num.day(ctx.campaign["end"]),
                    days=ctx.days,
                ),
                "",
            ),
        )
    for key, value in (world or {}).items():
        if isinstance(value, (str, int, float)):
            known = ctx.say.knows("world", str(key))
            text = value if isinstance(value, str) else ctx.num.plain(float(value))
            lines.append((ctx.say.term("world", str(key)), text, "en" if isinstance(value, str) or not known else ""))
    for key, value in (manifest.get("versions") or {}).items():
        lines.append((str(key), str(value), "en"))
    rows = [
        [Cell(label, lang="en" if lang and ctx.zh and label.isascii() else ""), Cell(text, lang=lang)]
        for label, text, lang in lines
    ]
    return Table(ctx.say("version_table"), (ctx.say("col_what"), ctx.say("col_value")), rows)


def seeds(ctx: Context) -> str:
    """The seeds of the runs, as a range where they are one."""
    found = sorted({int(s) for s in ctx.exp.table("outcomes")["seed"]})
    if not found:
        return "–"
    if found == list(range(found[0], found[-1] + 1)) and len(found) > 2:
        return ctx.say("range", first=found[0], last=found[-1])
    return ctx.num.join([str(s) for s in found[:20]]) + (" …" if len(found) > 20 else "")


def closure_key(closure: str) -> str:
    """Which of the three texts on closure applies."""
    return closure if closure in ("fixed", "mixed") else "endogenous"


def failures(ctx: Context) -> Table | Text:
    """Runs that failed, with seed and error; they are in none of the numbers."""
    frame = ctx.exp.table("failures")
    frame = frame[~frame["error"].astype(str).str.startswith(UNFITTED)]  # those are counted with the vectors
    if frame.empty:
        return Text(ctx.say("no_failures"))
    rows = [
        [Cell(ctx.title(str(r["scenario"]))), Cell(str(r["seed"]), number=True), Cell(str(r["error"])[:300], lang="en")]
        for _, r in frame.iterrows()
    ]
    header = tuple(ctx.say(k) for k in ("col_scenario", "col_seed", "col_error"))
    return Table(ctx.say("failure_table", n=len(rows)), header, rows)
