"""The documents say what is so: their code runs, their commands exist, their tables are those of the code."""

from __future__ import annotations

import multiprocessing
import re
import shlex
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import typer

from experiments.cli import app
from sim import load_plan, run

ROOT = Path(__file__).parents[1]
DOCS = ROOT / "docs"
PAGES = [ROOT / "README.md", *sorted(DOCS.glob("*.md"))]
FENCE = re.compile(r"^( *)```(\w+)\n(.*?)^ *```$", re.MULTILINE | re.DOTALL)
FILE_NAME = re.compile(r"# ([\w./]+\.(?:py|toml))\n")


def blocks(page: Path, *languages: str) -> Iterator[tuple[int, str, str]]:
    """Fenced blocks: line, language, text."""
    text = page.read_text(encoding="utf-8")
    for found in FENCE.finditer(text):
        if found[2] in languages:
            yield text.count("\n", 0, found.start(3)) + 1, found[2], found[3]


@pytest.fixture
def workshop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A folder with the files of extending.md, from which their code can be imported."""
    before = set(sys.modules)
    for _, _, text in blocks(DOCS / "extending.md", "python", "toml"):
        if named := FILE_NAME.match(text):
            file = tmp_path / named[1]
            file.parent.mkdir(exist_ok=True)
            file.write_text(text, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    monkeypatch.syspath_prepend(str(tmp_path))
    yield tmp_path
    for name in {path.stem for path in tmp_path.glob("*.py")} - before:
        sys.modules.pop(name, None)


@pytest.mark.filterwarnings("error")
def test_the_code_of_extending_runs(workshop: Path, capsys: pytest.CaptureFixture[str]) -> None:
    names: dict[str, Any] = {"__name__": "extending"}
    page = DOCS / "extending.md"
    for line, _, text in blocks(page, "python"):
        if not FILE_NAME.match(text):
            exec(compile("\n" * (line - 1) + text, str(page), "exec"), names)
    assert "yuan a head after medical and school payments" in capsys.readouterr().out


def test_a_policy_of_ones_own_runs_in_a_worker(workshop: Path) -> None:
    plan = load_plan("fee_waiver.toml", code=["fee_waiver.py"])
    here = run(plan, 4).value("cost", "cost_yuan", group="fee_waiver")
    with multiprocessing.get_context("spawn").Pool(1) as pool:
        there = pool.apply(_cost, (plan, 4))
    assert there == here > 0


def _cost(plan: Any, seed: int) -> float:
    return run(plan, seed).value("cost", "cost_yuan", group="fee_waiver")


def test_the_policy_example_is_thirty_lines() -> None:
    (text,) = (text for _, _, text in blocks(DOCS / "extending.md", "python") if text.startswith("# fee_waiver.py"))
    body = text[text.index("class FeeWaiver(") :]
    assert len([line for line in body.splitlines() if line.strip()]) <= 30


def test_files_shown_in_the_readme_are_right(tmp_path: Path) -> None:
    for _, _, text in blocks(ROOT / "README.md", "toml"):
        file = tmp_path / "mine.toml"
        file.write_text(text.replace('"scenarios/', f'"{ROOT}/scenarios/'), encoding="utf-8")
        load_plan(file)


def commands() -> Iterator[tuple[str, str]]:
    """Every `village ...` line of the documents, with where it stands."""
    for page in PAGES:
        for number, line in enumerate(page.read_text(encoding="utf-8").splitlines(), start=1):
            spans = re.findall(r"`(village [^`]+)`", line) or re.findall(r"^\s+(village .+)$|^(village .+)$", line)
            for span in spans:
                yield f"{page.name}:{number}", span if isinstance(span, str) else "".join(span)


@pytest.mark.parametrize(("where", "text"), [pytest.param(*c, id=c[0]) for c in commands()])
def test_commands_shown_exist(where: str, text: str) -> None:
    words = shlex.split(text, comments=True)[1:]
    command: Any = typer.main.get_command(app)
    while hasattr(command, "commands") and words and words[0] in command.commands:
        command = command.commands[words.pop(0)]
    known = {flag for parameter in command.params for flag in (*parameter.opts, *parameter.secondary_opts)}
    options = [word.partition("=")[0] for word in words if word.startswith("-")]
    unknown = set(options) - known - {"-h", "--help"}
    assert not unknown, f"{where}: {text}: {command.name} has no {', '.join(sorted(unknown))}"
    if getattr(command, "commands", None):
        assert not words or not words[0].islower() or words[0].startswith("-"), f"{where}: there is no {text!r}"


def test_links_lead_somewhere() -> None:
    broken = [
        f"{page.name}: {target}"
        for page in PAGES
        for target in re.findall(r"\]\((?!https?:|#)([^)#]+)", page.read_text(encoding="utf-8"))
        if not (page.parent / target).exists()
    ]
    assert not broken


def test_nothing_in_the_documents_is_out_of_date() -> None:
    sys.path.insert(0, str(DOCS))
    try:
        import make_tables
    finally:
        sys.path.pop(0)
    stale = [str(path.relative_to(ROOT)) for path, text in make_tables.pages() if path.read_text(encoding="utf-8") != text]
    assert not stale, f"{', '.join(stale)}: run python docs/make_tables.py"
