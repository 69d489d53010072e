"""Parameters of a policy from a user's own file, declared as the model's own are: `Policy.parameters`."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter

from sim.core.errors import UserError
from sim.parameters import Parameter, Parameters, Value, _Entry, _parameter
from sim.parameters.typed import P
from sim.toml.check import check
from sim.toml.source import Place, raise_all

_PARAMETER = TypeAdapter(Parameter)


def declared(topic: str, tables: Mapping[str, Mapping[str, object]], file: Path) -> tuple[Parameter, ...]:
    """The parameters that a class declares.

    Args:
        topic: What their full names begin with: the policy's kind.
        tables: Name -> what a table of `sim/parameters/*.toml` holds.
        file: Where the class stands, for messages.

    Raises:
        UserError: One lacks a value, unit, range, source or confidence, lies outside its range, or has the name of a
            parameter of the model; all problems are reported together.
    """
    found: list[Parameter] = []
    problems: list[UserError] = []
    if not isinstance(tables, Mapping):
        raise UserError("must be a dict, name -> table", file=file, field="parameters")
    for name, table in tables.items():
        field = f"parameters.{name}"
        if name in P.__annotations__:
            problem = "has the same name as a parameter of the model"
            problems.append(UserError(problem, file=file, field=field, mend="give it another name"))
            continue
        if not name.isidentifier():
            problems.append(UserError("must be a plain name: letters, digits, underscores", file=file, field=field))
            continue
        entry, wrong = check(_Entry, table, lambda _: Place(str(file)), name=field)
        problems += wrong
        if entry is not None and not wrong:
            found.append(_parameter(topic, name, entry))
    if problems:
        raise_all(problems)
    return tuple(found)


def with_own(known: Parameters, own: Iterable[Parameter]) -> Parameters:
    """The model's parameters and those of policies beside them.

    Raises:
        UserError: Two policies declare different parameters of one name.
    """
    names = {entry.name: entry for entry in known.entries}
    entries = list(known.entries)
    for entry in own:
        first = names.setdefault(entry.name, entry)
        if first is entry:
            entries.append(entry)
        elif first != entry:
            raise UserError(f"has the same name as {first.key}", field=entry.key, mend="give one of them another name")
    return Parameters(tuple(entries)) if len(entries) > len(known.entries) else known


def written(own: Iterable[Parameter]) -> list[dict[str, Any]]:
    """Parameters of policies as JSON holds them, each once."""
    return [_PARAMETER.dump_python(entry, mode="json") for entry in dict.fromkeys(own)]


def read(content: Iterable[Mapping[str, Any]]) -> list[Parameter]:
    """What `written` gave."""
    return [_PARAMETER.validate_python(entry) for entry in content]


def of_model(values: Mapping[str, Value]) -> dict[str, Value]:
    """The numbers that rules which ship can read: kernels need not be compiled anew for a policy's own."""
    return {name: value for name, value in values.items() if name in P.__annotations__}
