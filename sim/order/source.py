"""The source of sim as syntax trees: what a name stands for, and of which class an expression is."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

SIM = Path(__file__).resolve().parents[1]

Function = ast.FunctionDef

# Arrays have no class in an annotation: by the habit of the house their name says whose rows they hold.
CALLED = {
    "households": "sim.agents.household.Household",
    "villages": "sim.agents.village.Village",
    "cadres": "sim.agents.cadre.Cadre",
    "units": "sim.agents.unit.Unit",
    "todays": "sim.calendar.today.Today",
    "loans": "sim.money.lending.Loan",
    "lenders": "sim.money.lending.Lender",
    "seen": "sim.economy.learning.Seen",
    "places": "sim.policies.bends.Place",
    "policy": "sim.policies.policy.Policy",
    "observer": "sim.recording.observer.Observer",
}


@dataclass(frozen=True)
class Of:
    """What an expression is: an object of a class, rows of a record, or (with `column`) a column of them."""

    cls: str
    column: str = ""


class Source:
    """The syntax trees of some modules.

    Args:
        texts: Source text by module name, such as "sim.money.till".
    """

    def __init__(self, texts: Mapping[str, str]) -> None:
        self.trees = {module: ast.parse(text) for module, text in texts.items()}
        self.functions: dict[str, Function] = {}
        self.classes: dict[str, ast.ClassDef] = {}
        self.home: dict[str, str] = {}
        self._names: dict[str, dict[str, str]] = {}
        self._fields: dict[tuple[str, str], Of | None] = {}
        for module, tree in self.trees.items():
            self._names[module] = dict(_imported(tree))
            for name, node in _defined(tree):
                full = f"{module}.{name}"
                self._names[module].setdefault(name, full)
                self.home[full] = module
                if isinstance(node, ast.ClassDef):
                    self.classes[full] = node
                else:
                    self.functions[full] = node

    @classmethod
    def read(cls, more: Iterable[Path] = ()) -> Source:
        """The source of sim as it stands here, and of further files: policies of one's own."""
        texts = {}
        for path in sorted(SIM.rglob("*.py")):
            parts = path.relative_to(SIM.parent).with_suffix("").parts
            texts[".".join(parts[:-1] if parts[-1] == "__init__" else parts)] = path.read_text(encoding="utf-8")
        return cls(texts | {path.stem: path.read_text(encoding="utf-8") for path in more})

    def file_of(self, full: str) -> str:
        """The file of a function or class, from the folder above sim."""
        module = self.home[full].replace(".", "/")
        packaged = any(name.startswith(self.home[full] + ".") for name in self.trees)
        return f"{module}/__init__.py" if packaged else f"{module}.py"

    def named(self, module: str, name: str) -> str:
        """The full name of what `name` stands for in a module; empty if it is nothing of ours."""
        full = self._names.get(module, {}).get(name, "")
        for _ in range(4):  # a package hands on what its modules define
            if full in self.home or full in self.trees:
                return full
            owner, _, last = full.rpartition(".")
            full = self._names.get(owner, {}).get(last, "")
        return ""

    def marked(self, full: str, mark: str) -> bool:
        """Whether a function is decorated so: "rule", "kernel", "property"."""
        return any(isinstance(d, ast.Name) and d.id == mark for d in self.functions[full].decorator_list)

    # ---- classes -----------------------------------------------------------------------------------------------

    def lineage(self, cls: str) -> list[str]:
        """A class and those it descends from, nearest first."""
        bases = [self.named(self.home[cls], base.id) for base in self.classes[cls].bases if isinstance(base, ast.Name)]
        return [cls, *(up for base in bases if base in self.classes for up in self.lineage(base))]

    def heirs(self, cls: str) -> list[str]:
        """A class and those that descend from it."""
        return [one for one in self.classes if cls in self.lineage(one)]

    def method(self, cls: str, name: str) -> str:
        """The full name of a method as a class has it; empty if it has none."""
        found = (f"{one}.{name}" for one in self.lineage(cls))
        return next((full for full in found if full in self.functions), "")

    @cached_property
    def columns(self) -> dict[str, frozenset[str]]:
        """Declared columns of every record."""
        found = {}
        for full, node in self.classes.items():
            names = [
                line.target.id
                for line in node.body
                if isinstance(line, ast.AnnAssign)
                and isinstance(line.target, ast.Name)
                and isinstance(line.value, ast.Call)
                and isinstance(line.value.func, ast.Name)
                and line.value.func.id in ("real", "whole")
            ]
            if names:
                found[full] = frozenset(names)
        return found

    def constant(self, cls: str, name: str) -> str:
        """What a class sets in its body, as text; empty if it does not."""
        for line in self.classes[cls].body:
            targets = line.targets if isinstance(line, ast.Assign) else [getattr(line, "target", None)]
            for target in targets:
                for one, value in pairs(target, getattr(line, "value", None)):
                    if isinstance(one, ast.Name) and one.id == name and isinstance(value, ast.Constant):
                        return str(value.value)
        return ""

    # ---- types -------------------------------------------------------------------------------------------------

    def annotated(self, module: str, annotation: ast.expr | None) -> Of | None:
        """The first class of ours in an annotation: a list of policies is taken for a policy."""
        if isinstance(annotation, ast.Constant) and isinstance(annotation.value, str):
            annotation = ast.parse(annotation.value, mode="eval").body
        for node in ast.walk(annotation) if annotation else ():
            if isinstance(node, ast.Name) and (full := self.named(module, node.id)) in self.classes:
                return Of(full)
        return None

    def parameters(self, full: str, owner: str = "") -> dict[str, Of]:
        """What the parameters of a function are, as far as that is known; `self` is the owner."""
        arguments = self.functions[full].args
        known = {}
        for a in (*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs):
            kind = Of(owner) if a.arg == "self" and owner else self.annotated(self.home[full], a.annotation)
            if kind is None and a.arg in CALLED:
                kind = Of(CALLED[a.arg])
            if kind:
                known[a.arg] = kind
        return known

    def field(self, cls: str, name: str) -> Of | None:
        """What an attribute of a class is: as annotated, or as its own methods set it."""
        if (cls, name) not in self._fields:
            self._fields[cls, name] = None  # while it is being looked for
            self._fields[cls, name] = next(self._field(cls, name), None)
        return self._fields[cls, name]

    def _field(self, cls: str, name: str) -> Iterator[Of]:
        for one in self.lineage(cls):
            module = self.home[one]
            for line in self.classes[one].body:
                if isinstance(line, ast.AnnAssign) and isinstance(line.target, ast.Name) and line.target.id == name:
                    if found := self.annotated(module, line.annotation):
                        yield found
                elif isinstance(line, ast.FunctionDef):
                    yield from self._set_in(f"{one}.{line.name}", cls, name)
        full = self.method(cls, name)
        if full and (found := self.annotated(self.home[full], self.functions[full].returns)):
            yield found

    def _set_in(self, full: str, cls: str, name: str) -> Iterator[Of]:
        known = self.parameters(full, cls)
        for node in ast.walk(self.functions[full]):
            if isinstance(node, ast.Assign):
                set_here = [pair for target in node.targets for pair in pairs(target, node.value)]
            elif isinstance(node, ast.AnnAssign):
                set_here = [(node.target, node.value)]
            else:
                continue
            for target, value in set_here:
                if isinstance(target, ast.Name) and value and (local := self.kind(value, known, self.home[full])):
                    known[target.id] = local
                if isinstance(target, ast.Attribute) and target.attr == name and _is_self(target.value):
                    annotation = node.annotation if isinstance(node, ast.AnnAssign) else None
                    found = self.annotated(self.home[full], annotation)
                    if found or (value is not None and (found := self.kind(value, known, self.home[full]))):
                        yield found

    def kind(self, node: ast.expr, known: Mapping[str, Of], module: str) -> Of | None:
        """What an expression is, given what names are known; None where nothing is known."""
        match node:
            case ast.Name(id=name):
                return known.get(name) or (Of(CALLED[name]) if name in CALLED else None)
            case ast.Attribute(value=value, attr=name):
                owner = self.kind(value, known, module)
                if owner and owner.cls in self.columns and name in self.columns[owner.cls]:
                    return Of(owner.cls, name)
                found = self.field(owner.cls, name) if owner and not owner.column else None
                return found or (Of(CALLED[name]) if name in CALLED else None)
            case ast.Subscript(value=value, slice=at):
                owner = self.kind(value, known, module)
                if owner and owner.cls in self.columns and isinstance(at, ast.Constant) and isinstance(at.value, str):
                    return Of(owner.cls, at.value)
                return owner
            case ast.Call(func=function, args=arguments):
                return self._result(function, arguments, known, module)
            case ast.IfExp(body=one, orelse=other) | ast.BoolOp(values=[one, other]):
                return self.kind(one, known, module) or self.kind(other, known, module)
        return None

    def _result(self, function: ast.expr, arguments: list[ast.expr], known: Mapping[str, Of], module: str) -> Of | None:
        if isinstance(function, ast.Name):
            if function.id == "cast":
                return self.annotated(module, arguments[0])
            full = self.named(module, function.id)
            if full in self.classes:
                return Of(full)
        elif isinstance(function, ast.Attribute):
            full = self.called(function, known, module)[0]
            base = self.named(module, function.value.id) if isinstance(function.value, ast.Name) else ""
            if base in self.columns and function.attr in ("rows", "of"):
                return Of(base)
        else:
            return None
        return self.annotated(self.home[full], self.functions[full].returns) if full in self.functions else None

    def called(self, function: ast.expr, known: Mapping[str, Of], module: str) -> tuple[str, str]:
        """The full name of what is called, and the class whose method it is; empty where it is nothing of ours."""
        if isinstance(function, ast.Name):
            full = self.named(module, function.id)
            return (full, "") if full in self.functions else ("", "")
        if not isinstance(function, ast.Attribute):
            return "", ""
        base = self.named(module, function.value.id) if isinstance(function.value, ast.Name) else ""
        if base in self.trees:
            return (f"{base}.{function.attr}", "") if f"{base}.{function.attr}" in self.functions else ("", "")
        owner = self.kind(function.value, known, module)
        if owner is None and base in self.classes:
            owner = Of(base)
        if owner is None or owner.column:
            return "", ""
        return self.method(owner.cls, function.attr), owner.cls


def _is_self(node: ast.expr) -> bool:
    return isinstance(node, ast.Name) and node.id == "self"


def pairs(target: ast.expr | None, value: ast.expr | None) -> list[tuple[ast.expr, ast.expr | None]]:
    """Targets of an assignment beside their values: `a, b = c, d` is two of them."""
    if target is None:
        return []
    if not isinstance(target, ast.Tuple):
        return [(target, value)]
    values: list[ast.expr | None] = [None] * len(target.elts)
    if isinstance(value, ast.Tuple) and len(value.elts) == len(target.elts):
        values = list(value.elts)
    return list(zip(target.elts, values, strict=True))


def _imported(tree: ast.Module) -> Iterator[tuple[str, str]]:
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and node.module:
            yield from ((alias.asname or alias.name, f"{node.module}.{alias.name}") for alias in node.names)


def _defined(tree: ast.Module) -> Iterator[tuple[str, ast.ClassDef | Function]]:
    for node in tree.body:
        if isinstance(node, ast.FunctionDef):
            yield node.name, node
        elif isinstance(node, ast.ClassDef):
            yield node.name, node
            yield from ((f"{node.name}.{one.name}", one) for one in node.body if isinstance(one, ast.FunctionDef))
