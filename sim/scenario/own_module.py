"""A file of the user's own and the modules beside it that it imports: hashed as one, and run under names of their own.

An edited file is another module, so a process can hold a file as it was and as it is.
"""

from __future__ import annotations

import ast
import builtins
import hashlib
import sys
import traceback
from pathlib import Path
from types import ModuleType
from typing import Any

from sim.core.errors import UserError
from sim.toml.reading import is_file, read_bytes

_NEVER_OWN = {"sim", "experiments", *sys.stdlib_module_names}


def files_of(path: Path) -> list[Path]:
    """The file first, then every module beside it that it imports, they in turn included, by name.

    Raises:
        UserError: One cannot be read, or is a package.
    """
    found: dict[str, Path] = {}
    pending = [path]
    while pending:
        file = pending.pop()
        if file.stem in found:
            continue
        found[file.stem] = file
        for name, line in _imported(file):
            beside = path.parent / f"{name}.py"
            if is_file(beside):
                pending.append(beside)
            elif is_file(path.parent / name / "__init__.py"):
                problem = f"imports the package '{name}' beside it"
                raise UserError(problem, file=file, line=line, allowed=f"modules beside it, as {name}.py")
    first = found.pop(path.stem)
    return [first, *sorted(found.values())]


def hash_of(path: Path) -> str:
    """One hash of all that `files_of` names; of a file that imports nothing beside it, the hash of its content."""
    first, *others = files_of(path)
    hashes = [hashlib.sha256(read_bytes(first)).hexdigest()]
    hashes += [f"{file.name} {hashlib.sha256(read_bytes(file)).hexdigest()}" for file in others]
    return hashlib.sha256("\n".join(hashes).encode()).hexdigest() if others else hashes[0]


def module_of(path: Path, sha256: str) -> ModuleType:
    """The file as a module, as it was when it had this hash.

    Raises:
        UserError: It has another one now, or cannot be loaded.
    """
    bundle = f"villagesim_code_{sha256[:16]}"
    module = sys.modules.get(f"{bundle}_{path.stem}")
    if module is None:
        if hash_of(path) != sha256:
            raise UserError("has changed since the plan was read", file=path, mend="start again")
        module = _load(path, bundle, {file.stem: file for file in files_of(path)})
    return module


def _imported(file: Path) -> list[tuple[str, int]]:
    """Modules that a file names in an import, and the line; nothing of a file that is no Python."""
    try:
        nodes = list(ast.walk(ast.parse(read_bytes(file))))
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return []  # said when it is loaded
    names = [(alias.name, node.lineno) for node in nodes if isinstance(node, ast.Import) for alias in node.names]
    froms = (node for node in nodes if isinstance(node, ast.ImportFrom) and not node.level)
    names += [(node.module or "", node.lineno) for node in froms]
    tops = [(name.partition(".")[0], line) for name, line in names]
    return [(name, line) for name, line in tops if name not in _NEVER_OWN]


def _load(path: Path, bundle: str, files: dict[str, Path]) -> ModuleType:
    """Run a file; what it imports from beside it is loaded in the same way."""

    def import_own(name: str, globals: Any = None, locals: Any = None, fromlist: Any = (), level: int = 0) -> Any:
        if level or name not in files:
            return builtins.__import__(name, globals, locals, fromlist, level)
        return sys.modules.get(f"{bundle}_{name}") or _load(files[name], bundle, files)

    name = f"{bundle}_{path.stem}"
    module = ModuleType(name)
    module.__file__ = str(path)
    module.__dict__["__builtins__"] = {**vars(builtins), "__import__": import_own}
    sys.modules[name] = module
    try:
        exec(compile(read_bytes(path), str(path), "exec"), module.__dict__)
    except Exception as error:
        del sys.modules[name]
        if isinstance(error, UserError):
            raise
        raise UserError(
            f"cannot be loaded: {type(error).__name__}: {error}", file=path, line=_line_of(error, path)
        ) from error
    return module


def _line_of(error: Exception, path: Path) -> int | None:
    if isinstance(error, SyntaxError):
        return error.lineno
    frames = traceback.extract_tb(error.__traceback__)
    return next((frame.lineno for frame in reversed(frames) if frame.filename == str(path)), None)
