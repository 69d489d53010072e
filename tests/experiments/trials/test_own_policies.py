"""Trials of policies from files of their own: told by lot, works in villages, sealed with their code."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from experiments.forecasts.book import read_book
from experiments.forecasts.entries import entries
from experiments.forecasts.seal import seal
from experiments.trials import load_trial
from experiments.trials.file import Trial
from experiments.trials.replicate import observe, prepare
from experiments.trials.run import run_trials
from sim.core.errors import UserError

CODE = '''
import numpy as np
from sim import Policy, reason

WORKS = reason("pumps", "水泵")


class Pump(Policy):
    """A pump for the whole village."""

    kind = "pump"
    title_en = "Pumps"
    title_zh = "村级水泵"
    counts = {"built": ("Pumps built", "建成水泵")}
    village_wide = True

    def day(self, county):
        villages = self.villages_in_turn(county)
        villages = villages[~self.book.served[county.villages["first"][villages]]]
        built = self.deliver_villages(county, villages, 20_000.0, WORKS) if len(villages) else villages
        if self.settings.effects:
            for village in built:
                county.households["water"][self.households_of(county, int(village))] = 1
'''

FILE = """
title = { en = "A pump for every village", zh = "村级水泵试验" }
[world]
profile = "five_villages"
start = 2012-01-01
[world.books]
"size.households_per_village" = 20
[design]
clusters = 4
eligible = [{ column = "income_per_head_yuan", highest = 0.3, all_but = true }]
[[arms]]
name = "control"
share = 0.5
[[arms]]
name = "pump"
share = 0.5
[[arms.policies]]
kind = "pumps:Pump"
end_day = 20
[survey]
follow_ups = [3]
[[outcomes]]
name = "water"
measure = "water"
estimator = "arm"
[[outcomes]]
name = "neighbours"
measure = "water"
estimator = "arm"
who = "not_eligible"
[[outcomes]]
name = "without"
measure = "water"
estimator = "control"
"""


def written(folder: Path) -> tuple[Path, Path]:
    file, code = folder / "pump.toml", folder / "pumps.py"
    file.write_text(FILE, encoding="utf-8")
    code.write_text(CODE, encoding="utf-8")
    return file, code


def trial(folder: Path) -> Trial:
    file, code = written(folder)
    return load_trial(file, code=[code])


def test_works_are_built_in_the_villages_that_the_lot_names(tmp_path: Path) -> None:
    seen = observe(prepare(trial(tmp_path)), 1)
    found = seen.found()
    assert found.estimates["water"].effect == found.estimates["neighbours"].effect == 1.0
    assert found.estimates["without"].effect < 1.0
    assert (seen.told[1] == (seen.assignment.eligible & (seen.assignment.arm == 1))).all()


def test_works_cannot_be_offered_to_some_households_of_a_village(tmp_path: Path) -> None:
    file, code = written(tmp_path)
    text = FILE.replace("clusters = 4", 'clusters = 12\nunit = "household"\nvillages = 4')
    file.write_text(text.replace('who = "not_eligible"\n', ""), encoding="utf-8")
    with pytest.raises(UserError, match="acts on whole villages"):
        prepare(load_trial(file, code=[code]))
    with pytest.raises(UserError, match="names code, and a scenario may not run code by itself"):
        load_trial(file)


def test_a_seal_holds_the_code_that_was_run(tmp_path: Path) -> None:
    one = trial(tmp_path)
    how: dict[str, Any] = {"results": tmp_path / "results", "replicates": 2, "workers": 0, "progress": False}
    found = run_trials([one], **how)
    book = tmp_path / "book.jsonl"
    seal(found, book, "village trial x")
    entry = entries(read_book(book))[0]
    assert entry.trial.code == {"pumps.py": CODE} and entry.outcome.effects == ((1.0, 1.0),)
    (tmp_path / "pumps.py").write_text(CODE.replace("= 1\n", "= 0\n"), encoding="utf-8")
    with pytest.raises(UserError, match="changed"):
        seal(found, book, "village trial x")
    assert len(read_book(book).of("forecast")) == 1
    assert np.isfinite(entry.outcome.mean)


def test_what_goes_wrong_in_a_file_of_its_own_is_said_with_its_line(tmp_path: Path) -> None:
    file, code = written(tmp_path)
    code.write_text(CODE.replace("20_000.0", "20_000.0 / (len(villages) - len(villages))"), encoding="utf-8")
    line = 1 + CODE[: CODE.index("20_000.0")].count("\n")
    with pytest.raises(UserError, match=rf"pumps.py:{line}: ZeroDivisionError: "):
        observe(prepare(load_trial(file, code=[code])), 1)
