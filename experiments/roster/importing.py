"""Households of a roster beside a profile: by pseudonym, with what the model can use, and no name, id or phone.

Incomes enter as what the registry believes of the household (`recorded_yuan`), never as what it earns.

The file is Parquet, a row a household. The new profile names it, with its townships called as in the roster and its
registered share set to the roster's where the roster covers every village.
"""

from __future__ import annotations

import io
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from experiments.roster.pseudonyms import Pseudonyms
from experiments.runs.files import write_atomic
from experiments.runs.outputs import MARK, check_output
from sim.core.errors import UserError
from sim.facts.causes import CAUSES
from sim.population.profile import Profile, village_sizes
from sim.population.roster import COLUMNS, digest_of, least_households
from sim.toml.reading import MOST_BYTES

WORLD_CAUSES = {
    "因病": "illness", "缺资金": "funds", "缺技术": "technology", "缺劳力": "labour", "因学": "schooling",
    "因残": "disability", "因灾": "disaster",
}  # fmt: skip
"""Causes of the register that the model has; with the others a household keeps the cause that is drawn for it."""
MOST = {"persons": 30, "workers": 20, "children": 20, "seniors": 10, "university": 10, "elders": 10, "dibao": 30}
NOT_REGISTERED = ("一般农户",)
KEPT = ("pseudonym", "helper", "monitored", "status", "exit_year", "recorded_cause")
"""Beside what the model reads: the household's and the helper's pseudonym, and what the register says of it."""


@dataclass(frozen=True)
class Imported:
    """Households that enter a profile.

    Attributes:
        rows: A row each: `KEPT`, and what the model reads.
        left_out: How many of the roster did not enter, by reason.
        covered: Villages of the profile of which the roster has households.
    """

    rows: pd.DataFrame
    left_out: dict[str, int]
    covered: int


REASONS = {
    "people": ("no number of persons", "没有人数"),
    "place": ("no township or village", "没有乡镇或行政村"),
    "register": ("not in the register", "不是建档立卡户或监测对象"),
    "large": ("more than 30 persons", "超过30人"),
}


def enter(homes: pd.DataFrame, profile: Profile, names: Pseudonyms, incomes: Any = None) -> Imported:
    """Households as they enter a profile.

    Args:
        homes: As `experiments.roster.homes.homes` gives them.
        profile: The profile; its townships must be called as the roster's.
        names: Makes the pseudonyms.
        incomes: Recorded net income a head of each of `homes`, yuan a year, NaN where none is known; None for none.

    Raises:
        UserError: A township is not the profile's or has more villages than there, a village has too many households,
            or nothing is left to enter.
    """
    left: dict[str, int] = {}
    homes = homes.assign(recorded_yuan=np.nan if incomes is None else incomes)

    def keep(part: pd.DataFrame, good: Any, reason: str) -> pd.DataFrame:
        lost = int((~good).sum())
        if lost:
            left[reason] = lost
        return part[good]

    found = keep(homes, homes["persons"].fillna(0) >= 1, "people")
    found = keep(found, found["persons"] <= MOST["persons"], "large")
    found = keep(found, found["township"].notna() & found["village"].notna(), "place")
    registered = found[["attribute", "status", "monitored", "cause"]].notna().any(axis=1)
    registered |= found["household_kind"].notna()
    found = keep(found, registered & ~found["household_kind"].isin(NOT_REGISTERED), "register")
    if not len(found):
        mend = "village roster check says what is missing"
        raise UserError("no household of the roster can enter / 没有可导入的户", mend=mend)
    numbers = _places(found, profile)
    columns: dict[str, Any] = {
        "pseudonym": [names.of("household", str(key)) for key in found.index],
        "helper": [names.of("helper", str(name)) if isinstance(name, str) else None for name in found["helper"]],
        "monitored": found["monitored"].to_numpy(),
        "status": found["status"].to_numpy(),
        "exit_year": found["exit_year"].to_numpy(),
        "recorded_cause": found["cause"].to_numpy(),
        "village": numbers,
        **_people(found),
        "land_mu": found["land"].to_numpy(dtype=np.float64),
        "cause": [list(CAUSES).index(WORLD_CAUSES.get(cause, "none")) for cause in found["cause"]],
        "helped": found["helper"].notna().to_numpy().astype(np.int8),
        "recorded_yuan": found["recorded_yuan"].to_numpy(dtype=np.float64),
    }
    rows = pd.DataFrame(columns).sort_values(["village", "pseudonym"], ignore_index=True)
    return Imported(rows, left, int(rows["village"].nunique()))


def _people(found: pd.DataFrame) -> dict[str, Any]:
    """Whole numbers of people that go together: nobody is counted twice, and nobody who is not there."""
    persons = found["persons"].to_numpy(dtype=np.int64)
    columns: dict[str, Any] = {"persons": persons}
    room = persons.copy()
    for name in ("elders", "children", "university", "seniors", "workers"):
        said = found[name].fillna(0).to_numpy(dtype=np.int64)
        columns[name] = np.minimum(np.minimum(said, MOST[name]), room)
        room = room - columns[name]
    if found["workers"].isna().all():  # a roster without people: hands are whoever is left
        columns["workers"] = np.minimum(room, MOST["workers"])
    columns["dibao"] = np.minimum(found["dibao"].fillna(0).to_numpy(dtype=np.int64), persons)
    return columns


