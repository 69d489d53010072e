"""From a trial file to a trial: every value checked, every question the model cannot carry over refused with why."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Annotated, Any

from pydantic import TypeAdapter, ValidationError

from experiments.published import Rule
from experiments.trials.file import (
    LAST_MONTH,
    NEAR_ENOUGH,
    Arm,
    ArmPolicy,
    Trial,
    TrialTable,
    is_of_income,
)
from experiments.trials.outcome import TrialOutcome
from experiments.trials.outcome_checks import OutcomeChecks
from experiments.trials.percent import from_percent_signs
from experiments.trials.questions import unknown_policy
from sim.core.errors import UserError
from sim.core.frozen import FrozenDict
from sim.population.profile_file import named_by_path
from sim.scenario import Title
from sim.scenario.catalogue import PROFILES, Catalogue, code_files
from sim.scenario.code import load_policy_class
from sim.shipped import shipped
from sim.toml.check import check, frozen_lists
from sim.toml.reading import is_file, is_there, read_bytes
from sim.toml.source import KeyPath, TomlSource, each_problem, meant, raise_all, read_toml, show

TRIALS = shipped("trials")
_MEANT = {"equals": "is", "equal": "is", "at_least": "min", "at_most": "max", "least": "min", "most": "max"}
"""What a condition is called elsewhere."""


def load_trials(
    paths: Sequence[str | Path], overrides: Sequence[str] = (), code: Sequence[str | Path] = ()
) -> list[Trial]:
    """Read trials; a folder means all its *.toml, no path at all those that ship. With the arguments of `load_trial`.

    Raises:
        UserError: As `load_trial`; or two files have the same name.
    """
    files = [file for path in paths or [TRIALS] for file in _files(path)]
    trials: list[Trial] = []
    problems: list[UserError] = []
    names: dict[str, Path] = {}
    for file in files:
        try:
            if names.get(file.stem) == file:
                raise UserError("is named twice", file=file, mend="name it once")
            if file.stem in names:
                raise UserError(f"has the same name as {names[file.stem]}", file=file, mend="rename one of them")
            names[file.stem] = file
            trials.append(load_trial(file, overrides, code))
        except UserError as error:
            problems += each_problem(error)
    if problems:
        raise_all(problems)
    return trials


def _files(path: str | Path) -> list[Path]:
    folder = Path(path)
    if not folder.is_dir():
        return [folder]
    found = sorted(folder.glob("*.toml"))
    if not found:
        raise UserError("this folder holds no trial file (*.toml)", file=folder)
    return found


def load_trial(path: str | Path, overrides: Sequence[str] = (), code: Sequence[str | Path] = ()) -> Trial:
    """Read a trial.

    Args:
        path: A trial file, or the name of a shipped one.
        overrides: Settings laid over the file, such as "design.replicates=60" or "arms.offer.share=0.4".
        code: Python files whose policy classes the trial may name as "module:Class".

    Raises:
        UserError: Something is wrong or cannot be asked of the model; all problems found are reported together, each
            with its file and line.
    """
    file = Path(path)
    if not is_there(file) and file.suffix != ".toml":
        shipped = {one.stem: one for one in TRIALS.glob("*.toml")}
        if str(path) not in shipped:
            raise UserError(f"there is no trial file or shipped trial '{path}'", **meant(file.stem, shipped))
        file = shipped[str(path)]
    problems: list[UserError] = []
    allowed = code_files(code, problems)
    if problems:
        raise_all(problems)
    return _Loader(read_toml(file), allowed).load(overrides)


def _told_apart(outcomes: tuple[TrialOutcome, ...]) -> tuple[TrialOutcome, ...]:
    """Outcomes with their names added to labels that several have."""
    labels = [outcome.label for outcome in outcomes]

    def one(outcome: TrialOutcome) -> TrialOutcome:
        label = outcome.label
        if label is None or labels.count(label) == 1:
            return outcome
        apart = Title(en=f"{label.en} ({outcome.name})", zh=f"{label.zh}（{outcome.name}）")
        return outcome.model_copy(update={"label": apart})

    return tuple(map(one, outcomes))


def _is_book(model: Any, name: str) -> bool:
    """Whether a profile has a field of this dotted name."""
    for key in name.split("."):
        fields = getattr(model, "model_fields", {})
        if key not in fields:
            return False
        model = fields[key].annotation
    return True


def _with_what_is_allowed(problem: UserError) -> UserError:
    """An unknown key, with what would be known: of a rule any of its keys, of a condition the one that is meant."""
    key = problem.problem.removeprefix("unknown key '").removesuffix("'")
    inside = (problem.field or "").rpartition(".")[2]
    if key == problem.problem:
        return problem
    if inside == "pass":
        hint = meant(key, Rule.model_fields)
    elif key in _MEANT and problem.allowed and "column" in problem.allowed:
        hint = {"mend": f"the key is '{_MEANT[key]}'"}
    else:
        return problem
    return UserError(problem.problem, file=problem.file, line=problem.line, field=problem.field, **hint)


class _Loader(OutcomeChecks):
    """One trial on its way; problems gather until all are known."""

    def __init__(self, source: TomlSource, code: Sequence[Path]) -> None:
        super().__init__(source)
        self.code = code

    def load(self, overrides: Sequence[str]) -> Trial:
        self.lay_over(overrides)
        for path, mend in from_percent_signs(self.data):
            self.problem(path, 'is above 1, where a percentage is a fraction: 0.05 or "5%" is 5%', mend=mend)
        catalogue = Catalogue.shipped()
        table, problems = check(TrialTable, self.data, self.place)
        self.problems += map(_with_what_is_allowed, problems)
        if table is None or self._too_little(table):
            raise_all(self.problems)
        profile, digest, where = self._profile(table, catalogue)
        arms = tuple(self._arm(arm, i, profile) for i, arm in enumerate(table.arms))
        self._world(table, profile, catalogue)
        self._design(table)
        self._arms(table.arms)
        self._survey(table)
        outcomes = tuple(self._outcome(outcome, i, table) for i, outcome in enumerate(table.outcomes))
        outcomes = _told_apart(outcomes)
        names = [outcome.name for outcome in outcomes]
        self._unique(names, "outcomes", "outcome")
        for i, condition in enumerate(table.design.eligible):
            self._condition(condition, ("design", "eligible", i), last=0)
        if self.problems:
            raise_all(self.problems)
        world = table.world.model_copy(
            update={"profile": where, "place": FrozenDict(self._canonical(table.world.place, catalogue))}
        )
        return Trial(
            **{name: getattr(table, name) for name in ("title", "source", "note", "design", "survey")},
            world=world,
            arms=arms,
            outcomes=outcomes,
            id=self.source.path.stem,
            file=str(self.source.path),
            profile_digest=digest,
        )

    def _too_little(self, table: TrialTable) -> bool:
        """Whether something is missing without which there is no trial (pydantic's own count is of valid items)."""
        found = len(self.problems)
        if len(table.arms) < 2:
            self.problem(("arms",), "a trial has two arms or more, the first of them the control")
        if not table.outcomes:
            self.problem(("outcomes",), "a trial has an outcome or more")
        if not table.survey.follow_ups:
            self.problem(("survey", "follow_ups"), "a trial has a follow-up or more")
        return len(self.problems) > found

    # --- world ---

    def _profile(self, table: TrialTable, catalogue: Catalogue) -> tuple[Any, str, str]:
        """The profile, the hash of its file, and the name by which any process finds it."""
        name = table.world.profile
        is_path = named_by_path(name)
        path = (self.source.path.parent / name).resolve() if is_path else PROFILES / f"{name}.toml"
        at = ("world", "profile")
        if not is_file(path):
            known = [one.stem for one in PROFILES.glob("*.toml")]
            self.problem(at, f"there is no profile '{name}'", **meant(Path(name).stem, known))
            return None, "", name
        try:
            profile = catalogue.load_profile(path)
        except UserError as error:
            self.problems += each_problem(error)
            return None, "", name
        if profile.era != "2012":
            self.problem(at, f"is of era {profile.era}, for which the model has no parameters", allowed="era 2012")
        return profile, hashlib.sha256(read_bytes(path)).hexdigest(), path.as_posix() if is_path else name

    def _world(self, table: TrialTable, profile: Any, catalogue: Catalogue) -> None:
        first, last = NEAR_ENOUGH
        if not first <= table.world.start.year <= last:
            self.problem(
                ("world", "start"),
                f"the year {table.world.start.year} is too far from those that the model knows",
                allowed=f"{first} to {last}",
            )
        for name, value in table.world.books.items():
            if profile is not None and not name.startswith("terrain."):  # the profile's are by township
                self._book(type(profile), name, value)
        country = table.world.country
        if country and (twice := country.twice([f"trend.{name.rpartition('.')[2]}" for name in table.world.place])):
            mend = f"leave out trend.{twice} in [world.place]"
            self.problem(("world", "country", twice), "is stated in [world.place] too", mend=mend)
        for name, value in table.world.place.items():
            try:
                catalogue.parameters.checked(name, frozen_lists(value), within_range=False)
            except UserError as error:
                book = UserError("the model has no such parameter", mend=f"{name} is a book: [world.books]")
                wrong = book if profile is not None and _is_book(type(profile), name) else error
                self.problems.append(self.place(("world", "place", name)).of(wrong))

    def _book(self, model: Any, name: str, value: object) -> None:
        """A field of the profile that is replaced: there, and of a kind it can be."""
        at: KeyPath = ("world", "books", name)
        for depth, key in enumerate(name.split(".")):
            fields = getattr(model, "model_fields", None)
            if fields is None or key not in fields:
                before = ".".join(name.split(".")[:depth])
                known = [f"{before}.{one}" if before else one for one in fields or ()]
                hint = meant(name, known)
                if any(one.key == name for one in Catalogue.shipped().parameters.entries):
                    hint = {"mend": f"{name} is a parameter: [world.place]"}
                self.problem(at, "the profile has no such field", **hint)
                return
            info = fields[key]
            model = info.annotation
        try:
            kind: Any = Annotated[(info.annotation, *info.metadata)] if info.metadata else info.annotation
            TypeAdapter[Any](kind).validate_python(frozen_lists(value), strict=True)
        except ValidationError as error:
            self.problem(at, f"cannot be {show(value)}: {error.errors()[0]['msg'].lower()}")

    def _canonical(self, place: Mapping[str, Any], catalogue: Catalogue) -> dict[str, Any]:
        return dict(
            catalogue.parameters.checked(name, frozen_lists(value), within_range=False) for name, value in place.items()
        )

    # --- design, arms, survey ---

    def _design(self, table: TrialTable) -> None:
        d = table.design
        wanted = {"branch": ("branch_villages", d.branch_villages), "household": ("villages", d.villages)}
        for unit, (name, value) in wanted.items():
            if d.unit == unit and value is None:
                meaning = "villages a branch serves" if unit == "branch" else "villages in which the households live"
                self.problem(("design",), f"'{name}' is missing", mend=f"unit = '{unit}' needs it: how many {meaning}")
            if d.unit != unit and value is not None:
                self.problem(("design", name), f"means nothing with unit = '{d.unit}'", mend="leave it out")

    def _arms(self, arms: Sequence[Arm]) -> None:
        names = [arm.name for arm in arms]
        self._unique(names, "arms", "arm")
        shares = sum(arm.share for arm in arms)
        if abs(shares - 1) > 1e-6:
            self.problem(("arms",), f"the shares of the arms add to {shares:g}, not to 1")
        clusters = int(self.data["design"]["clusters"])
        for i, arm in enumerate(arms):
            if arm.share * clusters < 2 - 1e-9:
                have = f"{arm.share:g} of {clusters} is {arm.share * clusters:g}"
                self.problem(("arms", i, "share"), f"fewer than 2 clusters in arm '{arm.name}' ({have})")
            if arm.crossover and (arm.crossover.arm not in names or arm.crossover.arm == arm.name):
                others = [name for name in names if name != arm.name]
                path: KeyPath = ("arms", i, "crossover", "arm")
                self.problem(path, f"there is no other arm '{arm.crossover.arm}'", **meant(arm.crossover.arm, others))

    def _arm(self, arm: Arm, i: int, profile: Any) -> Arm:
        policies = [self._policy(policy, ("arms", i, "policies", j), profile) for j, policy in enumerate(arm.policies)]
        self._unique([policy.label for policy in policies], "arms", "policy label", at=("arms", i, "policies"))
        if arm.told_first:
            self._quantity(arm.told_first.removeprefix("-"), ("arms", i, "told_first"))
        label = arm.label or Title(en=arm.name, zh=arm.name)
        return arm.model_copy(update={"policies": tuple(policies), "label": label})

    def _policy(self, policy: ArmPolicy, at: KeyPath, profile: Any) -> ArmPolicy:
        kinds = Catalogue.shipped().policies
        try:
            if ":" in policy.kind:
                cls, code = load_policy_class(policy.kind, self.code)
                policy = policy.model_copy(update={"code": code})
            elif policy.kind in kinds:
                cls = kinds[policy.kind]
            else:
                raise unknown_policy(policy.kind, kinds)
        except UserError as error:
            self.problems.append(error if error.file else self.place((*at, "kind")).of(error))
            return policy
        income = profile.income.yuan_per_head * profile.household.size if profile else 10_000.0
        probe: dict[str, Any] = {}
        for name, value in policy.settings.items():
            if is_of_income(value):
                share = value["of_income"]
                if not name.endswith("_yuan"):
                    self.problem((*at, name), "is no amount in yuan", mend="of_income is for settings in yuan")
                elif isinstance(share, bool) or not isinstance(share, (int, float)) or share < 0:
                    self.problem((*at, name), f"of_income must be a number, 0 or more, found {show(share)}")
                else:
                    probe[name] = float(share) * income
            elif isinstance(value, Mapping):
                mend = "a share of income is { of_income = 0.3 }"
                self.problem((*at, name), f"must be one value, found {show(value)}", mend=mend)
                probe.pop(name, None)
                return policy
            else:
                probe[name] = value
        settings, problems = check(cls.Settings, probe, self.place, at=at, also=("kind", "label"))
        self.problems += problems
        if settings is not None and settings.end_day is not None and settings.start_day > settings.end_day:
            self.problem((*at, "start_day"), f"starts on day {settings.start_day}, ends on day {settings.end_day}")
        return policy

    def _survey(self, table: TrialTable) -> None:
        for i, month in enumerate(table.survey.follow_ups):
            if month > LAST_MONTH:
                self.problem(
                    ("survey", "follow_ups", i),
                    f"month {month}: the model does not follow households for so long",
                    allowed=f"months 1 to {LAST_MONTH}",
                )
        lost = table.survey.attrition
        names = [arm.name for arm in table.arms]
        for name, share in lost.items() if isinstance(lost, Mapping) else ():
            path: KeyPath = ("survey", "attrition", name)
            if name not in names:
                self.problem(path, f"there is no arm '{name}'", **meant(name, names))
            elif isinstance(share, bool) or not isinstance(share, (int, float)) or not 0 <= share < 1:
                self.problem(path, f"must be a share from 0 to less than 1, found {show(share)}")
