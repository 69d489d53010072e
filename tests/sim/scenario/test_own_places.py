"""Places of a household's `own`: two files of a plan may not mean two things by one place."""

from __future__ import annotations

from pathlib import Path

import pytest
from small_worlds import FIVE

from sim.core.errors import UserError
from sim.scenario import Plan, load_plan

SCENARIO = (
    FIVE
    + """
[rules]
invest = "saving:invest"

[[policies]]
kind = "pledges:Pledges"
"""
)
SAVING = """
from sim.economy import investment


def invest(h, v, p, today, till):
    if h.cash_yuan > h.own[0]:
        investment.invest(h, v, p, today, till)
"""
PLEDGES = """
from sim import Policy


class Pledges(Policy):
    kind = "pledges"
    title_en, title_zh = "Pledges", "承诺"
    counts = {}

    def open(self, county):
        county.households["own"][:, 0] = 1.0
"""


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "both.toml").write_text(SCENARIO, encoding="utf-8")
    return tmp_path


def load(saving: str, pledges: str) -> Plan:
    Path("saving.py").write_text(saving + SAVING)
    Path("pledges.py").write_text(pledges + PLEDGES)
    return load_plan("both.toml", code=["saving.py", "pledges.py"])


@pytest.mark.parametrize(
    ("saving", "pledges", "words"),
    [
        ("", "", ["saving.py", "pledges.py", 'OWN_PLACES = {"pledged_yuan": 0}']),
        ('OWN_PLACES = {"kept_yuan": 0}', "", ["pledges.py: uses", "saving.py"]),
        (
            'OWN_PLACES = {"kept_yuan": 0}',
            'OWN_PLACES = {"pledged_yuan": 0}',
            ["place 0", "'kept_yuan'", "'pledged_yuan'", "saving.py", "pledges.py", "0 to 3"],
        ),
        (
            'OWN_PLACES = {"pledged_yuan": 1}',
            'OWN_PLACES = {"pledged_yuan": 0}',
            ["'pledged_yuan'", "place 0", "place 1", "saving.py", "pledges.py"],
        ),
        ('OWN_PLACES = {"kept_yuan": 4}', 'OWN_PLACES = {"pledged_yuan": 0}', ["saving.py", "from 0 to 3"]),
        ("OWN_PLACES = [0]", 'OWN_PLACES = {"pledged_yuan": 0}', ["saving.py", "is [0]"]),
    ],
)
def test_two_files_that_do_not_agree_on_a_place_are_refused(
    place: Path, saving: str, pledges: str, words: list[str]
) -> None:
    with pytest.raises(UserError) as caught:
        load(saving, pledges)
    assert all(word in str(caught.value) for word in words)


def test_files_that_share_a_place_or_keep_apart_are_taken(place: Path) -> None:
    shared = 'OWN_PLACES = {"pledged_yuan": 0}'
    assert load(shared, shared).rules
    assert load('OWN_PLACES = {"kept_yuan": 1}', shared).rules
    (place / "places.py").write_text(shared)
    assert load("from places import OWN_PLACES", "from places import OWN_PLACES").rules


def test_a_place_is_asked_of_files_that_use_one(place: Path) -> None:
    Path("saving.py").write_text(SAVING.replace("h.own[0]", "1000.0"))
    Path("pledges.py").write_text(PLEDGES)
    assert load_plan("both.toml", code=["saving.py", "pledges.py"]).rules
    Path("saving.py").write_text("from held import kept\n" + SAVING.replace("h.own[0]", "kept(h)"))
    Path("held.py").write_text("from sim import rule\n\n\n@rule\ndef kept(h):\n    return h.own[0]\n")
    with pytest.raises(UserError, match="OWN_PLACES"):
        load_plan("both.toml", code=["saving.py", "pledges.py"])
