"""The book itself: records one a line, each sealed with a digest over all of it and over the record before.

Whoever changes, moves, adds or takes out a line breaks the chain from there on, and reading says at which record. The
chain cannot notice that its end is missing, nor that all of it was written anew: keep the last digest where others can
see it (a commit, a letter, a preregistration).
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from io import FileIO
from pathlib import Path
from typing import Any, Literal

from experiments.runs.files import cannot_write
from experiments.runs.lock import Lock
from sim.core.errors import UserError

FORMAT = 1
FIRST = "0" * 64
"""What the first record names as the digest before it."""
Kind = Literal["vectors", "forecast", "result"]


@dataclass(frozen=True)
class Record:
    """One sealed record.

    Attributes:
        number: Its place in the book, from 1.
        kind: Parameter vectors, a forecast, or a result that was entered.
        date: The day on which it was sealed (UTC).
        content: What it says.
        digest: SHA-256 over all of the above and the digest before.
    """

    number: int
    kind: Kind
    date: dt.date
    content: Mapping[str, Any]
    digest: str


@dataclass(frozen=True)
class Book:
    """A book as read, its chain whole.

    Attributes:
        path: Its file.
        records: In the order in which they were sealed.
    """

    path: Path
    records: tuple[Record, ...] = ()

    @property
    def last(self) -> str:
        """The digest of the last record."""
        return self.records[-1].digest if self.records else FIRST

    def of(self, kind: Kind) -> list[Record]:
        """The records of a kind."""
        return [one for one in self.records if one.kind == kind]


def read_book(path: Path) -> Book:
    """Read a book and check that nothing in it has been altered; a book that is not there is empty.

    Raises:
        UserError: The file cannot be read, or a record is not as it was sealed.
    """
    try:
        *lines, _ = path.read_bytes().split(b"\n")  # what follows the last line's end is a seal that was cut short
    except FileNotFoundError:
        return Book(path)
    except OSError as error:
        raise UserError(f"this book cannot be read: {error.strerror or error}", file=path) from error
    records: list[Record] = []
    before = FIRST
    for number, line in enumerate(lines, start=1):
        record = _read(line, number, before, path)
        before = record.digest
        records.append(record)
    return Book(path, tuple(records))


def _read(line: bytes, number: int, before: str, path: Path) -> Record:
    try:
        data = json.loads(line)
        digest = data.pop("digest")
        sound = _line(data, digest) == line and _digest(data) == digest
        sound = sound and data["number"] == number and data["previous"] == before
        date = dt.date.fromisoformat(data["date"])
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        sound = False
    if not sound:
        raise UserError(
            f"record {number} is not as it was sealed, or a record before it was taken out or put in",
            file=path,
            line=number,
            mend="restore the book from a copy; nothing is read from a book whose seals are broken",
        )
    return Record(number, data["kind"], date, data["content"], digest)


@contextmanager
def writing(path: Path) -> Iterator[Writer]:
    """Hold a book, so that nobody else adds to it meanwhile.

    Raises:
        UserError: It cannot be read or written, or is not as it was sealed.
    """
    lock = Lock(path.with_name(f".{path.name}.lock"))  # beside it: readers do not wait
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        file = open(path, "a+b", buffering=0)  # noqa: SIM115  (closed below)
    except OSError as error:
        raise cannot_write(path, error) from error
    with file:
        try:
            lock.take(wait=True)
        except OSError as error:
            raise cannot_write(path, error) from error
        try:
            _drop_cut_short(file)
            yield Writer(read_book(path), file)
        finally:
            lock.release()


class Writer:
    """A book that is held, and to which records are added.

    Args:
        book: As read.
        file: Its open file.
    """

    def __init__(self, book: Book, file: FileIO) -> None:
        self.book, self._file = book, file

    def add(self, kind: Kind, content: Mapping[str, Any], date: dt.date | None = None) -> Record:
        """Seal a record and put it at the end, whole or not at all.

        Args:
            kind: What it is.
            content: Plain values.
            date: The day; today (UTC) by default.

        Raises:
            UserError: The disk is full, or the file cannot be written; what was there before is untouched.
        """
        number = len(self.book.records) + 1
        day = date or dt.datetime.now(dt.UTC).date()
        # Through text and back: what is digested is what will be read.
        plain = json.loads(json.dumps(content, allow_nan=False))
        data = {"number": number, "kind": kind, "date": day.isoformat(), "format": FORMAT, "content": plain}
        data["previous"] = self.book.last
        digest = _digest(data)
        size = self._file.seek(0, os.SEEK_END)
        try:
            _write(self._file, _line(data, digest) + b"\n")
        except OSError as error:
            self._file.truncate(size)
            raise cannot_write(self.book.path, error) from error
        record = Record(number, kind, day, plain, digest)
        self.book = Book(self.book.path, (*self.book.records, record))
        return record


def _drop_cut_short(file: FileIO) -> None:
    """Take off a seal that a crash cut short: the end without a line's end, which no reader ever saw."""
    file.seek(0)
    data = file.read()
    if not data.endswith(b"\n"):
        file.truncate(data.rfind(b"\n") + 1)


def _write(file: FileIO, data: bytes) -> None:
    while data:
        data = data[file.write(data) :]
    os.fsync(file)


def _line(data: Mapping[str, Any], digest: str) -> bytes:
    return json.dumps({**data, "digest": digest}, ensure_ascii=False).encode(errors="surrogatepass")


def _digest(data: Mapping[str, Any]) -> str:
    text = json.dumps(data, sort_keys=True, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    return hashlib.sha256(text.encode(errors="surrogatepass")).hexdigest()
