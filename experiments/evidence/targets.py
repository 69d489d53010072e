"""Which targets there are: those that ship, the rest of the starting world's lines, and those of a user's file."""

from __future__ import annotations

from collections.abc import Mapping
from fnmatch import fnmatchcase
from pathlib import Path

from experiments.evidence.judge import parameter_value
from experiments.evidence.registry import measures
from experiments.published import Published, claims, figures, read_rows
from experiments.published.start import figures as lines
from sim.core.errors import UserError
from sim.toml.source import TomlSource, meant, parse_toml, raise_all, read_toml

REST = "starting_world"


def all_targets(extra: Path | None = None) -> dict[str, Published]:
    """Every target by id, in the order in which they are shown.

    Args:
        extra: A file of targets to add, in the form of figures.toml; a row with a known id takes its place.

    Raises:
        UserError: A file is wrong, or names a measure or parameter that does not exist.
    """
    targets = {**figures(), **_rest(), **claims()}
    if extra is not None:
        source = read_toml(extra)
        own = read_rows(Published, source)
        check_names(own, source)
        replaced = {name.split(".")[0] for name in own}
        targets = {name: target for name, target in targets.items() if name.split(".")[0] not in replaced} | own
    return targets


def _rest() -> dict[str, Published]:
    """The lines of the starting world that no published figure stands for: what the profile states, and its purses."""
    shown = {figure.describe for figure in (*figures().values(), *claims().values())}
    rest = "\n".join(
        f'[{REST}.parts.{name}]\ndescribe = "{name}"' for name in lines() if name not in shown and name != "purse"
    )
    head = f'[{REST}]\ngroup = "start"\n'
    return read_rows(Published, parse_toml(Path(REST), head + rest))


def check_names(rows: Mapping[str, Published], source: TomlSource) -> None:
    """Refuse measures and parameters that do not exist.

    Args:
        rows: The rows of a file.
        source: The file, for the line of a complaint.

    Raises:
        UserError: Each wrong name, with its line and the nearest right one.
    """
    problems: list[UserError] = []
    for name, row in rows.items():
        table, _, part = name.partition(".")
        own = ("parts", part) if part else ()
        for field, wrong in (
            ("measure", _unknown_measure(row.measure)),
            ("without", _unknown_measure(row.without)),
            ("parameter", _unknown_parameter(row)),
        ):
            if wrong is not None:
                path = (table, *own, field)
                inside = source.data[table]["parts"][part] if part else source.data[table]
                place = source.place(path if field in inside else (table, field))
                problems.append(place.of(UserError(wrong.problem, field=name, allowed=wrong.allowed, mend=wrong.mend)))
    if problems:
        raise_all(problems)


def _unknown_measure(name: str) -> UserError | None:
    if not name or name in measures():
        return None
    hint = meant(name, measures())
    if "mend" not in hint:
        hint = {"allowed": "see `village evidence --list` for all measures"}
    return UserError(f"there is no measure '{name}'", **hint)


def _unknown_parameter(row: Published) -> UserError | None:
    try:
        if row.parameter:
            parameter_value(row.parameter)
    except UserError as error:
        return error
    return None


def select(names: Mapping[str, object], pattern: str | None) -> list[str]:
    """The ids that a pattern means: part of an id, or shell wildcards.

    Raises:
        UserError: There is none.
    """
    if pattern is None:
        return list(names)
    wanted = pattern if any(sign in pattern for sign in "*?[") else f"*{pattern}*"
    found = [name for name in names if fnmatchcase(name, wanted)]
    if not found:
        hint = meant(pattern, {name.split(".")[0] for name in names})
        raise UserError(f"no target has a name like '{pattern}'", field="--only", **hint)
    return found
