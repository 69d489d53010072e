"""Known answers: a worked example a rule, written where a planner can check it with a pocket calculator.

A file of cases is plain TOML. Each `[[case]]` has a `title`, the `rule`, the `equation` of docs/ODD.md and the section
it stands `under`, what is `given`, the `work` line by line, and what to `expect`.

Given: columns of `household`, `village`, `cadre`, `seen`, `loan`, `lender` (a table, or a list of them) and `today`;
`parameters` (one or several tables), on top of named `settings` of shared.toml; `arguments`, for what else the rule is
called with; `chance`, the numbers drawn, each by the name of its event (a list where one event draws several);
`market`, for what a county's market remembers; `till`, for what was booked before; `times`, to live the rule several
months in turn. What a case does not say is zero, or 1 for ratios, or -1 for no loan (NEUTRAL); a parameter or a draw
that a case does not give cannot be used.

Expect: `returns`; columns and arguments afterwards; `till`, what was booked by reason of payment; `lent`, what was
booked by lender; `month_by_month`, for `times`. **What is not named has not changed.** Numbers hold exactly (relative
1e-9), or `within` so many yuan.
"""

from __future__ import annotations

import ast
import importlib
import inspect
import math
import pkgutil
import re
import tomllib
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any
from unittest.mock import patch

import numpy as np

import sim
from sim.agents.cadre import Cadre
from sim.agents.household import Household
from sim.agents.village import Village
from sim.calendar.today import Today
from sim.campaign import cadre_days
from sim.core.draws import number_of, quarters, uniform, uniforms
from sim.economy import weather
from sim.economy.learning import Seen
from sim.economy.market import Market
from sim.money.lending import INTEREST, PRINCIPAL, SUBSIDY, WRITTEN_OFF, Lender, Loan
from sim.money.reasons import REASONS

FOLDER = Path(__file__).parent
ODD = FOLDER.parents[1] / "docs" / "ODD.md"
RECORDS: dict[str, Any] = {
    "household": Household, "village": Village, "cadre": Cadre, "seen": Seen, "today": Today,
    "loan": Loan, "lender": Lender,
}  # fmt: skip
NEUTRAL: dict[str, dict[str, Any]] = {
    "household": {"key": 1, "persons": 1, "first_loan": -1, "trust": [1.0] * 4}
    | dict.fromkeys(("ability", "fortune", "talent", "labour_met"), 1.0),
    "village": {"last": 1, "last_cadre": 1, "level": 1.0, "weather": 1.0, "seen_result": [1.0] * 4}
    | dict.fromkeys(("away_months", "input_price", "pay_nearby"), 1.0),
    "seen": {"fortune": 1.0},
    "loan": {"next": -1},
    "today": {"seed": 1, "people_seed": 2, "month": 1, "year": 2013, "calendar_month": 1, "cpi": 1.0}
    | dict.fromkeys(("wage_trend", "farm_trend", "spending_trend", "transfer_trend"), 1.0),
}
MONTHS = [
    *("January", "February", "March", "April", "May", "June"),
    *("July", "August", "September", "October", "November", "December"),
]
TILL = [reason.name for reason in REASONS]
LENT = {"principal": PRINCIPAL, "interest": INTEREST, "subsidy": SUBSIDY, "written_off": WRITTEN_OFF}
SHORT = {"household": "h", "village": "v", "cadre": "c"}
MARKET_STATE = (
    *("opening_supply", "supply_ratio", "shock_log", "severity", "struck", "luck"),
    *("opening_spent", "demand", "opening_hiring", "hiring"),
)
# Laying out the world, the statistics of a run and the functions of mathematics have tests of their own.
ELSEWHERE = ("population", "indicators", "numerics")
MODULES = [importlib.import_module(found.name) for found in pkgutil.walk_packages(sim.__path__, "sim.")]


@dataclass(frozen=True)
class Case:
    """One worked example, as its file has it."""

    title: str
    rule: str
    under: str
    equation: str
    given: Mapping[str, Any]
    work: str
    expect: Mapping[str, Any]


