# ruff: noqa: E501 (one case a line reads better)
"""Every mistake in a scenario file is refused with its file, its line and what was probably meant."""

from __future__ import annotations

import datetime as dt
import os
import re
from pathlib import Path
from typing import Any

import pytest
import tomli_w
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from scenario_fakes import make_catalogue

from sim.core.errors import UserError
from sim.scenario import Catalogue, find_scenario, load_plan, load_plans
from sim.toml.source import each_problem

# Line numbers count: the tests below name them.
GOOD = """\
title = { en = "Mix", zh = "组合" }
era = "2012"
horizon_months = 36
closure = "endogenous"
[world]
profile = "county"
villages = 5
[campaign]
start = 2012-12-24
days = 100
[[policies]]
kind = "microcredit"
quota_yuan = 1_000
[[policies]]
kind = "visits"
"""


@pytest.fixture
def catalogue(tmp_path: Path) -> Catalogue:
    return make_catalogue(tmp_path)


def problems(path: Path | str, catalogue: Catalogue, *overrides: str, code: tuple[Path, ...] = ()) -> list[str]:
    """Each problem as "file name:line: text"."""
    with pytest.raises(UserError) as caught:
        load_plan(path, overrides, code, catalogue)
    found = []
    for problem in each_problem(caught.value):
        text = problem.text()
        file = str(problem.file)
        found.append(text.replace(file, Path(file).name, 1) if "/" in file else text)
    return found


def edited(folder: Path, old: str, new: str) -> Path:
    assert GOOD.count(old) == 1
    path = folder / "mix.toml"
    path.write_text(GOOD.replace(old, new), encoding="utf-8")
    return path


