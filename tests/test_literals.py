"""No number stands in the code: what a rule or the generator reckons with is a parameter, with unit, range and source.

Read from the syntax trees of the folders below, and of every rule and kernel of sim. What counts nothing is free: the
numbers of arithmetic itself (FREE), places in an array, the number of a keyed draw, and declarations in the body of a
class (columns and levers state their own ranges). Each exception has its reason, and one that is no longer needed has
to be struck out, so that the list only grows shorter.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[1]
FOLDERS = ("population", "economy", "campaign", "policies")
FREE = {0, 1, 2, 12, 100, 0.5}  # none, all, a pair, months of a year, percent, half
DRAWS = {"uniform", "uniforms", "normal", "_normals", "luck"}  # their numbers tell one draw from another
# Coefficients of approximations, held against their known errors, and of a cipher, against its published vectors.
ARITHMETIC = {"sim/core/numerics.py", "sim/core/draws.py"}

SEARCH = "how a search runs: ends, steps, rounds, when it is close enough; it changes no meaning"
ROUNDING = "what is lost in rounding"
MEMORY = "how much is held at once; changes nothing in the result"
DEFINED = "what the word means: fifths, percentiles, classes of schooling, the day's number in a week"
CHECK = "how closely a file's or a world's figures have to agree; decided beforehand and stated beside them"
OPEN = "still to become a parameter"

EXCUSED: dict[tuple[str, str], tuple[tuple[float, ...], str]] = {
    ("sim/economy/credit.py", ""): ((0.01, 0.999), ROUNDING),
    ("sim/economy/family.py", ""): ((3, 4, 5, 6), "numbers of keyed draws, which the education chain reads too"),
    ("sim/economy/market.py", "Market.share_out_slots"): ((1e-9,), ROUNDING),
    ("sim/policies/cash.py", "Cash.days"): ((30,), OPEN),
    ("sim/policies/farm_insurance.py", ""): ((9,), SEARCH),
    ("sim/policies/microcredit.py", "Microcredit._decide"): ((1e-6,), ROUNDING),
    ("sim/policies/policy.py", "Policy.ration"): ((1e-9,), ROUNDING),
    ("sim/policies/registration.py", ""): ((30, 1e-6, 2_654_435_761), OPEN),
    ("sim/policies/registration.py", "Registration._judge"): ((62,), MEMORY),
    ("sim/policies/registration.py", "visible"): ((10, 10_000), ROUNDING),
    ("sim/policies/village_projects.py", ""): ((30,), OPEN),
    ("sim/population/consistency.py", "consistency"): ((0.02,), CHECK),
    ("sim/population/describe.py", ""): ((3, 4, 5, 9, 15, 40_000), CHECK),
    ("sim/population/describe.py", "_line"): ((1e-9,), ROUNDING),
    ("sim/population/fitting.py", ""): (
        (0.001, 0.02, 0.05, 0.1, 0.16, 0.18, 0.28, 0.35, 0.36, 0.4, 0.55, 0.71, 0.74, 1.2, 3, 16, 20, 120, 7000),
        SEARCH,
    ),
    ("sim/population/fitting.py", "_agrees"): ((0.003, 0.01), SEARCH),
    ("sim/population/fitting.py", "_equation"): ((1e-9,), ROUNDING),
    ("sim/population/fitting.py", "_reached"): ((0.01,), SEARCH),
    ("sim/population/fitting.py", "_turn"): ((0.01, 0.3, 0.4, 0.7), SEARCH),
    ("sim/population/fitting.py", "digest"): ((8,), MEMORY),
    ("sim/population/flags.py", ""): ((1e-9, 4, 5, 16, 20, 24), SEARCH),
    ("sim/population/kept.py", ""): ((2000,), MEMORY),
    ("sim/population/memory.py", ""): ((1500, 1_000_000_000), MEMORY),
    ("sim/population/network.py", "_contacts"): ((10, 16), MEMORY),
    ("sim/population/network.py", "degree_statistics"): ((10, 90), DEFINED),
    ("sim/population/own_line.py", ""): ((0.01,), CHECK),
    ("sim/population/profile.py", "_Parts._whole"): ((0.001,), CHECK),
    ("sim/population/sharing.py", ""): ((1e-6,), ROUNDING),
    ("sim/population/synthetic/recipe.py", ""): ((0.1, 5, 8, 10, 60), SEARCH),
    ("sim/population/synthetic/staff.py", ""): ((1e-9,), ROUNDING),
    ("sim/population/synthetic/world.py", ""): ((20,), MEMORY),
}
"""File and function ("" = a constant of the file) -> its literals, and why they may stay."""


def literals(source: str, everything: bool = True) -> Iterator[tuple[int, str, float]]:
    """Line, function and value of every number that is not free.

    Args:
        source: A file's text.
        everything: Whether all of it is looked at, or its rules and kernels alone.
    """
    for node in ast.parse(source).body:
        yield from _numbers(node, "", everything)


def _numbers(node: ast.AST, where: str, looking: bool) -> Iterator[tuple[int, str, float]]:
    children: list[ast.AST] = list(ast.iter_child_nodes(node))
    match node:
        case ast.FunctionDef(name=name, body=body, decorator_list=marks):
            looking |= any(isinstance(mark, ast.Name) and mark.id in ("rule", "kernel") for mark in marks)
            where, children = f"{where}.{name}".lstrip("."), list(body)
        case ast.ClassDef(name=name, body=body):
            where = f"{where}.{name}".lstrip(".")
            children = [part for part in body if isinstance(part, ast.FunctionDef | ast.ClassDef)]
        case ast.Subscript(value=value, slice=place) if _is_place(place):
            children = [value]
        case ast.Call(func=ast.Name(id=called) | ast.Attribute(attr=called)) if called in DRAWS:
            children = []
        case ast.Constant(value=int(number) | float(number)) if looking and number not in FREE:
            yield node.lineno, where, number
    for child in children:
        yield from _numbers(child, where, looking)


def _is_place(node: ast.expr) -> bool:
    """A written-out place in an array, or several: [3], [:, 1], [-1]."""
    parts = (ast.Constant, ast.Tuple, ast.Slice, ast.UnaryOp, ast.USub, ast.Name, ast.Load)
    return all(isinstance(part, parts) for part in ast.walk(node))


def _found() -> dict[tuple[str, str], dict[float, int]]:
    """Where each number stands: file and function -> number -> line."""
    found: dict[tuple[str, str], dict[float, int]] = {}
    for file in sorted((ROOT / "sim").rglob("*.py")):
        path = file.relative_to(ROOT).as_posix()
        if path in ARITHMETIC:
            continue
        everything = file.relative_to(ROOT / "sim").parts[0] in FOLDERS
        for line, where, number in literals(file.read_text(encoding="utf-8"), everything):
            found.setdefault((path, where), {})[number] = line
    return found


def test_no_number_stands_in_the_code() -> None:
    problems = [
        f"{path}:{line}: {number:g} in {where or 'a constant'}: give it a name, range and source in sim/parameters"
        for (path, where), numbers in _found().items()
        for number, line in numbers.items()
        if number not in EXCUSED.get((path, where), ((), ""))[0]
    ]
    assert not problems, "\n" + "\n".join(problems)


def test_every_exception_is_still_needed() -> None:
    found = _found()
    stale = [
        f"{path} {where}: {number:g}"
        for (path, where), (numbers, _) in EXCUSED.items()
        for number in numbers
        if number not in found.get((path, where), {})
    ]
    assert not stale, "strike out: " + "; ".join(stale)


def test_what_is_free_and_what_is_not() -> None:
    rule = "@rule\ndef f(h, p):\n    return "
    assert [number for *_, number in literals(rule + "0.7 * h.land_mu + 12.0 * p.rate[3]", False)] == [0.7]
    assert [where for _, where, _ in literals("class A:\n    x: int = 7\n    def f(self):\n        return 7\n")] == [
        "A.f"
    ]
    assert not list(literals("def f(x):\n    return 0.7 * x\n", False))
    assert not list(literals(rule + "uniform(seed, LIVING, h.key, 0, 3) < 0.5 * h.trust[-1]", False))
    assert list(literals(rule + "h.seen[3 * h.line]"))
