"""Trial files: what they may say, and how they are refused."""

from __future__ import annotations

import datetime as dt
import pickle
import re
from pathlib import Path

import pytest

from experiments.generated import doc_tables
from experiments.trials import load_trial, load_trials
from experiments.trials.file import Trial
from experiments.trials.published import figure_of
from sim.core.errors import UserError
from sim.toml.source import each_problem

GUIDE = Path(__file__).parents[3] / "docs" / "trials.md"

FILE = """
title = { en = "Loans", zh = "贷款" }
source = "made up"

[world]
profile = "gansu_county"
start = 2010-01-01
[world.books]
"income.yuan_per_head" = 6000
[world.place]
"livelihood.line_open" = [0, 0, 0, 1]

[design]
unit = "village"
clusters = 8
sample = 10

[[arms]]
name = "control"
share = 0.5
[[arms]]
name = "offer"
share = 0.5
[[arms.policies]]
kind = "microcredit"
channel = "microlender"
size_yuan = { of_income = 0.5 }

[survey]
follow_ups = [18, 36]

[[outcomes]]
name = "profit"
measure = "business_profit_yuan"
unit = "sd"
estimator = "ancova"
published = { estimate = 0.037, se = 0.019, source = "x" }
pass = { low = 0.0, high = 0.074 }
"""


def load(folder: Path, text: str = FILE, *overrides: str) -> Trial:
    file = folder / "loans.toml"
    file.write_text(text, encoding="utf-8")
    return load_trial(file, overrides)


def refused(folder: Path, *swaps: tuple[str, str]) -> tuple[str, int | None]:
    """The message for a file with some text swapped, and its line."""
    text = FILE
    for old, new in swaps:
        assert old in text
        text = text.replace(old, new)
    with pytest.raises(UserError) as error:
        load(folder, text)
    (problem,) = each_problem(error.value)
    assert problem.file == str(folder / "loans.toml")
    return problem.text(), problem.line


def line_of(text: str) -> int:
    return FILE[: FILE.index(text)].count("\n") + 1


def test_what_the_file_leaves_out_is_filled_in(tmp_path: Path) -> None:
    trial = load(tmp_path)
    outcome = trial.outcomes[0]
    assert (trial.id, outcome.arm, outcome.against, outcome.month) == ("loans", "offer", "control", 36)
    assert outcome.label is not None and outcome.label.zh != outcome.name
    assert trial.design.replicates == 30 and trial.world.start == dt.date(2010, 1, 1)
    assert pickle.loads(pickle.dumps(trial)) == trial


def test_an_amount_can_be_a_share_of_income(tmp_path: Path) -> None:
    policy = load(tmp_path).arms[1].policies[0]
    assert policy.plan(20_000.0).settings.size_yuan == 10_000.0  # type: ignore[attr-defined]


def test_a_resolved_trial_loads_back_equal(tmp_path: Path) -> None:
    text = re.findall(r"```toml\n(.*?)```", GUIDE.read_text(encoding="utf-8"), re.DOTALL)[0]
    for trial in (load(tmp_path), load(tmp_path, text, "outcomes.gain_of_owners.among.business_yuan.min=2")):
        again = load(tmp_path, trial.resolved_toml())
        assert again == trial and again.digest() == trial.digest()


def test_only_what_is_simulated_counts_for_the_digest(tmp_path: Path) -> None:
    first = load(tmp_path).digest()
    assert load(tmp_path, FILE.replace("high = 0.074", "high = 0.1"), "design.replicates=60").digest() == first
    assert load(tmp_path, FILE.replace('en = "Loans"', 'en = "Credit"')).digest() == first
    assert load(tmp_path, FILE.replace("0.5 }", "0.6 }")).digest() != first
    assert load(tmp_path, FILE.replace("= 6000", "= 6001")).digest() != first


