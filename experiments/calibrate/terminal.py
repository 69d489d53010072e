"""What a terminal shows at the end of a calibration."""

from __future__ import annotations

from collections.abc import Sequence

from rich.console import Console
from rich.table import Table

from experiments.calibrate.calibration import Calibration
from experiments.calibrate.page import parameter_table, pinned_sentences, recovery_sentences, summary, target_table
from experiments.screen import screen


def print_calibration(calibration: Calibration, language: str = "en", console: Console | None = None) -> None:
    """Targets before and after, parameters, and what cannot be pinned down.

    Args:
        calibration: What came of it.
        language: "en" or "zh".
        console: Where to; the standard output by default.
    """
    zh = language == "zh"
    console = console or screen()
    for heads, rows in (target_table(calibration, zh), parameter_table(calibration, zh, keys=False)):
        console.print(_table(heads, rows))
    lines = [*summary(calibration, zh), *pinned_sentences(calibration, zh)]
    if calibration.truth is not None:
        lines += recovery_sentences(calibration, zh)
    for line in lines:
        console.print(line, highlight=False)


def _table(heads: Sequence[str], rows: Sequence[Sequence[str]]) -> Table:
    table = Table()
    for place, head in enumerate(heads):
        table.add_column(head, justify="left" if place == 0 else "right")
    for row in rows:
        table.add_row(*row)
    return table