def test_the_good_one_is_good(tmp_path: Path, catalogue: Catalogue) -> None:
    assert load_plan(edited(tmp_path, "36", "36"), catalogue=catalogue).id == "mix"


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        # unknown and misspelt keys
        ("quota_yuan", "quota_yaun", "13: policy.microcredit: unknown key 'quota_yaun' (did you mean 'quota_yuan'?)"),
        ("horizon_months", "horizon", "3: unknown key 'horizon' (did you mean 'horizon_months'?)"),
        ("villages", "vilages", "7: world: unknown key 'vilages' (did you mean 'villages'?)"),
        ("zh =", "cn =", "1: title: unknown key 'cn'; allowed: en, zh"),
        ("[world]", "[policy]\n[world]", "5: unknown key 'policy' (did you mean 'policies'?)"),
        ("[world]", "[zzz]\n[world]", "5: unknown key 'zzz'; allowed: campaign, changes, closure, drop, era, events, extends, "),
        (
            'kind = "microcredit"',
            'knd = "microcredit"',
            "12: unknown key 'knd' (did you mean 'kind'?)",
        ),
        ('kind = "microcredit"\n', "", "11: policies: 'kind' is missing"),
        (
            'kind = "microcredit"',
            'kind = "microcredt"',
            "12: policy.microcredt: unknown kind 'microcredt' (did you mean 'microcredit'?)",
        ),
        ('"visits"', '"zzz"', "15: policy.zzz: unknown kind 'zzz'; allowed: microcredit, visits"),
        ('"visits"', '"visits"\nlable = "x"', "16: policy.visits: unknown key 'lable' (did you mean 'label'?)"),
        ('profile = "county"', 'profile = "conty"', "6: world.profile: there is no profile 'conty' (did you mean 'county'?)"),
        ('profile = "county"', 'profile = "x/mine.toml"', "6: world.profile: there is no profile 'x/mine.toml'"),
        # wrong types and values
        ("1_000", '"much"', "13: policy.microcredit.quota_yuan: must be a number, found 'much'"),
        ("1_000", "true", "13: policy.microcredit.quota_yuan: must be a number, found true"),
        ("1_000", "inf", "13: policy.microcredit.quota_yuan: must be a finite number, found inf"),
        ("1_000", "-5", "13: policy.microcredit.quota_yuan: must be at least 0, found -5"),
        ("= 1_000", "= 1\nbudget_yuan = -1.5", "14: policy.microcredit.budget_yuan: must be at least 0, found -1.5"),
        ("= 1_000", "= 1\nterm_months = 2.5", "14: policy.microcredit.term_months: must be a whole number, found 2.5"),
        (
            "= 1_000",
            '= 1\nchannel = "womens"',
            "14: policy.microcredit.channel: must be 'women' or 'shuanglian', found 'womens' (did you mean 'women'?)",
        ),
        ("= 1_000", "= 1\nterrains = 'x'", "14: policy.microcredit.terrains: must be a list, found 'x'"),
        (
            "= 1_000",
            "= 1\nterrains = [\n'a',\n3]",
            "16: policy.microcredit.terrains.1: must be text in quotes, found 3",
        ),
        ("= 5", "= 0", "7: world.villages: must be at least 1, found 0"),
        ("36", "121", "3: horizon_months: must be at most 120, found 121"),
        ('"endogenous"', '"fixd"', "4: closure: must be 'fixed' or 'endogenous', found 'fixd' (did you mean 'fixed'?)"),
        ('"2012"', '"2015"', "2: era: must be '2012' or '2023', found '2015' (did you mean '2012'?)"),
        ('{ en = "Mix", zh = "组合" }', '"Mix"', "1: title: must be a table, found 'Mix'"),
        (', zh = "组合"', "", "1: title: 'zh' is missing"),
        ('zh = "组合"', 'zh = ""', "1: title.zh: must be text of at least 1 character(s), found ''"),
        ("[world]\n", "[world]\npopulation_seed = -1\n", "6: world.population_seed: must be at least 0, found -1"),
        # dates
        ("2012-12-24", '"24 December"', "9: campaign.start: must be a date such as 2012-12-24, found '24 December'"),
        ("2012-12-24", "2012-12-24T10:00:00", "9: campaign.start: must be a date such as 2012-12-24, found 2012-12-24"),
        ("2012-12-24", "2023-12-24", "9: campaign.start: 2023-12-24 is not in era 2012; allowed: 2008-01-01 to 2020-12-31"),
        (
            "days = 100",
            "end = 2012-12-01",
            "10: campaign.end: ends on 2012-12-01, before it starts on 2012-12-24",
        ),
        (
            "days = 100",
            "days = 99\nend = 2013-04-02",
            "11: campaign.end: 2012-12-24 to 2013-04-02 are 100 days, not 99 (state either days or end)",
        ),
        ("days = 100\n", "", "8: campaign: 'days' is missing (state days or end)"),
        ("= 36", "= 3", "3: horizon_months: the horizon ends on 2013-02-28, before the campaign does on 2013-04-02"),
        (
            "= 1_000",
            "= 1\nstart_day = 50\nend_day = 10",
            "15: policy.microcredit.end_day: ends on day 10, before it starts on day 50",
        ),
        # lists and labels
        (
            '"visits"',
            '"microcredit"',
            "12: policy.microcredit: there are several policies of kind 'microcredit' and this one has no label "
            '(give each its own, for example label = "second")',
        ),
        ('kind = "visits"', 'kind = "visits"\nlabel = "microcredit"', "16: policy.microcredit: the label 'microcredit' is used twice"),
        ('"visits"', '"visits"\nlabel = "a.b"', "16: policies.label: must be letters, digits, _ and -, starting with a letter, found 'a.b'"),
        ('kind = "visits"', "kind = 3", "15: policies.kind: must be text in quotes, found 3"),
        # purses
        (
            "= 1_000",
            '= 1\npurses = ["fiscl"]',
            "14: policy.microcredit.purses: there is no purse 'fiscl' (did you mean 'fiscal'?)",
        ),
        (
            'kind = "visits"',
            'kind = "visits"\npurses = ["fiscal"]',
            "16: policy.visits.purses: the purse 'fiscal' may not pay for 'visits'; allowed: microcredit, infrastructure",
        ),
        ("[world]", '[[purses]]\nid = "fiscal"\namount_yuan = -1\n[world]', "7: purse.fiscal.amount_yuan: must be at least 0, found -1"),
        (
            "[world]",
            '[[purses]]\nid = "fiscal"\nuses = ["visit"]\n[world]',
            "7: purse.fiscal.uses: unknown use 'visit' (did you mean 'visits'?)",
        ),
        ("[world]", '[[purses]]\nid = "fiscal"\nrelease = "soon"\n[world]', "7: purse.fiscal.release: must be a date such as 2013-03-01 or a campaign day (1 = first)"),
        ("[world]", '[[purses]]\nid = "fiscal"\nrelease = 0\n[world]', "7: purse.fiscal.release: must be a campaign day from 1 to 3650"),
        ("[world]", "[[purses]]\namount_yuan = 1\n[world]", "5: purses: 'id' is missing"),
        # uncertainties
        (
            "[world]",
            '[uncertainties]\n"health.hospital_rat" = 0.1\n[world]',
            "6: unknown parameter 'health.hospital_rat' (did you mean 'health.hospital_rate'?)",
        ),
        (
            "[world]",
            '[uncertainties]\n"health.hospital_rate" = 0.5\n[world]',
            "6: health.hospital_rate: 0.5 is out of range; allowed: 0.05 to 0.15 share a year",
        ),
        # not TOML
        ("[world]", "[world", "5: is not valid TOML: Expected ']' at the end of a table declaration"),
    ],
)  # fmt: skip
def test_one_mistake(tmp_path: Path, catalogue: Catalogue, old: str, new: str, expected: str) -> None:
    found = problems(edited(tmp_path, old, new), catalogue)
    assert any(text.startswith(f"mix.toml:{expected}") for text in found), found


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", "mix.toml: the file sets nothing; allowed: "),
        ("# only a comment\n", "mix.toml: the file sets nothing"),
        ('policies = "visits"', "mix.toml:1: policies: must be a list of tables, found 'visits' (write [[policies]] before each)"),
        ('[policies]\nkind = "visits"', "mix.toml:1: policies: must be a list of tables, found a table (write [[policies]]"),
        ('policies = ["visits"]', "mix.toml:1: policies: must be a table, found 'visits'"),
        ("uncertainties = 3", "mix.toml:1: uncertainties: must be a table of parameters"),
        ("world = 3", "mix.toml:1: world: must be a table, found 3"),
        ("campaign = 3", "mix.toml:1: campaign: must be a table, found 3"),
        ('era = "2012"', "mix.toml: 'campaign' is missing"),
        ('drop = ["visits"]', "mix.toml:1: drop: no policy 'visits' to drop; allowed: nothing"),
        ("drop = 3", "mix.toml:1: drop: must be a list of labels or kinds, found 3"),
        ("extends = 3", "mix.toml:1: extends: must be the name of a scenario file, found 3"),
    ],
)  # fmt: skip
def test_odd_files(tmp_path: Path, catalogue: Catalogue, text: str, expected: str) -> None:
    file = tmp_path / "mix.toml"
    file.write_text(text, encoding="utf-8")
    found = problems(file, catalogue)
    assert any(line.startswith(expected) for line in found), found


