"""What is written of a campaign carried out: pages in both languages, a workbook, tables, a table in the terminal."""

from __future__ import annotations

from collections.abc import Sequence
from math import ceil
from pathlib import Path

from openpyxl import Workbook
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils import get_column_letter
from rich.box import SIMPLE_HEAD
from rich.table import Table as Screen
from rich.text import Text as Plain

from experiments.campaign.blocks import Shown
from experiments.campaign.filled import Filled, add_filled, filled
from experiments.campaign.run import KIND, Carried
from experiments.campaign.tables import files
from experiments.campaign.variants import LATE
from experiments.pages.blocks import Answer, Cell, Section, Table, Text
from experiments.pages.layout import fill
from experiments.pages.spreadsheet import safe_cell
from experiments.runs.store import add_files
from experiments.screen import screen

BOOK = "campaign.xlsx"
_HEAD = PatternFill("solid", fgColor="E8E6DF")
_BAD = PatternFill("solid", fgColor="F2B8A0")
_WIDEST = 42.0  # characters of a column; longer texts take further lines
_LINE_POINTS = 15.0


def write(carried: Carried, languages: Sequence[str]) -> list[Path]:
    """Write tables, dictionary, workbook and pages into the campaign's folder.

    Returns:
        The pages first, in the order of the languages.
    """
    shown = [Shown(carried, language) for language in languages]
    pages: dict[str, bytes | str] = {f"campaign.{one.language}.html": page(one) for one in shown}
    book = {BOOK: workbook(shown[0], filled(carried.folder / BOOK))}
    return add_files(carried.folder, KIND, {**pages, **book, **files(carried.tables())})


def page(shown: Shown) -> str:
    """The page in one language."""
    carried, clock = shown.carried, shown.results.tasks.clock
    plan = carried.plan
    world = shown.say(
        "world",
        title=plan.title.zh if shown.zh else plan.title.en,
        start=shown.num.day(clock.start),
        end=shown.num.day(clock.end),
        villages=plan.world.villages,
        n=len(shown.results.seeds),
    )
    kicker = shown.say("kicker", name=carried.folder.name)
    return fill(shown.language, shown.say, sections(shown), kicker, world, calibrated=True)


def sections(shown: Shown) -> list[Section]:
    """The sections of the page."""
    say = shown.say
    answer = Answer(
        "wall-chart", say("answer"), say("answer_question"), sentence=shown.sentence(), figure=shown.wall(),
        cards=shown.cards(), more=(say("point" if shown.carried.of == "mean" else "drawn"),), blocks=[shown.tasks()],
    )  # fmt: skip
    where = Section("where", say("where"), say("where_question"), [shown.towns(), shown.units()])
    helps = Section("help", say("help"), say("help_question"))
    if shown.what_ifs:
        helps.add(shown.help(), shown.wall(LATE) if LATE in shown.what_ifs else None, shown.changes())
    goals = Section("goals", say("goals"), say("goals_question"))
    goals.add(shown.goals(), shown.targets())
    if not goals.blocks:
        goals.add(Text(say("no_goals")))
    return [answer, where, *([helps] if helps.blocks else []), goals]


def workbook(shown: Shown, kept: Filled) -> bytes:
    """The workbook in one language: the wall chart first, then tasks, places, what-ifs, targets, and what to fill in.

    Args:
        shown: The campaign.
        kept: What offices have filled in; it is kept.
    """
    book = Workbook()
    book.remove(book.active)
    say = shown.say
    sheets: list[tuple[str, Table | None]] = [
        (say("answer"), shown.wall_table()),
        (say("sheet_tasks"), shown.tasks()),
        (say("sheet_towns"), shown.towns()),
        (say("sheet_units"), shown.units()),
        (say("sheet_what_ifs"), shown.help() if shown.what_ifs else None),
        (say("sheet_changes"), shown.changes() if shown.what_ifs else None),
        (say("goals"), shown.goals()),
    ]
    for title, table in sheets:
        if table is not None:
            _sheet(book, title, table)
    add_filled(book, shown, kept)
    return _bytes(book)


