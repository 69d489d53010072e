"""From scenario files to plans."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from sim.core.errors import UserError
from sim.scenario.catalogue import Catalogue, code_files, find_scenario
from sim.scenario.chain import read_chain
from sim.scenario.code import load_policy_class
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
        path: A scenario file, or the name of a shipped one.
        overrides: Settings laid over the file, such as "policy.microcredit.quota_yuan=1000000".
        code: Python files whose policy classes the scenario may name as "module:Class".
        catalogue: What a scenario may name; what ships by default.

    Raises:
        UserError: Something is wrong; all problems found are reported together, each with its file and line.
    """
    return load_plans([path], overrides, code, catalogue)[0]


def load_plans(
    paths: Sequence[str | Path],
    overrides: Sequence[str | Setting] = (),
    code: Sequence[str | Path] = (),
    catalogue: Catalogue | None = None,
) -> list[Plan]:
    """Read scenarios that belong together, with the arguments of `load_plan`.

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
            file = find_scenario(path)
            if files.get(file.stem) == file:
                raise UserError("is named twice", file=file, mend="name it once")
            if file.stem in files:
                raise UserError(f"has the same name as {files[file.stem]}", file=file, mend="rename one of them")
            files[file.stem] = file
            resolver = Resolver(catalogue, lambda kind: load_policy_class(kind, allowed))
            unmatched.append(resolver.layers.unmatched)
            for source in read_chain(file):
                resolver.layers.add(source)
            plans.append(Plan(id=file.stem, **resolver.fields(settings)))
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