def test_all_problems_of_a_file_together(tmp_path: Path, catalogue: Catalogue) -> None:
    text = GOOD.replace("quota_yuan", "quota_yaun").replace("= 5", "= 0").replace('"visits"', '"visit"')
    file = tmp_path / "mix.toml"
    file.write_text(text.replace("[world]", "[uncertainties]\nx = 1\n[world]"), encoding="utf-8")
    assert [line.split(": ")[0] for line in problems(file, catalogue)] == [
        "mix.toml:6",
        "mix.toml:9",
        "mix.toml:15",
        "mix.toml:17",
    ]


# --- files that extend one another ---


def chain(folder: Path, **files: str) -> Path:
    for name, text in files.items():
        (folder / f"{name}.toml").write_text(text, encoding="utf-8")
    return folder / f"{next(iter(files))}.toml"


def test_circular_extends(tmp_path: Path, catalogue: Catalogue) -> None:
    first = chain(
        tmp_path,
        a='\nextends = "b.toml"',
        b='extends = "c.toml"',
        c='\n\nextends = "./b.toml"',
        d='extends = "d.toml"',
    )
    assert problems(first, catalogue) == ["c.toml:3: circular extends: b.toml -> c.toml -> b.toml"]
    assert problems(tmp_path / "d.toml", catalogue) == ["d.toml:1: circular extends: d.toml -> d.toml"]


