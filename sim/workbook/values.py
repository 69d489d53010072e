"""What people type into cells, read as what they mean; what could mean two things is asked about, never guessed."""

from __future__ import annotations

import datetime as dt
import re
import unicodedata
from decimal import Decimal
from typing import NamedTuple

from sim.workbook.errors import CellError, CellPlace

_UNITS = {
    "": None, "元": 1, "块": 1, "千元": 1_000, "万": 10_000, "万元": 10_000, "百万元": 1_000_000, "千万元": 10_000_000,
    "亿": 100_000_000, "亿元": 100_000_000,
}  # fmt: skip
_COUNTED = "个户人名家村天日月年次场亩头只所例期班岁"
_NUMBER = re.compile(r"([+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?)(.*)", re.IGNORECASE)
_DATE = re.compile(r"(\d{4})[年/.\-](\d{1,2})[月/.\-](\d{1,2})日?(?:00:00(?::00)?)?")
_SPACE = re.compile(r"[\s\u200b\ufeff]+")
_QUOTES = "\"'“”‘’「」`"
MOST_WAN = 100_000
"""Amount in 万元 (a billion yuan) above which yuan are likely to have been typed for 万元, so that it is asked."""
LEAST_WAN = Decimal("0.1")
"""Amount in 万元 below which 万元 are likely to have been divided once too often."""
_FIRST_SERIAL, _LAST_SERIAL = 20_000, 80_000
_EPOCH = dt.date(1899, 12, 30)


class Cell(NamedTuple):
    """A cell as read.

    Attributes:
        value: Text, number, truth or date; None where it is empty.
        place: Where it stands.
        percent: Whether it is shown as a percentage.
        trouble: Why nothing can be read from it, such as a formula without a result.
    """

    value: str | int | float | bool | dt.date | None
    place: CellPlace
    percent: bool = False
    trouble: CellError | None = None

    @property
    def empty(self) -> bool:
        """Whether nothing stands in it; zero is something."""
        if self.trouble:
            return False
        return self.value is None or (isinstance(self.value, str) and not tidy(self.value))

    @property
    def text(self) -> str:
        """What stands in it, as text without space around it."""
        value = self.value
        if isinstance(value, float) and value.is_integer():
            value = int(value)
        return "" if value is None else unicodedata.normalize("NFC", str(value)).strip()

    def wrong(self, zh: str, en: str, **more: str) -> CellError:
        """An error that points here."""
        return self.place.says(zh, en, **more)


def tidy(text: str) -> str:
    """A text with full-width signs made plain, and without space and quotes around it."""
    return _SPACE.sub("", unicodedata.normalize("NFKC", text)).strip(_QUOTES)


def plain_name(text: str) -> str:
    """A heading or name for comparison: no space, no brackets and what stands in them, no colon."""
    return re.sub(r"\([^)]*\)|[:*]", "", tidy(text)).lower()


def whole(cell: Cell) -> int:
    """A whole number such as 215, "215个" or "1.2万户".

    Raises:
        CellError: It is none.
    """
    number = _counted(cell)
    if number != number.to_integral_value():
        raise cell.wrong(f"必须是整数，填的是“{cell.text}”", f"must be a whole number, found '{cell.text}'")
    return int(number)


def number(cell: Cell) -> float | int:
    """A number such as 4.3, "4.3人" or "２．４亩".

    Raises:
        CellError: It is none.
    """
    return _plain(_counted(cell))


def yuan(cell: Cell) -> float | int:
    """An amount in yuan; with a unit of its own ("0.43万元") in that.

    Raises:
        CellError: It is no amount.
    """
    amount, unit = _amount(cell)
    return _plain(amount * (unit or 1))


def wan(cell: Cell) -> float | int:
    """Yuan from an amount in 万元; with a unit of its own ("500万元", "2000元", "1.2亿") in that.

    Raises:
        CellError: It is no amount; or one without a unit that can hardly be meant.
    """
    amount, unit = _amount(cell)
    if unit is None and amount > MOST_WAN:
        typed = cell.text
        raise cell.wrong(
            f"本列单位是万元，“{typed}”相当于{amount / 10_000:,.4g}亿元。"
            f"若填的是元，请除以10000或写明“{typed}元”；若确为万元，请写明“{typed}万元”",
            f"this column is in 10,000 yuan; {typed} would be {amount * 10_000:,.0f} yuan",
            mend="write the unit beside it: 18800000元 or 1880万元",
        )
    if unit is None and 0 < amount < LEAST_WAN:
        in_yuan = f"{amount * 10_000:,.0f}"
        raise cell.wrong(
            f"本列单位是万元，“{cell.text}”只有{in_yuan}元；若确为此数，请写明“{in_yuan}元”",
            f"this column is in 10,000 yuan; {cell.text} would be {in_yuan} yuan",
            mend="write the unit beside it",
        )
    return _plain(amount * (unit or 10_000))


