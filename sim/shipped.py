"""Where the files that ship with the program are: in a checkout beside the packages, in an installed wheel inside sim.

`scenarios/` stands on top of a checkout, where people look for it. The wheel carries it as `sim/_shipped` (see
pyproject.toml), since a wheel has no place of its own outside its packages.
"""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from sim.core.errors import UserError

Kind = Literal[
    "scenarios", "more", "profiles", "trials", "calibration", "what_if", "2023", "designs", "templates", "nations"
]

_SIM = Path(__file__).resolve().parent
IN_A_WHEEL = _SIM / "_shipped"
_IN_A_CHECKOUT = _SIM.parent / "scenarios"

DOCS = _SIM.parent / "docs"
"""The documents, some of them generated. Only a checkout has them: see `check_checkout`."""


def shipped(kind: Kind) -> Path:
    """The folder of the shipped files of one kind.

    Args:
        kind: "scenarios": those of the main comparison, directly in the folder. The others are folders inside it:
            "more" (further scenarios), "profiles" (of counties), "trials" (virtual trials), "calibration"
            (specification and calibrated set), "what_if" (what may befall a county), "2023" (scenarios of that era),
            "designs" (of sweeps and searches), "templates" (to be filled in), "nations" (scenarios of many counties).
    """
    top = IN_A_WHEEL if IN_A_WHEEL.is_dir() else _IN_A_CHECKOUT
    return top if kind == "scenarios" else top / kind


def check_checkout(file: Path) -> None:
    """Refuse to renew a file of the sources, such as a page of docs/, where there are only installed packages.

    Args:
        file: What would be written.

    Raises:
        UserError: This is no checkout.
    """
    if IN_A_WHEEL.is_dir() or not file.parent.is_dir():
        where = "/".join(file.parts[-2:])
        raise UserError(f"this writes {where}, which only a checkout has", mend="clone the repository and run it there")
