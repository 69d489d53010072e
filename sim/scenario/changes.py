"""Settings that change at dates: what of a plan may change in mid run, and to what."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from typing import Annotated, Any

from pydantic import AfterValidator, Field

from sim.core.errors import UserError
from sim.core.frozen import FrozenDict, FrozenModel
from sim.facts.limits import MOST_YUAN
from sim.money.purse import Purse
from sim.policies.policy import PolicySettings
from sim.scenario.layers import Layers
from sim.scenario.parts import PolicyPlan
from sim.toml.check import check
from sim.toml.source import Place, meant, show

_WHAT = "settings of policies (policies.LABEL.SETTING) and amounts of purses (purses.ID.amount_yuan)"


class Change(FrozenModel):
    """What changes on a day, before anything happens on it.

    Attributes:
        date: The day.
        settings: New values by address: `policies.LABEL.SETTING`, `purses.ID.amount_yuan`.
    """

    date: dt.date
    settings: Annotated[Mapping[str, Any], AfterValidator(FrozenDict)] = Field(min_length=1)

    @property
    def addresses(self) -> Iterator[tuple[str, str, str, Any]]:
        """Each address in its three parts (the second is a label or an id), and the new value."""
        for address, value in self.settings.items():
            yield *parts_of(address), value


def parts_of(address: str) -> tuple[str, str, str]:
    """ "policies", the label, the setting; or "purses", the id, "amount_yuan"."""
    head, _, rest = address.partition(".")
    name, _, setting = rest.rpartition(".")
    return head, name, setting


def changes_of(
    layers: Layers,
    policies: Sequence[PolicyPlan],
    purses: Sequence[Purse],
    days: tuple[dt.date, dt.date],
    problems: list[UserError],
) -> tuple[Change, ...]:
    """The changes that files and settings ask for, every one checked.

    Args:
        layers: Files laid over one another, and settings over them.
        policies: The plan's policies.
        purses: Its purses.
        days: Its first and its last day.
        problems: Takes what is wrong.
    """
    checker = _Checker(policies, purses, problems)
    found = []
    for date, asked in sorted(layers.data["changes"].items()):
        place = layers.place(("changes", date))
        if not days[0] < date <= days[1]:
            allowed = f"after the first day, {days[0]}, up to the last, {days[1]}"
            problems.append(place.error(f"{date} is no day on which it can change", field="changes", allowed=allowed))
        settings: dict[str, Any] = {}
        for address, value in asked.items():
            where = layers.place(("changes", date, address))
            good = checker.checked(address, value, where)
            if good and good[0] in settings:
                problems.append(where.error(f"'{good[0]}' is set twice on {date}", mend="leave one of them out"))
            elif good:
                settings[good[0]] = good[1]
        if settings:
            found.append(Change(date=date, settings=settings))
    return tuple(found)


class _Checker:
    """Goes through the changes by date, with the settings as they stand by then."""

    def __init__(self, policies: Sequence[PolicyPlan], purses: Sequence[Purse], problems: list[UserError]) -> None:
        self._policies = {plan.label: plan for plan in policies}
        self._settings: dict[str, PolicySettings] = {plan.label: plan.settings for plan in policies}
        self._amounts = {purse.id: purse.amount_yuan for purse in purses}
        self._problems = problems

    def checked(self, address: str, value: Any, where: Place) -> tuple[str, Any] | None:
        """The full address and the value as the plan states it; None if something is wrong."""
        head, name, setting = parts_of(address)
        if head == "purses" and name:
            return self._amount(name, setting, value, where)
        if head == "policies" and name:
            return self._setting(name, setting, value, where)
        problem = f"'{address}' cannot change during a run"
        mend = "a parameter is a fact of the world for the whole run" if head == "uncertainties" else ""
        self._problems.append(where.error(problem, field="changes", allowed=_WHAT, mend=mend))
        return None

    def _amount(self, name: str, setting: str, value: Any, where: Place) -> tuple[str, float] | None:
        field = f"changes.purses.{name}"
        if name not in self._amounts:
            error = where.error(f"there is no purse '{name}'", field=field, **meant(name, self._amounts))
        elif setting != "amount_yuan":
            problem = f"'{setting}' of a purse cannot change during a run"
            error = where.error(problem, field=field, allowed="amount_yuan")
        elif isinstance(value, bool) or not isinstance(value, (int, float)):
            error = where.error(f"must be a number, found {show(value)}", field=field)
        elif not self._amounts[name] <= value <= MOST_YUAN:
            allowed = f"{self._amounts[name]:g} (what it holds by then) to {MOST_YUAN:g}"
            error = where.error(f"{value:g} yuan in all; money is not taken away", field=field, allowed=allowed)
        else:
            self._amounts[name] = float(value)
            return f"purses.{name}.amount_yuan", float(value)
        self._problems.append(error)
        return None

    def _setting(self, name: str, setting: str, value: Any, where: Place) -> tuple[str, Any] | None:
        labels = [name] if name in self._policies else [k for k, plan in self._policies.items() if plan.kind == name]
        if len(labels) != 1:
            problem = f"there are {len(labels)} policies of kind '{name}'" if labels else f"there is no policy '{name}'"
            hint = {"allowed": "their labels: " + ", ".join(labels)} if labels else meant(name, self._policies)
            self._problems.append(where.error(problem, field="changes", **hint))
            return None
        (label,) = labels
        cls, field = self._policies[label].policy_class(), f"changes.policies.{label}"
        if setting not in cls.may_change:
            problem = f"'{setting}' of a policy of kind '{cls.kind}' cannot change during a run"
            if setting not in cls.Settings.model_fields:
                problem = f"unknown key '{setting}'"
            allowed = ", ".join(cls.may_change) or "none of its settings"
            self._problems.append(where.error(problem, field=field, allowed=allowed))
            return None
        table = {**self._settings[label].model_dump(exclude_none=True), setting: value}
        settings, found = check(cls.Settings, table, lambda _: where, name=field)
        self._problems += found
        if settings is None:
            return None
        self._settings[label] = cls.Settings.model_validate(dict(settings), strict=True)
        return f"policies.{label}.{setting}", getattr(self._settings[label], setting)
