"""A researcher's own policy: a class in their own file, named as `module:Class` and allowed by the user."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import ModuleType

from sim.core.errors import UserError
from sim.core.frozen import FrozenModel
from sim.policies.policy import Policy, PolicySettings
from sim.scenario.own_module import files_of, hash_of, module_of
from sim.toml.source import meant

_NAMED = re.compile(r"(?P<module>[A-Za-z_]\w*):(?P<cls>[A-Za-z_]\w*)")


class CodeFile(FrozenModel):
    """A file of the user's that a plan runs, pinned by the hash of its content and of what it imports beside it."""

    path: str
    sha256: str

    def files(self) -> list[Path]:
        """The file, and what it imports from beside it."""
        return files_of(Path(self.path))

    def module(self) -> ModuleType:
        """The file as a module.

        Raises:
            UserError: It has changed since it was allowed, or cannot be loaded.
        """
        return module_of(Path(self.path), self.sha256)


def pinned(named: str, allowed: Sequence[Path]) -> CodeFile:
    """The file that "module:Name" means, pinned by what it holds now.

    Args:
        named: Module (the stem of a file) and name in it.
        allowed: Files the user allowed with `--code`.

    Raises:
        UserError: The file is not allowed.
    """
    parts = _NAMED.fullmatch(named)
    if not parts:
        raise UserError(f"'{named}' is not of the form module:Class")
    path = next((file for file in allowed if file.stem == parts["module"]), None)
    if path is None:
        given = ", ".join(str(file) for file in allowed) or "no file"
        raise UserError(
            f"'{named}' names code, and a scenario may not run code by itself",
            allowed=f"code from {given}",
            mend=f"look at the file, then allow it with --code {parts['module']}.py",
        )
    return CodeFile(path=path.resolve().as_posix(), sha256=hash_of(path))


def load_policy_class(kind: str, allowed: Sequence[Path]) -> tuple[type[Policy], CodeFile]:
    """The class that a policy of kind "module:Class" names, and the file it comes from.

    Args:
        kind: Module (the stem of a file) and class.
        allowed: Files the user allowed with `--code`.

    Raises:
        UserError: The file is not allowed, cannot be loaded, or holds no such policy.
    """
    code = pinned(kind, allowed)
    return reload_policy_class(kind, code), code


def reload_policy_class(kind: str, code: CodeFile) -> type[Policy]:
    """The class again, from a file already allowed (in a worker process, say).

    Raises:
        UserError: The file has changed since it was allowed, or as `load_policy_class`.
    """
    path, module = Path(code.path), code.module()
    wanted = kind.partition(":")[2]
    found = getattr(module, wanted, None)
    policies = _policies_in(module)
    if found is None:
        raise UserError(f"has no class '{wanted}'", file=path, **meant(wanted, policies))
    if wanted not in policies:
        raise UserError(f"'{wanted}' is not a policy", file=path, mend="derive it from sim.policies.policy.Policy")
    if not found.kind:
        raise UserError(f"'{wanted}' has no kind", file=path, mend=f'write kind = "{default_label(kind)}" in it')
    settings = found.Settings
    if not (isinstance(settings, type) and issubclass(settings, PolicySettings)):
        raise UserError(f"'{wanted}.Settings' must derive from PolicySettings", file=path)
    if not _are_levers(found.may_change):
        form = 'a dict, setting -> ("English", "中文") or ("English", "中文", "share")'
        raise UserError(f"'{wanted}.may_change' is {found.may_change!r}", file=path, allowed=form)
    return found  # type: ignore[no-any-return]


def _are_levers(may_change: object) -> bool:
    return isinstance(may_change, Mapping) and all(
        isinstance(names, tuple) and len(names) in (2, 3) and all(isinstance(name, str) for name in (key, *names))
        for key, names in may_change.items()
    )


def policies_of(code: CodeFile) -> list[type[Policy]]:
    """Every policy in a file, in the order in which it stands there; what has no kind is for others to build on.

    Raises:
        UserError: The file has changed since it was allowed, or cannot be loaded.
    """
    return [policy for policy in _policies_in(code.module()).values() if policy.kind]


def _policies_in(module: ModuleType) -> dict[str, type[Policy]]:
    return {
        key: value
        for key, value in vars(module).items()
        if isinstance(value, type) and issubclass(value, Policy) and value.__module__ == module.__name__
    }


def default_label(kind: str) -> str:
    """The label of a policy that states none: its kind, or the class of "module:Class" in small letters."""
    _, _, name = kind.partition(":")
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name).lower() or kind
