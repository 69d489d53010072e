"""The notebook runs from top to bottom, and its numbers are those of single runs. It needs no Jupyter here."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from sim import run

NOTEBOOK = Path(__file__).parents[1] / "docs" / "notebooks" / "first_steps.ipynb"


@pytest.fixture
def cells() -> list[dict[str, Any]]:
    stored = json.loads(NOTEBOOK.read_text(encoding="utf-8"))
    assert (stored["nbformat"], stored["nbformat_minor"]) == (4, 5)
    return list(stored["cells"])


def test_it_is_stored_without_outputs(cells: list[dict[str, Any]]) -> None:
    assert len({cell["id"] for cell in cells}) == len(cells)
    for cell in cells:
        assert cell["cell_type"] == "markdown" or (cell["outputs"], cell["execution_count"]) == ([], None)


def test_its_cells_run_and_say_what_single_runs_say(
    cells: list[dict[str, Any]], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("MPLBACKEND", "agg")
    names: dict[str, Any] = {"__name__": "notebook"}
    for cell in cells:
        if cell["cell_type"] == "code":
            exec(compile("".join(cell["source"]), f"{NOTEBOOK.name} {cell['id']}", "exec"), names)
    with_it, without = (
        run(names[name], 2).value("panel", "income_yuan", group="fifth_1", month=12) for name in ("credit", "baseline")
    )
    assert names["gain"].loc[2, "fifth_1"] == with_it - without != 0.0
    (marks, *_) = names["ax"].lines
    assert marks.get_ydata()[0] == pytest.approx(names["gain"]["fifth_1"].mean())
    assert (tmp_path / "results" / "first_steps" / "report.zh.html").is_file()
    names["plt"].close("all")
    assert "yuan a head, 95% interval" in capsys.readouterr().out
