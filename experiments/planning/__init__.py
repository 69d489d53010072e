"""Planning backwards: from an income a head by a year to what each household would need, and what the model gives."""

from experiments.planning.backward import Asked, Drawn, draw_up

__all__ = ["Asked", "Drawn", "draw_up"]
