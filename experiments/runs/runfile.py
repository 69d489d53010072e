"""One run as one Parquet file: the long records, packed so that the same run always gives the same bytes.

The household rows, by far the most, stand in row groups of their own after all others, so that a reader who does not
need them never touches them. The file's metadata says which run it is, and holds a checksum of the whole file; it
holds no time and no machine.
"""

from __future__ import annotations

import json
import math
import zlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute
import pyarrow.parquet as pq

from sim.core.errors import UserError

FORMAT = 1
ROW_GROUP = 1 << 20
_SEAL = "villagesim.crc32"
_MARK = "checksum:"
_OPEN = _MARK + "0" * 8
_TEXT = pa.dictionary(pa.int32(), pa.string())
FIELDS: dict[str, pa.DataType] = {
    "table": _TEXT,
    "month": pa.int16(),
    "group": _TEXT,
    "name": _TEXT,
    "item": pa.int64(),
    "value": pa.float64(),
}


@dataclass(frozen=True)
class RunKey:
    """Which run: everything its result depends on."""

    scenario: str
    seed: int
    digest: str
    code_version: str


def encode_run(records: Mapping[str, Any], key: RunKey) -> bytes:
    """The bytes of a run file.

    Args:
        records: The long records of a run, by column; equally long arrays.
        key: The run they came from.

    Raises:
        ValueError: The records lack a column or their columns differ in length.
    """
    if set(records) != set(FIELDS):
        raise ValueError(f"a run's records have the columns {sorted(records)}; expected {sorted(FIELDS)}")
    columns = {name: _column(records[name], kind) for name, kind in FIELDS.items()}
    if len({len(column) for column in columns.values()}) != 1:
        raise ValueError(
            f"a run's columns differ in length: { {name: len(column) for name, column in columns.items()} }"
        )
    table = pa.table(columns)
    of_households = pa.compute.equal(table["table"], "household")
    small, large = table.filter(pa.compute.invert(of_households)), table.filter(of_households)
    about = {"format": FORMAT, **asdict(key), "small_rows": len(small), "household_rows": len(large)}
    sink = pa.BufferOutputStream()
    with pq.ParquetWriter(
        sink,
        table.schema,
        compression="zstd",
        use_dictionary=["table", "group", "name"],
        column_encoding={
            "month": "DELTA_BINARY_PACKED",
            "item": "DELTA_BINARY_PACKED",
            "value": "BYTE_STREAM_SPLIT",
        },
        write_statistics=False,
    ) as writer:
        for part in (small, large):
            if len(part):
                writer.write_table(part, row_group_size=ROW_GROUP)
        writer.add_key_value_metadata({"villagesim": json.dumps(about, ensure_ascii=False), _SEAL: _OPEN})
    return _sealed(bytes(sink.getvalue()))


def _sealed(data: bytes) -> bytes:
    """The file with its checksum, taken as if the checksum were all noughts, in the place kept for it."""
    start = data.rindex(_OPEN.encode())
    stop = start + len(_OPEN)
    checksum = zlib.crc32(memoryview(data)[stop:], zlib.crc32(_OPEN.encode(), zlib.crc32(data[:start])))
    return data[:start] + f"{_MARK}{checksum:08x}".encode() + data[stop:]


def _is_whole(data: bytes) -> bool:
    start = data.rfind(_MARK.encode())
    stop = start + len(_OPEN)
    return start >= 0 and _sealed(data[:start] + _OPEN.encode() + data[stop:]) == data


def _column(values: Any, kind: pa.DataType) -> pa.Array:
    if kind != _TEXT or isinstance(values, pa.Array):
        return (values if isinstance(values, pa.Array) else pa.array(values)).cast(kind)
    # The same text stands in thousands of rows running: turn it into a code once a stretch.
    values = np.asarray(values)
    starts = np.concatenate([[0], np.flatnonzero(values[1:] != values[:-1]) + 1])[: len(values)]
    short = pa.array(values[starts]).cast(pa.string()).dictionary_encode()
    codes = np.repeat(short.indices.to_numpy(), np.diff(np.append(starts, len(values))))
    return pa.DictionaryArray.from_arrays(codes, short.dictionary).cast(kind)


