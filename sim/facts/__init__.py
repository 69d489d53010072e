"""Facts that several parts share: their numbers, names in both languages, units and columns.

Rules and kernels use the plain whole numbers; tables map an id to its names, and an id's place in its table is its
number. Facts lean on nothing but core.
"""
