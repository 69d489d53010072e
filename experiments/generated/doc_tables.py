"""Writes the tables of the documents that come out of the code: state, parameters, levers, chance events, measures.

    python -m experiments.generated.doc_tables

A table stands between `<!-- table: NAME -->` and `<!-- end -->`; a test fails if one is stale.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import chain
from pathlib import Path
from typing import Any, get_args

from sim.agents.cadre import Cadre
from sim.agents.household import Household
from sim.agents.unit import Unit
from sim.agents.village import Village
from sim.calendar.era import ERAS
from sim.calendar.today import Today
from sim.core.records import Record, state_table
from sim.economy.learning import Seen
from sim.money.lending import Lender, Loan
from sim.parameters import Parameter, Value, load_parameters
from sim.parameters.packed import as_python
from sim.policies import registry
from sim.policies.microcredit import CHANNELS, Channel, usual_terms
from sim.policies.policy import PolicySettings
from sim.shipped import DOCS, check_checkout

ROOT = DOCS.parent
PAGE = DOCS / "ODD.md"
TRIALS = DOCS / "trials.md"
RECORDS: dict[str, type[Record]] = {
    "household": Household,
    "village": Village,
    "cadre": Cadre,
    "unit": Unit,
    "today": Today,
    "seen": Seen,
    "loan": Loan,
    "lender": Lender,
}
_TABLE = re.compile(r"(<!-- table: ([\w ]+) -->\n).*?(<!-- end -->)", re.DOTALL)
_DECISION = re.compile(r'\bdecision\("([\w.]+)"\)')
_LUCK = re.compile(r'(?:self\.luck\(county, |self\.number\(|\bluck\()"(\w+)"')
_KIND = re.compile(r'kind: ClassVar\[str\] = "(\w+)"')


def table(name: str) -> str:
    """The Markdown of one table.

    Raises:
        KeyError: There is no such table.
    """
    word, _, rest = name.partition(" ")
    if word == "state":
        return state_table(RECORDS[rest])
    if word == "levers":
        return _levers(PolicySettings if rest == "base" else registry()[rest].Settings, rest)
    made = {"parameters": _parameters, "channels": _channels, "decisions": _decisions, "measures": _measures}
    return {**made, "eras": _eras, "counts": _counts}[word]()


def page(text: str) -> str:
    """A page with all of its tables renewed."""
    return _TABLE.sub(lambda found: f"{found[1]}{table(found[2])}\n{found[3]}", text)


def write(path: Path = PAGE) -> None:
    """Renew the tables of the page.

    Raises:
        UserError: There is no checkout to write to.
    """
    check_checkout(path)
    path.write_text(page(path.read_text(encoding="utf-8")), encoding="utf-8", newline="\n")


def _rows(*heads: str, rows: Iterator[tuple[Any, ...]]) -> str:
    lines = [heads, ("---",) * len(heads), *rows]
    return "\n".join("| " + " | ".join(str(cell).replace("|", "\\|") for cell in line) + " |" for line in lines)


def _parameters() -> str:
    by_topic: dict[str, list[Parameter]] = {}
    for entry in load_parameters().table():
        by_topic.setdefault(entry.topic, []).append(entry)
    heads = ("name", "value", "unit", "range", "confidence", "source")
    parts = [
        f"**{topic}** (`sim/parameters/{topic}.toml`)\n\n"
        + _rows(
            *heads,
            rows=(
                (f"`{e.name}`", _values(e), e.unit, f"{_text(e.low)} to {_text(e.high)}", e.confidence, e.source)
                for e in entries
            ),
        )
        for topic, entries in by_topic.items()
    ]
    return "\n\n".join(parts)


def _values(entry: Parameter) -> str:
    """The value, or each with the day from which it is in force."""
    if not entry.dated:
        return _text(entry.value)
    return "; ".join(_text(one.value) + (f" from {one.start}" if one.start else "") for one in entry.dated)


def _eras() -> str:
    rows = (
        (
            era.id,
            f"{era.name.en} {era.name.zh}",
            era.days,
            f"{era.income.en} {era.income.zh}",
            f"{era.line.en} {era.line.zh} (`{era.line_series}`)",
            "; ".join(f"{name.en} {name.zh}" for name in era.categories.values()),
        )
        for era in ERAS.values()
    )
    return _rows("era", "name", "campaigns start", "income", "line", "households", rows=rows)


def _text(value: Value) -> str:
    return ", ".join(f"{number:g}" for number in value) if isinstance(value, tuple) else f"{value:g}"


def _levers(settings: type[PolicySettings], kind: str) -> str:
    """The settings of a policy that are not those of every policy, or that it starts from another value."""
    common = {} if kind == "base" else PolicySettings.model_fields
    rows = (
        (f"`{name}`", _default(field), _allowed(field), field.description)
        for name, field in settings.model_fields.items()
        if name not in common or (common[name].default, common[name].description) != (field.default, field.description)
    )
    refused = ((f"`{name}`", "(left out)", "nothing", f"refused: {why}") for name, why in settings.no_use.items())
    return _rows("lever", "default", "allowed", "meaning", rows=chain(rows, refused))


def _counts() -> str:
    """What each policy counts as delivered; targets of a plan name one of these."""
    counted = ((kind, name, names) for kind, policy in registry().items() for name, names in policy.counts.items())
    rows = ((f"`{kind}`", f"`{name}`", english, chinese) for kind, name, (english, chinese) in counted)
    return _rows("policy", "count", "meaning", "中文", rows=rows)


def _default(field: Any) -> str:
    if field.is_required():
        return "(must be given)"
    if field.default is None:
        return "(left out)" if "left out" in (field.description or "") else "as published"
    if isinstance(field.default, tuple):
        return ", ".join(field.default) or "(none)"
    return f"{field.default:g}" if isinstance(field.default, float) else str(field.default).lower()


def _plain(number: float) -> str:
    return f"{number:g}" if abs(number) < 1e6 else f"{number:,.0f}"


def _allowed(field: Any) -> str:
    words = [value for value in get_args(field.annotation) if isinstance(value, str)]
    if words:
        return ", ".join(words)
    signs = {"gt": "more than ", "ge": "from ", "lt": "less than ", "le": "to "}
    limits = [
        f"{sign}{_plain(getattr(rule, name))}"
        for name, sign in signs.items()
        for rule in field.metadata
        if getattr(rule, name, None) is not None
    ]
    return " ".join(limits) or ("yes or no" if field.annotation in (bool, bool | None) else "-")


def _channels() -> str:
    p = as_python(load_parameters().values)
    terms = [usual_terms(channel, p) for channel in CHANNELS]
    rows = ((f"`{name}`", *(_cell(getattr(t, name)) for t in terms)) for name in Channel._fields)
    return _rows("term", *CHANNELS, rows=rows)


def _cell(value: object) -> str:
    return f"{value:g}" if isinstance(value, float) else str(value).lower()


def _decisions() -> str:
    """Every chance event, with the file that declares it; a policy's own names begin with `policy.` and its kind."""
    found: list[tuple[str, str]] = []
    for path in sorted((ROOT / "sim").rglob("*.py")):
        text, where = path.read_text(encoding="utf-8"), f"`{path.relative_to(ROOT).as_posix()}`"
        kind = _KIND.search(text)
        owner = kind[1] if kind else "KIND"
        found += [(f"`{name}`", where) for name in _DECISION.findall(text)]
        found += [(f"`policy.{owner}.{name}`", where) for name in sorted(set(_LUCK.findall(text)))]
    return _rows("chance event", "declared in", rows=iter(found))


def _measures() -> str:
    """What the survey of a virtual trial can ask beside the columns of a household."""
    from experiments.trials.survey_measures import MEASURES

    rows = ((f"`{name}`", one.label_en, one.label_zh, one.unit, one.meaning) for name, one in MEASURES.items())
    return _rows("measure", "name", "中文", "unit", "meaning", rows=rows)


if __name__ == "__main__":
    write()
    write(TRIALS)
