"""Copies of a whole model: a model's parts see the same rows, and so must the parts of its copy.

NumPy copies a view as an array of its own, and so do `copy` and `pickle`: agents, accounts and policies of such a copy
would each write rows that the others never see. Here a view is copied as the same view of the copied array.
"""

from __future__ import annotations

import io
import pickle
from collections.abc import Callable, Iterator
from types import BuiltinFunctionType, FunctionType, ModuleType
from typing import Any, NoReturn, SupportsIndex, TypeVar

import numpy as np
from numpy.typing import NDArray

from sim.core.errors import UserError
from sim.core.frozen import FrozenModel

T = TypeVar("T")
_PLAIN = (np.ndarray, np.recarray)
_MEND = "take out what it cannot copy (open files, running generators, threads), or put it back in the copy"


class Part:
    """A part of a model, which cannot be copied without the rest of it."""

    def __reduce_ex__(self, protocol: SupportsIndex) -> Any:
        """Refused: a copy of its own would see rows that no model lives by."""
        raise UserError(f"a {type(self).__name__} cannot be copied by itself", mend="copy the model: model.copy()")


class Whole:
    """What is copied as a whole: by `copy_of` within a process, by `freeze` and `thaw` between processes."""


def copy_of(whole: T) -> T:
    """A copy that goes on by itself; classes, functions and what cannot change are shared with the original.

    Raises:
        UserError: It holds something that cannot be copied.
    """
    shared: list[Any] = []
    blob = _written(whole, shared, _is_shared)
    twin: T = _Reader(io.BytesIO(blob), shared).load()
    return twin


def freeze(whole: Whole, apart: object) -> bytes:
    """The whole as bytes, for another process; `apart` is left out and has to be there again in `thaw`.

    Raises:
        UserError: It holds something that cannot leave the process.
    """
    return _written(whole, [apart], lambda obj: obj is apart)


def thaw(apart: object, blob: bytes) -> Any:
    """What `freeze` made bytes of."""
    return _Reader(io.BytesIO(blob), [apart]).load()


def _written(whole: object, shared: list[Any], is_shared: Callable[[object], bool]) -> bytes:
    file = io.BytesIO()
    writer = _Writer(file, shared, is_shared)
    try:
        writer.dump(whole)
    except (pickle.PicklingError, TypeError, AttributeError) as error:
        raise UserError(f"this {type(whole).__name__} cannot be copied: {error}", mend=_MEND) from error
    for function, array in writer.remembered:
        if id(_root(array)) in writer.roots:
            _refuse(function)
    return file.getvalue()


def _is_shared(obj: object) -> bool:
    """Whether copies within a process share it: it cannot change, or it is code."""
    if isinstance(obj, BuiltinFunctionType):
        return obj.__self__ is None or isinstance(obj.__self__, ModuleType)
    return isinstance(obj, (FunctionType, type, ModuleType, FrozenModel)) or hasattr(type(obj), "py_func")


def _root(array: NDArray[Any]) -> NDArray[Any]:
    """The array that owns the memory."""
    while isinstance(array.base, np.ndarray):
        array = array.base
    return array


def _address(array: Any) -> int:
    return int(array.__array_interface__["data"][0])


class _Writer(pickle.Pickler):
    """Writes views as views, and functions only if they remember no part of a model."""

    def __init__(self, file: io.BytesIO, shared: list[Any], is_shared: Callable[[object], bool]) -> None:
        super().__init__(file, protocol=5)
        self._shared, self._is_shared = shared, is_shared
        self._numbers = {id(obj): number for number, obj in enumerate(shared)}
        self.roots: dict[int, NDArray[Any]] = {}
        self.remembered: list[tuple[Any, NDArray[Any]]] = []

    def persistent_id(self, obj: Any) -> int | None:
        """The number of what is shared."""
        number = self._numbers.get(id(obj))
        if number is None and self._is_shared(obj):
            if isinstance(obj, FunctionType):
                self._check(obj)
            number = self._numbers[id(obj)] = len(self._shared)
            self._shared.append(obj)
        return number

    def _check(self, function: FunctionType) -> None:
        for held in _held_by(function):
            if isinstance(held, (Part, Whole)):
                _refuse(function)
            if isinstance(held, np.ndarray):
                self.remembered.append((function, held))

    def reducer_override(self, obj: Any) -> Any:
        """How arrays, rows and parts of a model are rebuilt; the rest as usual."""
        if isinstance(obj, (Part, Whole)):
            return object.__reduce_ex__(obj, 4)
        if isinstance(obj, np.void) and isinstance(obj.base, np.ndarray) and obj.base.ndim == 1:
            return _row, (obj.base, (_address(obj) - _address(obj.base)) // obj.base.strides[0])
        if type(obj) not in _PLAIN or obj.dtype.hasobject:
            return NotImplemented
        root = _root(obj)
        self.roots[id(root)] = root
        if root is obj:
            return NotImplemented if obj.flags.writeable else (_read_only, (obj.copy(),))
        if type(root) not in _PLAIN or not root.flags.forc:
            return NotImplemented
        at = _address(obj) - _address(root)
        return _view, (root, type(obj), obj.dtype, obj.shape, at, obj.strides, obj.flags.writeable)


class _Reader(pickle.Unpickler):
    def __init__(self, file: io.BytesIO, shared: list[Any]) -> None:
        super().__init__(file)
        self._shared = shared

    def persistent_load(self, pid: int) -> Any:
        return self._shared[pid]


def _held_by(function: FunctionType) -> Iterator[object]:
    """What a function remembers from where it was made."""
    yield from function.__defaults__ or ()
    yield from (function.__kwdefaults__ or {}).values()
    for cell in function.__closure__ or ():
        try:
            yield cell.cell_contents
        except ValueError:  # not filled yet
            continue


def _refuse(function: Any) -> NoReturn:
    name = f"{function.__module__}.{function.__qualname__}"
    mend = "hand the model to it as an argument, or make it a method"
    raise UserError(f"this model cannot be copied: the function {name} remembers a part of it", mend=mend)


def _row(rows: NDArray[Any], index: int) -> Any:
    return rows[index]


def _read_only(array: NDArray[Any]) -> NDArray[Any]:
    array.flags.writeable = False
    return array


def _view(
    root: NDArray[Any], kind: type, dtype: Any, shape: tuple[int, ...], at: int, strides: tuple[int, ...], write: bool
) -> NDArray[Any]:
    flat = root.reshape(-1, order="A").view(np.ndarray).view(np.uint8)
    view: NDArray[Any] = np.ndarray(shape, dtype, buffer=flat, offset=at, strides=strides).view(kind)
    view.flags.writeable = write and view.flags.writeable
    return view
