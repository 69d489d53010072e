"""The page as a whole: complete, self-contained, honest about what is missing, safe, the same each time."""

from __future__ import annotations

import json
import re
from functools import cache
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import dummy
import pandas as pd
import pytest

from experiments.compare.report import write_report
from experiments.compare.report.context import Context
from experiments.compare.report.data import Experiment
from experiments.compare.report.page import render
from experiments.compare.report.sections import answer, people, spillover, together
from experiments.compare.tables import COLUMNS, write_table
from sim.core.errors import UserError
from sim.parameters import load_parameters

VOID = {"meta", "br", "hr", "img", "input", "link"}
# Words that a Chinese reader meets in any such report: file names and names of programs.
ALLOWED = {"workbook", "xlsx", "demo"}


class Page(HTMLParser):
    """Checks that tags close, and collects the text that is not marked as English."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[tuple[str, dict[str, str | None]]] = []
        self.text: list[str] = []
        self.ids: list[str] = []
        self.tags: set[str] = set()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        found = dict(attrs)
        if found.get("id"):
            self.ids.append(str(found["id"]))
        if tag not in VOID:
            self.open.append((tag, found))

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open and self.open[-1][0] == tag, (tag, self.open[-3:])
        self.open.pop()

    def handle_data(self, data: str) -> None:
        inside = [tag for tag, _ in self.open]
        foreign = any(attrs.get("lang") == "en" for tag, attrs in self.open if tag != "html")
        if "style" not in inside and not foreign and data.strip():
            self.text.append(data.strip())


def parsed(html: str) -> Page:
    page = Page()
    page.feed(html)
    assert not page.open
    return page


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return dummy.make(tmp_path_factory.mktemp("page") / "demo", replicates=12)


@pytest.fixture(scope="module")
def few(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return dummy.make(tmp_path_factory.mktemp("few") / "few", 4, ("baseline", "microcredit", "training", "cash"))


@pytest.fixture(scope="module")
def pages(folder: Path) -> dict[str, str]:
    experiment = Experiment(folder)
    return {language: render(experiment, language) for language in ("en", "zh")}


def copy_of(folder: Path, to: Path, **changes: Any) -> Path:
    """The folder's manifest with changes, and links to its tables and scenarios."""
    (to / "tables").mkdir(parents=True)
    for path in (folder / "tables").iterdir():
        (to / "tables" / path.name).symlink_to(path)
    (to / "scenarios").symlink_to(folder / "scenarios")
    manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8")) | changes
    (to / "manifest.json").write_text(json.dumps(manifest), encoding="utf-8")
    return to


def test_files_and_their_size(folder: Path) -> None:
    files = write_report(folder)
    assert files[0].read_text(encoding="utf-8") == render(Experiment(folder), "en")
    made = [("report", "html"), ("brief", "html"), ("workbook", "xlsx")]
    assert [f.name for f in files] == [f"{name}.{side}.{end}" for name, end in made for side in ("en", "zh")]
    assert all(0 < f.stat().st_size < 5_000_000 for f in files)
    assert not list(folder.glob(".*"))


def test_one_language_and_the_same_bytes_each_time(few: Path) -> None:
    files = write_report(few, ["zh"])
    assert [f.name for f in files] == ["report.zh.html", "brief.zh.html", "workbook.zh.xlsx"]
    before = [f.read_bytes() for f in files]
    assert [f.read_bytes() for f in write_report(few, ["zh"])] == before


@pytest.mark.parametrize("language", ["en", "zh"])
def test_well_formed_complete_and_self_contained(pages: dict[str, str], language: str) -> None:
    html = pages[language]
    page = parsed(html)
    assert len(page.ids) == len(set(page.ids))
    assert html.count("<section ") == 8
    assert not page.tags & {"script", "img", "link", "iframe", "object"}
    addresses = set(re.findall(r"https?://[^\"' ]+", html)) - {"http://www.w3.org/2000/svg"}
    assert not addresses and "url(" not in html and "@import" not in html
    for anchor in re.findall(r'href="#([^"]+)"', html):
        assert anchor in page.ids
    assert "PingFang SC" in html and "viewBox" in html


@pytest.mark.parametrize("language", ["en", "zh"])
def test_no_number_leaks_raw(pages: dict[str, str], language: str) -> None:
    for text in parsed(pages[language]).text:
        assert not re.search(r"\bnan\b|\bNone\b|\binf\b|\d\.\d{5,}|\{|\}", text), text


