"""What a rule or a kernel means: its own code and constants, and those of everything that it reaches by name.

Compiled code takes a rule's globals as they are when it is compiled. So what is compiled is never the function itself
but a copy that stands for one meaning, with copies of all that it calls: a patched rule, or a rule of the user's own in
the place of one that ships, is another meaning, hence another copy, another compiled kernel and another file of the
cache, in this process and in every other.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from operator import itemgetter
from pathlib import Path
from types import CodeType, FunctionType, ModuleType
from typing import Any

import numpy as np

from sim.core.errors import UserError
from sim.core.frozen import FrozenDict

Own = FrozenDict[FunctionType, FunctionType]
"""Rules that stand in the place of others; in their own module, the name of a rule means the one that ships."""
SHIPPED: Own = FrozenDict()

RULES: set[FunctionType] = set()
"""What is marked `@rule`."""
_COPIES: dict[str, FunctionType] = {}
_PLACE = re.compile(r'([^\s"(]+\.py)(?:", line |:| \()(\d+)')
_SAYS = ("Untyped global", "Unknown attribute", "No implementation", "Cannot unify", "NameError", "Use of unsupported")


@dataclass(frozen=True)
class Meaning:
    """What a function means at this moment.

    Attributes:
        digest: A hash of it, the same in every process of one Python.
        copy: The function, with copies of all that it calls in its globals.
    """

    digest: str
    copy: FunctionType
    _watched: tuple[tuple[Mapping[str, Any], Callable[[Any], Any], tuple[Any, ...]], ...]

    def holds(self) -> bool:
        """Whether every name that is reached still has the value that it had, or an equal number."""
        try:  # many names at a stroke: this is asked at every call of a kernel
            return all([names(where) == values for where, names, values in self._watched])
        except (KeyError, ValueError):  # a name is gone; an array is another one
            return False


def meaning(function: FunctionType, own: Own, dispatcher: Callable[[Any, str, FunctionType], Any]) -> Meaning:
    """What a function means now.

    Args:
        function: A rule, or the loop of a kernel.
        own: Rules that stand in the place of others, wherever those are called.
        dispatcher: From a kernel that is called, its digest and its copy: what is to be called in its place.
    """
    walk = _Walk(own, dispatcher)
    digest, copy = walk.visit(function)
    return Meaning(digest, copy, walk.watched())


class _Walk:
    """From one function through all that it reaches."""

    def __init__(self, own: Own, dispatcher: Callable[[Any, str, FunctionType], Any]) -> None:
        self.own, self.dispatcher = own, dispatcher
        self.done: dict[FunctionType, tuple[str, FunctionType]] = {}
        self.seen: dict[int, tuple[Mapping[str, Any], dict[str, Any]]] = {}

    def watched(self) -> tuple[tuple[Mapping[str, Any], Callable[[Any], Any], tuple[Any, ...]], ...]:
        """Where names were looked up, which, and what they were."""
        # One name more than there is to watch: itemgetter gives a tuple only for several.
        return tuple(
            (where, itemgetter(*found, next(iter(found))), (*found.values(), next(iter(found.values()))))
            for where, found in self.seen.values()
            if found
        )

    def visit(self, function: FunctionType) -> tuple[str, FunctionType]:
        """The digest and the copy of a function."""
        if function not in self.done:
            self.done[function] = "itself", function  # what calls itself; a compiler has its own say on that
            self.done[function] = self._visit(function)
        return self.done[function]

    def _visit(self, function: FunctionType) -> tuple[str, FunctionType]:
        code = function.__code__
        parts = [function.__module__, function.__name__, _code_text(code), repr(function.__kwdefaults__)]
        names = sorted(_names(code))
        own = self._own_in(function)
        found, texts = self._look_up(function.__globals__, names, names, own)
        parts += texts
        cells = () if function.__closure__ is None else function.__closure__
        for value in (*(function.__defaults__ or ()), *(cell.cell_contents for cell in cells)):
            parts.append(self._value(value, names, own)[0])
        digest = hashlib.blake2b("\0".join(parts).encode(), digest_size=16).hexdigest()
        if digest not in _COPIES:
            copy = FunctionType(
                code, {**function.__globals__, **found}, function.__name__, function.__defaults__, function.__closure__
            )
            copy.__kwdefaults__, copy.__module__ = function.__kwdefaults__, function.__module__
            copy.__qualname__ = f"{function.__name__}_{digest}"  # the compiler's symbols: never shared by two meanings
            _COPIES[digest] = copy
            if function in RULES:
                register(copy)
        return digest, _COPIES[digest]

    def _own_in(self, function: FunctionType) -> Own:
        """The rules that stand for others in a function: none of its own module, which may call what it replaces."""
        if not any(mine.__module__ == function.__module__ for mine in self.own.values()):
            return self.own
        return FrozenDict({of: mine for of, mine in self.own.items() if mine.__module__ != function.__module__})

    def _look_up(
        self, where: Mapping[str, Any], which: list[str], names: list[str], own: Own
    ) -> tuple[dict[str, Any], list[str]]:
        """What the names that stand there mean: those whose value needs another in a copy, and all as text."""
        held = self.seen.setdefault(id(where), (where, {}))[1]
        replaced, texts = {}, []
        for name in which:
            if name in where:
                held[name] = value = where[name]
                text, new = self._value(value, names, own)
                texts.append(f"{name}={text}")
                if new is not value:
                    replaced[name] = new
        return replaced, texts

    def _value(self, value: Any, names: list[str], own: Own) -> tuple[str, Any]:
        """A value as text, and what stands for it in a copy; `names` are those that the code looks up anywhere."""
        if isinstance(value, FunctionType):
            value = own.get(value, value)
            if value in RULES:
                return self.visit(value)
            return f"{value.__module__}.{value.__qualname__} {_code_text(value.__code__)}", value
        source = getattr(value, "py_func", None)
        if isinstance(source, FunctionType):  # a kernel
            digest, copy = self.visit(source)
            return digest, self.dispatcher(value, digest, copy)
        if isinstance(value, ModuleType):
            replaced, texts = self._look_up(vars(value), [name for name in names if name in vars(value)], names, own)
            if replaced:
                stand_in = ModuleType(value.__name__)
                vars(stand_in).update({**vars(value), **replaced})
                value = stand_in
            return f"module {value.__name__}({' '.join(texts)})", value
        if isinstance(value, np.ndarray):
            return f"{value.dtype.descr} {value.shape} {value.tobytes().hex()}", value
        if hasattr(value, "__qualname__"):
            return f"{value.__module__}.{value.__qualname__}", value
        return f"{type(value).__qualname__} {value!r}", value


def refusal(error: Exception, own: Own) -> Exception:
    """The error of a compiler, said of the user's own rule that it is about; the error itself if it is about none."""
    files = {rule.__code__.co_filename for rule in own.values()}
    said = [line.strip() for line in str(error).splitlines() if "<function" not in line]
    for file, line in reversed(_PLACE.findall(str(error))):
        at = next((one for one in files if Path(one).name == Path(file).name), None)  # it may say it from here
        if at:
            what = next((text for text in said if text.startswith(_SAYS)), said[0])
            mend = "use numbers, if, for and what rules use; mark functions that it calls with @rule"
            return UserError(f"a rule cannot be compiled: {what}", file=at, line=int(line), mend=mend)
    for of, mine in own.items():  # nothing is said of a line: it does not fit where it stands
        code = mine.__code__
        problem = f"the rules do not compile with '{mine.__name__}' in the place of '{of.__name__}': {said[0]}"
        mend = "let it give back what that rule gives back"
        return UserError(problem, file=code.co_filename, line=code.co_firstlineno, mend=mend)
    return error


def register(rule: FunctionType) -> None:
    """Let compiled code call it."""
    from numba.extending import register_jitable

    register_jitable(_nrt=False)(rule)


def _names(code: CodeType) -> set[str]:
    """Every name that the code looks up, as a global or as an attribute."""
    inner = (constant for constant in code.co_consts if isinstance(constant, CodeType))
    return set(code.co_names).union(*map(_names, inner))


def _code_text(code: CodeType) -> str:
    """All that decides what the code does: not where it stands."""
    constants = " ".join(
        _code_text(one) if isinstance(one, CodeType) else f"{type(one).__name__} {one!r}" for one in code.co_consts
    )
    shape = (code.co_argcount, code.co_posonlyargcount, code.co_kwonlyargcount, code.co_flags)
    names = (code.co_names, code.co_varnames, code.co_freevars, code.co_cellvars)
    return f"{code.co_code.hex()} {code.co_exceptiontable.hex()} {shape} {names} ({constants})"