def test_missing_parent(tmp_path: Path, catalogue: Catalogue) -> None:
    first = chain(tmp_path, mix='era = "2012"\nextends = "bas.toml"', base=GOOD)
    (found,) = problems(first, catalogue)
    assert re.fullmatch(r"mix.toml:2: extends '.*bas.toml', which does not exist \(did you mean 'base.toml'\?\)", found)


def test_a_mistake_of_the_parent_is_the_parents(tmp_path: Path, catalogue: Catalogue) -> None:
    first = chain(tmp_path, mix='extends = "base.toml"\nworld.villages = 2', base=GOOD.replace("1_000", "-1"))
    assert problems(first, catalogue) == ["base.toml:13: policy.microcredit.quota_yuan: must be at least 0, found -1"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('era = "2023"', "mix.toml:2: era: era '2023' extends "),
        ('drop = ["visit"]', "mix.toml:2: drop: no policy 'visit' to drop (did you mean 'visits'?)"),
        (
            '[[policies]]\nkind = "visits"\nlabel = "microcredit"',
            "mix.toml:4: policy.microcredit: the label 'microcredit' belongs to a policy of kind 'microcredit'",
        ),
        (
            '[[policies]]\nkind = "visits"\nlabel = "more"\n[[policies]]\nkind = "visits"',
            "mix.toml:6: policy.visits: there are several policies of kind 'visits'",
        ),
        (
            '[[policies]]\nkind = "visits"\ndays = 0',
            "mix.toml:4: policy.visits.days: must be at least 1, found 0",
        ),
    ],
)
def test_mistakes_of_a_child(tmp_path: Path, catalogue: Catalogue, text: str, expected: str) -> None:
    found = problems(chain(tmp_path, mix=f'extends = "base.toml"\n{text}', base=GOOD), catalogue)
    assert any(line.startswith(expected) for line in found), found


def test_a_child_cannot_mean_a_labelled_policy_by_its_kind(tmp_path: Path, catalogue: Catalogue) -> None:
    base = GOOD.replace('kind = "microcredit"', 'kind = "microcredit"\nlabel = "women"')
    first = chain(tmp_path, mix='extends = "base.toml"\n[[policies]]\nkind = "microcredit"', base=base)
    (found,) = problems(first, catalogue)
    assert found.startswith(
        "mix.toml:3: policy.microcredit: there are several policies of kind 'microcredit' (others: women)"
    )


def test_mixed_eras_of_scenario_and_profile(tmp_path: Path, catalogue: Catalogue) -> None:
    file = edited(tmp_path, '"2012"', '"2023"')
    file.write_text(file.read_text(encoding="utf-8").replace("2012-12-24", "2023-09-28"), encoding="utf-8")
    assert problems(file, catalogue) == [
        "mix.toml:2: era: era '2023', but the profile 'county' is of era '2012'; eras cannot be mixed"
    ]


def test_a_profile_with_mistakes_is_named(tmp_path: Path, catalogue: Catalogue) -> None:
    file = edited(tmp_path, "36", "36")
    profile = tmp_path / "profiles/county.toml"
    profile.write_text(profile.read_text(encoding="utf-8").replace("5_000_000", "-1"), encoding="utf-8")
    assert problems(file, catalogue) == [
        "county.toml:7: purse.fiscal.amount_yuan: must be at least 0, found -1",
    ]
    profile.write_text("era = ", encoding="utf-8")
    assert problems(file, catalogue)[0].startswith("county.toml:1: is not valid TOML")


# --- files that cannot be read ---


def test_no_such_scenario(catalogue: Catalogue) -> None:
    with pytest.raises(UserError, match="there is no scenario file or shipped scenario 'no_such_thing'"):
        find_scenario("no_such_thing")


