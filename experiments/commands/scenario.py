"""`village scenario`: check files, show what they resolve to, and the schema for editors."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from experiments.commands.group import VillageGroup
from experiments.commands.options import Code, File, Files, Json, Set, plans, print_json, shipped_files
from experiments.spoken import either, spoken

if TYPE_CHECKING:
    from sim.scenario import Plan
    from sim.scenario.doubts import Doubt

app = typer.Typer(cls=VillageGroup, no_args_is_help=True, help="Check and show scenario files.")


@app.command()
def check(files: Files = None, overrides: Set = None, code: Code = None, as_json: Json = False) -> None:
    """Say whether scenario files are right; if not, everything that is wrong, by file and line (exit code 2)."""
    from sim.core.errors import UserError
    from sim.toml.source import each_problem

    names = files or [str(path) for path in shipped_files()]
    try:
        loaded = plans(names, overrides, code)
    except UserError as error:
        if not as_json:
            raise
        keys = ("line", "field", "problem", "allowed", "mend")
        found = [
            {"file": str(problem.file) if problem.file else None, **{key: getattr(problem, key) for key in keys}}
            for problem in each_problem(error)
        ]
        print_json({"ok": False, "problems": found})
        raise typer.Exit(2) from None
    _fit_own(loaded, not as_json)
    from experiments.measure.own import Own
    from experiments.pages.schedule import Schedule
    from sim.scenario.doubts import doubts_of
    from sim.scenario.idle import never_act
    from sim.scenario.measure_words import kinds
    from sim.scenario.opened import notes_of

    idle = {plan.id: never_act(plan) for plan in loaded}
    doubts = {plan.id: doubts_of(plan) for plan in loaded}
    notes = [note for name in names for note in notes_of(name)]
    levers = Own.of(loaded).levers
    both = {plan.id: [Schedule(plan.resolved(), side, own=levers).said() for side in ("en", "zh")] for plan in loaded}
    dates = {name: list(zip(*said, strict=True)) for name, said in both.items()}
    if as_json:
        never = {name: [vars(one) for one in found] for name, found in idle.items() if found}
        said = {name: [{"en": en, "zh": zh} for en, zh in found] for name, found in dates.items() if found}
        digests = {plan.id: plan.digest() for plan in loaded}
        look = {name: [vars(one) for one in found] for name, found in doubts.items() if found}
        more = {"doubts": look} if look else {}
        print_json({"ok": True, "scenarios": digests, "schedule": said, "never_act": never, **more})
        return
    for plan in loaded:
        labels = ", ".join(policy.label for policy in plan.policies)
        chosen = "、".join(kinds().get(policy.label, policy.label) for policy in plan.policies)
        right = f"{plan.id}: right. {plan.title.en} / {plan.title.zh} ({labels or 'no policies'})"
        typer.echo(either(right, f"{plan.id}：无误。{plan.title.zh}（{chosen or '没有措施'}）"))
        for english, chinese in dates[plan.id]:
            typer.echo(either(f"{plan.id}: {english} / {chinese}", f"{plan.id}：{chinese}"))
        for still in idle[plan.id]:
            text = f"“{still.policy}”不会实施：{still.zh}"
            but = f"{plan.id}: but '{still.policy}' never acts: {still.en} / {text}"
            typer.echo(either(but, f"{plan.id}：但{text}"))
    for doubt, ids in _by_doubt(doubts).items():  # what several plans have in common is said once
        look_at = f"{', '.join(ids)}: please look: {doubt.en} / 请核对：{doubt.zh}"
        typer.echo(either(look_at, f"{'、'.join(ids)}：请核对：{doubt.zh}"))
    for note in notes:
        typer.echo(spoken(note))


def _by_doubt(doubts: Mapping[str, Sequence[Doubt]]) -> dict[Doubt, list[str]]:
    """The ids of the plans that each doubt is about."""
    every = dict.fromkeys(one for found in doubts.values() for one in found)
    return {one: [name for name, found in doubts.items() if one in found] for one in every}


def _fit_own(loaded: Sequence[Plan], progress: bool) -> None:
    """Fit counties of the user's own that hold no fit: only that tells whether their books go together."""
    from experiments.compare.run import fit_first
    from experiments.runs.copies import own_profiles

    for plan in {plan.world.profile: plan for plan in loaded if not plan.world.counties}.values():
        if own_profiles([plan]):
            fit_first(plan, progress)


@app.command()
def show(
    file: File,
    overrides: Set = None,
    code: Code = None,
    out: Annotated[
        Path | None,
        typer.Option("--out", metavar="FOLDER", help="Of a workbook: write its plans and its county as files there."),
    ] = None,
    as_json: Json = False,
) -> None:
    """Print a scenario fully resolved: parents merged, every default written out. What it prints is a scenario.

    Of a workbook all plans are printed, one below the other; with --out they become files that say the same.
    """
    found = plans([file], overrides, code)
    if out is not None:
        from experiments.workbook.as_toml import written

        for path in written(found, out):
            typer.echo(either(f"written to {path}", f"已写入{path}"))
        return
    if as_json:
        shown = [{**plan.model_dump(mode="json"), "digest": plan.digest()} for plan in found]
        print_json(shown[0] if len(shown) == 1 else {plan.id: one for plan, one in zip(found, shown, strict=True)})
        return
    for plan in found:
        if len(found) > 1:
            typer.echo(f"# ==== {plan.id} ====")
        typer.echo(plan.resolved_toml(), nl=False)


@app.command()
def schema(
    out: Annotated[Path | None, typer.Option("--out", help="Write it to this file instead.")] = None,
) -> None:
    """Print the JSON Schema of scenario files, so that an editor completes and checks while one types."""
    from sim.scenario.schema import json_schema

    text = json.dumps(json_schema(), ensure_ascii=False, indent=1)
    if out is None:
        typer.echo(text)
        return
    from experiments.runs.files import write_atomic
    from experiments.runs.outputs import check_output, is_schema

    check_output(out, is_schema)
    write_atomic(out, text + "\n")
    english = f"written to {out}; a scenario that begins with '#:schema {out.name}' is checked by its editor"
    typer.echo(either(english, f"已写入{out}；方案文件开头写“#:schema {out.name}”，编辑器即可检查"))
