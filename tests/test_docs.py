"""The documents say what is so: their code runs, their commands exist, their tables are those of the code."""

from __future__ import annotations

import hashlib
import multiprocessing
import os
import re
import shlex
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import typer

from experiments.cli import app
from experiments.generated import doc_tables
from sim import load_plan, run
from sim.core.errors import UserError
from sim.parameters import load_parameters
from sim.policies import registry
from sim.scenario import check_comparable, load_plans
from sim.scenario.idle import never_act

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


PROBE = """
import hashlib, multiprocessing, sys
from pathlib import Path
from sim import load_plan, run
def said(name):
    plan = load_plan(f"{name}.toml", code=sorted(Path().glob("*.py")))
    return name + " " + hashlib.sha256(run(plan, 3).records["value"].tobytes()).hexdigest()
if __name__ == "__main__":
    workers, *names = sys.argv[1:]
    if workers == "0":
        print(*map(said, names), sep="\\n")
    else:
        with multiprocessing.get_context("spawn").Pool(int(workers)) as pool:
            print(*pool.map(said, names, chunksize=1), sep="\\n")
"""


def test_what_extending_shows_has_the_same_bits_in_one_process_and_two_with_a_cold_cache_and_a_warm_one(
    workshop: Path,
) -> None:
    """A lender, an observer, parameters and a rule of one's own; and what knows none of them keeps its bits."""
    (workshop / "probe.py").write_text(PROBE, encoding="utf-8")
    env = {**os.environ, "VILLAGESIM_CACHE": str(workshop / "cache"), "PYTHONPATH": str(ROOT)}

    def said(workers: int, *names: str) -> dict[str, str]:
        command = [sys.executable, "probe.py", str(workers), *names]
        done = subprocess.run(command, env=env, capture_output=True, text=True, check=True)
        return dict(line.split() for line in done.stdout.splitlines())

    def kept() -> set[str]:
        return {file.name for file in (workshop / "cache").rglob("*.kernel")}

    names = ("careful", "visits_only", "seed_fund", "watched")
    here = said(0, *names)  # all of it compiled, a rule of one's own first
    assert set(here) == set(names) and len(set(here.values())) == len(names)
    alone = hashlib.sha256(run(load_plan("visits_only.toml"), 3).records["value"].tobytes()).hexdigest()
    assert alone == here["visits_only"]  # allowing code that nothing names changes nothing
    compiled = kept()
    assert said(2, *reversed(names)) == here and kept() == compiled  # by workers, all of it loaded


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


GUIDES = [DOCS / "guide.md", DOCS / "guide.zh.md"]
COUNTY = (ROOT / "scenarios" / "profiles" / "gansu_county.toml").read_text(encoding="utf-8")
SLIPS = [
    ("cadres = 4205", "", "'cadres' is missing"),
    ("headcount = 0.332", "headcount = 33.2", "must be less than 1, found 33.2"),
    ("wage = 0.40", "wage = 0.50", "must add to 1, found 1.1"),
    ("linked_households = 5457", 'linked_households = "5457户"', "must be a whole number, found '5457户'"),
    ("linked_households = 5457", "linked_households = 5,457", "is not valid TOML"),
    ("villages = 215 ", "villages = 216 ", "the townships have 215 villages together, but size.villages is 216"),
]
TWO_KINDS = "\n[[policies]]\nkind = 'microcredit'\nchannel = 'shuanglian'\n"
SCENARIO_SLIPS = [
    ("quota_yuan", "quota_yaun", "unknown key 'quota_yaun' (did you mean 'quota_yuan'?)"),
    ('"unit_funds"', '"unit_fund"', "there is no purse 'unit_fund' (did you mean 'unit_funds'?)"),
    ("\n\n[[policies]]", TWO_KINDS + "\n[[policies]]", "several policies of kind 'microcredit'"),
    ("extends", 'era = "2023"\nextends', "eras cannot be mixed"),
    ('kind = "industry"\n', 'kind = "ours:Industry"\n', "a scenario may not run code by itself"),
]


