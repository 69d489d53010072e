"""placeholder"""

from collections.abc import Sequence
from pathlib import Path


def check_imported(files: Sequence[Path]) -> None: ...
