"""A researcher's own policy: a class in their own file, named as `module:Class` and allowed by the user."""

from __future__ import annotations

import hashlib
import importlib.util
import re
import sys
import traceback
from collections.abc import Sequence
from pathlib import Path
from types import ModuleType

from sim.core.errors import UserError
from sim.core.frozen import FrozenModel
from sim.policies.policy import Policy, PolicySettings
from sim.toml.reading import read_bytes
from sim.toml.source import meant

_NAMED = re.compile(r"(?P<module>[A-Za-z_]\w*):(?P<cls>[A-Za-z_]\w*)")


class CodeFile(FrozenModel):
    """A file of the user's that a plan runs, pinned by the hash of its content."""

    path: str
    sha256: str


def load_policy_class(kind: str, allowed: Sequence[Path]) -> tuple[type[Policy], CodeFile]:
    """The class that a policy of kind "module:Class" names, and the file it comes from.

    Args:
        kind: Module (the stem of a file) and class.
        allowed: Files the user allowed with `--code`.

    Raises:
        UserError: The file is not allowed, cannot be loaded, or holds no such policy.
    """
    named = _NAMED.fullmatch(kind)
    if not named:
        raise UserError(f"'{kind}' is not of the form module:Class")
    path = next((file for file in allowed if file.stem == named["module"]), None)
    if path is None:
        given = ", ".join(str(file) for file in allowed) or "no file"
        raise UserError(
            f"'{kind}' names code, and a scenario may not run code by itself",
            allowed=f"code from {given}",
            mend=f"look at the file, then allow it with --code {named['module']}.py",
        )
    code = CodeFile(path=path.resolve().as_posix(), sha256=hashlib.sha256(read_bytes(path)).hexdigest())
    return reload_policy_class(kind, code), code


def reload_policy_class(kind: str, code: CodeFile) -> type[Policy]:
    """The class again, from a file already allowed (in a worker process, say).

    Raises:
        UserError: The file has changed since it was allowed, or as `load_policy_class`.
    """
    path = Path(code.path)
    name = f"villagesim_code_{path.stem}_{code.sha256[:16]}"
    module = sys.modules.get(name) or _load(path, name, code.sha256)
    wanted = kind.partition(":")[2]
    found = getattr(module, wanted, None)
    policies = [
        key
        for key, value in vars(module).items()
        if isinstance(value, type) and issubclass(value, Policy) and value.__module__ == name
    ]
    if found is None:
        raise UserError(f"has no class '{wanted}'", file=path, **meant(wanted, policies))
    if wanted not in policies:
        raise UserError(f"'{wanted}' is not a policy", file=path, mend="derive it from sim.policies.policy.Policy")
    if not found.kind:
        raise UserError(f"'{wanted}' has no kind", file=path, mend=f'write kind = "{default_label(kind)}" in it')
    settings = found.Settings
    if not (isinstance(settings, type) and issubclass(settings, PolicySettings)):
        raise UserError(f"'{wanted}.Settings' must derive from PolicySettings", file=path)
    return found  # type: ignore[no-any-return]


def default_label(kind: str) -> str:
    """The label of a policy that states none: its kind, or the class of "module:Class" in small letters."""
    _, _, name = kind.partition(":")
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name).lower() or kind


def _load(path: Path, name: str, sha256: str) -> ModuleType:
    """Run the file as a module named by its content, so that an edited file is a new module."""
    text = read_bytes(path)
    if hashlib.sha256(text).hexdigest() != sha256:
        raise UserError("has changed since the plan was read", file=path, mend="start again")
    spec = importlib.util.spec_from_file_location(name, path)
    if spec is None or spec.loader is None:
        raise UserError("is not a Python file", file=path)
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    try:
        exec(compile(text, str(path), "exec"), module.__dict__)
    except Exception as error:
        del sys.modules[name]
        if isinstance(error, SyntaxError):
            line = error.lineno
        else:
            frames = traceback.extract_tb(error.__traceback__)
            line = next((frame.lineno for frame in reversed(frames) if frame.filename == str(path)), None)
        raise UserError(f"cannot be loaded: {type(error).__name__}: {error}", file=path, line=line) from error
    return module
