"""From trial files to sealed forecasts, entered results and scores."""

from __future__ import annotations

import datetime as dt
import json
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

sys.path.insert(0, str(Path(__file__).parents[1] / "trials"))  # replicates with known answers

from fake_replicates import EFFECT, PREPARE, RUN
from test_file import FILE
from typer.testing import CliRunner

from experiments.cli import app
from experiments.designs.vectors import drawing
from experiments.forecasts import seal as sealing
from experiments.forecasts.book import read_book, writing
from experiments.forecasts.discrepancy import Miss, discrepancy
from experiments.forecasts.enter import enter
from experiments.forecasts.entries import Entry, SealedOutcome, entries
from experiments.forecasts.export import as_json
from experiments.forecasts.page import render
from experiments.forecasts.score import score, totals
from experiments.forecasts.seal import SHIPPED, seal
from experiments.forecasts.terminal import print_sealed
from experiments.trials import load_trial
from experiments.trials.results import TrialResult
from experiments.trials.run import run_trials
from experiments.trials.vectors import Vectors
from sim.core.errors import UserError

STATED = 'published = { estimate = 0.037, se = 0.019, source = "x" }\npass = { low = 0.0, high = 0.074 }\n'
BLIND = FILE.replace(STATED, "")
TODAY = dt.datetime.now(dt.UTC).date()
YESTERDAY = TODAY - dt.timedelta(days=1)


