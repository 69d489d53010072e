"""A sensitivity analysis as an experiment: its folder, its runs, its files."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from experiments.designs.sweep import PANEL
from experiments.extras import need
from experiments.measure.conclusion import CONCLUSION
from experiments.measure.outcome import parse_outcome
from experiments.pages.spreadsheet import csv_text
from experiments.runs.codeversion import code_version
from experiments.runs.command_line import command_line
from experiments.runs.copies import copies, own_profiles, stored_scenarios
from experiments.runs.estimate import Size, check_seeds, expect
from experiments.runs.files import write_atomic, write_json
from experiments.runs.progress import Progress
from experiments.runs.store import Store
from experiments.runs.where import Workers
from experiments.sensitivity.analysis import SensitivityRequest, analyse
from experiments.sensitivity.conclusion import Analysis, conclusion
from experiments.sensitivity.evaluations import Evaluator
from experiments.sensitivity.factors import Factor
from experiments.sensitivity.page import page
from sim.core.errors import UserError
from sim.scenario import Plan, check_comparable

LANGUAGES = ("en", "zh")
INDICES = "indices.csv"
MOST_SEEDS = 10_000
_LEAST = {"trajectories": 4, "samples": 8, "keep": 1}


def sensitivity(
    plans: Sequence[Plan],
    asked: SensitivityRequest,
    *,
    outcomes: Sequence[str],
    replicates: int,
    name: str,
    results: Path,
    seeds_first: int = 1,
    workers: Workers = None,
    progress: bool = True,
    retry_failed: bool = False,
    fresh: bool = False,
    inputs: Sequence[Path] = (),
    languages: Sequence[str] = LANGUAGES,
    command: str | None = None,
    evaluate: str = PANEL,
    program: str | None = None,
) -> tuple[Path, Analysis]:
    """Analyse and write indices.csv, conclusion.json and a page a language; what is stored is not done again.

    Args:
        plans: One scenario, or two: then the outcome is the second's less the first's under the same vector and seeds.
        asked: What is moved, and how thoroughly.
        outcomes: See `experiments.measure.outcome`; the first is what the order and the sentence are about.
        replicates: How many seeds, averaged.
        name: Name of the experiment's folder.
        results: Folder of all experiments.
        seeds_first: The first seed.
        workers: Worker processes; None = one a processor, 0 = none.
        progress: Whether to say how far it has come.
        retry_failed: Whether to try again what failed before.
        fresh: Whether to throw away what the folder holds.
        inputs: The files that the plans were read from; none of them is written or deleted.
        languages: Languages of the page.
        command: The command line to record; this process's by default.
        evaluate: See `experiments.designs.sweep.sweep`.
        program: The code version to record instead of the hash of the program.

    Returns:
        The folder, and what was found.

    Raises:
        UserError: The question is wrong, an evaluation failed, SALib is missing, or the folder cannot be used.
        KeyboardInterrupt: Interrupted; what is done is stored.
    """
    need("SALib", "sensitivity")
    plans = tuple(plans)
    _check(plans, asked, replicates)
    own = plans[0].own_results()
    chosen = tuple(parse_outcome(text, plans[0].horizon_months, own) for text in outcomes)
    texts = tuple(map(str, chosen))
    line = command or command_line()
    parts = asked.points()
    a_point = len(plans) * replicates
    check_seeds(seeds_first, replicates, "--seeds")
    expected = expect(
        results / name,
        sum(parts.values()),
        Size.of(plans[0], few=True).times(a_point) if evaluate == PANEL else Size(),
        field="--trajectories, --samples",
        workers=workers,
        at_most=True,
        what="points",
    )
    seeds = tuple(range(seeds_first, seeds_first + replicates))
    manifest: dict[str, Any] = {
        "name": name,
        "kind": "sensitivity",
        "complete": False,
        "code_version": program or code_version(),
        "scenarios": [
            {"id": plan.id, "title": {"en": plan.title.en, "zh": plan.title.zh}, "digest": plan.digest()}
            for plan in plans
        ],
        "outcomes": list(texts),
        "command": line,
    }
    given = [*inputs, *own_profiles(plans)]
    with Store(results, name, "sensitivity", fresh=fresh, inputs=given) as store, Progress(progress) as said:
        kept = copies((plan.world.profile, plan.code()) for plan in plans)
        store.begin(manifest, stored_scenarios(plans), kept)
        (store.folder / CONCLUSION).unlink(missing_ok=True)  # nobody should quote it while it is being made anew
        evaluator = Evaluator(plans, texts, seeds, store, said, workers, retry_failed, evaluate, program)
        said.say(
            f"{len(asked.factors)} parameters; "
            + ", ".join(f"{what}: {points:,} points" for what, points in parts.items())
            + f"; {a_point} runs a point, {sum(parts.values()) * a_point:,} runs in all"
        )
        said.say(expected.text())
        analysis = Analysis(plans, chosen, seeds, asked, analyse(asked, evaluator))
        comes_to = conclusion(analysis)
        write_atomic(store.folder / INDICES, indices_csv(analysis))
        for language in languages:
            write_atomic(store.folder / f"sensitivity.{language}.html", page(analysis, language, name, line))
        write_json(store.folder / CONCLUSION, comes_to)
        manifest["complete"] = True
        store.write_manifest(manifest, [INDICES])
    return store.folder, analysis


def _check(plans: Sequence[Plan], asked: SensitivityRequest, replicates: int) -> None:
    if not 1 <= len(plans) <= 2:
        raise UserError(f"{len(plans)} scenarios", allowed="one scenario, or two to analyse their difference")
    if len(plans) == 2:
        if plans[0].id == plans[1].id:
            raise UserError(f"both scenarios have the name {plans[0].id!r}", mend="give the files different names")
        check_comparable(plans)
    if not 1 <= replicates <= MOST_SEEDS:
        raise UserError(f"{replicates} is not possible", field="--seeds", allowed=f"1 to {MOST_SEEDS:,}")
    for field, least in _LEAST.items():
        if getattr(asked, field) < least:
            raise UserError(f"{getattr(asked, field)} is not enough: it must be at least {least}", field=f"--{field}")
    if not 0 < asked.reach <= 1:
        raise UserError(f"{asked.reach:g} is not a share", field="--reach", allowed="more than 0, at most 1")
    if asked.samples & (asked.samples - 1):
        near = 1 << asked.samples.bit_length()
        raise UserError(
            f"{asked.samples} samples do not balance Sobol's sequence",
            field="--samples",
            allowed=f"{near // 2} or {near}",
        )


def indices_csv(analysis: Analysis) -> str:
    """Everything that was reckoned of each parameter, a row an outcome and parameter, the most important first."""
    asked, found = analysis.asked, analysis.found
    rows: list[list[object]] = []
    rest = [place for place in range(len(asked.factors)) if place not in found.order]
    swings = {swing.place: swing for swing in found.swings}
    turns = {(turn.place, turn.direction): turn.value for turn in found.turns}
    for number, outcome in enumerate(analysis.outcomes):
        for place in [*found.order, *rest]:
            cells: list[object] = [str(outcome), *_about(asked.factors[place], asked.reach)]
            if found.screened:
                one = found.screened.indices[number]
                cells += [one.mu_star.value[place], one.mu_star.half[place], one.mu[place], one.sigma[place]]
            else:
                cells += [""] * 4
            if found.shared and place in found.shared.of:
                at, both = found.shared.of.index(place), found.shared.indices[number]
                cells += [both.first.value[at], both.first.half[at], both.total.value[at], both.total.half[at]]
            else:
                cells += [""] * 4
            swing = swings.get(place) if number == 0 else None
            cells += [swing.outcome[0], swing.outcome[-1]] if swing else ["", ""]
            cells += [turns.get((place, side), "") if number == 0 else "" for side in ("below", "above")]
            rows.append(cells)
    return csv_text(_HEADER, rows)


_HEADER = (
    "outcome", "parameter", "label_en", "label_zh", "unit", "confidence", "value", "low", "high", "design_low",
    "design_high", "mu_star", "mu_star_half", "mu", "sigma", "first", "first_half", "total", "total_half",
    "outcome_at_low", "outcome_at_high", "turns_below", "turns_above",
)  # fmt: skip


def _about(factor: Factor, reach: float) -> list[object]:
    entry, near = factor.parameter, factor.narrowed(reach)
    unit = f"times {json.dumps(entry.value)}" if factor.is_list else entry.unit
    ends = factor.base, factor.low, factor.high, near.low, near.high
    return [entry.key, entry.label_en, entry.label_zh, unit, entry.confidence, *ends]
