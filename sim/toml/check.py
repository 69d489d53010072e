"""Tables of a TOML file held against a pydantic model, with complaints a planner can act on."""

from __future__ import annotations

import difflib
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, Literal, TypeVar, get_args, get_origin

from pydantic import BaseModel, ValidationError
from pydantic.fields import FieldInfo

from sim.core.errors import UserError
from sim.toml.source import KeyPath, Place, meant, show

_WANTED = {
    "int_type": "a whole number",
    "int_from_float": "a whole number",
    "float_type": "a number",
    "bool_type": "true or false",
    "string_type": "text in quotes",
    "tuple_type": "a list",
    "date_type": "a date such as 2012-12-24",
    "model_type": "a table",
    "dict_type": "a table",
    "mapping_type": "a table",
    "finite_number": "a finite number",
    "greater_than_equal": "at least {ge}",
    "greater_than": "more than {gt}",
    "less_than_equal": "at most {le}",
    "less_than": "less than {lt}",
    "literal_error": "{expected}",
    "too_short": "a list of at least {min_length}",
    "too_long": "a list of at most {max_length}",
    "string_too_short": "text of at least {min_length} character(s)",
}

M = TypeVar("M", bound=BaseModel)


def frozen_lists(value: Any) -> Any:
    """The same value with tuples for lists, all the way down."""
    if isinstance(value, Mapping):
        return {key: frozen_lists(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return tuple(frozen_lists(item) for item in value)
    return value


def check(
    model: type[M],
    data: object,
    place: Callable[[KeyPath], Place],
    *,
    at: KeyPath = (),
    name: str | None = None,
    also: Iterable[str] = (),
) -> tuple[M | None, list[UserError]]:
    """Validate a table strictly against a pydantic model.

    Args:
        model: What the table must be.
        data: The table as read.
        place: Where a key path stands.
        at: Key path of the table itself.
        name: How messages call the table; the key path by default.
        also: Keys that the table may have although the model lacks them (for suggestions only).

    Returns:
        The validated model (None if it is not valid) and the problems found.
    """
    try:
        return model.model_validate(frozen_lists(data), strict=True), []
    except ValidationError as invalid:
        found = invalid.errors(include_url=False)
    name = name or dotted(at) or None
    problems: list[UserError] = []
    wrong: dict[KeyPath, list[Any]] = {}  # a union complains once for each of its members
    for entry in found:
        *around, last = entry["loc"] or ("",)
        if entry["type"] == "extra_forbidden":
            allowed = {*_fields(model, around), *(() if around else also)}
            unknown = place((*at, *around, last))
            problems.append(
                unknown.error(f"unknown key '{last}'", field=_named(name, around), **meant(str(last), allowed))
            )
        elif entry["type"] == "missing":
            field = _fields(model, around).get(str(last))
            options = get_args(field.annotation) if field and get_origin(field.annotation) is Literal else ()
            choices = ", ".join(map(str, options)) or None
            lacking = place((*at, *around))
            problems.append(lacking.error(f"'{last}' is missing", field=_named(name, around), allowed=choices))
        else:
            wrong.setdefault(_inside(data, entry["loc"]), []).append(entry)
    for inside, entries in wrong.items():
        problem, near = _complaint(entries)
        mend = f"did you mean '{near}'?" if near else None
        problems.append(place((*at, *inside)).error(problem, field=_named(name, inside), mend=mend))
    return None, problems


def _complaint(entries: Sequence[Any]) -> tuple[str, str | None]:
    """What pydantic found wrong with one value, in our words, and the nearest allowed word."""
    value = entries[0]["input"]
    wants = [_WANTED[entry["type"]].format(**_limits(entry)) for entry in entries if entry["type"] in _WANTED]
    if not wants:
        return str(entries[0].get("ctx", {}).get("error", entries[0]["msg"])), None
    words = re.findall(r"'([^']*)'", wants[0]) if isinstance(value, str) else []
    near = difflib.get_close_matches(str(value), words, n=1)
    return f"must be {' or '.join(dict.fromkeys(wants))}, found {show(value)}", near[0] if near else None


def _limits(entry: Any) -> dict[str, Any]:
    return {key: _plain(value) for key, value in entry.get("ctx", {}).items()}


def _plain(value: Any) -> Any:
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    return f"{value:,}" if isinstance(value, int) and abs(value) >= 1_000_000 else value


def dotted(path: KeyPath) -> str:
    """A key path as one writes it."""
    return ".".join(str(part) for part in path)


def _named(name: str | None, inside: Sequence[str | int]) -> str | None:
    return ".".join([*([name] if name else []), *map(str, inside)]) or None


def _inside(data: object, loc: tuple[str | int, ...]) -> KeyPath:
    """The part of pydantic's location that is in the data (unions and validators add words of their own)."""
    path: KeyPath = ()
    for part in loc:
        try:
            data = data[part]  # type: ignore[index]
        except (KeyError, IndexError, TypeError):
            break
        path = (*path, part)
    return path


def _fields(model: Any, loc: Sequence[str | int]) -> Mapping[str, FieldInfo]:
    """The fields of the model that stands at a location inside another."""
    for part in loc:
        if isinstance(part, str):
            field = model.model_fields.get(part) if model else None
            model = _model_in(field.annotation) if field else None
    return {field.alias or name: field for name, field in model.model_fields.items()} if model else {}


def _model_in(annotation: Any) -> Any:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    arguments = getattr(annotation, "__args__", ())
    return next((model for model in map(_model_in, arguments) if model), None)
