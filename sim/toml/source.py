"""TOML read so that every complaint can name its file, its line and what was probably meant."""

from __future__ import annotations

import difflib
import re
import tomllib
from bisect import bisect_right
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import islice
from pathlib import Path
from typing import Any, NoReturn, TypedDict

from sim.core.errors import UserError
from sim.toml.formats import refuse_foreign
from sim.toml.reading import as_text, read_bytes, read_text
from sim.toml.values import KeyPath, unfit

__all__ = [
    "Hint", "KeyPath", "Place", "Problems", "TomlSource", "each_problem", "key_lines", "meant", "parse_toml",
    "raise_all", "read_text", "read_toml", "show",
]  # fmt: skip


@dataclass(frozen=True)
class Place:
    """Where a value came from: a file and a line in it, or the option that set it."""

    file: str
    line: int | None = None

    def error(
        self, problem: str, *, field: str | None = None, allowed: str | None = None, mend: str | None = None
    ) -> UserError:
        """A UserError that points here."""
        return UserError(problem, file=self.file, line=self.line, field=field, allowed=allowed, mend=mend)

    def said(self, chinese: bool = False) -> str:
        """The place itself, for a sentence, without the folder."""
        name = Path(self.file).name
        if self.line is None:
            return name
        return f"{name} 第{self.line}行" if chinese else f"{name}:{self.line}"

    def briefly(self) -> str:
        """The place among others of the same file."""
        return self.said()

    def address(self) -> tuple[str, int | None]:
        """The same for an error of any kind: what stands for the file, and the line."""
        return self.file, self.line

    def of(self, error: UserError) -> UserError:
        """The same error, pointing here."""
        return self.error(error.problem, field=error.field, allowed=error.allowed, mend=error.mend)


class Problems(UserError):
    """Several problems reported together, one a line.

    Args:
        problems: At least one; `.problems` keeps them all.
    """

    def __init__(self, problems: Iterable[UserError]) -> None:
        self.problems = tuple(problems)
        first = self.problems[0]
        super().__init__(
            first.problem,
            file=first.file,
            line=first.line,
            field=first.field,
            allowed=first.allowed,
            mend=first.mend,
        )

    def text(self, say: Callable[[str], str] | None = None) -> str:
        """One line for each problem."""
        return "\n".join(problem.text(say) for problem in self.problems)

    def __reduce__(self) -> tuple[object, ...]:
        return Problems, (self.problems,)


def each_problem(error: UserError) -> tuple[UserError, ...]:
    """The single problems that an error reports."""
    return error.problems if isinstance(error, Problems) else (error,)


def raise_all(problems: Sequence[UserError]) -> NoReturn:
    """Raise the one problem, or all of them together, each once, file by file and line by line."""
    once = list({problem.text(): problem for problem in problems}.values())
    files = [str(problem.file) for problem in once]
    once.sort(key=lambda problem: (files.index(str(problem.file)), problem.line or 0))
    raise once[0] if len(once) == 1 else Problems(once)


class Hint(TypedDict, total=False):
    """The part of a UserError that says what would be right."""

    allowed: str
    mend: str


def meant(word: str, allowed: Iterable[str]) -> Hint:
    """What to say about an unknown word: the nearest allowed one or, if none is near, all of them."""
    options = sorted(allowed)
    near = difflib.get_close_matches(word, options, n=1)
    if near:
        return {"mend": f"did you mean '{near[0]}'?"}
    shown = ", ".join(options[:20])
    return {"allowed": f"{shown} and {len(options) - 20} more" if len(options) > 20 else shown or "nothing"}


def show(value: object) -> str:
    """A value as its author wrote it, roughly, for a message."""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, Mapping):
        return "a table"
    if isinstance(value, (list, tuple)):
        return f"a list of {len(value)}"
    text = f"'{value}'" if isinstance(value, str) else str(value)
    return text if len(text) <= 60 else text[:57] + "..."


@dataclass(frozen=True)
class TomlSource:
    """A TOML file: its path, its text and its content."""

    path: Path
    text: str
    data: dict[str, Any]

    @cached_property
    def _lines(self) -> dict[KeyPath, int]:
        return key_lines(self.text)

    def place(self, path: KeyPath = ()) -> Place:
        """Where a key stands, or the nearest table around it."""
        while path and path not in self._lines:
            path = path[:-1]
        return Place(str(self.path), self._lines.get(path))


def read_toml(path: Path) -> TomlSource:
    """Read a TOML file.

    Raises:
        UserError: The file is missing, unreadable, of another sort, not UTF-8 or not TOML.
    """
    content = read_bytes(path)
    refuse_foreign(path, content)
    return parse_toml(path, as_text(path, content))


