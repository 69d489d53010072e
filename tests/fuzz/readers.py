"""What reads a fuzzed file: the program's own readers, by the kind of file, with the files they begin from."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from experiments.calibrate.spec import load_spec
from experiments.designs.read import load_design
from experiments.designs.sets import load_set
from experiments.evidence.targets import all_targets
from experiments.published.load import FIGURES, TRIALS
from experiments.sensitivity.factors import choose
from experiments.trials import load_trial
from sim.core.errors import UserError
from sim.parameters import FOLDER, load_parameters
from sim.population.consistency import consistency
from sim.population.profile import terrains, village_sizes
from sim.population.profile_file import load_profile
from sim.scenario import Plan, load_plan
from sim.scenario.chain import read_chain
from sim.shipped import shipped
from sim.toml.source import key_lines, parse_toml

DOUBTS = """\
[[parameters]]
name = "livelihood.caution_spread"

[[parameters]]
name = "policies.loan_diverted"
low = 0.1
high = 0.4
"""
"""A file of parameters, as docs/extending.md has it."""


SETTINGS = [
    "policy.microcredit.quota_yuan = 5",
    "world.villages = 5\nworld.place.farm.drought_major = 0.3\nhorizon_months = 12",
    "purses.unit_funds.amount_yuan = 0\npurse.bank_women.release = 2013-02-04\nuncertainties.drought_major = 0.2",
    "title.en = x\ncampaign.end = 2013-04-02\ncampaign = { days = 90 }\ntargets.training.trained.amount = 5",
    "design.clusters = 50\nsurvey.error = 0\narms.offer.share = 0.4",
    "world.books.income.gini = 0.4\noutcomes.profit.month = 18",
]
"""Settings as `--set` takes them, a line each."""


@dataclass(frozen=True)
class Kind:
    """A kind of input file.

    Attributes:
        read: Reads a file of the kind, as the commands do.
        seeds: Texts that mutation begins from.
    """

    read: Callable[[Path], object]
    seeds: Sequence[str]


_PARENT = re.compile(r'extends = "(?:\.\./)?(\w+)\.toml"')
"""A fuzzed file stands alone: it extends what ships by name."""


def _texts(folder: Path) -> list[str]:
    return [path.read_text(encoding="utf-8") for path in sorted(folder.glob("*.toml"))]


def _scenario(path: Path) -> Plan:
    plan = load_plan(path)
    again = Plan.build(id=plan.id, **plan.resolved())
    assert again.digest() == plan.digest(), "the resolved plan is another one"
    plan.parameters()
    return plan


def _profile(path: Path) -> object:
    profile = load_profile(path)
    village_sizes(profile, min(profile.villages, 1000), 1)
    terrains(profile, min(profile.villages, 1000))
    profile.unit_levels_and_trades(min(profile.units, 1000))
    return consistency(profile)


def _trial(path: Path) -> str:
    trial = load_trial(path)
    trial.resolved_toml()
    return trial.digest()


def _settings(path: Path) -> None:
    """Each line as what `--set` gives to a scenario and to a trial."""
    for line in path.read_text(encoding="utf-8", errors="replace").splitlines()[:20]:
        refused = [problem for read, name in _SET if (problem := _refusal(read, name, line))]
        if len(refused) == len(_SET):
            raise refused[0]


_SET: Sequence[tuple[Callable[[str, Sequence[str]], object], str]] = ((load_plan, "mix"), (load_trial, "credit_pool"))


def _refusal(read: Callable[[str, Sequence[str]], object], name: str, setting: str) -> UserError | None:
    try:
        read(name, [setting])
    except UserError as error:
        return error
    return None


def _world(path: Path) -> Plan:
    """A scenario in a fuzzed county."""
    beside = path.parent / "county.toml"
    beside.write_text(f'extends = "mix"\n[world]\nprofile = "{path.name}"\nvillages = 5\n', encoding="utf-8")
    return load_plan(beside)


def _parameter_file(path: Path) -> object:
    """The files of the model's own parameters have a reader of their own."""
    folder = path.parent / "parameters"
    folder.mkdir(exist_ok=True)
    (folder / "topic.toml").write_bytes(path.read_bytes())
    return load_parameters(folder=folder)


def _lines(path: Path) -> object:
    """Whatever is TOML has a line for each of its keys."""
    source = parse_toml(path, path.read_text(encoding="utf-8", errors="replace"))
    return key_lines(source.text), read_chain(path)


def _few_levers(text: str) -> str:
    """A design with its first two levers and what follows the last, and scenarios found from anywhere."""
    head, *levers = text.split("[[levers]]")
    after = levers[-1].partition("[[constraints]]")
    small = "[[levers]]".join([head, *levers[:2]]) + after[1] + after[2]
    folder = shipped("scenarios").as_posix()
    return small.replace('"../more/', f'"{folder}/more/')


def kinds() -> dict[str, Kind]:
    """Every kind of file that users write, and the two parsers below them."""
    baseline = load_plan("baseline")
    files = [*sorted(shipped("scenarios").glob("*.toml")), *sorted(shipped("more").glob("*.toml"))]
    scenarios = [_PARENT.sub(r'extends = "\1"', path.read_text(encoding="utf-8")) for path in files]
    scenarios += [load_plan(path).resolved_toml() for path in files]
    calibration = shipped("calibration")
    spec, made = (calibration / name for name in ("county.toml", "county.set.toml"))
    evidence = "\n\n".join(FIGURES.read_text(encoding="utf-8").split("\n\n")[:9])
    return {
        "scenario": Kind(_scenario, scenarios),
        "profile": Kind(_profile, _texts(shipped("profiles"))),
        "trial": Kind(_trial, _texts(shipped("trials"))),
        "calibration": Kind(lambda path: load_spec(path).digest(), [spec.read_text(encoding="utf-8")]),
        "set": Kind(lambda path: load_set(path).toml(), [made.read_text(encoding="utf-8")]),
        "design": Kind(lambda path: choose(str(path), [baseline]), [DOUBTS]),
        "levers": Kind(
            lambda path: load_design(path).digest(), [_few_levers(text) for text in _texts(shipped("designs"))]
        ),
        "evidence": Kind(all_targets, [evidence, TRIALS.read_text(encoding="utf-8")[:5000]]),
        "parameters": Kind(_parameter_file, _texts(FOLDER)[:3]),
        "world": Kind(_world, _texts(shipped("profiles"))),
        "settings": Kind(_settings, SETTINGS),
        "toml": Kind(_lines, scenarios[:3]),
    }
