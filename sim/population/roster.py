"""Real households in a generated village: a profile may name a file of them, by pseudonym, a row each.

They take the place of as many generated households, each that of the one it is most like, before the opening year, so
that the books of the village change as little as can be. People, land and guarantee are then the roster's; what no
roster says (ability, skills, savings, capital, habits) stays that of the generated household. Who was born, grew up or
died in the opening year is taken back: the roster says how they stand as it ends. Then they are the registered ones of
their village, with the cause that was recorded, and nobody else is; and the registry believes of their incomes what it
has recorded. Villages of which the file has no household stay as they were generated.
"""

from __future__ import annotations

import hashlib
import io
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray
from pydantic import Field, PrivateAttr

from sim.core.errors import UserError
from sim.core.frozen import FrozenModel
from sim.core.records import in_range
from sim.toml.reading import read_bytes

if TYPE_CHECKING:
    from sim.parameters.packed import P
    from sim.population.synthetic.world import World

Ints = NDArray[np.int64]
PEOPLE = ("persons", "workers", "children", "seniors", "university", "elders", "dibao")
"""Whole numbers of a row that are columns of a household."""
COLUMNS = ("village", *PEOPLE, "land_mu", "cause", "helped", "recorded_yuan")
"""What the model reads of the file. `village` is the village's number in the profile, counted from 1; `land_mu` may be
missing (NaN), `cause` is a place in `sim.facts.causes.CAUSES` (0: drawn as for others), `helped` is 1 with a helper,
`recorded_yuan` is the net income a head that the registry has of the household, yuan a year (NaN: seen as others')."""


class Roster(FrozenModel):
    """A file of real households, beside the profile that names it."""

    file: str = Field(
        pattern=r"^[^/\\]+\.parquet$", description="name of the Parquet file, which stands beside the profile"
    )
    digest: str = Field(min_length=1, description="of the file: a world is a function of what its files say")
    households: int = Field(ge=1, le=1_000_000)
    _folder: str = PrivateAttr(default="")

    def beside(self, profile: Path) -> None:
        """Say where the profile is that names this file."""
        self._folder = profile.resolve().parent.as_posix()

    @property
    def path(self) -> Path:
        """The file."""
        return Path(self._folder) / self.file

    def read(self) -> dict[str, NDArray[np.float64]]:
        """Its columns.

        Raises:
            UserError: It is missing, was changed since the profile was written, or is no file of households.
        """
        return _read(self.path, self.digest)


def digest_of(content: bytes) -> str:
    """The digest by which a profile knows its file."""
    return hashlib.blake2b(content, digest_size=len(COLUMNS)).hexdigest()


@lru_cache(maxsize=2)
def _read(path: Path, digest: str) -> dict[str, NDArray[np.float64]]:
    import pyarrow as pa
    import pyarrow.parquet as pq

    content = read_bytes(path)
    if digest_of(content) != digest:
        raise UserError(
            "these households are not those that the profile was written with",
            file=path,
            mend="import the roster again",
        )
    try:
        table = pq.read_table(io.BytesIO(content), columns=list(COLUMNS))
    except (pa.ArrowException, OSError, KeyError) as error:
        raise UserError("this is no file of households", file=path, mend="import the roster again") from error
    return {name: table[name].to_numpy().astype(np.float64) for name in COLUMNS}


