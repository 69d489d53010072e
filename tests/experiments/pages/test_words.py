"""Words as data: both languages of everything with the same blanks; what is asked for, and nothing else."""

from __future__ import annotations

import ast
import re
from functools import cache
from pathlib import Path

import pytest

import experiments
from experiments.pages import words
from experiments.pages.words import Phrase, Words, phrases, tables, terms, unit_zh
from experiments.published import claims, figures, trial_rows
from sim.parameters import load_parameters

ROOT = Path(experiments.__file__).parent
FLAT = {  # file -> where its phrases are asked for
    "report": ("compare/report", "pages"),
    "report_drawn": ("compare/report", "pages"),
    "brief": ("compare/report", "pages"),
    "sensitivity": ("sensitivity", "pages"),
    "sweep": ("sweeps", "pages"),
    "schedule": ("pages", "compare/report"),
    "trials": ("trials", "pages"),
    "forecasts": ("forecasts", "pages"),
    "optimise": ("optimise", "pages"),
    "discover": ("discover", "pages"),
    "campaign": ("campaign", "pages"),
}
TABLED = ("terms", "evidence")


def everything() -> list[tuple[str, Phrase]]:
    found = [(f"{file}: {key}", phrase) for file in FLAT for key, phrase in phrases(file).items()]
    for file in TABLED:
        for table, entries in tables(file).items():
            found += [(f"{file}: {table}.{key}", phrase) for key, phrase in entries.items()]
    return found


def test_every_file_is_known_here() -> None:
    assert {path.stem for path in words.FOLDER.glob("*.toml")} == {*FLAT, *TABLED, "units"}


def test_english_is_english_and_chinese_is_chinese() -> None:
    for where, (english, chinese) in everything():
        assert not any(ord(c) > 0x2E7F for c in english), where
        plain = re.sub(r"\{.*?\}", "", english)
        assert english == chinese or any(ord(c) > 0x2E7F for c in chinese) or not re.search("[A-Za-z]{3}", plain), where


# Names, units and codes that stand in Chinese text in Latin letters; all else there is Chinese.
LATIN = {"docs", "calibration", "evidence", "md", "workbook", "xlsx", "indices", "csv", "Sobol", "Saltelli", "t", "n"}
LATIN |= {"villagesim", "world", "books", "place", "income", "sources", "transfer", "labour", "local", "wage", "yuan"}
LATIN |= {"migrant", "living", "away", "answer", "json", "cases", "vectors"}
LATIN |= {"tables", "runs", "dictionary", "failures"}


def chinese() -> list[tuple[str, str]]:
    """Every Chinese text a user meets as data: of these files, of parameters, of published figures, of policies."""
    found = [(where, phrase.zh) for where, phrase in everything()]
    found += [(f"units: {unit}", text) for unit, text in words._units().items()]
    found += [(f"policy: {kind}", title.zh) for kind, title in terms("policy").items()]
    for rows in (figures(), claims(), trial_rows()):
        found += [(f"published: {name}", row.label_zh) for name, row in rows.items()]
    return found


def test_chinese_text_has_full_width_punctuation() -> None:
    han = r"[\u4e00-\u9fff“”]"
    for where, text in chinese():
        assert not re.search(rf"{han}[,;:()!?]|[,;:()!?]{han}", re.sub(r"\{.*?\}", "", text)), (where, text)


def test_chinese_text_has_no_english_in_it() -> None:
    for where, text in chinese():
        if not where.startswith("published"):
            latin = set(re.findall("[A-Za-z]+", re.sub(r"\{.*?\}", "", text)))
            assert latin <= LATIN, (where, latin - LATIN)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ('one = { en = "One" }', "must have en and zh"),
        ('one = { en = "One", zh = "一", fr = "un" }', "must have en and zh"),
        ('one = { en = "One", zh = "" }', "empty in one language"),
        ('one = { en = "{n} of {all}", zh = "{all}个中有{m}个" }', "other blanks"),
    ],
)
def test_half_a_phrase_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, text: str, says: str) -> None:
    file = tmp_path.name  # another file each time: what was read is kept
    (tmp_path / f"{file}.toml").write_text(text, encoding="utf-8")
    monkeypatch.setattr(words, "FOLDER", tmp_path)
    with pytest.raises(ValueError, match=rf"{file}\.toml: one .*{says}"):
        phrases(file)


def test_a_missing_phrase_says_where_it_was_looked_for() -> None:
    with pytest.raises(LookupError, match=r"no phrase 'nowhere' in report\.toml, report_drawn\.toml"):
        Words("en", "report", "report_drawn")("nowhere")
    with pytest.raises(LookupError, match=r"evidence\.toml has no table 'nowhere'"):
        phrases("evidence", "nowhere")


def test_a_later_file_says_it_otherwise() -> None:
    plain, drawn = Words("zh", "report"), Words("zh", "report", "report_drawn")
    assert plain("covers") != drawn("covers", n=3) and plain("contents") == drawn("contents") == "目录"


