"""What is said of sheets, headings, and rows that are none of the people; found while a sheet is read."""

from __future__ import annotations

from experiments.roster.defects.kinds import said

said("sheet_unread", "note", "未找到表头，本工作表未读取。", "No headings were found; this sheet was not read.")
said("sheet_hidden", "note", "工作表是隐藏的，仍已读取。", "This sheet is hidden; it was read all the same.")
said(
    "heading_misspelt",
    "doubt",
    "表头与“{detail}”差一个字，已按该栏读取。",
    "The heading differs by one character from '{detail}', and was read as that.",
)
said(
    "heading_twice",
    "doubt",
    "此栏与另一栏同名或同义，本栏未读取。",
    "Another column has this meaning; this one was not read.",
)
said(
    "heading_unknown", "note", "表头不在已知栏目中，本栏未读取。", "The heading is not known; this column was not read."
)
said(
    "heading_missing",
    "error",
    "缺少“{detail}”栏，按户核对的各项未做。",
    "There is no column '{detail}'; nothing could be checked by household.",
)
said("row_blank", "note", "表中有空行，已跳过。", "A blank row within the table; it was skipped.")
said("row_total", "note", "合计行，已跳过。", "A row of totals; it was skipped.")
said("row_heading", "note", "表头重复出现，已跳过。", "The headings once more; the row was skipped.")
said("row_note", "note", "表下说明或签字行，已跳过。", "A note or signature below the table; it was skipped.")
