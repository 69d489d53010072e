"""Named tables come back as they were, from bytes that depend on nothing else; what is none is refused."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from experiments.runs import runfile
from experiments.runs.runfile import RunFile, RunKey, Table, encode_run
from sim.core.errors import UserError

KEY = RunKey("credit", 3, "d1", "c1")
PEOPLE = Table("people", {"name": "text", "age": "int16", "income": "float64"})
VILLAGES = Table("villages", {"name": "text", "households": "int64"})
DATA: dict[str, dict[str, Any]] = {
    "people": {"name": ["李", "Wang", "Wang"], "age": [30, 41, 5], "income": [1.5, float("nan"), -0.0]},
    "villages": {"name": ["upper", "lower"], "households": [2**40, 7]},
}


def stored(folder: Path, *tables: Table, **data: Any) -> RunFile:
    path = folder / "run.parquet"
    path.write_bytes(encode_run(tables or (PEOPLE, VILLAGES), data or DATA, KEY))
    return RunFile(path)


def columns(file: RunFile, table: Table) -> dict[str, Any]:
    rows = file.table(table)
    return {name: rows[name].to_numpy(zero_copy_only=False) for name in rows.column_names}


@pytest.mark.parametrize("rows_a_group", [1 << 20, 2])
def test_tables_come_back_as_they_were_and_give_the_same_bytes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, rows_a_group: int
) -> None:
    monkeypatch.setattr(runfile, "ROW_GROUP", rows_a_group)
    file = stored(tmp_path)
    assert file.key == KEY
    again = {table.name: columns(file, table) for table in (PEOPLE, VILLAGES)}
    for table, data in DATA.items():
        assert list(again[table]) == list(data)
        for name, values in data.items():
            np.testing.assert_array_equal(again[table][name], np.array(values))
    assert again["people"]["age"].dtype == np.int16 and again["villages"]["households"].dtype == np.int64
    assert encode_run((PEOPLE, VILLAGES), again, KEY) == file.path.read_bytes()
    as_arrow = {table.name: dict(zip(table.columns, file.table(table), strict=True)) for table in (PEOPLE, VILLAGES)}
    assert encode_run((PEOPLE, VILLAGES), as_arrow, KEY) == file.path.read_bytes()
    parts = [part["age"].to_pylist() for part in file.parts(PEOPLE)]
    assert parts == ([[30, 41, 5]] if rows_a_group > 2 else [[30, 41], [5]])
    assert encode_run((PEOPLE, VILLAGES), DATA, replace(KEY, seed=4)) != file.path.read_bytes()


def test_a_table_may_be_empty(tmp_path: Path) -> None:
    none = {name: [] for name in PEOPLE.columns}
    file = stored(tmp_path, PEOPLE, VILLAGES, people=none, villages=DATA["villages"])
    assert file.table(PEOPLE).to_pydict() == none
    assert not list(file.parts(PEOPLE))
    assert file.table(VILLAGES).to_pydict() == DATA["villages"]
    alone = stored(tmp_path, PEOPLE, people=none)
    assert alone.table(PEOPLE).num_rows == 0 and alone.table(PEOPLE).column_names == list(PEOPLE.columns)


def test_a_reader_of_one_table_touches_no_other(tmp_path: Path) -> None:
    import pyarrow.parquet as pq

    whole = pq.ParquetFile(stored(tmp_path).path)
    assert [whole.metadata.row_group(group).num_rows for group in range(whole.num_row_groups)] == [3, 2]
    assert whole.read_row_group(1, ["people.name"])["people.name"].null_count == 2
    assert whole.schema_arrow.names == [
        "people.name", "people.age", "people.income", "villages.name", "villages.households",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("data", "message"),
    [
        ({"people": DATA["people"]}, "gave the tables"),
        ({**DATA, "more": {}}, "gave the tables"),
        ({**DATA, "people": {"name": ["a"]}}, "table 'people' has the columns"),
        ({**DATA, "villages": {"name": ["a"], "households": []}}, "differ in length"),
        ({**DATA, "villages": {"name": ["a"], "households": [1.5]}}, "1.5"),
    ],
)
def test_tables_that_are_not_as_declared_are_refused(data: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        encode_run((PEOPLE, VILLAGES), data, KEY)


def test_another_table_than_the_stored_one_is_refused_when_read(tmp_path: Path) -> None:
    file = stored(tmp_path)
    for other in (Table("cadres", {}), Table("people", {"name": "text"}), Table("people", dict.fromkeys("ab", "text"))):
        with pytest.raises(UserError, match="is not a run of villagesim"):
            file.table(other)


def test_a_file_of_an_earlier_version_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(runfile, "FORMAT", 1)
    path = tmp_path / "run.parquet"
    path.write_bytes(encode_run((PEOPLE, VILLAGES), DATA, KEY))
    monkeypatch.undo()
    with pytest.raises(UserError, match=r"written by an earlier version \(run the command again with --fresh\)"):
        RunFile(path)
