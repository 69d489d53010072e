"""Settings laid over files: one grammar for `--set`, for `Plan.with_settings` and for whatever moves plans by program.

A setting is an address and a value. The address is that of the scenario file with the label of a policy or the id of a
purse in place of its number: `policies.microcredit.quota_yuan`, `purses.fiscal.amount_yuan`, `world.villages`,
`campaign.start`, `uncertainties.labour.local_wage_yuan`. `policy.` and `purse.` will do.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from sim.toml.source import Place


@dataclass(frozen=True)
class NoFile(Place):
    """The place of what was set on the command line or in Python; paths in it start from the working folder."""


@dataclass(frozen=True)
class Setting:
    """One setting.

    Attributes:
        keys: The parts of its address.
        value: The value, as TOML or Python gives it.
        place: Where it was made, for messages.
        form: How such a setting is written, for messages: "{}" stands for the address.
    """

    keys: tuple[str, ...]
    value: Any
    place: NoFile
    form: str = "{}"


def read_setting(text: str) -> Setting:
    """The setting that `--set` gives as `a.b.c=value`; plain text needs no quotes.

    Raises:
        UserError: There is no name or no value.
    """
    place = NoFile(f"--set {text}")
    name, equals, value = text.partition("=")
    if not equals or not name.strip():
        raise place.error("needs a value" if name.strip() else "needs a name", mend="write --set name=value")
    return Setting(tuple(name.strip().split(".")), _toml_value(value.strip()), place, "--set {}=value")


def given_settings(settings: Mapping[str, object]) -> list[Setting]:
    """The settings that a program gives by address."""
    return [
        Setting(tuple(name.split(".")), _plain(value), NoFile(f"setting {name}")) for name, value in settings.items()
    ]


def table_of(keys: tuple[str, ...], value: Any) -> Any:
    """A value inside one table for each key."""
    for key in reversed(keys):
        value = {key: value}
    return value


def _plain(value: object) -> Any:
    """NumPy's numbers and arrays as Python's own."""
    return value.tolist() if isinstance(value, (np.generic, np.ndarray)) else value


def _toml_value(text: str) -> Any:
    """A value as TOML would read it; plain text needs no quotes."""
    try:
        parsed = tomllib.loads(f"value = {text}")
    except ValueError:
        return text
    return parsed["value"] if len(parsed) == 1 else text
