"""Visits act through channels: each shows when it alone is open, and not when it is closed."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from small_worlds import plan_of

from sim.core.errors import UserError
from sim.county import KNOWN
from sim.facts.causes import CAUSES, FITS
from sim.facts.channels import CHANNELS
from sim.facts.topics import HELPED
from sim.facts.trades import FIELDS, TRADES
from sim.model import VillageModel
from sim.policies.gifts import coached_in
from sim.policies.queue import by_need
from sim.policies.settings import TargetedSettings

VISITS: dict[str, Any] = {"kind": "visits", "coverage": "everyone", "visits_per_household": 3, "end_day": 100}


def lived(folder: Path, *channels: str, before: Any = None, **more: Any) -> VillageModel:
    """Three months with these channels alone."""
    model = VillageModel(plan_of(folder, [{**VISITS, "channels": list(channels)}], villages=3, **more), rng=3)
    if before is not None:
        before(model.households)
    model.run_model()
    return model


def helped(model: VillageModel) -> np.ndarray:
    """Households that had a visit with substance."""
    return np.asarray(model.policies[0]._helped > 0)  # type: ignore[attr-defined]


def test_every_channel_is_open_unless_closed_and_no_other_is_known(tmp_path: Path) -> None:
    model = VillageModel(plan_of(tmp_path, [{"kind": "visits"}]), rng=3)
    assert model.policies[0].settings.channels == tuple(CHANNELS)  # type: ignore[attr-defined]
    with pytest.raises(UserError, match="paper"):
        plan_of(tmp_path, [{"kind": "visits", "channels": ["paper"]}])


def test_papers_are_put_in_order(tmp_path: Path) -> None:
    open_, closed = lived(tmp_path, "papers"), lived(tmp_path)
    bit = [model.households["knows"] >> HELPED & 1 == 1 for model in (open_, closed)]
    assert (bit[0] == helped(open_)).all() and bit[0].any() and not bit[1].any()


def test_advice_moves_beliefs_to_what_a_line_brings(tmp_path: Path) -> None:
    def wrong(h: Any) -> None:
        h["trust"] = 1.5

    gap = [np.abs(lived(tmp_path, *c, before=wrong).households["trust"] - 1.0).sum() for c in ((), ("advice",))]
    assert gap[1] < 0.97 * gap[0]


def test_the_ill_are_brought_to_care_and_the_uninsured_to_the_scheme(tmp_path: Path) -> None:
    def ill(h: Any) -> None:
        h["ill_months"], h["insured"] = 12, 0

    open_, closed = (lived(tmp_path, *c, before=ill).households for c in (("warning",), ()))
    assert open_["ill_months"].sum() < 0.95 * closed["ill_months"].sum()
    assert open_["insured"].sum() > 0.2 * len(open_) and not closed["insured"].any()


def test_what_fits_the_cause_is_told_too(tmp_path: Path) -> None:
    assert len(FITS) == len(CAUSES)
    shares = []
    for channels in ((), ("cause",)):
        model = lived(tmp_path, *channels)
        h = model.households
        who = helped(model) & (h["registered"] == 1)
        first = [(h["knows"][who & (h["cause"] == k)] >> FITS[k] & 1).mean() for k in (2, 3)]
        shares.append(np.mean(first))
    assert shares[1] == 1.0 > shares[0] + 0.1


def test_visits_look_after_gifts(tmp_path: Path) -> None:
    open_, closed = lived(tmp_path, "follow_up"), lived(tmp_path)
    assert (coached_in(open_.county) > 0).tolist() == helped(open_).tolist()
    assert not coached_in(closed.county).any()


def test_fewer_places_go_by_connections_where_households_are_known(tmp_path: Path) -> None:
    model = VillageModel(plan_of(tmp_path, []), rng=3)
    county, everyone = model.county, np.arange(len(model.households))
    by_lottery, settings = (lambda name, rows: county.luck(7, rows)), TargetedSettings(priority="poorest", capture=0.5)
    well_off = county.income_per_head > county.p.well_off_lines * county.line_yuan
    places = []
    for known in (False, True):
        county.shared_mask(KNOWN)[:] = known
        places.append(int(well_off[by_need(county, everyone, settings, by_lottery)[:40]].sum()))
    assert places[1] < places[0]
    open_, closed = lived(tmp_path, "targeting"), lived(tmp_path)
    assert (open_.county.shared_mask(KNOWN) == helped(open_)).all() and not closed.county.shared_mask(KNOWN).any()


def test_the_ledger_is_corrected_of_those_visited_and_of_nobody_else(tmp_path: Path) -> None:
    model, closed = lived(tmp_path, "ledger"), lived(tmp_path)
    seen, before = model.county.world.perceived_yuan, closed.county.world.perceived_yuan
    assert (seen[~helped(model)] == before[~helped(model)]).all()
    earned = (model.households["counted_yuan"].sum(axis=1) / model.households["persons"])[helped(model)]
    error = [np.abs(np.log(np.maximum(1.0, perceived[helped(model)]) / np.maximum(1.0, earned))).mean()
             for perceived in (seen, before)]  # fmt: skip
    assert error[0] < 0.9 * error[1]
    again = VillageModel(closed.plan, rng=3)
    assert (again.county.world.perceived_yuan == before).all(), "worlds of other runs are not touched"


def test_cadres_know_what_their_units_trade_knows(tmp_path: Path) -> None:
    plans = [plan_of(tmp_path, [{**VISITS, "channels": c}], villages=30, name=f"p{len(c)}") for c in ([], ["trade"])]
    plain, skilled = (VillageModel(plan, rng=3) for plan in plans)
    trades = np.array(list(TRADES))[plain.units["trade"][plain.cadres["unit"]]]
    fields = np.array([FIELDS.get(trade, "") for trade in trades])
    for name in ("farm", "finance", "jobs"):
        more = skilled.cadres[name] > plain.cadres[name]
        assert (more == (fields == name)).all() and more.any()


def test_applicants_without_papers_come_another_day(tmp_path: Path) -> None:
    lender = {"kind": "microcredit", "channel": "women", "told_share": 1.0, "quota_yuan": 50_000_000}
    applied = {}
    for missing in (0.0, 0.6):
        plan = plan_of(tmp_path, [lender], villages=6, uncertainties={"policies.papers_missing": missing})
        model = VillageModel(plan, rng=3)
        days = []
        while model.running:
            model.step()
            days.append(model.policies[0].book.counts["applied"])
        applied[missing] = days
    first = next(i for i, n in enumerate(applied[0.0]) if n > 0)
    assert applied[0.6][first] < 0.8 * applied[0.0][first]
    assert applied[0.6][-1] > 0.6 * applied[0.0][-1], "most have come again"