class RunFile:
    """A stored run, checked from its first byte to its last; its rows are unpacked when asked for.

    Raises:
        UserError: The file cannot be read, is damaged, or is not a run of villagesim.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        with self._reading():
            data = path.read_bytes()
            if not _is_whole(data):
                raise ValueError("the checksum differs")
            self._file = pq.ParquetFile(pa.BufferReader(data))
            about = json.loads((self._file.metadata.metadata or {})[b"villagesim"])
            if about["format"] != FORMAT or self._file.schema_arrow.names != list(FIELDS):
                raise ValueError("another format")
            self.key = RunKey(about["scenario"], about["seed"], about["digest"], about["code_version"])
            self._small_groups = math.ceil(about["small_rows"] / ROW_GROUP)
            if self._file.metadata.num_rows != about["small_rows"] + about["household_rows"]:
                raise ValueError("rows are missing")

    def small(self) -> pa.Table:
        """Every row but the households'."""
        with self._reading():
            return self._file.read_row_groups(range(self._small_groups)).unify_dictionaries().combine_chunks()

    def panel(self, names: Sequence[str] | None = None) -> dict[tuple[int, str, str], float]:
        """The state at yearly marks and on the last campaign day: value by (month, group, name).

        Args:
            names: Only these indicators; all by default.
        """
        rows = self.small()
        rows = rows.filter(pa.compute.is_in(rows["table"], pa.array(["panel", "day100"])))
        if names is not None:
            rows = rows.filter(pa.compute.is_in(rows["name"], pa.array(names, pa.string())))
        keys = zip(*(rows[column].to_pylist() for column in ("month", "group", "name")), strict=True)
        return dict(zip(keys, rows["value"].to_pylist(), strict=True))

    def households(self) -> dict[tuple[int, str], dict[str, Any]]:
        """The households' rows: for each (month, name) the arrays `item` (ascending) and `value`."""
        parts: dict[tuple[int, str], list[tuple[Any, Any]]] = {}
        for rows in self._household_groups():
            name = rows["name"].combine_chunks()
            names, codes = name.dictionary.to_pylist(), name.indices.to_numpy()
            month, item, value = (rows[column].to_numpy() for column in ("month", "item", "value"))
            block = month.astype(np.int64) * len(names) + codes
            if np.count_nonzero(np.diff(block)) > 1000:  # not written block by block
                order = np.argsort(block, kind="stable")
                block, item, value = block[order], item[order], value[order]
            cuts = [0, *(np.flatnonzero(np.diff(block)) + 1), len(block)]
            for start, stop in pairwise(cuts):
                where = (int(block[start] // len(names)), names[block[start] % len(names)])
                parts.setdefault(where, []).append((item[start:stop], value[start:stop]))
        return {where: _in_order(pieces) for where, pieces in parts.items()}

    def _household_groups(self) -> Iterator[pa.Table]:
        for group in range(self._small_groups, self._file.num_row_groups):
            with self._reading():
                rows = self._file.read_row_group(group)
            yield rows

    def _reading(self) -> _Reading:
        return _Reading(self.path)


def _in_order(pieces: list[tuple[Any, Any]]) -> dict[str, Any]:
    item, value = pieces[0]
    if len(pieces) > 1:
        item, value = (np.concatenate(column) for column in zip(*pieces, strict=True))
    if (np.diff(item) < 0).any():
        order = np.argsort(item, kind="stable")
        item, value = item[order], value[order]
    return {"item": item, "value": value}


class _Reading:
    """Turns whatever a damaged file raises into the one error the user is meant to see."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def __enter__(self) -> None:
        return None

    def __exit__(self, kind: Any, error: BaseException | None, trace: Any) -> None:
        if isinstance(error, PermissionError):
            raise UserError(
                "this run file cannot be read", file=self.path, mend="give yourself permission to read it"
            ) from error
        if isinstance(error, pa.ArrowException | OSError | ValueError | KeyError | TypeError):
            raise UserError(
                "this run file is damaged or is not a run of villagesim; nothing was overwritten",
                file=self.path,
                mend="delete the file and repeat the command: only this run is done again",
            ) from error
