"""Writes sim/parameters/typed.py: the names of all parameters, so that a misspelt one is a type error.

python -m experiments.generated.typed_parameters
"""

from __future__ import annotations

from pathlib import Path

from sim.parameters import FOLDER, Parameters, load_parameters

HEADER = '''"""Every parameter by name, written by `python -m experiments.generated.typed_parameters`.

A test says if it is stale."""

from __future__ import annotations


class P:
    """Parameters as rules read them; lists are tuples."""

'''
TARGET = FOLDER / "typed.py"


def source(parameters: Parameters) -> str:
    """The module's text."""
    lines = [
        f"    {entry.name}: {'tuple[float, ...]' if isinstance(entry.value, tuple) else 'float'}\n"
        for entry in sorted(parameters.table(), key=lambda entry: entry.name)
    ]
    return HEADER + "".join(lines)


def write(path: Path = TARGET) -> None:
    """Write it."""
    path.write_text(source(load_parameters()), encoding="utf-8", newline="\n")


if __name__ == "__main__":
    write()
