"""One run as one Parquet file: named tables, packed so that the same run always gives the same bytes.

Each table stands in row groups of its own, so that a reader who does not need one never touches it; its columns are
named `table.column`, and are empty in the row groups of the others. The file's metadata says which run it is and which
tables it holds, and has a checksum of the whole file; it holds no time and no machine.
"""

from __future__ import annotations

import json
import zlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from sim.core.errors import UserError

FORMAT = 2
"""Of run files and of the folders that hold them; raised whenever what was written before can no longer be read."""
EARLIER = "written by an earlier version"
ROW_GROUP = 1 << 20
_SEAL = "villagesim.crc32"
_MARK = "checksum:"
_OPEN = _MARK + "0" * 8
_TEXT = pa.dictionary(pa.int32(), pa.string())
_KINDS: dict[str, pa.DataType] = {"text": _TEXT, "int16": pa.int16(), "int64": pa.int64(), "float64": pa.float64()}
_ENCODINGS = {"int16": "DELTA_BINARY_PACKED", "int64": "DELTA_BINARY_PACKED", "float64": "BYTE_STREAM_SPLIT"}

Columns = Mapping[str, Any]
"""Equally long arrays by column name: what a run gives for one table."""


@dataclass(frozen=True)
class RunKey:
    """Which run: everything its result depends on."""

    scenario: str
    seed: int
    digest: str
    code_version: str


@dataclass(frozen=True)
class Table:
    """A table that an experiment stores of each of its runs.

    Attributes:
        name: Its name.
        columns: The type of each column: "text", "int16", "int64" or "float64".
    """

    name: str
    columns: Mapping[str, str]

    def path(self, column: str) -> str:
        """What a column is called in the file."""
        return f"{self.name}.{column}"


def encode_run(tables: Sequence[Table], data: Mapping[str, Columns], key: RunKey) -> bytes:
    """The bytes of a run file.

    Args:
        tables: The tables that a run of this experiment has.
        data: Their columns, by name of the table.
        key: The run they came from.

    Raises:
        ValueError: A table or a column is missing or not declared, or the columns of a table differ in length.
    """
    if set(data) != {table.name for table in tables}:
        raise ValueError(f"a run gave the tables {sorted(data)}; expected {sorted(table.name for table in tables)}")
    filled = [_filled(table, data[table.name]) for table in tables]
    kinds = {table.path(name): kind for table in tables for name, kind in table.columns.items()}
    schema = pa.schema([(path, _KINDS[kind]) for path, kind in kinds.items()])
    about = {
        "format": FORMAT,
        **asdict(key),
        "tables": [
            {"name": table.name, "rows": rows, "columns": dict(table.columns)}
            for table, (_, rows) in zip(tables, filled, strict=True)
        ],
    }
    sink = pa.BufferOutputStream()
    with pq.ParquetWriter(
        sink,
        schema,
        compression="zstd",
        use_dictionary=[path for path, kind in kinds.items() if kind == "text"],
        column_encoding={path: _ENCODINGS[kind] for path, kind in kinds.items() if kind != "text"},
        write_statistics=False,
    ) as writer:
        for columns, rows in filled:
            for start in range(0, rows, ROW_GROUP):
                size = min(ROW_GROUP, rows - start)
                parts = [
                    columns[field.name].slice(start, size) if field.name in columns else pa.nulls(size, field.type)
                    for field in schema
                ]
                writer.write_table(pa.table(parts, schema), row_group_size=ROW_GROUP)
        writer.add_key_value_metadata({"villagesim": json.dumps(about, ensure_ascii=False), _SEAL: _OPEN})
    return _sealed(bytes(sink.getvalue()))


def _filled(table: Table, data: Columns) -> tuple[dict[str, pa.Array], int]:
    """A table's columns as they are called in the file, and how many rows there are."""
    if set(data) != set(table.columns):
        raise ValueError(f"table {table.name!r} has the columns {sorted(data)}; expected {sorted(table.columns)}")
    columns = {table.path(name): _column(data[name], _KINDS[kind]) for name, kind in table.columns.items()}
    lengths = {path: len(column) for path, column in columns.items()}
    if len(set(lengths.values())) != 1:
        raise ValueError(f"the columns of table {table.name!r} differ in length: {lengths}")
    return columns, next(iter(lengths.values()))


