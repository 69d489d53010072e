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


LEAST_BYTES = 1_500_000_000
"""Address space that Python, NumPy and compiling the model anew need (1.0 GB was too little, 1.5 GB enough)."""


def cramped() -> str | None:
    """What is wrong with the limit on address space (`ulimit -v`), or None if there is none or enough."""
    if sys.platform == "win32":  # which has no such limit
        return None
    import resource

    limit = resource.getrlimit(resource.RLIMIT_AS)[0]
    if limit == resource.RLIM_INFINITY or limit >= LEAST_BYTES:
        return None
    return (
        f"villagesim needs {LEAST_BYTES // 1_000_000} MB of address space, and this shell allows {limit // 1_000_000} "
        "MB: raise the limit (ulimit -v)"
    )


def main() -> None:
    """The entry point of the `village` command."""
    problem = shadowed() or cramped()
    if problem:
        print(problem, file=sys.stderr)
        sys.exit(2)
    from experiments.cli import main as village

    village()


if __name__ == "__main__":
    main()
