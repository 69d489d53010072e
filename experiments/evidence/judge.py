"""Model beside published: each target's line, its verdict, and counts that keep blind checks apart from the rest."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from experiments.measure.statistics import sign_share, t_limits
from experiments.published import Figure, Published, Verdict
from experiments.published.figure import NAN
from sim.core.errors import UserError
from sim.parameters import load_parameters

Floats = NDArray[np.float64]
_INDEXED = re.compile(r"([a-z_0-9.]+)(?:\[(\d+)\])?")


@dataclass(frozen=True)
class Line:
    """One target beside what the model gives.

    Attributes:
        target: What was published, with its rule.
        mean: Mean of the model over seeds (of a parameter: its value); not-a-number if there is none.
        low: Lower end of its 95% interval over seeds.
        high: Upper end.
        seeds: How many seeds it rests on.
        verdict: within or outside where a rule is applied, else why none is.
        sign_share: Share of bootstrap means with the sign of the rule, where the rule is a sign.
        without: Mean of the same without any policy, where a claim names a measure of it.
        nulls: The same line in each null world that it was put to, by the name of the world.
    """

    target: Figure
    mean: float
    low: float
    high: float
    seeds: int
    verdict: Verdict
    sign_share: float = NAN
    without: float = NAN
    nulls: Mapping[str, Line] = field(default_factory=dict)

    @property
    def group(self) -> str:
        """Where it is shown: start, moving, programmes or claims."""
        return self.target.group

    @property
    def judged(self) -> bool:
        """Whether a rule was applied."""
        return self.verdict in ("within", "outside")

    @property
    def firm(self) -> bool:
        """Whether the whole interval lies on the same side of the rule's limits as the mean.

        A rule by sign is as firm as the share of means that it asks for.
        """
        if self.target.rule is not None and self.target.rule.kind == "sign":
            return True
        low, high = self.target.limits
        if not (math.isfinite(self.low) and math.isfinite(self.high)):
            return True
        if self.verdict == "within":
            return low <= self.low and self.high <= high
        return self.high < low or self.low > high

    @property
    def met(self) -> bool:
        """Whether it passes, or may: chance could turn its failure round. What is not there at all is not met."""
        return self.verdict == "within" or (self.judged and not self.firm)

    @property
    def could_fail(self) -> bool:
        """Whether it is evidence: a rule was applied, nothing was turned toward it, and a null world fails it."""
        return self.speaks and any(not null.met for null in self.nulls.values())

    @property
    def seen_to_fail(self) -> bool:
        """Whether it was measured in a null world that fails it; in others there may be nothing to measure."""
        return self.speaks and any(null.judged and not null.met for null in self.nulls.values())

    @property
    def nulls_meet(self) -> bool:
        """Whether it is no evidence because every null world that it was put to meets it as well."""
        return self.speaks and bool(self.nulls) and not self.could_fail

    @property
    def speaks(self) -> bool:
        """Whether a rule was applied to a row that was neither set nor fitted."""
        return self.judged and self.target.role in ("check", "informed")

    def standardised(self) -> tuple[float, float, float] | None:
        """Mean and interval in half-widths of what passes, 0 its middle and -1 to 1 what passes; None if unbounded."""
        low, high = self.target.limits
        if not (math.isfinite(low) and math.isfinite(high) and math.isfinite(self.mean)):
            return None
        return self.target.off(self.mean), self.target.off(self.low), self.target.off(self.high)


@dataclass(frozen=True)
class Counts:
    """How many rows of each use there are, and how many of those judged are within.

    `checks` are blind; `informed` are rows that were in view when something was mended; `used` are fitted or set.
    Of the first two, `could_fail` are those that at least one null world does not meet, `blind_could_fail` the blind
    ones among them and `seen_to_fail` those that a null world was measured to fail (of the others it has nothing to
    measure); `not_put` are those that no null world was put to. `waiting` rows ask for what the model does not have.
    """

    could_fail: int
    could_fail_within: int
    blind_could_fail: int
    blind_could_fail_within: int
    seen_to_fail: int
    seen_to_fail_within: int
    not_put: int
    waiting: int

    checks: int
    checks_within: int
    informed: int
    informed_within: int
    used: int
    used_within: int
    inputs: int
    claims: int
    context: int
    not_modelled: int
    not_run: int


def judge(target: Published, values: Sequence[float] | Floats) -> Line:
    """Hold what the model gave, a seed each, against a target.

    Args:
        target: What was published.
        values: The measure, a seed each; seeds in which it is not defined are left out.
    """
    if target.role == "input":
        value = parameter_value(target.parameter) if target.parameter else NAN
        return Line(target, value, NAN, NAN, 0, target.verdict(value))
    known = np.asarray(values, dtype=np.float64)
    known = known[np.isfinite(known)]
    if target.not_modelled or not len(known):
        return unmeasured(target)
    mean, low, high = (float(limit) for limit in t_limits(known))
    share = NAN
    if target.rule is not None and target.rule.sign is not None and target.role not in ("claim", "context"):
        share = sign_share(known, target.rule.sign == "positive")
    return Line(target, mean, low, high, len(known), target.verdict(mean, share, interval=(low, high)), share)


def unmeasured(target: Figure) -> Line:
    """The line of a figure for which the model gives no number."""
    return Line(target, NAN, NAN, NAN, 0, target.verdict(NAN))


def count(lines: Iterable[Line]) -> Counts:
    """Count rows by use: blind checks, rows seen while mending, and fitted or set rows apart."""
    lines = list(lines)

    def judged(*roles: str) -> list[Line]:
        return [line for line in lines if line.judged and line.target.role in roles]

    checks, informed, used = judged("check"), judged("informed"), judged("set", "fitted")

    def of(verdict: Verdict) -> int:
        return sum(line.verdict == verdict for line in lines)

    speaks = [line for line in lines if line.speaks]
    could = [line for line in speaks if line.could_fail]
    blind = [line for line in could if line.target.role == "check"]
    seen = [line for line in could if line.seen_to_fail]
    return Counts(
        could_fail=len(could),
        could_fail_within=sum(line.verdict == "within" for line in could),
        blind_could_fail=len(blind),
        blind_could_fail_within=sum(line.verdict == "within" for line in blind),
        seen_to_fail=len(seen),
        seen_to_fail_within=sum(line.verdict == "within" for line in seen),
        not_put=sum(not line.nulls for line in speaks),
        waiting=of("waiting"),
        checks=len(checks),
        checks_within=sum(line.verdict == "within" for line in checks),
        informed=len(informed),
        informed_within=sum(line.verdict == "within" for line in informed),
        used=len(used),
        used_within=sum(line.verdict == "within" for line in used),
        inputs=of("input"),
        claims=of("claim"),
        context=of("context"),
        not_modelled=of("not_modelled"),
        not_run=of("not_run"),
    )


def parameter_value(name: str) -> float:
    """The value of a parameter: `topic.name`, or `topic.name[k]` for one of several values.

    Raises:
        UserError: There is no such parameter, or no such value in it.
    """
    match = _INDEXED.fullmatch(name)
    if not match:
        raise UserError(f"'{name}' names no parameter", field="parameter", allowed="topic.name or topic.name[0]")
    value = load_parameters().find(match[1]).value
    if not isinstance(value, tuple):
        if match[2] is not None:
            raise UserError(f"'{match[1]}' has one value only", field="parameter", mend=f"write {match[1]}")
        return float(value)
    if match[2] is None or int(match[2]) >= len(value):
        first = f"{match[1]}[0] is the first"
        raise UserError(f"'{match[1]}' has {len(value)} values: say which", field="parameter", mend=first)
    return float(value[int(match[2])])