def test_unreadable_and_not_utf8(tmp_path: Path, catalogue: Catalogue) -> None:
    file = tmp_path / "mix.toml"
    file.write_bytes(GOOD.encode("gb18030"))
    assert problems(file, catalogue) == ["mix.toml:1: is not UTF-8 text (save the file as UTF-8)"]
    assert problems(tmp_path, catalogue) == [f"{tmp_path.name}: this is a folder, not a file"]
    if os.geteuid():
        file.chmod(0)
        assert problems(file, catalogue)[0].startswith("mix.toml: cannot be read")


def test_two_scenarios_of_one_name(tmp_path: Path, catalogue: Catalogue) -> None:
    (tmp_path / "other").mkdir()
    files = [edited(tmp_path, "36", "36"), tmp_path / "other/mix.toml"]
    files[1].write_text(GOOD, encoding="utf-8")
    with pytest.raises(UserError, match=r"other/mix\.toml: has the same name as .*mix\.toml \(rename one of them\)"):
        load_plans(files, catalogue=catalogue)


# --- the command line ---


@pytest.mark.parametrize(
    ("override", "expected"),
    [
        ("policy.microcredit.quota_yaun=1", "policy.microcredit: unknown key 'quota_yaun' (did you mean 'quota_yuan'?)"),
        ("policy.microcredit.quota_yuan=-1", "policy.microcredit.quota_yuan: must be at least 0, found -1"),
        ("policy.microcredt.quota_yuan=1", "there is no policy 'microcredt' (did you mean 'microcredit'?)"),
        ("policy.microcredit=1", "names no setting (write --set policy.<name>.<setting>=value)"),
        ("policy.microcredit.kind=visits", "'kind' cannot be set here (write a scenario file)"),
        ("purse.fiscl.amount_yuan=1", "there is no purse 'fiscl' (did you mean 'fiscal'?)"),
        ("purse.fiscal.amount_yuan=much", "purse.fiscal.amount_yuan: must be a number, found 'much'"),
        ("world.vilages=3", "world: unknown key 'vilages' (did you mean 'villages'?)"),
        ("world=3", "world: must be a table, found 3"),
        ("world.villages=many", "world.villages: must be a whole number, found 'many'"),
        ("campain.days=3", "unknown key 'campain' (did you mean 'campaign'?)"),
        ("extends=x.toml", "unknown key 'extends'"),
        ("horizon_months", "needs a value (write --set name=value)"),
        ("uncertainties.hospital_rate=9", "health.hospital_rate: 9 is out of range; allowed: 0.05 to 0.15"),
        ("uncertainties.hospital_rat=9", "unknown parameter 'hospital_rat' (did you mean 'hospital_rate'?)"),
        ("campaign.end=2012-01-01", "campaign.end: ends on 2012-01-01, before it starts on 2012-12-24"),
    ],
)  # fmt: skip
def test_overrides(tmp_path: Path, catalogue: Catalogue, override: str, expected: str) -> None:
    found = problems(edited(tmp_path, "36", "36"), catalogue, override)
    assert any(line.startswith(f"--set {override}: {expected}") for line in found), found


def test_an_override_by_kind_must_be_clear(tmp_path: Path, catalogue: Catalogue) -> None:
    text = '"microcredit"\nlabel = "women"\n[[policies]]\nkind = "microcredit"\nlabel = "shuanglian"'
    file = edited(tmp_path, '"microcredit"', text)
    assert problems(file, catalogue, "policy.microcredit.quota_yuan=1") == [
        "--set policy.microcredit.quota_yuan=1: there are 2 policies of kind 'microcredit'; "
        "allowed: their labels: women, shuanglian"
    ]


# --- code ---


