"""What survives: one folder an experiment, one file a run, written so that no moment is a bad one to be killed at.

A file appears under its name only when it is whole, and a run that is stored is never written again unless that is
asked for. Only the process that holds the folder's lock writes (see `lock`).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from experiments.runs.files import MANIFEST, cannot_write, digest_of, read_json, write_atomic, write_json
from experiments.runs.folder import COPIES, check_claim, check_name, claim, empty, keep_input, refuse_inputs
from experiments.runs.lock import Lock
from experiments.runs.runfile import EARLIER, FORMAT, RunFile, RunKey
from sim.core.errors import UserError

_PROGRAM = "the program (its sources, parameters, pinned versions or policy files)"
_POINT = {"mode": "point"}
_FRESH = "run the command again with --fresh, or use another --name"
_CHANGED = "use another --name, or --fresh to start this folder again"
_RENEW = f"use --renew to run again what the change concerns, and only that; or {_CHANGED}"


class Store:
    """An experiment's folder, held by this process alone from `with` to its end.

    Args:
        results: Folder of all experiments, usually `results/`.
        name: Name of the experiment and of its folder.
        kind: Kind of the experiment, one of `folder.KINDS`.
        fresh: Throw away what an experiment wrote into the folder.
        renew: Run again what was made before a change of its scenario or of the program, instead of refusing it.
        inputs: The files that the command was given; none of them is written or deleted.

    Raises:
        UserError: The name is not a folder name; the folder is not ours, or another kind's, or holds an input that
            would be written, or cannot be written, or is in use.
    """

    def __init__(
        self,
        results: Path,
        name: str,
        kind: str = "compare",
        *,
        fresh: bool = False,
        renew: bool = False,
        inputs: Iterable[Path] = (),
    ) -> None:
        check_name(name)
        self.folder, self.kind = results / name, kind
        self._fresh, self._renew, self._given = fresh, renew, tuple(inputs)
        self._inputs: frozenset[Path] = frozenset()
        self._copies: dict[str, str] = {}
        self._lock: Lock | None = None

    @classmethod
    def at(cls, folder: Path, kind: str = "compare") -> Store:
        """The store of an experiment that stands already, under whatever name."""
        store = cls(folder.parent, "there", kind)
        store.folder = folder
        return store

    def __enter__(self) -> Store:
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            check_claim(self.folder, self.kind)
            self._inputs = refuse_inputs(self.folder, self._given, self._fresh)
            self._take_lock()
        except OSError as error:
            raise cannot_write(self.folder, error) from error
        try:
            claim(self.folder, self.kind)
            if self._fresh:
                empty(self.folder, self._inputs)
        except OSError as error:
            self.__exit__()
            raise cannot_write(self.folder, error) from error
        except UserError:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        if self._lock:
            self._lock.release()
            self._lock = None

    @property
    def _mend(self) -> str:
        return _RENEW if self.kind in ("compare", "campaign") else _CHANGED

    def _take_lock(self) -> None:
        lock = Lock(self.folder / ".lock")
        if not lock.take():
            raise UserError(
                f"another process (pid {lock.holder()}) is writing this folder",
                file=self.folder,
                mend="wait for it to end, or use another --name",
            )
        self._lock = lock

    # What the folder says about itself

    def begin(
        self, manifest: Mapping[str, Any], scenarios: Mapping[str, str], copies: Mapping[str, bytes] | None = None
    ) -> None:
        """Take the folder for this question, or refuse because it holds the answer to another one.

        Scenarios may be added to a folder or left out of it; what may not change, unless it is to be renewed, is the
        content of a scenario that is there already, and the program. A folder that was begun but holds no result yet is
        begun anew.

        Args:
            manifest: What will stand in manifest.json beside the format; `code_version` and the scenarios' digests are
                compared.
            scenarios: The resolved text of each scenario, by id.
            copies: What else the experiment was asked with (see `folder.COPIES`), by its name in the folder.

        Raises:
            UserError: The code version or a scenario differs from what the stored results were made with, or an
                earlier version wrote them.
        """
        if (self.folder / MANIFEST).exists():
            self._keep_or_empty(read_json(self.folder / MANIFEST), manifest)
        texts = {f"scenarios/{scenario}.toml": text.encode() for scenario, text in scenarios.items()}
        for name, data in {**texts, **(copies or {})}.items():
            path = self.folder / name
            if not keep_input(path, data, self._inputs):
                write_atomic(path, data)
            self._copies[name] = digest_of(data)
        self.write_manifest(manifest)

    def _keep_or_empty(self, old: Mapping[str, Any], new: Mapping[str, Any]) -> None:
        changed, earlier = self._changes(old, new), old.get("format") != FORMAT
        if not changed and not earlier:
            files: Mapping[str, str] = old.get("files", {})
            kept = {name: digest for name, digest in files.items() if name.partition("/")[0] in COPIES}
            self._copies |= {name: digest for name, digest in kept.items() if (self.folder / name).is_file()}
        elif not any(self.folder.glob("runs/*/*.parquet")):
            empty(self.folder, self._inputs)  # begun, but nothing came of it
        elif earlier:
            raise UserError(f"the runs stored here were {EARLIER}", file=self.folder, mend=_FRESH)
        elif not self._renew:
            problem = f"the runs stored here were made before a change of {' and of '.join(changed)}"
            raise UserError(problem, file=self.folder, mend=self._mend)

    def _changes(self, old: Mapping[str, Any], new: Mapping[str, Any]) -> list[str]:
        """What of the program and the scenarios is no longer what the folder was begun with."""
        try:
            version = old["code_version"]
            before = {scenario["id"]: _content(scenario) for scenario in old["scenarios"]}
        except (KeyError, TypeError) as error:
            raise UserError(
                "this is not the manifest of an experiment; nothing was overwritten",
                file=self.folder / MANIFEST,
                mend=_FRESH,
            ) from error
        changed = [
            f"scenario {scenario['id']!r}"
            for scenario in new["scenarios"]
            if before.get(scenario["id"], _content(scenario)) != _content(scenario)
        ]
        if old.get("parameters", _POINT) != new.get("parameters", _POINT):
            changed.append("the parameters of each seed (--parameters, or the calibrated set)")
        return changed if version == new["code_version"] else [*changed, _PROGRAM]

    def write_manifest(self, manifest: Mapping[str, Any], products: Iterable[str] = ()) -> None:
        """Put manifest.json in place, with the format of what is stored and a digest of each file.

        Args:
            manifest: What it says.
            products: The files made of the runs, by their names in the folder.
        """
        made = {name: digest_of((self.folder / name).read_bytes()) for name in products}
        known = {**manifest.get("files", {}), **self._copies, **made}
        content = {name: value for name, value in manifest.items() if name not in ("format", "files")}
        write_json(self.folder / MANIFEST, {"format": FORMAT, **content, "files": dict(sorted(known.items()))})

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
        stored = RunFile(path).key
        if self._renew and _same_run(stored, key) and stored != key:
            return False
        self._refuse_other(path, stored, key)
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
        if self._renew and _same_run(stored, key) and stored != key:
            return None
        self._refuse_other(path, stored, key)
        return error

    def _refuse_other(self, path: Path, stored: RunKey, asked: RunKey) -> None:
        if stored == asked:
            return
        if not _same_run(stored, asked):
            raise UserError(
                f"this file holds the run of scenario {stored.scenario!r} with seed {stored.seed}",
                file=path,
                mend="put it back in its place, or delete it and repeat the command",
            )
        what = "the scenario" if stored.digest != asked.digest else _PROGRAM
        raise UserError(
            f"this run was made before a change of {what}; nothing was overwritten", file=path, mend=self._mend
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
        self.run_path(key.scenario, key.seed).unlink(missing_ok=True)  # one from before a change, being renewed

    def read_run(self, key: RunKey) -> RunFile:
        """Open a stored run.

        Raises:
            UserError: As `has_run`.
        """
        path = self.run_path(key.scenario, key.seed)
        run = RunFile(path)
        self._refuse_other(path, run.key, key)
        return run


def _content(scenario: Mapping[str, Any]) -> tuple[Any, Any]:
    """What of a scenario's entry in a manifest decides its runs."""
    return scenario["digest"], scenario.get("code_version")


def _same_run(one: RunKey, other: RunKey) -> bool:
    """Whether two keys are of one place in the folder, whatever their content."""
    return (one.scenario, one.seed) == (other.scenario, other.seed)


def add_files(folder: Path, kind: str, files: Mapping[str, bytes | str]) -> list[Path]:
    """Put products into a finished experiment's folder, and their digests into its manifest if it has one.

    Args:
        folder: The experiment's folder.
        kind: Kind of the experiment.
        files: Contents, by their names in the folder.

    Returns:
        The files, in the order given.

    Raises:
        UserError: As `Store`.
    """
    with Store.at(folder, kind) as store:
        for name, data in files.items():
            write_atomic(folder / name, data)
        if (folder / MANIFEST).is_file():
            store.write_manifest(read_json(folder / MANIFEST), files)
    return [folder / name for name in files]
