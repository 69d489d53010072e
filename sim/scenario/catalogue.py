"""What a scenario may name, and where the scenarios that ship are."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sim.core.errors import UserError
from sim.parameters import Parameters, load_parameters
from sim.policies.policy import Policy
from sim.shipped import shipped
from sim.toml.formats import is_foreign
from sim.toml.reading import is_file, is_there
from sim.toml.source import meant

SCENARIOS = shipped("scenarios")
PROFILES = shipped("profiles")


@dataclass(frozen=True)
class Catalogue:
    """What a scenario may name.

    Attributes:
        policies: Policy classes by kind.
        parameters: Parameters that `[uncertainties]` may override.
        load_profile: Reads a profile by name or path; it has `.era` and `.purses`.
        profiles: Folder of the shipped profiles.
    """

    policies: Mapping[str, type[Policy]]
    parameters: Parameters
    load_profile: Callable[..., Any]
    profiles: Path = PROFILES

    @classmethod
    def shipped(cls) -> Catalogue:
        """What ships."""
        from sim.policies import registry
        from sim.population.profile_file import load_profile

        return cls(registry(), load_parameters(), load_profile)


def shipped_scenarios() -> dict[str, Path]:
    """The scenario files of the main comparison, by name."""
    return {path.stem: path for path in sorted(SCENARIOS.glob("*.toml"))}


def _named() -> dict[str, Path]:
    """All that can be meant by a name: those of era 2023 as "2023/baseline"."""
    later = {f"2023/{path.stem}": path for path in sorted(shipped("2023").glob("*.toml"))}
    known = {**shipped_scenarios(), **later}
    nations = sorted(shipped("nations").glob("*.toml"))
    return {**{file.stem: file for file in (*further_scenarios(), *nations)}, **known}


def further_scenarios() -> list[Path]:
    """The scenario files that ship beside those of the main comparison."""
    return sorted(shipped("more").glob("*.toml"))


def find_scenario(name: str | Path) -> Path:
    """The file that a user means: a path, or the name of a shipped scenario.

    Raises:
        UserError: There is neither.
    """
    path = Path(name)
    if is_there(path):
        return path
    known = _named()
    if str(name) in known:
        return known[str(name)]
    if is_foreign(path):
        raise UserError("there is no such file", file=path)
    raise UserError(f"there is no scenario file or shipped scenario '{name}'", **meant(str(name), known))


def code_files(files: Sequence[str | Path], problems: list[UserError]) -> list[Path]:
    """The files whose classes may be named as "module:Class".

    Args:
        files: As the user allowed them.
        problems: Where a file that is not there is noted, and one with the same module name as another.
    """
    found: dict[str, Path] = {}
    for file in dict.fromkeys(map(Path, files)):
        if not is_file(file):
            problems.append(UserError("there is no such code file", file=file))
        elif file.stem in found:
            problem = f"has the same name as {found[file.stem]}, so that '{file.stem}:Class' could mean either"
            problems.append(UserError(problem, file=file, mend="rename one of them"))
        found.setdefault(file.stem, file)
    return list(found.values())
