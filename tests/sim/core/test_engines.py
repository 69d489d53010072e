"""One run, the same bits: compiled or as Python over agents, on one thread or two, on every supported Python and Mesa.

`PYTHONPATH=tests python tests/sim/core/test_engines.py` stores the digests of reference/digests.json anew, after a
change that is meant to change outcomes; commit them with that change.
"""

from __future__ import annotations

import hashlib
import importlib
import json
import pkgutil
import threading
from collections import OrderedDict
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from small_worlds import (
    EVERY_POLICY,
    KINDS,
    differing,
    done,
    lived,
    plan_of,
    records_bytes,
    shipped_plan,
    shipped_scenario_files,
)

import sim
from sim.core import engine, replay
from sim.core.records import views_of
from sim.core.rule import Kernel
from sim.model import VillageModel
from sim.population import kept
from sim.scenario import Plan, load_plan

REFERENCE = Path(__file__).parents[2] / "reference" / "digests.json"


def _digest(rows: np.ndarray) -> str:
    return hashlib.sha256(rows.tobytes()).hexdigest()


def live(plan: Plan, seed: int = 3, **how: Any) -> tuple[VillageModel, dict[str, str], dict[str, bytes]]:
    """A whole run: the model at its end, a digest of each kind of row on the campaign's last day, and the records."""
    model = VillageModel(plan, rng=seed, **how)
    while model.day < model.clock.last_campaign_day_index:
        model.step()
    by_then = {kind: _digest(getattr(model, kind)) for kind in KINDS}
    model.run_model()
    model.close()
    return model, by_then, records_bytes(model.recorder.columns())


def assert_same(plan: Plan, one: dict[str, Any], other: dict[str, Any]) -> None:
    """Two ways of running a plan end in the same bytes, after the campaign and after the horizon."""
    (a, a_then, a_records), (b, b_then, b_records) = live(plan, **one), live(plan, **other)
    assert [kind for kind in KINDS if a_then[kind] != b_then[kind]] == [], "after the campaign"
    assert differing(a, b) == []
    assert [name for name in a_records if a_records[name] != b_records[name]] == []


@pytest.mark.parametrize("file", shipped_scenario_files(), ids=lambda f: f.stem)
def test_both_engines_give_the_same_bytes_in_every_shipped_scenario(file: Path, tmp_path: Path) -> None:
    plan = shipped_plan(tmp_path, file)
    model = VillageModel(plan, rng=3)
    assert set(model.villages["terrain"]) == {0, 1, 2}
    assert_same(plan, {"engine": "compiled"}, {"engine": "agents"})


@pytest.mark.bounds
def test_both_engines_give_the_same_bytes_in_five_villages(tmp_path: Path) -> None:
    plan = plan_of(tmp_path, EVERY_POLICY, villages=5, months=24)
    assert_same(plan, {"engine": "compiled"}, {"engine": "agents"})
    # And something has happened: every policy has done something in the two years.
    reached = {label: done(book) for label, book in lived(plan).county.books.items()}
    assert min(reached.values()) > 0, reached


def test_one_thread_and_two_give_the_same_bytes(tmp_path: Path) -> None:
    plan = plan_of(tmp_path, EVERY_POLICY, villages=7)
    assert_same(plan, {"threads": 1}, {"threads": 2})
    assert_same(plan, {"threads": 1}, {"threads": 5})


def test_threads_take_runs_of_villages_of_about_equal_weight() -> None:
    sizes = np.array([30, 10, 10, 10, 40, 20, 20, 60])
    for parts in (1, 2, 3, 8, 20):
        ranges = engine.cut(sizes, parts)
        assert [village for first, last in ranges for village in range(first, last)] == list(range(len(sizes)))
        assert len(ranges) <= parts
        heaviest = max(int(sizes[first:last].sum()) for first, last in ranges)
        assert heaviest <= sizes.sum() / parts + sizes.max()