@pytest.fixture(autouse=True)
def no_shipped_book(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(sealing, "SHIPPED", tmp_path / "nothing.jsonl")


def results(folder: Path, text: str, name: str = "loans", **how: Any) -> list[TrialResult]:
    file = folder / f"{name}.toml"
    file.write_text(text, encoding="utf-8")
    usual = {"results": folder / "results", "workers": 0, "progress": False, "run": RUN, "prepare": PREPARE}
    return run_trials([load_trial(file)], **{**usual, "program": "test", "replicates": 12, "name": name, **how})


def sealed(folder: Path, text: str, name: str = "loans", date: dt.date = TODAY, **how: Any) -> Entry:
    book = folder / "book.jsonl"
    seal(results(folder, text, name, **how), book, "village trial x", date)
    return entries(read_book(book))[-1]


def test_an_entry_holds_what_was_asked_and_what_is_forecast(tmp_path: Path) -> None:
    entry = sealed(tmp_path, BLIND)
    effects = [float(np.random.default_rng([seed, 0]).normal(EFFECT, 1.0)) for seed in range(1, 13)]
    one, trial = entry.outcome, entry.trial
    assert one.effects == (tuple(effects),) and one.mean == pytest.approx(np.mean(effects))
    assert one.interval_80 == pytest.approx(np.quantile(effects, (0.1, 0.9), method="hazen"))
    assert one.chance_sd == pytest.approx(np.std(effects, ddof=1)) and one.parameter_sd == 0.0
    assert one.blind and entry.standing == "blind" and entry.result is None
    again = tmp_path / "again.toml"
    again.write_text(trial.file, encoding="utf-8")
    assert load_trial(again).digest() == trial.digest
    assert trial.code_version == "test" and trial.parameters == "point" and trial.command == "village trial x"


def test_replicates_are_spread_over_parameter_vectors_that_the_book_holds_once(tmp_path: Path) -> None:
    vectors = Vectors(drawing("ranges"), 4)
    first = sealed(tmp_path, BLIND, vectors=vectors)
    assert [len(group) for group in first.outcome.effects] == [3, 3, 3, 3] and first.outcome.parameter_sd is not None
    second = sealed(tmp_path, BLIND, "more", vectors=vectors)
    book = read_book(tmp_path / "book.jsonl")
    (table,) = book.of("vectors")
    assert first.trial.vectors == second.trial.vectors == table.number == 1
    names, rows = table.content["names"], table.content["vectors"]
    assert len(rows) == 4 and rows[0] != rows[1] and "livelihood.caution_spread" in names
    assert "labour.migrant_wage_yuan" not in names  # what a place decides is not drawn


@pytest.mark.parametrize(
    "known",
    [STATED, 'row = "credit_profit_pool"\n', "published = { estimate = 0.1 }\n", "pass = { low = 0.1 }\n"],
)
def test_what_the_file_says_of_the_result_makes_it_not_blind(tmp_path: Path, known: str) -> None:
    entry = sealed(tmp_path, BLIND + known)
    assert not entry.outcome.blind and entry.standing == "known"
    whole = FILE[FILE.index("[[outcomes]]") :].replace(STATED, "").replace('"profit"', '"other"')
    blind = [one.blind for one in _all_sealed(tmp_path, BLIND + known + whole)]
    assert blind == [False, known.startswith("pass")]  # a published trial is known; a rule tells of its own outcome
    if "estimate" in known or "row" in known:
        assert entry.result is not None and entry.result.published is None
        with pytest.raises(UserError, match="has a result already"):
            put(tmp_path, "1.profit=0.2")
    else:
        assert entry.result is None


def _all_sealed(folder: Path, text: str) -> list[SealedOutcome]:
    seal(results(folder, text, "two"), folder / "two.jsonl", "village trial x")
    return [entry.outcome for entry in entries(read_book(folder / "two.jsonl"))]


def put(folder: Path, text: str, **how: Any) -> None:
    usual: dict[str, Any] = {"se": None, "source": "S. and T.", "published": TODAY}
    enter(folder / "book.jsonl", text, **{**usual, **how})


def test_a_result_is_entered_after_its_seal_and_once(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="a result cannot come before its seal"):
        put(tmp_path, "1.profit=0.2")
    sealed(tmp_path, BLIND)
    for text, how, says in (
        ("1.profits=0.2", {}, "did you mean 'profit'"),
        ("2.profit=0.2", {}, "no forecast was sealed as number 2"),
        ("profit=0.2", {}, "cannot be read"),
        ("1.profit=nan", {}, "cannot be read"),
        ("1.profit=0.2", {"source": " "}, "needs a source"),
        ("1.profit=0.2", {"published": None}, "needs the day"),
        # Two days: the tests may have begun before midnight.
        ("1.profit=0.2", {"published": TODAY + dt.timedelta(days=2)}, "has not come yet"),
        ("1.profit=0.2", {"se": -1.0}, "must be above 0"),
    ):
        with pytest.raises(UserError, match=says):
            put(tmp_path, text, **how)
    put(tmp_path, "1.profit=0.2", se=0.1)
    (entry,) = entries(read_book(tmp_path / "book.jsonl"))
    assert entry.result is not None and (entry.result.estimate, entry.result.se) == (0.2, 0.1)
    with pytest.raises(UserError, match="has a result already"):
        put(tmp_path, "1.profit=0.3")


def test_a_slip_is_corrected_in_the_open(tmp_path: Path) -> None:
    sealed(tmp_path, BLIND)
    with pytest.raises(UserError, match="no result to correct"):
        put(tmp_path, "1.profit=0.3", correct="typing")
    put(tmp_path, "1.profit=3.0")
    put(tmp_path, "1.profit=0.3", correct="a decimal too few")
    book = read_book(tmp_path / "book.jsonl")
    assert [one.content["estimate"] for one in book.of("result")] == [3.0, 0.3]
    (entry,) = entries(book)
    assert entry.result is not None and (entry.result.estimate, entry.result.corrects) == (0.3, 2)
    assert "0.3 (corrected)" in render([entry], "", "en").replace("0.30", "0.3")


def test_a_result_in_per_cent_is_read_as_it_is_meant_or_asked_about(tmp_path: Path) -> None:
    sealed(tmp_path, BLIND.replace('unit = "sd"', 'unit = "share"'))
    with pytest.raises(UserError, match=r'22 is above 1, .*\(write 0.22 or "22%"\)'):
        put(tmp_path, "1.profit=22")
    put(tmp_path, "1.profit=22%")
    (entry,) = entries(read_book(tmp_path / "book.jsonl"))
    assert entry.result is not None and entry.result.estimate == 0.22
    sealed(tmp_path, BLIND, "yuan")
    with pytest.raises(UserError, match="cannot be read"):
        put(tmp_path, "3.profit=22%")  # standard deviations are no percentages


def test_a_result_that_was_public_before_the_seal_is_no_blind_one(tmp_path: Path) -> None:
    sealed(tmp_path, BLIND)
    put(tmp_path, "1.profit=2.0", published=YESTERDAY)
    (entry,) = entries(read_book(tmp_path / "book.jsonl"))
    assert entry.standing == "public"
    assert "Nothing has been forecast blind yet" in render([entry], "", "en")


def test_the_discrepancy_comes_from_known_rows_of_other_trials(tmp_path: Path) -> None:
    first = sealed(tmp_path, BLIND.replace('unit = "sd"', 'unit = "sd"\npublished = { estimate = 7.0, se = 0.1 }'))
    assert first.outcome.discrepancy_sd is None and first.trial.known == ()
    second = sealed(tmp_path, BLIND, "more")
    off = 7.0 - first.outcome.mean
    assert second.trial.known == ("loans.profit",) and second.trial.in_view == () and second.trial.known_by == ("test",)
    assert second.trial.discrepancy == discrepancy([Miss("loans", off, 0.1**2, 7.0)]) > 3.0
    assert second.outcome.discrepancy_sd == second.trial.discrepancy
    (low, high), (one, other) = first.outcome.interval_80, second.outcome.interval_80
    assert other - one > 2 * (high - low)
    third = sealed(tmp_path, BLIND)  # the same trial anew: its own known row is not used
    assert third.trial.known == ()


def test_trials_sealed_together_know_of_one_another_but_not_of_themselves(tmp_path: Path) -> None:
    stated = BLIND + 'published = { estimate = 4.0, se = 0.1, source = "x" }\n'
    both = [*results(tmp_path, stated, "one"), *results(tmp_path, stated.replace("4.0", "6.0"), "two")]
    seal(both, tmp_path / "book.jsonl")
    one, two = entries(read_book(tmp_path / "book.jsonl"))
    assert one.trial.known == ("two.profit",) and two.trial.known == ("one.profit",)
    assert one.result is not None and one.standing == "known"


def test_what_has_no_effect_in_any_replicate_is_not_sealed_and_stops_no_other(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    good = results(tmp_path, BLIND, "good")
    monkeypatch.setenv("FAKE", json.dumps({"undefined": list(range(1, 13))}))
    bad = results(tmp_path, BLIND, "bad")
    with pytest.raises(UserError, match="there is nothing to seal"):
        seal(bad, tmp_path / "book.jsonl")
    records = seal([*bad, *good], tmp_path / "book.jsonl")
    assert [record.content["trial"] for record in records] == ["good"]
    print_sealed(records, [*bad, *good], "en")
    assert "not sealed, since no replicate has such an effect: bad: profit" in capsys.readouterr().out


def test_rows_that_were_in_view_and_other_versions_are_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    sealed(tmp_path, BLIND + 'row = "credit_profit_pool"\n')  # informed
    book = tmp_path / "book.jsonl"
    found = results(tmp_path, BLIND, "more", program="later")
    (record,) = seal(found, book)
    print_sealed([record], found, "en")
    said = capsys.readouterr().out
    assert "of the 1 known rows that tell of the model's discrepancy, 1 were in view" in said
    assert "some as another version of the program forecast them" in said


def test_a_record_of_another_form_is_refused(tmp_path: Path) -> None:
    with writing(tmp_path / "book.jsonl") as book:
        book.add("forecast", {"trial": "x"})
    with pytest.raises(UserError, match="record 1 has a form that this version of the program does not know"):
        entries(read_book(tmp_path / "book.jsonl"))


def test_the_rival_is_the_pooled_mean_of_at_least_three_like_trials(tmp_path: Path) -> None:
    for number, estimate in enumerate((1.0, 2.0, 6.0)):
        stated = BLIND + f'published = {{ estimate = {estimate}, se = 0.1, source = "x" }}\n'
        entry = sealed(tmp_path, stated, f"like{number}")
        assert entry.outcome.rival is None
    rival = sealed(tmp_path, BLIND).outcome.rival
    assert rival is not None and (rival.mean, rival.trials, rival.of) == (3.0, 3, "measure")
    assert rival.sd == pytest.approx(np.std([1.0, 2.0, 6.0], ddof=1) * (4 / 3) ** 0.5)
    put(tmp_path, "7.profit=3.0")
    last = entries(read_book(tmp_path / "book.jsonl"))[-1]
    found = score(last)
    assert found is not None and found.rival == pytest.approx(rival.sd * (2**0.5 - 1) / np.pi**0.5)
    whole = totals([last])
    assert whole.skill == pytest.approx(1 - found.crps / found.rival) and whole.scored == 1


def test_like_trials_that_the_file_names_are_the_rival(tmp_path: Path) -> None:
    like = "like = [{ estimate = 1.0 }, { estimate = 2.0, se = 0.5 }, { estimate = 6.0 }]\n"
    entry = sealed(tmp_path, BLIND + like)
    rival = entry.outcome.rival
    assert rival is not None and (rival.mean, rival.of) == (3.0, "stated") and entry.outcome.blind
    assert sealed(tmp_path, BLIND + "like = [{ estimate = 1.0 }, { estimate = 2.0 }]\n").outcome.rival is None


def test_the_page_counts_blind_forecasts_apart_in_both_languages(tmp_path: Path) -> None:
    sealed(tmp_path, FILE)
    sealed(tmp_path, BLIND, "other", YESTERDAY)
    book = tmp_path / "book.jsonl"
    found = entries(read_book(book))
    english, chinese = render(found, "abc", "en"), render(found, "abc", "zh")
    assert "No blind forecast has a result yet (1 sealed and open)" in english and "Keep the last digest" in english
    assert "尚无盲测预测得到结果（已封存待揭晓1项）" in chinese and "非盲测" in chinese
    number = next(entry.number for entry in found if entry.trial.trial == "other")
    put(tmp_path, f"{number}.profit={found[-1].outcome.mean}")
    english = render(entries(read_book(book)), "abc", "en")
    assert "Of 1 blind forecasts with a result, 1 fall in the 50% interval and 1 in the 80% interval" in english
    scores = as_json(entries(read_book(book)))["scores"]
    assert scores["blind"]["inside_80"] == 1 and scores["known"]["scored"] == 1


def test_from_the_command_line(tmp_path: Path) -> None:
    file = tmp_path / "gift.toml"
    text = BLIND.replace("clusters = 8", "clusters = 4").replace("[18, 36]", "[3]")
    file.write_text(text.replace("= 6000", '= 6000\n"size.households_per_village" = 20'), encoding="utf-8")
    where = ["--results", str(tmp_path / "results")]

    def village(*words: str) -> Any:
        return CliRunner().invoke(app, [*words, *where])

    said = village("trial", str(file), "-n", "4", "-j", "0", "--seal", "--vectors", "2", "--language", "en", "-q")
    assert said.exit_code == 0, said.output
    assert "sealed as number 2: gift, 1 outcomes, digest" in said.output
    said_of = ("--source", "x", "--published", TODAY.isoformat())
    early = village("forecasts", "--enter", "1.profit=0.1", *said_of)
    assert early.exit_code == 2 and "no forecast was sealed as number 1" in early.output
    entered = village("forecasts", "--enter", "2.profit=0.1", *said_of, "--json")
    content = json.loads(entered.output)
    (one,) = [found for found in content["forecasts"] if not found["shipped"]]
    assert one["result"]["estimate"] == 0.1 and one["score"] is not None
    assert all(Path(page).is_file() for page in content["files"])
    assert village("forecasts", "--se", "1").exit_code == 2
    shipped = json.loads(village("forecasts", "--book", str(SHIPPED), "--json").output)
    assert not any(one["shipped"] for one in shipped["forecasts"]) and not list(SHIPPED.parent.glob("*.html"))
    book = tmp_path / "results" / "forecasts" / "book.jsonl"
    book.write_text(book.read_text(encoding="utf-8").replace('"estimate": 0.1', '"estimate": 0.2'), encoding="utf-8")
    assert "is not as it was sealed" in village("forecasts").output


def test_the_book_that_ships_is_whole_and_none_of_it_is_blind() -> None:
    found = entries(read_book(SHIPPED), shipped=True)
    known = [entry for entry in found if entry.result is not None]
    assert len(known) >= 10 and {entry.standing for entry in found} == {"known"}
    assert len({entry.trial.trial for entry in found}) >= 6
    assert all(entry.outcome.discrepancy_sd for entry in found)
    for entry in known:
        assert entry.outcome.interval_80 == pytest.approx(entry.outcome.forecast.interval(0.8))
        assert entry.outcome.interval_50 == pytest.approx(entry.outcome.forecast.interval(0.5))
    assert "Nothing has been forecast blind yet" in render(found, "", "en")
