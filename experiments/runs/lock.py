"""The lock of a file's name, of the kernel on every system: it goes when the process does, however it goes."""

from __future__ import annotations

import os
from pathlib import Path

from filelock import FileLock, Timeout

_UNREADABLE = 1  # bytes that Windows keeps from all but the holder


class Lock:
    """A lock that one holder has at a time, among threads and processes of this machine.

    Args:
        file: Its file, which stays when the lock is released, and holds the number of the process that had it last.
    """

    def __init__(self, file: Path) -> None:
        self._file = file
        # Kept, so that all lock one file; without a lock of the kernel there is none at all, which is an OSError.
        self._lock = FileLock(
            file, thread_local=False, fallback_to_soft=False, preserve_lock_file=True, on_acquired=_sign
        )

    def take(self, wait: bool = False) -> bool:
        """Take the lock; whether it was to be had. What this process starts does not hold on to it.

        Args:
            wait: Until whoever has it lets it go.

        Raises:
            OSError: The file cannot be written.
        """
        try:
            self._lock.acquire(blocking=wait)
        except Timeout:
            return False
        return True

    def release(self) -> None:
        """Let it go, if it is held."""
        self._lock.release()

    def holder(self) -> str:
        """The number of the process that has it, or "unknown"."""
        try:
            with open(self._file, "rb", buffering=0) as file:
                file.seek(_UNREADABLE)
                return (file.read(32) or b"").decode(errors="replace").strip() or "unknown"
        except OSError:
            return "unknown"


def _sign(file: int) -> None:
    os.ftruncate(file, 0)
    os.lseek(file, 0, os.SEEK_SET)
    os.write(file, b"\n" * _UNREADABLE + f"{os.getpid()}\n".encode())
