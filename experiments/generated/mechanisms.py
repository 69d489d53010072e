"""Writes the table of docs/mechanisms.md: what the shipped comparison says with every mechanism and without each.

    python -m experiments.generated.mechanisms

It runs the plans below in the whole model and in each world of scenarios/without (about six minutes on two cores).
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from itertools import pairwise

import numpy as np

from experiments import run_many
from experiments.measure.statistics import Floats, Interval, mean_interval
from sim import Plan, load_plan
from sim.core.frozen import FrozenDict
from sim.scenario import SCENARIOS
from sim.shipped import DOCS, check_checkout

PAGE = DOCS / "mechanisms.md"
WITHOUT = SCENARIOS / "without"
MEASURES = ("microcredit", "industry", "training", "mix")
LEVELS = ("income_yuan", "headcount")
MONTH, SEEDS, VILLAGES = 36, range(1, 9), 20
_TABLE = re.compile(r"(<!-- mechanisms: begin -->\n).*?(<!-- mechanisms: end -->)", re.DOTALL)


def worlds() -> dict[str, Plan | None]:
    """The whole model (None), then each world that lacks a mechanism, by name."""
    return {"": None, **{path.stem: load_plan(path) for path in sorted(WITHOUT.glob("*.toml"))}}


def plans(world: Plan | None, villages: int = VILLAGES, month: int = MONTH) -> list[Plan]:
    """The baseline and the measures in one world."""
    found = []
    for name in ("baseline", *MEASURES):
        plan = load_plan(name, [f"world.villages={villages}", f"horizon_months={month}"])
        place = FrozenDict({**plan.world.place, **(world.world.place if world else {})})
        found.append(plan.model_copy(update={"world": plan.world.model_copy(update={"place": place})}))
    return found


Row = Mapping[str, Floats]
"""Seed by seed, in one world: the baseline's `LEVELS`, and the gain in income of each measure."""


def row(world: Plan | None, seeds: Sequence[int] = SEEDS, villages: int = VILLAGES, month: int = MONTH) -> Row:
    """What a world shows, one number a seed: a seed has the same chance events with a measure and without, and in
    every world."""
    runs = run_many(plans(world, villages, month), list(seeds))

    def values(scenario: str, name: str) -> Floats:
        return np.array([runs[scenario, seed].value("panel", name, month=month) for seed in seeds])

    levels = {name: values("baseline", name) for name in LEVELS}
    return levels | {measure: values(measure, LEVELS[0]) - levels[LEVELS[0]] for measure in MEASURES}


def order(found: Row) -> str:
    """The measures by gain: `>` where the paired difference of two neighbours is known to be one, else `~`."""
    ranked = sorted(MEASURES, key=lambda measure: -found[measure].mean())
    signs = [">" if mean_interval(found[a] - found[b]).excludes_zero else "~" for a, b in pairwise(ranked)]
    return ranked[0] + "".join(f" {sign} {one}" for sign, one in zip(signs, ranked[1:], strict=True))


def table(rows: Mapping[str, Row]) -> str:
    """The rows as Markdown: each world, then how far it is from the whole model, paired by seed."""
    titles = {"": "The whole model"} | {name: world.title.en for name, world in worlds().items() if world}
    whole = rows[""]
    lines = ["| Model | Income, yuan a head | Headcount | " + " | ".join(MEASURES) + " | Order |"]
    lines.append("| --- " * (4 + len(MEASURES)) + "|")
    for name, found in rows.items():
        income, headcount = (float(found[level].mean()) for level in LEVELS)
        told = " | ".join(_text(mean_interval(found[measure])) for measure in MEASURES)
        lines.append(f"| {titles[name]} | {income:,.0f} | {headcount:.1%} | {told} | {order(found)} |")
    lines += ["", "Against the whole model, seed by seed:", ""]
    lines.append("| Without | Income, yuan a head | Headcount, points | " + " | ".join(MEASURES) + " |")
    lines.append("| --- " * (3 + len(MEASURES)) + "|")
    for name, found in rows.items():
        if name:
            apart = [(found[one] - whole[one]) * (100 if one == "headcount" else 1) for one in (*LEVELS, *MEASURES)]
            lines.append(f"| {titles[name]} | " + " | ".join(_text(mean_interval(one)) for one in apart) + " |")
    return "\n".join(lines) + "\n"


def _text(found: Interval) -> str:
    return f"{found.value:+.1f} ± {found.halfwidth:.1f}"


def main() -> None:
    """Run and write."""
    check_checkout(PAGE)
    rows = {name: row(world) for name, world in worlds().items()}
    text = PAGE.read_text(encoding="utf-8")
    PAGE.write_text(_TABLE.sub(lambda found: found[1] + table(rows) + found[2], text), encoding="utf-8", newline="\n")


if __name__ == "__main__":
    main()
