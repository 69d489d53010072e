"""Wrong files out of right ones: bytes, tokens and values changed, and what people and attackers have sent before."""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Sequence

VALUES = [
    '0', '-1', '1', '2', '5', '-5', '0.5', '1e300', '-1e300', '1e-300', '1e400', 'nan', 'inf', '-inf', '-0.0', 'true',
    'false', "''", '""', '[]', '{}', '[[]]', '[{}]', '{a = 1}', '9223372036854775807', '9223372036854775806',
    '-9223372036854775808', '9223372036854775808', '9' * 400, '9' * 5000, '0x' + 'f' * 5000, '0b1', '0o7', '1_000',
    '2012-12-24', '0001-01-01', '9999-12-31', '2012-02-29', '2012-12-24T00:00:00Z', '12:00:00', '"\\u0000"',
    '"\\u001b[2J"', '"\\u202e"', '"[/half]"', '"[bold]"', '"=1+1"', '"＝1"', '" =1"', '"/dev/zero"', '"/dev/stdin"',
    '"."', '".."', '"/"', '"~"', '"%s%n{0}"', '"{x}"', '"a/b.toml"', '"baseline"', '"visits"', '"microcredit"',
    '"mine:Mine"', '":"', '"' + 'a' * 300 + '.toml"', '"' + 'a' * 9999 + '"', '"' + 'a/' * 3000 + 'x.toml"',
    '"gansu_county"', '"five_villages"', '"poorest"', '"income_yuan@36:poor_at_start"', '"@"', '"@12"', '"a@b:c"',
    '"income_last[1]"', '"income_last[99]"', '"income_last[-1]"', '"x["', '"growth/"', '"/"', '[1, 2, 3]',
    '[0.5, 0.5]', '["a", 1]', '[nan]', '[[1], [2]]', '{ of_income = 0.5 }', '{ of_income = "x" }',
    '{ of_income = -1 }', '{ of_income = nan }', '{ en = "a", zh = "b" }', '{ en = "", zh = "" }',
    '[' * 30 + ']' * 30, '[' * 900 + ']' * 900, '"""\nlong\n"""', "'''x'''", "[1, true, 'a', 2012-01-01]",
]  # fmt: skip
"""Values in the place of others."""

LINES = [
    "extends = 'nowhere.toml'", 'extends = "fuzzed.toml"', 'extends = "/dev/zero"', 'extends = 1', 'extends = []',
    'extends = "baseline"', 'drop = []', 'drop = ["visits"]', 'drop = [1]', "drop = 'x'", 'policies = []',
    'policies = 1', 'policies = [1]', '[policies]', '[[policies]]', '[[policies]]\nkind = "visits"',
    '[[policies]]\nkind = 1', '[[policies]]\nkind = []', '[[policies]]\nkind = ""', '[[policies]]\nlabel = []',
    "[[policies]]\nkind = 'a:b'", '[[policies]]\nkind = "cash"\nlabel = ["x"]', 'purses = []', '[[purses]]\nid = 1',
    '[[purses]]', '[world]', "[world.place]\n'a.b' = 1", '[world.place]\nfarm.drought_major = 5',
    '[world.place.a.b.c]', '[world]\nplace = 1', '[world]\nplace = []', '[uncertainties]\na = {b = {c = 1}}',
    'uncertainties = 1', '[uncertainties.farm]\ndrought_major = []', '[targets]\nvisits = 1',
    '[targets.visits]\nx = 1', '[targets.visits.visits]\namount = 1\ndeadline = 9999-12-31', 'targets = []',
    '[campaign]', 'campaign = []', 'title = 1', '[a]\n[a.b]\n[a.b.c]', 'a.b.c.d = 1', '.' * 5, '= 1', 'a = ',
    '\u202e', '\x00', '\x1b[31m', '# \x07', '\ufeff', "'' = 1", '"\\u0007" = 1', '"a b".c = 1', '\t=1', '[[arms]]',
    '[[arms]]\nname = "x"\nshare = nan', '[[outcomes]]', 'arms = 1', 'outcomes = {}', '[survey]\nfollow_ups = []',
    '[survey]\nfollow_ups = [99999999999]', '[[arms.policies]]', '[survey.attrition]\nx = 1',
    '[design]\nclusters = 9', '[world.books]\nincome = 1', '[world.books]\n"income.gini" = "x"',
    '[world.books]\nsize.villages.x = 1', '[world.books]', "[[parameters]]\nname = ''",
    '[[parameters]]\nname = "farm"', 'parameters = [1]', '[[targets]]', '[[vectors]]\nobjective = 1\nvalues = {}',
    '[parts]', '[x.parts]\na = 1', '[x.parts.y]\nid = 1', 'x = 1', '[x]\nmeasure = "describe.headcount"',
    '[x]\ndescribe = 1', '[x]\ndescribe = []', '[x]\ndescribe = "headcount"', '[fitted]', '[fitted]\nof = 1',
    'a.b = 1\na = 2', 'x' * 20000, 'x.' * 3000 + 'y = 1',
]  # fmt: skip
"""Lines added anywhere."""

