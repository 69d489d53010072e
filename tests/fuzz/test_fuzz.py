"""A short run of the fuzzer, and that it would see what it looks for. In full: `python -m tests.fuzz -n 20000`."""

from __future__ import annotations

import signal
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from sim.core.errors import UserError
from tests.fuzz import __main__ as fuzz
from tests.fuzz.readers import Kind, kinds

FILES = 550


@pytest.fixture(autouse=True)
def alarm() -> Iterator[None]:
    before = signal.signal(signal.SIGALRM, fuzz._ring)
    yield
    signal.signal(signal.SIGALRM, before)


def test_fuzzed_files_are_read_or_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fuzz, "MOST_BYTES", fuzz.memory_bytes() + 500_000_000)  # other tests ran before this one
    table, tally = kinds(), fuzz.Tally()
    for number in range(FILES):
        fuzz.try_one(number, table, tmp_path, tally)
    assert tally.failures == []
    for kind in table:
        assert tally.right[kind] and tally.refused[kind], kind


def test_a_number_makes_the_same_file_again() -> None:
    table = kinds()
    assert [fuzz.fuzzed(number, table) for number in range(50)] == [fuzz.fuzzed(number, table) for number in range(50)]
    assert len({fuzz.fuzzed(number, table)[1] for number in range(50)}) > 40


def _slow(path: Path) -> None:
    time.sleep(5)


def _broken(path: Path) -> None:
    raise KeyError(path.name)


def _steering(path: Path) -> None:
    raise UserError("found '\x1b[2J'")


@pytest.mark.parametrize(
    ("read", "said"), [(_slow, "slower than 1 s"), (_broken, "KeyError"), (_steering, "steers the terminal")]
)
def test_what_breaks_the_promise_is_seen_and_kept(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, read: Callable[[Path], object], said: str
) -> None:
    monkeypatch.setattr(fuzz, "MOST_SECONDS", 1)
    tally = fuzz.Tally()
    fuzz.try_one(7, {"any": Kind(read, ["a = 1\n"])}, tmp_path, tally, tmp_path / "kept")
    assert len(tally.failures) == 1 and said in tally.failures[0]
    assert (tmp_path / "kept" / "7.any.toml").is_file()
