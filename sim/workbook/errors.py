"""What is wrong in a workbook, by sheet and cell, in both languages."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from sim.core.errors import UserError
from sim.core.text import printable
from sim.toml.source import Place

_CHINESE = (
    (r"unknown key '(.+)'", "没有“{0}”这一项"),
    (r"'(.+)' is missing", "缺少“{0}”"),
    (r"must be at least (\S+), found (.+)", "不得小于{0}，填的是{1}"),
    (r"must be at most (\S+), found (.+)", "不得大于{0}，填的是{1}"),
    (r"must be more than (\S+), found (.+)", "必须大于{0}，填的是{1}"),
    (r"must be less than (\S+), found (.+)", "必须小于{0}，填的是{1}"),
    (r"must be a whole number, found (.+)", "必须是整数，填的是{0}"),
    (r"must be a number, found (.+)", "必须是数字，填的是{0}"),
    (r"must be (.+), found (.+)", "应为{0}，填的是{1}"),
    (r"there is no purse '(.+)'", "没有编号为“{0}”的资金"),
    (r"there is no policy '(.+)'", "本方案没有“{0}”这项措施"),
    (r"the purse '(.+)' may not pay for '(.+)'", "资金“{0}”不得用于“{1}”（渠道不乱、用途不变）"),
    (r"unknown kind '(.+)'", "没有“{0}”这类措施"),
    (
        r"the townships have (\d+) villages together, but size.villages is (\d+)",
        "各乡镇贫困村合计{0}个，而本县贫困村数为{1}个",
    ),
    (r"(\d+) units are listed, but support.units is (\d+)", "“单位”表合计{0}个，而联村单位数为{1}个"),
    (r"(\S+) workers in a household of (\S+)", "户均劳动力{0}人多于户均人口{1}人"),
    (r"(\d+) households are linked, but there are only (\d+)", "联系户{0}户，而总共只有{1}户"),
    (r"(.+) must add to 1, found (.+)", "{0}各项合计应为100%，现为{1}（1即100%）"),
    (r"ends on day (\d+), before it starts on day (\d+)", "第{0}天结束，早于第{1}天开始"),
    (r"ends on (\S+), before it starts on (\S+)", "{0}结束，早于{1}开始"),
    (r"(\S+) is not in era (\S+)", "{0}不属于{1}时期"),
    (r"'(.+)' does not count '(.+)'", "“{0}”不统计“{1}”"),
    (r"a second purse is called '(.+)'", "编号“{0}”的资金有两条"),
    (r"'(.+)' income in era (\S+)", "{1}时期不用“{0}”收入口径"),
    (r"(.+) has no use here: (.+)", "{0}在此不起作用：{1}"),
)  # fmt: skip
"""What checks of scenarios and profiles say, and the same in Chinese."""


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

    def text(self) -> str:
        """Where it is, what is wrong in Chinese, and the same in English."""
        english = UserError(self.problem, field=self.field, allowed=self.allowed, mend=self.mend).text()
        at = "!".join(part for part in (self.sheet, self.cell) if part)
        return printable(f"{self.file} [{at}]：{self.zh} / {english}")

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

    def error(
        self, problem: str, *, field: str | None = None, allowed: str | None = None, mend: str | None = None
    ) -> UserError:
        """A CellError that points here."""
        zh = in_chinese(problem) + (f"；可填：{allowed}" if allowed else "")
        return self.says(zh, problem, field=field, allowed=allowed, mend=mend)

    def says(
        self, zh: str, en: str, *, field: str | None = None, allowed: str | None = None, mend: str | None = None
    ) -> CellError:
        """A CellError that points here, with its own Chinese."""
        return CellError(
            en, zh=zh, file=self.file, sheet=self.sheet, cell=self.cell, field=field, allowed=allowed, mend=mend
        )


def in_chinese(problem: str) -> str:
    """A complaint of the checks of scenarios in Chinese; as it is where nobody has said it in Chinese yet."""
    for pattern, zh in _CHINESE:
        if found := re.fullmatch(pattern, problem):
            return zh.format(*found.groups())
    return problem