def test_settings_from_the_command_line(tmp_path: Path) -> None:
    trial = load(
        tmp_path,
        FILE,
        "arms.offer.policies.microcredit.rate=0.2",
        "world.books.income.gini=0.4",
        "outcomes.profit.month=18",
        "survey.error=0.1",
    )
    assert trial.arms[1].policies[0].settings["rate"] == 0.2
    assert trial.world.books["income.gini"] == 0.4
    assert trial.outcomes[0].month == 18 and trial.survey.error == 0.1
    with pytest.raises(UserError, match=r"--set arms.ofer.share=1: there is no 'ofer' in arms .*'offer'"):
        load(tmp_path, FILE, "arms.ofer.share=1")
    with pytest.raises(UserError, match=r"--set design.clusters=many: .*must be a whole number"):
        load(tmp_path, FILE, "design.clusters=many")


@pytest.mark.parametrize(
    ("old", "new", "message", "at"),
    [
        ("clusters = 8", "clustrs = 8\nclusters = 8", "unknown key 'clustrs' (did you mean 'clusters'?)", "clusters"),
        ('measure = "business_profit_yuan"', 'measure = "business_profits_yuan"', "'business_profit_yuan'?", "measure"),
        ('measure = "business_profit_yuan"', 'measure = "test_scores"', "not what is learnt; allowed: ", "measure"),
        ('measure = "business_profit_yuan"', 'measure = "women\'s empowerment"', "no quantity 'women's emp", "measure"),
        ('measure = "business_profit_yuan"', 'measure = "child mortality"', "illness only by the work", "measure"),
        ('measure = "business_profit_yuan"', 'measure = "income_last"', "income_last[0] to [3]", "measure"),
        ('kind = "microcredit"', 'kind = "insurance"', "lives are not insured; allowed: bent_policies", "kind = "),
        ('kind = "microcredit"', 'kind = "microcredt"', "did you mean 'microcredit'?", "kind = "),
        ("size_yuan = {", "sise_yuan = {", "unknown key 'sise_yuan' (did you mean 'size_yuan'?)", "size_yuan"),
        ("{ of_income = 0.5 }", "{ of_income = -1 }", "of_income must be a number, 0 or more", "size_yuan"),
        ("size_yuan = { of", "rate = { of", "is no amount in yuan", "size_yuan"),
        ("[18, 36]", "[18, 121]", "month 121: the model does not follow households for so long", "follow_ups"),
        ('unit = "village"', 'unit = "branch"', "'branch_villages' is missing", "[design]"),
        ('unit = "village"', 'unit = "household"', "'villages' is missing", "[design]"),
        ('unit = "village"', 'unit = "school"', "must be 'village', 'branch' or 'household'", "unit ="),
        ("clusters = 8", "clusters = 8\nbranch_villages = 2", "means nothing with unit = 'village'", "sample"),
        ("2010-01-01", "1066-10-14", "the year 1066 is too far from those that the model knows", "start"),
        (
            '"livelihood.line_open" = [0, 0, 0, 1]',
            '"labour.local_wage_yuan" = -3',
            "in no place; allowed: 0 to",
            '"livelihood',
        ),
        (
            '"livelihood.line_open" = [0, 0, 0, 1]',
            '"population.business_households" = 40',
            "allowed: 0 to 1 share",
            '"livelihood',
        ),
        ('"income.yuan_per_head"', '"labour.local_wage_yuan"', "is a parameter: [world.place]", '"income.yuan'),
        ('"livelihood.line_open" = [0, 0, 0, 1]', '"income.gini" = 0.4', "is a book: [world.books]", '"livelihood'),
        ("low = 0.0, high", "lowest = 0.0, high", "unknown key 'lowest' (did you mean 'low'?)", "pass ="),
        ("low = 0.0, high", "margin = 0.0, high", "allowed: control_high, control_low, high, low, no_effect", "pass ="),
        ("low = 0.0, high = 0.074", "no_effect = 0.1, high = 0.074", "or no_effect: one of them", "pass ="),
        ('measure = "business_profit_yuan"', 'measure = "local_work_days"', "nearby (local_days)", "measure"),
        ('measure = "business_profit_yuan"', 'measure = { sum = ["cash_yuan"] }', "at least 2 items", "measure"),
        ('measure = "business_profit_yuan"', 'measure = { ratio = ["a", "debt_yuan"] }', "no quantity 'a'", "measure"),
        ('measure = "business_profit_yuan"', 'measure = { summ = ["a"] }', "unknown key 'summ': an outcome", "measure"),
        ('measure = "business_profit_yuan"', "measure = 3", "must be a name in quotes, or of several", "measure"),
        ('measure = "business_profit_yuan"', "measure = { }", "a sum, a ratio or an index", "measure"),
        ('estimator = "ancova"', 'estimator = "quantile"', "go together", "[[outcomes]]"),
        ('estimator = "ancova"', 'estimator = "late"\nvillages = "spread"', "over villages", "[[outcomes]]"),
        ('estimator = "ancova"', 'who = "not_eligible"', "everyone is eligible", "estimator"),
        ('name = "offer"', 'name = "offer"\ntold_first = "leader"', "of village officials", 'share = 0.5\n[[arms.pol'),
        ('kind = "microcredit"', 'kind = "village_works"', "chosen and built by 'support_units'", "kind = "),
        ("{ of_income = 0.5 }", "{ of_incme = 0.5 }", "a share of income is { of_income = 0.3 }", "size_yuan"),
        ("[survey]", "[survey]\nattrition = 1.0", "less than 1", "follow_ups"),
        ('"income.yuan_per_head"', '"income.yuan_a_head"', "'income.yuan_per_head'?", '"income.yuan'),
        ("= 6000", '= "lots"', "cannot be 'lots'", '"income.yuan'),
        ("livelihood.line_open", "livelihood.lines_open", "'livelihood.line_open'?", '"livelihood'),
        ("[0, 0, 0, 1]", "[0, 1]", "must be a list of 4 numbers", '"livelihood'),
        ("gansu_county", "gansu_conty", "there is no profile 'gansu_conty' (did you mean 'gansu_county'?)", "profile"),
        ("high = 0.074", "high = -1", "low (0) must be less than high (-1)", "pass ="),
        ("low = 0.0, high = 0.074", 'low = 0.0, sign = "positive"', "low and high, or tolerance", "pass ="),
        ('estimator = "ancova"', "month = 12", "nobody is asked in month 12; allowed: 18, 36", "estimator"),
        ('estimator = "ancova"', 'arm = "ofer"', "there is no arm 'ofer' (did you mean 'offer'?)", "estimator"),
    ],
)  # fmt: skip
def test_refusals_name_line_reason_and_what_was_meant(
    tmp_path: Path, old: str, new: str, message: str, at: str
) -> None:
    text, line = refused(tmp_path, (old, new))
    assert message in text
    assert line == line_of(at)


