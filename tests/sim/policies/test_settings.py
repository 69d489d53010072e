"""No setting is accepted and does nothing: moving it moves something, or it is refused. Zero is zero.

The test goes over every policy that ships and every field of its settings, so a new one is covered as it comes.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any, get_args

import numpy as np
import pytest

from sim.core.errors import UserError
from sim.core.frozen import FrozenDict
from sim.model import VillageModel
from sim.policies import registry
from sim.running import run
from sim.scenario import Plan, load_plan

FIELDS = [(kind, name) for kind, policy in registry().items() for name in policy.Settings.model_fields]
SCARCE_YUAN, PLENTY_YUAN = 60_000, 600_000
MUST_BE_GIVEN = ("channel", "line", "content")


@cache
def plan_of(kind: str, settings: tuple[tuple[str, Any], ...]) -> Plan:
    """Visits and one policy, with little money released at once and more money later."""
    addresses: dict[str, object] = {
        name if "." in name or name == "horizon_months" else f"policies.tried.{name}": value for name, value in settings
    }
    return _base(kind).with_settings(addresses)


@cache
def _base(kind: str) -> Plan:
    purse = '[[purses]]\nid = "{0}"\ntitle_en = "x"\ntitle_zh = "x"\namount_yuan = {1}\nrelease = {2}\nuses = ["{3}"]\n'
    at_once = PLENTY_YUAN if registry()[kind].village_wide else SCARCE_YUAN
    purses = purse.format("first", at_once, 1, kind) + purse.format("second", PLENTY_YUAN, 90, kind)
    needed = {key: value for key, value in (registry()[kind].warm or {}).items() if key in MUST_BE_GIVEN}
    keys = "".join(f'{name} = "{value}"\n' for name, value in needed.items())
    visits = "" if kind == "visits" else '[[policies]]\nkind = "visits"\n'
    if kind == "bent_policies":  # it acts through what is given
        visits += '[[policies]]\nkind = "cash"\nbudget_yuan = 20_000_000\n'
    text = (
        'title = { en = "x", zh = "x" }\nera = "2012"\nhorizon_months = 12\n'
        'world = { profile = "five_villages", villages = 5 }\ncampaign = { start = 2012-12-24, days = 120 }\n'
        f'{visits}[[policies]]\nkind = "{kind}"\nlabel = "tried"\n{keys}{purses}'
    )
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "tried.toml").write_text(text, encoding="utf-8")
        return load_plan(Path(folder) / "tried.toml")


@cache
def outcome(kind: str, settings: tuple[tuple[str, Any], ...]) -> tuple[bytes, ...]:
    """All that a run leaves behind but the targets, which state what is meant and not what happens."""
    records = run(plan_of(kind, settings), 3).records
    kept = np.array([not name.endswith("_target") for name in records["name"]])
    rows = {name: cells[kept] for name, cells in records.items()}
    return tuple("\n".join(map(str, cells)).encode() for cells in rows.values())


def others(kind: str, name: str, now: object) -> Iterator[object]:
    """Other values of a setting, from its limits: its ends, half, twice, the other words."""
    field = registry()[kind].Settings.model_fields[name]
    if name == "purses":
        yield from (("second",), ("first",))
        return
    if name == "start_when":
        yield FrozenDict(measure="headcount", above=1.0)
        return
    if name == "subjects":
        yield ("jobs",)
        return
    words = [word for word in _words(field.annotation) if word != now]
    yield from words
    if words:
        return
    if isinstance(now, bool) or bool in get_args(field.annotation) or field.annotation is bool:
        yield from (value for value in (False, True) if value is not now)
        return
    whole = int in (field.annotation, *get_args(field.annotation))
    limits = ("ge", "gt", "le", "lt")
    ends = {key: getattr(rule, key) for rule in field.metadata for key in limits if hasattr(rule, key)}
    low = ends.get("ge", ends.get("gt", 0.0) + (1.0 if whole else 1e-3))
    high = ends.get("le", ends.get("lt"))
    numbers = [low] if high is None else [low, high, 0.5 * float(low + high), low + 0.01 * float(high - low)]
    if isinstance(now, (int, float)):
        numbers += [0.5 * now, 2.0 * now]
    for number in numbers:
        if number != now:
            yield int(number) if whole else float(number)


def _words(annotation: Any) -> list[str]:
    return [value for value in get_args(annotation) if isinstance(value, str)]


@pytest.mark.parametrize(("kind", "name"), FIELDS)
def test_a_setting_moves_something_or_is_refused(kind: str, name: str) -> None:
    policy = registry()[kind]
    short = {} if "purses" in (name, *policy.Settings.no_use) else {"purses": ("first",)}
    beside: dict[str, Any] = {**short, **(policy.warm or {}), **policy.beside.get(name, {})}
    if name not in MUST_BE_GIVEN:
        beside.pop(name, None)
    base = tuple(sorted(beside.items()))
    now = getattr(plan_of(kind, base).policies[-1].settings, name)
    refused = []
    for value in others(kind, name, now):
        try:
            moved = plan_of(kind, tuple(sorted({**beside, name: value}.items())))
        except UserError as error:
            refused.append(str(error))
            continue
        assert moved.digest() != plan_of(kind, base).digest()
        if outcome(kind, tuple(sorted({**beside, name: value}.items()))) != outcome(kind, base):
            return
        refused.append("")
    assert refused and all(name in text for text in refused), f"{kind}.{name} is accepted and does nothing"


AMOUNTS = ("budget_yuan", "quota_yuan", "places", "loans_a_round", "visits_per_household", "village_share")


@pytest.mark.parametrize(
    ("kind", "name"), [(k, n) for k, n in FIELDS if n in AMOUNTS and n not in registry()[k].Settings.no_use]
)
def test_zero_is_zero_and_left_out_is_as_far_as_it_goes(kind: str, name: str) -> None:
    beside = tuple(sorted((key, value) for key, value in (registry()[kind].warm or {}).items() if key != name))
    counted = []
    for settings in (beside, (*beside, (name, 0))):
        with VillageModel(plan_of(kind, settings), rng=3) as model:
            model.run_model()
        book = model.policies[-1].book
        counted.append((book.counts[next(iter(model.policies[-1].counts))], book.principal_yuan, book.served.sum()))
    assert counted[0][0] > 0 and counted[1] == (0, 0, 0)


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ('kind = "microcredit"\nchannel = "women"\nbudget_yuan = 1000', "budget_yuan: has no use here: .*quota_yuan"),
        ('kind = "visits"\npurses = ["first"]', "purses: has no use here: visits take field days"),
        ('kind = "training"\ncontent = "farm"\nplacement = 0.5', "placement: has no use here"),
        ('kind = "industry"\nline = "livestock"\nterrain_match = false', "terrain_match: has no use here"),
    ],
)
def test_a_setting_without_use_is_refused_with_its_line_and_why(settings: str, said: str, tmp_path: Path) -> None:
    text = _base("cash").resolved_toml()
    (tmp_path / "wrong.toml").write_text(f'{text}\n[[policies]]\n{settings}\nlabel = "wrong"\n', encoding="utf-8")
    with pytest.raises(UserError, match=said) as error:
        load_plan(tmp_path / "wrong.toml")
    assert f"wrong.toml:{len(text.splitlines()) + len(settings.splitlines()) + 2}: " in str(error.value)


def test_a_plan_that_writes_out_every_default_loads_again(tmp_path: Path) -> None:
    for kind in registry():
        plan = _base(kind)
        (tmp_path / f"{kind}.toml").write_text(plan.resolved_toml(), encoding="utf-8")
        assert load_plan(tmp_path / f"{kind}.toml").policies == plan.policies
