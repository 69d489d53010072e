"""The narrow door to Mesa 3.3 - 3.5: the only module that imports it and that knows its versions.

Mesa ships without usable types, hence the ignores here and nowhere else. What differs between the supported
versions: 3.5 deprecates `seed=` for `rng=` and wraps `step`; 3.3 keeps every Model that ever had agents alive,
because `Agent._ids` is keyed by model.
"""

from __future__ import annotations

import inspect
from typing import TYPE_CHECKING, Any

import mesa

MESA_VERSION: str = mesa.__version__

if TYPE_CHECKING:

    class MesaModel:
        """What villagesim uses of `mesa.Model`."""

        running: bool
        steps: int

        def __init__(self, **kwargs: Any) -> None: ...

    class MesaAgent:
        """What villagesim uses of `mesa.Agent`."""

        unique_id: int
        model: Any

        def __init__(self, model: Any) -> None: ...

else:
    MesaModel = mesa.Model
    MesaAgent = mesa.Agent

_TAKES_RNG_INT = "scenario" in inspect.signature(mesa.Model.__init__).parameters


def start_mesa(model: Any, rng: int) -> None:
    """Run `mesa.Model.__init__` with the spelling this version wants.

    Mesa's own generators are seeded for the sake of collectors and user code; no rule of villagesim draws from them.
    """
    if _TAKES_RNG_INT:
        mesa.Model.__init__(model, rng=rng)
    else:
        mesa.Model.__init__(model, seed=rng)


def agent_set(agents: list[Any], model: Any) -> Any:
    """An AgentSet over `agents`, in their order."""
    return mesa.agent.AgentSet(agents, random=model.random)


def forget(model: Any) -> None:
    """Let go of Mesa's hold on a model (3.3 keeps models alive through `Agent._ids`)."""
    ids = getattr(mesa.Agent, "_ids", None)
    if ids is not None and hasattr(ids, "pop"):
        ids.pop(model, None)
