"""The search on problems whose answers are known."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from stand_in import FARM, GAIN, LEAVE, RUN, SKILL, TRUTH, write_spec

from experiments.calibrate import shipping
from experiments.calibrate.agreement import agreement
from experiments.calibrate.identifiability import identifiability, sentences
from experiments.calibrate.run import Calibration, calibrate, hidden_vector
from experiments.calibrate.search import Space
from experiments.calibrate.spec import load_spec
from experiments.calibrate.tables import recovered
from experiments.designs.sets import load_set
from sim.core.errors import UserError


def fit(folder: Path, name: str = "one", recover: bool = False, **effort: Any) -> Calibration:
    spec = load_spec(write_spec(folder, **effort))
    return calibrate(
        spec, name=name, results=folder, workers=0, progress=False, run=RUN, program="test", recover=recover
    )[1]


@pytest.fixture(scope="module")
def one(tmp_path_factory: pytest.TempPathFactory) -> Calibration:
    return fit(tmp_path_factory.mktemp("one"))


def test_what_can_be_found_is_found(one: Calibration) -> None:
    assert one.found.objective < 1e-2
    for name in (FARM, LEAVE):
        low, high = one.set.interval(name)
        assert low <= TRUTH[name] <= high
    assert abs(one.set.best[LEAVE] - TRUTH[LEAVE]) < 0.1
    assert one.found.evaluations <= one.spec.effort.budget


def test_the_set_holds_enough_vectors_that_fit_and_differ(one: Calibration) -> None:
    found = one.set
    assert len(found.vectors) >= 16
    assert len({tuple(vector.values()) for vector in found.vectors}) == len(found.vectors)
    assert max(found.objectives) <= found.objectives[0] + found.threshold
    assert found.objectives == sorted(found.objectives)
    off = one.off(one.answers)
    assert np.allclose((off**2).sum(axis=1), found.objectives, atol=1e-3)


def test_what_cannot_be_told_apart_is_named(one: Calibration) -> None:
    found = one.identifiability
    assert found.rank == 3
    flat = found.directions[-1]
    assert {name for name, _ in flat.leading} == {SKILL, GAIN}
    assert flat.parts[SKILL] * flat.parts[GAIN] < 0
    english = sentences(found, {name: (name, name) for name in one.spec.names})[0][0]
    assert english in (
        f"The targets cannot tell a rise of {SKILL} from a rise of {GAIN}.",
        f"The targets cannot tell a rise of {GAIN} from a rise of {SKILL}.",
    )
    assert found.widths[SKILL] > 0.5 and found.widths[GAIN] > 0.5
    assert found.widths[FARM] < 0.2 and found.widths[LEAVE] < 0.2
    # The set follows the curve on which the product is the same.
    products = [vector[SKILL] * vector[GAIN] / (1 + 0.1 * vector[SKILL]) for vector in one.set.vectors]
    skills = [vector[SKILL] for vector in one.set.vectors]
    assert max(skills) / min(skills) > 1.5
    assert np.std(products) / np.mean(products) < 0.25


def test_other_starts_lead_to_an_overlapping_set(one: Calibration, tmp_path: Path) -> None:
    other = fit(tmp_path, start_seed=99, starts=1)
    assert other.set.vectors != one.set.vectors
    found = agreement(one.set, other.set)
    assert found.overlaps
    assert all(share > 0.3 for share in found.shared.values())
    apart = fit(tmp_path, "apart", first_seed=4)  # another luck: another growth for the same parameters
    shifted = [{**vector, FARM: vector[FARM] + 0.04} for vector in apart.set.vectors]
    moved = apart.set.__class__(**{**vars(apart.set), "vectors": shifted})
    assert not agreement(one.set, moved).overlaps


def test_figures_made_by_the_model_give_its_parameters_back_or_say_which_not(tmp_path: Path) -> None:
    found = fit(tmp_path, recover=True)
    truth = hidden_vector(found.spec)
    assert found.truth == truth
    assert found.found.objective < 1e-2
    verdicts = {name: recovered(found, name) for name in found.spec.names}
    assert verdicts[FARM] == verdicts[LEAVE] == "yes"
    assert verdicts[SKILL] == verdicts[GAIN] == "no"
    page = (tmp_path / "one" / "calibration.en.md").read_text(encoding="utf-8")
    assert "cannot be recovered from these targets" in page


def test_vectors_that_cannot_be_run_are_left_out(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("STAND_IN_FAILS_ABOVE", "0.6")
    found = fit(tmp_path)
    assert found.failures > 0
    assert found.set.interval(LEAVE)[1] <= 0.6
    assert found.found.objective < 0.1


def test_a_neighbour_that_cannot_be_run_says_nothing_of_slopes(
    one: Calibration, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The inclination to leave is known no better for standing just below where the model fails."""
    monkeypatch.setenv("STAND_IN_FAILS_ABOVE", str(TRUTH[LEAVE] + 0.05))
    found = fit(tmp_path)
    assert found.failures > 0
    assert found.identifiability.widths[LEAVE] > 0.7 * one.identifiability.widths[LEAVE]
    assert found.identifiability.directions[0].steepness < 1.5 * one.identifiability.directions[0].steepness


