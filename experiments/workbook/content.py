"""A profile and plans as the rows of the form's sheets; reading them again gives the same profile and plans."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from sim.core.dates import date_of
from sim.policies import registry
from sim.population.profile import Profile
from sim.population.profile_file import load_profile
from sim.scenario.measure_words import amount_of, choices, kinds, setting_words, variant_of
from sim.scenario.plan import Plan
from sim.workbook.layout import Field, fields, words
from sim.workbook.others import ALL, COUNTY

Rows = list[dict[str, Any]]
"""Rows of a sheet: values by the key of their column, a list where a column stands several times."""
_MANY_BLANK = 8


class Content:
    """What the sheets of a form hold.

    Args:
        profile: The county; None = a blank form, with what is usual: its streams of money, visits as the baseline.
        plans: The plans, all of that county.
    """

    def __init__(self, profile: Profile | None, plans: Sequence[Plan]) -> None:
        self._profile, self._plans = profile, plans
        self.others: Rows = []
        self.measures: Rows = []
        self.tasks: Rows = []
        self.county = self._county()
        self.townships = self._townships()
        self.units = self._units()
        self.funds = self._funds()
        self.plans = [self._plan(plan) for plan in plans]
        if not plans:
            self.measures = [{"row": "入户走访", "kind": "入户走访", "variant": "联系户"}]
            self.plans = [{"row": "对照", "title.zh": "仅开展入户走访", "measures": ["入户走访"]}]

    # --- the county ---

    def _county(self) -> dict[str, Any]:
        if self._profile is None:
            return {field.key: cell_of(field, field.usual) for field in fields("county") if field.usual is not None}
        data = self._profile.model_dump()
        if self._plans:
            first = self._plans[0]
            data |= {
                "campaign": {"start": first.campaign.start, "days": first.campaign.days},
                "horizon_months": first.horizon_months, "closure": first.closure,
                "world": {"villages": first.world.villages, "population_seed": first.world.population_seed},
            }  # fmt: skip
        figures = {}
        for field in fields("county"):
            value = at(data, field.key)
            value = field.usual if value is None and field.key not in _of(self._profile) else value
            if value is not None:
                figures[field.key] = cell_of(field, value)
        for key in ("title", "county"):
            if figures.get(f"{key}.en") == figures.get(f"{key}.zh"):
                del figures[f"{key}.en"]
        self._rest_of_county(data)
        return figures

    def _rest_of_county(self, data: Mapping[str, Any]) -> None:
        known = {field.key for field in fields("county")}
        elsewhere = ("townships", "purses", "support.unit_kinds", "campaign", "world", "horizon_months", "closure")
        for address, value in leaves(data):
            if address in known or address.startswith(elsewhere) or value is None or value == {}:
                continue
            if not address.startswith("fitted."):
                self._other(COUNTY, address, value)
        if data.get("fitted"):
            self._other(COUNTY, "fitted", data["fitted"])

    def _townships(self) -> Rows:
        towns = self._profile.townships if self._profile else ()
        return [_row("townships", town.model_dump()) for town in towns]

    def _units(self) -> Rows:
        return [_row("units", one.model_dump()) for one in (self._profile.support.unit_kinds if self._profile else ())]

    def _funds(self) -> Rows:
        if self._profile is None:  # the usual streams, since channels of credit look for theirs
            usual = load_profile("gansu_county").purses
            return [_row("funds", purse.model_dump(exclude={"amount_yuan", "release"})) for purse in usual]
        return [_row("funds", purse.model_dump()) for purse in self._profile.purses]

    # --- plans ---

    def _plan(self, plan: Plan) -> dict[str, Any]:
        content = plan.resolved()
        row: dict[str, Any] = {"row": plan.id, "title.zh": plan.title.zh, "title.en": plan.title.en}
        if row["title.en"] == row["title.zh"]:
            del row["title.en"]
        names = {one["label"]: self._measure(plan, one) for one in content.get("policies", ())}
        row["measures"] = list(names.values())
        for name, task in content.get("tasks", {}).items():
            self._task(plan, name, task, names)
        self._deviations(plan, content)
        return row

    def _measure(self, plan: Plan, table: Mapping[str, Any]) -> str:
        """The number of the row that a measure stands in; plans share a row where they agree in it."""
        policy = registry().get(table["kind"])
        row: dict[str, Any] = {"kind": kinds().get(table["kind"], table["kind"])}
        rest = {key: value for key, value in table.items() if key not in ("kind", "label")}
        if policy is not None:
            rest = {key: value for key, value in rest.items() if value != _default(policy, key)}
            variant, amount = variant_of(policy), amount_of(policy)
            if variant and (table.get(variant) is not None):
                rest.pop(variant, None)
                row["variant"] = choices(policy, variant).get(str(table[variant]), str(table[variant]))
            if rest.get(amount) is not None:
                row["amount"] = in_wan(rest.pop(amount))
            if "priority" in rest:
                row["priority"] = words("priority")[rest.pop("priority")]
            for key in ("start_day", "end_day"):
                if key in rest:
                    row[key] = date_of(rest.pop(key), plan.campaign.start)
            if rest.get("purses"):
                row["purses"] = "、".join(rest.pop("purses"))
            if rest.get("townships"):
                row["townships"] = "、".join(rest.pop("townships"))
        if table["label"] != _usual_label(plan, table):
            rest["label"] = table["label"]
        names = setting_words(policy) if policy else {}
        if rest:
            row["more"] = "\n".join(f"{names.get(key, key)}={_said(policy, key, value)}" for key, value in rest.items())
        for other in self.measures:
            if {key: value for key, value in other.items() if key != "row"} == row:
                return str(other["row"])
        same = sum(other["kind"] == row["kind"] for other in self.measures)
        self.measures.append({"row": f"{row['kind']}{same + 1 if same else ''}", **row})
        return str(self.measures[-1]["row"])

    def _task(self, plan: Plan, name: str, task: Mapping[str, Any], names: Mapping[str, str]) -> None:
        row: dict[str, Any] = {"row": name}
        counts: Mapping[str, tuple[str, str]] = {}
        for field in fields("tasks"):
            value = at(task, field.key)
            if value is None or value == () or value == []:
                continue
            if field.key == "measure":
                kind = next(one.kind for one in plan.policies if one.label == value)
                counts = registry()[kind].counts if kind in registry() else {}
                row["measure"] = names[value]
            elif field.key == "counts":
                row["counts"] = counts[value][1] if value in counts else value
            elif field.key == "after":
                row["after"] = "、".join(value)
            elif field.key != "amount":
                row[field.key] = cell_of(field, value)
        if task.get("amount") is not None:
            counted = task.get("counts") or next(iter(counts), "")
            row["amount"] = in_wan(task["amount"]) if counted.endswith("_yuan") else plain(task["amount"])
        if row.get("title.en") == row["title.zh"]:
            del row["title.en"]
        for other in self.tasks:
            if {k: v for k, v in other.items() if k != "plans"} == row:
                other["plans"] += f"、{plan.id}"
                return
        self.tasks.append({**row, "plans": plan.id})

    def _deviations(self, plan: Plan, content: Mapping[str, Any]) -> None:
        """What of a plan no column is for, and where it differs from the county's sheet."""
        first = self._plans[0]
        for key in ("era", "horizon_months", "closure"):
            mine = getattr(plan, key)
            if mine != (getattr(self._profile, key, None) if key == "era" else getattr(first, key)):
                self._other(plan.id, key, mine)
        for key in ("start", "days"):
            if getattr(plan.campaign, key) != getattr(first.campaign, key):
                self._other(plan.id, f"campaign.{key}", getattr(plan.campaign, key))
        for key, value in content["world"].items():
            if key in ("villages", "population_seed"):
                if value != getattr(first.world, key):
                    self._other(plan.id, f"world.{key}", value)
            elif key == "place":
                for name, number in value.items():
                    self._other(plan.id, f"world.place.{name}", number)
            elif key != "profile" and value:
                self._other(plan.id, f"world.{key}", value)
        for key in ("targets", "goals", "events", "uncertainties", "rules"):
            for name, value in content.get(key, {}).items():
                self._other(plan.id, f"{key}.{name}", value)
        for key in ("changes", "observers"):
            if content.get(key):
                self._other(plan.id, key, content[key])
        known = {purse.id: purse.model_dump() for purse in (self._profile.purses if self._profile else ())}
        for purse in plan.purses:
            mine = {k: v for k, v in purse.model_dump().items() if k != "id" and known.get(purse.id, {}).get(k) != v}
            if mine:
                self._other(plan.id, f"purses.{purse.id}", mine)

    def _other(self, whose: str, address: str, value: Any) -> None:
        text = inline(value)
        for row in self.others:
            if (row["address"], row["value"]) == (address, text) and whose != COUNTY != row["plans"]:
                row["plans"] += f"、{whose}"
                return
        self.others.append({"plans": whose, "address": address, "value": text})

    def settled_others(self) -> Rows:
        """The settings without a column; what all plans have is said of all."""
        everybody = "、".join(plan.id for plan in self._plans)
        return [{**row, "plans": ALL if row["plans"] == everybody else row["plans"]} for row in self.others]


