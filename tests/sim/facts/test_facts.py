"""Facts: the plain numbers agree with the tables of names, and nothing but core stands below them."""

from __future__ import annotations

import ast
from pathlib import Path

from experiments.pages.words import terms
from sim import facts
from sim.agents.household import Household
from sim.facts import causes, channels, lines, sources, terrains, topics, units


def test_a_number_is_its_place_in_the_table() -> None:
    tables = (
        (lines, lines.LINES, ("STAPLE", "ORCHARD", "LIVESTOCK", "GREENHOUSE", "BUSINESS")),
        (sources, sources.SOURCES, ("WAGE", "OPERATING", "PROPERTY", "TRANSFER")),
        (terrains, terrains.TERRAINS, ("TABLELAND", "RIVER", "HILLS")),
        (
            channels,
            channels.CHANNELS,
            ("CAUSE", "PAPERS", "ADVICE", "WARNING", "FOLLOW_UP", "TARGETING", "LEDGER", "TRADE"),
        ),
        (units, units.LEVELS, ("PROVINCE", "CITY", "COUNTY", "TOWNSHIP")),
    )
    for module, table, names in tables:
        assert [name.lower() for name in names] == list(table)
        assert [getattr(module, name) for name in names] == list(range(len(table)))
    assert list(causes.CAUSES)[causes.ILLNESS] == "illness"


def test_topics_follow_the_lines_bit_by_bit() -> None:
    programmes = {name: getattr(topics, f"KNOWS_{name.upper()}") for name in ("credit", "training", "industry", "jobs")}
    built = {name: number for number, name in enumerate(lines.LINES) if name != "staple"}
    assert built | programmes == topics.TOPICS
    assert max(topics.TOPICS.values()) + 1 == topics.HELPED
    assert list(topics.PROGRAMMES) == [*programmes, "helped"]


def test_a_line_is_held_in_a_column_of_the_household() -> None:
    for line in lines.LINES.values():
        assert Household.COLUMNS[line.column].unit == line.unit
    assert lines.HOLDING[lines.LIVESTOCK] == "livestock_head"


def test_pages_take_their_words_from_facts() -> None:
    for source, names in sources.SOURCES.items():
        assert terms("indicator")[f"income_{source}_yuan"] == names
    for cause, names in causes.CAUSES.items():
        assert terms("group")[f"cause_{cause}"] == names


def test_facts_lean_on_core_alone() -> None:
    for file in Path(facts.__file__).parent.glob("*.py"):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("sim"):
                assert (node.module or "").split(".")[1] in ("core", "facts"), file.name
