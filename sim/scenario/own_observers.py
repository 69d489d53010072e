"""Observers of the user's own that a plan names: `observers = ["module:Class"]`."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any

from sim.core.errors import UserError
from sim.core.frozen import FrozenModel
from sim.recording.observer import Observer
from sim.recording.own_results import Declared, declared, together
from sim.scenario.code import CodeFile
from sim.toml.source import meant


class ObserverPlan(FrozenModel):
    """One observer of a plan's own.

    Attributes:
        kind: "module:Class".
        code: The file it comes from.
    """

    kind: str
    code: CodeFile

    def __str__(self) -> str:
        return f"{self.kind} ({self.code.sha256[:8]})"

    def load(self) -> type[Observer]:
        """Its class.

        Raises:
            UserError: The file has changed or cannot be loaded, or holds no such observer.
        """
        path, module = Path(self.code.path), self.code.module()
        wanted = self.kind.partition(":")[2]
        found = getattr(module, wanted, None)
        observers = [
            key
            for key, value in vars(module).items()
            if isinstance(value, type) and issubclass(value, Observer) and value.__module__ == module.__name__
        ]
        if found is None:
            raise UserError(f"has no class '{wanted}'", file=path, **meant(wanted, observers))
        if wanted not in observers:
            raise UserError(f"'{wanted}' is not an observer", file=path, mend="derive it from sim.Observer")
        return found  # type: ignore[no-any-return]

    def declared(self) -> Declared:
        """The results and groups that it declares.

        Raises:
            UserError: Something is declared wrongly, or as `load`.
        """
        return declared(self.load(), Path(self.code.path))

    def build(self) -> Observer:
        """The observer itself.

        Raises:
            UserError: It cannot be made without arguments, or as `load`.
        """
        cls = self.load()
        try:
            return cls()
        except TypeError as error:
            mend = "give its __init__ no arguments"
            raise UserError(f"'{cls.__name__}' cannot be made: {error}", file=self.code.path, mend=mend) from error

    def __reduce__(self) -> tuple[Any, ...]:
        # The class is in no importable module: whoever unpickles an observer needs it loaded.
        return _restore, (self.kind, self.code)


def _restore(kind: str, code: CodeFile) -> ObserverPlan:
    plan = ObserverPlan(kind=kind, code=code)
    plan.load()
    return plan


def own_results(plans: Iterable[ObserverPlan]) -> Declared:
    """What the observers of a plan declare, all together.

    Raises:
        UserError: Two of them declare one name, or something is declared wrongly.
    """
    return together(plan.declared() for plan in plans)
