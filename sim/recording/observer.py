"""Who watches a run: told what has just happened, it reads the county and changes nothing in it."""

from __future__ import annotations

from sim.county import County


class Observer:
    """Watches a run; a subclass answers what it wants to know of. Policies' books are in `county.books`."""

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
