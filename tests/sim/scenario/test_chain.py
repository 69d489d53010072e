"""Files that extend others: by path, by the name of a shipped one, not without end; and what a list leaves out."""

from __future__ import annotations

from pathlib import Path

import pytest

from sim.core.errors import UserError
from sim.scenario import load_plan, shipped_scenarios
from sim.scenario.chain import MOST_EXTENDED


def write(folder: Path, name: str, text: str) -> Path:
    (folder / name).write_text(text, encoding="utf-8")
    return folder / name


def test_a_shipped_scenario_is_extended_by_its_name(tmp_path: Path) -> None:
    mine = write(tmp_path, "mine.toml", 'extends = "microcredit"\npolicies = [{ kind = "cash" }]\n')
    assert [policy.label for policy in load_plan(mine).policies] == ["visits", "microcredit", "cash"]
    write(tmp_path, "microcredit", shipped_scenarios()["baseline"].read_text(encoding="utf-8"))
    assert [policy.label for policy in load_plan(mine).policies] == ["visits", "cash"]  # a file beside it comes first


def test_a_slip_in_the_name(tmp_path: Path) -> None:
    mine = write(tmp_path, "mine.toml", 'extends = "basline"\n')
    with pytest.raises(UserError, match=r"mine.toml:1: extends '.*basline', which does not exist \(did you mean 'ba"):
        load_plan(mine)


def test_a_chain_ends(tmp_path: Path) -> None:
    write(tmp_path, "0.toml", 'extends = "baseline"\n')
    for number in range(1, 3000):
        write(tmp_path, f"{number}.toml", f'extends = "{number - 1}.toml"\n')
    assert load_plan(tmp_path / f"{MOST_EXTENDED - 2}.toml").policies
    for number in (MOST_EXTENDED - 1, 2999):
        with pytest.raises(UserError, match=f"more than {MOST_EXTENDED} files extend one another"):
            load_plan(tmp_path / f"{number}.toml")


def test_a_file_that_extends_itself(tmp_path: Path) -> None:
    with pytest.raises(UserError, match=r"circular extends: mine.toml -> mine.toml"):
        load_plan(write(tmp_path, "mine.toml", 'extends = "mine.toml"\n'))


def test_an_empty_list_is_refused_with_what_to_write(tmp_path: Path) -> None:
    mine = write(tmp_path, "mine.toml", 'extends = "microcredit"\npolicies = []\n')
    with pytest.raises(UserError) as refused:
        load_plan(mine)
    said = str(refused.value)
    assert "mine.toml:2" in said and 'write drop = ["visits", "microcredit"]' in said
    line = said.partition("write ")[2].partition(" to leave")[0]
    assert load_plan(write(tmp_path, "none.toml", f'extends = "microcredit"\n{line}\n')).policies == ()


def test_an_empty_list_where_there_is_nothing_to_leave_out(tmp_path: Path) -> None:
    text = load_plan("baseline", ["horizon_months=36"]).resolved_toml()
    head = text.partition("[[policies]]")[0]
    assert load_plan(write(tmp_path, "bare.toml", f"policies = []\n{head}")).policies == ()


def test_purses_are_not_taken_away_by_an_empty_list(tmp_path: Path) -> None:
    with pytest.raises(UserError, match=r"takes no purse away \(leave it out; .* amount_yuan = 0\)"):
        load_plan(write(tmp_path, "mine.toml", 'extends = "baseline"\npurses = []\n'))