def share(cell: Cell) -> float:
    """A share written as "33.2%" or in a cell that shows percentages; a bare number is asked about.

    Raises:
        CellError: It is none, or it may mean two things.
    """
    if isinstance(cell.value, bool | dt.date):
        raise cell.wrong(f"应为百分比，填的是“{cell.text}”", f"must be a percentage, found '{cell.text}'")
    if isinstance(cell.value, int | float):
        if not cell.percent and cell.value not in (0, 0.0):
            raise _which(cell, Decimal(repr(cell.value)))
        return float(cell.value)
    text = tidy(str(cell.value))
    found = re.fullmatch(r"([+-]?\d+\.?\d*)(%|百分点)?", text)
    percent = re.fullmatch(r"百分之(\d+\.?\d*)", text)
    if percent:
        return float(Decimal(percent[1]) / 100)
    if not found:
        raise cell.wrong(
            f"应为百分比如“33.2%”，填的是“{cell.text}”", f"must be a percentage such as 33.2%, found '{cell.text}'"
        )
    if not found[2] and Decimal(found[1]) != 0:
        raise _which(cell, Decimal(found[1]))
    return float(Decimal(found[1]) / 100)


def _which(cell: Cell, typed: Decimal) -> CellError:
    one, other = f"{_plain(typed)}%", f"{_plain(typed * 100)}%"
    meant = f"{one}还是{other}" if typed <= 1 else one
    return cell.wrong(
        f"填的是“{cell.text}”，没有百分号，分不清是{meant}？请带百分号填写，如“{one}”",
        f"'{cell.text}' has no percent sign; is it {one}{f' or {other}' if typed <= 1 else ''}?",
        mend=f"write {one}" + (f" or {other}" if typed <= 1 else ""),
    )


def date(cell: Cell) -> dt.date:
    """A date: a date cell, 2012年12月24日, 2012/12/24, 2012-12-24, 20121224, or the number Excel keeps of it.

    Raises:
        CellError: It is none.
    """
    value = cell.value
    if isinstance(value, dt.datetime):
        return value.date()
    if isinstance(value, dt.date):
        return value
    try:
        if isinstance(value, str):
            text = tidy(value)
            if found := _DATE.fullmatch(text) or re.fullmatch(r"(\d{4})(\d\d)(\d\d)", text):
                return dt.date(*(int(part) for part in found.groups()))
            value = float(text) if re.fullmatch(r"\d{5}(\.0*)?", text) else value
        if isinstance(value, int | float) and not isinstance(value, bool):
            if _FIRST_SERIAL <= value <= _LAST_SERIAL:
                return _EPOCH + dt.timedelta(days=int(value))
            if 19_000_101 <= value <= 21_001_231 and float(value).is_integer():
                day = str(int(value))
                return dt.date(int(day[:4]), int(day[4:6]), int(day[6:]))
    except ValueError:
        pass
    raise cell.wrong(
        f"“{cell.text}”不是日期，请填如2012年12月24日或2012/12/24", f"'{cell.text}' is no date", mend="write 2012-12-24"
    )


def day(cell: Cell) -> dt.date | int:
    """A date, or a day of the campaign such as 15 or "第15天".

    Raises:
        CellError: It is neither.
    """
    text = tidy(cell.text)
    found = re.fullmatch(r"(?:第)?(\d{1,4})(?:天|日)?", text)
    if found and not isinstance(cell.value, dt.date) and int(found[1]) > 0:
        return int(found[1])
    return date(cell)


def _counted(cell: Cell) -> Decimal:
    typed, unit = _split(cell)
    scale = 1
    if unit[:1] == "万":
        scale, unit = 10_000, unit[1:]
    if unit.split("/")[0].strip(_COUNTED):
        raise _no_number(cell)
    return typed * scale


def _amount(cell: Cell) -> tuple[Decimal, int | None]:
    typed, unit = _split(cell)
    unit = unit.split("/")[0].replace("人民币", "")
    if unit not in _UNITS:
        raise _no_number(cell)
    return typed, _UNITS[unit]


def _split(cell: Cell) -> tuple[Decimal, str]:
    """The number that is typed, and what stands behind it."""
    value = cell.value
    if value is None or isinstance(value, bool | dt.date):
        raise _no_number(cell)
    if isinstance(value, int | float):
        if value != value or value in (float("inf"), float("-inf")) or cell.percent:
            raise _no_number(cell)
        return Decimal(repr(value)), ""
    text = re.sub(r"(?<=\d),(?=\d{3}(\D|$))", "", tidy(value).replace("、", ","))
    found = _NUMBER.fullmatch(text.replace("−", "-").lstrip("¥￥"))
    if not found:
        raise _no_number(cell)
    return Decimal(found[1]), found[2]


def _no_number(cell: Cell) -> CellError:
    return cell.wrong(
        f"“{cell.text}”不是数字，请写数字，如1880或500万元",
        f"'{cell.text}' is no number",
        mend="write digits, such as 1880 or 500万元",
    )


def _plain(number: Decimal) -> float | int:
    return int(number) if number == number.to_integral_value() and abs(number) < 10**15 else float(number)
