"""Whose a folder is: only one that was new or empty, or that carries our sign, is an experiment's.

The sign is a small file of ours, which stays when a manifest is lost; a folder of an earlier version has its manifest
alone. In any other folder nothing is written and nothing deleted, and in ours only what an experiment writes.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

from experiments.runs.files import LEFTOVER, MANIFEST, read_json, write_atomic
from sim.core.errors import UserError

KINDS = ("compare", "trial", "evidence", "calibrate", "sensitivity", "sweep", "optimise", "discover", "campaign")
"""Kinds of experiments: the commands that store."""
SIGN = ".villagesim"
QUEUE = ".queue"
"""Where runs are posted for workers that serve the folder (see `posted`)."""
CRATE = "ro-crate-metadata.json"
"""The folder described for archives (see `crate`); no part of the experiment."""
COPIES = ("scenarios", "code", "profiles")
"""Where copies of what an experiment was asked with stand."""
_PRODUCTS = (
    "summary.csv", "report.en.html", "report.zh.html", "trial.en.html", "trial.zh.html", "result.json",
    "result.csv", "sensitivity.en.html", "sensitivity.zh.html", "conclusion.json", "indices.csv", "calibrated.toml",
    "calibration.en.md", "calibration.zh.md", "answer.json", "plan.csv", "curves.csv", "finalists.csv", "prices.csv",
    "regret.csv", "contest.csv", "reference.csv", "optimise.en.html", "optimise.zh.html", "boxes.csv", "cases.csv",
    "shapley.csv", "discover.en.html", "discover.zh.html", "sweep.en.html", "sweep.zh.html", "design.toml",
    "workbook.xlsx", "workbook.en.xlsx", "workbook.zh.xlsx", "brief.en.html",
    "brief.zh.html", "brief.en.pdf", "brief.zh.pdf",
    "campaign.en.html", "campaign.zh.html", "campaign.xlsx", "dictionary.csv",
    "progress.en.html", "progress.zh.html", "progress.csv", CRATE,
)  # fmt: skip
_RUN = re.compile(r"-?\d+\.(parquet|error\.json)")
_DEVICE = re.compile(r"(con|prn|aux|nul|com[0-9]|lpt[0-9])(\..*)?", re.IGNORECASE)
_LONGEST = 120  # bytes, so that what is put behind a name still fits


def check_name(name: str) -> None:
    """Refuse what cannot be the name of an experiment and of its folder.

    Raises:
        UserError: It has other signs than letters, digits, - _ . or begins or ends with a point, or is a device of
            Windows, or is too long.
    """
    if (
        not name
        or name[0] == "."
        or name[-1] == "."
        or _DEVICE.fullmatch(name)
        or not all(sign.isalnum() or sign in "-_." for sign in name)
    ):
        raise UserError(
            f"{name!r} cannot be the name of a folder",
            field="--name",
            allowed="letters, digits, - and _, and points within; not what Windows calls its devices (con, nul, com1)",
        )
    if len(name.encode(errors="replace")) > _LONGEST:
        raise UserError(f"this name is too long: {name[:20]}...", field="--name", allowed=f"{_LONGEST} bytes")


def name_of(ids: Iterable[str]) -> str:
    """The name of an experiment that nobody named: what it is about, so that the same command finds it again."""
    plain = "".join(sign if sign.isalnum() or sign in "-_." else "-" for sign in "-".join(ids)).lstrip(".")
    return plain[:80].encode()[:_LONGEST].decode(errors="ignore").rstrip(".")


def kind_of(folder: Path) -> str | None:
    """The kind of experiment that a folder holds; None if it is not an experiment's."""
    with suppress(UserError):
        manifest = read_json(folder / MANIFEST)
        kind = manifest.get("kind", "compare")
        if "code_version" in manifest and isinstance(manifest.get("scenarios"), list) and kind in KINDS:
            return str(kind)
    with suppress(OSError, ValueError):
        first, _, kind = (folder / SIGN).read_text(encoding="utf-8").strip().partition(" ")
        if first == "villagesim" and kind in KINDS:
            return kind
    return None


