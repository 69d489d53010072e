"""The command `village`: light to start, exit codes that mean something, one message for what a user can mend."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pyarrow.parquet as pq
import pytest
from scenario_fakes import BASE, make_catalogue
from typer.testing import CliRunner, Result

import experiments.compare.report
import experiments.compare.run
import experiments.compare.summary
from experiments.cli import app
from experiments.commands.population import put_table
from sim.scenario import Catalogue, load_plan

ROOT = Path(__file__).parents[3]


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A current folder with two scenarios and a catalogue of its own."""
    catalogue = make_catalogue(tmp_path)
    monkeypatch.setattr(Catalogue, "shipped", classmethod(lambda cls: catalogue))
    monkeypatch.chdir(tmp_path)
    (tmp_path / "base.toml").write_text(BASE, encoding="utf-8")
    mix = 'extends = "base.toml"\ntitle.en = "Mix"\n[[policies]]\nkind = "microcredit"\n'
    (tmp_path / "mix.toml").write_text(mix, encoding="utf-8")
    return tmp_path


def village(*arguments: str) -> Result:
    return CliRunner().invoke(app, arguments)


# --- starting ---


def test_nothing_heavy_is_imported_to_start() -> None:
    heavy = ("numpy", "pydantic", "rich", "mesa", "numba", "pandas", "pyarrow", "matplotlib", "sim")
    program = f"import sys, experiments.cli; print([m for m in {heavy} if m in sys.modules])"
    started = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, cwd=ROOT)
    assert started.stdout.strip() == "[]", started.stderr


def test_help_is_quick() -> None:
    def seconds() -> float:
        start = time.perf_counter()
        subprocess.run([sys.executable, "-m", "experiments.cli", "--help"], check=True, capture_output=True, cwd=ROOT)
        return time.perf_counter() - start

    assert min(seconds() for _ in range(3)) < 0.7


@pytest.mark.parametrize(
    "command",
    ["run", "compare", "demo", "report", "bench", "parameters", "parameters list"]
    + [f"scenario {name}" for name in ("check", "show", "schema")]
    + [f"population {name}" for name in ("describe", "fit", "make")],
)
def test_every_command_has_help(command: str) -> None:
    result = village(*command.split(), "--help")
    assert result.exit_code == 0
    assert command.split()[-1] in result.output


def test_a_misspelt_command(folder: Path) -> None:
    result = village("comprae")
    assert (result.exit_code, "Did you mean 'compare'" in result.output) == (2, True)


def test_completion_offers_scenarios(folder: Path) -> None:
    from experiments.commands.options import complete_scenario

    assert list(complete_scenario("ba"))[-1] == "base.toml"
    assert list(complete_scenario("prof")) == ["profiles/"]
    assert list(complete_scenario("profiles/c")) == ["profiles/county.toml"]


# --- scenario ---


def test_check(folder: Path) -> None:
    result = village("scenario", "check", "base.toml", "mix.toml")
    assert result.exit_code == 0
    assert result.output.splitlines() == [
        "base: right. Base / 基线 (visits)",
        "mix: right. Mix / 基线 (visits, microcredit)",
    ]
    digests = json.loads(village("scenario", "check", "mix.toml", "--json").output)["scenarios"]
    assert digests == {"mix": load_plan("mix.toml").digest()}


def test_check_says_all_that_is_wrong(folder: Path) -> None:
    (folder / "base.toml").write_text(BASE.replace("villages", "vilages").replace("100", "0"), encoding="utf-8")
    result = village("scenario", "check", "base.toml")
    assert (result.exit_code, result.stdout) == (2, "")
    assert result.stderr.splitlines() == [
        "base.toml:3: world: 'villages' is missing",
        "base.toml:5: world: unknown key 'vilages' (did you mean 'villages'?)",
        "base.toml:8: campaign.days: must be at least 1, found 0",
    ]
    as_json = village("scenario", "check", "base.toml", "--json")
    assert as_json.exit_code == 2
    first = json.loads(as_json.stdout)["problems"][0]
    assert (first["file"], first["line"], first["field"]) == ("base.toml", 3, "world")