def test_shares_must_add_to_one_and_an_arm_have_two_clusters(tmp_path: Path) -> None:
    text, _ = refused(tmp_path, ('"offer"\nshare = 0.5', '"offer"\nshare = 0.4'))
    assert "add to 0.9, not to 1" in text
    swaps = (('"control"\nshare = 0.5', '"control"\nshare = 0.9'), ('"offer"\nshare = 0.5', '"offer"\nshare = 0.1'))
    text, _ = refused(tmp_path, *swaps)
    assert "fewer than 2 clusters in arm 'offer'" in text


def test_a_condition_must_say_something_and_about_something(tmp_path: Path) -> None:
    head = '[[outcomes.among]]\ncolumn = "'
    with pytest.raises(UserError, match="state is, min, max, lowest or highest"):
        load(tmp_path, FILE + head + 'persons"\n')
    with pytest.raises(UserError, match=r"no quantity 'sex'.*know no sex"):
        load(tmp_path, FILE + head + 'sex"\nis = 1\n')
    among = load(tmp_path, FILE + head + 'poor_at_start"\nis = 1\n').outcomes[0].among
    assert among[0].equals == 1.0


@pytest.mark.parametrize(
    ("swaps", "message"),
    [
        ({}, None),
        ({"credit_profit_pool": "credit_profit_pol"}, "did you mean 'credit_profit_pool'?"),
        ({'unit = "sd"': 'unit = "yuan"'}, 'is published in another unit (unit = "sd")'),
        ({"[18, 36]": "[48]"}, "was measured in months 18 to 36, not in month 48"),
        ({"credit_profit_pool": "diffusion_pass"}, "cannot be checked: "),
        ({'"credit_profit_pool"': '"credit_profit_pool"\npass = { low = 0.0 }'}, "has that already"),
    ],
)
def test_a_published_row_brings_its_estimate_and_rule(
    tmp_path: Path, swaps: dict[str, str], message: str | None
) -> None:
    text = FILE[: FILE.index("published =")] + 'row = "credit_profit_pool"\n'
    for old, new in swaps.items():
        text = text.replace(old, new)
    if message is None:
        rule = figure_of(load(tmp_path, text).outcomes[0]).rule
        assert rule is not None and (rule.low, rule.high) == (0.0, 0.074)
    else:
        with pytest.raises(UserError) as error:
            load(tmp_path, text)
        assert message in str(error.value)


