"""Every message that the source of villagesim may say to a user, read from where it is raised or said.

A message is a template: what stands in braces in an f-string is a numbered blank, so that f"there is no purse
'{name}'" is "there is no purse '{0}'". A text chosen by a condition gives a template for each choice.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from itertools import product
from pathlib import Path

ROOT = Path(__file__).parents[1]
SAYING = {"UserError", "Unfittable", "error", "BadParameter", "say", "status", "begin", "spoken"}
"""Functions whose first argument is said to a user."""
ALSO = {"problem": SAYING, "allowed": SAYING, "mend": SAYING}
BLANK = "\0"
MOST = 32


class Blanks(ast.NodeVisitor):
    """Collects the messages of one module."""

    def __init__(self) -> None:
        self.found: dict[str, int] = {}
        self._scopes: list[dict[str, list[ast.expr]]] = []

    def visit_Module(self, node: ast.Module) -> None:
        self._inside(node)

    def visit_FunctionDef(self, node: ast.FunctionDef) -> None:
        self._inside(node)

    def _inside(self, node: ast.Module | ast.FunctionDef) -> None:
        assigned: dict[str, list[ast.expr]] = {}
        for inner in _own(node):
            if isinstance(inner, ast.Assign):
                for target in inner.targets:
                    _assign(target, inner.value, assigned)
            elif isinstance(inner, ast.AnnAssign | ast.NamedExpr) and inner.value is not None:
                _assign(inner.target, inner.value, assigned)
        self._scopes.append(assigned)
        self.generic_visit(node)
        self._scopes.pop()

    def visit_Call(self, node: ast.Call) -> None:
        name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
        if name in SAYING:
            said = [*node.args[:1], *(word.value for word in node.keywords if word.arg in ALSO)]
            if name == "begin":
                said = node.args[1:3]
            for one in said:
                for text in self.templates(one):
                    if re.search("[A-Za-z]{2}", text.replace(BLANK, "")) and not (name == "say" and _key(text)):
                        self.found.setdefault(numbered(text), node.lineno)
        self.generic_visit(node)

    def templates(self, node: ast.expr, deep: int = 0) -> list[str]:
        """The texts that an expression may be, with `BLANK` for what is only known when it runs."""
        if deep > 8:
            return [BLANK]
        if isinstance(node, ast.Constant):
            return [node.value] if isinstance(node.value, str) else [""] if node.value is None else [BLANK]
        if isinstance(node, ast.IfExp):
            return [*self.templates(node.body, deep + 1), *self.templates(node.orelse, deep + 1)]
        if isinstance(node, ast.BoolOp):
            return [text for one in node.values for text in self.templates(one, deep + 1)]
        if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add):
            return _products([self.templates(node.left, deep + 1), self.templates(node.right, deep + 1)])
        if isinstance(node, ast.JoinedStr):
            return _products([self._part(one, deep) for one in node.values])
        if isinstance(node, ast.Name):
            for scope in reversed(self._scopes):
                if node.id in scope:
                    return [text for one in scope[node.id] for text in self.templates(one, deep + 1)]
        return [BLANK]

    def _part(self, node: ast.expr, deep: int) -> list[str]:
        if isinstance(node, ast.FormattedValue):
            inner = node.value
            texts = self.templates(inner, deep + 1) if isinstance(inner, ast.IfExp | ast.Name) else [BLANK]
            return texts if len(texts) <= 4 else [BLANK]
        return self.templates(node, deep + 1)


def _key(text: str) -> bool:
    """Whether it is the key of a phrase in `experiments/pages/words`, which has its own test."""
    return re.fullmatch(rf"[a-z0-9_{BLANK}]+", text) is not None


def _own(node: ast.AST) -> Iterator[ast.AST]:
    """What stands in a function itself, not in the functions in it."""
    for child in ast.iter_child_nodes(node):
        if not isinstance(child, ast.FunctionDef | ast.Lambda | ast.ClassDef):
            yield child
            yield from _own(child)


def _assign(target: ast.expr, value: ast.expr, into: dict[str, list[ast.expr]]) -> None:
    if isinstance(target, ast.Name):
        into.setdefault(target.id, []).append(value)
    elif isinstance(target, ast.Tuple) and isinstance(value, ast.Tuple) and len(target.elts) == len(value.elts):
        for one, its in zip(target.elts, value.elts, strict=True):
            _assign(one, its, into)
    elif isinstance(target, ast.Tuple) and isinstance(value, ast.IfExp):
        _assign(target, value.body, into)
        _assign(target, value.orelse, into)


def _products(parts: list[list[str]]) -> list[str]:
    count = 1
    for one in parts:
        count *= len(one)
    if count > MOST:
        parts = [one if len(one) == 1 else [BLANK] for one in parts]
    return ["".join(one) for one in product(*parts)]


def numbered(text: str) -> str:
    """A template with its blanks numbered."""
    text = re.sub(f"{BLANK}+", BLANK, text).strip()
    for number in range(text.count(BLANK)):
        text = text.replace(BLANK, f"{{{number}}}", 1)
    return text


def messages(folder: str) -> dict[str, str]:
    """Every message of a folder or file, and where it stands."""
    found: dict[str, str] = {}
    at = ROOT / folder
    for path in sorted(at.rglob("*.py")) if at.is_dir() else [at]:
        reader = Blanks()
        reader.visit(ast.parse(path.read_text(encoding="utf-8")))
        for text, line in reader.found.items():
            found.setdefault(text, f"{path.relative_to(ROOT)}:{line}")
    return found


if __name__ == "__main__":
    import sys

    for name in sys.argv[1:]:
        for text, where in messages(name).items():
            print(f"{where}\t{text!r}")
