"""For every test: repeatable examples, no time limit while kernels compile, figures without a screen, no slow disk."""

from __future__ import annotations

import os
from collections.abc import Iterator
from unittest.mock import patch

import pytest
from hypothesis import settings

from experiments.spoken import speak

os.environ.setdefault("MPLBACKEND", "Agg")
os.environ["LC_ALL"] = "C.UTF-8"  # messages are in English unless a test asks otherwise

settings.register_profile("repeatable", deadline=None, derandomize=True, database=None)
settings.load_profile("repeatable")


@pytest.fixture(scope="session", autouse=True)
def _files_need_not_outlive_a_power_cut() -> Iterator[None]:
    """Thousands of small files are stored: what a test has written is gone after it in any case."""
    with patch.object(os, "fsync", lambda file: None):
        yield


@pytest.fixture(autouse=True)
def _a_language_asked_for_is_not_spoken_by_the_next() -> Iterator[None]:
    """A command speaks for its whole process, and many tests share one."""
    yield
    speak("en")