@dataclass(frozen=True)
class Seats:
    """Which rows of a world are real households, and what the roster says of them.

    Attributes:
        rows: Rows of the world.
        said: The roster's columns, in the order of `rows`.
        villages: Villages of the world of which the roster has households.
    """

    rows: Ints
    said: dict[str, NDArray[np.float64]]
    villages: Ints

    def settle(self, h: NDArray[np.void], p: P) -> None:
        """Put people and land of the roster into a laid-out world, before it has lived.

        Raises:
            UserError: Something is out of the range of its column.
        """
        self.count(h)
        land = np.where(np.isnan(self.said["land_mu"]), h["land_mu"][self.rows], self.said["land_mu"])
        # Orchards and young orchards stand on the land there is, as in `endow`.
        for name in ("orchard_mu", "block_mu"):
            h[name][self.rows] = np.minimum(h[name][self.rows], p.orchard_land_open * land)
        h["land_mu"][self.rows] = land
        if not in_range(h) or (h["persons"][self.rows] < 1).any() or (land < 0.0).any():
            raise UserError("a household of the roster has people or land that no household has")

    def count(self, h: NDArray[np.void]) -> None:
        """Who lives in each household, as the roster counted them; of hands that are not there none is at work."""
        for name in PEOPLE:
            h[name][self.rows] = self.said[name]
        for name in ("migrants", "slots", "leavers"):
            h[name][self.rows] = np.minimum(h[name][self.rows], h["workers"][self.rows])

    def register(self, h: NDArray[np.void]) -> None:
        """Who is registered in the villages of the roster: its households, and nobody else."""
        h["registered"][np.isin(h["village"], self.villages)] = 0
        h["registered"][self.rows] = 1

    @property
    def helped(self) -> Ints:
        """Rows of households that have a helper."""
        return self.rows[self.said["helped"] > 0]

    def believe(self, world: World) -> None:
        """What the registry believes of incomes: what it has recorded. What the household earns is the model's."""
        known = self.said["recorded_yuan"] > 0
        world.perceived_yuan[self.rows[known]] = self.said["recorded_yuan"][known]

    def give_causes(self, h: NDArray[np.void]) -> None:
        """The causes that were recorded; a household without one keeps that which was drawn."""
        known = self.said["cause"] > 0
        h["cause"][self.rows[known]] = self.said["cause"][known]


def find_seats(roster: Roster, world: World) -> Seats:
    """Whose place each real household takes.

    Of its village's generated households that which is most like it in people, hands, children, land and income as the
    registry sees it. One outside the generated register counts as a person further off, and by as much as another the
    less poor it is seen to be.

    Args:
        roster: The real households.
        world: The generated world after its opening year.

    Raises:
        UserError: A village has fewer households than the roster has of it.
    """
    said, h, v = roster.read(), world.households, world.villages
    number = v["key"].astype(np.int64)
    rows: list[Ints] = []
    order: list[Ints] = []
    covered: list[int] = []
    for i in range(len(v)):
        mine = np.flatnonzero(said["village"] == number[i])
        if not len(mine):
            continue
        first, last = int(v["first"][i]), int(v["last"][i])
        if len(mine) > last - first:
            raise UserError(
                f"village {number[i]} has {last - first} households in this world, the roster has {len(mine)} of it",
                field="size.households_per_village",
                mend="raise it, or lower size.village_spread",
            )
        order_seen = np.lexsort((world.perceived_yuan[first:last], h["registered"][first:last] == 0))
        away = np.empty(last - first)
        away[order_seen] = np.arange(last - first) / (last - first)
        away = np.where(h["registered"][first:last] == 1, 0.0, 1.0 + away)
        mine = mine[np.argsort(-said["persons"][mine], kind="stable")]  # the largest are the hardest to place
        rows.append(first + _most_alike(h[first:last], world.perceived_yuan[first:last], away, said, mine))
        order.append(mine)
        covered.append(i)
    flat = np.concatenate(order) if order else np.zeros(0, dtype=np.int64)
    seats = np.concatenate(rows) if rows else np.zeros(0, dtype=np.int64)
    return Seats(seats, {name: column[flat] for name, column in said.items()}, np.array(covered, dtype=np.int64))


def _most_alike(
    h: NDArray[np.void],
    seen: NDArray[np.float64],
    away: NDArray[np.float64],
    said: dict[str, NDArray[np.float64]],
    mine: Ints,
) -> Ints:
    """The place of each of these households among the generated ones of its village, one after another."""
    free = np.ones(len(h), dtype=np.bool_)
    mean_mu = max(1.0, float(h["land_mu"].sum()) / max(1, len(h)))
    found = np.empty(len(mine), dtype=np.int64)
    for k in range(len(mine)):
        apart = away.copy()
        for name in ("persons", "workers", "children"):
            apart += np.abs(h[name] - said[name][mine[k]])
        land = said["land_mu"][mine[k]]
        if not np.isnan(land):
            apart += np.minimum(1.0, np.abs(h["land_mu"] - land) / mean_mu)
        recorded = said["recorded_yuan"][mine[k]]
        if recorded > 0:
            apart += np.abs(seen - recorded) / np.maximum(seen, recorded)
        best = int(np.argmin(np.where(free, apart, np.inf)))
        free[best], found[k] = False, best
    return found


def least_households(spread: float, mean: float) -> int:
    """Households that the smallest village may have, so that any world has room for the roster."""
    return int(mean * (1.0 - spread))


__all__ = ["COLUMNS", "PEOPLE", "Roster", "Seats", "digest_of", "find_seats", "least_households"]
