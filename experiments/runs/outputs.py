"""Files that an option names to be written: only what the program wrote itself is written over.

A scenario, a profile, a photograph of the field: none of them carries our mark, whatever it is called and by whatever
link it is reached, so none is lost by a slip in `--out`.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from experiments.runs.runfile import RunFile
from sim.core.errors import UserError

MARK = b"villagesim"
"""Key in the metadata of a Parquet file that says what we wrote."""


def check_output(path: Path, ours: Callable[[Path], bool], field: str = "--out") -> None:
    """Refuse to write over what the program did not write; before the work, so that none is done in vain.

    Args:
        path: The file that would be written.
        ours: Whether a file is one that the same command wrote.
        field: The option that names it.

    Raises:
        UserError: Something else is there.
    """
    if path.is_dir():
        raise UserError("this is a folder", file=path, field=field, allowed="the name of a file")
    if not path.exists() and not path.is_symlink():
        return
    if not path.is_file() or (path.stat().st_size and not ours(path)):
        raise UserError(
            "this is there already, and this command did not write it; nothing was touched",
            file=path,
            field=field,
            mend="take another name, or move the file away",
        )


def is_run(path: Path) -> bool:
    """Whether a file holds a run."""
    try:
        return bool(RunFile(path).key)
    except UserError:
        return False


def is_schema(path: Path) -> bool:
    """Whether a file is the JSON Schema of scenarios."""
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError):
        return False
    return isinstance(found, Mapping) and found.get("title") == "villagesim scenario"


def is_population(path: Path) -> bool:
    """Whether a file is a table of a generated world."""
    try:
        return (pq.read_schema(path).metadata or {}).get(MARK) == b"population"
    except (OSError, pa.ArrowException):
        return False
