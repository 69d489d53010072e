"""How a rule and a kernel are marked.

A rule is a module-level function of one agent, its village, the parameters and today. Called from Python it stays plain
Python (over Mesa agents, for reading and debugging); called from a kernel it is compiled. A kernel is the short loop
over rows that calls rules; it is compiled once and cached.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar, cast

from numba import njit
from numba.extending import register_jitable

F = TypeVar("F", bound=Callable[..., Any])


def rule(function: F) -> F:
    """Mark a function of one agent; same arithmetic in Python and compiled.

    A rule allocates nothing (one that does will not compile): arrays pass through it without being counted, which
    would take a third of a household's month.
    """
    marked: F = register_jitable(_nrt=False)(function)
    return marked


def kernel(function: F) -> F:
    """Mark a loop over rows; `function.py_func` is the same loop in plain Python."""
    return cast(F, njit(cache=True, nogil=True, error_model="python")(function))
