"""What no input may hold, whatever its tables mean: deep nesting, numbers beyond 64 bits, unseen characters."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence

from sim.core.text import refused_character

KeyPath = tuple[str | int, ...]
"""Where a value stands in a file: ("policies", 1, "quota_yuan")."""

DEEPEST = 20
"""Tables and lists inside one another; what ships has six at most."""
_WORD = 2**63
_LARGEST = 1e15


def unfit(data: object) -> Iterator[tuple[KeyPath, str]]:
    """Where a table holds what no input may, and what it is; without recursion, so that any depth can be looked at."""
    waiting: list[tuple[KeyPath, object]] = [((), data)]
    while waiting:
        path, value = waiting.pop()
        if isinstance(value, Mapping):
            for key in value:
                if isinstance(key, str) and (character := refused_character(key)):
                    yield path, f"a key holds the character {character}, which shows nothing and can hide what is meant"
            inside: Sequence[tuple[str | int, object]] = list(value.items())
        elif isinstance(value, (list, tuple)):
            inside = list(enumerate(value))
        else:
            if problem := _unfit_value(value):
                yield path, problem
            continue
        if len(path) >= DEEPEST and inside:
            yield path, f"is nested too deeply: more than {DEEPEST} tables or lists inside one another"
        else:
            waiting += [((*path, key), one) for key, one in reversed(inside)]


def _unfit_value(value: object) -> str | None:
    if isinstance(value, str) and (character := refused_character(value)):
        return f"holds the character {character}, which shows nothing and can hide what is meant"
    if isinstance(value, int) and not -_WORD <= value < _WORD:
        return f"is a whole number of {value.bit_length()} bits; at most 64 are allowed"
    if isinstance(value, float) and _LARGEST < abs(value) < math.inf:  # what is not finite, the models refuse
        return f"{value:g} is beyond what any input can mean; at most {_LARGEST:g}"
    return None
