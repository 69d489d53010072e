"""The narrow door to Mesa 3.3 - 3.5: the only module that imports it and that knows its versions.

Mesa ships without usable types, hence the stand-ins below and nowhere else. What differs between the supported
versions: 3.3 keeps every Model that ever had agents alive, because `Agent._ids` is keyed by model, and its collectors
keep what agents' reporters return without copying it; 3.5 deprecates `seed=` for `rng=`, which both take, and owns the
names `scenario` and `time` (ours are `plan` and `clock`).
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from copy import copy, deepcopy
from itertools import count
from types import FrameType
from typing import TYPE_CHECKING, Any
from weakref import WeakKeyDictionary

import mesa
import numpy as np

MESA_VERSION: str = mesa.__version__

if TYPE_CHECKING:

    class MesaModel:
        """What villagesim uses of `mesa.Model`."""

        running: bool
        steps: int
        agents: Any
        agents_by_type: Any
        agent_types: Any

        def __init__(self, **kwargs: Any) -> None: ...

    class MesaAgent:
        """What villagesim uses of `mesa.Agent`."""

        unique_id: int
        model: Any

        def __init__(self, model: Any) -> None: ...

else:
    MesaModel = mesa.Model
    MesaAgent = mesa.Agent


class _Counters(WeakKeyDictionary[Any, Iterator[int]]):
    """`Agent._ids` of Mesa 3.3, which gives out unique_id by model, but holds no model longer than others do."""

    def __getitem__(self, model: Any) -> Iterator[int]:
        return self.setdefault(model, count(1))


_ONE_COUNTER = not isinstance(getattr(mesa.Agent, "_ids", None), dict)  # the model's own, among its attributes
if not _ONE_COUNTER:
    mesa.Agent._ids = _Counters()


class Live:
    """What shows state as it stands at any moment; a deep copy is what it shows now."""

    __slots__ = ()


def _as_it_stands(value: Any) -> Any:
    if isinstance(value, (Live, np.ndarray, np.void)):
        return deepcopy(value)
    if type(value) in (list, tuple):
        return type(value)(map(_as_it_stands, value))
    return {key: _as_it_stands(inside) for key, inside in value.items()} if type(value) is dict else value


def _keep_values(name: str) -> None:
    """Let a collector keep what agents' reporters gave, not views of rows that change later (3.3; tuples in 3.5)."""
    record = getattr(mesa.DataCollector, name)

    def recorded(*args: Any) -> Iterator[Any]:
        return map(_as_it_stands, record(*args))

    setattr(mesa.DataCollector, name, recorded)


for _name in ("_record_agents", "_record_agenttype"):
    if hasattr(mesa.DataCollector, _name):
        _keep_values(_name)


def in_repeated_batch() -> bool:
    """Whether `mesa.batch_run` makes this model with the very arguments that it has already run.

    Mesa 3.3 hands every iteration the same; 3.5 gives each a seed of its own.
    """
    frame: FrameType | None = sys._getframe(1)
    while frame is not None:
        if frame.f_code.co_name == "_model_run_func" and frame.f_globals.get("__name__") == "mesa.batchrunner":
            _, iteration, arguments = frame.f_locals["run"]
            return bool(iteration > 0 and (not _ONE_COUNTER or "rng" not in arguments))
        frame = frame.f_back
    return False


def next_id(model: MesaModel) -> int:
    """The unique_id of the next agent, where it is not among the model's attributes (else 0)."""
    return 0 if _ONE_COUNTER else next(copy(mesa.Agent._ids[model]))


def count_from(model: MesaModel, unique_id: int) -> None:
    """Give out unique_id from here on."""
    if unique_id:
        mesa.Agent._ids[model] = count(unique_id)
