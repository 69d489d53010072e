"""Counts of a roster by township and village, cause and category, in which no small group can be made out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pandas as pd

from sim.facts.limits import FEWEST

HIDDEN = "<10"
PLACES = ("township", "village")
"""Groups whose size is no secret; who belongs to them is seen from outside. A misspelt name is a small group too."""
TITLES: Mapping[str, tuple[str, str]] = {
    "township": ("by township", "按乡镇"),
    "village": ("by village", "按村"),
    "cause": ("by main cause", "按主要致贫原因"),
    "attribute": ("by category", "按户属性"),
    "status": ("by having left poverty", "按脱贫属性"),
    "monitored": ("by monitored category", "按监测对象类别"),
}
HEADS: Mapping[str, tuple[str, str]] = {
    "group": ("group", "分组"),
    "households": ("households", "户数"),
    "persons": ("persons", "人数"),
}


@dataclass(frozen=True)
class Total:
    """A group of households.

    Attributes:
        group: Its name; empty for small groups put together.
        households: How many; None if they are fewer than `FEWEST`.
        persons: How many persons; None likewise.
        merged: How many groups it puts together, some of them small.
    """

    group: str
    households: int | None
    persons: int | None
    merged: int = 0

    def cells(self, language: str) -> list[str | int]:
        """Its row in a table."""
        name = self.group
        if self.merged:
            small = (
                f"较小的{self.merged}组合并（其中有不足{FEWEST}户的）"
                if language == "zh"
                else f"{self.merged} smaller groups together (some under {FEWEST} households)"
            )
            name = f"{name} {small}".strip()
        return [name, *(HIDDEN if n is None else n for n in (self.households, self.persons))]


def totals(homes: pd.DataFrame) -> dict[str, list[Total]]:
    """Counts of households by each of `TITLES`; what the roster does not say is left out.

    A group of fewer than `FEWEST` households is put together with the other small ones. If these are still fewer, no
    number is shown; of causes and categories the smallest of the rest is then put with them, so that nothing is got at
    by taking the others from a total. Villages are put together within their township, those of small townships at
    once.

    Args:
        homes: As `experiments.roster.homes.homes` gives them.
    """
    found = {}
    for name in TITLES:
        if name == "village" or not homes[name].notna().any():
            continue
        found[name] = _grouped(homes.dropna(subset=[name]), name)
        if name == "township" and homes["village"].notna().any():
            found["village"] = _villages(homes, {total.group for total in found[name] if not total.merged})
    return found


def _villages(homes: pd.DataFrame, shown: set[str]) -> list[Total]:
    named = homes.dropna(subset=["village"])
    over = named["township"].where(named["township"].isin(shown), "")
    found = []
    for township, part in named.groupby(over, sort=False):
        if township:
            found += _grouped(part, "village", f"{township} ")
        else:
            found.append(_total("", part, merged=part["village"].nunique()))
    return found


def _grouped(homes: pd.DataFrame, name: str, before: str = "") -> list[Total]:
    labels = homes[name]
    sizes = labels.value_counts()
    ordered = sorted(sizes.items(), key=lambda one: (one[1], str(one[0])))
    small = [label for label, n in ordered if n < FEWEST]
    few = small and sum(int(sizes[label]) for label in small) < FEWEST
    if few and name not in PLACES and len(small) + 1 < len(ordered):
        small.append(ordered[len(small)][0])
    parts = labels.groupby(labels, sort=False).groups
    found = [_total(f"{before}{label}", homes.loc[rows]) for label, rows in parts.items() if label not in set(small)]
    if small:
        found.append(_total(before.strip(), homes[labels.isin(small)], merged=len(small)))
    return found


def _total(name: str, part: pd.DataFrame, merged: int = 0) -> Total:
    if len(part) < FEWEST:
        return Total(name, None, None, merged)
    return Total(name, len(part), int(part["persons"].sum()), merged)


def rows(found: Mapping[str, Sequence[Total]], language: str) -> dict[str, tuple[list[str], list[list[str | int]]]]:
    """Headings and rows by title, for tables and sheets."""
    side = int(language == "zh")
    head = [HEADS[name][side] for name in ("group", "households", "persons")]
    return {TITLES[name][side]: (head, [total.cells(language) for total in groups]) for name, groups in found.items()}