def cases() -> list[Case]:
    """Every case of every file."""
    files = [tomllib.loads(path.read_text(encoding="utf-8")) for path in sorted(FOLDER.glob("*.toml"))]
    settings = {name: values for file in files for name, values in file.get("settings", {}).items()}
    found = []
    for entry in (entry for file in files for entry in file.get("case", [])):
        given = dict(entry.pop("given"))
        parts = [settings[name] for name in _several(given.pop("settings", []))]
        parts += _several(given.pop("parameters", {}))
        given["parameters"] = {name: value for part in parts for name, value in part.items()}
        found.append(Case(given=given, **entry))
    return found


def _several(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def rules() -> dict[str, Callable[..., Any]]:
    """Every rule that must have a case, by name: what is marked `@rule`, and what sets weather, prices, field days."""
    found: dict[str, Callable[..., Any]] = {}
    for module in MODULES:
        if module.__file__ and not set(module.__name__.split(".")) & set(ELSEWHERE):
            for name in re.findall(r"^@rule\ndef (\w+)\(", Path(module.__file__).read_text("utf-8"), re.MULTILINE):
                assert name not in found, f"two rules are named {name}"
                found[name] = getattr(module, name)
    found |= {n: f for n, f in vars(weather).items() if inspect.isfunction(f) and f.__module__ == weather.__name__}
    # Beside the market's rules, `beside` copies it for a trial, and `lift` takes away what events wrote.
    public = {n: f for n, f in vars(Market).items() if inspect.isfunction(f) and n[0] != "_"}
    found |= {n: f for n, f in public.items() if n not in ("beside", "lift")}
    found["take_days"] = cadre_days.take_days.py_func  # type: ignore[attr-defined]
    return found


class _Stated:
    """The parameters that a case gives, and no others."""

    def __init__(self, values: Mapping[str, Any]) -> None:
        vars(self).update({name: _numbers(value) for name, value in values.items()})

    def __getattr__(self, name: str) -> Any:
        raise AssertionError(f"the rule reads the parameter {name}, which the case does not give")


def _numbers(value: Any) -> Any:
    """A parameter as a rule reads it; seasons may be written as {April = 0.5, September = 0.5}."""
    if isinstance(value, Mapping):
        assert set(value) <= set(MONTHS), f"not months: {set(value) - set(MONTHS)}"
        return tuple(float(value.get(month, 0.0)) for month in MONTHS)
    return tuple(map(float, value)) if isinstance(value, list) else float(value)


def _luck(chance: Mapping[str, Any]) -> Callable[..., float]:
    """In the place of `uniform`: the numbers that a case says were drawn."""
    by_number = {number_of(name): value for name, value in chance.items()}

    def drawn(seed: int, event: int, key: int, when: int, k: int = 0) -> float:
        assert event in by_number, "the rule draws a chance event that the case does not give"
        value = by_number[event]
        return float(value[k] if isinstance(value, list) else value)

    return drawn


def _each(drawn: Callable[..., float]) -> Callable[..., Any]:
    """In the place of `uniforms`: the same for many keys."""
    return lambda seed, event, keys, *when: np.array([drawn(seed, event, int(key), *when) for key in keys])


def _four(drawn: Callable[..., float]) -> Callable[..., tuple[float, ...]]:
    """In the place of `quarters`: four of an event's draws."""
    return lambda seed, event, key, when, k=0: tuple(drawn(seed, event, key, when, 4 * k + i) for i in range(4))


def _rows(kind: str, given: Any) -> Any:
    """The rows of a kind that a case describes: one table or a list of them."""
    tables = _several(given)
    rows = RECORDS[kind].rows(len(tables))
    for row, table in zip(rows, tables, strict=True):
        for name, value in (NEUTRAL.get(kind, {}) | table).items():
            column = RECORDS[kind].COLUMNS[name]
            for cell in value if isinstance(value, list) else [value]:
                column.checked(cell)
            if isinstance(value, list):
                row[name][: len(value)] = value
            else:
                row[name] = value
    return rows


class _Stage:
    """Everything a rule may be called with, and what of it has changed."""

    def __init__(self, given: Mapping[str, Any]) -> None:
        self.rows = {kind: _rows(kind, given.get(kind, {})) for kind in RECORDS}
        self.views = {kind: [RECORDS[kind].of(row) for row in rows] for kind, rows in self.rows.items()}
        self.till = np.zeros(len(REASONS))
        for label, amount in given.get("till", {}).items():
            self.till[TILL.index(label)] = amount
        self.lent = np.zeros((len(self.rows["lender"]), len(LENT)))
        self.arguments: dict[str, Any] = {
            name: np.array(value) if isinstance(value, list) else value
            for name, value in given.get("arguments", {}).items()
        }
        if "reason" in self.arguments:
            self.arguments["reason"] = TILL.index(self.arguments["reason"])
        p = _Stated(given["parameters"])
        self.market = Market(self.rows["village"], p, **given.get("market", {}).get("levels", {}))  # type: ignore[arg-type]
        for name in MARKET_STATE:
            if name in given.get("market", {}):
                getattr(self.market, name)[0] = given["market"][name]
        self.market._trend_then = given.get("market", {}).get("trend_then", 1.0)
        self.hands: dict[str, Any] = {"p": p, "till": self.till, "lent": self.lent, "self": self.market}
        for kind, views in self.views.items():
            self.hands |= {SHORT.get(kind, kind): views[0], f"{kind}s": views}
        self.hands |= {"seen": self.views["seen"], **self.arguments}

    def call(self, rule: Callable[..., Any]) -> Any:
        """Call the rule with what it asks for."""
        return rule(*(self.hands[name] for name in inspect.signature(rule).parameters))

    def state(self) -> dict[str, Any]:
        """Every number that a rule may change, by a path such as `household.0.cash_yuan`."""
        found: dict[str, Any] = {
            f"{kind}.{i}.{name}": row[name].tolist()
            for kind, rows in self.rows.items()
            for i, row in enumerate(rows)
            for name in RECORDS[kind].COLUMNS
        }
        found |= {f"till.{label}": float(amount) for label, amount in zip(TILL, self.till, strict=True)}
        found |= {f"lent.{i}.{n}": float(row[c]) for i, row in enumerate(self.lent) for n, c in LENT.items()}
        found |= {f"arguments.{n}": v.tolist() for n, v in self.arguments.items() if isinstance(v, np.ndarray)}
        found["market.trend_then"] = self.market._trend_then
        return found | {f"market.{name}": getattr(self.market, name)[0].tolist() for name in MARKET_STATE}


def differences(case: Case, rule: Callable[..., Any]) -> list[str]:
    """In what the rule does something else than the case says, as sentences; none if it does not."""
    stage, expect = _Stage(case.given), dict(case.expect)
    within = expect.pop("within", 0.0)
    by_month = expect.pop("month_by_month", {})
    before = stage.state()
    seen_by_month: dict[str, list[float]] = {path: [] for path in by_month}
    luck = _luck(case.given.get("chance", {}))
    with ExitStack() as stack:
        for module in MODULES:
            if vars(module).get("uniform") is uniform:
                stack.enter_context(patch.object(module, "uniform", luck))
            if vars(module).get("quarters") is quarters:
                stack.enter_context(patch.object(module, "quarters", _four(luck)))
            if vars(module).get("uniforms") is uniforms:
                stack.enter_context(patch.object(module, "uniforms", _each(luck)))
        for _ in range(case.given.get("times", 1)):
            start = stage.state()
            returned = stage.call(rule)
            for path, values in seen_by_month.items():
                now = _number(stage.state(), path)
                values.append(now - _number(start, path) if path.startswith(("till.", "lent.")) else now)
    wanted = before | dict(_paths(expect, before))
    found = stage.state() | {"returns": returned.tolist()[0] if isinstance(returned, np.ndarray) else returned}
    pairs = [(path, found[path], value) for path, value in ({"returns": None} | wanted).items()]
    pairs += [(f"{path} by month", values, by_month[path]) for path, values in seen_by_month.items()]
    return [f"{path}: expected {want}, found {have}" for path, have, want in pairs if not _same(have, want, within)]


def _number(state: Mapping[str, Any], path: str) -> float:
    """One number of the state: `household.0.debt_yuan` with a list gives its first."""
    value = state[path]
    return float(value[0] if isinstance(value, list) else value)


def _paths(expect: Mapping[str, Any], before: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    """What a case expects, by path; the end of a list that it leaves out is as it was."""
    for kind, tables in expect.items():
        if kind == "returns":
            yield kind, tables
            continue
        for i, table in enumerate(_several(tables)):
            for name, value in table.items():
                path = f"{kind}.{i}.{name}" if kind in (*RECORDS, "lent") else f"{kind}.{name}"
                assert path in before, f"there is no {path}"
                yield path, value + before[path][len(value) :] if isinstance(value, list) else value


def _same(have: Any, want: Any, within: float) -> bool:
    if isinstance(want, list):
        return len(have) == len(want) and all(_same(a, b, within) for a, b in zip(have, want, strict=True))
    if want is None or have is None:
        return have is want
    return math.isclose(have, want, rel_tol=1e-9, abs_tol=max(within, 1e-9))


@cache
def section(under: str) -> str:
    """The text of a section of ODD, by the beginning of its heading."""
    parts = re.split(r"^#+ ", ODD.read_text(encoding="utf-8"), flags=re.MULTILINE)
    (text,) = (part for part in parts if part.startswith(under))
    return text


def plain(text: str) -> str:
    """Text without marks of code and emphasis, in single spaces."""
    return " ".join(re.sub(r"[`]|\*(?=\w[^*\n]*\*)|(?<=\w)\*", "", text).split())


_FUNCTIONS: dict[str, Callable[..., float]] = {"min": min, "max": max, "exp": math.exp, "log": math.log}
_SUMS = (ast.Expression, ast.BinOp, ast.UnaryOp, ast.operator, ast.unaryop, ast.Constant, ast.Call, ast.Name, ast.Load)


def wrong_sums(work: str) -> list[str]:
    """Lines of `label: expression = number` whose arithmetic is not right to the last figure written."""
    wrong = []
    for line in work.splitlines():
        _, _, sums = line.rpartition(": ")
        parts = [part.strip() for part in sums.split("=")]
        if len(parts) > 1:
            last = parts[-1].replace(",", "")
            decimals = len(last.rstrip("%").partition(".")[2])
            half = 0.5 * 10.0**-decimals / (100 if last.endswith("%") else 1)
            if any(abs(_worked_out(part) - _worked_out(last)) > half * 1.0001 for part in parts):
                wrong.append(line)
    return wrong


def _worked_out(expression: str) -> float:
    text = re.sub(r"(?<=\d),(?=\d{3}(?!\d))", "", expression).replace("^", "**")
    tree = ast.parse(re.sub(r"([\d.]+)%", r"(\1/100)", text), mode="eval")
    assert all(isinstance(node, _SUMS) for node in ast.walk(tree)), expression
    return float(eval(compile(tree, "work", "eval"), {"__builtins__": {}}, _FUNCTIONS))


def unworked(case: Case) -> list[float]:
    """Numbers that a case expects but neither works out nor gives; 0 and 1 need no work."""
    text = re.sub(r"(?<=\d),(?=\d{3}(?!\d))", "", case.work)
    known = [float(number) for number in re.findall(r"\d+(?:\.\d+)?", text)]
    known += [abs(number) for number in _all_numbers(case.given)] + [0.0, 1.0]
    expected = {name: value for name, value in case.expect.items() if name != "within"}
    within = max(case.expect.get("within", 0.0), 1e-9)
    return [n for n in _all_numbers(expected) if not any(math.isclose(abs(n), k, abs_tol=within) for k in known)]


def _all_numbers(value: Any) -> Iterator[float]:
    if isinstance(value, Mapping):
        value = list(value.values())
    if isinstance(value, Sequence) and not isinstance(value, str):
        for part in value:
            yield from _all_numbers(part)
    elif isinstance(value, int | float):
        yield float(value)
