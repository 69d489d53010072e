"""What survives: one folder an experiment, one file a run, written so that no moment is a bad one to be killed at.

A file appears under its name only when it is whole (temporary name in the same folder, fsync, rename, fsync of the
folder), and a file that exists is never written again. Only the process that holds the folder's lock writes; the lock
is the kernel's (flock) and goes when the process does, however it goes.
"""

from __future__ import annotations

import errno
import fcntl
import json
import os
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from experiments.runs.runfile import EARLIER, FORMAT, RunFile, RunKey
from sim.core.errors import UserError

_TEMPORARY = ".part-"
_MADE_HERE = ("runs", "tables", "scenarios", "manifest.json", "summary.csv", "workbook.xlsx")
_REPORTS = (
    "report.en.html", "report.zh.html", "trial.en.html", "trial.zh.html", "result.json", "result.csv",
    "sensitivity.en.html", "sensitivity.zh.html", "conclusion.json", "indices.csv",
)  # fmt: skip
_PROGRAM = "the program (its sources, parameters, pinned versions or policy files)"
_POINT = {"mode": "point"}
_FRESH = "run the command again with --fresh, or use another --name"
_ANOTHER = "use another --name, or --fresh to start this folder again"


def write_atomic(path: Path, data: bytes | str) -> None:
    """Put a whole file in place, or nothing.

    Raises:
        UserError: The disk is full or the folder cannot be written; what was there before is untouched.
    """
    temporary = path.with_name(f"{_TEMPORARY}{os.getpid()}-{path.name}")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with open(temporary, "wb") as file:
            file.write(data.encode() if isinstance(data, str) else data)
            file.flush()
            os.fsync(file.fileno())
        os.replace(temporary, path)
        _sync_folder(path.parent)
    except OSError as error:
        temporary.unlink(missing_ok=True)
        raise _cannot_write(path, error) from error


def write_json(path: Path, content: Mapping[str, Any]) -> None:
    """Put a JSON file in place atomically; readable, UTF-8, keys in the order given."""
    write_atomic(path, json.dumps(content, ensure_ascii=False, indent=1) + "\n")


def read_json(path: Path) -> dict[str, Any]:
    """Read a JSON object of an experiment folder.

    Raises:
        UserError: The file is missing, damaged or not a JSON object.
    """
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
        if not isinstance(content, dict):
            raise ValueError("not an object")
    except FileNotFoundError:
        raise UserError("there is no such file", file=path, mend="is this the folder of an experiment?") from None
    except (OSError, ValueError) as error:
        raise UserError(
            "this file is damaged; nothing was overwritten",
            file=path,
            mend="delete it and repeat the command",
        ) from error
    return content


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _cannot_write(path: Path, error: OSError) -> UserError:
    if error.errno in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG):
        problem, mend = "the disk is full", "free some space and repeat the command; what is stored stays"
    elif error.errno in (errno.EACCES, errno.EPERM, errno.EROFS):
        problem, mend = (
            "this place cannot be written",
            "choose another folder with --results, or ask for permission",
        )
    else:
        problem, mend = (
            f"it could not be written: {error.strerror or error}",
            "mend that and repeat the command",
        )
    return UserError(problem, file=path, mend=mend)


