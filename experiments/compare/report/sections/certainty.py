"""How sure the answer is: what was calibrated, how often the ranking holds, what would turn it round."""

from __future__ import annotations

from typing import Any

from experiments.compare.report.context import HEADCOUNT, INCOME, Context
from experiments.measure.outcome import parse_outcome
from experiments.pages.blocks import Cell, Code, Table, Text
from sim.core.errors import UserError

MOST_NAMES = 12


def calibration_short(ctx: Context) -> str | None:
    """What was calibrated, for the answer; None if nothing was."""
    found = ctx.exp.manifest.get("calibration")
    return ctx.say("calibrated_short", n=len(found["parameters"])) if ctx.exp.calibrated and found else None


def calibration(ctx: Context) -> Text:
    """What was calibrated and what was only checked, or that nothing was calibrated."""
    found = ctx.exp.manifest.get("calibration")
    if not (ctx.exp.calibrated and found):
        return Text(ctx.say("uncalibrated_long"), "warning")
    names = [ctx.parameter(name) for name in found["parameters"]]
    targets = found.get("targets")
    text = ctx.say(
        "calibrated",
        n=len(names),
        names=ctx.num.join(names[:MOST_NAMES]) + (" …" if len(names) > MOST_NAMES else ""),
        vectors=found["vectors"],
        targets=ctx.say("targets_n", n=targets) if targets else ctx.say("targets_some"),
    )
    return Text(text)


def mode(ctx: Context) -> list[Text]:
    """How runs took their parameters, and which vectors had to be left out; nothing where all are at their values."""
    found = ctx.exp.manifest.get("parameters") or {}
    if ctx.exp.mode == "point":
        return []
    values = {
        "vectors": found.get("calibrated_vectors", 0),
        "fitted": len(found.get("calibrated", ())),
        "drawn": found.get("ranges", 0),
    }
    out = [Text(ctx.say(f"mode_{ctx.exp.mode}", **values))]
    counts = ctx.exp.manifest.get("replicates") or {}
    if counts.get("unfitted"):
        out.append(Text(ctx.say("unfitted", n=counts["unfitted"], asked=counts["tried"]), "warning"))
    return out


def _times(ctx: Context) -> dict[tuple[str, str, str], tuple[int, int]]:
    """How often, of how many: by (scenario, other, outcome) at the last mark; `other` is empty for "of all"."""
    frame = ctx.exp.table("ranking")
    frame = frame[frame["month"] == ctx.final]
    return {
        (str(r["scenario"]), str(r["other"]), str(r["name"])): (int(r["times"]), int(r["replicates"]))
        for r in frame.to_dict("records")
    }


def ranking_sentence(ctx: Context) -> str | None:
    """How often the leading mix stays ahead of the one nearest to it; None if there is none or a single run."""
    times, leader = _times(ctx), ctx.leader
    rivals = [s for s in ctx.ranked if s != leader and not ctx.is_cash(s) and (leader, s, INCOME) in times]
    if leader is None or not rivals:
        return None
    nearest = min(rivals, key=lambda s: times[leader, s, INCOME][0])
    ahead, n = times[leader, nearest, INCOME]
    if n < 2:
        return None
    return ctx.say(
        "rank_holds",
        times=ahead,
        n=n,
        mix=ctx.title(leader),
        other=ctx.title(nearest),
        month=ctx.month(ctx.final),
        first=times[leader, "", INCOME][0],
        count=len(ctx.ranked),
    )


def gain_sentence(ctx: Context) -> str | None:
    """Under how many parameter vectors the leading mix raises income; None where runs do not differ in these."""
    if ctx.exp.mode == "point" or ctx.leader is None:
        return None
    row = ctx.exp.difference_row(ctx.leader, ctx.final, "all", INCOME)
    if not row["replicates"] >= 2:
        return None
    n = int(row["replicates"])
    return ctx.say("gain_holds", times=round(row["share_positive"] * n), n=n, mix=ctx.title(ctx.leader))


def sure(ctx: Context) -> list[str]:
    """How sure the answer is: how often the gain and the ranking hold, and what was calibrated."""
    return [text for text in (gain_sentence(ctx), ranking_sentence(ctx), calibration_short(ctx)) if text]


