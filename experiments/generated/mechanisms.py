"""Writes the table of docs/mechanisms.md: what the shipped comparison says with every mechanism and without each.

    python -m experiments.generated.mechanisms

It runs the plans below in the whole model and in each world of scenarios/without (about six minutes on two cores).
"""

from __future__ import annotations

import re
from collections.abc import Mapping

import numpy as np

from experiments import run_many
from sim import Plan, load_plan
from sim.core.frozen import FrozenDict
from sim.scenario import SCENARIOS
from sim.shipped import DOCS, check_checkout

PAGE = DOCS / "mechanisms.md"
WITHOUT = SCENARIOS / "without"
MEASURES = ("microcredit", "industry", "training", "mix")
MONTH, SEEDS, VILLAGES = 36, range(1, 9), 20
_TABLE = re.compile(r"(<!-- mechanisms: begin -->\n).*?(<!-- mechanisms: end -->)", re.DOTALL)


def worlds() -> dict[str, Plan | None]:
    """The whole model (None), then each world that lacks a mechanism, by name."""
    return {"": None, **{path.stem: load_plan(path) for path in sorted(WITHOUT.glob("*.toml"))}}


def plans(world: Plan | None) -> list[Plan]:
    """The baseline and the measures in one world."""
    found = []
    for name in ("baseline", *MEASURES):
        plan = load_plan(name, [f"world.villages={VILLAGES}", f"horizon_months={MONTH}"])
        place = FrozenDict({**plan.world.place, **(world.world.place if world else {})})
        found.append(plan.model_copy(update={"world": plan.world.model_copy(update={"place": place})}))
    return found


Row = tuple[Mapping[str, float], Mapping[str, tuple[float, float]]]


def row(world: Plan | None) -> Row:
    """Income and headcount of the baseline, and the gain of each measure with half its 95% interval."""
    runs = run_many(plans(world), list(SEEDS))

    def values(scenario: str, name: str) -> np.ndarray:
        return np.array([runs[scenario, seed].value("panel", name, month=MONTH) for seed in SEEDS])

    base = {name: float(values("baseline", name).mean()) for name in ("income_yuan", "headcount")}
    gains = {}
    for measure in MEASURES:
        paired = values(measure, "income_yuan") - values("baseline", "income_yuan")
        gains[measure] = float(paired.mean()), float(2.365 * paired.std(ddof=1) / np.sqrt(len(paired)))  # t(7)
    return base, gains


def table(rows: Mapping[str, Row]) -> str:
    """The rows as Markdown."""
    titles = {"": "The whole model"} | {name: world.title.en for name, world in worlds().items() if world}
    lines = ["| Model | Income, yuan a head | Headcount | " + " | ".join(MEASURES) + " | Order |"]
    lines.append("| --- " * (4 + len(MEASURES)) + "|")
    for name, (base, gains) in rows.items():
        order = " > ".join(sorted(gains, key=lambda measure: -gains[measure][0]))
        told = " | ".join(f"{gain:+.1f} ± {half:.1f}" for gain, half in gains.values())
        lines.append(f"| {titles[name]} | {base['income_yuan']:,.0f} | {base['headcount']:.1%} | {told} | {order} |")
    return "\n".join(lines) + "\n"


def main() -> None:
    """Run and write."""
    check_checkout(PAGE)
    rows = {name: row(world) for name, world in worlds().items()}
    text = PAGE.read_text(encoding="utf-8")
    PAGE.write_text(_TABLE.sub(lambda found: found[1] + table(rows) + found[2], text), encoding="utf-8")


if __name__ == "__main__":
    main()
