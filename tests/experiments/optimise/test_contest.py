"""Other methods with as many runs, and the best that many runs find, on problems whose best mix is known."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from experiments.optimise import rivals
from experiments.optimise.contest import SEEDS_A_MIX, Contest, Entry, contest, contest_csv, proposed
from experiments.optimise.filling import mix_of
from experiments.optimise.problem import Lever, Limit, Mix, Objective, Problem
from experiments.optimise.reference import reference, reference_csv
from experiments.optimise.rivals import RANDOM, RIVALS, Chance, left_out
from experiments.optimise.run import Asked
from experiments.optimise.search import Effort, Found, search
from experiments.optimise.trials import Trials
from sim.core.errors import UserError
from tests.experiments.optimise.fake import Fake, problem, trials
from tests.experiments.optimise.test_optimise_run import DESIGN, run

MILLION = 1e6
WEIGHTS = np.array([30.0, 20.0, 10.0, 5.0])
TOTAL_YUAN = 20 * MILLION
BEST = float(np.sqrt(20 * (WEIGHTS**2).sum()))
EFFORT = Effort(search_seeds=4, ranking_seeds=6, last_seeds=6, steps=(0.1, 0.05), most_runs=500)


def separable(mix: np.ndarray) -> float:
    """Square roots: the best shares are as the squares of the weights."""
    return float(WEIGHTS @ np.sqrt(mix / MILLION))


def asked() -> Problem:
    return problem(*[TOTAL_YUAN] * 4, total=TOTAL_YUAN)


class Counted(Fake):
    """Keeps what was asked, in order."""

    def __init__(self) -> None:
        super().__init__(separable, own=3.0)
        self.asked: list[tuple[Mix, tuple[int, ...], str]] = []

    def __call__(self, mixes: Sequence[Mix], seeds: Sequence[int], vector: object, title: str) -> np.ndarray:
        self.asked += [(mix, tuple(seeds), title) for mix in mixes]
        return super().__call__(mixes, seeds, vector, title)  # type: ignore[arg-type]


@pytest.fixture(scope="module")
def held() -> tuple[Trials, Counted, Found, Contest]:
    fake = Counted()
    some = Trials(asked(), fake)
    found = search(some, EFFORT)
    return some, fake, found, contest(some, found)


def of(held: Contest, method: str) -> Entry:
    found = [one for one in held.entries if one.method == method]
    if not found:
        pytest.skip(f"{method} comes with the extra 'rivals', which is not installed")
    return found[0]


@pytest.mark.parametrize("method", RIVALS)
def test_a_method_has_as_many_runs_and_breaks_no_limit(
    held: tuple[Trials, Counted, Found, Contest], method: str
) -> None:
    some, fake, found, all_of_it = held
    one, own = of(all_of_it, method), all_of_it.entries[0]
    assert own.runs - SEEDS_A_MIX < one.runs <= own.runs == found.runs_search
    assert some.problem.fits(one.mix)
    assert one.seen == pytest.approx(float(some.gains([one.mix], EFFORT.seeds[0][:2], "").mean()))
    assert one.gain.value == pytest.approx(float(some.gains([one.mix], EFFORT.seeds[2], "").mean()))
    assert one.behind.value == pytest.approx(own.gain.value - one.gain.value)
    assert 0.6 * BEST < one.gain.value < 1.05 * BEST
    run = [(mix, seed) for mix, seeds, title in fake.asked if title.startswith(f"{method}, ") for seed in seeds]
    assert len(set(run)) == len(run) <= one.runs and {seed for _, seed in run} == set(EFFORT.seeds[0][:2])


@pytest.mark.parametrize("method", [name for name in RIVALS if name != RANDOM])
def test_a_method_that_learns_does_better_than_chance_with_many_runs(method: str) -> None:
    if method in left_out():
        pytest.skip(f"{method} comes with the extra 'rivals', which is not installed")
    best = {}
    for name in (RANDOM, method):
        runs = [proposed(trials(asked(), separable), RIVALS[name][0](4, seed), 160, (1,), name) for seed in range(3)]
        best[name] = np.mean([max(one.values()) - Fake(separable)([(0.0,) * 4], [1], {}, "")[0, 0, 0] for one in runs])
    assert best[method] > best[RANDOM] and best[method] > 0.97 * BEST


@pytest.mark.parametrize("method", RIVALS)
def test_a_method_asks_for_the_same_again(method: str) -> None:
    if method in left_out():
        pytest.skip(f"{method} comes with the extra 'rivals', which is not installed")
    first, again = (
        proposed(trials(asked(), separable, own=3.0), RIVALS[method][0](4, 1), 70, (1, 2), "") for _ in range(2)
    )
    assert list(first.items()) == list(again.items()) and len(first) == 70


def test_the_contest_says_who_was_left_out_and_fails_for_nobody(
    held: tuple[Trials, Counted, Found, Contest], monkeypatch: pytest.MonkeyPatch
) -> None:
    some, _, found, _ = held
    monkeypatch.setattr(rivals, "find_spec", lambda package: None)
    alone = contest(some, found)
    assert alone.left_out == ("Optuna TPE", "NSGA-II")
    assert [one.method for one in alone.entries] == ["this search", RANDOM, "equal shares"]
    assert alone.entries[-1].behind.low > 0 and alone.entries[0].behind.value == 0
    lines = contest_csv(alone, ["a", "b", "c", "d"]).splitlines()
    assert lines[0].endswith("behind_high,a,b,c,d") and len(lines) == 4 and lines[-1].startswith("equal shares,0,,")


def test_a_method_that_repeats_itself_ends() -> None:
    class Same(Chance):
        def ask(self) -> list[np.ndarray]:
            return [np.full(4, 0.9)] * 3

    assert len(proposed(trials(asked(), separable), Same(4, 1), 50, (1,), "")) == 1


def test_a_point_becomes_a_mix_that_uses_the_money_up_and_hands_on_what_a_lever_may_not_take() -> None:
    levers = (
        Lever("a", 20.0, purses=("x",)),
        Lever("b", 20.0, unit_cost_yuan=2.0),
        Lever("c", 8.0, lot=1.0, unit_cost_yuan=0.0),
        Lever("d", 9.0, least=1.0),
    )
    days = Limit("days", {"b": 1.0, "c": 1.0}, 3.0, unit="days")
    some = Problem(levers, (Objective("gain"),), 20.0, {"x": 4.0}, (days,))
    assert mix_of(some, np.zeros(4)) == some.nothing
    a, b, c, d = mix_of(some, np.array([0.9, 0.9, 0.3, 0.9]))
    assert (a, b, c, d) == pytest.approx((4.0, 3.0, 0.0, 9.0))  # its purse, the days, out, and all that is left
    a, b, c, d = mix_of(replace(some, limits=()), np.array([0.9, 0.9, 0.75, 0.9]))
    assert (a, b, c, d) == pytest.approx((4.0, 3.75, 4.0, 8.5))  # 19 in shares; of what costs nothing, its half
    for point in np.random.default_rng(3).random((200, 4)):
        assert some.fits(mix_of(some, point))
    visits = Problem((Lever("visits", 2.0, lot=1.0, unit_cost_yuan=0.0),))
    assert [mix_of(visits, np.array([place]))[0] for place in (0.4, 0.6, 0.7, 0.99)] == [0, 0, 1, 2]


def test_a_reference_spends_its_runs_and_knows_a_better_mix_where_the_search_was_short() -> None:
    short = Effort(search_seeds=4, ranking_seeds=6, last_seeds=6, sizes=(1.0,), steps=(0.5,), finalists=3, most_runs=60)
    some = trials(asked(), separable)
    found = search(some, short)
    best = reference(some, found, 1_500)
    assert 1_400 <= best.runs <= 1_500 and some.problem.fits(best.mix)
    own = separable(np.array(found.winner))
    assert best.gain.value >= own and best.gain.value > 0.985 * BEST
    assert best.share.value == pytest.approx((best.gain.value - own) / best.gain.value)
    again = trials(asked(), separable)
    assert reference(again, search(again, short), 1_500) == best
    rows = [line.split(",") for line in reference_csv(best, found).splitlines()]
    assert [row[0] for row in rows[1:]] == ["reference", "answer"]
    assert float(rows[2][8]) == pytest.approx(100 * best.share.value) and len(rows[1]) == len(rows[0]) == len(rows[2])


def test_an_answer_that_is_the_best_known_is_nothing_below_it() -> None:
    some = trials(asked(), lambda mix: float(mix[0]))
    found = search(some, EFFORT)
    best = reference(some, found, found.runs_search + 300)
    assert best.mix == found.winner and best.above.value == best.share.value == 0
    some = trials(asked(), lambda mix: 0.0)
    found = search(some, EFFORT)
    assert math.isnan(reference(some, found, found.runs_search + 100).share.value)


TINY = Effort(search_seeds=2, ranking_seeds=2, last_seeds=3, sizes=(0.5, 1.0), steps=(0.2,), finalists=3, most_runs=60)
BOTH = Asked(effort=TINY, beside=(), cash=False, contest=True, reference=160)


def test_a_contest_and_a_reference_that_lost_runs_end_in_the_same_bytes(tmp_path: Path) -> None:
    file = tmp_path / "design.toml"
    file.write_text(DESIGN, encoding="utf-8")
    here = {"evaluate": "tests.experiments.optimise.test_optimise_run:evaluate"}
    folder, said = run(file, tmp_path / "results", BOTH, **here)
    before = {path.name: path.read_bytes() for path in folder.iterdir() if path.is_file() and path.name != ".lock"}
    contested = said["contest"]
    methods = {one["method"]: one for one in contested["methods"]}  # type: ignore[index]
    assert set(methods) | set(contested["left_out"]) == {"this search", *RIVALS, "equal shares"}  # type: ignore[index]
    assert methods[RANDOM]["runs"] == methods["this search"]["runs"] == said["runs"]["search"]  # type: ignore[index]
    assert said["reference"]["runs"] > 100 and said["reference"]["answer_below_share"]["value"] > -0.05  # type: ignore[index]
    english, chinese = ((folder / f"optimise.{one}.html").read_text(encoding="utf-8") for one in ("en", "zh"))
    assert "Other methods with as many runs" in english and "模拟次数相同时与其他方法的比较" in chinese
    assert ("pip install" in english) == ("pip install" in chinese) == bool(left_out())
    for number, path in enumerate(sorted(folder.glob("runs/*/*.parquet"))):
        if number % 3:
            path.unlink()
    run(file, tmp_path / "results", BOTH, **here)
    after = {path.name: path.read_bytes() for path in folder.iterdir() if path.is_file() and path.name != ".lock"}
    assert {"contest.csv", "reference.csv"} < set(after) and after == before


def test_a_reference_of_no_more_runs_than_the_search_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "design.toml"
    file.write_text(DESIGN, encoding="utf-8")
    with pytest.raises(UserError, match="no more than the search itself may take"):
        run(file, tmp_path / "results", replace(BOTH, reference=60))
    assert not (tmp_path / "results").exists()
