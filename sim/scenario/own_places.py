"""Who has which place of a household's `own`: two files of a plan may not take one place for two things."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Mapping
from pathlib import Path

from sim.agents.household import Household
from sim.core.errors import UserError
from sim.scenario.code import CodeFile
from sim.toml.reading import read_bytes

DECLARED = "OWN_PLACES"
"""What a file calls the places that it uses, by the name of what it keeps there: `{"pledged_yuan": 0}`."""
PLACES = Household.DTYPE["own"].shape[0]


def check_places(files: Iterable[CodeFile]) -> None:
    """See that all files of a plan that use `own` mean the same thing by the same place.

    One file alone need not say anything. Several name their places, so that a place under two names, or a name at two
    places, is found; one name at one place is something that they share.

    Raises:
        UserError: Two files do not agree, or one does not say what it uses.
    """
    users = [file for file in dict.fromkeys(files) if _uses_own(file)]
    if len(users) < 2:
        return
    names: dict[int, tuple[str, str]] = {}
    places: dict[str, tuple[int, str]] = {}
    for file in users:
        for name, place in _places_of(file, [Path(one.path).name for one in users if one is not file]).items():
            other, first = names.setdefault(place, (name, file.path))
            if other != name:
                problem = f"place {place} of households' own is '{name}' here and '{other}' in {first}"
                mend = f"give one of them another place, 0 to {PLACES - 1}; if it is one thing, give it one name"
                raise UserError(problem, file=file.path, field=DECLARED, mend=mend)
            there, first = places.setdefault(name, (place, file.path))
            if there != place:
                problem = f"'{name}' has place {place} of households' own here and place {there} in {first}"
                raise UserError(problem, file=file.path, field=DECLARED, mend="give it one place, or two names")


def _uses_own(file: CodeFile) -> bool:
    """Whether a file, or what it imports from beside it, speaks of `own` at all: `h.own`, `households["own"]`."""
    nodes = (node for path in file.files() for node in ast.walk(ast.parse(read_bytes(path))))
    return any(
        (isinstance(node, ast.Attribute) and node.attr == "own")
        or (isinstance(node, ast.Constant) and node.value == "own")
        for node in nodes
    )


def _places_of(file: CodeFile, others: list[str]) -> Mapping[str, int]:
    found = getattr(file.module(), DECLARED, None)
    form = f'{DECLARED} = {{"pledged_yuan": 0}}, each place from 0 to {PLACES - 1}'
    if found is None:
        problem = f"uses households' own, as {', '.join(others)} does, and does not say which places"
        raise UserError(problem, file=file.path, mend=f"name them at the top of the file: {form}")
    if isinstance(found, Mapping) and all(
        isinstance(name, str) and type(place) is int and 0 <= place < PLACES for name, place in found.items()
    ):
        return found
    raise UserError(f"is {found!r}", file=file.path, field=DECLARED, allowed=form)
