"""What a function calls and writes, statement by statement, and with all that it calls."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass

from sim.order.source import Function, Of, Source, pairs

TILLS = {"till": "till", "tills": "till", "lent": "till of loans"}
OWN_STATE = "state of its own"
RESULTS = "results"
HAVE_STATE = ("sim.policies.policy.Policy", "sim.recording.observer.Observer")
LABELS = {"Held": "purse", "Delivery": "book"}


@dataclass(frozen=True)
class Write:
    """Something that is written: a column of a record, a slot of a till, an attribute of an object.

    Attributes:
        what: Whose: household, village, till, ...
        name: Which column, slot or attribute. One that a parameter decides is `$` and the parameter's name.
    """

    what: str
    name: str


@dataclass(frozen=True)
class Called:
    """A call.

    Attributes:
        full: What is called.
        owner: The class whose method it is; empty where it is none.
        arguments: Names handed over, by parameter; empty for what is no name.
        own: Called on `self`: the caller's own method.
        inherited: Called on `super()`: this very method, whoever the owner is.
        asked: Called within a condition.
        when: Conditions and loops it stands in.
    """

    full: str
    owner: str
    arguments: dict[str, str]
    own: bool
    inherited: bool
    asked: bool
    when: tuple[str, ...]


class Walk:
    """A function read from top to bottom.

    Attributes:
        events: Its calls and its own writes, each after what its arguments call.
        unknown: Columns and attributes it writes on something of unknown class.
    """

    def __init__(self, source: Source, full: str, owner: str = "") -> None:
        self.source, self.full, self.owner, self.module = source, full, owner, source.home[full]
        node = source.functions[full]
        self.known: dict[str, Of] = source.parameters(full, owner)
        self.given = _names(node)
        self.events: list[Called | Write] = []
        self.unknown: list[str] = []
        self._when: list[str] = []
        self._asking = False
        for statement in node.body:
            self._read(statement)

    def _read(self, node: ast.AST) -> None:
        match node:
            case ast.Assign(targets=targets, value=value):
                self._read(value)
                for target in targets:
                    for one, its in pairs(target, value):
                        self._bind(one, its)
            case ast.AnnAssign(target=target, value=value, annotation=annotation):
                if value:
                    self._read(value)
                    self._bind(target, value, self.source.annotated(self.module, annotation))
            case ast.AugAssign(target=target, value=value):
                self._read(value)
                self._write(target)
            case ast.For(target=target, iter=over, body=body):
                self._read(over)
                self._bind(target, over)
                self._under(f"for {ast.unparse(target)} in {ast.unparse(over)}", body)
            case ast.If(test=test, body=body, orelse=other):
                self._asking = True
                self._read(test)
                self._asking = False
                self._under(f"if {ast.unparse(test)}", body)
                self._under(f"unless {ast.unparse(test)}", other)
            case ast.Call():
                for child in ast.iter_child_nodes(node):
                    self._read(child)
                self._call(node)
            case _:
                for child in ast.iter_child_nodes(node):
                    self._read(child)

    def _under(self, when: str, body: list[ast.stmt]) -> None:
        self._when.append(when)
        for statement in body:
            self._read(statement)
        self._when.pop()

    # ---- writing -----------------------------------------------------------------------------------------------

    def _bind(self, target: ast.expr, value: ast.expr | None, kind: Of | None = None) -> None:
        if not isinstance(target, ast.Name):
            self._write(target)
            return
        kind = kind or (self.source.kind(value, self.known, self.module) if value is not None else None)
        if kind:
            self.known[target.id] = kind
        elif target.id in self.known and value is not None:
            del self.known[target.id]

    def _write(self, target: ast.expr) -> None:
        """Note what an assignment to `target` changes; a local name is nobody's."""
        if isinstance(target, ast.Tuple):
            for one in target.elts:
                self._write(one)
            return
        for call in (node for node in ast.walk(target) if isinstance(node, ast.Call)):
            self._read(call)
        self._change(target)

    def _change(self, target: ast.expr) -> None:
        if isinstance(target, ast.Subscript | ast.Attribute):
            kind = self.source.kind(target, self.known, self.module)
            if kind and kind.column:
                self._note(_label(kind.cls), kind.column)
            elif isinstance(target, ast.Attribute):
                owner = self.source.kind(target.value, self.known, self.module)
                if owner:
                    self._note(self._whose(owner.cls), target.attr)
                else:
                    self.unknown.append(f"{self.full}: {ast.unparse(target)}")
            elif isinstance(target.value, ast.Name) and target.value.id in self.given:
                name = target.value.id
                self._note(TILLS.get(name, RESULTS), self._slot(target.slice) if name in TILLS else name)
            elif isinstance(target.value, ast.Subscript | ast.Attribute):
                self._change(target.value)
            elif isinstance(target.slice, ast.Constant) and isinstance(target.slice.value, str):
                self.unknown.append(f"{self.full}: {ast.unparse(target)}")

    def _whose(self, cls: str) -> str:
        return OWN_STATE if set(HAVE_STATE) & set(self.source.lineage(cls)) else _label(cls)

    def _slot(self, index: ast.expr) -> str:
        last = index.elts[-1] if isinstance(index, ast.Tuple) else index
        return self._argument(last) or "any"

    def _note(self, what: str, name: str) -> None:
        self.events.append(Write(what, name))

    # ---- calling -----------------------------------------------------------------------------------------------

    def _call(self, node: ast.Call) -> None:
        for one in node.args:  # a kernel handed to an engine is what is called
            full = self.source.named(self.module, one.id) if isinstance(one, ast.Name) else ""
            if full in self.source.functions and self.source.marked(full, "kernel"):
                self.events.append(Called(full, "", {}, False, False, self._asking, tuple(self._when)))
                return
        filled = [keyword.value for keyword in node.keywords if keyword.arg == "out"]
        if isinstance(node.func, ast.Attribute) and node.func.attr == "at":
            filled += node.args[:1]
        for one in filled:
            self._write(one)
        full, owner = self.source.called(node.func, self.known, self.module)
        base = ast.unparse(node.func.value) if isinstance(node.func, ast.Attribute) else ""
        if isinstance(node.func, ast.Attribute) and base == "super()":
            full, owner = self._inherited(node.func.attr), self.owner
        if full:
            names = [n for n in _names(self.source.functions[full]) if n != "self"]
            given = dict(zip(names, map(self._argument, node.args), strict=False))
            given |= {k.arg: self._argument(k.value) for k in node.keywords if k.arg}
            own, inherited = base in ("self", "super()"), base == "super()"
            self.events.append(Called(full, owner, given, own, inherited, self._asking, tuple(self._when)))

    def _inherited(self, name: str) -> str:
        here = self.full.rpartition(".")[0]
        above = self.source.lineage(here)[1:] if here in self.source.classes else []
        return next((f"{one}.{name}" for one in above if f"{one}.{name}" in self.source.functions), "")

    def _argument(self, node: ast.expr) -> str:
        if not isinstance(node, ast.Name):
            return ""
        return f"${node.id}" if node.id in self.given else node.id


