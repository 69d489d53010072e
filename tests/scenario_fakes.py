"""A tiny catalogue for tests of scenario files: they depend on no shipped policy, parameter or profile."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from pydantic import Field

from sim.parameters import load_parameters
from sim.policies.policy import Policy, PolicySettings
from sim.scenario import Catalogue
from sim.toml.source import read_toml

BASE = """\
title = { en = "Base", zh = "基线" }
era = "2012"
[world]
profile = "county"
villages = 5
[campaign]
start = 2012-12-24
days = 100
[[policies]]
kind = "visits"
"""
"""The scenario that tests begin with."""


class Credit(Policy):
    kind = "microcredit"

    class Settings(PolicySettings):
        quota_yuan: float = Field(default=0, ge=0)
        term_months: int = Field(default=12, ge=1)
        channel: Literal["women", "shuanglian"] = "women"
        terrains: tuple[str, ...] = ()


class Visits(Policy):
    kind = "visits"

    class Settings(PolicySettings):
        days: int = Field(default=1, ge=1)


@dataclass(frozen=True)
class FakeProfile:
    era: str
    purses: tuple[dict[str, Any], ...]


def load_profile(name: str, relative_to: Path, folder: Path) -> FakeProfile:
    path = Path(name) if name.endswith(".toml") else folder / f"{name}.toml"
    data = read_toml(path).data
    return FakeProfile(data["era"], tuple(data.get("purses", ())))


PARAMETER = """\
[hospital_rate]
value = 0.09
unit = "share a year"
low = 0.05
high = 0.15
source = "a survey"
confidence = "measured"

[bill_yuan]
value = [1000, 5000]
unit = "yuan"
low = 0
high = [2000, 9000]
source = "a survey"
confidence = "assumed"
"""

PROFILE = """\
era = "2012"

[[purses]]
id = "fiscal"
title_en = "Fiscal money"
title_zh = "财政资金"
amount_yuan = 5_000_000
uses = ["microcredit", "infrastructure"]
"""


def make_catalogue(folder: Path) -> Catalogue:
    """Parameters of one topic (health), the profile "county" and two kinds of policy, written to a folder."""
    for name, text in (("parameters/health.toml", PARAMETER), ("profiles/county.toml", PROFILE)):
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    profiles = folder / "profiles"
    return Catalogue(
        policies={"microcredit": Credit, "visits": Visits},
        parameters=load_parameters(folder=folder / "parameters"),
        load_profile=lambda name, relative_to: load_profile(name, relative_to, profiles),
        profiles=profiles,
    )