def test_no_english_in_the_chinese_page(pages: dict[str, str]) -> None:
    words = {w for text in parsed(pages["zh"]).text for w in re.findall(r"[A-Za-z]{2,}", text)}
    authors = {w for one in load_parameters().table() for w in re.findall(r"[A-Z][A-Za-z]+", one.source_zh)} | {"de"}
    assert words <= ALLOWED | authors, sorted(words - ALLOWED - authors)
    assert "属判断" in pages["zh"] and "judgement" not in pages["zh"]


def test_units_of_parameters_are_named_in_the_language_of_the_page(pages: dict[str, str]) -> None:
    assert "（占农户的比例）" in pages["zh"] and "share of households" not in pages["zh"]
    assert " share of households" in pages["en"]


def test_no_chinese_in_the_english_page(pages: dict[str, str]) -> None:
    assert not [text for text in parsed(pages["en"]).text if any(ord(c) > 0x2E7F for c in text)]


def test_both_pages_tell_the_same_facts(folder: Path) -> None:
    experiment = Experiment(folder)
    english, chinese = (Context(experiment, language) for language in ("en", "zh"))
    gain = experiment.difference("mix", 36, "all", "income_yuan")
    assert gain is not None
    for ctx in (english, chinese):
        first, more = answer.sentences(ctx)
        assert ctx.leader == "mix" and ctx.num.show(gain, "yuan") in first and len(more) >= 2
    assert "万元" in answer.sentences(chinese)[0] and "million yuan" in answer.sentences(english)[0]


def test_cash_is_judged_by_all_it_brought_and_by_what_is_left(folder: Path) -> None:
    experiment = Experiment(folder)
    for language, words in (("en", ("months 25 to 36", "poverty gap")), ("zh", ("第25至36个月", "贫困深度"))):
        ctx = Context(experiment, language)
        assert ctx.cash is not None and ctx.leader is not None
        said = " ".join(answer.sentences(ctx)[1])
        assert all(word in said for word in words)
        for ident in (ctx.cash, ctx.leader):
            for e, unit in ((ctx.received(ident), "yuan"), (ctx.flow(ident), "yuan"), (ctx.gap_fall(ident), "points")):
                assert e is not None and ctx.num.show(e, unit) in said


def test_years_are_named_by_their_calendar_months(folder: Path, pages: dict[str, str]) -> None:
    ctx = Context(Experiment(folder), "en")
    assert (ctx.month(36), ctx.month(30), ctx.month(-1)) == ("year 3", "the year to month 30", "day 100")
    assert (ctx.calendar(1), ctx.calendar(25), ctx.calendar(36)) == ("December 2012", "December 2014", "November 2015")
    assert "year 3 is December 2014 to November 2015" in pages["en"] and "第3年指2014年12月至2015年11月" in pages["zh"]


def test_one_mix_is_not_called_the_better_one(tmp_path: Path) -> None:
    there = dummy.make(tmp_path / "single", 6, ("baseline", "mix", "cash"))
    html = render(Experiment(there), "en")
    assert "raises income: in year 3" in html and "better mix" not in html


def test_who_gains_is_said_with_its_closure(folder: Path, pages: dict[str, str], tmp_path: Path) -> None:
    experiment = Experiment(folder)
    effect = experiment.spillovers["mix", 36, "all", "income_yuan"]
    assert effect["fixed"].value == pytest.approx(effect["endogenous"].value + 60)
    for language, words in (("en", "endogenous closure"), ("zh", "已计入价格和用工的连带影响")):
        ctx = Context(experiment, language)
        said = " ".join(answer.sentences(ctx)[1])
        assert words in said and all(ctx.num.show(effect[k], "yuan", True) in said for k in ("fixed", "spillover"))
        assert words in answer.left_out(ctx).items[-1]
        (figure,) = spillover.figures(ctx)
        assert figure.title in pages[language] and len(figure.data.rows) == 9
        short = ctx.closure(short=True)
        for block in (people.groups(ctx), people.movers(ctx)):
            assert block is not None and short in block.title
        table = people.movers_by_group(ctx)
        assert table is not None and short in table.caption
    without = copy_of(folder, tmp_path / "without", closure="fixed")
    (without / "tables" / "spillover.parquet").unlink()
    ctx = Context(Experiment(without), "en")
    assert any("prices and local jobs following the years alone (fixed closure)" in s for s in answer.sentences(ctx)[1])
    assert "Spillovers: not computed in this experiment" in render(Experiment(without), "en")