def test_show_is_a_scenario(folder: Path) -> None:
    shown = village("scenario", "show", "mix.toml", "--set", "policy.visits.days=4")
    assert shown.exit_code == 0
    (folder / "again").mkdir()
    (folder / "again/mix.toml").write_text(shown.stdout, encoding="utf-8")
    plan = load_plan("again/mix.toml")
    assert plan == load_plan("mix.toml", ["policy.visits.days=4"])
    as_json = json.loads(village("scenario", "show", "mix.toml", "--json").output)
    assert as_json["policies"][1]["settings"]["quota_yuan"] == 0
    assert as_json["campaign"]["start"] == "2012-12-24"


def test_schema(folder: Path) -> None:
    assert json.loads(village("scenario", "schema").output)["title"] == "villagesim scenario"
    assert village("scenario", "schema", "--out", "s.json").exit_code == 0
    assert json.loads((folder / "s.json").read_text(encoding="utf-8"))["type"] == "object"


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("scenario", "show", "none.toml"), "there is no scenario file or shipped scenario 'none.toml'"),
        (("scenario", "check", "base.toml", "--set", "policy.visit.days=1"), "there is no policy 'visit' (did you"),
        (("scenario", "check", "base.toml", "--code", "own.py"), "own.py: there is no such code file"),
        (("report", "county"), "there is no experiment 'county' in results"),
        (("population", "describe", "nowhere"), "there is no profile 'nowhere'"),
        (("parameters", "list", "no_such_number"), "unknown parameter 'no_such_number'"),
    ],
)
def test_what_a_user_can_mend(folder: Path, arguments: tuple[str, ...], message: str) -> None:
    result = village(*arguments)
    assert (result.exit_code, result.stdout) == (2, "")
    assert message in result.stderr
    assert "Traceback" not in result.stderr


def test_a_fault_of_the_program_is_not_hidden(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: Any, **__: Any) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr(experiments.compare.run, "compare", broken)
    assert isinstance(village("compare", "base.toml").exception, ZeroDivisionError)


# --- run ---


def records() -> dict[str, Any]:
    rows: list[tuple[str, int, str, str, int, float]] = [
        ("panel", month, group, name, 0, value + month)
        for month in (0, 12)
        for group in ("all", "linked")
        for name, value in (("income_yuan", 4000.4), ("income_wage_yuan", 1800.0), ("persons", 9.0))
    ]
    rows += [("panel", 0, "all", "headcount", 0, 0.332), ("panel", 12, "all", "headcount", 0, float("nan"))]
    rows += [("delivery", -1, "visits", "visited", 15, 70.0), ("household", 0, "all", "persons", 1, 4.0)]
    names = ("table", "month", "group", "name", "item", "value")
    kinds = ("str", "i2", "str", "str", "i8", "f8")
    return {
        name: np.array(column, dtype=kind)
        for name, kind, column in zip(names, kinds, zip(*rows, strict=True), strict=True)
    }


@pytest.fixture
def ran(folder: Path, monkeypatch: pytest.MonkeyPatch) -> list[tuple[Any, ...]]:
    """Stands in for the model: notes how it was called."""
    calls: list[tuple[Any, ...]] = []

    def run(plan: Any, seed: int, **asked: Any) -> Any:
        calls.append((plan, seed, asked))
        return SimpleNamespace(records=records())

    monkeypatch.setitem(sys.modules, "sim.running", SimpleNamespace(run=run))
    return calls


def test_run_prints_a_table(ran: list[tuple[Any, ...]]) -> None:
    result = village("run", "mix.toml", "--seed", "17", "--villages", "2", "--horizon", "12", "--engine", "agents")
    assert result.exit_code == 0
    assert "Mix (seed 17, a single run)" in result.output
    rows = {line.split("│")[1].strip(): line.split("│")[2:4] for line in result.output.splitlines() if "│" in line}
    assert [cell.strip() for cell in rows["Net income per head"]] == ["4,000", "4,012"]
    assert [cell.strip() for cell in rows["Poverty headcount"]] == ["33.2%", "-"]
    ((plan, seed, asked),) = ran
    assert (plan.world.villages, plan.horizon_months, seed, asked) == (2, 12, 17, {"engine": "agents"})


def test_run_in_chinese_and_json(ran: list[tuple[Any, ...]]) -> None:
    assert "人均纯收入" in village("run", "mix.toml", "--language", "zh").output
    found = json.loads(village("run", "mix.toml", "--json", "--days", "30").output)
    assert (found["scenario"], found["seed"]) == ("mix", 1)
    headcounts = [row["value"] for row in found["records"]["panel"] if row["name"] == "headcount"]
    assert headcounts == [0.332, None]
    assert "household" not in found["records"]
    assert ran[-1][2]["days"] == 30


