"""A results folder described as an RO-Crate, for archives and search: what was made of what, and what columns mean.

The form is https://w3id.org/ro/crate/1.1. The description is one file beside the results; it is made of what the folder
holds, changes nothing in it, and is no part of what `village reproduce` compares.
"""

from __future__ import annotations

import csv
import datetime as dt
import json
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from experiments.extras import need
from experiments.runs.files import MANIFEST, write_atomic
from experiments.runs.folder import COPIES, CRATE, finished
from experiments.runs.outputs import check_output

if TYPE_CHECKING:
    from rocrate.model import Entity
    from rocrate.rocrate import ROCrate

VERSION = "1.1"
PROGRAM = "#villagesim"
LICENCE = "https://spdx.org/licenses/Apache-2.0"
"""Of the program."""
DICTIONARY = "dictionary.csv"
GIVEN = (*(f"{place}/" for place in COPIES), "design.toml")
"""Where what an experiment was asked with stands; all else came of it."""
FORMATS = {
    ".csv": "text/csv", ".html": "text/html", ".json": "application/json", ".md": "text/markdown",
    ".parquet": "application/vnd.apache.parquet", ".pdf": "application/pdf", ".png": "image/png",
    ".py": "text/x-python", ".svg": "image/svg+xml", ".toml": "application/toml",
    ".xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}  # fmt: skip


def write_crate(folder: Path, authors: Sequence[str] = (), licence: str | None = None) -> Path:
    """Describe a finished experiment's folder; the same folder is described by the same bytes.

    Args:
        folder: The experiment's folder.
        authors: Names of who made the experiment.
        licence: Address of the licence of its results.

    Returns:
        The file.

    Raises:
        UserError: The package rocrate is not installed, the experiment has not run to its end, or the folder is
            described by somebody else.
    """
    need("rocrate", "crate")
    manifest = finished(folder)
    path = folder / CRATE
    check_output(path, _is_ours, field="FOLDER")
    text = json.dumps(_described(folder, manifest, authors, licence), ensure_ascii=False, indent=1, sort_keys=True)
    write_atomic(path, text + "\n")
    return path


def _is_ours(path: Path) -> bool:
    try:
        graph = json.loads(path.read_text(encoding="utf-8"))["@graph"]
        return any(one.get("@id") == PROGRAM for one in graph)
    except (OSError, ValueError, RecursionError, KeyError, TypeError, AttributeError):
        return False


def _described(
    folder: Path, manifest: Mapping[str, Any], authors: Sequence[str], licence: str | None
) -> dict[str, Any]:
    """The description as JSON-LD."""
    from rocrate.model import ContextEntity, Person, SoftwareApplication
    from rocrate.rocrate import ROCrate

    crate, kind = ROCrate(version=VERSION), str(manifest.get("kind", "compare"))
    named = [manifest["design"]] if "design" in manifest else manifest["scenarios"]
    titles = [f"{one['title']['en']} / {one['title']['zh']}" for one in named if "title" in one]
    crate.name = f"village {kind}: {'; '.join(titles) or folder.name}"
    crate.description = (
        f"What '{manifest['command']}' found. {MANIFEST} has a digest of each file; 'village reproduce' runs the "
        "folder again and compares every byte."
    )
    ended = dt.datetime.fromtimestamp((folder / MANIFEST).stat().st_mtime, dt.UTC).replace(microsecond=0)
    crate.datePublished = ended
    if licence:
        crate.license = _licence(crate, licence)
    if authors:
        people = (Person(crate, f"#author-{number}", properties={"name": name}) for number, name in enumerate(authors))
        crate.root_dataset["author"] = [crate.add(one) for one in people]
    about = {"name": "villagesim", "softwareVersion": str(manifest["code_version"])}
    program = crate.add(SoftwareApplication(crate, PROGRAM, properties=about))
    program["license"] = _licence(crate, LICENCE)
    files = {name: _added(crate, folder, name) for name in _names(folder)}
    for table, columns in _columns(folder, crate):
        for name in {f"tables/{table}.parquet", f"tables/{table}.csv"} & set(files):
            files[name]["variableMeasured"] = columns
    action = {"@type": "CreateAction", "name": f"village {kind}", "description": str(manifest["command"]),
              "endTime": ended.isoformat()}  # fmt: skip
    run = crate.add(ContextEntity(crate, "#run", properties=action))
    run["instrument"] = program
    run["object"] = [one for name, one in files.items() if name.startswith(GIVEN)]
    run["result"] = [one for name, one in files.items() if not name.startswith(GIVEN)]
    crate.root_dataset["mentions"] = [run]
    described: dict[str, Any] = crate.metadata.generate()
    return described


def _licence(crate: ROCrate, address: str) -> Entity:
    from rocrate.model import ContextEntity

    return crate.add(ContextEntity(crate, address, properties={"@type": "CreativeWork", "name": address}))


def _names(folder: Path) -> list[str]:
    """Every file from the folder, runs as one folder; nothing hidden."""
    there = (file.relative_to(folder).as_posix() for file in folder.rglob("*") if file.is_file())
    shown = {"runs/" if name.startswith("runs/") else name for name in there if "/." not in f"/{name}"}
    return sorted(shown - {CRATE})


def _added(crate: ROCrate, folder: Path, name: str) -> Entity:
    if name == "runs/":
        about = {"name": "Runs, by scenario and seed or in blocks", "encodingFormat": FORMATS[".parquet"]}
        return crate.add_dataset(dest_path=name, properties=about)
    path = folder / name
    about = {"name": name, "contentSize": str(path.stat().st_size)}
    if path.suffix in FORMATS:
        about["encodingFormat"] = FORMATS[path.suffix]
    if path.name == DICTIONARY:
        about["description"] = "What each column of each table means, in English and Chinese"
    return crate.add_file(dest_path=name, properties=about)


def _columns(folder: Path, crate: ROCrate) -> Iterator[tuple[str, list[Entity]]]:
    """Tables with their columns, as the folder's data dictionary has them."""
    from rocrate.model import ContextEntity

    there = [path for path in (folder / "tables" / DICTIONARY, folder / DICTIONARY) if path.is_file()]
    found: dict[str, list[Entity]] = {}
    for row in csv.DictReader("".join(path.read_text("utf-8-sig") for path in there[:1]).splitlines()):
        texts = [row.get("meaning_en") or row.get("meaning"), row.get("meaning_zh") or row.get("含义")]
        about = {"@type": "PropertyValue", "name": row["column"], "description": " / ".join(filter(None, texts))}
        if row.get("unit"):
            about["unitText"] = row["unit"]
        place = f"#column/{quote(row['table'])}/{quote(row['column'], safe='')}"
        found.setdefault(row["table"], []).append(crate.add(ContextEntity(crate, place, properties=about)))
    yield from found.items()
