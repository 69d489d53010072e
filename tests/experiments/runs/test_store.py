"""What is stored stays whole, is checked when read, and is never overwritten."""

from __future__ import annotations

import errno
import io
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import fake_runs
import numpy as np
import pytest

from experiments.runs.codeversion import code_version
from experiments.runs.files import write_atomic
from experiments.runs.records import HOUSEHOLDS, RECORDS, TABLES, household_rows, panel, split
from experiments.runs.runfile import FORMAT, RunFile, RunKey, encode_run
from experiments.runs.store import Store
from sim.core.errors import UserError

KEY = RunKey("credit", 3, "d1", "c1")


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with Store(tmp_path, "trial") as opened:
        yield opened


def records() -> dict[str, Any]:
    return fake_runs.records(fake_runs.plan("credit", credit=200.0), 3)


def encoded(rows: dict[str, Any] | None = None, key: RunKey = KEY) -> bytes:
    return encode_run(TABLES, split(rows or records()), key)


def manifest(version: str = "c1", **digests: str) -> dict[str, Any]:
    scenarios = [{"id": name, "digest": digest} for name, digest in (digests or {"credit": "d1"}).items()]
    return {"code_version": version, "scenarios": scenarios}


def test_a_run_comes_back_as_it_was(store: Store) -> None:
    store.write_run(KEY, encoded())
    run = store.read_run(KEY)
    assert run.key == KEY
    rows = records()
    small = run.table(RECORDS)
    kept = rows["table"] != "household"
    for name, values in rows.items():
        stored = small[name].to_numpy(zero_copy_only=False)
        np.testing.assert_array_equal(stored, values[kept])
    assert run.table(HOUSEHOLDS).num_rows == np.count_nonzero(~kept) > 0
    at = np.flatnonzero((rows["table"] == "panel") & (rows["month"] == 24) & (rows["group"] == "all"))
    shown = {(24, "all", str(rows["name"][row])): rows["value"][row] for row in at}
    assert {cell: value for cell, value in panel(run).items() if cell[:2] == (24, "all")} == shown
    assert panel(run, ["headcount"])[24, "all", "headcount"] == shown[24, "all", "headcount"]
    of_households = household_rows(run)
    np.testing.assert_array_equal(of_households[0, "persons"]["household"], fake_runs.KEYS)
    np.testing.assert_array_equal(of_households[0, "persons"]["value"], fake_runs.persons())
    income = of_households[24, "income_yuan"]["value"]
    np.testing.assert_array_equal(income, fake_runs.incomes(fake_runs.plan("credit", credit=200.0), 3))


def test_equal_runs_give_equal_bytes_and_no_time() -> None:
    assert encoded() == encoded()
    assert encoded() != encoded(key=replace(KEY, seed=4))


def test_households_are_in_order_of_key_however_they_came(tmp_path: Path) -> None:
    rows = records()
    shuffled = np.random.default_rng(1).permutation(len(rows["item"]))
    path = tmp_path / "run.parquet"
    path.write_bytes(encoded({name: values[shuffled] for name, values in rows.items()}))
    of_households = household_rows(RunFile(path))
    np.testing.assert_array_equal(of_households[0, "persons"]["household"], fake_runs.KEYS)
    np.testing.assert_array_equal(of_households[0, "persons"]["value"], fake_runs.persons())


def test_records_that_are_no_records_are_refused() -> None:
    rows = records()
    with pytest.raises(ValueError, match="columns"):
        split({name: values for name, values in rows.items() if name != "item"})
    with pytest.raises(ValueError, match="equally long"):
        split({**rows, "item": rows["item"][1:]})


@pytest.mark.parametrize("where", [0.001, 0.3, 0.6, 0.95, 0.999])
def test_damage_anywhere_is_found_named_and_left_alone(store: Store, where: float) -> None:
    data = bytearray(encoded())
    place = int(len(data) * where)
    data[place : place + 3] = bytes(byte ^ 0xFF for byte in data[place : place + 3])
    path = store.run_path("credit", 3)
    write_atomic(path, bytes(data))
    with pytest.raises(UserError, match="delete the file and repeat the command") as caught:
        store.has_run(KEY)
    assert str(path) in str(caught.value)
    assert path.read_bytes() == data


@pytest.mark.parametrize("content", [b"", b"PAR1", b"not a run", encoded()[:-500]])
def test_a_file_that_is_no_run_is_refused(store: Store, content: bytes) -> None:
    write_atomic(store.run_path("credit", 3), content)
    with pytest.raises(UserError, match="damaged or is not a run"):
        store.has_run(KEY)


def test_a_foreign_parquet_file_is_refused(store: Store) -> None:
    import pandas as pd

    buffer = io.BytesIO()
    pd.DataFrame({"a": [1]}).to_parquet(buffer)
    write_atomic(store.run_path("credit", 3), buffer.getvalue())
    with pytest.raises(UserError, match="is not a run of villagesim"):
        store.has_run(KEY)