_VALUE = re.compile(r"(?<== )[^\n]+")
_TOKEN = re.compile(r"[\w.-]+|\"[^\"\n]*\"|[^\w\s]")

Change = Callable[[random.Random, str], str]


def _value(chance: random.Random, text: str) -> str:
    """Another value at one key."""
    found = list(_VALUE.finditer(text))
    if not found:
        return text
    one = chance.choice(found)
    return text[: one.start()] + chance.choice(VALUES) + text[one.end() :]


def _number(chance: random.Random, text: str) -> str:
    """A number made larger, smaller, negative or of another kind."""
    found = list(re.finditer(r"(?<![\w.])-?\d[\d_]*(\.\d+)?(?![\w.-])", text))
    if not found:
        return text
    one = chance.choice(found)
    times = chance.choice(["0", "-", "9" * 12, "1e18", ".5", "e9", "_", "x"])
    new = times if chance.random() < 0.3 else one[0] + times
    if chance.random() < 0.6:  # something that might be right
        number = float(one[0].replace("_", "")) * chance.choice((0.0, 0.5, 0.9, 1.1, 2.0, 10.0, -1.0))
        new = f"{number:g}" if "." in one[0] else f"{number:.0f}"
    return text[: one.start()] + new + text[one.end() :]


def _token(chance: random.Random, text: str) -> str:
    """A token left out, doubled, swapped with another, or from another file's words."""
    found = list(_TOKEN.finditer(text))
    if len(found) < 2:
        return text
    one, other = chance.sample(found, 2)
    new = chance.choice(["", one[0] * 2, other[0], f"{one[0]} {other[0]}", one[0][:-1], one[0].upper()])
    return text[: one.start()] + new + text[one.end() :]


def _line(chance: random.Random, text: str) -> str:
    """A line left out, doubled, moved, or added."""
    lines = text.split("\n")
    at, to = chance.randrange(len(lines)), chance.randrange(len(lines) + 1)
    what = chance.randrange(4)
    if what == 0:
        del lines[at]
    elif what == 1:
        lines.insert(to, lines[at])
    elif what == 2:
        lines.insert(to, lines.pop(at))
    else:
        lines.insert(to, chance.choice(LINES))
    return "\n".join(lines)


def _cut(chance: random.Random, text: str) -> str:
    """A piece left out or repeated."""
    at, to = sorted((chance.randrange(len(text) + 1), chance.randrange(len(text) + 1)))
    return text[:at] + text[to:] if chance.random() < 0.7 else text[:to] + text[at:to] * chance.randrange(3) + text[to:]


CHANGES: Sequence[Change] = (_value, _value, _number, _number, _number, _token, _line, _line, _cut)


def _bytes(chance: random.Random, raw: bytes) -> bytes:
    """Single bytes changed, left out or put in."""
    content = bytearray(raw)
    for _ in range(chance.randrange(1, 6)):
        at = chance.randrange(len(content) + 1)
        what = chance.randrange(3)
        if what == 0 and at < len(content):
            content[at] = chance.randrange(256)
        elif what == 1:
            content[at:at] = bytes([chance.randrange(256)])
        else:
            del content[at : at + chance.randrange(1, 4)]
    return bytes(content)


def _nasty(chance: random.Random, seed: str) -> bytes:
    """Files that are no mutation of anything."""
    size = chance.randrange(1, 3000)
    return chance.choice(
        [
            b"",
            b"\xff\xfe" + seed.encode("utf-16-le"),
            seed.encode("gb18030", "replace"),
            b"\xef\xbb\xbf" + seed.encode(),
            seed.replace("\n", "\r\n").encode(),
            seed.replace("\n", "\r").encode(),
            bytes(chance.randrange(256) for _ in range(size)),
            ("a." * size + "b = 1").encode(),
            ("a = " + "[" * size + "]" * size).encode(),
            ("a = " + "{a = " * (size // 4) + "1" + "}" * (size // 4)).encode(),
            ("a = " + "9" * size * 3).encode(),
            ("[" + "a." * size + "b]").encode(),
            "".join(f"[[policies]]\nkind = 'visits'\nlabel = 'v{i}'\n" for i in range(size // 3)).encode(),
            (seed + "\n" + "\n".join(f"k{i} = {i}" for i in range(size))).encode(),
            "\n".join(chance.choices(LINES, k=size % 30 + 1)).encode(),
            seed.encode() * 2,
            (seed + "\nx = '" + "y" * size * 30 + "'").encode(),
        ]
    )


def mutated(chance: random.Random, seeds: Sequence[str]) -> bytes:
    """A fuzzed file, made of one of the seeds."""
    text = chance.choice(seeds)
    way = chance.random()
    if way < 0.1:
        return _nasty(chance, text)
    for _ in range(chance.choice((1, 1, 1, 2, 3, 6))):
        text = chance.choice(CHANGES)(chance, text)
    raw = text.encode("utf-8", "replace")
    return _bytes(chance, raw) if way < 0.3 else raw
