"""Whether the outcomes of a trial file can be asked of the model, each question refused with why where it cannot."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from experiments.published import trial_row
from experiments.trials.file import TrialTable
from experiments.trials.outcome import Condition, TrialOutcome
from experiments.trials.overrides import OverlaidTables
from experiments.trials.questions import asked_title, check_quantity
from sim.core.errors import UserError
from sim.scenario import Title
from sim.toml.source import KeyPath, meant

_LIKE = {"relative": "percent"}  # what trial files call a unit of published rows


class OutcomeChecks(OverlaidTables):
    """The outcomes of a trial on its way; problems gather until all are known."""

    def _outcome(self, outcome: TrialOutcome, i: int, table: TrialTable) -> TrialOutcome:
        at: KeyPath = ("outcomes", i)
        names = [arm.name for arm in table.arms]
        update: dict[str, Any] = {"against": outcome.against or names[0]}
        if not outcome.arm and len(names) > 2 and outcome.estimator != "control":
            self.problem(at, "'arm' is missing", allowed=", ".join(names[1:]), mend="there are several")
        update["arm"] = outcome.arm or names[1]
        for key in ("arm", "against"):
            if update[key] not in names:
                self.problem((*at, key), f"there is no arm '{update[key]}'", **meant(update[key], names))
        if update["arm"] == update["against"]:
            self.problem((*at, "arm"), f"'{update['arm']}' is compared with itself")
        months = table.survey.follow_ups
        update["month"] = outcome.month or max(months)
        if update["month"] not in months:
            listed = ", ".join(map(str, months))
            self.problem((*at, "month"), f"nobody is asked in month {outcome.month}", allowed=listed)
        for name in outcome.parts:
            self._quantity(name, (*at, "measure"))
        self._quantity(outcome.through, (*at, "through"))
        for key in ("among", "minus"):
            for j, condition in enumerate(getattr(outcome, key)):
                self._condition(condition, (*at, key, j), last=max(months))
        if outcome.quantiles and outcome.estimator in ("late", "control", "arm"):
            self.problem((*at, "quantiles"), f"quantile effects are not defined for '{outcome.estimator}'")
        if outcome.who == "not_eligible":
            self._others(table, at)
        if not outcome.label:
            update["label"] = asked_title(outcome) or Title(en=outcome.name, zh=outcome.name)
        self._row(outcome, update["month"], at)
        return outcome.model_copy(update=update)

    def _row(self, outcome: TrialOutcome, month: int, at: KeyPath) -> None:
        if outcome.row is None:
            return
        for key, value in (("published", outcome.published), ("pass", outcome.rule)):
            if value is not None:
                mend = "state either the row or your own figures and rule"
                self.problem((*at, key), f"the row '{outcome.row}' has that already", mend=mend)
        try:
            row = trial_row(outcome.row)
        except UserError as error:
            self.problems.append(self.place((*at, "row")).of(error))
            return
        unit = _LIKE.get(row.unit, row.unit)
        first, last = row.horizon_months
        if row.not_modelled or row.role == "input":
            why = row.not_modelled or "it is an input of the model, which confirms nothing"
            self.problem((*at, "row"), f"the row '{outcome.row}' cannot be checked: {why}")
        elif unit != outcome.unit:
            self.problem(
                (*at, "unit"), f"the row '{outcome.row}' is published in another unit", mend=f'unit = "{unit}"'
            )
        elif not first <= month <= last:
            problem = f"the row '{outcome.row}' was measured in months {first} to {last}, not in month {month}"
            self.problem((*at, "month" if outcome.month else "row"), problem)

    def _others(self, table: TrialTable, at: KeyPath) -> None:
        """Those who may not take part can be asked where whole villages are drawn, and where there are any."""
        if table.design.unit == "household":
            mend = "draw villages or branches by lot"
            self.problem((*at, "who"), "who is not eligible is in no arm where households are drawn by lot", mend=mend)
        elif not table.design.eligible:
            self.problem((*at, "who"), "everyone is eligible", mend="state design.eligible")

    def _condition(self, condition: Condition, at: KeyPath, last: int) -> None:
        self._quantity(condition.column, (*at, "column"))
        if condition.month > last:
            allowed = f"months 0 to {last}" if last else "month 0: who takes part is known before anything happens"
            self.problem((*at, "month"), f"month {condition.month} is too late", allowed=allowed)

    def _quantity(self, name: str, at: KeyPath) -> None:
        try:
            check_quantity(name)
        except UserError as error:
            self.problems.append(self.place(at).of(error))

    def _unique(self, names: Iterable[str], key: str, word: str, at: KeyPath | None = None) -> None:
        seen: set[str] = set()
        for i, name in enumerate(names):
            if name in seen:
                self.problem((*(at or (key,)), i), f"a second {word} is called '{name}'", mend="rename it")
            seen.add(name)
