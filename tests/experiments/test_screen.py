"""What users wrote is text wherever it is printed."""

from __future__ import annotations

import ast
import io
from pathlib import Path

from rich.table import Table

from experiments.runs.progress import Progress
from experiments.screen import screen

ROOT = Path(__file__).parents[2] / "experiments"
TITLE = "Cash [pilot] 50/50 [/half] :smile: [bold]x[/bold]"


def test_brackets_and_colons_are_text() -> None:
    out = io.StringIO()
    console = screen(file=out, width=200)
    table = Table(title=TITLE, caption=TITLE)
    table.add_column(TITLE)
    table.add_row(TITLE)
    console.print(table)
    console.print(TITLE)
    assert out.getvalue().count(TITLE) == 5


def test_progress_shows_them_too() -> None:
    out = io.StringIO()
    with Progress(console=screen(file=out, width=200, force_terminal=True)) as progress:
        progress.say(TITLE)
        progress.begin(3, TITLE)
        progress.advance(failed=True)
    assert "[pilot]" in out.getvalue() and "[/half]" in out.getvalue()


def test_no_other_console_is_made() -> None:
    """A console of rich's own takes brackets for markup; so do its columns of text, unless they are told not to."""
    found = []
    for path in ROOT.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call):
                name = getattr(node.func, "id", getattr(node.func, "attr", ""))
                told = {keyword.arg for keyword in node.keywords}
                if name in ("Console", "from_markup") or (name == "TextColumn" and "markup" not in told):
                    found.append(f"{path.name}:{node.lineno} {name}")
    assert [one for one in found if not one.startswith("screen.py:")] == []
