"""The loop does what is missing and no more, whatever happened before, and leaves the same files."""

from __future__ import annotations

from collections.abc import Generator, Iterable, Iterator
from pathlib import Path

import pytest

from experiments.runs.executor import Ended
from experiments.runs.progress import Progress
from experiments.runs.request import Request, Work
from experiments.runs.runfile import RunKey, Table, encode_run
from experiments.runs.store import Store
from experiments.runs.todo import ToDo

NUMBERS = Table("numbers", {"value": "float64"})


class FakeExecutor:
    """Does as it is told: fails these seeds, is interrupted at those, gives results back in an order of its own."""

    def __init__(
        self, fail: Iterable[int] = (), interrupt: Iterable[int] = (), backwards: bool = False, error: str = "broken"
    ) -> None:
        self.work = Work("nothing:at_all", (NUMBERS,), model="builtins:nothing")
        self.fail, self.interrupt, self.backwards, self.error = set(fail), set(interrupt), backwards, error
        self.asked: list[int] = []
        self.ended: list[int] = []
        self.closed = False

    def results(self, requests: Iterable[Request]) -> Generator[Ended, None, None]:
        wanted = list(requests)
        self.asked += [request.key.seed for request in wanted]
        for request in reversed(wanted) if self.backwards else wanted:
            seed = request.key.seed
            if seed in self.interrupt:
                raise KeyboardInterrupt
            self.ended.append(seed)
            if seed in self.fail:
                yield Ended(request, None, self.error, "Traceback ...")
            else:
                yield Ended(request, encode_run([NUMBERS], {"numbers": {"value": [1.0 * seed]}}, request.key))

    def close(self) -> None:
        self.closed = True


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with Store(tmp_path, "one") as opened:
        yield opened


def key(seed: int) -> RunKey:
    return RunKey("a", seed, "digest", "version")


def wanted(*seeds: int) -> list[Request]:
    return [Request(key(seed), None, (seed,), about=(f"seed {seed}",)) for seed in seeds]


def todo(store: Store, executor: FakeExecutor, retry_failed: bool = False) -> ToDo:
    return ToDo(store, executor, Progress(False), retry_failed=retry_failed)


def content(store: Store) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in store.folder.glob("runs/*/*")}


def test_only_what_is_missing_is_done_in_the_order_asked_for(store: Store) -> None:
    first = FakeExecutor()
    with todo(store, first) as list_:
        assert list_.do(wanted(4, 2), "some").done == 2
    assert first.asked == [4, 2] and first.closed
    second = FakeExecutor()
    with todo(store, second) as list_:
        assert list_.missing(map(key, (5, 4, 3, 5))) == [key(5), key(3)]
        assert list_.do(wanted(5, 4, 3, 2, 3), "more").done == 2  # the same key is one run
        assert list_.do(wanted(3, 5), "again").done == 0
        assert list_.stored == {key(seed) for seed in (2, 3, 4, 5)}
    assert second.asked == [5, 3]
    assert store.read_run(key(3)).table(NUMBERS)["value"].to_pylist() == [3.0]


def test_a_failure_is_recorded_stops_nothing_and_is_tried_again_only_when_asked(store: Store) -> None:
    with todo(store, FakeExecutor(fail=[2])) as list_:
        list_.do(wanted(1, 2, 3), "some")
        assert list_.failures == {key(2): "broken"} and list_.stored == {key(1), key(3)}
        assert list_.do(wanted(2), "again").done == 0
    assert store.failure(key(2)) == "broken"
    assert "seed 2" in store.failure_path("a", 2).read_text()
    again = FakeExecutor()
    with todo(store, again) as list_:
        list_.do(wanted(1, 2, 3), "some")
        assert list_.failures == {key(2): "broken"}
    assert not again.asked
    with todo(store, FakeExecutor(fail=[2]), retry_failed=True) as list_:
        assert list_.do(wanted(2), "again").done == 1
        assert list_.do(wanted(2), "and again").done == 0  # once a program
    with todo(store, again, retry_failed=True) as list_:
        list_.do(wanted(1, 2, 3), "some")
        assert not list_.failures
    assert again.asked == [2] and not store.failure_path("a", 2).exists()


def test_after_an_interruption_it_goes_on_and_ends_with_the_same_files(store: Store, tmp_path: Path) -> None:
    stopped = FakeExecutor(fail=[2], interrupt=[4])
    with todo(store, stopped) as list_, pytest.raises(KeyboardInterrupt):
        list_.do(wanted(1, 2, 3, 4, 5), "some")
    assert stopped.closed and set(content(store)) == {"1.parquet", "2.error.json", "3.parquet"}
    rest = FakeExecutor(fail=[2], backwards=True)
    with todo(store, rest) as list_:
        list_.do(wanted(1, 2, 3, 4, 5), "some")
    assert rest.asked == [4, 5] and rest.ended == [5, 4]
    with Store(tmp_path, "whole") as other:
        with todo(other, FakeExecutor(fail=[2])) as list_:
            list_.do(wanted(1, 2, 3, 4, 5), "some")
        assert content(other) == content(store)


def test_it_stops_at_what_it_is_told_to_stop_at(store: Store) -> None:
    executor = FakeExecutor(fail=[2])
    with todo(store, executor) as list_:
        list_.do(wanted(1, 2, 3), "some", stop_at=lambda error: error == "broken")
        assert executor.ended == [1, 2] and key(3) not in list_.stored
        list_.do(wanted(2, 3), "some", stop_at=lambda error: error == "broken")  # it is known to fail
        assert executor.ended == [1, 2]
        list_.do(wanted(2, 3), "some", stop_at=lambda error: error == "other")
        assert executor.ended == [1, 2, 3]


def test_each_run_that_is_there_is_noted_once_as_soon_as_it_is(store: Store) -> None:
    noted: list[int] = []
    executor = FakeExecutor(fail=[3])
    with ToDo(store, executor, Progress(False), noted=lambda one: noted.append(one.seed)) as list_:
        list_.do(wanted(2), "some")
        list_.do(wanted(1, 2, 3), "more")
    assert noted == [2, 1]
    with ToDo(store, executor, Progress(False), noted=lambda one: noted.append(one.seed)) as list_:
        list_.do(wanted(1, 2), "again")
    assert noted == [2, 1, 1, 2]
