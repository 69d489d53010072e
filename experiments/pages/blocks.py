"""What a section is made of. The page and the workbook both read these."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from markupsafe import Markup

from experiments.pages.charts import Draw, Names


@dataclass(frozen=True)
class Cell:
    """One cell of a table: text, whether it is a number, a mark ("bad", "total"), and its language if foreign."""

    text: str
    number: bool = False
    mark: str = ""
    lang: str = ""


@dataclass(frozen=True)
class Table:
    """A table with a caption; `fold` puts it behind a line to click."""

    caption: str
    header: Sequence[str]
    rows: Sequence[Sequence[Cell]]
    note: str = ""
    fold: bool = False
    kind: str = "table"


@dataclass(frozen=True)
class Text:
    """A paragraph; kinds: text, note, missing, warning, lead."""

    text: str
    kind: str = "text"


@dataclass(frozen=True)
class Bullets:
    """A short list under a heading."""

    items: Sequence[str]
    heading: str = ""
    kind: str = "bullets"


@dataclass(frozen=True)
class Code:
    """One line to type."""

    label: str
    code: str
    kind: str = "code"


@dataclass(frozen=True)
class Figure:
    """A figure: its message as a sentence, how it is drawn, where it comes from, and its data."""

    key: str
    title: str
    source: str
    draw: Draw
    data: Table
    note: str = ""
    kind: str = "figure"

    def _description(self) -> str:
        head = " | ".join(self.data.header)
        rows = ["; ".join(cell.text for cell in row) for row in self.data.rows[:14]]
        more = "" if len(self.data.rows) <= 14 else " …"
        return f"{self.source} {head}: " + " / ".join(rows) + more

    @property
    def wide(self) -> Markup:
        """For screens and paper."""
        return self.draw(Names(f"{self.key}-w", self.title, self._description()), False)

    @property
    def small(self) -> Markup:
        """For telephones."""
        return self.draw(Names(f"{self.key}-s", self.title, self._description()), True)


Block = Table | Text | Bullets | Code | Figure


@dataclass
class Section:
    """One numbered section of the page."""

    ident: str
    title: str
    question: str
    blocks: list[Block] = field(default_factory=list)

    def add(self, *blocks: Block | None) -> None:
        """Add blocks, leaving out what is None."""
        self.blocks += [block for block in blocks if block is not None]


def text_cells(*texts: str) -> list[Cell]:
    """Cells of plain text."""
    return [Cell(text) for text in texts]


def number_cells(*texts: str) -> list[Cell]:
    """Cells of numbers, set to the right."""
    return [Cell(text, number=True) for text in texts]


@dataclass(frozen=True)
class Card:
    """One of the four numbers."""

    label: str
    value: str
    unit: str
    detail: str
    kind: str = "card"


@dataclass(frozen=True)
class Aside:
    """A short answer under a heading: who is left out, what bound, is it enough."""

    heading: str
    items: tuple[str, ...]
    warn: bool = False
    kind: str = "aside"


@dataclass
class Answer(Section):
    """The first section, which the template lays out by itself."""

    sentence: str = ""
    more: tuple[str, ...] = ()
    figure: Figure | None = None
    cards: tuple[Card, ...] = ()
    asides: tuple[Aside, ...] = ()
