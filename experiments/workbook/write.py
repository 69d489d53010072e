"""The form as a file: drop-downs, notes on where figures stand, protected headings, free rows."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any

from openpyxl import Workbook
from openpyxl.comments import Comment
from openpyxl.styles import Alignment, Border, Font, PatternFill, Protection, Side
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.datavalidation import DataValidation

from experiments.pages.spreadsheet import safe_cell
from experiments.workbook.content import Content
from experiments.workbook.fixed import fixed_bytes
from sim.policies import registry
from sim.scenario.measure_words import choices, kinds, variant_of
from sim.workbook.layout import HEADING_ROW, SHEETS, Field, fields, sheet_name, words

HEAD = PatternFill("solid", fgColor="E8E6DF")
FREE = PatternFill("solid", fgColor="FFFDF4")
_FONT = "Microsoft YaHei"
_THIN = Border(*(Side(style="thin", color="CCCCCC") for _ in range(4)))
_FREE_ROWS = 40
"""Empty rows below what a sheet holds, with drop-downs, open to be filled in."""
_ABOUT = {
    "county": "本县基本数字。只填“填写内容”一列；灰底单元格已锁定。百分比请带百分号（如33.2%），金额单位见“单位”列。",
    "townships": "每个乡镇一行。三类地形占比合计100%；贫困村数之和应等于“本县”表的贫困村数。",
    "units": "联村单位按类型和层级分行填个数；各行之和应等于“本县”表的联村单位数。",
    "funds": "每笔资金一行，金额单位为万元。渠道不乱、用途不变：“可用于”列出允许的用途。到位日期可填日期或“第15天”。",
    "measures": "每项措施一行，金额单位为万元；同一类措施金额不同就另起一行。编号自拟，在“方案”表中引用。",
    "tasks": "活动任务及期限，用于倒排工期；可以不填。金额类任务量单位为万元。",
    "plans": "每个方案一行，列出它包含的措施编号。第一行是对照（通常只有入户走访），其余方案都与它比较。",
    "others": "供了解本程序的人使用，一般不填。",
}
_GUIDE = (
    "填报表说明",
    "一、这份表填好后保存，放到程序所在文件夹，运行：village compare 填报表.xlsx　即得报告、简报和结果工作簿。",
    "二、先填“本县”，再填“乡镇”“单位”“资金”，然后在“措施”里一行写一项措施，在“方案”里把措施组合起来。",
    "三、0就是0；不知道的可选项留空，不要填0。",
    "四、金额除注明外一律以万元为单位；也可以写明单位，如“500万元”“1.2亿元”“2000元”。",
    "五、百分比要带百分号：33.2%。只写33.2或0.332，程序会问，不会猜。",
    "六、日期可写2012年12月24日、2012/12/24或2012-12-24。",
    "七、表头不要改；行可以增加。空行、“合计”行不影响读取。",
    "八、填错的地方，程序会一次全部指出（表名和单元格），并另存一份带批注的“…-标注.xlsx”。",
    "九、只核对不测算：village scenario check 填报表.xlsx；看程序读成了什么：village scenario show 填报表.xlsx。",
)


def form_bytes(content: Content) -> bytes:
    """The form as an .xlsx file; the same content gives the same bytes."""
    return fixed_bytes(form(content))


def form(content: Content) -> Workbook:
    """The form."""
    book = Workbook()
    book.remove(book.active)
    for sheet in SHEETS:
        book.create_sheet(sheet_name(sheet))
    offered = _lists(book)
    _guide(book[sheet_name("guide")])
    _county(book[sheet_name("county")], content.county, offered)
    many = max([fields_many("plans", "measures"), *(len(row["measures"]) for row in content.plans)])
    rows = {
        "townships": content.townships, "units": content.units, "funds": content.funds, "measures": content.measures,
        "tasks": content.tasks, "plans": content.plans, "others": content.settled_others(),
    }  # fmt: skip
    for sheet, listed in rows.items():
        _rows(book[sheet_name(sheet)], sheet, listed, offered, many)
    return book


def fields_many(sheet: str, key: str) -> int:
    """How many columns of a name a sheet has."""
    return next(field.many for field in fields(sheet) if field.key == key)


def _lists(book: Workbook) -> dict[str, str]:
    """A hidden sheet of what drop-downs offer; the range of each by its name."""
    sheet = book.create_sheet(sheet_name("lists"))
    sheet.sheet_state = "hidden"
    names = {field.listed for key in SHEETS if key != "guide" for field in fields(key) if field.listed}
    offered = {name: list(words(name).values()) for name in sorted(names) if name != "kind"}
    offered["kind"] = list(kinds().values())
    offered["variant"] = list(
        dict.fromkeys(zh for p in registry().values() if (v := variant_of(p)) for zh in choices(p, v).values())
    )
    called = {field.listed: field.zh for key in SHEETS if key != "guide" for field in fields(key) if field.listed}
    called["variant"] = next(field.zh for field in fields("measures") if field.key == "variant")
    ranges = {}
    for column, (name, texts) in enumerate(offered.items(), 1):
        letter = get_column_letter(column)
        for row, text in enumerate([called[name], *texts], 1):
            sheet.cell(row, column, safe_cell(text))
        ranges[name] = f"'{sheet.title}'!${letter}$2:${letter}${len(texts) + 1}"
    ranges["measure"] = f"'{sheet_name('measures')}'!$A${HEADING_ROW + 1}:$A$300"
    return ranges


def _guide(sheet: Any) -> None:
    sheet.column_dimensions["A"].width = 110
    for row, text in enumerate(_GUIDE, 1):
        cell = sheet.cell(row, 1, text)
        cell.font = Font(name=_FONT, size=16 if row == 1 else 12, bold=row == 1)
        cell.alignment = Alignment(wrap_text=True, vertical="top")
    _paper(sheet, None)
    sheet.protection.sheet = True


def _county(sheet: Any, figures: Mapping[str, Any], offered: Mapping[str, str]) -> None:
    _about(sheet, "county", 5)
    for column, (text, width) in enumerate(
        (("项目", 36), ("填写内容", 30), ("单位", 9), ("通常出自", 48), ("英文", 36)), 1
    ):
        _head(sheet.cell(HEADING_ROW, column, text))
        sheet.column_dimensions[get_column_letter(column)].width = width
    for row, field in enumerate(fields("county"), HEADING_ROW + 1):
        for column, text in (
            (1, field.zh),
            (3, field.unit_zh or {"share": "%"}.get(field.type, "")),
            (4, field.from_zh),
            (5, field.en),
        ):
            cell = sheet.cell(row, column, text)
            cell.font, cell.fill, cell.border = (
                Font(name=_FONT, size=11, color="000000" if column < 4 else "777777"),
                HEAD,
                _THIN,
            )
            cell.alignment = Alignment(wrap_text=True, vertical="top")
        _fill(sheet.cell(row, 2), field, figures.get(field.key))
        if field.listed:
            _drop_down(sheet, offered[field.listed], f"B{row}", field.open)
    sheet.freeze_panes = sheet.cell(HEADING_ROW + 1, 1)
    _paper(sheet, HEADING_ROW)
    _protect(sheet)


def _rows(sheet: Any, key: str, rows: Sequence[Mapping[str, Any]], offered: Mapping[str, str], many: int) -> None:
    columns = [
        (field, name, n)
        for field in fields(key)
        for n, name in enumerate((field._replace(many=many) if field.key == "measures" else field).columns())
    ]
    _about(sheet, key, min(len(columns), 6))
    last = HEADING_ROW + len(rows) + _FREE_ROWS
    for column, (field, name, n) in enumerate(columns, 1):
        letter = get_column_letter(column)
        _head(sheet.cell(HEADING_ROW, column, name))
        if n == 0:
            sheet.cell(HEADING_ROW, column).comment = Comment(field.en, "villagesim")
        widest = max([_width(name), *(_width(str(_value(row, field, n) or "")) for row in rows)])
        sheet.column_dimensions[letter].width = min(max(widest + 3, 10), 60)
        for row in range(HEADING_ROW + 1, last + 1):
            index = row - HEADING_ROW - 1
            _fill(sheet.cell(row, column), field, _value(rows[index], field, n) if index < len(rows) else None)
        listed = field.listed or {"variant": "variant", "measures": "measure"}.get(
            field.key if key != "tasks" else "", ""
        )
        listed = "measure" if key == "tasks" and field.key == "measure" else listed
        if listed:
            _drop_down(
                sheet,
                offered[listed],
                f"{letter}{HEADING_ROW + 1}:{letter}{last}",
                field.open or key in ("plans", "tasks"),
            )
    sheet.freeze_panes = sheet.cell(HEADING_ROW + 1, 1)
    sheet.print_area = f"A1:{get_column_letter(len(columns))}{HEADING_ROW + len(rows) + 5}"
    _paper(sheet, HEADING_ROW)
    _protect(sheet)


def _value(row: Mapping[str, Any], field: Field, n: int) -> Any:
    value = row.get(field.key)
    if isinstance(value, list):
        return value[n] if n < len(value) else None
    return value if n == 0 else None


def _fill(cell: Any, field: Field, value: Any) -> None:
    cell.protection = Protection(locked=False)
    cell.fill, cell.border, cell.font = FREE, _THIN, Font(name=_FONT, size=11)
    cell.alignment = Alignment(wrap_text=True, vertical="top")
    if value is not None:
        cell.value = safe_cell(value)
    if isinstance(value, dt.date) or field.type == "date":
        cell.number_format = "yyyy-mm-dd"
    elif field.type == "share":
        cell.alignment = Alignment(horizontal="right", vertical="top")
    elif field.type in ("wan", "yuan") and not isinstance(value, str):
        cell.number_format = "#,##0.######"


def _about(sheet: Any, key: str, width: int) -> None:
    cell = sheet.cell(1, 1, _ABOUT[key])
    cell.font = Font(name=_FONT, size=11, italic=True, color="555555")
    cell.alignment = Alignment(wrap_text=True, vertical="center")
    sheet.merge_cells(start_row=1, start_column=1, end_row=1, end_column=width)
    sheet.row_dimensions[1].height = 34
    sheet.row_dimensions[HEADING_ROW].height = 34


def _head(cell: Any) -> None:
    cell.font, cell.fill, cell.border = Font(name=_FONT, size=11, bold=True), HEAD, _THIN
    cell.alignment = Alignment(wrap_text=True, vertical="center")


def _drop_down(sheet: Any, formula: str, cells: str, open_list: bool) -> None:
    rule = DataValidation(type="list", formula1=formula, allow_blank=True, showErrorMessage=not open_list)
    rule.error, rule.errorTitle = "请从下拉列表中选择", "不在列表中"
    sheet.add_data_validation(rule)
    rule.add(cells)


def _protect(sheet: Any) -> None:
    sheet.protection.sheet = True
    for allowed in ("insertRows", "deleteRows", "formatColumns", "formatRows", "formatCells", "sort", "autoFilter"):
        setattr(sheet.protection, allowed, False)  # False: this is not forbidden


def _paper(sheet: Any, head: int | None) -> None:
    sheet.page_setup.orientation, sheet.page_setup.paperSize = "landscape", sheet.PAPERSIZE_A4
    sheet.page_setup.fitToWidth, sheet.page_setup.fitToHeight = 1, 0
    sheet.sheet_properties.pageSetUpPr.fitToPage = True
    if head:
        sheet.print_title_rows = f"{head}:{head}"


def _width(text: str) -> float:
    lines = text.split("\n")
    return max(sum(2.0 if ord(c) >= 0x2E80 else 1.1 for c in line) for line in lines)
