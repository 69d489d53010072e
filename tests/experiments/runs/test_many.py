"""Many runs from Python: each its result, whatever the number of workers."""

from __future__ import annotations

from pathlib import Path

import pytest

from experiments.runs.many import run_many
from sim.core.errors import UserError
from sim.running import run
from tests.small_worlds import plan_of


def test_workers_give_what_a_run_gives(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    plans = [plan_of(tmp_path, [{"kind": "visits"}][:n], villages=1, months=5, name=f"plan_{n}") for n in (0, 1)]
    runs = run_many(plans, [4, 2], workers=2, progress=True)
    assert "4 of 4 runs done" in capfd.readouterr().err
    assert list(runs) == [("plan_0", 4), ("plan_0", 2), ("plan_1", 4), ("plan_1", 2)]
    alone = run(plans[1], 2)
    there = runs["plan_1", 2]
    assert there.audit == alone.audit
    assert all((there.records[name] == column).all() for name, column in alone.records.items() if name != "value")
    assert there.records["value"].tobytes() == alone.records["value"].tobytes()
    assert {name: column.dtype for name, column in there.records.items()} == {
        name: column.dtype for name, column in alone.records.items()
    }
    monthly = runs.monthly()
    assert monthly.loc[("plan_1", 2)].equals(alone.monthly()) and monthly.index.names[:2] == ["scenario", "seed"]
    assert len(runs.households(0)) == 4 * len(alone.households(0))


def test_what_cannot_be_told_apart_is_refused(tmp_path: Path) -> None:
    plan = plan_of(tmp_path, [], villages=1, months=5)
    for plans, seeds in (([plan, plan], [1]), ([plan], [1, 1])):
        with pytest.raises(UserError, match="given twice"):
            run_many(plans, seeds, workers=0)


def test_a_failed_run_ends_it_with_its_reason(tmp_path: Path) -> None:
    plan = plan_of(tmp_path, [], villages=1, months=5)
    with pytest.raises(UserError, match=r"the run of 'test' under seed -1 failed: .*rng must be a whole number"):
        run_many(plan, [-1], workers=0)