def ranking(ctx: Context) -> list[Table | Text]:
    """How often each scenario comes first, and how often each pair keeps its order."""
    times = _times(ctx)
    known = [s for s in ctx.ranked if (s, "", INCOME) in times]
    if len(known) < 2:
        return [Text(ctx.say("part_missing", part=ctx.say("part_ranking")), "missing")]

    def cell(scenario: str, other: str, name: str) -> Cell:
        found = times.get((scenario, other, name))
        text = "–" if found is None else ctx.say("times_of", times=found[0], n=found[1])
        return Cell(text, number=True)

    rows = []
    for place, scenario in enumerate(known):
        after = cell(scenario, known[place + 1], INCOME) if place + 1 < len(known) else Cell("–", number=True)
        rows.append([Cell(ctx.title(scenario)), cell(scenario, "", INCOME), after, cell(scenario, "", HEADCOUNT)])
    n = times[known[0], "", INCOME][1]
    header = [ctx.say(k) for k in ("col_scenario", "col_first_income", "col_nearest", "col_first_headcount")]
    first = Table(
        ctx.say("rank_table", month=ctx.month(ctx.final)), header, rows, note=ctx.say("rank_note", n=n), fold=False
    )
    pairs = [
        [Cell(ctx.title(a)), Cell(ctx.title(b)), cell(a, b, INCOME), cell(a, b, HEADCOUNT)]
        for place, a in enumerate(known)
        for b in known[place + 1 :]
    ]
    header = [ctx.say(k) for k in ("col_ahead", "col_behind", "col_on_income", "col_on_headcount")]
    return [first, Table(ctx.say("rank_pairs"), header, pairs, fold=True)]


def turning(ctx: Context) -> list[Text | Code]:
    """What the answer leans on and what would turn it round, as a sensitivity experiment found; or how to find out."""
    found = ctx.exp.manifest.get("sensitivity")
    if not found:
        return [Text(ctx.say("sensitivity_none"), "note"), Code(ctx.say("sensitivity_how_to"), _command(ctx))]
    how = ctx.say("sensitivity_how", method=found["method"], samples=found["samples"]) if found["samples"] else ""
    decided = found.get("decided", True)
    sentences = [
        ctx.say(
            "sensitivity_leans" if decided else "sensitivity_undecided",
            name=found["name"],
            how=how,
            a=ctx.title(found["a"]),
            b=ctx.title(found["b"]),
            outcome=_outcome(ctx, found["outcome"]),
            names=ctx.num.join([ctx.parameter(name) for name in found["leans_on"]]) or "–",
        )
    ]
    turns = [_turn(ctx, turn) for turn in found["turns_round"]]
    if turns and decided:
        sentences.append(ctx.say("sensitivity_turns", turns=ctx.say("sensitivity_either").join(turns)))
    elif decided:
        sentences.append(ctx.say("sensitivity_stays", count=found.get("moved_alone") or len(found["leans_on"])))
    return [Text(("" if ctx.zh else " ").join(sentences))]


def _command(ctx: Context) -> str:
    """The line that compares the leading mix with the next one, or with the baseline."""
    mixes = [s for s in ctx.ranked if not ctx.is_cash(s)]
    first, second = [*mixes, ctx.baseline, ctx.baseline][:2]
    return f"village sensitivity {second} {first}"


def _turn(ctx: Context, turn: dict[str, Any]) -> str:
    key = "sensitivity_below" if str(turn["direction"]) in ("below", "down", "falls") else "sensitivity_above"
    value = ctx.num.plain(float(turn["value"]))
    value = value.rstrip("0").rstrip(".") if "." in value else value
    if turn.get("times"):
        value = ctx.say("sensitivity_times", value=value)
    return ctx.say(key, name=ctx.parameter(turn["parameter"]), value=value)


def _outcome(ctx: Context, text: str) -> str:
    """An outcome in words; one that cannot be read is shown as it is written."""
    try:
        one = parse_outcome(text, max(ctx.final, 12), ctx.own.declared)
    except UserError:
        return ctx.indicator(text)
    words = ctx.say("in_month", name=one.title[ctx.zh], month=ctx.month(one.month))
    return words if one.group == "all" else ctx.say("named_unit", name=words, unit=one.group_title[ctx.zh])
