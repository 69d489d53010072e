"""From what replicates found to a sealed forecast: intervals, parameter vectors, discrepancy, a rival."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from experiments.forecasts.book import Record, Writer, read_book, writing
from experiments.forecasts.discrepancy import Miss, discrepancy
from experiments.forecasts.distribution import Forecast, parts_of_variance
from experiments.forecasts.entries import Entry, Result, Rival, SealedOutcome, SealedTrial, entries, newest
from experiments.runs.command_line import command_line
from experiments.trials.file import Trial
from experiments.trials.outcome import TrialOutcome
from experiments.trials.published import figure_of
from experiments.trials.results import OutcomeResult, TrialResult
from experiments.trials.run import stored_text
from experiments.trials.vectors import Vectors
from sim.core.errors import UserError
from sim.scenario import Title
from sim.scenario.own_module import hash_of

SHIPPED = Path(__file__).parents[1] / "published" / "known_forecasts.jsonl"
"""Forecasts of the rows already known, none of them blind: what the discrepancy is estimated from."""
LEAST_LIKE = 3
"""Trials of which a mean and a spread say anything."""


def known_entries(book: Iterable[Entry]) -> list[Entry]:
    """The newest forecast of every row with a result: those that ship, and those of a book."""
    return [one for one in newest([*shipped_entries(), *book]) if one.result is not None]


def shipped_entries() -> list[Entry]:
    """What stands in the book that ships."""
    return entries(read_book(SHIPPED), shipped=True)


def seal(
    results: Sequence[TrialResult], path: Path, command: str | None = None, date: dt.date | None = None
) -> list[Record]:
    """Seal what trials will find, and enter results that their files state (those forecasts are not blind).

    Args:
        results: Trials over all replicates.
        path: The book; begun if it is not there.
        command: The command line to record; this process's by default.
        date: The day of the seal; today (UTC) by default.

    Returns:
        The sealed forecasts, one a trial; a trial or outcome without any effect is left out.

    Raises:
        UserError: The book is not as it was sealed or cannot be written, or there is no effect to forecast at all.
    """
    begun = [_Begun(result, outcomes) for result in results if (outcomes := _plain_outcomes(result))]
    if not begun:
        first = results[0].trial
        raise UserError("there is nothing to seal: no effect is defined in any replicate", file=first.file)
    with writing(path) as book:
        known = known_entries(entries(book.book))
        sealed = []
        for one in begun:
            content = _sealed(one, known, begun, _vectors(book, one.result.vectors), command or command_line())
            sealed.append(book.add("forecast", content.model_dump(mode="json"), date))
        for one, record in zip(begun, sealed, strict=True):
            for stated in one.results(record.number):
                book.add("result", stated.model_dump(mode="json"), date)
    return sealed


@dataclass(frozen=True)
class _Begun:
    """A trial with the forecasts of its outcomes, still without discrepancy and rival."""

    result: TrialResult
    outcomes: tuple[SealedOutcome, ...]

    def results(self, number: int) -> list[Result]:
        """The results that the file states."""
        found = []
        forecast = {one.name for one in self.outcomes}
        for outcome in self.result.trial.outcomes:
            figure = figure_of(outcome)
            if figure.middle is not None and outcome.name in forecast:
                se = None if figure.se is None else float(figure.se)
                one = Result(forecast=number, outcome=outcome.name, estimate=figure.middle, se=se)
                found.append(one.model_copy(update={"source": figure.source, "role": figure.role}))
        return found

    def misses(self) -> dict[str, Miss]:
        """The misses of outcomes whose result the file states, by trial.outcome."""
        stated = {one.outcome: one for one in self.results(0)}
        trial = self.result.trial
        pairs = [(one, stated[one.name]) for one in self.outcomes if one.name in stated]
        return {
            f"{trial.id}.{one.name}": miss for one, known in pairs if (miss := _miss(trial.id, one, known)) is not None
        }


def _plain_outcomes(result: TrialResult) -> tuple[SealedOutcome, ...]:
    return tuple(found for one in result.outcomes if (found := _plain(one, result)) is not None)


def _plain(one: OutcomeResult, result: TrialResult) -> SealedOutcome | None:
    """The forecast by chance and parameters alone; None if the effect is not defined in any replicate."""
    by_vector: dict[int, list[float]] = {}
    for seed, effect in zip(result.seeds, one.effects, strict=True):
        if math.isfinite(effect):
            by_vector.setdefault(result.vectors.number_of(seed), []).append(effect)
    groups = tuple(tuple(by_vector[number]) for number in sorted(by_vector))
    if not groups:
        return None
    chance, parameters = parts_of_variance(groups)
    forecast = Forecast(tuple(effect for group in groups for effect in group), 0.0)
    return SealedOutcome(
        **one.outcome.model_dump(include={"name", "month", "unit", "estimator"}),
        measure=one.outcome.asked,
        label=one.outcome.label or Title(en=one.outcome.name, zh=one.outcome.name),
        blind=is_blind(one.outcome, result.trial),
        effects=groups,
        control_mean=_or_none(one.control_mean.value),
        control_sd=_or_none(one.control_sd),
        mean=forecast.mean,
        interval_50=forecast.interval(0.5),
        interval_80=forecast.interval(0.8),
        chance_sd=_or_none(chance),
        parameter_sd=_or_none(parameters),
        discrepancy_sd=None,
        rival=None,
    )


def is_blind(outcome: TrialOutcome, trial: Trial) -> bool:
    """Whether the file says nothing of what was found.

    A published result or row tells that the trial is known, and so with it all its outcomes; a rule tells of its own
    outcome alone.
    """
    known = any(one.row is not None or one.published is not None for one in trial.outcomes)
    return not known and outcome.rule is None


def _sealed(one: _Begun, known: Sequence[Entry], begun: Sequence[_Begun], vectors: int, command: str) -> SealedTrial:
    trial = one.result.trial
    misses = {entry.key: miss for entry in known if (miss := miss_of(entry)) is not None}
    misses |= {key: miss for other in begun for key, miss in other.misses().items()}
    others = {key: miss for key, miss in misses.items() if miss.study != trial.id}
    roles = {entry.key: entry.result.role for entry in known if entry.result is not None}
    roles |= {f"{other.result.trial.id}.{r.outcome}": r.role for other in begun for r in other.results(0)}
    versions = {entry.trial.code_version for entry in known if entry.key in others}
    spread = discrepancy(list(others.values())) if others else None
    asked = {outcome.name: outcome for outcome in trial.outcomes}
    return SealedTrial(
        trial=trial.id,
        title=trial.title,
        source=trial.source,
        file=stored_text(trial),
        code=_code(trial),
        digest=trial.digest(),
        profile_digest=trial.profile_digest,
        code_version=one.result.code_version,
        command=command,
        parameters=one.result.vectors.drawing.mode,
        vectors=vectors,
        unfitted=one.result.unfitted,
        discrepancy=spread,
        known=tuple(sorted(others)),
        in_view=tuple(key for key in sorted(others) if roles[key] != "check"),
        known_by=tuple(sorted(versions | {one.result.code_version for one in begun if one.misses()})) if others else (),
        outcomes=tuple(
            _with_discrepancy(outcome, spread, _rival(outcome, asked[outcome.name], trial.id, known, begun))
            for outcome in one.outcomes
        ),
    )


def _with_discrepancy(outcome: SealedOutcome, spread: float | None, rival: Rival | None) -> SealedOutcome:
    sd = None if spread is None else _or_none(spread * outcome.scale)
    forecast = Forecast(outcome.forecast.centres, sd or 0.0)
    return outcome.model_copy(
        update={
            "discrepancy_sd": sd,
            "interval_50": forecast.interval(0.5),
            "interval_80": forecast.interval(0.8),
            "rival": rival,
        }
    )


def miss_of(entry: Entry) -> Miss | None:
    """By how much a forecast missed its result; None without a result, or where nothing tells its size."""
    return None if entry.result is None else _miss(entry.trial.trial, entry.outcome, entry.result)


def _miss(study: str, outcome: SealedOutcome, result: Result) -> Miss | None:
    """A published standard error says better than replicates what chance did in that one study."""
    scale = outcome.scale
    chance = result.se if result.se is not None else outcome.chance_sd
    if not math.isfinite(scale) or chance is None:
        return None
    variance = chance**2 + (outcome.parameter_sd or 0.0) ** 2
    off = (result.estimate - outcome.mean) / scale
    return Miss(study, off, variance / scale**2, result.estimate / scale)


def _rival(
    outcome: SealedOutcome, stated: TrialOutcome, trial: str, known: Sequence[Entry], begun: Sequence[_Begun]
) -> Rival | None:
    """The pooled mean of like trials: those that the file names, else other trials of the same measure, else unit."""
    results = [(e.trial.trial, e.outcome, e.result.estimate) for e in known if e.result is not None]
    for other in begun:
        published = {one.outcome: one.estimate for one in other.results(0)}
        results += [
            (other.result.trial.id, one, published[one.name]) for one in other.outcomes if one.name in published
        ]
    others = {(study, one.name): (one, estimate) for study, one, estimate in results if study != trial}
    in_unit = [(one, found) for one, found in others.values() if one.unit == outcome.unit]
    choices = {
        "stated": [one.estimate for one in stated.like if one.estimate is not None],
        "measure": [found for one, found in in_unit if one.measure == outcome.measure],
        "unit": [found for _, found in in_unit],
    }
    for of, found in choices.items():
        if len(found) >= LEAST_LIKE and (sd := float(np.std(found, ddof=1))) > 0:
            n = len(found)
            return Rival(mean=float(np.mean(found)), sd=sd * math.sqrt(1 + 1 / n), trials=n, of=of)
    return None


def _vectors(book: Writer, vectors: Vectors) -> int:
    """The record that holds these vectors, sealed if it is not there yet; 0 where every parameter is at its value."""
    if vectors.drawing.mode == "point":
        return 0
    table = [vectors.vector(number) for number in vectors.numbers]
    names = sorted(set().union(*table))
    content: dict[str, Any] = {
        "mode": vectors.drawing.mode,
        "digest": vectors.drawing.digest,
        "names": names,
        "vectors": [[vector.get(name) for name in names] for vector in table],
    }
    for record in book.book.of("vectors"):
        if record.content["digest"] == content["digest"] and len(record.content["vectors"]) == len(table):
            return record.number
    return book.add("vectors", content).number


def _code(trial: Trial) -> Mapping[str, str]:
    """The policy files of its own."""
    code = [policy.code for arm in trial.arms for policy in arm.policies if policy.code]
    for one in code:
        if hash_of(Path(one.path)) != one.sha256:
            mend = "run the command again, which runs what is sealed"
            raise UserError("has changed since the trial was loaded", file=one.path, mend=mend)
    files = {file.name: file for one in code for file in one.files()}
    return {name: files[name].read_text(encoding="utf-8") for name in sorted(files)}


def _or_none(value: float) -> float | None:
    return value if math.isfinite(value) else None