@pytest.mark.parametrize(
    ("stored", "message"),
    [
        (replace(KEY, digest="d2"), "change of the scenario"),
        (replace(KEY, code_version="c2"), "change of the program"),
        (replace(KEY, seed=9), "seed 9"),
        (replace(KEY, scenario="other"), "scenario 'other'"),
    ],
)
def test_the_run_of_another_question_is_refused(store: Store, stored: RunKey, message: str) -> None:
    write_atomic(store.run_path("credit", 3), encoded(key=stored))
    for look in (store.has_run, store.read_run):
        with pytest.raises(UserError, match=message):
            look(KEY)


def test_a_folder_keeps_to_its_scenarios_and_program(store: Store) -> None:
    store.begin(manifest(credit="d1", mix="d2"), {"credit": "a = 1\n"})
    assert (store.folder / "scenarios" / "credit.toml").read_text() == "a = 1\n"
    store.write_run(KEY, encoded())
    store.begin(manifest(credit="d1", mix="d2", more="d3"), {})  # one more is welcome
    store.begin(manifest(credit="d1"), {})  # one fewer too
    with pytest.raises(UserError, match=r"change of scenario 'credit' \(use --renew to run again what the change"):
        store.begin(manifest(credit="changed"), {})
    with pytest.raises(UserError, match="scenario 'credit' and of the program"):
        store.begin(manifest("c2", credit="changed"), {})
    assert json.loads((store.folder / "manifest.json").read_text())["scenarios"] == [{"id": "credit", "digest": "d1"}]


def test_a_folder_of_an_earlier_version_is_refused_unless_nothing_came_of_it(store: Store) -> None:
    store.begin(manifest(), {"credit": "a = 1\n"})
    path = store.folder / "manifest.json"
    assert json.loads(path.read_text())["format"] == FORMAT
    old = json.dumps(manifest())  # it says nothing of its format
    path.write_text(old)
    store.write_failure(KEY, "a mistake in the program")
    store.begin(manifest(), {})
    assert store.failure(KEY) is None  # begun anew
    for older in (old, json.dumps({"format": FORMAT - 1, **manifest()})):
        store.write_run(KEY, encoded())
        path.write_text(older)
        with pytest.raises(UserError, match=r"written by an earlier version \(run the command again with --fresh"):
            store.begin(manifest(), {})
        assert path.read_text() == older


def test_a_folder_in_which_nothing_succeeded_is_begun_anew(store: Store) -> None:
    store.begin(manifest(credit="d1", mix="d2"), {"credit": "a = 1\n", "mix": ""})
    store.write_failure(KEY, "a mistake in the program")
    store.begin(manifest(credit="d1", mix="d2"), {})
    assert store.failure(KEY) == "a mistake in the program"  # the same question: what failed is known
    store.begin(manifest("c2", credit="changed"), {"credit": "a = 2\n"})
    assert store.failure(replace(KEY, digest="changed", code_version="c2")) is None
    assert [path.name for path in (store.folder / "scenarios").iterdir()] == ["credit.toml"]
    assert json.loads((store.folder / "manifest.json").read_text())["code_version"] == "c2"


@pytest.mark.parametrize("text", ["{", "[]", '{"code_version": 1}'])
def test_a_damaged_manifest_is_refused(store: Store, text: str) -> None:
    path = store.folder / "manifest.json"
    path.write_text(text)
    with pytest.raises(UserError, match=r"manifest\.json"):
        store.begin(manifest(), {})
    assert path.read_text() == text


def test_a_failure_is_kept_until_a_run_succeeds(store: Store) -> None:
    assert store.failure(KEY) is None
    store.write_failure(KEY, "no cadre is left", "Traceback ...\n  line")
    assert store.failure(KEY) == "no cadre is left"
    record = json.loads(store.failure_path("credit", 3).read_text())
    assert record["seed"] == 3 and record["traceback"] == ["Traceback ...", "  line"]
    with pytest.raises(UserError, match="change of the scenario"):
        store.failure(replace(KEY, digest="d2"))
    store.write_run(KEY, encoded())
    assert store.failure(KEY) is None
    assert not store.failure_path("credit", 3).exists()


def test_fresh_empties_only_an_experiments_folder(tmp_path: Path) -> None:
    with Store(tmp_path, "trial") as store:
        store.begin(manifest(), {"credit": ""})
        store.write_run(KEY, encoded())
    (tmp_path / "trial" / "notes.txt").write_text("mine")
    with Store(tmp_path, "trial", fresh=True) as store:
        assert not store.has_run(KEY)
        assert not (store.folder / "manifest.json").exists()
    assert (tmp_path / "trial" / "notes.txt").read_text() == "mine"
    (tmp_path / "home").mkdir()
    (tmp_path / "home" / "thesis.doc").write_text("mine")
    for fresh in (True, False):
        with pytest.raises(UserError, match=r"thesis\.doc"), Store(tmp_path, "home", fresh=fresh):
            pass
    assert [entry.name for entry in (tmp_path / "home").iterdir()] == ["thesis.doc"]