def test_all_problems_are_reported_together_and_folders_mean_all_files(tmp_path: Path) -> None:
    (tmp_path / "a.toml").write_text(FILE, encoding="utf-8")
    (tmp_path / "b.toml").write_text(FILE, encoding="utf-8")
    assert [trial.id for trial in load_trials([tmp_path])] == ["a", "b"]
    (tmp_path / "b.toml").write_text(FILE.replace("[18, 36]", "[18, 121]").replace('"village"', '"vilage"'), "utf-8")
    (tmp_path / "a.toml").write_text(FILE.replace("clusters = 8", "clusters = 3"), encoding="utf-8")
    with pytest.raises(UserError) as error:
        load_trials([tmp_path])
    assert [Path(str(problem.file)).name for problem in each_problem(error.value)] == ["a.toml", "b.toml"]
    with pytest.raises(UserError, match="or shipped trial 'nowhere'"):
        load_trial("nowhere")


def test_the_trial_of_the_guide_is_one(tmp_path: Path) -> None:
    text = GUIDE.read_text(encoding="utf-8")
    (block,) = re.findall(r"```toml\n(.*?)```", text, re.DOTALL)
    guide = load(tmp_path, block)
    assert [arm.name for arm in guide.arms] == ["control", "offer"] and len(guide.outcomes) == 2
    assert doc_tables.page(text) == text, "run python -m experiments.generated.doc_tables"
    assert "<!-- table: measures -->" in text


def test_shipped_trials_load() -> None:
    trials = load_trials([])
    assert len(trials) >= 7 and all(trial.design.replicates >= 30 for trial in trials)


def test_labels_that_several_outcomes_have_get_their_names(tmp_path: Path) -> None:
    more = (
        FILE
        + """
[[outcomes]]
name = "earlier"
measure = "business_profit_yuan"
month = 18
"""
    )
    labels = [one.label for one in load(tmp_path, more).outcomes if one.label]
    assert [label.en for label in labels] == ["business profit (profit)", "business profit (earlier)"]
    assert labels[1].zh == "小生意利润（earlier）"


@pytest.mark.parametrize(("asked", "opens"), [("1999-06-16", "2008-06-16"), ("2023-02-28", "2020-02-28")])
def test_years_that_the_model_has_not_are_put_in_the_nearest(tmp_path: Path, asked: str, opens: str) -> None:
    world = load(tmp_path, FILE.replace("2010-01-01", asked)).world
    assert world.start == dt.date.fromisoformat(asked)
    assert world.opens == dt.date.fromisoformat(opens)


def test_a_setting_given_twice_and_files_of_one_name_are_refused(tmp_path: Path) -> None:
    for setting in ("design.clusters=10", "world.books.income.gini=0.4"):
        with pytest.raises(UserError, match="is set twice"):
            load_trial("credit_pool", [setting, setting])
    for folder in ("a", "b"):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "mine.py").write_text("", encoding="utf-8")
    with pytest.raises(UserError, match="has the same name as"):
        load_trial("credit_pool", code=[tmp_path / "a" / "mine.py", tmp_path / "b" / "mine.py"])


def test_a_condition_by_another_name_says_what_the_key_is(tmp_path: Path) -> None:
    for key, meant in (("equals", "is"), ("at_least", "min")):
        with pytest.raises(UserError, match=rf"unknown key '{key}' \(the key is '{meant}'\)"):
            load(tmp_path, FILE + f'[[outcomes.among]]\ncolumn = "persons"\n{key} = 1\n')
    with pytest.raises(UserError, match="who takes part is known before anything happens"):
        eligible = '[[design.eligible]]\ncolumn = "has_loan"\nis = 1\nmonth = 6\n[[arms]]\nname = "control"'
        load(tmp_path, FILE.replace('[[arms]]\nname = "control"', eligible))
    with pytest.raises(UserError, match=r"month 37 is too late; allowed: months 0 to 36"):
        load(tmp_path, FILE + '[[outcomes.among]]\ncolumn = "has_loan"\nis = 1\nmonth = 37\n')


