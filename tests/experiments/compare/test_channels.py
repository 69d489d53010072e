"""What each channel is worth: variants run beside the others, are paired with their scenario, and enter one table."""

from __future__ import annotations

import io
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import fake_runs
import pandas as pd
import pytest
from openpyxl import load_workbook

from experiments.compare.channels import ALL, original, variants
from experiments.compare.report.context import Context
from experiments.compare.report.data import Experiment
from experiments.compare.report.page import render
from experiments.compare.report.sections import channels
from experiments.compare.report.workbook import workbook_bytes
from experiments.compare.run import compare
from experiments.compare.tables import COLUMNS, Comparison
from sim.core.errors import UserError
from sim.facts.channels import CHANNELS
from sim.policies import registry
from sim.scenario import SCENARIOS, Plan, PolicyPlan, load_plan

SETTINGS: dict[str, Any] = {"workers": 0, "progress": False, "program": "t", "command": "x", "run": fake_runs.RUN}
OPEN = ("papers", "warning")
WAYS = ["visits.papers", "visits.warning", ALL]


def plans(closure: str = "fixed", horizon: int = 36) -> list[Plan]:
    """A baseline and a mix whose visits have two channels."""
    cls = registry()["visits"]
    visits = PolicyPlan(kind="visits", label="visits", settings=cls.Settings.model_validate({"channels": OPEN}))
    made = []
    for name, budgets in {"baseline": {}, "mix": {"credit": 200.0}}.items():
        plan = fake_runs.plan(name, closure=closure, horizon=horizon, **budgets)
        others = (one.model_copy(update={"kind": "microcredit"}) for one in plan.policies if one.label != "visits")
        made.append(plan.model_copy(update={"policies": (visits, *others)}))
    return made


def compared(results: Path, **more: Any) -> Comparison:
    settings = {**SETTINGS, "replicates": 4, "channels": True, **more}
    return Comparison.load(compare(plans(), name="trial", results=results, **settings))


@pytest.fixture(scope="module")
def found(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Comparison]:
    yield compared(tmp_path_factory.mktemp("results"))


def test_each_channel_is_worth_what_it_adds_and_all_together_their_sum(found: Comparison) -> None:
    table = found.table("channel").query("month == 36 and group == 'all' and name == 'income_yuan'")
    assert table["way"].tolist() == sorted(WAYS) and set(table["scenario"]) == {"mix"}
    worth = table.set_index("way")
    for way, times in zip(WAYS, (1, 1, 2), strict=True):
        # What a seed does to incomes drops out.
        assert worth.loc[way, ["worth", "low", "high"]].tolist() == pytest.approx([times * fake_runs.WAY] * 3)
    assert set(table["replicates"]) == {4}
    assert set(found.table("channel")["month"]) == {12, 24, 36}


def test_variants_enter_no_other_table(found: Comparison, tmp_path: Path) -> None:
    runs = {path.name for path in (found.folder / "runs").iterdir()}
    assert runs == {"baseline", "mix", *(f"mix~without~{way}" for way in WAYS)}
    without = compared(tmp_path, channels=False)
    assert without.manifest["channels"] == [] and without.table("channel").empty
    for name in COLUMNS:
        if name != "channel":
            pd.testing.assert_frame_equal(found.table(name), without.table(name))


def test_an_interrupted_comparison_goes_on_with_what_is_missing(
    tmp_path: Path, found: Comparison, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FAKE", json.dumps({"fail": {"mix~without~visits.papers": [2]}}))
    first = compared(tmp_path)
    assert list(first.table("failures")["scenario"]) == ["mix~without~visits.papers"]
    counts = first.table("channel").groupby("way")["replicates"].max().to_dict()
    assert counts == {"visits.papers": 3, "visits.warning": 4, ALL: 4}
    assert "Mix, without: papers in order" in Context(Experiment(first.folder), "en").title("mix~without~visits.papers")
    everything = {"fail": {name: [1, 2, 3, 4] for name in ("baseline", "mix", f"mix~without~{ALL}")}}
    monkeypatch.setenv("FAKE", json.dumps(everything))  # nothing but the one that failed may be run again
    again = compared(tmp_path, retry_failed=True)
    pd.testing.assert_frame_equal(again.table("channel"), found.table("channel"))


@pytest.mark.parametrize(
    ("language", "said"),
    [("en", ("2 of 2 add income", "papers in order")), ("zh", ("2条渠道中，2条", "代办手续"))],
)
def test_the_page_shows_what_each_is_worth(found: Comparison, language: str, said: tuple[str, ...]) -> None:
    experiment = Experiment(found.folder)
    (figure,) = channels.figures(Context(experiment, language))
    assert all(word in figure.title or word in str(figure.data) for word in said)
    page = render(experiment, language)
    assert 'id="f-channels"' in page
    assert ("without" if language == "en" else "有此渠道减无此渠道") in page


def test_the_workbook_has_a_sheet_of_them(found: Comparison) -> None:
    for language, ways in (("zh", {"代办手续", "全部渠道合计"}), ("en", {"papers in order", "all channels together"})):
        book = load_workbook(io.BytesIO(workbook_bytes(Experiment(found.folder), language)))
        rows = list(book["渠道" if language == "zh" else "Channels"].iter_rows(min_row=2, values_only=True))
        assert len(rows) == len(found.table("channel")) + 1  # and the line below them
        assert {row[1] for row in rows} >= ways


def test_a_page_without_them_says_so(tmp_path: Path) -> None:
    page = render(Experiment(compared(tmp_path, channels=False).folder), "en")
    assert "What each channel is worth: not computed in this experiment" in page


def test_every_channel_of_visits_and_the_money_of_units_can_be_shut() -> None:
    plan = load_plan(SCENARIOS / "more" / "support_units.toml")
    found = {one.way: one.plan for one in variants([plan], plan.id)}
    assert set(found) == {*(f"visits.{name}" for name in CHANNELS), "support_units.money", ALL}
    for way, without in found.items():
        visits, units = (policy.settings for policy in without.policies)
        shut = set(CHANNELS) - set(visits.channels)  # type: ignore[attr-defined]
        assert original(without.id) == (plan.id, way) and without.digest() != plan.digest()
        assert shut == (set(CHANNELS) if way == ALL else {way.partition(".")[2]} & set(CHANNELS))
        assert units.effects == (way not in (ALL, "support_units.money"))


def test_what_has_no_channel_is_refused(tmp_path: Path) -> None:
    bare = fake_runs.plan("bare").model_copy(update={"policies": ()})
    with pytest.raises(UserError, match="acts through no channel"):
        variants([bare], "bare")
    with pytest.raises(UserError, match="at yearly marks"):
        variants(plans(horizon=6), "baseline")
    twin = fake_runs.plan("Mix~without~visits.papers").model_copy(update={"policies": ()})
    with pytest.raises(UserError, match="is kept for a scenario without a channel"):
        variants([*plans(), twin], "baseline")
