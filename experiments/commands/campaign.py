"""`village campaign`: the tasks of a campaign, and the timetable counted back from their deadlines."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any

import typer

from experiments.commands.group import VillageGroup
from experiments.commands.options import Code, File, Json, Language, OneLanguage, Set, one_plan, print_json

if TYPE_CHECKING:
    from experiments.pages.timetable import Timetable
    from sim.scenario.tasks import Slot, Tasks

app = typer.Typer(cls=VillageGroup, no_args_is_help=True, help="Check and schedule the tasks of a campaign.")


@app.command()
def check(file: File, overrides: Set = None, code: Code = None, as_json: Json = False) -> None:
    """Say whether every task can be done by its deadline; if not, what binds (exit code 2)."""
    found = _tasks(file, overrides, code)
    from experiments.pages.timetable import hardest

    name, slot = hardest(found)
    if as_json:
        print_json({"ok": True, "tasks": len(found.tasks), "least_slack": {"task": name, "days": slot.slack_days}})
        return
    title = found.tasks[name].title
    least = f"{slot.slack_days} working days ({title.en} / {title.zh})"
    typer.echo(f"right: {len(found.tasks)} tasks; least slack: {least}")


@app.command()
def schedule(
    file: File, overrides: Set = None, code: Code = None, language: OneLanguage = Language.en, as_json: Json = False
) -> None:
    """Show for each task when it can begin at the earliest and has to be done at the latest, week by week."""
    timetable = _timetable(file, overrides, code, language)
    from experiments.screen import screen

    if as_json:
        print_json({name: _json(slot) for name, slot in timetable.slots.items()})
        return
    for part in timetable.printed():
        screen().print(part)


def _timetable(file: str, overrides: list[str] | None, code: Any, language: Language) -> Timetable:
    found = _tasks(file, overrides, code)
    from experiments.pages.timetable import Timetable

    return Timetable(found, language.value)


def _tasks(file: str, overrides: list[str] | None, code: Any) -> Tasks:
    plan = one_plan(file, overrides, code)
    from sim.scenario import tasks

    if (found := tasks.Tasks.of(plan.resolved())) is None:
        from sim.core.errors import UserError

        problem, mend = f"the scenario '{plan.id}' has no tasks", "write [tasks.NAME] sections (docs/guide.md)"
        raise UserError(problem, file=file, field="tasks", mend=mend)
    return found


def _json(slot: Slot) -> dict[str, Any]:
    return {key: value.isoformat() if isinstance(value, dt.date) else value for key, value in slot._asdict().items()}
