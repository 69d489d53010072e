"""A page as a PDF, printed by Chromium where there is one."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from sim.core.errors import UserError

BROWSERS = ("chromium", "chromium-browser", "google-chrome", "chrome", "msedge")
_ON_WINDOWS = ("Microsoft/Edge/Application/msedge.exe", "Google/Chrome/Application/chrome.exe")
_PROGRAMS = ("ProgramFiles(x86)", "ProgramFiles", "LocalAppData")
_SECONDS = 120


def browser() -> str | None:
    """The browser that prints; None if none is found."""
    found = next((found for name in BROWSERS if (found := shutil.which(name))), None)
    if found or sys.platform != "win32":
        return found
    folders = [Path(os.environ[name]) for name in _PROGRAMS if name in os.environ]
    return next((str(file) for name in _ON_WINDOWS for at in folders if (file := at / name).is_file()), None)


def print_pdf(page: Path) -> Path:
    """Print a page into a PDF beside it.

    Args:
        page: A page of the program's own (.html).

    Raises:
        UserError: There is no Chromium, or it did not print.
    """
    program, pdf = browser(), page.with_suffix(".pdf")
    if program is None:
        mend = "open the page in a browser and print it, without headers and footers"
        raise UserError("there is no Chromium to print it", file=page, mend=mend)
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as own:
        command = [program, "--headless", "--no-sandbox", "--disable-gpu", "--no-pdf-header-footer"]
        command += [f"--user-data-dir={own}", f"--print-to-pdf={pdf.resolve()}", page.resolve().as_uri()]
        try:
            subprocess.run(command, check=True, capture_output=True, timeout=_SECONDS)
        except (OSError, subprocess.SubprocessError) as error:
            raise UserError(f"could not be printed: {type(error).__name__}", file=page) from None
    if not pdf.is_file():
        raise UserError("could not be printed: nothing was written", file=page)
    return pdf
