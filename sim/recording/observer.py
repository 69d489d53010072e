"""Who watches a run: told what has just happened, it reads the county and changes nothing in it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from sim.county import County


class Observer:
    """Watches a run; a subclass answers what it wants to know of. Policies' books are in `county.books`.

    A plan may name observers from a file of the user's own (`observers = ["module:Class"]`). What they declare under
    `results` and `groups` is recorded beside the model's own numbers and groups, and is an outcome of every command.
    """

    results: ClassVar[Mapping[str, Mapping[str, object]]] = {}
    """Numbers of its own, by name: each a table of `unit` (yuan, share, index, count, people, households, villages),
    `label_en`, `label_zh` and, where less of it is better, `better = "less"`."""
    groups: ClassVar[Mapping[str, tuple[str, str]]] = {}
    """Groups of households of its own, by name, each with its English and Chinese label."""

    trusted: ClassVar[bool] = False
    """Whether nothing keeps it from writing what it reads, which costs a little time."""

    def members(self, county: County) -> Mapping[str, NDArray[np.bool_]]:
        """Which households belong to each of its `groups`: asked once, as the run opens, so that a group holds the same
        households with and without a measure."""
        raise NotImplementedError(f"{type(self).__name__} has to say in `members` who belongs to its groups")

    def values(self, county: County) -> Mapping[str, Any]:
        """Its `results` as they stand: a number, or a column by household, whose mean over persons every group has.

        Asked as the run opens, at each month's end, at each 12-month mark once the accounting year is closed, and on
        the campaign's last day. It only reads: what has to be summed up on the way is summed up in the hooks below.
        """
        raise NotImplementedError(f"{type(self).__name__} has to say in `values` what its results are")

    def open(self, county: County) -> None:
        """The world has been opened; nothing has happened yet."""

    def week(self, county: County) -> None:
        """The last day of a campaign week is over."""

    def campaign_end(self, county: County) -> None:
        """The last day of the campaign is over."""

    def month_end(self, county: County) -> None:
        """A month is over and its books are closed."""

    def year_end(self, county: County) -> None:
        """Twelve months are over (`today.month` is 12, 24, ...) and the accounting year is closed."""

    def close(self, county: County) -> None:
        """The run has ended, and policies have booked what was still to be booked."""
