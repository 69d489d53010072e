"""What an experiment was asked with, as its folder keeps it: scenarios, profiles and the user's own code."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

from sim.core.errors import UserError
from sim.population.profile_file import load_profile
from sim.scenario import Plan, World
from sim.scenario.code import CodeFile
from sim.scenario.counties import profiles_of


def stored_profile(profile: str) -> str:
    """A profile as a stored file names it: one that ships by its name, another by its copy in the folder."""
    path = Path(profile)
    return f"../profiles/{path.name}" if path.is_absolute() else profile


def stored_world(world: World) -> World:
    """A world as a stored file states it, with its profiles as `stored_profile` names them."""
    counties = (
        entry.model_copy(update={"profile": stored_profile(entry.profile)}) if entry.profile else entry
        for entry in world.counties
    )
    return world.model_copy(update={"profile": stored_profile(world.profile), "counties": tuple(counties)})


def stored_scenarios(plans: Iterable[Plan]) -> dict[str, str]:
    """The text of each scenario, by id: a file that gives the same plan again from within the folder."""
    texts = {}
    for plan in plans:
        texts[plan.id] = plan.model_copy(update={"world": stored_world(plan.world)}).resolved_toml()
    return texts


def own_profiles(plans: Iterable[Plan]) -> list[Path]:
    """The profiles of the user's own that plans resemble: files that no command may write or delete."""
    named = (Path(profile) for plan in plans for profile in profiles_of([plan.world]))
    return list(dict.fromkeys(file for path in named if path.is_absolute() for file in _with_roster(path)))


def copies(asked: Iterable[tuple[str, Iterable[CodeFile | None]]]) -> dict[str, bytes]:
    """The profiles and code of the user's own that an experiment is made of, by their names in the folder.

    Args:
        asked: The profile of each scenario or trial, and the code that it runs.

    Raises:
        UserError: One cannot be read, or two of one name differ.
    """
    found: dict[str, bytes] = {}
    for place, path in dict.fromkeys(one for profile, code in asked for one in _files(profile, code)):
        try:
            content = path.read_bytes()
        except OSError as error:
            raise UserError(f"cannot be read: {error.strerror or error}", file=path) from error
        name = f"{place}/{path.name}"
        if found.setdefault(name, content) != content:
            raise UserError(f"two different files are called {path.name}", file=path, mend="rename one of them")
    return found


def _files(profile: str, code: Iterable[CodeFile | None]) -> Iterator[tuple[str, Path]]:
    if Path(profile).is_absolute():
        yield from (("profiles", file) for file in _with_roster(Path(profile)))
    for one in code:
        if one is not None:
            yield from (("code", file) for file in one.files())


def _with_roster(profile: Path) -> Iterator[Path]:
    """A profile's file, and that of the households it names, which stands beside it in the copy too."""
    yield profile
    if roster := load_profile(profile).roster:
        yield roster.path