def finished(folder: Path) -> dict[str, Any]:
    """The manifest of an experiment that has run to its end.

    Raises:
        UserError: It has not, or the folder is no experiment's.
    """
    manifest = read_json(folder / MANIFEST)
    if not manifest.get("complete", True) or not manifest.get("command"):
        raise UserError("this experiment has not run to its end", file=folder, mend="repeat its command first")
    return manifest


def check_claim(folder: Path, kind: str) -> None:
    """Refuse a folder that is not ours, or another kind's.

    Raises:
        UserError: It holds something else, or an experiment of another kind.
    """
    found = kind_of(folder)
    if found == kind:
        return
    if found is not None:
        raise UserError(
            f"this folder holds an experiment of 'village {found}', and this is 'village {kind}'; nothing was touched",
            file=folder,
            mend="use another --name",
        )
    strange = [entry.name for entry in folder.iterdir() if not entry.name.startswith(".")]
    if strange:
        raise UserError(
            f"this folder holds something else ({min(strange)}) and is no experiment's; nothing was touched",
            file=folder,
            mend="use another --name or --results",
        )


def claim(folder: Path, kind: str) -> None:
    """Put our sign on a folder that `check_claim` lets pass, and clear what a killed process left half written."""
    sign = f"villagesim {kind}\n"
    path = folder / SIGN
    if not path.is_file() or path.read_bytes() != sign.encode():
        write_atomic(path, sign)
    for place in (folder, *(folder / name for name in (*COPIES, "tables")), *(folder / "runs").glob("*/")):
        for entry in place.glob(".part-*"):
            if LEFTOVER.fullmatch(entry.name):
                entry.unlink()


def refuse_inputs(folder: Path, inputs: Iterable[Path], fresh: bool) -> frozenset[Path]:
    """The files that were given to a command and stand in its own folder: stored copies, which are used as they are.

    Raises:
        UserError: One would be overwritten or deleted.
    """
    home = folder.resolve()
    within = {path.resolve() for path in inputs if path.resolve().is_relative_to(home)}
    for path in sorted(within):
        parts = path.relative_to(home).parts
        ours = parts[0] in ("runs", "tables", *COPIES) or path.name in (*_PRODUCTS, MANIFEST)
        if fresh or (ours and parts[0] not in COPIES):
            raise _input(path)
    return frozenset(within)


def keep_input(path: Path, data: bytes, inputs: frozenset[Path]) -> bool:
    """Whether a file was given to the command and has to stay as it is.

    Raises:
        UserError: It would have to change.
    """
    if path.resolve() not in inputs:
        return False
    if path.read_bytes() != data:
        raise _input(path)
    return True


def _input(path: Path) -> UserError:
    return UserError(
        "this file was given to the command, which would write or delete it; nothing was touched",
        file=path,
        mend="copy it to another folder, or use another --name or --results",
    )


def empty(folder: Path, inputs: frozenset[Path]) -> None:
    """Take away what an experiment wrote into its folder, and nothing else.

    Raises:
        UserError: That would delete what was given to the command.
        OSError: A file cannot be deleted.
    """
    manifest: Mapping[str, Any] = {}
    with suppress(UserError):
        manifest = read_json(folder / MANIFEST)
    listed = [folder / name for name in manifest.get("files", ())]
    runs = [path for path in folder.glob("runs/*/*") if _RUN.fullmatch(path.name)]
    gone = [path for path in (*listed, *runs) if path.resolve().is_relative_to(folder.resolve())]
    for path in gone:
        if path.resolve() in inputs:
            raise _input(path)
    posted = [path for path in (folder / QUEUE).glob("*") if path.is_file()]
    for path in (*gone, *posted, *(folder / name for name in _PRODUCTS), folder / MANIFEST):
        path.unlink(missing_ok=True)
    for place in (
        *folder.glob("runs/*/"),
        *(folder / one for one in ("runs", "tables", QUEUE)),
        *(folder / name for name in COPIES),
    ):
        with suppress(OSError):  # something else is in it
            place.rmdir()
