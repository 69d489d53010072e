"""Rules of the user's own in the place of rules of a household's month: `[rules] invest = "mine:invest"`."""

from __future__ import annotations

import inspect
from collections.abc import Iterable
from pathlib import Path
from types import FunctionType

from sim import month
from sim.core.errors import UserError
from sim.core.frozen import FrozenDict, FrozenModel
from sim.core.meaning import RULES, Own
from sim.core.rule import rule
from sim.scenario.code import CodeFile
from sim.toml.source import meant

REPLACEABLE: dict[str, FunctionType] = {
    name: value for name, value in vars(month).items() if isinstance(value, FunctionType) and value in RULES
}
"""Rules of a household's month, by name; the month itself among them."""


class RulePlan(FrozenModel):
    """One rule of a plan's own.

    Attributes:
        name: The rule that it stands for.
        function: "module:function".
        code: The file it comes from.
    """

    name: str
    function: str
    code: CodeFile

    def load(self) -> FunctionType:
        """The function, marked as a rule.

        Raises:
            UserError: The file has changed or cannot be loaded, there is no such function, or it takes other arguments.
        """
        path, module = Path(self.code.path), self.code.module()
        wanted = self.function.partition(":")[2]
        found = getattr(module, wanted, None)
        functions = [key for key, value in vars(module).items() if isinstance(value, FunctionType)]
        if not isinstance(found, FunctionType):
            raise UserError(f"has no function '{wanted}'", file=path, **meant(wanted, functions))
        if found in REPLACEABLE.values():
            raise UserError(f"'{wanted}' is the rule that ships", file=path, mend="give your own another name")
        takes, asked = inspect.signature(found), inspect.signature(REPLACEABLE[self.name])
        if list(map(_shape, takes.parameters.values())) != list(map(_shape, asked.parameters.values())):
            names = ", ".join(asked.parameters)
            problem = f"'{wanted}' takes ({', '.join(map(str, takes.parameters.values()))})"
            raise UserError(problem, file=path, line=found.__code__.co_firstlineno, allowed=f"({names})")
        return found if found in RULES else rule(found)


def _shape(parameter: inspect.Parameter) -> tuple[object, ...]:
    return parameter.name, parameter.kind, parameter.default


def checked_name(name: str) -> str:
    """The name of a rule that may be replaced.

    Raises:
        UserError: There is none of that name.
    """
    if name not in REPLACEABLE:
        raise UserError(f"'{name}' is no rule of a household's month", field="rules", **meant(name, REPLACEABLE))
    return name


def own_rules(plans: Iterable[RulePlan]) -> Own:
    """What the engine is given: shipped rule -> own rule."""
    return FrozenDict({REPLACEABLE[plan.name]: plan.load() for plan in plans})


def stands_for(name: str, plans: Iterable[RulePlan]) -> str:
    """The function that does what a rule is there for, with the start of its file's hash if it is the user's own."""
    own = next((plan for plan in plans if plan.name == name), None)
    shipped = REPLACEABLE[name]
    return f"{own.function} ({own.code.sha256[:8]})" if own else f"{shipped.__module__}:{shipped.__name__}"
