"""What others have published: figures of the world, trials of programmes, claims of documents; with rules for passing.

Three TOML files hold them, each saying in its head what its fields mean. A table may hold several figures under
`parts`; a part says again only what differs. `figure`, `trial_row` and `claims` are what other modules ask for.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any, Literal, TypeVar

from pydantic import Field, model_validator

from sim.core.errors import UserError
from sim.core.frozen import FrozenModel
from sim.toml.check import check
from sim.toml.source import TomlSource, meant, raise_all, read_toml

HERE = Path(__file__).parent
FIGURES, TRIALS, CLAIMS = (HERE / f"{name}.toml" for name in ("figures", "trials", "claims"))

Number = int | float
Role = Literal["set", "fitted", "informed", "check", "input", "claim", "context"]
Group = Literal["start", "moving", "programmes", "claims"]
_JUDGED = ("check", "informed", "set", "fitted")
Confidence = Literal["read", "computed", "high", "medium", "low", ""]


class Rule(FrozenModel):
    """What passes, decided before the run: limits, or a distance from the figure, or a sign.

    Attributes:
        low: Least mean that passes (None: no lower limit), in the figure's unit.
        high: Largest mean that passes.
        tolerance: Distance from the figure that passes, in its unit.
        relative: The same as a share of the figure.
        sign: Direction in which the effect must go.
        share: Share of the bootstrap means over replicates that must have the sign.
        control_low: Least level of the control group that passes.
        control_high: Largest level of the control group that passes.
    """

    low: Number | None = None
    high: Number | None = None
    tolerance: Number | None = Field(default=None, gt=0)
    relative: Number | None = Field(default=None, gt=0)
    sign: Literal["positive", "negative"] | None = None
    share: Number | None = Field(default=None, gt=0.5, le=1)
    control_low: Number | None = None
    control_high: Number | None = None

    @model_validator(mode="after")
    def _one_way(self) -> Rule:
        ways = (self.low is not None or self.high is not None, self.tolerance, self.relative, self.sign)
        if sum(bool(way) for way in ways) != 1:
            raise ValueError("a rule is low and high, or tolerance, or relative, or sign and share: one of them")
        if self.low is not None and self.high is not None and self.low >= self.high:
            raise ValueError(f"low ({self.low:g}) must be less than high ({self.high:g})")
        if (self.sign is None) != (self.share is None):
            raise ValueError("sign and share go together")
        return self

    def limits(self, value: float | None) -> tuple[float, float]:
        """Least and largest mean that pass.

        Args:
            value: The published figure, from which a distance counts.
        """
        if self.tolerance is not None or self.relative is not None:
            at = 0.0 if value is None else float(value)
            off = float(self.tolerance) if self.tolerance is not None else float(self.relative or 0.0) * abs(at)
            return at - off, at + off
        return (
            -float("inf") if self.low is None else float(self.low),
            float("inf") if self.high is None else float(self.high),
        )


class Published(FrozenModel):
    """One published number (or range of numbers), and how it is held against the model.

    `value` is in `unit`, which stands for a share as "share" (0 to 1). For what each field means see the head of
    figures.toml and claims.toml.
    """

    id: str
    label_en: str = Field(min_length=1)
    label_zh: str = Field(min_length=1)
    role: Role
    group: Group
    value: Number | None = None
    range: tuple[Number, Number] | None = None
    se: Number | None = Field(default=None, gt=0)
    unit: str = ""
    place: str = ""
    year: int | None = Field(default=None, ge=1900, le=2100)
    source: str = ""
    confidence: Confidence = ""
    parameter: str = ""
    describe: str = ""
    measure: str = ""
    without: str = ""
    not_modelled: str = ""
    rule: Rule | None = None
    why: str = ""
    turned: str = ""
    note: str = ""
    document: str = ""
    speech: str = ""
    kind: str = ""

    @model_validator(mode="after")
    def _complete(self) -> Published:
        if self.range is not None and self.range[0] >= self.range[1]:
            raise ValueError("range must go from its lower to its higher end")
        if self.describe:
            return self
        if self.value is None and self.range is None and (self.rule is None or self.role not in _JUDGED):
            raise ValueError("give a value, a range, or a rule with limits or a sign")
        if self.not_modelled:
            return self
        if self.role == "input":
            if not self.parameter:
                raise ValueError("name the parameter that takes it, or the reason under not_modelled")
            return self
        if not self.measure:
            raise ValueError(f"a row with role '{self.role}' needs a measure, or the reason under not_modelled")
        if self.role in _JUDGED:
            self._check_rule()
        if self.role in ("fitted", "informed") and not self.turned:
            raise ValueError("say under turned what was turned, or what was changed with the figure in view")
        return self

    def _check_rule(self) -> None:
        if self.rule is None and self.range is None:
            raise ValueError("give a rule for passing, or a range that the mean must lie in")
        if not self.why:
            raise ValueError("say under why what the rule rests on")
        if self.rule is not None and self.middle is None and (self.rule.tolerance or self.rule.relative):
            raise ValueError("a distance counts from a value: give one")

    @property
    def middle(self) -> float | None:
        """The figure, or the middle of its range; None where only a direction is published."""
        if self.value is not None:
            return float(self.value)
        return None if self.range is None else (float(self.range[0]) + float(self.range[1])) / 2.0

    @property
    def limits(self) -> tuple[float, float]:
        """Least and largest mean that pass; infinite where there is no limit."""
        if self.rule is not None:
            return self.rule.limits(self.middle)
        if self.range is not None:
            return float(self.range[0]), float(self.range[1])
        return -float("inf"), float("inf")


class TrialRow(FrozenModel):
    """One outcome of a published trial, and what a virtual trial of it must show. See the head of trials.toml.

    Attributes:
        estimate: Published effect in `unit` (None if only its sign carries over).
        se: Its standard error, if published.
        range: The published range instead of one estimate.
        rule: What the mean over replicate trials must be.
        unit: sd of the control group, relative to its mean, share, or ratio.
        horizon_months: First and last month after the start at which the outcome was taken.
    """

    id: str
    label_en: str = Field(min_length=1)
    label_zh: str = Field(min_length=1)
    kind: Literal["trial", "synthesis", "observational", "sign", "input"]
    role: Literal["check", "informed", "set", "fitted", "input"]
    programme: str = Field(min_length=1)
    design: str = Field(min_length=1)
    outcome: str = Field(min_length=1)
    estimate: Number | None = None
    se: Number | None = Field(default=None, gt=0)
    range: tuple[Number, Number] | None = None
    unit: Literal["sd", "relative", "share", "ratio", "yuan", "percent", "level"]
    horizon_months: tuple[int, int]
    rule: Rule | None = None
    why: str = Field(min_length=1)
    turned: str = ""
    not_modelled: str = ""
    note: str = ""
    source: str = Field(min_length=1)
    confidence: Confidence

    @model_validator(mode="after")
    def _complete(self) -> TrialRow:
        if self.rule is None and self.role != "input":
            raise ValueError("a trial needs a rule for passing")
        if self.role in ("set", "fitted", "informed") and not self.turned:
            raise ValueError("say under turned what was turned, or what was changed with the figure in view")
        if self.estimate is None and self.range is None and (self.rule is None or self.rule.sign is None):
            raise ValueError("give an estimate, a range, or a rule with a sign")
        return self

    @property
    def middle(self) -> float | None:
        """The estimate, or the middle of its range; None where only the sign is published."""
        if self.estimate is not None:
            return float(self.estimate)
        return None if self.range is None else (float(self.range[0]) + float(self.range[1])) / 2.0

    @property
    def limits(self) -> tuple[float, float]:
        """Least and largest mean that pass; infinite where there is no limit."""
        return self.rule.limits(self.middle) if self.rule is not None else (-float("inf"), float("inf"))


Row = TypeVar("Row", bound=FrozenModel)


def read_rows(kind: type[Row], source: TomlSource, **also: Any) -> dict[str, Row]:
    """The rows of a file in the order of the file, parts under `row.part`.

    Args:
        kind: `Published` or `TrialRow`.
        source: The file.
        also: What every row says unless it says otherwise.

    Raises:
        UserError: Something in the file is wrong (all of it, line by line).
    """
    rows: dict[str, Row] = {}
    problems: list[UserError] = []
    for name, table in source.data.items():
        if not isinstance(table, Mapping):
            problems.append(source.place((name,)).error("must be a table: [name] and its fields below", field=name))
            continue
        parts = table.get("parts")
        if "parts" in table and not (isinstance(parts, Mapping) and parts):
            problems.append(source.place((name, "parts")).error("must be tables: [name.parts.part]", field=name))
            continue
        shared = {key: value for key, value in table.items() if key != "parts"}
        if "id" in shared:
            problems.append(source.place((name, "id")).error("the table's name is its id", field=name))
            continue
        for part, own in parts.items() if parts else (("", {}),):
            if not isinstance(own, Mapping):
                problems.append(source.place((name, "parts", part)).error("must be a table", field=f"{name}.{part}"))
                continue
            full = f"{name}.{part}" if part else name
            whole = {**also, **_instead(shared, own), **own, "id": full}
            if whole.get("describe") and kind is Published:
                whole = _described(whole, source, name)
            row, found = check(kind, whole, _places(source, name, part), at=(name,), name=full)
            problems += found
            if row is not None:
                rows[full] = row
    if problems:
        raise_all(problems)
    return rows


def _instead(shared: Mapping[str, Any], own: Mapping[str, Any]) -> dict[str, Any]:
    """What a part takes from its table: a figure or a way of measuring of its own replaces the table's."""
    left_out: set[str] = set()
    for alternatives in (("value", "range"), ("measure", "describe", "not_modelled")):
        if any(name in own for name in alternatives):
            left_out |= set(alternatives)
    return {key: value for key, value in shared.items() if key not in left_out}


