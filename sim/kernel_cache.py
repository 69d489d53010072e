"""Where compiled kernels are kept: a folder named by a hash of every source they could depend on.

Numba's own cache looks only at the file a kernel stands in; a rule edited in another file would go unseen. With the
hash in the folder's name a stale kernel cannot be found at all.
"""

from __future__ import annotations

import hashlib
import os
import sys
import tempfile
from pathlib import Path

SIM = Path(__file__).parent


def source_hash() -> str:
    """A hash of sim's Python sources and of the Python that compiles them."""
    stir = hashlib.blake2b(digest_size=8)
    stir.update(f"{sys.version_info[:3]}".encode())
    for file in sorted(SIM.rglob("*.py")):
        stir.update(file.relative_to(SIM).as_posix().encode())
        stir.update(file.read_bytes())
    return stir.hexdigest()


def folder() -> Path:
    """The cache folder for the sources as they stand now."""
    base = os.environ.get("VILLAGESIM_CACHE") or os.path.join(
        os.environ.get("XDG_CACHE_HOME") or os.path.expanduser("~/.cache"), "villagesim"
    )
    return Path(base) / f"kernels-{source_hash()}"


def set_folder() -> None:
    """Point Numba at the folder; must run before the first kernel is declared."""
    place = folder()
    try:
        place.mkdir(parents=True, exist_ok=True)
    except OSError:
        place = Path(tempfile.gettempdir()) / f"villagesim-{os.getuid()}" / place.name
    os.environ["NUMBA_CACHE_DIR"] = str(place)
    if "numba" in sys.modules:
        from numba import config

        config.CACHE_DIR = str(place)  # type: ignore[attr-defined]


def is_warm() -> bool:
    """Whether kernels compiled from these very sources are already there."""
    place = Path(os.environ["NUMBA_CACHE_DIR"])
    return place.is_dir() and any(place.rglob("*.nbi"))