def _places(found: pd.DataFrame, profile: Profile) -> Any:
    """The number of each household's village in the profile.

    The roster's villages of a township take the township's places in the order of their names.
    """
    first, firsts = 1, {}
    for township in profile.townships:
        firsts[township.name.zh] = (first, township.villages)
        first += township.villages
    unknown = sorted(set(found["township"]) - set(firsts))
    if unknown:
        raise UserError(
            f"{len(unknown)} townships of the roster are not in the profile / 有{len(unknown)}个乡镇不在县情文件中",
            field="townships",
            allowed=", ".join(firsts),
            mend="call the profile's townships as the roster does, and correct what the check says of names",
        )
    numbers: dict[tuple[str, str], int] = {}
    for name, part in found.groupby("township", sort=False):
        start, most = firsts[str(name)]
        villages = sorted(set(part["village"]))
        if len(villages) > most:
            raise UserError(
                f"{name}: {len(villages)} villages in the roster, {most} in the profile / 花名册中的村数多于县情文件",
                field="townships",
                mend="correct the villages' names (village roster check), or the profile",
            )
        numbers |= {(str(name), village): start + k for k, village in enumerate(villages)}
    of = np.array([numbers[pair] for pair in zip(found["township"], found["village"], strict=True)], dtype=np.int64)
    _check_room(of, profile)
    return of


def places_of(profile: Profile) -> tuple[list[tuple[str, str]], int]:
    """Townships and villages of a profile under made-up names, and how many registered households each has room for."""
    named = [
        (township.name.zh, f"示例{k + 1:03d}村") for township in profile.townships for k in range(township.villages)
    ]
    size = profile.size
    room = least_households(size.village_spread, size.households_per_village)
    return named, max(1, min(room, round(profile.registered_share * size.households_per_village)))


def _check_room(of: Any, profile: Profile) -> None:
    size = profile.size
    room = least_households(size.village_spread, size.households_per_village)
    if not size.village_spread:
        room = int(village_sizes(profile, profile.villages, 0).min())
    most = int(np.bincount(of).max())
    if most > room:
        raise UserError(
            f"a village of the roster has {most} households, and the profile's smallest may have {room}",
            field="size",
            mend="raise size.households_per_village or lower size.village_spread",
        )


def check_imported(files: Sequence[Path]) -> None:
    """Refuse to delete what this command did not write.

    Raises:
        UserError: A file is not there, or is none of imported households.
    """
    for file in files:
        if not file.is_file():
            raise UserError("there is no such file / 没有这个文件", file=file)
        if not is_imported(file):
            problem = "this is no file of imported households; nothing was deleted / 不是导入的户数据，未删除"
            raise UserError(problem, file=file)


def is_imported(path: Path) -> bool:
    """Whether a file holds imported households."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        return bool((pq.read_schema(path).metadata or {}).get(MARK) == b"roster")
    except (OSError, pa.ArrowException):
        return False


def is_profile_of_ours(path: Path) -> bool:
    """Whether a profile is one that an import wrote."""
    try:
        return path.read_text(encoding="utf-8").startswith(NOTE)
    except (OSError, UnicodeDecodeError):
        return False


NOTE = "# Written by village roster import"


def households_path(out: Path) -> Path:
    """The file of households beside a profile."""
    return out.with_suffix(".households.parquet")


def check_out(out: Path) -> None:
    """Refuse to write over what no import wrote, before any work is done.

    Raises:
        UserError: Something else is there, or the name is that of no profile.
    """
    if out.suffix != ".toml":
        raise UserError(f"'{out.name}' is no name of a profile", field="--out", allowed="a name that ends in .toml")
    check_output(out, is_profile_of_ours)
    check_output(households_path(out), is_imported)


def write(found: Imported, profile: Profile, text: str, out: Path) -> None:
    """Write the households and the profile that names them.

    Args:
        found: The households.
        profile: The profile they enter.
        text: Its file.
        out: The new profile; the households go beside it.
    """
    import pyarrow as pa
    import pyarrow.parquet as pq

    target = households_path(out)
    table = pa.Table.from_pandas(found.rows[[*KEPT, *COLUMNS]], preserve_index=False)
    buffer = io.BytesIO()
    pq.write_table(table.replace_schema_metadata({MARK: b"roster"}), buffer, compression="zstd")
    content = buffer.getvalue()
    if len(content) > MOST_BYTES:
        problem = f"{len(found.rows):,} households take {len(content) / 1e6:.0f} MB, more than a world can be made of"
        raise UserError(problem, allowed=f"{MOST_BYTES // 1_000_000} MB", mend="import one county at a time")
    write_atomic(target, content)
    body = text
    if found.covered == profile.villages:
        share = min(1.0, float(found.rows["persons"].sum()) / profile.persons)
        body = re.sub(r"^registered_share\s*=.*$", f"registered_share = {share:.4f}", body, flags=re.MULTILINE)
    table_text = f'[roster]\nfile = "{target.name}"\ndigest = "{digest_of(content)}"\nhouseholds = {len(found.rows)}\n'
    body = re.sub(r"^\[roster\]\n(?:(?!\[)[^\n]*\n?)*", "", body, flags=re.MULTILINE).rstrip()
    body = body if body.startswith(NOTE) else f"{NOTE}: households of a roster, by pseudonym.\n{body}"
    write_atomic(out, f"{body}\n\n{table_text}")
