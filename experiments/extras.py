"""Packages that only some commands need: extras in pyproject.toml, looked for when such a command begins."""

from __future__ import annotations

from importlib.util import find_spec


def need(package: str, extra: str) -> None:
    """Make sure that a package is there before any work is done.

    Args:
        package: Its import name.
        extra: The extra of villagesim that brings it.

    Raises:
        UserError: It is not installed.
    """
    if find_spec(package) is None:
        from sim.core.errors import UserError  # not before: a command's help asks for nothing of sim

        mend = f"install it: pip install 'villagesim[{extra}]'"
        raise UserError(f"this needs the package {package}, which is not installed", mend=mend)
