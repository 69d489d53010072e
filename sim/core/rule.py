"""How a rule and a kernel are marked.

A rule is a module-level function of one agent, its village, the parameters and today. Called from Python it stays plain
Python (over Mesa agents, for reading and debugging); called from a kernel it is compiled. A kernel is the short loop
over rows that calls rules; it is compiled once for what it and its rules mean, and kept (see `meaning`).
"""

from __future__ import annotations

from collections.abc import Callable
from types import FunctionType
from typing import Any, TypeVar, cast

from numba import njit

from sim.core.kernel_file import KernelFile
from sim.core.meaning import RULES, SHIPPED, Meaning, Own, meaning, register

F = TypeVar("F", bound=Callable[..., Any])
_KERNELS: list[Kernel] = []
_COMPILED: dict[str, Any] = {}


def rule(function: F) -> F:
    """Mark a function of one agent; same arithmetic in Python and compiled.

    A rule allocates nothing (one that does will not compile): arrays pass through it without being counted, which
    would take a third of a household's month.
    """
    RULES.add(cast(FunctionType, function))
    register(cast(FunctionType, function))  # for kernels that a user compiles
    return function


class Kernel:
    """A loop over rows: compiled when it is called, for what it and all that it calls mean at that moment.

    Attributes:
        py_func: The same loop in plain Python.
    """

    def __init__(self, function: FunctionType, **options: Any) -> None:
        self.py_func = function
        self.__name__, self.__module__, self.__doc__ = function.__name__, function.__module__, function.__doc__
        self.options = options
        self._known: dict[Own, tuple[Meaning, Any]] = {}
        _KERNELS.append(self)

    def __call__(self, *args: Any) -> Any:
        """Run it under the rules that ship."""
        return self.under(SHIPPED)(*args)

    def under(self, own: Own) -> Any:
        """The compiled loop, with rules of the user's own in the place of those that ship; `py_func` is its source."""
        return self._now(own)[1]

    def digest(self, own: Own = SHIPPED) -> str:
        """A hash of what it means now, under these rules."""
        return self._now(own)[0].digest

    def _now(self, own: Own) -> tuple[Meaning, Any]:
        known = self._known.get(own)
        if known is None or not known[0].holds():
            means = meaning(self.py_func, own, _dispatcher)
            known = self._known[own] = means, _dispatcher(self, means.digest, means.copy)
        return known


def kernel(function: F) -> F:
    """Mark a loop over rows; `function.py_func` is the same loop in plain Python."""
    return cast(F, Kernel(cast(FunctionType, function)))


def inlined(function: F) -> F:
    """Mark a kernel that is to be part of whatever calls it."""
    return cast(F, Kernel(cast(FunctionType, function), forceinline=True))


def in_python(function: F, own: Own) -> F:
    """A rule in plain Python, with rules of the user's own in the place of those that ship."""
    return cast(F, meaning(cast(FunctionType, function), own, _dispatcher).copy) if own else function


def all_mean(own: Own) -> str:
    """What all kernels of sim mean now, under these rules: what is remembered under it was made by the same rules."""
    return " ".join([kernel.digest(own) for kernel in _KERNELS if kernel.__module__.startswith("sim.")])


def _dispatcher(called: Any, digest: str, copy: FunctionType) -> Any:
    """What Numba compiles for a kernel of this meaning."""
    if not isinstance(called, Kernel):
        return called  # a function that the user compiles
    if digest not in _COMPILED:
        compiled = njit(nogil=True, error_model="python", **called.options)(copy)
        compiled._cache = KernelFile(called.__name__, digest)
        _COMPILED[digest] = compiled
    return _COMPILED[digest]
