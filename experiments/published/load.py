"""The three files of published figures, each of which says in its head what its fields mean.

A table may hold several figures under `parts`; a part says again only what differs.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any, Literal, TypeVar

from pydantic import Field, model_validator

from experiments.published.figure import Confidence, Figure, Group, Number, Role, Rule
from experiments.published.start import described
from sim.core.errors import UserError
from sim.core.frozen import FrozenModel
from sim.toml.check import check
from sim.toml.source import TomlSource, meant, raise_all, read_toml

HERE = Path(__file__).parent
FIGURES, TRIALS, CLAIMS = (HERE / f"{name}.toml" for name in ("figures", "trials", "claims"))
_JUDGED = ("check", "informed", "set", "fitted")


class Published(Figure):
    """A figure of the world, or a claim of a document, and by what the model measures the same.

    For what each field means see the head of figures.toml and claims.toml.
    """

    role: Role
    group: Group
    parameter: str = ""
    describe: str = ""
    measure: str = ""
    without: str = ""
    document: str = ""
    speech: str = ""
    kind: str = ""

    @model_validator(mode="after")
    def _complete(self) -> Published:
        _check_share(self.rule)
        if self.describe:
            return self
        if self.value is None and self.range is None and (self.rule is None or self.role not in _JUDGED):
            raise ValueError("give a value, a range, or a rule with limits or a sign")
        if self.not_modelled or self.waits_for:
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


class TrialRow(Figure):
    """One outcome of a published trial, and what a virtual trial of it must show. See the head of trials.toml.

    Attributes:
        value: Published effect in `unit` (None if only its sign carries over); `estimate` in the file.
        unit: sd of the control group, relative to its mean, share, or ratio.
        horizon_months: First and last month after the start at which the outcome was taken.
    """

    kind: Literal["trial", "synthesis", "observational", "sign", "input"]
    role: Literal["check", "informed", "set", "fitted", "input"]
    programme: str = Field(min_length=1)
    design: str = Field(min_length=1)
    outcome: str = Field(min_length=1)
    value: Number | None = Field(default=None, alias="estimate")
    unit: Literal["sd", "relative", "share", "ratio", "yuan", "percent", "level"]
    horizon_months: tuple[int, int]
    why: str = Field(min_length=1)
    source: str = Field(min_length=1)
    confidence: Confidence

    @model_validator(mode="after")
    def _complete(self) -> TrialRow:
        _check_share(self.rule)
        if self.rule is None and self.role != "input":
            raise ValueError("a trial needs a rule for passing")
        if self.role in ("set", "fitted", "informed") and not self.turned:
            raise ValueError("say under turned what was turned, or what was changed with the figure in view")
        if (
            self.value is None
            and self.range is None
            and (self.rule is None or self.rule.kind not in ("sign", "no_effect"))
        ):
            raise ValueError("give an estimate, a range, or a rule by sign or no_effect")
        return self


def _check_share(rule: Rule | None) -> None:
    """A published rule by sign says how sure the sign must be."""
    if rule is not None and (rule.sign is None) != (rule.share is None):
        raise ValueError("sign and share go together")


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
                whole = described(whole, source, name)
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


def published_figure(name: str) -> Published:
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
