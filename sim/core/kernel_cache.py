"""Where compiled kernels are kept: a folder named by a hash of sim's sources, of what compiles them and how.

Within it each kernel has files of its own, named by what it means (`sim.core.meaning`) and for which types it is
compiled: one that is stale, patched or compiled in another way cannot be found at all. What is loaded is run, so only
what this user has written, and nobody else may write, is read.
"""

from __future__ import annotations

import atexit
import hashlib
import os
import shutil
import stat
import sys
import tempfile
import warnings
from contextlib import suppress
from importlib.metadata import version
from pathlib import Path

from sim.core.sources import SIM

KEPT = 6  # folders kept however old: branches and Pythons that are used in turn
UNUSED_DAYS = 2.0  # a folder beyond them that no process has opened for so long is removed

_NOT_COMPILING = ("NUMBA_CACHE_DIR", "NUMBA_NUM_THREADS")


def source_hash() -> str:
    """A hash of sim's sources, and of what compiles them and how."""
    stir = hashlib.blake2b(digest_size=8)
    compilers = [f"{name} {version(name)}" for name in ("numba", "llvmlite", "numpy")]
    how = [f"{k}={v}" for k, v in sorted(os.environ.items()) if k.startswith("NUMBA_") and k not in _NOT_COMPILING]
    stir.update("\n".join([sys.version, *compilers, *how]).encode())
    for file in sorted(SIM.rglob("*.py")):
        stir.update(f"\n{file.relative_to(SIM).as_posix()}\n".encode())
        stir.update(file.read_bytes())
    return stir.hexdigest()


def folder() -> Path:
    """The cache folder for the sources as they stand now."""
    usual = "LOCALAPPDATA" if sys.platform == "win32" else "XDG_CACHE_HOME"
    base = os.environ.get("VILLAGESIM_CACHE") or os.path.join(
        os.environ.get(usual) or os.path.expanduser("~/.cache"), "villagesim"
    )
    return Path(base) / f"kernels-{source_hash()}"


def set_folder() -> None:
    """Choose the folder and tell Numba; must run before the first kernel is compiled."""
    place = folder()
    if not _ready(place):
        place = Path(tempfile.gettempdir()) / f"villagesim{_whose()}" / place.name
        if not _ready(place):
            place = Path(tempfile.mkdtemp(prefix="villagesim-")) / place.name
            place.mkdir(mode=0o700)
            atexit.register(_remove_if_mine, place.parent, os.getpid())
        os.environ["VILLAGESIM_CACHE"] = str(place.parent)  # what this process starts shares it
    os.environ["NUMBA_CACHE_DIR"] = str(place)
    if "numba" in sys.modules:
        from numba import config

        config.CACHE_DIR = str(place)  # type: ignore[attr-defined]


def _ready(place: Path) -> bool:
    """Make the folder, or mark it as used; whether it is this user's alone and can be written."""
    new = not place.is_dir()
    try:
        place.parent.parent.mkdir(parents=True, exist_ok=True)
        for one in (place.parent, place):
            one.mkdir(mode=0o700, exist_ok=True)
            if not _is_own(one.stat()):
                message = f"{one} can be written by others, so no compiled kernels are kept there (chmod go-w {one})"
                warnings.warn(message, stacklevel=3)
                return False
        os.utime(place)
    except OSError:
        return False
    if new:
        _remove_old(place.parent)
    return os.access(place, os.W_OK)


def _is_own(about: os.stat_result) -> bool:
    """Whether a file or folder is this user's, and nobody else may write to it."""
    if sys.platform == "win32":  # which keeps rights by folder: the user's own are closed to others
        return True
    return about.st_uid == os.getuid() and not about.st_mode & (stat.S_IWGRP | stat.S_IWOTH)


def _whose() -> str:
    """What tells the users of one temporary folder apart; on Windows each has one of his own."""
    if sys.platform == "win32":
        return ""
    return f"-{os.getuid()}"


def _remove_if_mine(place: Path, process: int) -> None:
    if os.getpid() == process:  # not in what was forked from it
        shutil.rmtree(place, ignore_errors=True)


def read_own(file: Path) -> bytes | None:
    """The content of a file of the cache; None if there is none, or others might have written it."""
    try:
        with file.open("rb") as stream:
            return stream.read() if _is_own(os.fstat(stream.fileno())) else None
    except FileNotFoundError:
        return None


def write_own(file: Path, content: bytes) -> None:
    """Write a file of the cache, whole or not at all; without it the kernel is compiled again, which is no error."""
    with suppress(OSError):
        number, name = tempfile.mkstemp(dir=file.parent)  # for this user alone
        try:
            with os.fdopen(number, "wb") as stream:
                stream.write(content)
            os.replace(name, file)
        except OSError:
            os.unlink(name)
            raise


def _remove_old(base: Path) -> None:
    """Remove kernels that nobody has used of late. A process that loses its folder all the same compiles again."""
    with suppress(OSError):
        used = sorted(((entry.stat().st_mtime, entry) for entry in base.glob("kernels-*")), reverse=True)
        now = used[0][0]  # the folder just made
        for when, entry in used[KEPT:]:
            if now - when > UNUSED_DAYS * 86_400:
                shutil.rmtree(entry, ignore_errors=True)


def is_warm() -> bool:
    """Whether every kernel of these very sources has been compiled before (`sim.warm_up` went through)."""
    return (Path(os.environ["NUMBA_CACHE_DIR"]) / "warm").is_dir()


def now_warm() -> None:
    """Remember that every kernel is there."""
    with suppress(OSError):
        (Path(os.environ["NUMBA_CACHE_DIR"]) / "warm").mkdir(exist_ok=True)
