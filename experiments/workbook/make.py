"""The form from what a command names: scenarios, a profile, or nothing."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from experiments.workbook.content import Content
from experiments.workbook.write import form_bytes
from sim.core.errors import UserError
from sim.population.profile_file import load_profile
from sim.scenario import load_plans


def filled(scenarios: Sequence[str], profile: str | None = None, code: Sequence[Path] = ()) -> bytes:
    """The bytes of a form.

    Args:
        scenarios: Scenarios that fill it in, all of one profile; none = a blank one.
        profile: The county that fills it in; that of the scenarios by default.
        code: The user's own files that scenarios may name.

    Raises:
        UserError: A scenario or profile is wrong, or they are of several counties.
    """
    plans = load_plans(scenarios, (), code) if scenarios else []
    counties = {plan.world.profile for plan in plans}
    if profile is None and len(counties) > 1:
        raise UserError("the scenarios are of several counties", field="--from", allowed=", ".join(sorted(counties)))
    county = load_profile(profile or counties.pop()) if profile or counties else None
    return form_bytes(Content(county, plans))
