"""What a run depends on besides its scenario and seed: one hash over the program and everything it reads."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from importlib.metadata import version
from pathlib import Path

import sim
from sim.shipped import IN_A_WHEEL

SIM = Path(sim.__file__).parent
CONSTRAINTS = SIM.parent / "constraints.txt"
_RUNS_ON = ("llvmlite", "mesa", "numba", "numpy")
_READ_BY_SIM = {".py", ".toml", ".csv", ".json"}


def file_hash(file: Path) -> str:
    """A short hash of one file's content."""
    return hashlib.blake2b(file.read_bytes(), digest_size=8).hexdigest()


def code_version(extra_files: Iterable[Path] = ()) -> str:
    """A hash of sim's sources and parameters, the pinned versions and the user's own policy files.

    A wheel is installed without the pins: there the installed versions of what a run depends on stand for them.

    Args:
        extra_files: Files named with `--code`; they count by name and content, not by where they lie.

    Returns:
        16 hexadecimal digits; two runs of one scenario and seed under the same code version are the same run.
    """
    stir = hashlib.blake2b(digest_size=8)

    def add(name: str, file: Path) -> None:
        stir.update(f"{name}\0{file_hash(file)}\n".encode())

    for file in sorted(SIM.rglob("*")):
        if file.suffix in _READ_BY_SIM and file.is_file() and IN_A_WHEEL not in file.parents:
            add(file.relative_to(SIM).as_posix(), file)
    if CONSTRAINTS.is_file():
        add("constraints.txt", CONSTRAINTS)
    else:
        stir.update("".join(f"{name} {version(name)}\n" for name in _RUNS_ON).encode())
    for file in sorted(extra_files, key=lambda file: file.name):
        add(f"code:{file.name}", file)
    return stir.hexdigest()
