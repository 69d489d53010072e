"""What is wrong in a workbook, by sheet and cell, in both languages."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from sim.core.chinese import in_chinese
from sim.core.errors import UserError
from sim.core.text import printable
from sim.toml.source import Place


class CellError(UserError):
    """Something in a cell that its author can mend.

    Args:
        problem: What is wrong, in English.
        zh: The same in Chinese.
        file: The workbook.
        sheet: Name of the sheet.
        cell: Address of the cell, such as "D5"; "" = the sheet as a whole.
        field: As `UserError`, like the following.
    """

    def __init__(
        self,
        problem: str,
        *,
        zh: str,
        file: str | Path | None,
        sheet: str,
        cell: str,
        field: str | None = None,
        allowed: str | None = None,
        mend: str | None = None,
    ) -> None:
        self.zh, self.sheet, self.cell = zh, sheet, cell
        super().__init__(problem, file=file, field=field, allowed=allowed, mend=mend)

    def text(self, say: Callable[[str], str] | None = None) -> str:
        """Where it is, what is wrong in Chinese, and the same in English unless only Chinese is asked for."""
        at = "!".join(part for part in (self.sheet, self.cell) if part)
        chinese = f"{self.file} [{at}]：{self.zh}"
        if say is not None:
            hint = say(self.mend) if self.mend else ""
            untold = (
                hint and hint != self.mend and hint.strip("？") not in self.zh
            )  # else said already, or not in Chinese
            return printable(chinese + (f"（{hint}）" if untold else ""))
        english = UserError(self.problem, field=self.field, allowed=self.allowed, mend=self.mend).text()
        return printable(f"{chinese} / {english}")

    def __reduce__(self) -> tuple[object, ...]:
        said = (self.problem, self.zh, str(self.file), self.sheet, self.cell, self.field, self.allowed, self.mend)
        return _again, said


def _again(problem: str, zh: str, file: str, sheet: str, cell: str, *rest: str | None) -> CellError:
    field, allowed, mend = rest
    return CellError(
        problem, zh=zh, file=file, sheet=sheet, cell=cell, field=field, allowed=allowed, mend=mend
    )  # fmt: skip


@dataclass(frozen=True)
class CellPlace(Place):
    """Where a value came from: a cell of a workbook."""

    sheet: str = ""
    cell: str = ""

    def said(self, chinese: bool = False) -> str:
        """The place itself, for a sentence, without the folder."""
        return f"{Path(self.file).name} [{self.briefly()}]"

    def briefly(self) -> str:
        """The sheet and the cell."""
        return "!".join(part for part in (self.sheet, self.cell) if part)

    def address(self) -> tuple[str, int | None]:
        """The file with the cell, which is no line."""
        return f"{self.file} [{self.briefly()}]", None

    def error(
        self, problem: str, *, field: str | None = None, allowed: str | None = None, mend: str | None = None
    ) -> UserError:
        """A CellError that points here."""
        zh = in_chinese(problem) + (f"；可填：{in_chinese(allowed)}" if allowed else "")
        return self.says(zh, problem, field=field, allowed=allowed, mend=mend)

    def says(
        self, zh: str, en: str, *, field: str | None = None, allowed: str | None = None, mend: str | None = None
    ) -> CellError:
        """A CellError that points here, with its own Chinese."""
        return CellError(
            en, zh=zh, file=self.file, sheet=self.sheet, cell=self.cell, field=field, allowed=allowed, mend=mend
        )
