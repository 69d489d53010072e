"""Whom a policy takes although nobody told them, which trials of telling have to know."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from small_worlds import plan_of
from test_each_policy import Watched

from sim.policies import registry


@pytest.mark.parametrize("kind", [kind for kind, policy in registry().items() if policy.programme])
def test_it_is_declared(tmp_path: Path, kind: str) -> None:
    policy = registry()[kind]
    settings = {**(policy.warm or {}), **({} if policy.untold else {"told_share": 0.0})}
    plan = plan_of(tmp_path, ({"kind": kind, **settings},), villages=8, closure="fixed")
    past = Watched(plan, ("served", "knows")).past
    untold = np.zeros(len(past["served"][0]), dtype=bool)
    for before, after, knew in zip(past["served"], past["served"][1:], past["knows"], strict=False):
        untold |= after & ~before & ((knew >> policy.programme) & 1 == 0)
    assert untold.any() == bool(policy.untold)
    if policy.untold:
        registered = Watched(plan, (policy.untold,)).past[policy.untold][0]
        assert (registered[untold] == 1).all()