def _of(profile: Profile | None) -> set[str]:
    return {address for address, _ in leaves(profile.model_dump())} if profile else set()


def _usual_label(plan: Plan, table: Mapping[str, Any]) -> str:
    """What the reader would call a measure that states no label: its kind, where it is the first of it."""
    from sim.scenario.code import default_label

    taken: list[str] = []
    for one in plan.policies:
        label, n = default_label(one.kind), 2
        while label in taken:
            label, n = f"{default_label(one.kind)}_{n}", n + 1
        if one.label == table["label"]:
            return label
        taken.append(one.label)
    return ""


def _default(policy: Any, key: str) -> Any:
    field = policy.Settings.model_fields[key]
    return [] if field.default == () else list(field.default) if isinstance(field.default, tuple) else field.default


def _said(policy: Any, key: str, value: Any) -> str:
    among = choices(policy, key) if policy else {}
    if isinstance(value, str) and value in among:
        return among[value]
    return "是" if value is True else "否" if value is False else inline(value)


def at(data: Mapping[str, Any], address: str) -> Any:
    """The value at an address of parts joined by dots; None where there is none."""
    value: Any = data
    for part in address.split("."):
        value = value.get(part) if isinstance(value, Mapping) else None
    return value


def leaves(data: Mapping[str, Any], before: str = "") -> list[tuple[str, Any]]:
    """Single values of tables, with their addresses; lists are values."""
    found = []
    for key, value in data.items():
        if isinstance(value, Mapping) and value:
            found += leaves(value, f"{before}{key}.")
        else:
            found.append((f"{before}{key}", value))
    return found


