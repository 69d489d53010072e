"""`village roster`: check the rosters that offices export, count them, import them, forget who they are."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from experiments.commands.group import VillageGroup
from experiments.commands.options import Json, Language, print_json

if TYPE_CHECKING:
    from experiments.roster.check import Checked
    from experiments.roster.defects import Ask
    from experiments.roster.totals import Total

app = typer.Typer(
    cls=VillageGroup,
    no_args_is_help=True,
    help="Check, count and import rosters of households / 花名册：核对、汇总、导入。",
)

Rosters = Annotated[
    list[Path], typer.Argument(metavar="FILE…", help="Exports of one roster: .xlsx .xls .ods .csv (UTF-8, GB18030).")
]
Words = Annotated[Language, typer.Option("--language", help="Language of tables and lists.")]
Day = Annotated[
    dt.datetime | None, typer.Option("--date", formats=["%Y-%m-%d"], help="Day that ages go by; today by default.")
]


@app.command("check")
def check_roster(
    files: Rosters,
    out: Annotated[Path | None, typer.Option("--list", help="Write the list of doubtful rows (.xlsx).")] = None,
    marked: Annotated[
        bool, typer.Option("--marked", help="Write a copy of each file with comments, beside it.")
    ] = False,
    date: Day = None,
    most: Annotated[int, typer.Option("--most-households", min=1, help="Households a helper has at most.")] = 15,
    language: Words = Language.zh,
    as_json: Json = False,
) -> None:
    """Find what cannot be so or has to be looked at, by sheet, row and column. Exit code 1 if there is any.

    Nothing is written unless asked for. The list quotes no cell. A marked copy holds what the file itself holds, names
    and ids included: keep it as you keep the file.
    """
    from experiments.roster.book import check_writable
    from experiments.roster.check import check
    from experiments.roster.homes import homes
    from experiments.roster.marked import check_markable, marked_path, write_list, write_marked
    from experiments.roster.totals import totals

    if out:
        check_writable(out, "--list")
    copies = {file: marked_path(file, language.value) for file in files} if marked else {}
    for copy in copies.values():
        check_writable(copy, "--marked")
    ask = _ask(date, most)
    checked = check(files, ask)
    if marked:
        check_markable(checked)
    counted = totals(homes(checked.tables, ask))
    if as_json:
        print_json(_json(checked, counted))
    else:
        _print(checked, counted, language.value)
    if out:
        left = write_list(out, checked, counted, language.value)
        _say(language, f"written to {out}", f"已写入 {out}")
        if left:
            _say(language, f"{left:,} places more are not in the list", f"另有 {left:,} 处未列入清单")
    for file, copy in copies.items():
        write_marked(file, copy, checked, language.value)
        _say(
            language,
            f"written to {copy}; it holds what {file.name} holds",
            f"已写入 {copy}，内容与原文件相同，请同样保管",
        )
    if checked.doubtful:
        raise typer.Exit(1)


@app.command("totals")
def total_roster(
    files: Rosters,
    out: Annotated[Path | None, typer.Option("--out", help="Write them as a workbook (.xlsx).")] = None,
    date: Day = None,
    language: Words = Language.zh,
    as_json: Json = False,
) -> None:
    """Count households by township, village, cause and category. Groups of fewer than 10 are put together."""
    from experiments.roster.book import check_writable, write_book
    from experiments.roster.check import read
    from experiments.roster.homes import homes
    from experiments.roster.totals import rows, totals

    if out:
        check_writable(out, "--out")
    tables, _ = read(files)
    counted = totals(homes(tables, _ask(date)))
    if as_json:
        print_json({name: [vars(total) for total in groups] for name, groups in counted.items()})
    else:
        _print_totals(counted, language.value)
    if out:
        write_book(out, {title: (head, cells) for title, (head, cells) in rows(counted, language.value).items()})
        _say(language, f"written to {out}", f"已写入 {out}")


@app.command("kinds")
def list_kinds(language: Words = Language.zh, as_json: Json = False) -> None:
    """List every kind of defect that is looked for."""
    from experiments.roster.defects import KINDS
    from experiments.roster.marked import level
    from experiments.screen import screen

    if as_json:
        print_json([{"kind": one.name, "level": one.level, "zh": one.zh, "en": one.en} for one in KINDS.values()])
        return
    console = screen()
    for kind in KINDS.values():
        console.print(f"{level(kind.name, language.value)}  {getattr(kind, language.value)}  ({kind.name})")


@app.command("example")
def write_example(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="A workbook to be written (.xlsx).")],
    households: Annotated[int, typer.Option("--households", min=1, max=280_000, help="How many.")] = 600,
    profile: Annotated[
        str | None, typer.Option("--profile", help="Of this profile's townships and villages, to be imported into it.")
    ] = None,
    seed: Annotated[int, typer.Option("--seed", min=0, max=2**62, help="Of the made-up people.")] = 1,
    clean: Annotated[bool, typer.Option("--clean", help="Nothing planted, and check digits that agree.")] = False,
    language: Words = Language.zh,
) -> None:
    """Write a made-up roster with planted defects, to try the check with. Nobody in it exists."""
    from experiments.roster.book import check_writable, write_book
    from experiments.roster.example import example
    from experiments.roster.plant import plant

    check_writable(file, "FILE")
    places = None
    if profile:
        from experiments.roster.importing import places_of
        from sim.population.profile_file import load_profile

        places = places_of(load_profile(profile))
        households = min(households, len(places[0]) * places[1])
    made = example(households, seed, passing=clean, layouts="ADE", places=places)
    planted = [] if clean else plant(made, seed)
    write_book(file, made.sheets)
    _say(
        language,
        f"written to {file}: {households:,} households, {len(planted)} defects planted",
        f"已写入 {file}：{households:,} 户，设置问题 {len(planted)} 处",
    )


@app.command("import")
def import_roster(
    files: Rosters,
    out: Annotated[Path, typer.Option("--out", help="The new profile (.toml); the households go beside it.")],
    profile: Annotated[str, typer.Option("--profile", help="The profile they enter: a file, or a shipped name.")],
    key: Annotated[Path | None, typer.Option("--key", help="Key file of the pseudonyms, if not the usual one.")] = None,
    date: Day = None,
    no_incomes: Annotated[
        bool, typer.Option("--no-incomes", help="Leave out the recorded incomes: they are of another year or concept.")
    ] = False,
    language: Words = Language.zh,
) -> None:
    """Let the households of a roster enter a profile, by pseudonym. Names, ids and phones stay in your files.

    Recorded incomes become what the registry believes of a household; what it earns stays the model's.
    """
    import os

    from experiments.roster.check import read
    from experiments.roster.homes import homes
    from experiments.roster.importing import REASONS, check_out, enter, households_path, write
    from experiments.roster.incomes import recorded, sentences
    from experiments.roster.pseudonyms import WINDOWS, key_path, open_key
    from experiments.workbook.as_toml import profile_text
    from sim.population.profile_file import PROFILES, load_profile
    from sim.toml.reading import read_text

    check_out(out)
    loaded = load_profile(profile)
    shipped = PROFILES / f"{profile}.toml"
    form = Path(profile).suffix.lower() == ".xlsx"
    text = profile_text(loaded) if form else read_text(shipped if shipped.is_file() else Path(profile))
    tables, _ = read(files)
    ask = _ask(date)
    households = homes(tables, ask)
    incomes = None if no_incomes else recorded(tables, households, ask)
    secret = key or key_path()
    made = not secret.exists()
    found = enter(households, loaded, open_key(secret, create=True), incomes and incomes.yuan)
    write(found, loaded, text, out)
    load_profile(out)
    n = len(found.rows)
    _say(
        language,
        f"{n:,} households in {found.covered} villages: {out}, {households_path(out)}",
        f"已导入 {found.covered} 个村 {n:,} 户：{out}、{households_path(out)}",
    )
    for reason, times in found.left_out.items():
        english, chinese = REASONS[reason]
        _say(language, f"{times:,} households left out: {english}", f"{times:,} 户未导入：{chinese}")
    if incomes:
        for english, chinese in sentences(incomes, found.rows["recorded_yuan"], loaded):
            _say(language, english, chinese)
    if made:
        chinese = f"化名密钥已新建：{secret}，请妥善保管，不要随数据外传"
        _say(language, f"the key of the pseudonyms is new: {secret}", chinese)
        if os.name == "nt":
            typer.echo(WINDOWS, err=True)


@app.command("ledgers")
def write_township_ledgers(
    files: Rosters,
    out: Annotated[Path, typer.Option("--out", help="Folder for the workbooks, one a township.")],
    deadline: Annotated[
        dt.datetime | None, typer.Option("--deadline", formats=["%Y-%m-%d"], help="Deadline of every row.")
    ] = None,
    names: Annotated[
        bool, typer.Option("--names", help="Numbers and names in place of pseudonyms; only with your key file.")
    ] = False,
    key: Annotated[Path | None, typer.Option("--key", help="Key file of the pseudonyms, if not the usual one.")] = None,
    date: Day = None,
    language: Words = Language.zh,
) -> None:
    """Write a ledger for each township: cause, group, what is missing, helper, and columns to be filled in.

    A row holds nothing that was simulated, no score and no rank.
    """
    from experiments.roster.check import read
    from experiments.roster.homes import homes
    from experiments.roster.ledgers import write_ledgers
    from experiments.roster.pseudonyms import key_path, open_key

    tables, _ = read(files)
    secret = open_key(key or key_path(), create=not names)
    end = deadline.date() if deadline else None
    for path in write_ledgers(homes(tables, _ask(date)), secret, out, end, language.value, names):
        _say(language, f"written to {path}", f"已写入 {path}")


@app.command("pages")
def write_household_pages(
    files: Rosters,
    out: Annotated[Path, typer.Option("--out", help="Folder for the documents (.docx), one a township.")],
    ledgers: Annotated[
        Path | None, typer.Option("--ledgers", help="Folder of ledgers: what is planned and done there is entered.")
    ] = None,
    deadline: Annotated[
        dt.datetime | None, typer.Option("--deadline", formats=["%Y-%m-%d"], help="Deadline of every page.")
    ] = None,
    names: Annotated[
        bool, typer.Option("--names", help="Numbers and names in place of pseudonyms; only with your key file.")
    ] = False,
    key: Annotated[Path | None, typer.Option("--key", help="Key file of the pseudonyms, if not the usual one.")] = None,
    date: Day = None,
    language: Words = Language.zh,
) -> None:
    """Write household plans to be printed, a page each: what the ledger says, and lines to fill in. Needs python-docx.

    A page holds nothing that was simulated, no score and no rank.
    """
    from experiments.roster.check import read
    from experiments.roster.homes import homes
    from experiments.roster.plan_pages import write_pages
    from experiments.roster.pseudonyms import key_path, open_key

    tables, _ = read(files)
    secret = open_key(key or key_path(), create=not names)
    end = deadline.date() if deadline else None
    for path in write_pages(homes(tables, _ask(date)), secret, out, end, language.value, names, ledgers):
        _say(language, f"written to {path}", f"已写入 {path}")


@app.command("forget")
def forget_names(
    files: Annotated[
        list[Path] | None, typer.Argument(metavar="[FILE…]", help="Imported household files to be deleted as well.")
    ] = None,
    key: Annotated[Path | None, typer.Option("--key", help="The key file, if not the usual one.")] = None,
    language: Words = Language.zh,
) -> None:
    """Delete the key of the pseudonyms: what was imported can never be joined with names again."""
    from experiments.roster.importing import check_imported
    from experiments.roster.pseudonyms import forget, key_path

    check_imported(files or [])
    path = key or key_path()
    if forget(path):
        _say(language, f"deleted: {path}; the pseudonyms lead nowhere now", f"已删除 {path}，化名不能再还原")
    else:
        _say(language, f"there is no key at {path}", f"{path} 没有密钥")
    for file in files or []:
        file.unlink()
        _say(language, f"deleted: {file}", f"已删除 {file}")


def _ask(date: dt.datetime | None, most: int = 15) -> Ask:
    from experiments.roster.defects import Ask

    day = date.date() if date else dt.date.today()
    return Ask(day.year * 10_000 + day.month * 100 + day.day, most)


def _say(language: Language, english: str, chinese: str) -> None:
    typer.echo(chinese if language is Language.zh else english, err=True)


def _json(checked: Checked, counted: dict[str, list[Total]]) -> dict[str, Any]:
    from experiments.roster.marked import letter

    found = []
    for name, times in checked.counts().items():
        first = checked.first(name)
        found.append(
            {
                "kind": name,
                "level": first.kind.level,
                "places": times,
                "first": {"file": first.file, "sheet": first.sheet, "row": first.row, "column": letter(first.column)},
                "zh": first.sentence("zh"),
                "en": first.sentence("en"),
            }
        )
    groups = {name: [vars(total) for total in totals] for name, totals in counted.items()}
    return {"people": checked.people, "households": checked.households, "found": found, "totals": groups}


def _print(checked: Checked, counted: dict[str, list[Total]], language: str) -> None:
    from rich.table import Table
    from rich.text import Text

    from experiments.roster.marked import letter, level
    from experiments.screen import screen

    console, chinese = screen(), language == "zh"
    counts = checked.counts()
    if counts:
        table = Table()
        for head in ("级别", "问题", "处数", "首处") if chinese else ("Level", "What", "Places", "First"):
            table.add_column(head, justify="right" if head in ("处数", "Places") else "left")
        for name, times in counts.items():
            at = checked.first(name)
            where = (
                f"{at.file} {at.sheet}!{letter(at.column)}{at.row}"
                if at.sheet
                else f"{at.file} {letter(at.column)}{at.row}"
            )
            table.add_row(level(name, language), Text(at.sentence(language)), f"{times:,}", Text(where))
        console.print(table)
    _print_totals(counted, language)
    if chinese:
        console.print(
            f"共读取 {checked.people:,} 人、{checked.households:,} 户；"
            f"发现问题 {len(counts)} 类、{sum(counts.values()):,} 处。"
        )
    else:
        said = f"{checked.people:,} people, {checked.households:,} households; {len(counts)} kinds of defect"
        console.print(f"{said} in {sum(counts.values()):,} places.")


def _print_totals(counted: dict[str, list[Total]], language: str, most: int = 30) -> None:
    from rich.table import Table

    from experiments.roster.totals import rows
    from experiments.screen import screen

    console = screen()
    for title, (head, cells) in rows(counted, language).items():
        table = Table(title=title)
        for number, text in enumerate(head):
            table.add_column(text, justify="right" if number else "left")
        for row in cells[:most]:
            table.add_row(*_shown(row))
        console.print(table)
        if len(cells) > most:
            left = len(cells) - most
            console.print(f"另有 {left} 组，见清单。" if language == "zh" else f"{left} groups more stand in the list.")


def _shown(row: Sequence[str | int]) -> list[str]:
    return [cell if isinstance(cell, str) else f"{cell:,}" for cell in row]