def test_one_point_on_the_unit_cube_and_back(tmp_path: Path) -> None:
    space = Space.of(load_spec(write_spec(tmp_path)))
    unit = np.array([0.1, 0.5, 0.9, 0.0])
    assert np.allclose(space.unit(space.vector(unit)), unit, atol=1e-5)
    middle = space.vector(np.full(4, 0.5))
    assert middle[FARM] == pytest.approx(0.045)
    assert middle[SKILL] == pytest.approx((0.3 * 1.4) ** 0.5, rel=1e-4)


def slopes(*rows: Sequence[float]) -> Any:
    return identifiability(["a", "b"], np.array(rows))


def test_rank_and_condition_of_known_slopes() -> None:
    found = slopes([30.0, 0.0], [0.0, 10.0])
    assert (found.rank, found.pinned, found.condition) == (2, 2, pytest.approx(3.0))
    assert found.widths["a"] == pytest.approx(np.sqrt(12 / 912))
    flat = slopes([10.0, 10.0])
    assert (flat.rank, flat.pinned) == (1, 1)
    assert flat.condition == pytest.approx(1.0)
    names = {"a": ("alpha", "甲"), "b": ("beta", "乙")}
    assert sentences(flat, names)[0][0].endswith(
        ("rise of alpha from a rise of beta.", "rise of beta from a rise of alpha.")
    )
    against = slopes([10.0, -10.0])
    assert sentences(against, names)[0][0].endswith(
        ("rise of alpha from a fall of beta.", "rise of beta from a fall of alpha.")
    )
    assert "说" not in sentences(against, names)[0][1] and "下降" in sentences(against, names)[0][1]
    silent = slopes([10.0, 0.0])
    assert sentences(silent, names)[0][0] == "The targets say little of beta."


def test_several_flat_directions_are_said_plainly() -> None:
    names = ["a", "b", "c", "d"]
    found = identifiability(names, np.array([[0.0, 10.0, 10.0, 0.0], [0.0, 0.0, 0.0, 20.0]]))
    said = {english for english, _ in sentences(found, {name: (name, name) for name in names})}
    assert "The targets say little of a." in said
    assert len(said) == 2 and any(
        "rise of b from a rise of c" in one or "rise of c from a rise of b" in one for one in said
    )


def test_the_written_set_loads_back(one: Calibration, tmp_path: Path) -> None:
    path = tmp_path / "set.toml"
    path.write_text(one.set.toml(), encoding="utf-8")
    assert load_set(path) == one.set


def test_shipping_refreshes_the_page_and_says_what_would_change(
    one: Calibration, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    page, target = tmp_path / "calibration.md", tmp_path / "county.set.toml"
    page.write_text(f"before\n{shipping.BEGIN}\nold\n{shipping.END}\nafter\n", encoding="utf-8")
    monkeypatch.setattr(shipping, "PAGE", page)
    monkeypatch.setattr(shipping, "SHIPPED", target)
    said = "\n".join(shipping.ship(one))
    text = page.read_text(encoding="utf-8")
    assert text.startswith("before\n") and text.endswith("after\n") and "\nold\n" not in text
    assert "| figure 0 |" in text and "cannot tell a rise of" in text
    assert load_set(target) == one.set
    now = shipping.number(one.before[LEAVE])
    assert f"{LEAVE}: {now} -> {shipping.number(one.set.best[LEAVE])}" in said
    page.write_text("no marks", encoding="utf-8")
    with pytest.raises(UserError, match="marks"):
        shipping.ship(one)
