"""The one error a user is meant to see."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path


class UserError(Exception):
    """Something the user can mend: where it is, what was found, what is allowed, how to mend it.

    Args:
        problem: What is wrong, in one clause ("unknown key 'quota_yaun'").
        file: The file at fault, if there is one.
        line: Line in that file, counted from 1.
        field: The setting or column at fault.
        allowed: What would be accepted.
        mend: What to do about it.
    """

    def __init__(
        self,
        problem: str,
        *,
        file: str | Path | None = None,
        line: int | None = None,
        field: str | None = None,
        allowed: str | None = None,
        mend: str | None = None,
    ) -> None:
        self.problem, self.file, self.line = problem, file, line
        self.field, self.allowed, self.mend = field, allowed, mend
        super().__init__(self.text())

    def text(self, say: Callable[[str], str] | None = None) -> str:
        """The whole message, on as few lines as it needs.

        Args:
            say: Puts a part of it into Chinese (`sim.core.chinese`); None = the message is in English.
        """
        if say is not None:
            return self._chinese(say)
        where = str(self.file) if self.file else ""
        if where and self.line:
            where += f":{self.line}"
        parts = [f"{where}: " if where else "", f"{self.field}: " if self.field else "", self.problem]
        text = "".join(parts)
        if self.allowed:
            text += f"; allowed: {self.allowed}"
        if self.mend:
            text += f" ({self.mend})"
        return text

    def _chinese(self, say: Callable[[str], str]) -> str:
        where = f"{self.file} 第{self.line}行：" if self.file and self.line else f"{self.file}：" if self.file else ""
        field = f"{say(self.field)}：" if self.field else ""
        allowed = f"；可填：{say(self.allowed)}" if self.allowed else ""
        mend = f"（{say(self.mend)}）" if self.mend else ""
        return f"{where}{field}{say(self.problem)}{allowed}{mend}"

    def __reduce__(self) -> tuple[object, ...]:
        file = str(self.file) if self.file else None
        return _rebuild, (type(self), self.problem, file, self.line, self.field, self.allowed, self.mend)


class Unfittable(UserError):
    """A world whose figures do not go together: no generator gives them."""


def _rebuild(
    kind: type[UserError],
    problem: str,
    file: str | None,
    line: int | None,
    field: str | None,
    allowed: str | None,
    mend: str | None,
) -> UserError:
    return kind(problem, file=file, line=line, field=field, allowed=allowed, mend=mend)
