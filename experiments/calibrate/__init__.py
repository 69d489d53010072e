"""Calibration: parameters fitted to published figures, as a set of vectors that fit about equally well."""

from experiments.designs.sets import SHIPPED, CalibratedSet, load_set

__all__ = ["SHIPPED", "CalibratedSet", "load_set"]
