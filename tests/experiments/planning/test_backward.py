"""Planning backwards: units against their equation, room used once, and what the model gives for what is planned."""

from __future__ import annotations

import json
from dataclasses import replace

import numpy as np
import pytest
from typer.testing import CliRunner

from experiments.cli import app
from experiments.planning import Asked, Drawn, draw_up
from experiments.planning.channels import ANIMALS, CHANNELS, FRUIT, VEGETABLES, WORK, Room
from experiments.planning.needs import alone, cheapest, units_for
from sim import load_plan
from sim.core.errors import UserError

EVERY = tuple(range(len(CHANNELS)))
ONE = Room(
    brings_yuan=np.array([[1000.0, 500.0, 8000.0, 9000.0]]),
    room=np.array([[3.0, 10.0, 1.0, 2.0]]),
    days_unit=np.array([20.0, 7.0, 150.0, 200.0]),
    land_unit=np.array([1.0, 0.0, 1.0, 0.0]),
    cost_unit_yuan=np.array([2000.0, 1100.0, 40_000.0, 1800.0]),
    days=np.array([300.0]),
    land_mu=np.array([3.0]),
    crowding=np.array([20.0]),
)


def test_units_that_crowd_one_another_solve_their_equation() -> None:
    units = units_for(np.array([1000.0, 0.0, 9000.0]), np.full(3, 500.0), np.full(3, 20.0))
    assert units[0] * 500.0 - 20.0 * units[0] ** 2 == pytest.approx(1000.0)
    assert units[1] == 0.0 and np.isinf(units[2])  # 500^2 / 80 = 3,125 yuan is the most there is
    assert units_for(np.array([1000.0]), np.array([250.0]), np.zeros(1)).tolist() == [4.0]
    assert np.isinf(units_for(np.array([1.0]), np.array([-5.0]), np.zeros(1))).all()


def test_alone_says_what_it_takes_and_whether_there_is_room() -> None:
    units, feasible = alone(np.array([5000.0]), ONE, FRUIT)
    assert units.tolist() == [5.0] and not feasible[0]
    units, feasible = alone(np.array([9500.0]), ONE, WORK)
    assert units.tolist() == [2.0] and feasible[0]


def test_the_cheapest_first_and_hands_once() -> None:
    mix = cheapest(np.array([10_000.0]), ONE, EVERY)
    # Work costs 0.2 yuan a yuan: two would close it, but 300 free days are enough for one, and 100 are left. Fruit
    # costs 2 a yuan: 1 mu of it for the last 1,000 yuan.
    assert mix.units[0].tolist() == [1.0, 0.0, 0.0, 1.0]
    assert mix.short_yuan[0] == 0.0 and mix.cost_yuan[0] == 1800.0 + 2000.0
    mix = cheapest(np.array([30_000.0]), ONE, EVERY)
    assert mix.units[0, WORK] * 200.0 + mix.units[0, FRUIT] * 20.0 + mix.units[0, ANIMALS] * 7.0 <= 300.0
    assert mix.units[0, FRUIT] + mix.units[0, VEGETABLES] <= 3.0
    assert mix.short_yuan[0] > 0.0 and mix.brings_yuan[0] + mix.short_yuan[0] == pytest.approx(30_000.0)
    assert cheapest(np.array([0.0]), ONE, EVERY).cost_yuan[0] == 0.0


def test_animals_never_beyond_where_one_more_brings_less() -> None:
    many = replace(ONE, room=np.full((1, 4), 1000.0), days=np.array([1e6]))
    mix = cheapest(np.array([1e6]), many, (ANIMALS,))
    assert mix.units[0, ANIMALS] == pytest.approx(500.0 / 40.0)


@pytest.fixture(scope="module")
def drawn() -> Drawn:
    plan = load_plan("baseline", ["world.villages=4"]).model_copy(update={"policies": ()})
    return draw_up(Asked(plan, 6500.0, 2015, seeds=(1, 2)), progress=False)


def test_what_is_planned_is_lived_and_brings_something(drawn: Drawn) -> None:
    whole = drawn.kinds[-1]
    assert drawn.months == 36
    assert sum(kind.households for kind in drawn.kinds[:-1]) == whole.households
    assert whole.cost_yuan == pytest.approx(sum(kind.cost_yuan for kind in drawn.kinds[:-1]))
    planned = whole.planned_yuan - whole.by_itself_yuan
    assert planned > 0.0
    assert 0.2 * planned < whole.gain_yuan.value < 2.0 * planned  # trees do not bear within three years
    assert drawn.kinds[0].units["work"] == 0.0  # nobody there who could go


def test_nothing_is_given_where_nothing_is_wanting() -> None:
    plan = load_plan("baseline", ["world.villages=2"]).model_copy(update={"policies": ()})
    whole = draw_up(Asked(plan, 1.0, 2013, seeds=(1, 2)), progress=False).kinds[-1]
    assert whole.cost_yuan == 0.0 and whole.gain_yuan.value == 0.0 == whole.gain_yuan.high  # the same run to the bit


def test_a_higher_target_costs_more_and_a_way_less_brings_less(drawn: Drawn) -> None:
    higher = draw_up(replace(drawn.asked, target_yuan=8000.0), progress=False).kinds[-1]
    fruit = draw_up(replace(drawn.asked, channels=("fruit",)), progress=False).kinds[-1]
    whole = drawn.kinds[-1]
    assert higher.cost_yuan > whole.cost_yuan and higher.feasible < whole.feasible
    assert fruit.planned_yuan < whole.planned_yuan and fruit.units["work"] == 0.0


def test_from_the_command_line() -> None:
    asked = ["plan", "--villages", "2", "-n", "2", "--year", "2013", "--target", "6000", "--quiet"]
    done = CliRunner().invoke(app, [*asked, "--json"])
    assert done.exit_code == 0
    found = json.loads(done.stdout)
    assert set(found["kinds"]) == {"no able worker", "one worker", "two workers", "three workers or more", "all"}
    assert "模拟增收" in CliRunner().invoke(app, [*asked, "--language", "zh"], env={"COLUMNS": "200"}).stdout


def test_a_year_out_of_reach_and_an_unknown_way_are_said() -> None:
    plan = load_plan("baseline", ["world.villages=2"])
    with pytest.raises(UserError, match=r"--year: from 2012-12 to the end of 2030 .*2013 to 2022"):
        draw_up(Asked(plan, 8000.0, 2030), progress=False)
    done = CliRunner().invoke(app, ["plan", "--way", "friut"])
    assert done.exit_code == 2 and "fruit" in done.stderr