@pytest.fixture
def office(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with the county and the scenarios of the guide."""
    (tmp_path / "our_county.toml").write_text(COUNTY, encoding="utf-8")
    for _, _, text in blocks(GUIDES[0], "toml"):
        named = FILE_NAME.match(text)
        assert named
        (tmp_path / named[1]).write_text(text, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_the_scenarios_of_the_guide_are_right_and_the_same_in_both_languages(office: Path) -> None:
    plans = load_plans(["our_baseline.toml", "our_mix.toml", "our_cash.toml"])
    check_comparable(plans)
    english, chinese = ([text for _, _, text in blocks(page, "toml")] for page in GUIDES)
    assert english == chinese
    assert set(load_plan("our_tasks.toml").tasks) == {"pairing", "teaching"}
    assert set(load_plan("our_bad_year.toml").events) == {"spring", "credit"}
    waiting = load_plan("our_waiting_mix.toml")
    assert never_act(waiting) == [] and [one.label for one in waiting.policies if one.settings.start_when]
    for override in ("purse.bank_women.release=2013-02-04", "uncertainties.farm.drought_major=0.34"):
        load_plan("our_mix.toml", [override])


@pytest.mark.parametrize(
    ("file", "found", "put", "message"),
    [("our_county.toml", *slip) for slip in SLIPS] + [("our_mix.toml", *slip) for slip in SCENARIO_SLIPS],
)
def test_the_guide_quotes_real_messages(office: Path, file: str, found: str, put: str, message: str) -> None:
    text = (office / file).read_text(encoding="utf-8")
    assert found in text
    (office / file).write_text(text.replace(found, put, 1), encoding="utf-8")
    with pytest.raises(UserError) as refused:
        load_plan("our_mix.toml")
    assert message in str(refused.value)
    for page in GUIDES:
        assert f"`{message}`" in page.read_text(encoding="utf-8"), page.name


def test_the_guides_say_what_a_target_can_count() -> None:
    english, chinese = (page.read_text(encoding="utf-8") for page in GUIDES)
    for kind, policy in registry().items():
        rows = [next(r for r in text.splitlines() if r.startswith(f"| `{kind}` | `{next(iter(policy.counts))}`"))
                for text in (english, chinese)]  # fmt: skip
        for name, names in policy.counts.items():
            for row, said in zip(rows, names, strict=True):
                assert f"`{name}` {said}".lower() in row.lower()


def test_the_guides_name_what_every_scenario_may_hold() -> None:
    for page in GUIDES:
        text = page.read_text(encoding="utf-8")
        measures = ("targets", "changes", "drop", "purses", "uses", "policies", "campaign")
        for key in (*measures, "extends", "uncertainties", "closure", "rules", "observers"):
            assert re.search(rf"\b{key}\b", text), f"{page.name} does not explain {key!r}"


def commands() -> Iterator[tuple[str, str]]:
    """Every `village ...` line of the documents, with where it stands."""
    for page in PAGES:
        for number, line in enumerate(page.read_text(encoding="utf-8").splitlines(), start=1):
            for span in re.findall(r"`(village [^`]+)`", line) or re.findall(r"^ {4,}(village .+)$", line):
                yield f"{page.name}:{number}", span
        for number, _, text in blocks(page, "sh"):
            for line in text.splitlines():
                yield f"{page.name}:{number}", line


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


def test_the_tables_of_odd_are_those_of_the_code() -> None:
    text = doc_tables.PAGE.read_text(encoding="utf-8")
    assert doc_tables.page(text) == text, "run python -m experiments.generated.doc_tables"
    for name in doc_tables.RECORDS:
        assert f"<!-- table: state {name} -->" in text
    for kind in registry():
        assert f"<!-- table: levers {kind} -->" in text


def rules() -> Iterator[tuple[str, str]]:
    """Every rule of the model, by file and name."""
    for folder in ("agents", "economy", "money", "campaign", "policies", "population"):
        for path in sorted((ROOT / "sim" / folder).glob("*.py")):
            for name in re.findall(r"^@rule\ndef (\w+)\(", path.read_text(encoding="utf-8"), re.MULTILINE):
                if not name.startswith("_"):
                    yield path.relative_to(ROOT).as_posix(), name


def test_odd_describes_every_rule() -> None:
    text = doc_tables.PAGE.read_text(encoding="utf-8")
    missing = [f"{where}: {name}" for where, name in rules() if f"`{name}`" not in text]
    assert not missing


def test_odd_names_every_parameter_where_it_is_used() -> None:
    """Parameters stand in the table of all; outside it, those that rules use stand in the equations too."""
    text = re.sub(r"<!-- table: .*?<!-- end -->", "", doc_tables.PAGE.read_text(encoding="utf-8"), flags=re.DOTALL)
    words = set(re.findall(r"\w+", text))
    assert not [entry.key for entry in load_parameters().table() if entry.name not in words]
