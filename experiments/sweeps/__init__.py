"""Sweeps: a design carried out point by point, stored, put into tidy tables and drawn as response curves."""