def test_run_writes_its_records(ran: list[tuple[Any, ...]], folder: Path) -> None:
    assert village("run", "mix.toml", "--out", "run.parquet").exit_code == 0
    assert pq.read_table(folder / "run.parquet").num_rows == len(records()["value"])


def test_an_interruption_is_quiet(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def run(*_: Any, **__: Any) -> None:
        raise KeyboardInterrupt

    monkeypatch.setitem(sys.modules, "sim.running", SimpleNamespace(run=run))
    result = village("run", "mix.toml")
    assert (result.exit_code, "interrupted" in result.stderr) == (130, True)


# --- compare and report ---


@pytest.fixture
def compared(folder: Path, monkeypatch: pytest.MonkeyPatch) -> list[dict[str, Any]]:
    calls: list[dict[str, Any]] = []

    def compare(plans: Any, **asked: Any) -> Path:
        calls.append({"plans": plans, **asked})
        where: Path = asked["results"] / asked["name"]
        where.mkdir(parents=True)
        (where / "manifest.json").write_text('{"complete": true}', encoding="utf-8")
        return where

    def write_report(where: Path, languages: list[str]) -> list[Path]:
        calls.append({"report": where, "languages": languages})
        return [where / f"report.{language}.html" for language in languages]

    monkeypatch.setattr(experiments.compare.run, "compare", compare)
    monkeypatch.setattr(experiments.compare.run, "print_summary", lambda where, language: print("summary in", language))
    monkeypatch.setattr(experiments.compare.report, "write_report", write_report)
    monkeypatch.setattr(experiments.compare.summary, "write_summary", lambda found: found)
    monkeypatch.setattr("experiments.compare.summary.said_with", lambda where: {"failed": []})
    return calls


def test_compare(compared: list[dict[str, Any]]) -> None:
    arguments = "base.toml mix.toml --name x --precision 0.01 --limit 8 --step 2 --workers 0 --baseline base"
    options = "--outcome headcount --outcome income_yuan@12 --set policy.microcredit.quota_yuan=5 --villages 2 -q"
    result = village("compare", *arguments.split(), *options.split(), "--language", "zh")
    assert result.exit_code == 0, result.output
    assert result.output == "summary in zh\n"
    asked, report = compared
    base, mix = asked["plans"]
    assert (base.world.villages, mix.policies[1].settings.quota_yuan) == (2, 5)
    assert {key: asked[key] for key in ("name", "precision", "limit", "step", "workers", "baseline")} == {
        "name": "x",
        "precision": 0.01,
        "limit": 8,
        "step": 2,
        "workers": 0,
        "baseline": "base",
    }
    assert (asked["outcomes"], asked["progress"]) == (["headcount", "income_yuan@12"], False)
    assert report == {"report": Path("results/x"), "languages": ["zh"]}


def test_compare_says_where_to_look(compared: list[dict[str, Any]]) -> None:
    result = village("compare", "base.toml", "mix.toml")
    assert "Report: results/base-mix/report.en.html" in result.output
    assert compared[0]["progress"] is True and compared[0]["spillovers"] is None
    as_json = json.loads(village("compare", "mix.toml", "--json").output)
    files = ["results/mix/report.en.html", "results/mix/report.zh.html"]
    assert as_json == {"folder": "results/mix", "files": files, "failed": []}


def test_compare_under_other_parameters(compared: list[dict[str, Any]]) -> None:
    further = {"b": ["--parameters", "ranges", "--sensitivity", "results/lean"], "c": ["--parameters", "point"]}
    for name, options in {"a": [], **further}.items():
        assert village("compare", "base.toml", "mix.toml", "--name", name, *options).exit_code == 0
    asked = [(call["parameters"], call["sensitivity"]) for call in compared if "plans" in call]
    assert asked == [("calibrated", None), ("ranges", Path("results/lean")), ("point", None)], "varied unless refused"
    assert village("compare", "base.toml", "--parameters", "latin").exit_code == 2


def test_compare_shuts_channels_when_asked(compared: list[dict[str, Any]]) -> None:
    for options in (["x"], ["y", "--channels"]):
        assert village("compare", "base.toml", "mix.toml", "--name", *options).exit_code == 0
    assert [call["channels"] for call in compared if "plans" in call] == [False, True]


def test_compare_with_and_without_spillovers(compared: list[dict[str, Any]]) -> None:
    files = ("compare", "base.toml", "mix.toml", "--name")
    for options in (["x", "--spillovers", "mix"], ["y", "--no-spillovers"]):
        assert village(*files, *options).exit_code == 0
    assert [call["spillovers"] for call in compared if "plans" in call] == [["mix"], ()]
    both = village(*files, "z", "--spillovers", "mix", "--no-spillovers")
    assert both.exit_code == 2 and "--no-spillovers: one option asks for it" in both.stderr


def test_names_of_experiments_nobody_named(compared: list[dict[str, Any]]) -> None:
    village("compare", "base.toml", "mix.toml")
    assert [call["name"] for call in compared if "plans" in call] == ["base-mix"]


def test_failed_runs_end_a_comparison_with_a_code_of_failure(
    compared: list[dict[str, Any]], monkeypatch: pytest.MonkeyPatch
) -> None:
    failed = [{"scenario": "mix", "seed": 2, "error": "no money"}]
    monkeypatch.setattr("experiments.compare.summary.said_with", lambda where: {"failed": failed})
    result = village("compare", "base.toml", "mix.toml")
    assert result.exit_code == 1 and "Report: results/base-mix/report.en.html" in result.output
    as_json = village("compare", "mix.toml", "--json")
    assert as_json.exit_code == 1 and json.loads(as_json.output)["failed"] == failed


def test_report_by_name_or_folder(compared: list[dict[str, Any]]) -> None:
    village("compare", "base.toml", "mix.toml", "--name", "x")
    for name in ("x", "results/x"):
        assert village("report", name, "--language", "en").output == "results/x/report.en.html\n"
    assert "did you mean 'x'" in village("report", "xx").stderr


# --- population and parameters ---


def test_describe_fails_if_a_line_is_out(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import sim.population

    keys = ("name", "label_en", "label_zh", "model", "profile", "difference", "tolerance", "within", "unit", "role")
    values = ("income", "Income", "收入", 4340.0, 4344.32, -4.32, 43.0, True, "yuan", "fitted")
    good = dict(zip(keys, values, strict=True))
    lines = [good]
    fake = SimpleNamespace(describe=lambda profile, **_: lines)
    monkeypatch.setitem(sys.modules, "sim.population.describe", fake)
    monkeypatch.setattr(sim.population, "describe", fake, raising=False)
    assert village("population", "describe").exit_code == 0
    lines.append({**good, "name": "gini", "label_zh": "基尼系数", "within": False})
    result = village("population", "describe", "--language", "zh")
    assert (result.exit_code, "超出" in result.output, "基尼系数" in result.output) == (1, True, True)
    assert [line["within"] for line in json.loads(village("population", "describe", "--json").output)] == [True, False]


def test_a_fit_replaces_its_own_table_only() -> None:
    text = "a = 1\n[fitted] # old\nlevel = 2\n\n[b]\nc = [\n 1,\n]\n"
    assert put_table(text, "fitted", "[fitted]\nlevel = 3\n") == ("a = 1\n[fitted]\nlevel = 3\n\n[b]\nc = [\n 1,\n]\n")
    assert put_table("a = 1\n", "fitted", "[fitted]\n") == "a = 1\n\n[fitted]\n"


def test_parameters(folder: Path) -> None:
    everything = json.loads(village("parameters", "--json").output)
    assert everything == json.loads(village("parameters", "list", "--json").output)
    assert {"key", "unit", "low", "high", "source", "confidence"} <= set(everything[0])
    key = everything[0]["key"]
    shown = village("parameters", "list", key).output
    assert shown.startswith(f"{key} = ")


def test_a_closed_pipe_is_no_trouble() -> None:
    command = f"{sys.executable} -m experiments.cli parameters | head -n 1"
    piped = subprocess.run(["bash", "-c", command], capture_output=True, text=True, cwd=ROOT)
    assert (piped.stderr, piped.stdout.count("\n")) == ("", 1)


@pytest.mark.parametrize("name", ["x" * 5000, "a\0b"])
@pytest.mark.parametrize("command", ["report", "plots", "crate"])
def test_a_name_that_no_folder_can_have_is_an_error(command: str, name: str, tmp_path: Path) -> None:
    result = CliRunner().invoke(app, [command, name, "--results", str(tmp_path)])
    assert result.exit_code == 2 and "there is no experiment" in result.stderr