def _sheet(book: Workbook, title: str, table: Table) -> None:
    sheet = book.create_sheet(title[:31])
    sheet.append([safe_cell(table.caption)])
    sheet["A1"].font = Font(bold=True, size=13)
    sheet.append([safe_cell(head) for head in table.header])
    for k, cell in enumerate(sheet[2]):
        side = "right" if table.rows and table.rows[-1][k].number else None
        cell.font, cell.fill = Font(bold=True), _HEAD
        cell.alignment = Alignment(wrap_text=True, vertical="top", horizontal=side)
    for number, row in enumerate(table.rows, 3):
        sheet.append([_value(cell) for cell in row])
        lines = max(ceil((_width(cell.text) + 2.0) / _WIDEST) for cell in row)
        sheet.row_dimensions[number].height = _LINE_POINTS * lines
        for k, cell in enumerate(row, 1):
            there = sheet.cell(number, k)
            there.alignment = Alignment(wrap_text=True, vertical="top", horizontal="right" if cell.number else None)
            if cell.mark == "bad":
                there.fill = _BAD
    if table.note:
        last = len(table.rows) + 4
        sheet.cell(last, 1, safe_cell(table.note)).alignment = Alignment(wrap_text=True, vertical="top")
        sheet.merge_cells(start_row=last, end_row=last, start_column=1, end_column=max(6, len(table.header)))
        sheet.row_dimensions[last].height = 64
    for k in range(1, len(table.header) + 1):
        texts = [str(row[k - 1].text) for row in table.rows] or [""]
        widest = max(map(_width, [*texts, *([] if len(table.header) > 9 else [table.header[k - 1]])]))
        sheet.column_dimensions[get_column_letter(k)].width = min(_WIDEST, max(5.0, widest + 2.0))
    sheet.freeze_panes = "B3"
    sheet.print_title_rows = "2:2"
    sheet.page_setup.orientation, sheet.page_setup.paperSize = "landscape", sheet.PAPERSIZE_A4
    sheet.page_setup.fitToWidth, sheet.page_setup.fitToHeight = 1, 0
    sheet.sheet_properties.pageSetUpPr.fitToPage = True


def _value(cell: Cell) -> str | int:
    """A cell's content: a whole number as one, a difference without a plus that would need an apostrophe."""
    text = cell.text.removeprefix("+") if cell.number else cell.text
    return int(text) if text.isdecimal() and text.isascii() else str(safe_cell(text))


def _width(text: str) -> float:
    return sum(2.0 if ord(sign) >= 0x2E80 else 1.0 for sign in text)


def _bytes(book: Workbook) -> bytes:
    from experiments.workbook.fixed import fixed_bytes

    return fixed_bytes(book)


def print_wall(carried: Carried, language: str) -> None:
    """The wall chart and its tasks in the terminal."""
    shown = Shown(carried, language)
    out = screen()
    out.print(Plain(shown.sentence(), style="bold"))
    print_table(shown.wall_table(), narrow=True)
    print_table(shown.tasks())
    out.print(Plain(shown.say("wall_note")))


def print_table(table: Table, narrow: bool = False) -> None:
    """A table in the terminal; a narrow one is for many short columns."""
    drawn = Screen(title=Plain(table.caption), title_justify="left", box=SIMPLE_HEAD, padding=(0, 1, 0, 0))
    drawn.pad_edge = drawn.show_edge = False
    drawn.show_lines = not narrow
    for k, head in enumerate(table.header):
        right = bool(table.rows) and table.rows[0][k].number
        drawn.add_column(Plain(head), justify="right" if right else "left", overflow="fold", no_wrap=head.isdecimal())
    for row in table.rows:
        drawn.add_row(*(Plain(cell.text, style="red" if cell.mark == "bad" else "") for cell in row))
    screen().print(drawn)
