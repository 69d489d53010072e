"""The order of things as data: what a day and a month do, step by step, and what each step may write.

Everything is read from the source of sim itself, so it cannot say otherwise than what is run.
"""

from __future__ import annotations

import ast
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass

from sim.order.source import Source
from sim.order.writes import Called, Walk, Write, Writes

__all__ = ["Order", "PolicyHooks", "Source", "Step"]

MODEL = "sim.model.VillageModel"
POLICY = "sim.policies.policy.Policy"
HOOKS = ("open", "day", "month_end", "books_closed", "close")
ASKED = ("sim.core.", "sim.indicators.", "sim.money.audit", "sim.policies.agenda", "sim.scenario.")
"""Modules whose functions answer, and do nothing of their own."""


@dataclass(frozen=True)
class Step:
    """One step.

    Attributes:
        name: The function or method that is called; where the function around it writes by itself, that one.
        within: The function in whose body it stands.
        file: Where it is written.
        files: Where all that may be called there is written: a policy's hook is that of every policy.
        does: First sentence of its docstring.
        when: Conditions and loops it stands in, outermost first, as the source has them.
        writes: What it may write, with all that it calls: names by whose they are.
    """

    name: str
    within: str
    file: str
    files: tuple[str, ...]
    does: str
    when: tuple[str, ...]
    writes: dict[str, tuple[str, ...]]


@dataclass(frozen=True)
class PolicyHooks:
    """What a policy does when it is called.

    Attributes:
        kind: Its kind.
        file: Where it is written.
        hooks: What each of its hooks may write; those that it leaves empty are left out.
    """

    kind: str
    file: str
    hooks: dict[str, dict[str, tuple[str, ...]]]


class Order:
    """The order that a source gives.

    Args:
        source: Syntax trees; those of sim as it stands by default.
    """

    def __init__(self, source: Source | None = None) -> None:
        self.source = source or Source.read()
        self._writes = Writes(self.source)

    def day(self) -> list[Step]:
        """A day of the model; the close of a month is one step of it."""
        return list(self._steps(f"{MODEL}._live_a_day", MODEL, closed=("_close_month",)))

    def month_end(self) -> list[Step]:
        """What closes a month, and every twelfth month a year."""
        return list(self._steps(f"{MODEL}._close_month", MODEL))

    def household_month(self) -> list[Step]:
        """A household's month."""
        return list(self._steps("sim.month.household_month"))

    def cadre_day(self) -> list[Step]:
        """A cadre's day in the field, then the parts of a visit."""
        return [*self._steps("sim.campaign.visits.field_day"), *self._steps("sim.campaign.visits.visit")]

    def policies(self) -> list[PolicyHooks]:
        """Every policy of the source, by kind."""
        found = []
        for cls in self.source.heirs(POLICY):
            if not (kind := self.source.constant(cls, "kind")):
                continue
            hooks, by_months = {}, self.source.constant(cls, "by_months") == "True"
            for hook in HOOKS:
                full = self.source.method(cls, hook)
                if not _is_empty(self.source.functions[full]) and not (hook == "day" and by_months):
                    hooks[hook] = _by_owner(self._writes.of(full, cls))
            found.append(PolicyHooks(kind, self.source.file_of(cls), hooks))
        return sorted(found, key=lambda one: one.kind)

    def _steps(
        self, full: str, owner: str = "", closed: Collection[str] = (), when: tuple[str, ...] = ()
    ) -> Iterator[Step]:
        """Calls of sim's functions in their order; a model's own methods are looked into, unless they are `closed`."""
        own: list[Write] = []
        for event in Walk(self.source, full, owner).events:
            if isinstance(event, Write):
                own.append(event)
                continue
            name = event.full.rpartition(".")[2]
            looked_into = event.own and name not in closed
            if event.asked or not (looked_into or self._is_step(event)):
                continue
            if own:
                yield self._step(full, full, own, [full], when)
                own = []
            if looked_into:
                yield from self._steps(event.full, owner, closed, when + event.when)
            else:
                meant = [target for target, _ in self._writes.targets(event)]
                yield self._step(event.full, full, self._writes.by(event), meant, when + event.when)
        if own:
            yield self._step(full, full, own, [full], when)

    @property
    def unknown(self) -> list[str]:
        """Writes whose owner the source does not tell, of all that was looked at so far: there should be none."""
        return sorted(self._writes.unknown)

    def _is_step(self, call: Called) -> bool:
        """Whether a call does something of its own: draws, arithmetic, checks and questions are parts of a step."""
        home = self.source.home[call.full]
        asks = home.startswith(ASKED)
        return not asks and not self.source.marked(call.full, "property")

    def _step(self, full: str, within: str, writes: Iterable[Write], meant: list[str], when: tuple[str, ...]) -> Step:
        node = self.source.functions[full]
        does = "What it writes itself." if full == within else _first_sentence(ast.get_docstring(node) or "")
        name = full.removeprefix(self.source.home[full] + ".")
        inside = within.removeprefix(self.source.home[within] + ".")
        files = tuple(sorted({self.source.file_of(one) for one in meant}))
        return Step(name, inside, self.source.file_of(full), files, does, when, _by_owner(writes))


def _by_owner(writes: Iterable[Write]) -> dict[str, tuple[str, ...]]:
    names: dict[str, set[str]] = {}
    for write in writes:
        slot = write.what.startswith("till")
        names.setdefault(write.what, set()).add(
            write.name.lower().replace("_", " ") if slot else write.name.lstrip("_")
        )
    return {what: tuple(sorted(names[what])) for what in sorted(names)}


def _is_empty(function: ast.FunctionDef) -> bool:
    """Whether a function is nothing but its docstring."""
    return all(isinstance(line, ast.Expr) and isinstance(line.value, ast.Constant) for line in function.body)


def _first_sentence(docstring: str) -> str:
    paragraph = " ".join(docstring.split("\n\n")[0].split())
    end = paragraph.find(". ")
    return paragraph if end < 0 else paragraph[: end + 1]
