"""The table of `village evidence` in a terminal."""

from __future__ import annotations

from collections.abc import Sequence

from rich.table import Table
from rich.text import Text

from experiments.evidence.judge import Counts, Line
from experiments.evidence.words import GROUPS, ROLES, Words
from experiments.screen import screen

HEADS = (
    ("Figure", "指标"),
    ("Model", "模型"),
    ("Published", "公布数"),
    ("Passes", "允许范围"),
    ("Use", "用途"),
    ("", ""),
)


def print_lines(lines: Sequence[Line], counts: Counts, language: str) -> None:
    """Print every line by group, then the counts.

    Args:
        lines: Model beside published.
        counts: Of these lines.
        language: "en" or "zh".
    """
    words, console = Words(language), screen()
    for group, title in GROUPS.items():
        rows = [line for line in lines if line.group == group]
        if not rows:
            continue
        table = Table(title=words.pick(title), title_justify="left")
        for at, head in enumerate(HEADS):
            table.add_column(words.pick(head), justify="right" if at in (1, 2, 3) else "left")
        for line in rows:
            style = "bold red" if line.verdict == "outside" else "" if line.judged else "dim"
            target = line.target
            table.add_row(
                Text(words.label(target)),
                words.model(line),
                words.published(target),
                words.passes(target) if line.judged else "–",
                words.pick(ROLES[target.role]) + ("*" if line.nulls_meet else ""),
                Text(words.verdict(line), style=style),
            )
        console.print(table)
    if any(line.nulls_meet for line in lines):
        console.print(f"* {words.nulls_meet}", highlight=False)
    console.print(words.summary(counts), highlight=False)