def test_a_mix_that_shows_no_gain_still_shows_its_spillovers(folder: Path, tmp_path: Path) -> None:
    there = copy_of(folder, tmp_path / "flat")
    flat = pd.read_parquet(folder / "tables" / "differences.parquet")
    flat[["low", "high"]] = flat["difference"].to_numpy()[:, None] + [-1e4, 1e4]
    path = there / "tables" / "differences.parquet"
    path.unlink()
    write_table(path, "differences", [flat])
    first, more = answer.sentences(Context(Experiment(there), "en"))
    assert first.startswith("No mix can be shown to raise income") and "prices and local jobs held" in more[0]


def test_the_twin_of_a_scenario_has_a_title(folder: Path) -> None:
    english, chinese = (Context(Experiment(folder), language) for language in ("en", "zh"))
    assert english.title("mix~fixed") == "Credit, industry and training, prices and local jobs held fixed"
    assert chinese.title("mix~fixed") == "信贷＋产业＋培训（价格和本地用工不变）"
    assert english.title("gone~fixed") == "gone~fixed"


def test_uncalibrated_until_it_is(folder: Path, pages: dict[str, str], tmp_path: Path) -> None:
    assert "未经校准" in pages["zh"] and "在所列条件下" in pages["zh"]
    assert "none of it is a recommendation" in pages["en"]
    done = render(Experiment(copy_of(folder, tmp_path / "c", calibrated=True)), "en")
    assert "Uncalibrated" not in done


def test_titles_from_files_are_escaped(folder: Path, tmp_path: Path) -> None:
    manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    evil = '<script>alert("x")</script>\x07&'
    for entry in manifest["scenarios"]:
        entry["title"] = {"en": evil, "zh": evil}
    there = copy_of(folder, tmp_path / "evil", scenarios=manifest["scenarios"], command="</code><script>", name="<b>")
    html = render(Experiment(there), "zh")
    page = parsed(html)
    assert "script" not in page.tags and "b" not in page.tags - {"b"} and "\x07" not in html
    assert "&lt;script&gt;" in html


@pytest.mark.parametrize("place, name", tuple(enumerate(COLUMNS)))
def test_what_was_not_computed_is_said(few: Path, tmp_path: Path, place: int, name: str) -> None:
    there = copy_of(few, tmp_path / "x")
    path = there / "tables" / f"{name}.parquet"
    path.unlink(missing_ok=name == "pairing")  # without units there is none
    if place % 2:  # an empty table says the same as none
        write_table(path, name, [])
    html = render(Experiment(there), "en")
    assert html.count("<section ") == 8
    assert not any(re.search(r"\bnan\b", text) for text in parsed(html).text)
    # The last two are for the workbook, and for who reads tables.
    if name not in ("outcomes", "failures", "synergy", "start", "township", "pairing"):
        assert html.lower().count("not computed in this experiment") > few_says_missing(few)


@cache
def few_says_missing(few: Path) -> int:
    """How often the complete experiment says that something was not computed."""
    return render(Experiment(few), "en").lower().count("not computed in this experiment")


def test_nothing_was_computed(few: Path, tmp_path: Path) -> None:
    there = copy_of(few, tmp_path / "x")
    for name in COLUMNS:
        (there / "tables" / f"{name}.parquet").unlink(missing_ok=name == "pairing")
    for language, words in (("en", "ot computed in this experiment"), ("zh", "本次实验未计算")):
        html = render(Experiment(there), language)
        parsed(html)
        assert "<svg" not in html and html.count("<section ") == 8 and html.count(words) >= 8


def test_one_run_is_not_enough_to_say(tmp_path: Path) -> None:
    html = render(Experiment(dummy.make(tmp_path / "one", 1, ("baseline", "training"))), "en")
    assert "Not enough runs to say" in html
    assert "is the better mix" not in html
    parsed(html)


def test_baseline_alone(tmp_path: Path) -> None:
    html = render(Experiment(dummy.make(tmp_path / "alone", 4, ("baseline",))), "zh")
    assert "暂无法作出结论" in html
    parsed(html)


