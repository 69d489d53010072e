"""Rosters of households: what offices export, read by headings, checked row by row, and brought into a world."""
