"""`village population`: is this my county? Describe the generated one, fit it to a profile, write it out."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from experiments.commands.group import VillageGroup
from experiments.commands.options import Json, Language, OneLanguage, print_json
from experiments.spoken import either

if TYPE_CHECKING:
    from sim.population.profile import Profile

app = typer.Typer(cls=VillageGroup, no_args_is_help=True, help="Describe, fit and write the generated population.")

LINE = ("name", "label_en", "label_zh", "model", "profile", "difference", "tolerance", "within", "unit", "role")

Named = Annotated[str, typer.Argument(metavar="[PROFILE]", help="A shipped profile, a profile file, or a workbook.")]
Seed = Annotated[int, typer.Option("--seed", min=0, max=2**62, help="Seed of the population.")]
Size = Annotated[int | None, typer.Option("--villages", min=1, help="Size of the world; the profile's own by default.")]


@app.command()
def describe(
    profile: Named = "gansu_county",
    villages: Size = None,
    seed: Seed = 1,
    language: OneLanguage = Language.en,
    as_json: Json = False,
) -> None:
    """Set the generated county beside the profile, line by line. Exit code 1 if a line is out of its tolerance."""
    from sim.population import describe as description
    from sim.population.placing import placing

    loaded = _profile(profile)
    with _fitting() as told, placing(profile):
        lines = description.describe(loaded, villages=villages, seed=seed, told=told)
    rows = [{key: line[key] if isinstance(line, dict) else getattr(line, key) for key in LINE} for line in lines]
    if as_json:
        print_json([{**row, "within": bool(row["within"])} for row in rows])
    else:
        _print(rows, language is Language.zh)
    if not all(row["within"] for row in rows):
        raise typer.Exit(1)


@app.command()
def fit(
    profile: Named = "gansu_county",
    write: Annotated[bool, typer.Option("--write", help="Put it into the profile's file.")] = False,
) -> None:
    """Fit the generator to a profile, and print the table 'fitted' that saves doing so in every run."""
    from sim.core.errors import UserError
    from sim.parameters import load_parameters
    from sim.parameters.packed import as_python, as_row
    from sim.population.fitting import digest
    from sim.population.fitting import fit as find
    from sim.population.own_line import with_own_line
    from sim.population.placing import placing
    from sim.population.profile_file import PROFILES
    from sim.shipped import check_checkout
    from sim.workbook.archive import is_workbook

    path = _path(profile)
    if write and is_workbook(path):
        problem = "程序不改填报表 / the program does not change a workbook"
        raise UserError(problem, file=path, field="--write", mend="leave --write out; each run fits it anew")
    if write and path.is_relative_to(PROFILES):
        check_checkout(path)
    loaded = _profile(profile)
    values = with_own_line(load_parameters(on=loaded.books_closed_on).values, loaded)
    row = as_row(values)
    with _fitting() as told, placing(profile):
        knobs, cuts = find(loaded, as_python(values), row, told=told)
    table = "".join(
        (
            f'[fitted]\nof = "{digest(loaded, row)}"\n',
            *(f"knobs.{name} = {value!r}\n" for name, value in vars(knobs).items()),
            *(f"{name} = {_toml(value)}\n" for name, value in vars(cuts).items()),
        )
    )
    typer.echo(table, nl=False)
    if write:
        from experiments.runs.files import write_atomic

        write_atomic(path, put_table(path.read_text(encoding="utf-8"), "fitted", table))
        typer.echo(either(f"written to {path}", f"已写入{path}"), err=True)


@app.command()
def make(
    out: Annotated[Path, typer.Option("--out", help="Folder for the Parquet files.")],
    profile: Named = "gansu_county",
    villages: Size = None,
    seed: Seed = 1,
) -> None:
    """Write a generated world as Parquet: households, villages, cadres, units, contacts."""
    import io

    import numpy as np
    import pyarrow as pa
    import pyarrow.parquet as pq

    from experiments.runs.files import write_atomic
    from experiments.runs.outputs import MARK, check_output, is_population
    from sim.parameters import load_parameters
    from sim.parameters.packed import as_python, as_row
    from sim.population.fitting import fitted, reference_start
    from sim.population.opening import open_world
    from sim.population.own_line import with_own_line
    from sim.population.placing import placing

    loaded = _profile(profile)
    values = with_own_line(load_parameters(on=loaded.books_closed_on).values, loaded)
    size = villages or loaded.villages
    kinds = ("households", "villages", "cadres", "units")
    for kind in (*kinds, "contacts"):
        check_output(out / f"{kind}.parquet", is_population)
    p, row = as_python(values), as_row(values)
    with _fitting() as told, placing(profile):
        fitted(loaded, p, row, told=told)
        opened = open_world(loaded, size, seed, p, row, *reference_start(loaded))
    world = opened.world
    tables: dict[str, dict[str, Any]] = {
        kind: {name: _column(getattr(world, kind)[name]) for name in getattr(world, kind).dtype.names} for kind in kinds
    }
    degrees = np.diff(world.indptr)
    tables["contacts"] = {"household": np.repeat(np.arange(len(degrees)), degrees), "contact": world.indices}
    for kind, columns in tables.items():
        buffer = io.BytesIO()
        pq.write_table(pa.table(columns).replace_schema_metadata({MARK: b"population"}), buffer, compression="zstd")
        write_atomic(out / f"{kind}.parquet", buffer.getvalue())
        rows = f"{len(next(iter(columns.values()))):,}"
        typer.echo(either(f"{out / kind}.parquet: {rows} rows", f"{out / kind}.parquet：{rows}行"))


@contextmanager
def _fitting() -> Iterator[Callable[[int], None]]:
    """Progress of a fit, which may take from seconds to minutes: how many tries it has made."""
    from experiments.runs.progress import Progress, compile_first

    with Progress() as progress:
        compile_first(progress.say)
        yield lambda number: progress.trying("fitting the generated county to its figures", number)


def put_table(text: str, name: str, table: str) -> str:
    """A TOML text with one of its plain tables replaced, or added at the end; the rest stays as it is."""
    found = re.search(rf"^\[{name}\][^\n]*\n(?:(?!\[)[^\n]*\n?)*", text, re.MULTILINE)
    if not found:
        return f"{text.rstrip()}\n\n{table}"
    return text[: found.start()] + table + ("\n" if found.end() < len(text) else "") + text[found.end() :]


def _profile(name: str) -> Profile:
    from sim.population.profile_file import load_profile

    return load_profile(name)


def _path(name: str) -> Path:
    from sim.population.profile_file import PROFILES

    shipped = PROFILES / f"{name}.toml"
    return shipped if shipped.is_file() else Path(name)


def _toml(value: float | tuple[float, ...]) -> str:
    return repr(list(value)) if isinstance(value, tuple) else repr(value)


def _column(values: Any) -> Any:
    return list(values) if values.ndim > 1 else values


ROLES = {"set": ("set", "设定"), "fitted": ("fitted", "拟合"), "free": ("free", "检验")}
UNITS_ZH = dict(villages="个", households="户", persons="人", cadres="人", units="个", yuan="元", mu="亩")


def _print(rows: Sequence[dict[str, Any]], chinese: bool) -> None:
    from rich.table import Table
    from rich.text import Text

    from experiments.screen import screen

    heads = (
        ("指标", "模型", "本县或公布数", "差额", "允许差额", "用途", "")
        if chinese
        else ("Figure", "Model", "Profile or published", "Difference", "Tolerance", "Use", "")
    )
    table = Table()
    for head in heads:
        table.add_column(head, justify="left" if head in (heads[0], heads[5], "") else "right")
    out = "超出" if chinese else "OUT"
    for row in rows:
        label, unit = row["label_zh" if chinese else "label_en"], row["unit"]
        share = unit == "share"
        if unit and not share:
            label = f"{label}（{UNITS_ZH.get(unit, unit)}）" if chinese else f"{label} ({unit})"
        signs = (("%", "个百分点") if chinese else ("%", " points")) if share else ("", "")
        numbers = [
            _number(row[key], row["tolerance"], share) + signs[key in ("difference", "tolerance")]
            for key in ("model", "profile", "difference", "tolerance")
        ]
        role = ROLES[row["role"]][chinese]
        table.add_row(Text(label), *numbers, role, "" if row["within"] else Text(out, style="bold red"))
    console = screen()
    console.print(table)
    failed = sum(not row["within"] for row in rows)
    free = sum(row["role"] == "free" for row in rows)
    if chinese:
        console.print(f"共 {len(rows)} 项，超出允许差额 {failed} 项；其中 {free} 项未用于设定模型，可作检验。")
    else:
        console.print(
            f"{len(rows)} lines, {failed} out of tolerance. What was set or fitted confirms nothing; "
            f"{free} lines are free: not used to set the world."
        )


def _number(value: float, tolerance: float, share: bool) -> str:
    """As many digits as the tolerance can tell apart, and one more."""
    value, tolerance = (100.0 * value, 100.0 * tolerance) if share else (value, tolerance)
    decimals = min(3, max(0, 1 - math.floor(math.log10(tolerance)))) if tolerance > 0.0 else 0
    text = f"{value:,.{decimals}f}"
    return text.removeprefix("-") if not float(text.replace(",", "")) else text
