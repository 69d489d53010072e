"""`village campaign`: the tasks of a campaign, their timetable, how far they come, and what actual figures change."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from experiments.commands.group import VillageGroup
from experiments.commands.options import (
    Code,
    Executor,
    File,
    Fresh,
    Horizon,
    Json,
    Language,
    Languages,
    OneLanguage,
    ParameterMode,
    Quiet,
    Results,
    RetryFailed,
    Set,
    Villages,
    Workers,
    given,
    languages,
    one_plan,
    print_json,
    where,
)
from experiments.spoken import either

if TYPE_CHECKING:
    from experiments.campaign.run import Carried
    from experiments.pages.timetable import Timetable
    from sim.scenario import Plan
    from sim.scenario.tasks import Slot, Tasks

app = typer.Typer(
    cls=VillageGroup, no_args_is_help=True, help="Plan a campaign's tasks, carry it out, and follow its progress."
)
Name = Annotated[str | None, typer.Option("--name", help="Name of the folder under results/; the file's by default.")]
Replicates = Annotated[
    int | None, typer.Option("--replicates", "-n", min=1, help="Runs of the plan and of each what-if; 20 by default.")
]
FirstSeed = Annotated[int, typer.Option("--seed", min=0, help="The first seed.")]
LateDays = Annotated[int, typer.Option("--late-days", min=0, help="What if money is so many days late; 0: not asked.")]
Cadres = Annotated[int, typer.Option("--cadres", min=0, help="What if there are so many more cadres; 0: not asked.")]
Yuan = Annotated[float, typer.Option("--yuan", min=0, help="What if there is so much more money; 0: not asked.")]
Parameters = Annotated[ParameterMode, typer.Option("--parameters", help="point, calibrated or ranges, as for compare.")]
Renew = Annotated[bool, typer.Option("--renew", help="Run again what was made before a change.")]


@app.command()
def check(file: File, overrides: Set = None, code: Code = None, as_json: Json = False) -> None:
    """Say whether every task can be done by its deadline; if not, what binds (exit code 2)."""
    found = _tasks(file, overrides, code)
    from experiments.pages.timetable import hardest

    name, slot = hardest(found)
    if as_json:
        print_json({"ok": True, "tasks": len(found.tasks), "least_slack": {"task": name, "days": slot.slack_days}})
        return
    title, days = found.tasks[name].title, slot.slack_days
    least = f"{days} working days ({title.en} / {title.zh})"
    chinese = f"无误：{len(found.tasks)}项任务；机动时间最少的为{title.zh}，{days}个工作日"
    typer.echo(either(f"right: {len(found.tasks)} tasks; least slack: {least}", chinese))


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


@app.command()
def show(
    file: File, overrides: Set = None, code: Code = None, language: OneLanguage = Language.en, as_json: Json = False
) -> None:
    """Show the plan as a table: tasks, amounts, deadlines, earliest and latest dates, slack, who answers for each."""
    plan, found = _plan(file, overrides, code)
    from experiments.campaign.show import meetings_table, plan_json, plan_table

    if as_json:
        print_json(plan_json(found, plan.policies))
        return
    from experiments.campaign.page import print_table

    print_table(plan_table(found, plan.purses, language.value))
    if meetings := meetings_table(plan.policies, found, language.value):
        print_table(meetings)


@app.command()
def template(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="The file to write; nothing is written over.")],
) -> None:
    """Write a campaign file to be filled in: it can be checked and run as it stands."""
    from sim.core.errors import UserError
    from sim.shipped import shipped

    if file.suffix != ".toml":
        raise UserError(f"found '{file.name}'", field="FILE", allowed="a name that ends in .toml")
    if file.exists():
        raise UserError("this is there already; nothing was touched", file=file, mend="take another name")
    text = (shipped("templates") / "campaign.toml").read_text(encoding="utf-8")
    file.write_text(text, encoding="utf-8", newline="\n")
    typer.echo(either(f"{file} (village campaign show {file})", f"已写好{file}（village campaign show {file}）"))


@app.command()
def run(
    file: File,
    name: Name = None,
    replicates: Replicates = None,
    seed: FirstSeed = 1,
    workers: Workers = None,
    executor: Executor = None,
    late_days: LateDays = 30,
    cadres: Cadres = 10,
    yuan: Yuan = 1_000_000.0,
    parameters: Parameters = ParameterMode.calibrated,
    language: Languages = None,
    overrides: Set = None,
    code: Code = None,
    villages: Villages = None,
    horizon: Horizon = None,
    results: Results = Path("results"),
    fresh: Fresh = False,
    renew: Renew = False,
    retry_failed: RetryFailed = False,
    as_json: Json = False,
    quiet: Quiet = False,
) -> None:
    """Carry a campaign out: each task by week, county, township and unit, the chance of its deadline, what binds.

    The same command again does only what is missing.
    """
    settings: dict[str, Any] = dict(
        name=name, replicates=replicates, seed=seed, workers=where(workers, executor), asked=(late_days, cadres, yuan),
        parameters=parameters, overrides=overrides, code=code, villages=villages, horizon=horizon, results=results,
        fresh=fresh, renew=renew, retry_failed=retry_failed, progress=not quiet and not as_json,
    )  # fmt: skip
    carried = _carried(file, **settings)
    from experiments.campaign.page import print_wall, write

    written = languages(language)
    pages = write(carried, written)
    if as_json:
        print_json(_run_json(carried, pages))
    else:
        print_wall(carried, written[0])
        _say_page(pages[0], written[0], quiet)
    if carried.failures:
        raise typer.Exit(1)


@app.command()
def progress(
    file: File,
    actual: Annotated[
        list[Path],
        typer.Option(
            "--actual",
            metavar="TABLE",
            help="Actual figures (.csv or .xlsx): task, place, date, done; or a folder of ledgers. Repeatable.",
        ),
    ],
    name: Name = None,
    replicates: Replicates = None,
    seed: FirstSeed = 1,
    workers: Workers = None,
    executor: Executor = None,
    late_days: LateDays = 30,
    cadres: Cadres = 10,
    yuan: Yuan = 1_000_000.0,
    parameters: Parameters = ParameterMode.calibrated,
    language: Languages = None,
    overrides: Set = None,
    code: Code = None,
    villages: Villages = None,
    horizon: Horizon = None,
    results: Results = Path("results"),
    fresh: Fresh = False,
    renew: Renew = False,
    as_json: Json = False,
    quiet: Quiet = False,
) -> None:
    """Go on from actual figures: who is behind, the chances from then on, what catches up and at what cost.

    It uses the runs of `village campaign run` where they are stored, and does those that are missing.
    """
    settings: dict[str, Any] = dict(
        name=name, replicates=replicates, seed=seed, workers=where(workers, executor), asked=(late_days, cadres, yuan),
        parameters=parameters, overrides=overrides, code=code, villages=villages, horizon=horizon, results=results,
        fresh=fresh, renew=renew, retry_failed=False, progress=not quiet and not as_json,
    )  # fmt: skip
    from experiments.campaign.from_ledgers import ledgers_of

    tables = [table for path in actual for table in ledgers_of(path)]
    carried = _carried(file, actual=tables, **settings)
    from experiments.campaign.from_ledgers import read_reports
    from experiments.campaign.progress import progress as follow
    from experiments.campaign.progress_page import as_json as standings_json
    from experiments.campaign.progress_page import print_progress, write_progress

    reports, notes = read_reports(tables, carried)
    standings, written = follow(carried, reports), languages(language)
    pages = write_progress(carried, reports, standings, written, notes)
    if as_json:
        files = [str(page) for page in pages]
        content = {"folder": str(carried.folder), "files": files, "standings": standings_json(carried, standings)}
        print_json(content | {"notes": [note.en for note in notes]})
        return
    print_progress(carried, reports, standings, written[0], notes)
    _say_page(pages[0], written[0], quiet)


def _carried(file: str, *, asked: tuple[int, int, float], actual: list[Path] | None = None, **settings: Any) -> Carried:
    """The campaign of a file, carried out as the options say."""
    code = settings.pop("code")
    plan = one_plan(file, settings.pop("overrides"), code, settings.pop("villages"), settings.pop("horizon"))
    from experiments.campaign.run import carry_out
    from experiments.campaign.variants import Asked
    from experiments.runs.folder import name_of

    return carry_out(
        plan,
        name=settings.pop("name") or name_of([plan.id]),
        asked=Asked(*asked),
        seeds_first=settings.pop("seed"),
        parameters=settings.pop("parameters").value,
        inputs=given([file], code, actual),
        **settings,
    )


def _run_json(carried: Carried, pages: list[Path]) -> dict[str, Any]:
    results = carried.results
    tasks = {
        name: {
            "amount": results.amount(name),
            "done": float(results.done(name, "all", results.due(name)).mean()),
            "chance": results.chance(name).value,
            "chance_low": results.chance(name).low,
            "chance_high": results.chance(name).high,
            "binds": results.binds(name),
        }
        for name in results.followed
    }
    files = [str(page) for page in pages]
    failed = [f"{scenario} {seed}: {error}" for (scenario, seed), error in carried.failures.items()]
    return {"folder": str(carried.folder), "files": files, "runs": len(results.seeds), "tasks": tasks, "failed": failed}


def _say_page(page: Path, language: str, quiet: bool) -> None:
    if not quiet:
        typer.echo(f"{'报告：' if language == 'zh' else 'Report: '}{page}")


def _timetable(file: str, overrides: list[str] | None, code: Any, language: Language) -> Timetable:
    found = _tasks(file, overrides, code)
    from experiments.pages.timetable import Timetable

    return Timetable(found, language.value)


def _tasks(file: str, overrides: list[str] | None, code: Any) -> Tasks:
    return _plan(file, overrides, code)[1]


def _plan(file: str, overrides: list[str] | None, code: Any) -> tuple[Plan, Tasks]:
    plan = one_plan(file, overrides, code)
    from sim.scenario import tasks

    if (found := tasks.Tasks.of(plan.resolved())) is None:
        from sim.core.errors import UserError

        problem, mend = f"the scenario '{plan.id}' has no tasks", "write [tasks.NAME] sections (docs/guide.md)"
        raise UserError(problem, file=file, field="tasks", mend=mend)
    return plan, found


def _json(slot: Slot) -> dict[str, Any]:
    return {key: value.isoformat() if isinstance(value, dt.date) else value for key, value in slot._asdict().items()}
