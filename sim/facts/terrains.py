"""Terrains of villages."""

from __future__ import annotations

TABLELAND, RIVER, HILLS = 0, 1, 2

TERRAINS: dict[str, tuple[str, str]] = {
    "tableland": ("Tableland villages", "塬区村"),
    "river": ("River-flat villages", "川区村"),
    "hills": ("Hill villages", "山区村"),
}
"""English and Chinese names of the villages there. A village's `terrain` counts from the top of this list."""