def test_two_threads_are_at_work_at_once() -> None:
    both = threading.Barrier(2, timeout=30)
    runs: list[tuple[int, int, str]] = []

    def kernel(what: str, first: int, last: int) -> None:
        both.wait()
        runs.append((first, last, threading.current_thread().name))

    two = engine.Engine("compiled", np.array([5, 5, 5, 5]), threads=2)
    two.run(kernel, "anything")
    two.close()
    assert sorted(run[:2] for run in runs) == [(0, 2), (2, 4)]
    assert len({name for *_, name in runs}) == 2


def _kernels() -> list[tuple[Any, str, Any]]:
    """Every place in sim where a kernel is known by name: module, name, kernel."""
    modules = [importlib.import_module(found.name) for found in pkgutil.walk_packages(sim.__path__, "sim.")]
    return [
        (module, name, value)
        for module in modules
        for name, value in vars(module).items()
        if isinstance(value, Kernel) and not value.py_func.__module__.endswith((".draws", ".records"))
    ]


def _in_python(kernel: Any, plan: Plan) -> Callable[..., Any]:
    model_of_parameters = VillageModel(plan, rng=3)
    p, dtype = model_of_parameters.p, model_of_parameters._p_row.dtype

    def call(*args: Any) -> Any:
        seen = [
            a if not (isinstance(a, np.ndarray) and a.dtype.names) else (p,) if a.dtype == dtype else views_of(a)
            for a in args
        ]
        return kernel.py_func(*seen)

    return call


def test_every_kernel_is_its_python_source_to_the_last_bit(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """From laying out the world to its last month, with nothing compiled but the draws."""
    plan = plan_of(tmp_path, EVERY_POLICY, villages=3)
    compiled = lived(plan)
    kernels = _kernels()
    called = set()
    for module, name, kernel in kernels:
        run = _in_python(kernel, plan)

        def call(*args: Any, run: Callable[..., Any] = run, name: str = kernel.py_func.__name__) -> Any:
            called.add(name)
            return run(*args)

        call.py_func = kernel.py_func  # type: ignore[attr-defined]
        monkeypatch.setattr(module, name, call)
    monkeypatch.setattr(kept, "_KEPT", OrderedDict())  # the world is to be laid out again
    in_python = lived(plan)
    month = {"settle", "close_month", "learn_from_contacts", "take_days"}
    assert month | {"cadres_go_out", "loans_wanted", "put_to_use"} <= called
    assert differing(compiled, in_python) == []
    assert compiled.county.world.indices.tobytes() == in_python.county.world.indices.tobytes()


def test_a_careful_run_is_the_same_run(tmp_path: Path) -> None:
    plan = plan_of(tmp_path, EVERY_POLICY, villages=4)
    careful = VillageModel(plan, rng=3)
    careful.engine = careful.county.engine = replay.Careful(careful.county.world.sizes, careful._see)
    careful.run_model()
    assert differing(lived(plan), careful) == []


def test_another_seed_gives_other_bytes(tmp_path: Path) -> None:
    plan = plan_of(tmp_path)
    assert "households.cash_yuan" in differing(lived(plan, 3), lived(plan, 4))


def digests() -> dict[str, str]:
    """What comes of a small run that exercises credit, industry, training and visits."""
    plan = load_plan("mix", ["world.profile=five_villages", "world.villages=5", "horizon_months=12"])
    model, by_then, records = live(plan)
    found = {f"{kind} on the last campaign day": digest for kind, digest in by_then.items()}
    found |= {f"{kind} after 12 months": _digest(getattr(model, kind)) for kind in KINDS}
    whole = b"\0".join(records[name] for name in sorted(records))
    return found | {"records": hashlib.sha256(whole).hexdigest()}


def test_outcomes_are_the_stored_ones() -> None:
    """The same on every Python, Mesa and machine: what is stored was written by one of them."""
    stored, found = json.loads(REFERENCE.read_text(encoding="utf-8")), digests()
    changed = [what for what in stored if found.get(what) != stored[what]]
    assert not changed and found.keys() == stored.keys(), f"{changed}; if that is meant: python {Path(__file__).name}"


if __name__ == "__main__":
    REFERENCE.write_text(json.dumps(digests(), indent=1) + "\n", encoding="utf-8")
    print(f"wrote {REFERENCE}")
