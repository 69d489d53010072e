"""Records: one declaration gives the row, the view that hands out Python numbers, and the table of documentation."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest

from sim.agents.cadre import Cadre
from sim.agents.household import Household
from sim.agents.unit import Unit
from sim.agents.village import Village
from sim.calendar.today import Today
from sim.core.records import Record, in_range, out_of_range, real, state_table, views_of, whole
from sim.economy.learning import Seen

pytestmark = pytest.mark.bounds

DECLARED = [Household, Village, Cadre, Unit, Seen, Today]


class Goat(Record):
    """A kind of agent for these tests: widths out of order, one column of each sort."""

    key: int = whole("i8", "stable identity", 0, 2**62)
    legs: int = whole("i1", "legs", 0, 4, "legs")
    milk_kg: float = real("kg/day", "milk")
    herd: int = whole("i4", "herd", -1, 1000)
    kids: Sequence[int] = whole("i1", "kids by year", 0, 3, "kids", 3)
    yield_kg: Sequence[float] = real("kg", "yield by season", 4)


@pytest.fixture
def rows() -> np.ndarray:
    return Goat.rows(3)


@pytest.fixture
def goat(rows: np.ndarray) -> Goat:
    return Goat.of(rows[1])


@pytest.mark.parametrize("record", DECLARED, ids=lambda r: r.__name__)
def test_columns_are_aligned_without_holes_and_real_ones_are_float64_but_for_indices(record: type[Record]) -> None:
    assert set(record.DTYPE.names) - {"_"} == set(record.COLUMNS)
    assert record.DTYPE.isalignedstruct
    used = 0
    for name, column in record.COLUMNS.items():
        dtype, offset = record.DTYPE.fields[name][:2]
        used += dtype.itemsize
        assert offset % dtype.base.alignment == 0
        short = column.dtype == "f4" and column.low == 0.0 and column.high is not None  # `index`
        assert dtype.base.kind == "i" or dtype.base == (np.float32 if short else np.float64), f"{name} is {dtype}"
        assert dtype.shape == ((column.length,) if column.length else ())
    assert record.DTYPE.itemsize - used < 8, "room is lost between columns"


@pytest.mark.parametrize("record", DECLARED, ids=lambda r: r.__name__)
def test_a_copy_has_the_bytes_of_its_original(record: type[Record]) -> None:
    rows = record.rows(500)
    filled = np.full(rows.nbytes, 7, dtype=np.uint8).view(record.DTYPE)
    filled[...] = rows
    assert filled.tobytes() == rows.tobytes()


def test_a_household_takes_at_most_512_bytes() -> None:
    assert Household.DTYPE.itemsize <= 512


@pytest.mark.parametrize("record", DECLARED, ids=lambda r: r.__name__)
def test_whole_numbers_fit_their_type(record: type[Record]) -> None:
    for column in record.COLUMNS.values():
        if column.dtype.startswith("i"):
            limits = np.iinfo(column.dtype)
            assert limits.min <= column.low < column.high <= limits.max, column.name


def test_a_view_hands_out_python_numbers(goat: Goat, rows: np.ndarray) -> None:
    rows["legs"][1], rows["milk_kg"][1], rows["yield_kg"][1, 2], rows["kids"][1, 0] = 4, 1.5, 2.5, 3
    assert (goat.legs, goat.milk_kg, goat.yield_kg[2], goat.kids[0]) == (4, 1.5, 2.5, 3)
    assert type(goat.legs) is type(goat.key) is type(goat.kids[0]) is int
    assert type(goat.milk_kg) is type(goat.yield_kg[2]) is float
    assert list(goat.yield_kg) == [0.0, 0.0, 2.5, 0.0] and {type(y) for y in goat.yield_kg} == {float}
    assert len(goat.kids) == 3 and repr(goat.kids) == "[3, 0, 0]"


def test_a_view_writes_its_own_row_and_no_other(goat: Goat, rows: np.ndarray) -> None:
    goat.key = 2**62
    goat.legs += 3
    goat.milk_kg = 0.1
    goat.yield_kg[3] += 7.0
    goat.kids[2] = 1
    assert [rows[name][1].tolist() for name in Goat.COLUMNS] == [2**62, 3, 0.1, 0, [0, 0, 1], [0, 0, 0, 7.0]]
    assert rows[[0, 2]].tobytes() == Goat.rows(2).tobytes()
    assert [view.legs for view in views_of(rows)] == [0, 3, 0]


def test_a_row_is_repeated_as_rows_of_their_own(goat: Goat, rows: np.ndarray) -> None:
    goat.milk_kg = 0.5
    again = goat.repeated(2)
    goat.milk_kg = 0.7
    assert again["milk_kg"].tolist() == [0.5, 0.5] and len(again) == 2 and again.dtype == rows.dtype


@pytest.mark.parametrize("name", ["horns", "milk", "Legs", "yield_kg_"])
def test_an_undeclared_name_is_refused_with_the_declared_ones(goat: Goat, name: str) -> None:
    with pytest.raises(AttributeError, match=rf"Goat has no column '{name}'.*key, legs, milk_kg, herd, kids, yield_kg"):
        setattr(goat, name, 1)
    with pytest.raises(AttributeError):
        getattr(goat, name)


@pytest.mark.parametrize(
    ("name", "value"),
    [("legs", 5), ("legs", -1), ("herd", -2), ("herd", 2**40), ("milk_kg", np.nan), ("milk_kg", np.inf)],
)
def test_a_view_refuses_a_value_out_of_range(goat: Goat, rows: np.ndarray, name: str, value: float) -> None:
    with pytest.raises(ValueError, match=f"{name} cannot be"):
        setattr(goat, name, value)
    assert rows.tobytes() == Goat.rows(3).tobytes()


def test_a_view_refuses_a_value_out_of_range_in_an_array_field(goat: Goat, rows: np.ndarray) -> None:
    with pytest.raises(ValueError, match="kids cannot be 4"):
        goat.kids[1] = 4
    with pytest.raises(ValueError, match="yield_kg cannot be -inf"):
        goat.yield_kg[1] = -np.inf
    assert rows.tobytes() == Goat.rows(3).tobytes()


def test_rows_out_of_range_are_found_with_their_column(rows: np.ndarray) -> None:
    assert out_of_range(Goat, rows) == {} and in_range(rows)
    rows["legs"][2] = 5
    rows["herd"][[0, 1]] = -1, -2
    rows["kids"][2, 0], rows["kids"][1, 2] = -1, 4
    rows["yield_kg"][0, 3] = np.nan
    rows["milk_kg"][1] = np.inf
    assert out_of_range(Goat, rows) == {"legs": 2, "herd": 1, "kids": 1, "yield_kg": 0, "milk_kg": 1}
    assert not in_range(rows)
    assert out_of_range(Goat, rows[:0]) == {}
    assert in_range(np.zeros(3))  # no record: nothing declared


def test_the_limits_themselves_are_in_range(rows: np.ndarray) -> None:
    rows["legs"], rows["herd"], rows["kids"], rows["key"] = 4, -1, 3, 2**62
    rows["milk_kg"] = -1.7e308
    assert out_of_range(Goat, rows) == {}


@pytest.mark.parametrize("record", DECLARED, ids=lambda r: r.__name__)
def test_the_table_of_state_variables_lists_every_column(record: type[Record]) -> None:
    lines = state_table(record).splitlines()[2:]
    assert [line.split("`")[1] for line in lines] == list(record.COLUMNS)
    assert all(column.meaning in line for column, line in zip(record.COLUMNS.values(), lines, strict=True))
