"""The three groups of households that are monitored against a return to poverty, since 2020."""

from __future__ import annotations

UNSTABLE, NEAR_LINE, STRUCK = 1, 2, 3

GROUPS: dict[str, tuple[str, str]] = {
    "unstable": ("households lifted out of poverty, not yet stable", "脱贫不稳定户"),
    "near_line": ("households near the line", "边缘易致贫户"),
    "struck": ("households in sudden severe difficulty", "突发严重困难户"),
}
"""English and Chinese names. A household's group counts from 1 at the top of this list; 0 = it is not monitored."""