def _places(source: TomlSource, name: str, part: str) -> Any:
    """Where a field stands: in the part if it is said there, else in the table."""

    def place(path: Sequence[Any]) -> Any:
        inside = tuple(path[1:])
        own = (name, "parts", part, *inside)
        if part and (not inside or inside[0] in source.data[name]["parts"][part]):
            return source.place(own)
        return source.place((name, *inside))

    return place


def _described(whole: Mapping[str, Any], source: TomlSource, name: str) -> dict[str, Any]:
    """A row that stands for a line of `village population describe`: what that line says, not repeated."""
    from sim.population.describe import PROFILE, figures
    from sim.population.profile import load_profile

    line = str(whole["describe"])
    if line not in figures():
        known = meant(line, figures())
        raise source.place((name, "describe")).error(f"there is no such line '{line}'", field=str(whole["id"]), **known)
    figure = figures()[line]
    value = figure.published if figure.published is not None else PROFILE[line](load_profile("gansu_county"))
    low, high = value - figure.allowed(value), value + figure.allowed(value)
    slack = 1e-9 * max(1.0, abs(value))
    said = {
        "label_en": figure.label_en, "label_zh": figure.label_zh, "unit": figure.unit, "value": value,
        "role": "check" if figure.role == "free" else figure.role, "why": figure.why, "group": "start",
        "turned": "the generator, to its books" if figure.role == "fitted" else "",
        "rule": {"low": low - slack, "high": high + slack}, "measure": f"describe.{line}",
    }  # fmt: skip
    for key in ("place", "source", "confidence"):
        if not whole.get(key):
            said[key] = getattr(figure, key) or ("the profile's books" if key == "source" else "")
    for key in ("role", "turned"):
        if whole.get(key):  # a claim; or a line toward which more was turned than the generator alone
            del said[key]
    return {**whole, **said}