def test_leftovers_are_cleared_under_the_lock_only(tmp_path: Path) -> None:
    with Store(tmp_path, "trial") as store:
        leftover = store.folder / "runs" / "credit" / ".part-1-3.parquet"
        leftover.parent.mkdir(parents=True)
        leftover.write_text("half")
        with pytest.raises(UserError, match="another process"), Store(tmp_path, "trial"):
            pass
        assert leftover.exists()
    with Store(tmp_path, "trial"):
        assert not leftover.exists()


def test_a_second_process_is_refused_with_the_firsts_pid(store: Store) -> None:
    code = (
        "import sys; from pathlib import Path\n"
        "from experiments.runs.store import Store; from sim.core.errors import UserError\n"
        f"try:\n    Store(Path({str(store.folder.parent)!r}), 'trial').__enter__()\n"
        "except UserError as error:\n    sys.exit(str(error))"
    )
    second = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert second.returncode == 1
    assert f"another process (pid {os.getpid()}) is writing this folder" in second.stderr
    assert "Traceback" not in second.stderr


def test_children_do_not_inherit_the_lock(store: Store) -> None:
    child = subprocess.Popen(["sleep", "30"], close_fds=False)
    try:
        store.__exit__()
        with Store(store.folder.parent, "trial"):
            pass
    finally:
        child.kill()
        child.wait()


@pytest.mark.parametrize("name", ["", ".", "..", "a/b", ".hidden", "a:b", "a.", "NUL", "com1.old"])
def test_names_that_are_no_folder_names_are_refused(tmp_path: Path, name: str) -> None:
    with pytest.raises(UserError, match="--name"), Store(tmp_path, name):
        pass


@pytest.mark.parametrize(
    ("number", "message"),
    [(errno.ENOSPC, "the disk is full"), (errno.EROFS, "cannot be written"), (errno.EIO, "could not be written")],
)
def test_what_is_stored_survives_a_write_that_fails(
    store: Store, monkeypatch: pytest.MonkeyPatch, number: int, message: str
) -> None:
    store.write_run(KEY, encoded())
    before = store.run_path("credit", 3).read_bytes()

    def fail(_: int) -> None:
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr(os, "fsync", fail)
    for path in (store.run_path("credit", 3), store.run_path("credit", 4)):
        with pytest.raises(UserError, match=message):
            write_atomic(path, b"new")
    assert store.run_path("credit", 3).read_bytes() == before
    assert [path.name for path in store.run_path("credit", 3).parent.iterdir()] == ["3.parquet"]


def test_a_really_full_disk(tmp_path: Path) -> None:
    place = tmp_path / "small"
    place.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=256k", "tmpfs", str(place)], capture_output=True, check=False
    )
    if mounted.returncode:
        pytest.skip("only root can mount a small disk")
    try:
        with Store(place, "trial") as store:
            with pytest.raises(UserError, match="the disk is full"):
                for seed in range(1000):
                    key = replace(KEY, seed=seed)
                    store.write_run(key, encoded(key=key))
            assert seed > 3
            assert all(store.has_run(replace(KEY, seed=earlier)) for earlier in range(seed))
            assert not store.has_run(replace(KEY, seed=seed))
    finally:
        subprocess.run(["umount", str(place)], check=True)


def test_a_folder_that_cannot_be_written(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(UserError, match="file"), Store(tmp_path / "file", "trial"):
        pass


def test_the_code_version_follows_content(tmp_path: Path) -> None:
    policy = tmp_path / "mine.py"
    policy.write_text("a = 1")
    first = code_version([policy])
    assert first == code_version([policy]) != code_version()
    policy.write_text("a = 2")
    assert code_version([policy]) != first


def test_a_folder_is_ours_by_our_sign_alone(tmp_path: Path) -> None:
    for name, file in (("own", "summary.csv"), ("app", "manifest.json"), ("c2", "scenarios/mine.toml")):
        path = tmp_path / name / file
        path.parent.mkdir(parents=True)
        path.write_text("{}")
        for fresh in (True, False):
            with pytest.raises(UserError, match="holds something else") as caught, Store(tmp_path, name, fresh=fresh):
                pass
            assert "--fresh" not in str(caught.value)
        assert [one.name for one in (tmp_path / name).iterdir()] == [file.partition("/")[0]]
        assert path.read_text() == "{}"


@pytest.mark.parametrize("kind", ["compare", "trial", "evidence", "calibrate", "sensitivity"])
def test_every_kind_refuses_another_and_heals_without_a_manifest(tmp_path: Path, kind: str) -> None:
    other = "trial" if kind != "trial" else "compare"
    with Store(tmp_path, "x", kind) as store:
        store.begin({"kind": kind, **manifest()}, {})
    with pytest.raises(UserError, match=f"'village {kind}'.*'village {other}'"), Store(tmp_path, "x", other):
        pass
    (tmp_path / "x" / "manifest.json").unlink()
    for fresh in (True, False):
        with Store(tmp_path, "x", kind, fresh=fresh) as store:
            store.begin({"kind": kind, **manifest()}, {})


@pytest.mark.parametrize("name", ["a~b", "a\nb", "x" * 300])
def test_names_with_other_signs_are_refused(tmp_path: Path, name: str) -> None:
    with pytest.raises(UserError, match="--name"):
        Store(tmp_path, name)