class Writes:
    """What functions may write, with all that they call."""

    def __init__(self, source: Source) -> None:
        self.source = source
        self.unknown: set[str] = set()
        self._found: dict[tuple[str, str], frozenset[Write]] = {}

    def of(self, full: str, owner: str = "") -> frozenset[Write]:
        """All that a function may write, as a method of `owner` where it is one."""
        if (full, owner) not in self._found:
            self._found[full, owner] = frozenset()  # one that calls itself writes no more by it
            self._found[full, owner] = frozenset(self._of(full, owner))
        return self._found[full, owner]

    def _of(self, full: str, owner: str) -> Iterator[Write]:
        walk = Walk(self.source, full, owner)
        self.unknown |= set(walk.unknown)
        for event in walk.events:
            if isinstance(event, Write):
                yield event
            else:
                yield from self.by(event)

    def targets(self, call: Called) -> list[tuple[str, str]]:
        """What a call may come to, each with its owner: on another object, the method of any heir of its class."""
        if call.inherited or not call.owner:
            return [(call.full, call.owner)]
        heirs = [call.owner] if call.own else self.source.heirs(call.owner)
        name = call.full.rpartition(".")[2]
        return [(self.source.method(heir, name), heir) for heir in heirs]

    def by(self, call: Called) -> Iterator[Write]:
        """What a call may write.

        Arrays that were handed over to be filled are left out: they are the caller's.
        """
        for full, heir in self.targets(call):
            for write in self.of(full, heir):
                if write.what == RESULTS:
                    continue
                if write.name.startswith("$"):
                    write = Write(write.what, call.arguments.get(write.name[1:]) or "any")
                yield write


def _names(node: Function) -> list[str]:
    return [a.arg for a in (*node.args.posonlyargs, *node.args.args, *node.args.kwonlyargs)]


def _label(cls: str) -> str:
    """`sim.campaign.cadre_days.CadreDays` as "cadre days"."""
    name = cls.rpartition(".")[2]
    return LABELS.get(name) or re.sub(r"(?<=[a-z])(?=[A-Z])", " ", name).lower()
