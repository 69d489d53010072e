"""A package that is also a function: `from experiments import compare` gives both, whichever was loaded first."""

from __future__ import annotations

import sys
from importlib import import_module
from types import ModuleType
from typing import Any


def callable_package(name: str, function: str) -> None:
    """Let a package be called.

    Python puts a package into its parent's namespace as soon as it is loaded, in place of a function of the same name
    that the parent offers.

    Args:
        name: The package, as its `__name__`.
        function: `module:function` that is called, loaded with the first call.
    """

    class Package(ModuleType):
        """The package, which answers to calls too."""

        def __call__(self, *arguments: Any, **named: Any) -> Any:
            module, _, of = function.partition(":")
            return getattr(import_module(module), of)(*arguments, **named)

    sys.modules[name].__class__ = Package
