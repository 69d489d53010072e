"""`village bench`: speed and memory, measured."""

from __future__ import annotations

from experiments.commands.options import Json, Quiet, print_json


def bench(as_json: Json = False, quiet: Quiet = False) -> None:
    """Measure speed and memory: a household-month, a visit, a county, a province, the engines, the workers."""
    from experiments import bench as measurements

    found = measurements.bench(progress=not quiet and not as_json)
    if as_json:
        print_json(found)
