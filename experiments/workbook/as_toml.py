"""A workbook as the scenario and profile files that say the same."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from sim.population.profile import Profile
from sim.population.profile_file import load_profile
from sim.scenario import Plan

COUNTY = "county.toml"
"""Name of the profile's file."""


def as_files(plans: Sequence[Plan]) -> dict[str, str]:
    """The text of each file, by name: a scenario for each plan, and the profile that they share.

    Args:
        plans: The plans of one workbook.
    """
    files = {COUNTY: profile_text(load_profile(plans[0].world.profile))}
    for plan in plans:
        world = plan.world.model_copy(update={"profile": COUNTY})
        name = f"{plan.id}.toml" if f"{plan.id}.toml" != COUNTY else f"{plan.id}_.toml"
        files[name] = plan.model_copy(update={"world": world}).resolved_toml()
    return files


def profile_text(profile: Profile) -> str:
    """A profile as the text of its file."""
    import tomli_w

    return tomli_w.dumps(_stated(profile.model_dump()))


def written(plans: Sequence[Plan], folder: Path) -> list[Path]:
    """Write those files into a folder that has none of these names yet.

    Raises:
        UserError: One is there already.
    """
    from experiments.runs.files import write_atomic
    from experiments.runs.outputs import check_output

    files = as_files(plans)
    for name in files:
        check_output(folder / name, lambda _: False)
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in files.items():
        write_atomic(folder / name, text)
    return [folder / name for name in files]


def _stated(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _stated(inside) for key, inside in value.items() if inside is not None and inside != {}}
    return [_stated(inside) for inside in value] if isinstance(value, list | tuple) else value
