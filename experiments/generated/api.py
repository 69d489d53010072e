"""Writes docs/api.md: the public names, with their signatures and what each does.

    python -m experiments.generated.api

Which names are public, and under which heading, stands in `api.toml` beside this file; all else is read from the
sources. A test fails if the page is stale.
"""

from __future__ import annotations

import ast
import inspect
import re
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from typing import Any

from sim.shipped import DOCS, check_checkout
from sim.toml.source import read_toml

NAMES = Path(__file__).with_name("api.toml")
PAGE = DOCS / "api.md"
_HEAD = """# Public names

What a researcher's code may lean on; other names may change without a word. Written from the sources by
`python -m experiments.generated.api`. Worked examples are in [extending.md](extending.md); what the docstring of a name
says beyond its first sentence (arguments, units, errors), `help(NAME)` shows.
"""


def page() -> str:
    """The page, from the list of names and the sources."""
    return "\n".join([_HEAD, *(line for group in groups() for line in _group(group))])


def groups() -> list[dict[str, Any]]:
    """The headings, each with its sentence and its names; after a class the members to show, or all of its own."""
    found: list[dict[str, Any]] = read_toml(NAMES).data["group"]
    return found


def named(name: str) -> Any:
    """What a public name stands for.

    Raises:
        AttributeError: Nothing has it.
    """
    module, _, attribute = name.rpartition(".")
    return getattr(import_module(module), attribute)


def write(path: Path = PAGE) -> None:
    """Write the page.

    Raises:
        UserError: There is no checkout to write to.
    """
    check_checkout(path)
    path.write_text(page(), encoding="utf-8", newline="\n")


def _group(group: dict[str, Any]) -> Iterator[str]:
    yield from (f"## {group['title']}", "", group["about"], "")
    for name, members in group["names"].items():
        thing = named(name)
        node = _node(thing)
        yield f"- `{name}{_arguments(_opened_by(node))}`: {_first_sentence(node, name)}"
        if isinstance(node, ast.ClassDef):
            yield from (f"  - {line}" for line in _members(node, name, members))
    yield ""


def _members(node: ast.ClassDef, name: str, wanted: list[str]) -> Iterator[str]:
    """The members of a class that were asked for, in that order; all public ones if none was."""
    found = dict(_documented(node, name))
    if missing := [member for member in wanted if member not in found]:
        raise AttributeError(f"{name} has no documented {', '.join(missing)}")
    yield from (found[member] for member in wanted or found)


def _documented(node: ast.ClassDef, name: str) -> Iterator[tuple[str, str]]:
    """Attributes, methods, and class variables with a text below them, as lines by name."""
    text = (ast.get_docstring(node) or "").partition("Attributes:\n")[2]
    for attributes, meaning in re.findall(r"^ {4}([\w, ]+): (.+(?:\n {5,}.+)*)", text.split("\n\n")[0], re.MULTILINE):
        for attribute in attributes.split(", "):
            yield attribute, f"`.{attribute}`: {_sentence(meaning)}"
    for one, below in zip(node.body, [*node.body[1:], None], strict=True):
        if isinstance(one, ast.FunctionDef) and not one.name.startswith("_"):
            kinds = {ast.unparse(mark) for mark in one.decorator_list}
            shown = f" -> {ast.unparse(one.returns)}" if "property" in kinds and one.returns else _arguments(one)
            yield one.name, f"`.{one.name}{shown}`: {_first_sentence(one, f'{name}.{one.name}')}"
        if isinstance(one, ast.AnnAssign) and isinstance(one.target, ast.Name):
            text = _text_of(below) or _describes(one)
            if text:
                yield one.target.id, f"`.{one.target.id}`: {_sentence(text)}"


def _describes(field: ast.AnnAssign) -> str:
    """The description of a setting."""
    keywords = field.value.keywords if isinstance(field.value, ast.Call) else []
    return next((str(ast.literal_eval(word.value)) for word in keywords if word.arg == "description"), "")


def _text_of(statement: ast.stmt | None) -> str:
    if isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant):
        return str(statement.value.value)
    return ""


def _node(thing: Any) -> ast.ClassDef | ast.FunctionDef:
    """The syntax tree of a class or function."""
    source = inspect.getsource(inspect.unwrap(getattr(thing, "py_func", thing)))
    node = ast.parse(inspect.cleandoc(source) if source[0].isspace() else source).body[0]
    assert isinstance(node, (ast.ClassDef, ast.FunctionDef))
    return node


def _opened_by(node: ast.ClassDef | ast.FunctionDef) -> ast.FunctionDef | None:
    """The function whose arguments the name takes; None for a class that does not document any: users open none."""
    if isinstance(node, ast.FunctionDef):
        return node
    if "Args:" not in (ast.get_docstring(node) or ""):
        return None
    return next((one for one in node.body if isinstance(one, ast.FunctionDef) and one.name == "__init__"), None)


def _arguments(function: ast.FunctionDef | None) -> str:
    if function is None:
        return ""
    given = function.args
    for first in (given.posonlyargs, given.args):
        if first and first[0].arg in ("self", "cls"):
            del first[0]
    gives = ast.unparse(function.returns) if function.returns else "None"
    text = re.sub(r"(?<=[\w\])])=(?=\S)", " = ", ast.unparse(given))
    return f"({text})" + (f" -> {gives}" if gives != "None" else "")


def _first_sentence(node: ast.ClassDef | ast.FunctionDef, name: str) -> str:
    text = ast.get_docstring(node)
    if not text:
        raise AttributeError(f"{name} has no docstring")
    return _sentence(text)


def _sentence(text: str) -> str:
    """Its first sentence, on one line."""
    paragraph = " ".join(text.split("\n\n")[0].split())
    found = re.match(r".*?[.](?=\s|$)", paragraph)
    return found[0] if found else f"{paragraph}."


if __name__ == "__main__":
    write()
