"""`village evidence` from end to end on stand-ins for the views; and the page, held against the published files."""

from __future__ import annotations

import json
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from typer.testing import CliRunner

from experiments.cli import app
from experiments.evidence import run as running
from experiments.evidence.assemble import EvidenceRequest, assemble
from experiments.evidence.judge import count, judge
from experiments.evidence.nulls import NullWorld, null_worlds
from experiments.evidence.page import DOCS, PAGE, page_text, published_cell
from experiments.evidence.registry import Task, measures, tables_of, views
from experiments.evidence.targets import all_targets
from experiments.published import Figure, figures, trial_rows
from sim.core.errors import UserError

PAGE_PATH = DOCS / PAGE


def pretend(task: Task, seed: int) -> dict[str, Any]:
    """A stand-in for a view: every measure is 10 and the seed's hundredths, series rise by one a year."""
    taken = {one.name: 10.0 + seed / 100.0 for one in measures().values() if one.view == task.view}
    return tables_of(taken, {name: [1.0 + year + seed for year in range(7)] for name in views()[task.view].series})


@pytest.fixture
def stand_in(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(running, "RUN", f"{__name__}:pretend")


def _asked(tmp_path: Path, **changes: Any) -> EvidenceRequest:
    said: dict[str, Any] = {"name": "e", "results": tmp_path, "trials": False, "workers": 0, "progress": False}
    return EvidenceRequest(**{**said, **changes})


def test_only_what_is_asked_for_is_run(stand_in: None, tmp_path: Path) -> None:
    found = assemble(_asked(tmp_path, only="no_trap", quick=True))
    assert [line.target.id for line in found.lines] == ["no_trap.slower", "no_trap.closes"]
    assert [line.verdict for line in found.lines] == ["within", "outside"]
    assert found.lines[0].seeds == running.QUICK_SEEDS
    kept = {path.name for path in (tmp_path / "e" / "runs").iterdir()}
    assert kept == {"disaster", *(f"disaster-{null}" for null in null_worlds())}


def test_a_second_command_does_only_what_is_missing(
    stand_in: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = assemble(_asked(tmp_path, only="no_trap"))
    (tmp_path / "e" / "runs" / "disaster" / "3.parquet").unlink()
    done: list[int] = []

    whole = pretend

    def count_runs(task: Task, seed: int) -> dict[str, Any]:
        done.append(seed)
        return whole(task, seed)

    monkeypatch.setitem(globals(), "pretend", count_runs)
    second = assemble(_asked(tmp_path, only="no_trap"))
    assert done == [3]
    assert [line.mean for line in second.lines] == [line.mean for line in first.lines]


def test_everything_is_judged_drawn_and_written(stand_in: None, tmp_path: Path) -> None:
    found = assemble(_asked(tmp_path))
    assert {line.target.id for line in found.lines} == {*all_targets(), *trial_rows()}
    for language in ("en", "zh"):
        names = {path.name for path in found.write_figures(language)}
        assert names == {f"{name}.{language}.svg" for name in ("world", "path", "shocks")}
    drawing = (tmp_path / "e" / "tables" / "world.zh.svg").read_text(encoding="utf-8")
    assert "允许范围" in drawing and "http" not in drawing.replace("http://www.w3.org/2000/svg", "")
    page = found.write_page(tmp_path / "docs").read_text(encoding="utf-8")
    _check_page(page)
    for name in ("world", "path", "shocks"):
        assert f"(evidence/{name}.svg)" in page and (tmp_path / "docs" / "evidence" / f"{name}.svg").is_file()


def test_a_file_of_ones_own_joins_in(stand_in: None, tmp_path: Path) -> None:
    own = tmp_path / "own.toml"
    own.write_text(
        '[mine]\nlabel_en = "My figure"\nlabel_zh = "本县数"\ngroup = "moving"\nrole = "check"\nvalue = 10\n'
        'unit = "yuan"\nsource = "our books"\nmeasure = "recovery_left"\nrule = { tolerance = 0.5 }\nwhy = "so"\n',
        encoding="utf-8",
    )
    found = assemble(_asked(tmp_path, targets=own, only="mine"))
    assert [line.verdict for line in found.lines] == ["within"]


def test_the_command_prints_json_and_refuses_half_a_page(stand_in: None, tmp_path: Path) -> None:
    words = ["evidence", "--only", "no_trap", "--no-trials", "--workers", "0", "--results", str(tmp_path)]
    shown = CliRunner().invoke(app, [*words, "--json"])
    assert shown.exit_code == 0 and json.loads(shown.stdout)["counts"]["checks"] == 2
    table = CliRunner().invoke(app, [*words, "--language", "zh"])
    assert "冲击" in table.stdout.replace("\n", "") or "损失" in table.stdout
    refused = CliRunner().invoke(app, [*words, "--write-docs"])
    assert refused.exit_code == 2 and "leave out" in refused.stderr
    wrong = CliRunner().invoke(app, ["evidence", "--only", "no_trop"])
    assert wrong.exit_code == 2 and "did you mean 'no_trap'" in wrong.stderr


def test_a_run_that_fails_is_said_and_kept(stand_in: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(task: Task, seed: int) -> SimpleNamespace:
        if seed == 2:
            raise ValueError("no such village")
        return pretend(task, seed)

    whole = pretend
    monkeypatch.setitem(globals(), "broken", broken)
    monkeypatch.setattr(running, "RUN", f"{__name__}:broken")
    with pytest.raises(UserError, match="disaster, seed 2: ValueError: no such village"):
        assemble(_asked(tmp_path, only="no_trap"))
    monkeypatch.setitem(globals(), "broken", whole)
    assert assemble(_asked(tmp_path, only="no_trap")).lines[0].seeds == views()["disaster"].seeds


def test_misses_are_shown_as_misses() -> None:
    target = figures()["wage_share_2011"].model_copy(update={"note": "wages at home are missing."})
    lines = [judge(target, [0.2, 0.21])]
    text = page_text(lines, count(lines), {}, "")
    wrong = text.partition("## What the model gets wrong")[2].partition("##")[0]
    assert "`wage_share_2011`" in wrong and "Wages at home are missing." in wrong and "39.9%" in wrong


def test_the_page_keeps_blind_rows_from_those_that_were_seen() -> None:
    rows = [figures()[name] for name in ("wage_share_2011", "adoption_by_neighbours.none", "ewe_net", "line_2010")]
    lines = [judge(row, [row.middle or 0.0]) for row in rows]
    text = page_text(lines, count(lines), {}, "")
    parts = text.split("\n## ")
    for title, name in (
        ("What was only checked", "wage_share_2011"),
        ("What was seen while the model was changed", "adoption_by_neighbours.none"),
        ("What was set or fitted", "ewe_net"),
    ):
        (part,) = [part for part in parts if part.startswith(title)]
        assert next(row.id for row in rows if f"| `{row.id}` |" in part) == name
    assert "spread the word" in text
    assert "- `ewe_net` (fitted): Net of bought inputs" in text.partition("## What to know of rows that pass")[2]


def _check_page(page: str) -> None:
    rows = [line for line in page.splitlines() if line.startswith("| `")]
    shown = {row.split("`")[1]: row for row in reversed(rows)}  # the first of each: measures stand last
    targets: dict[str, Figure] = {**all_targets(), **trial_rows()}
    for name, target in targets.items():
        assert name in shown, f"docs/evidence.md does not name {name}: run `village evidence --write-docs`"
        assert f"| {published_cell(target)} |" in shown[name], f"docs/evidence.md is stale: {name}"


@pytest.mark.skipif(not PAGE_PATH.exists(), reason="not written yet")
def test_the_page_that_ships_names_every_target_with_its_published_value() -> None:
    page = PAGE_PATH.read_text(encoding="utf-8")
    _check_page(page)
    for drawing in (DOCS / "evidence").glob("*.svg"):
        assert f"(evidence/{drawing.name})" in page


def test_trials_join_their_published_rows(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    def outcome(row: str | None, verdict: str) -> SimpleNamespace:
        mean = SimpleNamespace(value=0.03, low=0.01, high=0.05, replicates=30)
        return SimpleNamespace(outcome=SimpleNamespace(row=row), mean=mean, verdict=verdict, mean_sign_share=0.97)

    outcomes = [
        outcome("credit_profit_pool", "within"),
        outcome(None, "context"),
        outcome("credit_previous_business", "outside"),
    ]
    in_null = [outcome("credit_profit_pool", "within"), outcome("credit_previous_business", "outside")]
    trial = SimpleNamespace(outcomes=[one.outcome for one in outcomes], null="")
    monkeypatch.setattr("experiments.evidence.trials.load_trials", lambda files: [trial])
    monkeypatch.setattr(NullWorld, "trial", lambda self, one: SimpleNamespace(**{**vars(one), "null": self.name}))
    folders: list[str] = []

    def run(trials: list[Any], *, name: str, **_: Any) -> list[SimpleNamespace]:
        folders.append(name)
        return [SimpleNamespace(outcomes=in_null if one.null else outcomes) for one in trials]

    monkeypatch.setattr("experiments.evidence.trials.run_trials", run)
    found = assemble(_asked(tmp_path, only="credit_pr*", trials=True))
    assert {line.target.id: line.verdict for line in found.lines} == {
        "credit_profit_pool": "within",
        "credit_previous_business": "outside",
    }
    assert folders == ["e-trials", "e-trials-nobody_changes"]
    assert {line.target.id: line.could_fail for line in found.lines} == {
        "credit_profit_pool": False,
        "credit_previous_business": True,
    }
    assert [round(line.sign_share, 2) for line in found.lines if line.target.rule and line.target.rule.sign] == [0.97]
    assert set(found.drawings("zh")) == {"trials"}
    unasked = assemble(_asked(tmp_path, only="credit_pr*"))
    assert {line.verdict for line in unasked.lines} == {"not_run"}


def test_a_trial_that_cannot_be_put_says_why(tmp_path: Path) -> None:
    found = assemble(_asked(tmp_path, only="social_*"))
    assert {line.verdict for line in found.lines} == {"not_modelled"}
    assert assemble(_asked(tmp_path, only="diffusion_pass")).lines[0].verdict == "input"