class Store:
    """An experiment's folder, held by this process alone from `with` to its end.

    Args:
        results: Folder of all experiments, usually `results/`.
        name: Name of the experiment and of its folder.
        fresh: Throw away what the folder holds.

    Raises:
        UserError: The name is not a folder name; the folder is another program's, cannot be written, or is in use.
    """

    def __init__(self, results: Path, name: str, *, fresh: bool = False) -> None:
        if not name or name.startswith(".") or any(sign in name for sign in '/\\:*?"<>|\0'):
            raise UserError(
                f"{name!r} cannot be the name of a folder", field="--name", allowed="letters, digits, - and _"
            )
        self.folder = results / name
        self._fresh = fresh
        self._lock = -1

    def __enter__(self) -> Store:
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            self._refuse_foreign()
            self._take_lock()
        except OSError as error:
            raise _cannot_write(self.folder, error) from error
        try:
            if self._fresh:
                self._empty()
            for leftover in self.folder.glob(f"**/{_TEMPORARY}*"):
                leftover.unlink()
        except OSError as error:
            self.__exit__()
            raise _cannot_write(self.folder, error) from error
        return self

    def __exit__(self, *_: object) -> None:
        if self._lock >= 0:
            os.close(self._lock)
            self._lock = -1

    def _take_lock(self) -> None:
        # Python opens with O_CLOEXEC and workers are fresh programs, so no child can hold on to the lock.
        lock = os.open(self.folder / ".lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            os.ftruncate(lock, 0)
            os.pwrite(lock, f"{os.getpid()}\n".encode(), 0)
        except BlockingIOError:
            holder = os.pread(lock, 32, 0).decode(errors="replace").strip() or "unknown"
            os.close(lock)
            raise UserError(
                f"another process (pid {holder}) is writing this folder",
                file=self.folder,
                mend="wait for it to end, or use another --name",
            ) from None
        except OSError:
            os.close(lock)
            raise
        self._lock = lock

    def _refuse_foreign(self) -> None:
        ours = {*_MADE_HERE, *_REPORTS}
        strange = [
            entry.name for entry in self.folder.iterdir() if entry.name not in ours and not entry.name.startswith(".")
        ]
        if strange and not (self.folder / "manifest.json").exists():
            raise UserError(
                f"this folder holds something else ({min(strange)}) and is no experiment's; nothing was touched",
                file=self.folder,
                mend="use another --name or --results",
            )

    def _empty(self) -> None:
        for name in (*_MADE_HERE, *_REPORTS):
            entry = self.folder / name
            if entry.is_dir() and not entry.is_symlink():
                shutil.rmtree(entry)
            else:
                entry.unlink(missing_ok=True)

    # What the folder says about itself

    def begin(self, manifest: Mapping[str, Any], scenarios: Mapping[str, str]) -> None:
        """Claim the folder for this question, or refuse because it holds the answer to another one.

        Scenarios may be added to a folder or left out of it; what may not change is the content of a scenario that is
        there already, and the program. A folder that was begun but holds no result yet is begun anew.

        Args:
            manifest: What will stand in manifest.json beside the format; `code_version` and the scenarios' digests are
                compared.
            scenarios: The resolved text of each scenario, by id.

        Raises:
            UserError: The code version or a scenario differs from what the stored results were made with, or an
                earlier version wrote them.
        """
        path = self.folder / "manifest.json"
        if path.exists():
            self._keep_or_empty(read_json(path), manifest)
        for scenario, text in scenarios.items():
            write_atomic(self.folder / "scenarios" / f"{scenario}.toml", text)
        self.write_manifest(manifest)

    def _keep_or_empty(self, old: Mapping[str, Any], new: Mapping[str, Any]) -> None:
        changed, earlier = self._changes(old, new), old.get("format") != FORMAT
        if not changed and not earlier:
            return
        if not any(self.folder.glob("**/*.parquet")):
            self._empty()  # begun, but nothing came of it
        elif earlier:
            raise UserError(f"the runs stored here were {EARLIER}", file=self.folder, mend=_FRESH)
        else:
            problem = f"the runs stored here were made before a change of {' and of '.join(changed)}"
            raise UserError(problem, file=self.folder, mend=_ANOTHER)

    def _changes(self, old: Mapping[str, Any], new: Mapping[str, Any]) -> list[str]:
        """What of the program and the scenarios is no longer what the folder was begun with."""
        try:
            version = old["code_version"]
            digests = {scenario["id"]: scenario["digest"] for scenario in old["scenarios"]}
        except (KeyError, TypeError) as error:
            raise UserError(
                "this is not the manifest of an experiment; nothing was overwritten",
                file=self.folder / "manifest.json",
                mend=_ANOTHER,
            ) from error
        changed = [
            f"scenario {scenario['id']!r}"
            for scenario in new["scenarios"]
            if digests.get(scenario["id"], scenario["digest"]) != scenario["digest"]
        ]
        if old.get("parameters", _POINT) != new.get("parameters", _POINT):
            changed.append("the parameters of each seed (--parameters, or the calibrated set)")
        return changed if version == new["code_version"] else [*changed, _PROGRAM]

    # Runs

    def run_path(self, scenario: str, seed: int) -> Path:
        """Where a run's records stand."""
        return self.folder / "runs" / scenario / f"{seed}.parquet"

    def failure_path(self, scenario: str, seed: int) -> Path:
        """Where a failed run's error stands."""
        return self.folder / "runs" / scenario / f"{seed}.error.json"

    def has_run(self, key: RunKey) -> bool:
        """Whether this very run is stored and whole.

        Raises:
            UserError: The file is damaged, or is the run of another scenario, seed or program.
        """
        path = self.run_path(key.scenario, key.seed)
        if not path.exists():
            return False
        self.read_run(key)
        return True

    def failure(self, key: RunKey) -> str | None:
        """The error with which this run failed, if it did and has not succeeded since.

        Raises:
            UserError: The record is damaged, or is of another scenario, seed or program.
        """
        path = self.failure_path(key.scenario, key.seed)
        if not path.exists() or self.run_path(key.scenario, key.seed).exists():
            return None
        found = read_json(path)
        try:
            stored = RunKey(found["scenario"], found["seed"], found["digest"], found["code_version"])
            error = str(found["error"])
        except KeyError as missing:
            raise UserError("this file is damaged", file=path, mend="delete it and repeat the command") from missing
        self._refuse_other(path, stored, key)
        return error

    def _refuse_other(self, path: Path, stored: RunKey, asked: RunKey) -> None:
        if stored == asked:
            return
        if (stored.scenario, stored.seed) != (asked.scenario, asked.seed):
            raise UserError(
                f"this file holds the run of scenario {stored.scenario!r} with seed {stored.seed}",
                file=path,
                mend="put it back in its place, or delete it and repeat the command",
            )
        what = "the scenario" if stored.digest != asked.digest else _PROGRAM
        raise UserError(
            f"this run was made before a change of {what}; nothing was overwritten", file=path, mend=_ANOTHER
        )

    def write_run(self, key: RunKey, data: bytes) -> None:
        """Store a run's bytes (see `runfile.encode_run`); an earlier failure of the run is forgotten."""
        write_atomic(self.run_path(key.scenario, key.seed), data)
        self.failure_path(key.scenario, key.seed).unlink(missing_ok=True)

    def write_failure(self, key: RunKey, error: str, traceback: str = "") -> None:
        """Record that a run failed, and how; the traceback is for whoever mends it and is never printed."""
        record = {
            "scenario": key.scenario,
            "seed": key.seed,
            "digest": key.digest,
            "code_version": key.code_version,
            "error": error,
            "traceback": traceback.splitlines(),
        }
        write_json(self.failure_path(key.scenario, key.seed), record)

    def read_run(self, key: RunKey) -> RunFile:
        """Open a stored run.

        Raises:
            UserError: As `has_run`.
        """
        path = self.run_path(key.scenario, key.seed)
        run = RunFile(path)
        self._refuse_other(path, run.key, key)
        return run

    def write_manifest(self, manifest: Mapping[str, Any]) -> None:
        """Put manifest.json in place, with the format of what is stored."""
        write_json(self.folder / "manifest.json", {"format": FORMAT, **manifest})