@pytest.mark.parametrize(
    ("content", "kind", "expected"),
    [
        ("x = 1\ny = = 2\n", "own:Thing", "own.py:2: cannot be loaded: SyntaxError"),
        ("x = 1\n\nraise KeyError('no')\n", "own:Thing", "own.py:3: cannot be loaded: KeyError: 'no'"),
        ("import no_such_module\n", "own:Thing", "own.py:1: cannot be loaded: ModuleNotFoundError"),
        ("class Thing: ...\n", "own:Thing", "own.py: 'Thing' is not a policy"),
        (
            "from sim.policies.policy import Policy\nclass Thing(Policy): ...\n",
            "own:Thin",
            "own.py: has no class 'Thin' (did you mean 'Thing'?)",
        ),
        (
            "from sim.policies.policy import Policy\nclass Thing(Policy): ...\n",
            "own:Thing",
            "own.py: 'Thing' has no kind (write kind = \"thing\" in it)",
        ),
        (
            "from sim.policies.policy import Policy\nclass Thing(Policy):\n    kind = 'thing'\n    Settings = int\n",
            "own:Thing",
            "own.py: 'Thing.Settings' must derive from PolicySettings",
        ),
        (
            "from sim.policies.policy import Policy, PolicySettings\nclass Thing(Policy):\n    kind = 'thing'\n"
            "    class Settings(PolicySettings):\n        x: list[int] = []\n",
            "own:Thing",
            "mix.toml:14: policy.thing: the settings of Thing can be changed after loading (use tuples, not lists",
        ),
        ("", "own:Thing:x", "mix.toml:15: 'own:Thing:x' is not of the form module:Class"),
    ],
)
def test_code_that_does_not_do(tmp_path: Path, catalogue: Catalogue, content: str, kind: str, expected: str) -> None:
    own = tmp_path / "own.py"
    own.write_text(content, encoding="utf-8")
    found = problems(edited(tmp_path, '"visits"', f'"{kind}"'), catalogue, code=(own,))
    assert len(found) == 1 and found[0].startswith(expected), found


def test_code_must_be_allowed(tmp_path: Path, catalogue: Catalogue) -> None:
    (tmp_path / "own.py").write_text("raise SystemExit('was run')", encoding="utf-8")
    file = edited(tmp_path, '"visits"', '"own:Thing"')
    assert problems(file, catalogue) == [
        "mix.toml:15: 'own:Thing' names code, and a scenario may not run code by itself; "
        "allowed: code from no file (look at the file, then allow it with --code own.py)"
    ]
    assert problems(file, catalogue, code=(tmp_path / "none.py",))[0] == "none.py: there is no such code file"


# --- anything at all ---

ANYTHING = st.recursive(
    st.one_of(
        st.integers(),
        st.floats(),
        st.booleans(),
        st.dates(),
        st.sampled_from(["", "visits", "microcredit", "own:Thing", "2012", "county", "fiscal", "mix.toml", "a.b"]),
    ),
    lambda inner: st.one_of(
        st.lists(inner, max_size=2),
        st.dictionaries(
            st.sampled_from(["kind", "label", "id", "uses", "release", "days", "x", "a.b"]), inner, max_size=3
        ),
    ),
    max_leaves=6,
)
KEYS = st.sampled_from(
    [
        "title",
        "era",
        "extends",
        "drop",
        "horizon_months",
        "closure",
        "world",
        "campaign",
        "policies",
        "purses",
        "uncertainties",
        "policy",
        "x",
    ]
)
WHOLE = {
    "title": {"en": "a", "zh": "b"},
    "era": "2012",
    "world": {"profile": "county", "villages": 5},
    "campaign": {"start": dt.date(2012, 12, 24), "days": 100},
}


@settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.dictionaries(KEYS, ANYTHING, max_size=4), st.lists(st.tuples(KEYS, st.text('a.=[]1"', max_size=6)), max_size=2)
)
@example({"world": {"profile": "mix.toml", "villages": 1}}, [])
@example({"campaign": {"start": dt.date(2012, 1, 1), "end": dt.date.max}}, [])
@example({"campaign": {"start": dt.date.max, "days": 3}, "horizon_months": 120}, [])
@example({"drop": [[]]}, [])
@example({"purses": [{"id": "fiscal", "uses": [3]}], "policies": [{"kind": []}]}, [])
def test_whatever_stands_in_a_file_is_answered(
    tmp_path: Path, catalogue: Catalogue, scenario: dict[str, Any], sets: list[tuple[str, str]]
) -> None:
    file = tmp_path / "mix.toml"
    file.write_text(tomli_w.dumps({**WHOLE, **scenario}), encoding="utf-8")
    try:
        load_plan(file, [f"{head}{rest}" for head, rest in sets], catalogue=catalogue)
    except UserError as error:
        assert str(error)
