"""`village bench`: speed and memory, measured."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from experiments.commands.options import Json, Language, OneLanguage, Quiet, print_json

if TYPE_CHECKING:
    from rich.table import Table


def bench(
    province: Annotated[
        bool, typer.Option("--province", help="Also 100 days of a province: some 3 GB, a minute or two.")
    ] = False,
    nation: Annotated[bool, typer.Option("--nation", help="Also 100 days of the nation: some 20 GB.")] = False,
    language: OneLanguage = Language.en,
    as_json: Json = False,
    quiet: Quiet = False,
) -> None:
    """Measure speed and memory: a household-month, a visit, a county, a province, the engines, the workers."""
    from experiments.bench.figures import bench as measure

    found = measure(province, nation, progress=not quiet)
    if as_json:
        print_json(found)
        return
    from experiments.screen import screen

    screen().print(_table(found, language is Language.zh))


def _table(found: dict[str, Any], chinese: bool) -> Table:
    from rich.table import Table
    from rich.text import Text

    machine = found["machine"]
    about = f"{machine['processor']}, {machine['cores']} cores, load {machine['load']:.1f}"
    versions = ", ".join(f"{name} {machine[name]}" for name in ("python", "numba", "numpy", "mesa"))
    table = Table(caption=Text(f"{about}; {versions}"))
    for head, justify in zip(
        ("指标", "实测", "单位", "目标", "") if chinese else ("BenchFigure", "Measured", "Unit", "Aim", ""),
        ("left", "right", "left", "right", "left"),
        strict=True,
    ):
        table.add_column(head, justify=justify)  # type: ignore[arg-type]
    for figure in found["figures"]:
        label = Text(figure["label_zh" if chinese else "label_en"])
        aim = "" if figure["aim"] is None else f"{'≥' if figure['least'] else '≤'} {_number(figure['aim'])}"
        table.add_row(label, _number(figure["value"]), Text(figure["unit"]), aim, _verdict(figure["met"], chinese))
    return table


def _verdict(met: bool | None, chinese: bool) -> Any:
    from rich.text import Text

    if met is None:
        return ""
    if met:
        return Text("达标" if chinese else "met", style="green")
    return Text("未达标" if chinese else "MISSED", style="bold red")


def _number(value: float) -> str:
    return f"{value:,.0f}" if abs(value) >= 100 else f"{value:.3g}"