def _sealed(data: bytes) -> bytes:
    """The file with its checksum, taken as if the checksum were all zeros, in the place kept for it."""
    start = data.rindex(_OPEN.encode())
    stop = start + len(_OPEN)
    checksum = zlib.crc32(memoryview(data)[stop:], zlib.crc32(_OPEN.encode(), zlib.crc32(data[:start])))
    return data[:start] + f"{_MARK}{checksum:08x}".encode() + data[stop:]


def _is_whole(data: bytes) -> bool:
    start = data.rfind(_MARK.encode())
    stop = start + len(_OPEN)
    return start >= 0 and _sealed(data[:start] + _OPEN.encode() + data[stop:]) == data


def _column(values: Any, kind: pa.DataType) -> pa.Array:
    if isinstance(values, pa.ChunkedArray):
        values = values.combine_chunks()
    if kind != _TEXT or isinstance(values, pa.Array):
        return (values if isinstance(values, pa.Array) else pa.array(values)).cast(kind)
    # The same text stands in thousands of rows running: turn it into a code once a stretch.
    values = np.asarray(values)
    starts = np.concatenate([[0], np.flatnonzero(values[1:] != values[:-1]) + 1])[: len(values)].astype(np.int64)
    short = pa.array(values[starts]).cast(pa.string()).dictionary_encode()
    codes = np.repeat(short.indices.to_numpy(), np.diff(np.append(starts, len(values))))
    return pa.DictionaryArray.from_arrays(codes, short.dictionary).cast(kind)


class RunFile:
    """A stored run, checked from its first byte to its last; its rows are unpacked when asked for.

    Raises:
        UserError: The file cannot be read, is damaged, is not a run of villagesim or is one of an earlier version.
    """

    def __init__(self, path: Path, data: bytes | None = None) -> None:
        self.path = path
        with self._reading():
            data = path.read_bytes() if data is None else data
            if not _is_whole(data):
                raise ValueError("the checksum differs")
            self._file = pq.ParquetFile(pa.BufferReader(data))
            about = json.loads((self._file.metadata.metadata or {})[b"villagesim"])
            if about["format"] != FORMAT:
                raise UserError(f"this run file was {EARLIER}", file=path, mend="run the command again with --fresh")
            self.key = RunKey(about["scenario"], about["seed"], about["digest"], about["code_version"])
            self._groups: dict[str, range] = {}
            self._columns: dict[str, dict[str, str]] = {}
            first = 0
            for table in about["tables"]:
                last = first - (-table["rows"] // ROW_GROUP)
                self._groups[table["name"]], self._columns[table["name"]] = range(first, last), table["columns"]
                first = last
            if (self._file.num_row_groups, self._file.metadata.num_rows) != (
                first,
                sum(table["rows"] for table in about["tables"]),
            ):
                raise ValueError("rows are missing")

    @property
    def columns(self) -> Mapping[str, Mapping[str, str]]:
        """The type of each column, by table."""
        return self._columns

    def table(self, table: Table) -> pa.Table:
        """A table's rows.

        Raises:
            UserError: The file has no such table.
        """
        paths = self._paths(table)
        with self._reading():
            rows = self._file.read_row_groups(self._groups[table.name], columns=paths)
            return rows.unify_dictionaries().combine_chunks().rename_columns(list(table.columns))

    def parts(self, table: Table) -> Iterator[pa.Table]:
        """A table's rows, so many at a time.

        Raises:
            UserError: The file has no such table.
        """
        paths = self._paths(table)
        for group in self._groups[table.name]:
            with self._reading():
                rows = self._file.read_row_group(group, columns=paths).rename_columns(list(table.columns))
            yield rows

    def _paths(self, table: Table) -> list[str]:
        with self._reading():
            if self._columns[table.name] != dict(table.columns):
                raise ValueError("other columns")
        return [table.path(name) for name in table.columns]

    def _reading(self) -> _Reading:
        return _Reading(self.path)


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