def test_without_cash_and_without_a_factorial(tmp_path: Path) -> None:
    there = dummy.make(tmp_path / "few", 6, ("baseline", "microcredit", "training"))
    html = render(Experiment(there), "en")
    parsed(html)
    assert (
        "Synergy needs every combination" in html
        and "Cash" not in re.sub(r"<[^>]*>", "", html.split("<main>")[1])[:2000]
    )


def test_scenarios_that_cannot_be_told_apart_are_named(folder: Path, tmp_path: Path) -> None:
    there = copy_of(folder, tmp_path / "tied")
    outcomes = pd.read_parquet(folder / "tables" / "outcomes.parquet")
    twin = outcomes[outcomes["scenario"] == "mix"].copy()
    luck = pd.Series({seed: (-1) ** seed * 5.0 for seed in twin["seed"].unique()})
    twin["scenario"] = "credit_industry"
    twin["value"] += twin["seed"].map(luck) * (twin["name"] == "income_yuan")
    path = there / "tables" / "outcomes.parquet"
    path.unlink()
    write_table(path, "outcomes", [pd.concat([outcomes[outcomes["scenario"] != "credit_industry"], twin])])
    ctx = Context(Experiment(there), "en")
    assert "credit_industry" in ctx.tied and "publicity" not in ctx.tied
    first, more = answer.sentences(ctx)
    assert "is among the better mixes" in first and "cannot be told apart from “Credit and industry”" in more[
        0
    ].replace(",", "")


def test_lines_that_fail_are_marked(pages: dict[str, str]) -> None:
    assert "✗ does not agree" in pages["en"]
    assert 'class="num bad"' in pages["en"]
    assert "8 of 9 lines agree" in pages["en"]


def test_dominated_mixes_are_named_and_undefined_ratios_said(pages: dict[str, str]) -> None:
    assert "not defined" in pages["en"] and "无法确定" in pages["zh"]
    assert re.search(r"3 of 11 scenarios are dominated.*“Training”", pages["en"])


def test_failed_runs_are_listed(pages: dict[str, str]) -> None:
    assert "household 1204, day 61" in pages["zh"] and "1次运行失败" in pages["zh"]


def test_parts_are_found_by_their_settings_in_the_mix(folder: Path, tmp_path: Path) -> None:
    experiment = Experiment(folder)
    assert together.alone(Context(experiment, "en"), "mix", "training") == "training"
    there = copy_of(folder, tmp_path / "other")
    (there / "scenarios").unlink()
    (there / "scenarios").mkdir()
    for path in (folder / "scenarios").iterdir():
        text = path.read_text(encoding="utf-8")
        if path.stem == "training":  # the same label with another budget is not the mix's part
            text = text.replace('label = "training"\n', 'label = "training"\nbudget_yuan = 1.0\n')
        (there / "scenarios" / path.name).write_text(text, encoding="utf-8")
    assert together.alone(Context(Experiment(there), "en"), "mix", "training") is None
    assert "Parts added up" not in render(Experiment(there), "en")


def test_bad_folders_are_refused(few: Path, tmp_path: Path) -> None:
    with pytest.raises(UserError):
        write_report(tmp_path)
    with pytest.raises(UserError, match="unknown language"):
        write_report(few, ["fr"])
    unfinished = copy_of(few, tmp_path / "unfinished", complete=False)
    with pytest.raises(UserError, match="not run to its end"):
        write_report(unfinished)
    damaged = copy_of(few, tmp_path / "damaged")
    path = damaged / "tables" / "differences.parquet"
    path.unlink()
    path.write_bytes(b"no parquet")
    with pytest.raises(UserError, match="damaged"):
        write_report(damaged)
    assert not list(damaged.glob("report*"))
    with pytest.raises(UserError, match="baseline"):
        write_report(copy_of(few, tmp_path / "lost", baseline="nowhere"))


def test_a_file_that_cannot_be_replaced(few: Path, tmp_path: Path) -> None:
    there = copy_of(few, tmp_path / "busy")
    (there / "report.en.html").mkdir()
    with pytest.raises(UserError, match=r"could not be written: .*close the file if it is open"):
        write_report(there, ["en"])
    assert not list(there.glob(".*"))
