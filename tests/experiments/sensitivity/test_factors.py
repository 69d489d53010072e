"""What is moved: which parameters, how far, and what is refused."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from fake_model import factors, pair, plan

from experiments.sensitivity.factors import Factor, choose, unit_places, vectors
from sim.core.errors import UserError
from sim.parameters import Parameter, load_parameters


def made(value: float | tuple[float, ...], low: float | tuple[float, ...], high: float | tuple[float, ...]) -> Factor:
    entry = Parameter("farm", "x", value, "yuan", low, high, "somebody", "assumed")
    from experiments.sensitivity.factors import _factor

    found = _factor(entry)
    assert isinstance(found, Factor), found
    return found


def test_all_means_every_number_that_can_be_moved() -> None:
    found = {factor.key for factor in choose("all", pair())}
    scalars = [entry for entry in load_parameters().entries if not isinstance(entry.value, tuple)]
    assert found == {entry.key for entry in scalars if entry.low < entry.high}
    wider = {factor.key for factor in choose("all", pair(), lists=True)}
    assert found < wider and "farm.price_yuan" in wider
    assert "farm.livestock_season" not in wider  # shares of a year


def test_a_confidence_a_topic_and_names_can_be_asked_for() -> None:
    assumed = choose("assumed", pair())
    assert {factor.parameter.confidence for factor in assumed} == {"assumed"}
    assert {factor.parameter.topic for factor in choose("health", pair())} == {"health"}
    one, other = factors()[:2]
    assert [factor.key for factor in choose(f"{one.parameter.name}, {other.key}", pair())] == [one.key, other.key]


def test_a_list_moves_by_one_factor_within_every_range() -> None:
    factor = made((2.0, 10.0, 0.0), (1.0, 8.0, 0.0), (6.0, 12.0, 1.0))
    assert (factor.low, factor.high, factor.base) == (0.8, 1.2, 1.0)
    assert factor.value(1.2) == pytest.approx((2.4, 12.0, 0.0))
    assert factor.at(0.0) == 0.8 and factor.at(1.0) == 1.2


def test_points_of_a_design_are_values_in_range() -> None:
    some = factors()[:3]
    design = np.array([[0.0, 1.0, 0.5], unit_places(some)])
    low, base = vectors(some, design)
    assert low == {some[0].key: some[0].low, some[1].key: some[1].high, some[2].key: pytest.approx(some[2].at(0.5))}
    assert base == {factor.key: pytest.approx(factor.base) for factor in some}


def test_reach_narrows_towards_the_value() -> None:
    near = made(3.0, 1.0, 9.0).narrowed(0.5)
    assert (near.low, near.high, near.base) == (2.0, 6.0, 3.0)
    whole = made(0.1, 0.0, 0.3).narrowed(1.0)
    assert (whole.low, whole.high) == (0.0, 0.3)


def test_what_tells_the_scenarios_apart_is_not_moved() -> None:
    first = factors()[0]
    plans = [plan("plain"), plan("dry", **{first.key: first.high})]
    assert first.key not in {factor.key for factor in choose("all", plans)}
    with pytest.raises(UserError, match="scenario 'dry' sets it"):
        choose(first.key, plans)
    both = [plan("a", **{first.key: first.high}), plan("b", **{first.key: first.high})]
    moved = {factor.key: factor for factor in choose("all", both)}
    assert moved[first.key].base == first.high


@pytest.mark.parametrize(
    ("asked", "message"),
    [
        ("hospital_rte,later_growth", "did you mean 'hospital_rate'"),
        ("hospital_rate", "needs at least two"),
        ("farm.livestock_season,hospital_rate", "shares of a whole"),
        (" , ", "no parameter is named"),
        ("nothing.toml", "there is no such file"),
    ],
)
def test_what_cannot_be_moved_is_refused(asked: str, message: str) -> None:
    with pytest.raises(UserError, match=message):
        choose(asked, pair())


def written(tmp_path: Path, text: str) -> str:
    path = tmp_path / "design.toml"
    path.write_text(text)
    return str(path)


def test_a_file_narrows_ranges(tmp_path: Path) -> None:
    one, other = factors()[:2]
    text = (
        f'[[parameters]]\nname = "{one.key}"\nhigh = {one.at(0.75)}\n[[parameters]]\nname = "{other.parameter.name}"\n'
    )
    first, second = choose(written(tmp_path, text), pair())
    assert (first.key, first.low, first.high) == (one.key, one.low, one.at(0.75))
    assert (second.low, second.high) == (other.low, other.high)


def test_a_range_without_the_value_is_refused(tmp_path: Path) -> None:
    one, other = factors()[:2]
    text = (
        f'[[parameters]]\nname = "{one.key}"\nlow = {(one.base + one.high) / 2}\n[[parameters]]\nname = "{other.key}"\n'
    )
    with pytest.raises(UserError, match="leaves out its value"):
        choose(written(tmp_path, text), pair())


def test_a_bad_file_is_told_line_by_line(tmp_path: Path) -> None:
    one = factors()[0]
    text = (
        f'[[parameters]]\nname = "{one.key}"\nhigh = {one.high * 10 + 1}\n\n[[parameters]]\nname = "hospital_rte"\n\n'
        f'[[parameters]]\nname = "farm.livestock_season"\n'
    )
    path = written(tmp_path, text)
    with pytest.raises(UserError) as caught:
        choose(path, pair())
    lines = str(caught.value).splitlines()
    assert f"{path}:2: {one.key}:" in lines[0] and "not within its range" in lines[0]
    assert f"{path}:6: " in lines[1] and "did you mean 'hospital_rate'" in lines[1]
    assert f"{path}:9: " in lines[2] and "shares of a whole" in lines[2]
    for bad, message in (
        ("[[parameters]]\nname = 3\n", "must be text"),
        ('[[parameters]]\nname = "a"\nhihg = 3\n', "did you mean 'high'"),
        ('[[parameters]]\nname = "a"\nlow = 3\nhigh = 2\n', "not below"),
        ("", "'parameters' is missing"),
        ("[[parameters]\n", "design.toml"),
    ):
        with pytest.raises(UserError, match=message):
            choose(written(tmp_path, bad), pair())
    twice = f'[[parameters]]\nname = "{one.key}"\n' * 2
    with pytest.raises(UserError, match="named twice"):
        choose(written(tmp_path, twice), pair())
