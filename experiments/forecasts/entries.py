"""What stands in the book: forecasts of a trial's outcomes, and results; read back as they were sealed."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TypeVar

from pydantic import Field, ValidationError

from experiments.forecasts.book import Book, Record
from experiments.forecasts.discrepancy import control_sds
from experiments.forecasts.distribution import Forecast
from experiments.published.figure import Role
from experiments.trials.outcome import Estimator, Unit
from sim.core.errors import UserError
from sim.core.frozen import FrozenModel
from sim.scenario import Title

Content = TypeVar("Content", bound=FrozenModel)


class Rival(FrozenModel):
    """What a reader of the literature would have said: the pooled mean of like trials.

    Attributes:
        mean: Their mean.
        sd: How far another such trial lies from it: their standard deviation, times sqrt(1 + 1/n).
        trials: How many.
        of: Which: "stated" in the file, of the same "measure", or of the same "unit".
    """

    mean: float
    sd: float = Field(gt=0)
    trials: int
    of: str

    @property
    def forecast(self) -> Forecast:
        """Its forecast distribution."""
        return Forecast((self.mean,), self.sd)


class SealedOutcome(FrozenModel):
    """The forecast of one outcome, in its unit (percent: 0.21 is 21%).

    Attributes:
        blind: Whether the trial file said nothing of what was found.
        effects: The replicates' effects, by parameter vector.
        control_mean: Mean among controls, in the measure's own unit; None if undefined.
        control_sd: Standard deviation among controls; None if undefined.
        mean: Mean of the forecast.
        interval_50: Its central 50% interval.
        interval_80: Its central 80% interval.
        chance_sd: What chance accounts for; None if there are too few replicates to say.
        parameter_sd: What parameters account for; likewise.
        discrepancy_sd: What the model's discrepancy accounts for; None if no row was known to estimate it from.
        rival: The pooled mean of like trials; None if fewer than three are known.
    """

    name: str
    label: Title
    measure: str
    month: int
    unit: Unit
    estimator: Estimator
    blind: bool
    effects: tuple[tuple[float, ...], ...]
    control_mean: float | None
    control_sd: float | None
    mean: float
    interval_50: tuple[float, float]
    interval_80: tuple[float, float]
    chance_sd: float | None
    parameter_sd: float | None
    discrepancy_sd: float | None
    rival: Rival | None

    @property
    def forecast(self) -> Forecast:
        """The distribution from which intervals and scores follow."""
        return Forecast(tuple(one for group in self.effects for one in group), self.discrepancy_sd or 0.0)

    @property
    def scale(self) -> float:
        """A standard deviation of the control group in the outcome's unit; not-a-number if there is none."""
        nan = float("nan")
        mean, sd = (nan if one is None else one for one in (self.control_mean, self.control_sd))
        return control_sds(self.unit, mean, sd)


class SealedTrial(FrozenModel):
    """A trial as it was sealed.

    Attributes:
        trial: Its name.
        title: Its title.
        source: Whose trial it is.
        file: The trial file with every default written out.
        code: Policy files of its own, by name.
        digest: Hash of all that was simulated.
        profile_digest: Hash of the profile it starts from.
        code_version: Hash of the program.
        command: The command line.
        parameters: How parameters were taken: point, calibrated or ranges.
        vectors: Number of the record that holds the parameter vectors; 0 if they stood at their values.
        unfitted: Numbers of vectors under which no world of this place was found; nothing rests on them.
        discrepancy: The model's discrepancy in standard deviations of the control group; None if nothing was known.
        known: The known rows it was estimated from, as trial.outcome.
        in_view: Those of them that were in view when the model was made.
        known_by: The versions of the program that forecast these.
        outcomes: What is forecast.
    """

    trial: str
    title: Title
    source: str
    file: str
    code: Mapping[str, str]
    digest: str
    profile_digest: str
    code_version: str
    command: str
    parameters: str
    vectors: int
    unfitted: tuple[int, ...]
    discrepancy: float | None
    known: tuple[str, ...]
    in_view: tuple[str, ...]
    known_by: tuple[str, ...]
    outcomes: tuple[SealedOutcome, ...]


class Result(FrozenModel):
    """A result that was entered.

    Attributes:
        forecast: Number of the record that it answers.
        outcome: Name of the outcome.
        estimate: What was found, in the outcome's unit.
        se: Its standard error, if known.
        source: Who says so.
        published: The day on which it was made public; None if it stood in the trial file.
        corrects: Number of the record of a result that was entered wrongly; 0 if it is the first.
        why: What was wrong with that one.
        role: Whether it was in view when the model was made; see `experiments.published.Figure`.
    """

    forecast: int
    outcome: str
    estimate: float
    se: float | None = None
    source: str = ""
    published: dt.date | None = None
    corrects: int = 0
    why: str = ""
    role: Role = "check"


@dataclass(frozen=True)
class Entry:
    """One outcome's forecast, and its result if there is one.

    Attributes:
        number: Number of the record that holds the forecast.
        date: The day on which it was sealed.
        digest: The digest of that record.
        trial: What was sealed.
        outcome: The outcome.
        result: What was found, as last corrected; None as long as nothing was entered.
        result_record: Number of the record that says so; 0 without a result.
        shipped: Whether it stands in the book that ships.
    """

    number: int
    date: dt.date
    digest: str
    trial: SealedTrial
    outcome: SealedOutcome
    result: Result | None
    result_record: int = 0
    shipped: bool = False

    @property
    def key(self) -> str:
        """The trial and outcome."""
        return f"{self.trial.trial}.{self.outcome.name}"

    @property
    def standing(self) -> str:
        """ "blind", "public" (blind, but its result was public before the seal), "known" (not blind)."""
        if not self.outcome.blind:
            return "known"
        if self.result is not None and self.result.published is not None and self.result.published <= self.date:
            return "public"
        return "blind"


def entries(book: Book, shipped: bool = False) -> list[Entry]:
    """Every forecast of a book with its result, in the order in which they were sealed.

    Raises:
        UserError: A record is whole, but of a form that this program does not know.
    """
    entered = [(record.number, _read(Result, record, book)) for record in book.of("result")]
    results = {(one.forecast, one.outcome): (number, one) for number, one in entered}
    found = []
    for record in book.of("forecast"):
        trial = _read(SealedTrial, record, book)
        for outcome in trial.outcomes:
            number, result = results.get((record.number, outcome.name), (0, None))
            found.append(Entry(record.number, record.date, record.digest, trial, outcome, result, number, shipped))
    return found


def _read(kind: type[Content], record: Record, book: Book) -> Content:
    try:
        return kind.model_validate(record.content)
    except ValidationError as error:
        field = ".".join(map(str, error.errors()[0]["loc"]))
        raise UserError(
            f"record {record.number} has a form that this version of the program does not know",
            file=book.path,
            line=record.number,
            field=field,
            mend="read it with the version that sealed it, or begin another book (--book)",
        ) from None


def newest(found: Sequence[Entry]) -> list[Entry]:
    """Of several forecasts of one outcome, the last."""
    return list({entry.key: entry for entry in found}.values())