def parse_toml(path: Path, text: str) -> TomlSource:
    """The content of a TOML text that stands in a file.

    Raises:
        UserError: It is not TOML, or holds what no input may (`sim.toml.values.unfit`).
    """
    if len(text) > _MOST_CHARACTERS:
        allowed = f"up to {_MOST_CHARACTERS:,} characters"
        raise UserError(f"is too large ({len(text):,} characters)", file=path, allowed=allowed)
    if long_key := _LONG_KEY.search(text):
        at_line = text.count("\n", 0, long_key.start()) + 1
        raise UserError("is nested too deeply", file=path, line=at_line)
    try:
        source = TomlSource(path, text, tomllib.loads(text))
    except RecursionError:
        raise UserError("is nested too deeply", file=path) from None
    except ValueError as error:
        problem, at, place = str(error).partition(" (at ")
        if "integer string conversion" in problem:
            problem = "a whole number has thousands of digits"
        found = re.search(r"line (\d+)", place)
        line: int | None = int(found[1]) if found else text.rstrip().count("\n") + 1 if at else None
        raise UserError(f"is not valid TOML: {problem}", file=path, line=line) from None
    problems = [
        source.place(at).error(problem, field=".".join(map(str, at))[:100] or None)
        for at, problem in islice(unfit(source.data), _MOST_NAMED)
    ]
    if problems:
        raise_all(problems)
    return source


_MOST_CHARACTERS = 1_000_000
"""Text of the largest TOML file, which takes some seconds to read; what ships has 50 thousand at most."""
_MOST_NAMED = 20
"""Unfit values that are named at once."""
_LONG_KEY = re.compile(r"""(?m)(?:^|[\[{,])[ \t]*+(?:(?:[\w-]++|"[^"\n]*+"|'[^'\n]*+')[ \t]*+\.[ \t]*+){100}""")
"""A dotted key of a hundred parts, on which the parser would take time that grows with the square of its length."""
_BLANK = re.compile(r"(?:[ \t\r\n]|#[^\n]*)*")
_STRING = re.compile(
    r'"""(?:\\.|[^\\])*?"{3,5}(?!")' + r"|'''.*?'{3,5}(?!')" + r'|"(?:\\.|[^"\\])*"' + r"|'[^']*'", re.DOTALL
)
_BARE_KEY = re.compile(r"[A-Za-z0-9_-]+")
_BARE_VALUE = re.compile(r"[^,\]}#\n]+")


def key_lines(text: str) -> dict[KeyPath, int]:
    """The line of every key, table and list element of a TOML text that `tomllib` has accepted."""
    return _Locator(text).lines


class _Locator:
    """Walks over a TOML text and notes lines; `tomllib` keeps none. It trusts the text to be valid."""

    def __init__(self, text: str) -> None:
        self.text, self.at = text, 0
        self.lines: dict[KeyPath, int] = {}
        self._ends = [match.start() for match in re.finditer("\n", text)]
        self._lists: dict[KeyPath, int] = {}
        table: KeyPath = ()
        while self._next():
            if self._next() == "[":
                table = self._header()
            else:
                self._pair(table)

    def _next(self) -> str:
        self._take(_BLANK)
        return self.text[self.at : self.at + 1]

    def _take(self, pattern: re.Pattern[str]) -> str:
        match = pattern.match(self.text, self.at)
        assert match, f"TOML locator lost at character {self.at}"
        self.at = match.end()
        return match[0]

    def _note(self, path: KeyPath, start: int) -> None:
        self.lines.setdefault(path, bisect_right(self._ends, start - 1) + 1)

    def _keys(self) -> list[str]:
        keys: list[str] = []
        while True:
            if self._next() in "\"'":
                keys += tomllib.loads(f"{self._take(_STRING)} = 0")
            else:
                keys.append(self._take(_BARE_KEY))
            if self._next() != ".":
                return keys
            self.at += 1

    def _header(self) -> KeyPath:
        start = self.at
        brackets = 2 if self.text.startswith("[[", start) else 1
        self.at += brackets
        path: KeyPath = ()
        keys = self._keys()
        for depth, key in enumerate(keys, 1):
            path = (*path, key)
            self._note(path, start)
            if brackets == 2 and depth == len(keys):
                self._lists[path] = self._lists.get(path, -1) + 1
            if path in self._lists:
                path = (*path, self._lists[path])
                self._note(path, start)
        self._next()
        self.at += brackets
        return path

    def _pair(self, table: KeyPath) -> None:
        self._next()
        start, path = self.at, table
        for key in self._keys():
            path = (*path, key)
            self._note(path, start)
        self._next()
        self.at += 1  # the equals sign
        self._value(path)

    def _value(self, path: KeyPath) -> None:
        opening = self._next()
        if opening in "\"'":
            self._take(_STRING)
        elif opening in "[{":
            self.at += 1
            index = 0
            while self._next() not in "]}":
                if opening == "{":
                    self._pair(path)
                else:
                    self._note((*path, index), self.at)
                    self._value((*path, index))
                    index += 1
                if self._next() == ",":
                    self.at += 1
            self.at += 1
        else:
            self._take(_BARE_VALUE)