IN_PERCENT = FILE.replace('unit = "sd"', 'unit = "percent"')


@pytest.mark.parametrize(
    ("rule", "says"),
    [
        ("low = 5, high = 9", r'low: is above 1.*\(write 0.05 or "5%", or "500%" if that is what is meant\)'),
        ("no_effect = 2.5", r'write 0.025 or "2.5%", or "250%"'),
    ],
)
def test_a_percentage_that_may_be_meant_otherwise_is_asked_about(tmp_path: Path, rule: str, says: str) -> None:
    with pytest.raises(UserError, match=says):
        load(tmp_path, IN_PERCENT.replace("low = 0.0, high = 0.074", rule))
    with pytest.raises(UserError, match="is above 1"):
        load(tmp_path, IN_PERCENT.replace("estimate = 0.037", "estimate = 3.7"))
    with pytest.raises(UserError, match=r'write 0.05 or "5%"\)'):
        load(tmp_path, FILE.replace('unit = "sd"', 'unit = "share"').replace("high = 0.074", "high = 5"))
    assert load(tmp_path, FILE.replace("high = 0.074", "high = 5")).outcomes[0].rule is not None  # sd may be above 1


def test_percentages_are_written_with_their_sign(tmp_path: Path) -> None:
    text = IN_PERCENT.replace("estimate = 0.037, se = 0.019", 'estimate = "3.7%", se = "1.9 %"')
    trial = load(tmp_path, text.replace("low = 0.0, high = 0.074", 'low = "0.7%", high = "130%"'))
    outcome = trial.outcomes[0]
    assert outcome.published is not None and outcome.rule is not None
    assert (outcome.published.estimate, outcome.published.se) == (0.037, 0.019)
    assert (outcome.rule.low, outcome.rule.high) == (0.007, 1.3)
    assert load(tmp_path, trial.resolved_toml()) == trial


def test_everything_new_in_a_file_comes_back(tmp_path: Path) -> None:
    eligible = "eligible = [{ column = 'land_mu', highest = 0.5, all_but = true }]"
    text = FILE.replace("sample = 10", f"sample = 10\n{eligible}")
    text = text.replace("share = 0.5\n[[arms.pol", 'share = 0.5\ntold = 0.2\ntold_first = "contacts"\n[[arms.pol')
    text += """
[[outcomes]]
name = "spread"
measure = { index = ["income_yuan", "-debt_total_yuan"] }
villages = "spread"
who = "not_eligible"
like = [{ estimate = 0.1, se = 0.05 }, { estimate = 0.2 }]
[[outcomes.among]]
column = "took_up"
min = 1
month = 18
[[outcomes]]
name = "upper"
measure = { sum = ["income_yuan", "burden_yuan"] }
estimator = "quantile"
quantile = 0.9
pass = { no_effect = 0.1 }
"""
    trial = load(tmp_path, text)
    again = load(tmp_path, trial.resolved_toml())
    assert again == trial and again.digest() == trial.digest()
    labels = [one.label for one in trial.outcomes[1:] if one.label]
    assert labels[0].en == "index of household income, debt" and labels[0].zh == "家庭纯收入与贷款余额综合指数"
    assert labels[1].en == "household income + medical and school payments"
    assert trial.digest() == load(tmp_path, text.replace("estimate = 0.1,", "estimate = 0.3,")).digest()


def test_a_lender_may_ask_for_more_than_50_per_cent_a_year(tmp_path: Path) -> None:
    dear = load(tmp_path, FILE.replace("{ of_income = 0.5 }", "{ of_income = 0.5 }\nrate = 1.2"))
    assert dear.arms[1].policies[0].plan(20_000.0).settings.rate == 1.2  # type: ignore[attr-defined]
    with pytest.raises(UserError, match="rate: must be at most 4"):
        load(tmp_path, FILE.replace("{ of_income = 0.5 }", "{ of_income = 0.5 }\nrate = 24"))
