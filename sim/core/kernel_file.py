"""One compiled kernel in a file: written whole, checked before it is read, thrown away if it is not what was written.

Numba keeps an index and data files and trusts both: one that is cut short stops every run, and one flipped byte in
machine code ends the process. Here a file is found by what it is made of, and begins with a hash of the rest.
"""

from __future__ import annotations

import hashlib
import os
import pickle
from contextlib import suppress
from pathlib import Path
from typing import Any

from numba.core.caching import NullCache
from numba.core.compiler import CompileResult
from numba.core.serialize import dumps

from sim.core import kernel_cache

_HASH = 32


class KernelFile(NullCache):
    """Where Numba looks for, and leaves, the compiled forms of one kernel.

    Args:
        name: Name of the kernel, to be read by people.
        digest: What it means (`sim.core.meaning`).
    """

    def __init__(self, name: str, digest: str) -> None:
        self._name, self._digest = name, digest

    def load_overload(self, signature: Any, target: Any) -> Any:
        """The compiled kernel for these types; None if there is none that can be trusted."""
        target.refresh()
        file = self._file(signature, target.codegen())
        try:
            content = kernel_cache.read_own(file)
            if content is None:
                return None
            if hashlib.blake2b(content[_HASH:], digest_size=_HASH).digest() == content[:_HASH]:
                return CompileResult._rebuild(target, *pickle.loads(content[_HASH:]))  # type: ignore[no-untyped-call]
        except Exception:  # whatever is wrong with a file of the cache, the kernel can be compiled
            pass
        with suppress(OSError):
            file.unlink()
        return None

    def save_overload(self, signature: Any, compiled: Any) -> None:
        """Keep a compiled kernel, if it can be kept."""
        if compiled.lifted or compiled.library.has_dynamic_globals:
            return
        content = dumps(compiled._reduce())  # type: ignore[no-untyped-call]
        file = self._file(signature, compiled.codegen)
        kernel_cache.write_own(file, hashlib.blake2b(content, digest_size=_HASH).digest() + content)

    def _file(self, signature: Any, codegen: Any) -> Path:
        key = f"{self._digest} {signature} {codegen.magic_tuple()}"
        name = f"{self._name}-{hashlib.blake2b(key.encode(), digest_size=12).hexdigest()}.kernel"
        return Path(os.environ["NUMBA_CACHE_DIR"]) / name
