"""How much memory a world needs, and the refusal of one that this machine cannot hold."""

from __future__ import annotations

import ctypes
import os
import sys

from sim.core.errors import UserError

BYTES_A_HOUSEHOLD = 1500
"""Of a run, measured over three years with all policies on: its row, contacts, loans, and what is recorded of it."""
GIGABYTE = 1_000_000_000


class _WindowsStatus(ctypes.Structure):
    """MEMORYSTATUSEX, as Windows fills it."""

    _SIZES = ("memory", "free", "page_file", "free_page_file", "virtual", "free_virtual", "free_extended")
    _fields_ = (
        ("length", ctypes.c_uint32),
        ("load", ctypes.c_uint32),
        *((name, ctypes.c_uint64) for name in _SIZES),
    )


def world_bytes(villages: int, households: float) -> float:
    """About how much memory a run needs in so many villages with so many households each."""
    return BYTES_A_HOUSEHOLD * villages * households


def memory_bytes() -> int:
    """The memory of this machine."""
    if sys.platform == "win32":
        status = _WindowsStatus()
        status.length = ctypes.sizeof(status)
        if not ctypes.windll.kernel32.GlobalMemoryStatusEx(ctypes.byref(status)):
            raise OSError("Windows does not say how much memory there is")
        return int(status.memory)
    return os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")


def check_memory(villages: int, households: float) -> None:
    """Refuse a world that this machine cannot hold.

    Args:
        villages: How many villages it has.
        households: How many households a village has, on average.

    Raises:
        UserError: It needs more memory than there is; how much a household needs, and how many villages would go.
    """
    need, have = world_bytes(villages, households), memory_bytes()
    if need > have:
        raise UserError(
            f"{villages:,} villages of {households:g} households need about {need / GIGABYTE:.0f} GB of memory "
            f"({BYTES_A_HOUSEHOLD:,} bytes a household), and this machine has {have / GIGABYTE:.0f} GB",
            field="world.villages",
            allowed=f"about {int(have / (BYTES_A_HOUSEHOLD * households)):,} at most on this machine",
        )
