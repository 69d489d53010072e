"""Household plans 一户一策 on paper: a document a township, a page a household, to be agreed on and signed there.

A page says what the row of the ledger says, with what is planned and done by the ledger, and lines to fill in. It
holds no simulated outcome, no score and no rank.
"""

from __future__ import annotations

import datetime as dt
import io
import zipfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pandas as pd

from experiments.roster.book import CREATOR
from experiments.roster.ledger_rows import FIXED, HEADS
from experiments.roster.ledgers import Told, filled, path_of, rows_of, townships
from experiments.roster.pseudonyms import Pseudonyms
from experiments.runs.files import write_atomic
from experiments.runs.outputs import check_output
from sim.core.errors import UserError

LINES = 6
"""Rows of the table of measures; more where the ledger holds more."""
WORDS = {
    "zh": ("一户一策帮扶计划", "基本情况", "帮扶措施", "户主（签字）", "帮扶责任人（签字）", "日期"),
    "en": ("Household plan", "As registered", "Measures", "Household (signature)", "Helper (signature)", "Date"),
}
_FONT = {"zh": "Microsoft YaHei", "en": "Arial"}
_MM = (30, 55)
"""Widths of a name and of what stands beside it."""


def write_pages(
    homes: pd.DataFrame,
    names: Pseudonyms,
    folder: Path,
    deadline: dt.date | None,
    language: str,
    real_names: bool = False,
    ledgers: Path | None = None,
) -> list[Path]:
    """Write a document for each township.

    Args:
        homes: As `experiments.roster.homes.homes` gives them.
        names: Makes the pseudonyms.
        folder: Where the documents go.
        deadline: By when, if one is set.
        language: "zh" or "en".
        real_names: Whether numbers and names stand in place of the pseudonyms.
        ledgers: Folder of ledgers of which measures planned and done are taken.

    Raises:
        UserError: python-docx is missing, or something else is there already.
    """
    try:
        import docx
    except ImportError as error:
        problem = "household plans on paper need python-docx / 生成Word文档需要python-docx"
        raise UserError(problem, mend="pip install 'villagesim[docx]'") from error
    parts = [(path_of(folder, name).with_suffix(".docx"), name, part) for name, part in townships(homes, language)]
    for path, _, _ in parts:
        check_output(path, _is_ours, "--out")
    kept = filled(ledgers, names) if ledgers else {}
    told = Told.of(homes, names, deadline, language, real_names)
    for path, town, part in parts:
        made = docx.Document()
        made.core_properties.author = CREATOR
        _paper(made, language)
        for number, (who, row) in enumerate(rows_of(part, told)):
            _page(made, town, row, kept.get(who, ()), language, first=number == 0)
        buffer = io.BytesIO()
        made.save(buffer)
        write_atomic(path, buffer.getvalue())
    return [path for path, _, _ in parts]


def _is_ours(path: Path) -> bool:
    try:
        with zipfile.ZipFile(path) as packed:
            return CREATOR.encode() in packed.read("docProps/core.xml") and "word/document.xml" in packed.namelist()
    except (OSError, KeyError, zipfile.BadZipFile):
        return False


def _paper(made: Any, language: str) -> None:
    """A4, and a font that has Chinese."""
    from docx.oxml.ns import qn
    from docx.shared import Mm, Pt

    section = made.sections[0]
    section.page_width, section.page_height = Mm(210), Mm(297)
    section.left_margin = section.right_margin = section.top_margin = section.bottom_margin = Mm(20)
    for style in ("Normal", "Heading 1", "Heading 2"):
        font = made.styles[style].font
        font.name, font.size = _FONT[language], Pt({"Normal": 10.5, "Heading 1": 16, "Heading 2": 12}[style])
        made.styles[style].element.get_or_add_rPr().get_or_add_rFonts().set(qn("w:eastAsia"), _FONT[language])
    made.styles["Normal"].paragraph_format.space_after = Pt(2)


def _page(made: Any, town: str, row: Sequence[Any], done: Sequence[Sequence[Any]], language: str, first: bool) -> None:
    title, registered, measures, *signed = WORDS[language]
    heads = HEADS[language][0]
    heading = made.add_heading(title, 1)
    heading.paragraph_format.page_break_before = not first
    made.add_paragraph(f"{town} {row[1]}".strip())
    made.add_heading(registered, 2)
    said = [(heads[k], row[k]) for k in range(FIXED) if k != 1]
    half = -(-len(said) // 2)
    table = made.add_table(rows=half, cols=4, style="Table Grid")
    for k, (name, what) in enumerate(said):
        side, line = divmod(k, half)
        for column, text in ((2 * side, name), (2 * side + 1, what)):
            _fill(table.cell(line, column), text, _MM[column % 2], bold=column % 2 == 0)
    made.add_heading(measures, 2)
    columns = heads[FIXED:]
    table = made.add_table(rows=1, cols=len(columns), style="Table Grid")
    for cell, name in zip(table.rows[0].cells, columns, strict=True):
        _fill(cell, name, 170 / len(columns), bold=True)
    for cells in [*done, *[[""] * len(columns)] * (LINES - len(done))]:
        line = table.add_row()
        for cell, what in zip(line.cells, cells, strict=True):
            _fill(cell, what if what is not None else "", 170 / len(columns))
        _tall(line)
    made.add_paragraph()
    made.add_paragraph("　　　　　　　　".join(f"{one}：" if language == "zh" else f"{one}:" for one in signed))


def _fill(cell: Any, text: Any, width_mm: float, bold: bool = False) -> None:
    from docx.shared import Mm

    cell.width = Mm(width_mm)
    run = cell.paragraphs[0].add_run(str(text))
    run.bold = bold


def _tall(line: Any) -> None:
    """Room to write in."""
    from docx.shared import Mm

    line.height = Mm(11)