def _row(sheet: str, data: Mapping[str, Any]) -> dict[str, Any]:
    row = {}
    for field in fields(sheet):
        value = at(data, field.key)
        if value is None:
            continue
        row[field.key] = [cell_of(field, one) for one in value] if field.many > 1 else cell_of(field, value)
    for zh, en in (("name.zh", "name.en"), ("title_zh", "title_en")):
        if en in row and row[en] == row.get(zh):
            del row[en]
    return row


def cell_of(field: Field, value: Any) -> Any:
    """What a cell holds so that reading it gives the value."""
    if field.type == "wan":
        return in_wan(value)
    if field.type == "share":
        return percent(value)
    if field.type == "word":
        return words(field.listed).get(str(value), str(value))
    return plain(value)


def in_wan(yuan: float) -> float | int | str:
    """Yuan in 万元; very small and very large amounts with their unit, so that nobody asks."""
    from sim.workbook.values import LEAST_WAN, MOST_WAN

    amount = Decimal(repr(yuan)) / 10_000
    if amount and not LEAST_WAN <= amount <= MOST_WAN:
        return f"{plain(yuan)}元"
    return float(plain(float(amount))) if amount % 1 else int(amount)


def percent(share: float) -> str:
    """A share as a percentage: text, which no program changes on its way."""
    return f"{(Decimal(repr(share)) * 100).normalize():f}%"


def plain(value: Any) -> Any:
    """The same number without a needless fraction."""
    return int(value) if isinstance(value, float) and value.is_integer() and abs(value) < 1e15 else value


def inline(value: Any) -> str:
    """A value as a scenario file states it in one line."""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, Mapping):
        inside = ", ".join(f"{_key(str(k))} = {inline(v)}" for k, v in value.items() if v is not None)
        return f"{{ {inside} }}"
    if isinstance(value, (list, tuple)):
        return f"[{', '.join(inline(one) for one in value)}]"
    if isinstance(value, dt.date):
        return value.isoformat()
    return _quoted(value) if isinstance(value, str) else repr(value)


def _key(key: str) -> str:
    return key if re.fullmatch(r"[A-Za-z0-9_-]+", key) else _quoted(key)


def _quoted(text: str) -> str:
    import tomli_w

    return tomli_w.dumps({"v": text}).partition(" = ")[2].strip()
