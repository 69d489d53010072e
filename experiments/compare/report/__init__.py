"""The report of an experiment: a brief and one self-contained page per language, and a workbook."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from experiments.runs.files import write_atomic
from sim.core.errors import UserError

LANGUAGES = ("en", "zh")

__all__ = ["LANGUAGES", "write_report"]


def write_report(folder: Path, languages: Sequence[str] = LANGUAGES) -> list[Path]:
    """Write the report, the brief and the workbook of each language into an experiment folder.

    They are `report.<language>.html`, `brief.<language>.html` and `workbook.<language>.xlsx`. Only the folder's
    manifest, stored scenarios and tables are read; the same folder always gives the same bytes.

    Args:
        folder: An experiment folder (`results/<name>`).
        languages: Any of "en" and "zh".

    Returns:
        The files written.

    Raises:
        UserError: no readable manifest, a damaged table, an unknown language, or the folder cannot be written.
    """
    from experiments.compare.report.brief import brief
    from experiments.compare.report.data import Experiment
    from experiments.compare.report.page import render
    from experiments.compare.report.workbook import workbook_bytes

    for language in languages:
        if language not in LANGUAGES:
            raise UserError(f"unknown language '{language}'", field="language", allowed=", ".join(LANGUAGES))
    experiment = Experiment(Path(folder))
    files = {f"report.{language}.html": render(experiment, language).encode("utf-8") for language in languages}
    files |= {f"brief.{language}.html": brief(experiment, language).encode("utf-8") for language in languages}
    files |= {f"workbook.{language}.xlsx": workbook_bytes(experiment, language) for language in languages}
    paths = [Path(folder) / name for name in files]
    for path, content in zip(paths, files.values(), strict=True):
        write_atomic(path, content)
    return paths