def test_a_thing_that_nobody_named_is_shown_by_its_id() -> None:
    say = Words("en", "report")
    assert say.term("indicator", "headcount") == "Poverty headcount" and say.knows("indicator", "headcount")
    assert say.term("indicator", "rainbows") == "rainbows" and not say.knows("indicator", "rainbows")
    assert say.term("rainbow", "red") == "red"


@cache
def strings(folder: str) -> frozenset[str]:
    """Every text in the code of a folder; of a text with blanks, its parts."""
    found: set[str] = set()
    for path in (ROOT / folder).rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                found |= {node.value, *node.value.split()}
    return frozenset(found)


@cache
def layout(brief: bool = False) -> frozenset[str]:
    """What the page's layout asks for, whichever file it is filled from; or that of the brief, which has its own."""
    files = [file for file in ROOT.rglob("*.html") if (file.name == "brief.html") is brief]
    return frozenset(key for file in files for key in re.findall(r"say\(.(\w+)", file.read_text(encoding="utf-8")))


def asked_for(folder: str) -> set[str]:
    """Keys in `say("...")` and `both("...")`."""
    found = set()
    for path in (ROOT / folder).rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and node.args and isinstance(node.func, ast.Attribute | ast.Name):
                name = node.func.attr if isinstance(node.func, ast.Attribute) else node.func.id
                first = node.args[0]
                if name in ("say", "both") and isinstance(first, ast.Constant) and str(first.value).isidentifier():
                    found.add(str(first.value))
    return found


def test_every_phrase_asked_for_exists() -> None:
    for file, (folder, _) in FLAT.items():
        if file != "report_drawn":  # its own keys are asked for by the report
            asked = asked_for(folder) | (layout(file == "brief") if file != "schedule" else set())  # it fills no page
            beside = ("report", "report_drawn", "brief") if file in ("report", "brief") else ()
            known = {*phrases(file), *(key for other in beside for key in phrases(other))}
            banner = {"uncalibrated", "uncalibrated_text"} if file in ("trials", "forecasts") else set()  # never shown
            assert not asked - known - banner, file


def test_no_phrase_is_kept_that_nobody_asks_for() -> None:
    for file, folders in FLAT.items():
        said = layout(file == "brief").union(*map(strings, folders))
        starts = tuple(text for text in said if re.fullmatch(r"[a-z]\w*_", text))  # "source_" + kind, f"d_unit_{unit}"
        unused = [key for key in phrases(file) if key not in said and not (key.startswith(starts))]
        assert not unused, file


def test_no_name_is_kept_for_a_thing_that_is_nowhere() -> None:
    roots = [ROOT, ROOT.parent / "sim", ROOT.parent / "scenarios"]
    files = [path for root in roots for ext in ("py", "toml") for path in root.rglob(f"*.{ext}")]
    text = "\n".join(path.read_text(encoding="utf-8") for path in files if path.parent != words.FOLDER)
    known = set(re.findall(r"\w+", text))
    kinds = strings("compare") | strings("sensitivity") | strings("commands") | strings("pages")
    for kind, entries in tables("terms").items():
        assert kind in kinds, kind
        ends = {key for key in entries if key.endswith("_of") and "_of" in known}  # f"{kind}_of"
        assert not [key for key in entries if not {*re.findall(r"\w+", key)} <= known and key not in ends], kind


def test_every_unit_of_a_parameter_has_a_chinese_name_and_no_other() -> None:
    units = {entry.unit for entry in load_parameters().table()}
    assert all(any(ord(c) > 0x2E7F for c in unit_zh(unit)) for unit in units), "name it in words/units.toml"
    assert set(words._units()) <= units
    assert unit_zh("furlongs") == "furlongs"


def test_the_words_a_county_does_not_use_are_absent() -> None:
    every = " ".join(chinese for _, (_, chinese) in everything()) + " ".join(words._units().values())
    every += " ".join(entry.label_zh for entry in load_parameters().table())
    for word in ("懒", "最佳", "运气", "腐败", "最优"):
        assert word not in every


def test_no_title_of_a_policy_an_indicator_or_a_group_is_written_twice() -> None:
    # Outcomes of a trial are measures of their own, named where they are declared (experiments/trials/outcomes.py).
    folders = ("compare", "sensitivity", "evidence", "calibrate", "pages", "commands", "../sim/policies")
    code = [path for folder in folders for path in (ROOT / folder).rglob("*.py")]
    lines = [line.strip() for path in code for line in path.read_text(encoding="utf-8").splitlines()]
    for kind in ("policy", "indicator", "group"):
        names = terms(kind)
        assert len({name.en for name in names.values()}) == len({name.zh for name in names.values()}) == len(names)
        for name in names.values():
            written = [line for line in lines if f'"{name.zh}"' in line]
            assert len(written) == (kind == "policy"), name  # a policy's title stands in its class, all else in TOML
    assert not {"policy", *(f"policies.{kind}" for kind in terms("policy"))} & set(tables("terms"))


def test_terms_of_an_unknown_kind_are_none() -> None:
    assert terms("rainbow") == {}
