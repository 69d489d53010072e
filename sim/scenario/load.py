"""From scenario files to plans."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from sim.core.errors import UserError
from sim.scenario.catalogue import Catalogue, code_files
from sim.scenario.code import pinned
from sim.scenario.opened import opened
from sim.scenario.plan import Plan
from sim.scenario.resolve import Resolver
from sim.scenario.settings import Setting, read_setting
from sim.toml.source import each_problem, raise_all


def load_plan(
    path: str | Path,
    overrides: Sequence[str] = (),
    code: Sequence[str | Path] = (),
    catalogue: Catalogue | None = None,
) -> Plan:
    """Read a scenario.

    Args:
        path: A scenario file, the name of a shipped one, or a plan of a workbook ("FILE.xlsx#PLAN").
        overrides: Settings laid over the file, such as "policy.microcredit.quota_yuan=1000000".
        code: Python files whose policy classes the scenario may name as "module:Class".
        catalogue: What a scenario may name; what ships by default.

    Raises:
        UserError: Something is wrong; all problems found are reported together, each with its file and line.
    """
    return the_one(path, load_plans([path], overrides, code, catalogue))


def the_one(path: str | Path, plans: Sequence[Plan]) -> Plan:
    """The plan that a name stands for.

    Raises:
        UserError: It stands for several: a workbook was named, but none of its plans.
    """
    if len(plans) > 1:
        named = ", ".join(f"{path}#{plan.id}" for plan in plans)
        raise UserError("有多个方案，请指明一个 / holds several plans; name one", file=path, allowed=named)
    return plans[0]


def load_plans(
    paths: Sequence[str | Path],
    overrides: Sequence[str | Setting] = (),
    code: Sequence[str | Path] = (),
    catalogue: Catalogue | None = None,
) -> list[Plan]:
    """Read scenarios that belong together, with the arguments of `load_plan`; a workbook stands for all its plans.

    An override of a policy or purse is applied wherever there is one; it is wrong only if no scenario has it.

    Raises:
        UserError: As `load_plan`; or two files have the same name, or one value is set twice.
    """
    catalogue = catalogue or Catalogue.shipped()
    problems: list[UserError] = []
    allowed = code_files(code, problems)
    settings: list[Setting] = []
    for one in overrides:
        try:
            settings.append(one if isinstance(one, Setting) else read_setting(one))
        except UserError as error:
            problems.append(error)
    plans: list[Plan] = []
    unmatched: list[list[UserError]] = []
    files: dict[str, Path] = {}
    for path in paths:
        try:
            found = opened(path)
        except UserError as error:
            problems += each_problem(error)
            continue
        for name, file, layers in found:
            try:
                if files.get(name) == file:
                    raise UserError("is named twice", file=file, mend="name it once")
                if name in files:
                    raise UserError(f"has the same name as {files[name]}", file=file, mend="rename one of them")
                files[name] = file
                resolver = Resolver(catalogue, lambda named: pinned(named, allowed))
                unmatched.append(resolver.layers.unmatched)
                for source in layers:
                    resolver.layers.add(source)
                plans.append(Plan(id=name, **resolver.fields(settings)))
            except UserError as error:
                problems += each_problem(error)
    problems += _unmatched_everywhere(unmatched)
    if problems:
        raise_all(problems)
    return plans


def _unmatched_everywhere(unmatched: Sequence[Sequence[UserError]]) -> list[UserError]:
    if not unmatched:
        return []
    common = set.intersection(*({str(error.file) for error in errors} for errors in unmatched))
    return [error for error in unmatched[0] if str(error.file) in common]
