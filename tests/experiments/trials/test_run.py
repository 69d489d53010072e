"""Replicates are done once, stored, gathered with their Monte Carlo error, and held against rules stated beforehand."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from fake_replicates import EFFECT, PREPARE, RUN
from test_file import FILE
from typer.testing import CliRunner

from experiments.cli import app
from experiments.designs.vectors import drawing
from experiments.trials import load_trial
from experiments.trials.export import as_json
from experiments.trials.file import Trial
from experiments.trials.published import figure_of
from experiments.trials.report import print_results, render, write_results
from experiments.trials.results import TrialResult
from experiments.trials.run import run_trials
from experiments.trials.vectors import Vectors
from sim.core.errors import UserError
from sim.scenario.country import SERIES

Knobs = Callable[..., None]


@pytest.fixture
def knobs(monkeypatch: pytest.MonkeyPatch) -> Knobs:
    return lambda **values: monkeypatch.setenv("FAKE", json.dumps(values))


def trial(folder: Path, text: str = FILE, name: str = "loans") -> Trial:
    file = folder / f"{name}.toml"
    file.write_text(text, encoding="utf-8")
    return load_trial(file)


def with_rule(published: str, rule: str) -> str:
    text = re.sub(r"published = .*", f"published = {{ {published} }}" if published else "", FILE)
    return re.sub(r"pass = .*", f"pass = {{ {rule} }}", text)


def run(folder: Path, *trials: Trial, **changes: Any) -> list[TrialResult]:
    usual = {"results": folder / "results", "workers": 0, "progress": False, "command": "village trial x"}
    return run_trials(trials, **{**usual, "run": RUN, "prepare": PREPARE, "program": "test", **changes})


def test_the_mean_of_replicates_and_how_well_it_is_known(tmp_path: Path) -> None:
    (found,) = run(tmp_path, trial(tmp_path, with_rule("estimate = 2.1, se = 1.0", "low = 1.0, high = 3.0")))
    one = found.outcome("profit")
    effects = np.array([np.random.default_rng([seed, 0]).normal(EFFECT, 1.0) for seed in range(1, 31)])
    assert found.replicates == 30 and one.mean.replicates == 30
    assert one.mean.value == pytest.approx(effects.mean())
    assert one.mc_se == pytest.approx(effects.std(ddof=1) / math.sqrt(30))
    assert one.mean.high - one.mean.value == pytest.approx(2.04523 * one.mc_se, rel=1e-5)
    assert one.trial_se == 1.0 and one.tolerance == pytest.approx(0.2)
    assert one.covers_zero == np.mean(np.abs(effects) <= 2.262157)  # t with 9 degrees of freedom
    assert one.covers_published == np.mean(np.abs(effects - 2.1) <= 2.262157)
    assert one.control_mean.value == 50.0 and found.takeup["offer"].value == 0.25
    assert one.passed and one.enough


def test_enough_is_a_fifth_of_the_published_error_and_30_replicates(tmp_path: Path) -> None:
    (found,) = run(tmp_path, trial(tmp_path, with_rule("estimate = 2.1, se = 0.1", "low = 1.0, high = 3.0")))
    one = found.outcomes[0]
    assert not one.enough and one.needed == math.ceil(30 * (one.mc_se / 0.02) ** 2)
    (few,) = run(
        tmp_path, trial(tmp_path, with_rule("estimate = 2.1, se = 9.0", "low = 1.0, high = 3.0")), replicates=5
    )
    assert few.replicates == 5 and not few.outcomes[0].enough and few.outcomes[0].needed == 30
    page = render([few], "en")
    assert "not enough: 5 replicates; there must be at least 30" in page


@pytest.mark.parametrize(
    ("rule", "passed"),
    [
        ("low = 1.0, high = 3.0", True),
        ("low = 2.5", False),
        ("high = 1.0", False),
        ("no_effect = 5.0", True),
        ("no_effect = 2.5", False),  # the mean lies inside, its interval does not
        ('sign = "positive", share = 0.95', True),
        ('sign = "negative", share = 0.95', False),
        ("low = 1.0, high = 3.0, control_low = 40.0, control_high = 60.0", True),
        ("low = 1.0, high = 3.0, control_low = 51.0", False),
    ],
)
def test_rules(tmp_path: Path, rule: str, passed: bool) -> None:
    (found,) = run(tmp_path, trial(tmp_path, with_rule("", rule)), replicates=6)
    assert found.outcomes[0].passed is passed
    page = render([found], "zh")
    assert ("未符合" in page) is not passed


def test_a_sign_known_too_badly_is_no_pass(tmp_path: Path) -> None:
    text = with_rule("", 'sign = "positive", share = 1.0')
    (found,) = run(tmp_path, trial(tmp_path, text), replicates=2)
    one = found.outcomes[0]
    assert one.mean_sign_share >= one.sign_share > 0.0
    assert one.passed is (one.mean_sign_share == 1.0)


def test_what_is_stored_is_not_done_again(tmp_path: Path, knobs: Knobs) -> None:
    marks = tmp_path / "marks"
    one, two = trial(tmp_path), trial(tmp_path, name="more")
    knobs(marks=str(marks))
    first = run(tmp_path, one, two, replicates=6)
    assert len(marks.read_text().splitlines()) == 12
    again = run(tmp_path, one, two, replicates=6)
    assert len(marks.read_text().splitlines()) == 12
    assert as_json(first) == as_json(again)
    run(tmp_path, one, two, replicates=8)
    assert len(marks.read_text().splitlines()) == 16
    other_rule = trial(tmp_path, FILE.replace("high = 0.074", "high = 3.0"))
    (found, _) = run(tmp_path, other_rule, two, replicates=8)
    assert found.outcomes[0].passed and len(marks.read_text().splitlines()) == 16
    run(tmp_path, trial(tmp_path, FILE.replace("clusters = 8", "clusters = 10")), two, replicates=8)
    assert len(marks.read_text().splitlines()) == 24
    with pytest.raises(UserError, match="before a change of the program"):
        run(tmp_path, one, two, replicates=8, program="other")
    assert (tmp_path / "results" / "trials" / "runs").is_dir()


def test_an_interrupted_command_continues(tmp_path: Path, knobs: Knobs) -> None:
    whole = run(tmp_path, trial(tmp_path), replicates=6, name="whole")
    knobs(stop=[4])
    with pytest.raises(KeyboardInterrupt):
        run(tmp_path, trial(tmp_path), replicates=6, name="stopped")
    knobs(marks=str(tmp_path / "marks"))
    continued = run(tmp_path, trial(tmp_path), replicates=6, name="stopped")
    assert (tmp_path / "marks").read_text().split() == ["loans", "4", "loans", "5", "loans", "6"]
    assert as_json(continued) == as_json(whole)


def test_a_failure_is_recorded_and_said_and_tried_again(tmp_path: Path, knobs: Knobs) -> None:
    knobs(fail=[2, 3])
    (found,) = run(tmp_path, trial(tmp_path), replicates=6)
    assert found.replicates == 4 and set(found.failures) == {2, 3}
    assert "2 of 6 replicates failed and are left out; the first: ZeroDivisionError" in render([found], "en")
    knobs()
    (mended,) = run(tmp_path, trial(tmp_path), replicates=6)
    assert mended.replicates == 6 and not mended.failures
    knobs(fail=[1, 2])
    with pytest.raises(UserError, match="no replicate ran; the first failure: ZeroDivisionError"):
        run(tmp_path, trial(tmp_path), replicates=2, name="none")


def test_undefined_effects_are_left_out_and_said(tmp_path: Path, knobs: Knobs) -> None:
    knobs(undefined=[1])
    (found,) = run(tmp_path, trial(tmp_path), replicates=5)
    assert found.outcomes[0].undefined == 1 and found.outcomes[0].mean.replicates == 4
    assert "not defined in 1 of 5 replicates" in render([found], "en")
    knobs(undefined=[1, 2])
    (nothing,) = run(tmp_path, trial(tmp_path), replicates=2, name="nothing")
    assert nothing.outcomes[0].passed is None
    for language in ("en", "zh"):
        assert "nan" not in render([nothing], language)


def test_impossible_books_are_refused_with_their_line(tmp_path: Path, knobs: Knobs) -> None:
    knobs(books=True)
    with pytest.raises(UserError, match=r"loans.toml:9: world.books.income.yuan_per_head: the books do not go"):
        run(tmp_path, trial(tmp_path))


def test_workers_find_the_same(tmp_path: Path) -> None:
    here = run(tmp_path, trial(tmp_path), replicates=4, name="here")
    there = run(tmp_path, trial(tmp_path), replicates=4, name="there", workers=2)
    assert as_json(here) == as_json(there)


def test_the_page_stands_alone_and_says_everything_in_both_languages(tmp_path: Path) -> None:
    text = FILE + (
        '\n[[outcomes]]\nname = "spending"\nlabel = { en = "spending", zh = "消费支出" }\n'
        'measure = "consumption_yuan"\n'
        'unit = "percent"\nquantiles = [0.25, 0.75]\npass = { sign = "positive", share = 0.95 }\n'
    )
    one, two = trial(tmp_path, text), trial(tmp_path, name="more")
    found = run(tmp_path, one, two, replicates=4)
    pages = write_results(found, ["en", "zh"])
    assert [page.name for page in pages] == ["trial.en.html", "trial.zh.html"]
    english, chinese = (page.read_text(encoding="utf-8") for page in pages)
    for page in (english, chinese):
        assert "<script" not in page and not re.search(r"(src|href)=.http", page) and page.count("<svg") >= 6
        assert "nan" not in re.sub(r"<[^>]*>", "", page)
    assert "1 of 3 rules are met" in english and "3条判定规则中，1条符合" in chinese
    assert "spending" in english and "消费支出" in chinese and "对照组均值" in chinese
    assert "Effects at quantiles" in english and "25%" in english
    stored = json.loads((found[0].folder / "result.json").read_text(encoding="utf-8"))
    assert [one["id"] for one in stored["trials"]] == ["loans", "more"]
    assert stored["trials"][0]["outcomes"][1]["quantiles"][0]["mean"] == 2.5
    lines = (found[0].folder / "result.csv").read_text(encoding="utf-8").splitlines()
    assert len(lines) == 4 and lines[0].startswith("trial,name,measure,month,unit")
    svg = (found[0].folder / "tables" / "forest-loans-percent.zh.svg").read_text(encoding="utf-8")
    assert svg.startswith("<svg") and "<title" in svg
    before = english
    write_results(found, ["en"])
    assert pages[0].read_text(encoding="utf-8") == before


def test_every_published_row_can_be_held_against() -> None:
    from experiments.published import trial_rows
    from experiments.trials.file import TrialOutcome

    for ident, row in trial_rows().items():
        if row.role == "input":
            continue
        found = figure_of(TrialOutcome.model_validate({"name": "x", "measure": "y", "row": ident}))
        assert found.rule is not None and found.source == row.source
        assert found is row


def test_the_command(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    text = FILE.replace("clusters = 8", "clusters = 4").replace("sample = 10", "sample = 20")
    text = text.replace("= 6000", "= 5000")
    text = text.replace("[world.books]", '[world.books]\n"size.households_per_village" = 30')
    (tmp_path / "files").mkdir()
    trial(tmp_path / "files", text, "small")
    usual = ["trial", str(tmp_path / "files"), "--results", str(tmp_path / "out"), "--replicates", "3", "-j", "0"]
    monkeypatch.setenv("COLUMNS", "200")
    shown = CliRunner().invoke(app, [*usual, "--language", "en"])
    assert shown.exit_code == 0, shown.output
    assert "business profit" in shown.output and "not enough" in shown.output and "trial.en.html" in shown.output
    plain = CliRunner().invoke(app, [*usual, "--json", "--set", "outcomes.profit.pass.high=-9", "--language", "zh"])
    assert plain.exit_code == 2 and "low (0) must be less than high (-9)" in plain.output
    usual += ["--set", "outcomes.profit.pass.low=-99", "--set", "outcomes.profit.pass.high=-98"]
    plain = CliRunner().invoke(app, [*usual, "--json"])
    assert plain.exit_code == 0
    (one,) = json.loads(plain.stdout)["trials"]
    assert one["outcomes"][0]["passed"] is False and one["outcomes"][0]["replicates"] == 3
    quiet = CliRunner().invoke(app, [*usual, "--language", "zh", "--quiet"])
    assert quiet.exit_code == 0 and "未符合" in quiet.output
    wrong = CliRunner().invoke(app, ["trial", str(tmp_path / "files"), "--set", "outcomes.profit.measure=happiness"])
    assert wrong.exit_code == 2 and "the model has no quantity 'happiness'" in wrong.output


def test_the_terminal_says_what_is_missed(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (found,) = run(tmp_path, trial(tmp_path), replicates=4)
    print_results([found], "en")
    out = " ".join(capsys.readouterr().out.split())
    assert "Rule missed for business profit: the model finds" in out and "the rule is 0.000 to 0.074" in out
    assert "control 5%, offer 25%" in out


def test_what_a_trial_elsewhere_takes_from_china_is_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    india = '[world.country]\nname = { en = "India", zh = "印度" }\nprice_level = 0.9\n[world.books]'
    silent, named = trial(tmp_path), trial(tmp_path, FILE.replace("[world.books]", india), "named")
    found = run(tmp_path, silent, named, replicates=2)
    print_results(found, "en")
    out = " ".join(capsys.readouterr().out.split())
    assert "! loans: The file does not say in which country its world lies ([world.country])" in out
    assert "! named: The world lies in India, and [world.country] does not give growth of wages (wage_growth)" in out
    page, chinese = render(found, "en"), render(found, "zh")
    assert "country: India (price_level = 0.9)" in page and "rural inflation (cpi)" in page
    assert "试验地点为印度" in chinese and "农村消费价格涨幅（cpi）" in chinese
    assert [one["not_given"] for one in as_json(found)["trials"]] == [["name"], list(SERIES)]


def test_report_says_which_command_writes_the_pages_of_a_trial(tmp_path: Path) -> None:
    run(tmp_path, trial(tmp_path))
    refused = CliRunner().invoke(app, ["report", "loans", "--results", str(tmp_path / "results")])
    text = " ".join((refused.output + str(refused.exception)).split())
    assert refused.exit_code != 0
    assert "'village trial', which writes its own pages" in text and "village trial x" in text


def test_a_mean_that_few_trials_decide_is_told(tmp_path: Path) -> None:
    from experiments.trials.estimate import Estimate
    from experiments.trials.replicate_result import ReplicateResult
    from experiments.trials.results import combine

    asked = trial(tmp_path, FILE.replace('estimator = "ancova"', 'estimator = "late"'))
    effects = np.random.default_rng(1).normal(1.0, 1.0, 30)

    def told(effects: np.ndarray) -> str:
        found = {
            seed: ReplicateResult(
                {"profit": Estimate(effect, 1.0, 9.0, 1.0, 1.0, 80, 8)}, {"control": 0.0, "offer": 0.1}
            )
            for seed, effect in enumerate(effects)
        }
        return render([combine(asked, found, {}, tmp_path)], "en")

    assert "a few trials decide the mean" not in told(effects)
    effects[0] = -900.0
    assert "a few trials decide the mean; the median of the trials is " in told(effects)
    assert "village trial x" in render(run(tmp_path, asked), "en")  # the command that made it, word for word


def test_that_some_are_treated_untold_is_said_where_telling_matters(tmp_path: Path) -> None:
    lends = 'kind = "microcredit"\nchannel = "microlender"\nsize_yuan = { of_income = 0.5 }'
    training = FILE.replace(lends, 'kind = "training"\ncontent = "farm"')
    said = {"en": "takes the households with registered = 1 although nobody told them", "zh": "不论是否被告知都会办理"}
    for told, who, expected in (("1.0", "eligible", False), ("0.5", "eligible", True), ("1.0", "not_told", True)):
        text = training.replace("share = 0.5\n[[arms.pol", f"share = 0.5\ntold = {told}\n[[arms.pol")
        text = text.replace('estimator = "ancova"', f'who = "{who}"')
        (found,) = run(tmp_path, trial(tmp_path, text), replicates=2, name=f"told-{told}-{who}")
        for language, phrase in said.items():
            assert (phrase in render([found], language)) is expected
    lender = FILE.replace("share = 0.5\n[[arms.pol", "share = 0.5\ntold = 0.5\n[[arms.pol")
    (found,) = run(tmp_path, trial(tmp_path, lender), replicates=2, name="lender")
    assert said["en"] not in render([found], "en")  # nobody borrows who has not been told of the lender


def test_replicates_are_spread_over_parameter_vectors(tmp_path: Path) -> None:
    plain = trial(tmp_path)
    (found,) = run(tmp_path, plain, replicates=7, vectors=Vectors(drawing("ranges"), 3))
    assert found.replicates == 7 and found.seeds == tuple(range(1, 8))
    stored = sorted(path.parent.name for path in (tmp_path / "results" / "loans" / "runs").glob("*/*.parquet"))
    assert [stored.count(name) for name in dict.fromkeys(stored)] in ([3, 2, 2], [2, 3, 2], [2, 2, 3])
    assert "spread over 3 parameter vectors" in render([found], "en") and "分布在3组参数上" in render([found], "zh")
    moved = Vectors(drawing("ranges"), 3).under(plain, 2).world.place
    assert moved["livelihood.line_open"] == (0, 0, 0, 1)  # what the file says of its place stays
    assert len(moved) > 100 and moved != Vectors(drawing("ranges"), 3).under(plain, 1).world.place
    (again,) = run(tmp_path, plain, replicates=7)
    assert again.vectors.count == 1 and "parameter vectors" not in render([again], "en")


def test_a_vector_under_which_there_is_no_world_stops_no_other(tmp_path: Path, knobs: Knobs) -> None:
    plain = trial(tmp_path)
    vectors = Vectors(drawing("ranges"), 3)
    knobs(unfit=vectors.under(plain, 2).digest())
    (found,) = run(tmp_path, plain, replicates=6, vectors=vectors)
    assert found.unfitted == (2,) and found.seeds == (1, 3, 4, 6) and set(found.failures) == {2, 5}
    assert "(1 of which go with no world of this place)" in render([found], "en")


@pytest.mark.parametrize(
    ("asked", "english", "chinese"),
    [
        ('estimator = "quantile"\nquantile = 0.9', "the arms&#39; 90% quantiles", "两组90%分位数之差"),
        ('estimator = "arm"\nvillages = "spread"', "the arm itself; spread of village means", "各村均值的标准差"),
        ('who = "not_told"', "difference in means; those not told, beside everyone", "均值之差；未被告知的农户"),
        ('who = "treated"', "those who took it up, beside everyone", "参与的农户，与另一组全部农户比较"),
    ],
)
def test_how_an_outcome_is_asked_and_compared_is_said(tmp_path: Path, asked: str, english: str, chinese: str) -> None:
    (found,) = run(tmp_path, trial(tmp_path, FILE.replace('estimator = "ancova"', asked)), replicates=2)
    assert english in render([found], "en") and chinese in render([found], "zh")
