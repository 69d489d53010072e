"""Who only reads: while it is at work, the rows that a model lives by cannot be written."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Any

from numpy.typing import NDArray

from sim.core.errors import UserError


@contextmanager
def only_reads(who: object, rows: Iterable[NDArray[Any]], when: object) -> Iterator[None]:
    """Let somebody read rows and write none.

    Args:
        who: Who is at work; one that is `trusted` is not kept from writing.
        rows: The rows.
        when: The day, for messages.

    Raises:
        UserError: It writes one.
    """
    kept = () if getattr(who, "trusted", False) else tuple(rows)
    for one in kept:
        one.setflags(write=False)
    try:
        yield
    except ValueError as error:
        if "read-only" not in str(error):
            raise
        problem = f"the observer '{type(who).__name__}' changes the county on {when}"
        raise UserError(problem, mend="an observer only reads: let a policy do it, or change a copy") from error
    finally:
        for one in kept:
            one.setflags(write=True)