@lru_cache
def figures() -> Mapping[str, Published]:
    """Every published figure, by id (`row` or `row.part`).

    Raises:
        UserError: The file is not in order.
    """
    return read_rows(Published, read_toml(FIGURES))


@lru_cache
def claims() -> Mapping[str, Published]:
    """Every claim, by id. Compared with the model, never fitted.

    Raises:
        UserError: The file is not in order.
    """
    return read_rows(Published, read_toml(CLAIMS), role="claim", group="claims", confidence="")


@lru_cache
def trial_rows() -> Mapping[str, TrialRow]:
    """Every outcome of a published trial, by id.

    Raises:
        UserError: The file is not in order.
    """
    return read_rows(TrialRow, read_toml(TRIALS))


def figure(name: str) -> Published:
    """A published figure.

    Args:
        name: Its id: `row`, or `row.part` if the row has parts.

    Raises:
        UserError: There is no such row.
    """
    return _find(figures(), name, "published figure")


def trial_row(name: str) -> TrialRow:
    """One outcome of a published trial.

    Args:
        name: Its id: `row`, or `row.part` if the row has parts.

    Raises:
        UserError: There is no such row.
    """
    return _find(trial_rows(), name, "row of published trials")


def _find(rows: Mapping[str, Row], name: str, what: str) -> Row:
    if name in rows:
        return rows[name]
    parts = [other for other in rows if other.startswith(f"{name}.")]
    if parts:
        raise UserError(f"'{name}' has several outcomes", field="row", allowed=", ".join(parts))
    raise UserError(f"there is no {what} '{name}'", field="row", **meant(name, rows))


def row_ids(rows: Iterator[str] | Mapping[str, Any]) -> list[str]:
    """The rows (without their parts) that these ids belong to, in order, each once."""
    return list(dict.fromkeys(name.split(".")[0] for name in rows))
