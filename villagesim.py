"""Where the command `village` begins: it makes sure that `sim` and `experiments` are those of villagesim.

Both names are common. If another project's package comes first on Python's path, that is said in one sentence instead
of an ImportError from the middle of nowhere.
"""

from __future__ import annotations

import sys
from importlib.util import find_spec
from pathlib import Path

_OURS = {"sim": "county.py", "experiments": "cli.py"}
"""Each package with a file that tells it from another of its name."""


def shadowed() -> str | None:
    """What stands in the way, or None if both packages are ours. Imports neither."""
    here = Path(__file__).resolve().parent
    for name, mark in _OURS.items():
        spec = find_spec(name)
        origin = spec.origin if spec else None
        found = Path(origin).resolve().parent if origin else None
        if found != here / name or not (here / name / mark).is_file():
            return (
                f"villagesim needs its package '{name}' in {here}, but Python finds {found or 'none'}: change "
                "PYTHONPATH or the current folder, or install villagesim into an environment of its own"
            )
    return None


def main() -> None:
    """The entry point of the `village` command."""
    problem = shadowed()
    if problem:
        print(problem, file=sys.stderr)
        sys.exit(2)
    from experiments.cli import main as village

    village()


if __name__ == "__main__":
    main()
