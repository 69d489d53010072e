"""Comparison of scenarios, from runs to report. Called, it is `experiments.research.compare`."""

from experiments.callable import callable_package

callable_package(__name__, "experiments.research:compare")
