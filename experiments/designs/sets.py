"""A calibrated set: vectors of parameters that fit the targets about equally well, as one TOML file.

`load_set()` reads the set that ships; any other by its path. The file says what made it, and how far above the best a
vector's objective may be to stand in it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import Field

from sim.core.errors import UserError
from sim.core.frozen import FrozenModel
from sim.facts.limits import MOST_COUNT, MOST_SEED
from sim.parameters import load_parameters
from sim.shipped import shipped
from sim.toml.check import check
from sim.toml.reading import is_file
from sim.toml.source import each_problem, raise_all, read_toml

SHIPPED = shipped("calibration") / "county.set.toml"
FORMAT = 1
_ROUNDED = 1e-3  # objectives and threshold are written to four digits
_HEADER = (
    "# Written by `village calibrate`. Vectors that fit the targets about equally well; not for editing by hand.\n\n"
)


class _Range(FrozenModel):
    """A parameter that was calibrated, and between what."""

    name: str
    low: float
    high: float
    scale: Literal["linear", "log"] = "linear"


class _Vector(FrozenModel):
    """One vector and what its residuals add up to."""

    objective: float = Field(ge=0)
    values: Mapping[str, float]


class _File(FrozenModel):
    """The whole file."""

    format: Literal[1]
    spec: str
    spec_digest: str
    code_version: str
    command: str = ""
    seeds: tuple[Annotated[int, Field(ge=0, le=MOST_SEED)], ...] = Field(min_length=1)
    villages: int = Field(ge=1, le=MOST_COUNT)
    evaluations: int = Field(ge=1, le=MOST_COUNT)
    targets: int = Field(ge=1, le=MOST_COUNT)
    threshold: float = Field(gt=0)
    parameters: tuple[_Range, ...] = Field(min_length=1)
    vectors: tuple[_Vector, ...] = Field(min_length=1)


@dataclass(frozen=True)
class CalibratedSet:
    """Parameter vectors that fit about equally well.

    Attributes:
        vectors: Each a value by full parameter name ("topic.name"), the best first.
        objectives: Weighted sum of squared residuals of each vector, in squared tolerances.
        threshold: How far above the best objective a vector may be and still count as fitting about as well.
        ranges: Parameter -> lowest and highest value that was tried.
        scales: Parameter -> "linear" or "log": the scale on which its range was searched.
        spec: Name of the specification; `spec_digest` is a hash of all in it that decides the result.
        code_version: The program that made it.
        command: The command line that made it.
        seeds: Run seeds that every vector shared.
        villages: Size of the world.
        evaluations: How many vectors were tried.
        targets: How many targets were fitted.
    """

    vectors: list[dict[str, float]]
    objectives: list[float]
    threshold: float
    ranges: dict[str, tuple[float, float]]
    scales: dict[str, str]
    spec: str
    spec_digest: str
    code_version: str
    command: str
    seeds: tuple[int, ...]
    villages: int
    evaluations: int
    targets: int

    @property
    def parameters(self) -> list[str]:
        """Full names of the calibrated parameters."""
        return list(self.ranges)

    @property
    def best(self) -> dict[str, float]:
        """The vector with the lowest objective."""
        return self.vectors[0]

    def interval(self, parameter: str) -> tuple[float, float]:
        """Lowest and highest value of a parameter in the set."""
        values = [vector[parameter] for vector in self.vectors]
        return min(values), max(values)

    def toml(self) -> str:
        """The file that `load_set` reads."""
        import tomli_w

        content: dict[str, Any] = {
            "format": FORMAT,
            "spec": self.spec,
            "spec_digest": self.spec_digest,
            "code_version": self.code_version,
            "command": self.command,
            "seeds": list(self.seeds),
            "villages": self.villages,
            "evaluations": self.evaluations,
            "targets": self.targets,
            "threshold": self.threshold,
            "parameters": [
                {"name": name, "low": low, "high": high, "scale": self.scales[name]}
                for name, (low, high) in self.ranges.items()
            ],
            "vectors": [
                {"objective": objective, "values": vector}
                for objective, vector in zip(self.objectives, self.vectors, strict=True)
            ],
        }
        return _HEADER + tomli_w.dumps(content)


def load_set(path: Path | None = None) -> CalibratedSet:
    """Read a calibrated set.

    Args:
        path: A file written by `village calibrate`; the set that ships by default.

    Raises:
        UserError: There is no such file, it is damaged, or it names a parameter or value that the model does not allow.
    """
    path = path or SHIPPED
    if not is_file(path):
        raise UserError("there is no calibrated set here", file=path, mend="make one: village calibrate --write")
    source = read_toml(path)
    file, problems = check(_File, source.data, source.place)
    if file is None or problems:
        raise_all(problems)
    parameters = load_parameters()
    names = [one.name for one in file.parameters]
    least = min(vector.objective for vector in file.vectors)
    for i, vector in enumerate(file.vectors):
        place = source.place(("vectors", i))
        if sorted(vector.values) != sorted(names):
            problems.append(place.error("this vector has other parameters than the set", field=f"vectors.{i}"))
            continue
        try:
            parameters.override(vector.values)
        except UserError as error:
            problems += [place.of(one) for one in each_problem(error)]
        if vector.objective > least + file.threshold + _ROUNDED:
            problem = f"{vector.objective:g} is too far above the best, {least:g}, to fit about equally well"
            allowed = f"up to {least + file.threshold:g}"
            problems.append(place.error(problem, field=f"vectors.{i}.objective", allowed=allowed))
    if problems:
        raise_all(problems)
    order = _by_objective(file.vectors)
    return CalibratedSet(
        vectors=[{name: float(file.vectors[i].values[name]) for name in names} for i in order],
        objectives=[float(file.vectors[i].objective) for i in order],
        threshold=float(file.threshold),
        ranges={one.name: (float(one.low), float(one.high)) for one in file.parameters},
        scales={one.name: one.scale for one in file.parameters},
        spec=file.spec,
        spec_digest=file.spec_digest,
        code_version=file.code_version,
        command=file.command,
        seeds=file.seeds,
        villages=file.villages,
        evaluations=file.evaluations,
        targets=file.targets,
    )


def _by_objective(vectors: Sequence[_Vector]) -> list[int]:
    return sorted(range(len(vectors)), key=lambda i: vectors[i].objective)
