"""Real households beside a profile: they are in the world as they were given, and the books hardly change."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from sim.core.errors import UserError
from sim.parameters import load_parameters
from sim.parameters.packed import as_python, as_row
from sim.population.fitting import reference_start
from sim.population.opening import Opened, income, open_world, per_head
from sim.population.own_line import with_own_line
from sim.population.profile import Profile
from sim.population.profile_file import PROFILES, load_profile
from sim.population.roster import COLUMNS, PEOPLE, digest_of

SHIPPED = (PROFILES / "five_villages.toml").read_text(encoding="utf-8")


def households(**changed: Any) -> dict[str, Any]:
    """Twelve households of villages 2 and 4, of four to six persons."""
    n = 12
    columns: dict[str, Any] = {
        "village": [2, 4] * 6,
        "persons": [4, 5, 6, 4, 5, 6] * 2,
        "workers": [2, 3, 2, 1, 2, 4] * 2,
        "children": [1] * n,
        "seniors": [0] * n,
        "university": [0] * n,
        "elders": [1, 0] * 6,
        "dibao": [0, 2] * 6,
        "land_mu": [6.0, 8.5, float("nan")] * 4,
        "cause": [1, 4, 0, 6] * 3,
        "helped": [1, 1, 0] * 4,
        "recorded_yuan": [2_111.0, 1_333.0, float("nan"), 8_555.0] * 3,
    }
    return {**columns, **changed}


def profile_with(folder: Path, columns: dict[str, Any], digest: str = "") -> Profile:
    buffer = io.BytesIO()
    pq.write_table(pa.table({name: pa.array(columns[name]) for name in COLUMNS}), buffer)
    (folder / "own.parquet").write_bytes(buffer.getvalue())
    of = digest or digest_of(buffer.getvalue())
    table = f'\n[roster]\nfile = "own.parquet"\ndigest = "{of}"\nhouseholds = {len(columns["village"])}\n'
    (folder / "own.toml").write_text(SHIPPED + table, encoding="utf-8")
    return load_profile(folder / "own.toml")


def opened(profile: Profile, villages: int = 5) -> Opened:
    values = with_own_line(load_parameters().values, profile)
    return open_world(profile, villages, 1, as_python(values), as_row(values), *reference_start(profile))


@pytest.fixture(scope="module")
def both(tmp_path_factory: pytest.TempPathFactory) -> tuple[Opened, Opened]:
    own = profile_with(tmp_path_factory.mktemp("own"), households())
    return opened(load_profile("five_villages")), opened(own)


def test_the_registered_of_a_village_are_the_rosters_as_they_were_given(both: tuple[Opened, Opened]) -> None:
    h = both[1].world.households
    said = households()
    for village in (2, 4):
        mine = h[(h["village"] == village - 1) & (h["registered"] == 1)]
        given = [k for k, number in enumerate(said["village"]) if number == village]
        assert len(mine) == 6
        assert sorted(mine[list(PEOPLE)].tolist()) == sorted(tuple(said[c][k] for c in PEOPLE) for k in given)
        land = [said["land_mu"][k] for k in given if said["land_mu"][k] == said["land_mu"][k]]
        assert set(land) <= set(mine["land_mu"].tolist())
        causes = np.bincount(mine["cause"], minlength=8)
        assert (causes >= np.bincount([said["cause"][k] for k in given if said["cause"][k]], minlength=8)).all()
        assert (mine["cause"] > 0).all()
        assert mine["linked"].sum() >= sum(said["helped"][k] for k in given)


def test_the_registry_believes_what_it_has_recorded_and_earnings_stay_the_models(both: tuple[Opened, Opened]) -> None:
    h, said = both[1].world.households, households()
    seen = both[1].world.perceived_yuan
    for village in (2, 4):
        mine = np.flatnonzero((h["village"] == village - 1) & (h["registered"] == 1))
        given = [yuan for yuan, at in zip(said["recorded_yuan"], said["village"], strict=True) if at == village]
        assert sorted(set(given) & set(seen[mine].tolist())) == sorted({yuan for yuan in given if yuan == yuan})
        believed = np.isin(seen[mine], given)
        assert believed.sum() == sum(yuan == yuan for yuan in given) and (seen[mine] > 0).all()
        assert (np.abs(per_head(h[mine[believed]]) - seen[mine[believed]]) > 1.0).all()
    away = ~np.isin(h["village"], (1, 3))
    assert not np.isin(seen[away], said["recorded_yuan"]).any()


def test_villages_without_a_roster_keep_who_lives_there(both: tuple[Opened, Opened]) -> None:
    plain, own = (one.world.households for one in both)
    for village in (0, 2, 4):
        here = plain["village"] == village
        for name in ("land_mu", "ability"):
            assert (plain[name][here] == own[name][here]).all()
        assert (plain["persons"][here] == own["persons"][here]).mean() > 0.99
        assert (plain["registered"][here] == own["registered"][here]).mean() > 0.95


def test_the_books_hardly_change(both: tuple[Opened, Opened]) -> None:
    plain, own = (one.world.households for one in both)
    for name, near in (("persons", 0.01), ("workers", 0.02), ("land_mu", 0.03)):
        assert own[name].sum() == pytest.approx(plain[name].sum(), rel=near)
    assert income(own).sum() == pytest.approx(income(plain).sum(), rel=0.03)


def test_a_smaller_world_has_the_rosters_first_villages(tmp_path: Path) -> None:
    h = opened(profile_with(tmp_path, households()), villages=3).world.households
    assert (h["registered"][h["village"] == 1]).sum() == 6


@pytest.mark.parametrize(
    ("changed", "reason"),
    [
        ({"persons": [0, *[5] * 11]}, "no household has"),
        ({"land_mu": [-3.0] * 12}, "no household has"),
        ({"village": [2] * 12}, "the roster has 100"),
    ],
)
def test_what_no_village_can_hold_is_refused(tmp_path: Path, changed: dict[str, Any], reason: str) -> None:
    columns = households(**changed)
    if "village" in changed:
        columns = {name: (list(values) * 9)[:100] for name, values in columns.items()}
    with pytest.raises(UserError, match=reason):
        opened(profile_with(tmp_path, columns))


def test_a_file_that_was_changed_or_is_gone_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="not those"):
        opened(profile_with(tmp_path, households(), digest="0"))
    profile = profile_with(tmp_path, households(persons=[5] * 12))
    (tmp_path / "own.parquet").unlink()
    with pytest.raises(UserError, match="no such file"):
        opened(profile)
