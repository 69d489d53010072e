"""Where a local profile stands: read from a TOML file or a workbook, with its contradictions told by place.

Apart from `profile`, so that how a form is read is no part of what a world is made of.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path

from sim.calendar.era import ERAS
from sim.core.errors import UserError
from sim.core.numerics import add_up
from sim.population.profile import Profile
from sim.shipped import shipped
from sim.toml.check import check
from sim.toml.formats import is_foreign, refuse_foreign
from sim.toml.reading import as_text, is_file, read_bytes
from sim.toml.source import KeyPath, TomlSource, meant, parse_toml, raise_all
from sim.workbook.archive import is_workbook
from sim.workbook.profile import profile_of

PROFILES = shipped("profiles")


def named_by_path(name: str) -> bool:
    """Whether a profile is named by its file, a TOML file or a workbook, and not as one that ships."""
    return name.endswith(".toml") or "/" in name or "\\" in name or is_workbook(name) or is_foreign(name)


def load_profile(name_or_path: str | Path, relative_to: Path | None = None) -> Profile:
    """Read a local profile.

    Args:
        name_or_path: Name of a shipped profile ("gansu_county"), or the path of a TOML file or workbook.
        relative_to: Folder that a relative path starts from; the current one by default.

    Raises:
        UserError: There is no such profile, or something in it is wrong; all problems are reported together.
    """
    path = _file_of(name_or_path, relative_to)
    return _checked(path, read_bytes(path))


def profile_source(name_or_path: str | Path, relative_to: Path | None = None) -> TomlSource:
    """What a profile was read from, which knows where each of its figures stands; arguments as `load_profile`."""
    path = _file_of(name_or_path, relative_to)
    return _source(path, read_bytes(path))


def _file_of(name_or_path: str | Path, relative_to: Path | None) -> Path:
    text = str(name_or_path)
    is_path = isinstance(name_or_path, Path) or named_by_path(text)
    path = (relative_to or Path()) / text if is_path else PROFILES / f"{text}.toml"
    if not is_path and not is_file(path):
        known = [file.stem for file in PROFILES.glob("*.toml")]
        raise UserError(f"there is no profile '{text}'", **meant(text, known))
    return path


@lru_cache(maxsize=16)
def _source(path: Path, content: bytes) -> TomlSource:
    """The tables of this file and content; once a process, since every run asks for them."""
    if is_workbook(path):
        return profile_of(path)
    refuse_foreign(path, content)
    return parse_toml(path, as_text(path, content))


@lru_cache(maxsize=16)
def _checked(path: Path, content: bytes) -> Profile:
    """The profile of this file and content, as `_source`."""
    source = _source(path, content)
    profile, problems = check(Profile, source.data, source.place)
    if profile:
        for at, problem, mend in _contradictions(profile):
            problems.append(source.place(at).error(problem, field=".".join(map(str, at)), mend=mend))
    if problems or profile is None:
        raise_all(problems)
    if profile.roster:
        profile.roster.beside(path)
    return profile


def _contradictions(p: Profile) -> Iterator[tuple[KeyPath, str, str]]:
    """What cannot be true at once: where, what, and how to mend it."""
    concept = ERAS[p.era].concept
    if p.income.concept != concept:
        mend = f"use '{concept}' or change the era"
        yield ("income", "concept"), f"'{p.income.concept}' income in era {p.era}", mend
    villages = add_up(township.villages for township in p.townships)
    if villages != p.villages:
        problem = f"the townships have {villages} villages together, but size.villages is {p.villages}"
        yield ("townships",), problem, "correct one of them"
    units = add_up(kind.count for kind in p.support.unit_kinds)
    if units != p.units:
        problem = f"{units} units are listed, but support.units is {p.units}"
        yield ("support", "unit_kinds"), problem, "correct one of them"
    if p.household.workers > p.household.size:
        problem = f"{p.household.workers:g} workers in a household of {p.household.size:g}"
        yield ("household", "workers"), problem, "correct one of them"
    if p.linked > p.households:
        problem = f"{p.linked} households are linked, but there are only {p.households}"
        yield ("flags", "linked_households"), problem, "correct this or the size"
    ids = [purse.id for purse in p.purses]
    for i, name in enumerate(ids):
        if name in ids[:i]:
            yield ("purses", i, "id"), f"a second purse is called '{name}'", "rename it"
