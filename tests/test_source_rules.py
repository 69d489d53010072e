"""The rules of the house that a reader of the source can check, checked: sim's syntax trees.

Why each stands: a run has the same bits on every machine (arithmetic), all chance is keyed (sim.core.draws), a run
is a pure function (files, clocks), and the parts of sim can be read one at a time (arrows).
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
FILES = sorted((ROOT / "sim").rglob("*.py"))

# From the top down: an arrow points to a later line, and never runs in a circle. Imports for annotations and inside
# functions count like all others.
LAYERS = (
    "order", "running", "model", "scenario", "recording", "policies", "events", "county", "population", "month",
    "economy", "campaign", "calendar", "money", "parameters", "indicators", "agents", "workbook", "facts", "toml",
    "shipped", "core",
)  # fmt: skip

# Whatever moves only exponents, signs and whole parts is exact; the rest differs between C libraries.
EXACT_MATH = """
    sqrt floor ceil trunc fabs copysign frexp ldexp isnan isinf isfinite inf nan fsum ulp nextafter gcd comb
    """
NUMPY_REFUSED = {
    "numerics.py has exp, log, power and the normal distribution, the same everywhere": """
        exp exp2 expm1 log log2 log10 log1p power pow float_power sin cos tan arcsin arccos arctan arctan2
        asin acos atan atan2 sinh cosh tanh arcsinh arccosh arctanh hypot cbrt logaddexp logaddexp2 sinc i0
        logspace geomspace
        """,
    "sums by BLAS change with the processor: write the loop": """
        dot vdot inner matmul vecdot einsum tensordot linalg cov corrcoef polyfit fft convolve correlate
        """,
    "chance comes from sim.core.draws alone": "random",
    "ties fall as they like: argsort with kind='stable'": "argpartition",
}
MODULES_REFUSED = {
    "random": "chance comes from sim.core.draws alone",
    "secrets": "chance comes from sim.core.draws alone",
    "uuid": "chance comes from sim.core.draws alone",
    "time": "a run knows no clock but its own",
    "cmath": "numerics.py has exp and log, the same everywhere",
    "scipy": "its functions change with the processor: use numerics.py",
    "experiments": "sim stands without experiments",
}
WRITING = """
    write_text write_bytes mkdir makedirs touch unlink tofile savetxt savez to_csv to_parquet to_excel to_json
    """
MAY_WRITE = {  # the folder in which compiled kernels are kept
    "sim/core/kernel_cache.py": ["mkdir", "unlink"],
    "sim/core/kernel_file.py": ["unlink"],
}


def refused(source: str, path: str = "sim/example.py") -> list[str]:
    """What the source does that sim may not, as "path:line: reason"."""
    tree = ast.parse(source)
    names = _imported_names(tree)
    found = {
        (node.lineno, reason)
        for node in ast.walk(tree)
        if isinstance(node, ast.expr | ast.stmt)
        for reason in _reasons(node, names, MAY_WRITE.get(path, []))
    }
    if path.startswith("sim/indicators/"):
        found |= set(_columns_written(tree))
    return [f"{path}:{line}: {reason}" for line, reason in sorted(found)]


def _imported_names(tree: ast.AST) -> dict[str, str]:
    """What each imported name stands for: {"np": "numpy", "exp": "math.exp"}."""
    names: dict[str, str] = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            for alias in node.names:
                top = alias.name.split(".")[0]
                names[alias.asname or top] = alias.name if alias.asname else top
        elif isinstance(node, ast.ImportFrom) and node.module:
            names |= {alias.asname or alias.name: f"{node.module}.{alias.name}" for alias in node.names}
    return names


def _full_name(node: ast.expr, names: dict[str, str]) -> str:
    """`np.random.normal` as "numpy.random.normal"; empty for what was not imported."""
    if isinstance(node, ast.Name):
        return names.get(node.id, "")
    if isinstance(node, ast.Attribute) and (owner := _full_name(node.value, names)):
        return f"{owner}.{node.attr}"
    return ""


def _reasons(node: ast.expr | ast.stmt, names: dict[str, str], may_write: list[str]) -> Iterator[str]:
    match node:
        case ast.Import(names=aliases):
            for alias in aliases:
                yield from _module_reasons(alias.name)
        case ast.ImportFrom(module=str(module), names=aliases):
            yield from _module_reasons(module)
            for alias in aliases:
                yield from _name_reasons(f"{module}.{alias.name}")
        case ast.Attribute():
            yield from _name_reasons(_full_name(node, names))
        case ast.BinOp(left=left, op=ast.Pow(), right=right) if not (_is_whole(left) and _is_whole(right)):
            yield "** differs between Python and compiled code: write x * x, or numerics.power"
        case ast.AugAssign(op=ast.Pow()):
            yield "** differs between Python and compiled code: write x * x, or numerics.power"
        case ast.BinOp(op=ast.MatMult()) | ast.AugAssign(op=ast.MatMult()):
            yield "sums by BLAS change with the processor: write the loop"
        case ast.Call():
            yield from _call_reasons(node, names, may_write)


def _is_whole(node: ast.expr) -> bool:
    """Powers of written-out whole numbers (2**31) are exact."""
    return isinstance(node, ast.Constant) and type(node.value) is int


def _module_reasons(module: str) -> Iterator[str]:
    if reason := MODULES_REFUSED.get(module.split(".")[0]):
        yield f"{module}: {reason}"


def _name_reasons(name: str) -> Iterator[str]:
    owner, _, rest = name.partition(".")
    first = rest.split(".")[0]
    if owner == "math" and first not in EXACT_MATH.split():
        yield f"math.{first}: numerics.py has exp, log and the normal distribution, the same everywhere"
    if owner == "numpy":
        yield from (f"{name}: {reason}" for reason, those in NUMPY_REFUSED.items() if first in those.split())


def _call_reasons(node: ast.Call, names: dict[str, str], may_write: list[str]) -> Iterator[str]:
    keywords = {k.arg: k.value.value for k in node.keywords if k.arg and isinstance(k.value, ast.Constant)}
    called = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
    if any(k.arg == "fastmath" for k in node.keywords) and keywords.get("fastmath") is not False:
        yield "fastmath lets the compiler change the bits"
    if called == "pow" and isinstance(node.func, ast.Name):
        yield "pow differs between Python and compiled code: write x * x, or numerics.power"
    if called == "sum" and isinstance(node.func, ast.Name):
        yield "sum rounds otherwise from Python 3.12 on: numerics.add_up"
    sorts = called == "argsort" or _full_name(node.func, names) == "numpy.sort"
    if sorts and keywords.get("kind") not in ("stable", "mergesort"):  # mergesort: the stable one in Numba
        yield f"{called} without kind='stable': ties fall as they like"
    if called in WRITING.split() and called not in may_write:
        yield f"{called}: sim writes no file"
    if called == "open":
        modes = [keywords.get("mode"), *(a.value for a in node.args[:2] if isinstance(a, ast.Constant))]
        if any(isinstance(m, str) and len(m) <= 3 and set(m) & set("wax+") for m in modes):
            yield "open for writing: sim writes no file"


def _columns_written(tree: ast.AST) -> Iterator[tuple[int, str]]:
    """Assignments to a column of what an indicator was handed; arrays to be filled have no columns."""
    for function in ast.walk(tree):
        if not isinstance(function, ast.FunctionDef):
            continue
        handed = {a.arg for a in (*function.args.posonlyargs, *function.args.args, *function.args.kwonlyargs)}
        for node in ast.walk(function):
            if not isinstance(node, ast.Subscript | ast.Attribute) or isinstance(node.ctx, ast.Load):
                continue
            column, root = False, node
            while isinstance(root, ast.Subscript | ast.Attribute):
                column |= isinstance(root, ast.Attribute) or (
                    isinstance(root.slice, ast.Constant) and isinstance(root.slice.value, str)
                )
                root = root.value
            if column and isinstance(root, ast.Name) and root.id in handed - {"self"}:
                yield node.lineno, f"a column of {root.id} is written to: indicators only read"


def arrows(source: str) -> Iterator[tuple[int, str]]:
    """What part of sim a file leans on, with the line; imports for types alone and inside functions count too."""
    for node in ast.walk(ast.parse(source)):
        modules: list[str] = []
        if isinstance(node, ast.Import):
            modules = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and node.module == "sim":
            modules = [f"sim.{alias.name}" for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and node.module:
            modules = [node.module]
        yield from ((node.lineno, m.split(".")[1]) for m in modules if m.startswith("sim."))


def _unit(file: Path) -> str:
    return file.relative_to(ROOT / "sim").with_suffix("").parts[0]


@pytest.mark.parametrize("file", FILES, ids=lambda f: f.relative_to(ROOT).as_posix())
def test_file_keeps_the_rules(file: Path) -> None:
    problems = refused(file.read_text(encoding="utf-8"), file.relative_to(ROOT).as_posix())
    assert not problems, "\n" + "\n".join(problems)


def test_arrows_point_down() -> None:
    problems = []
    for file in FILES:
        unit = _unit(file)
        if unit == "__init__":  # the public names, loaded when asked for
            continue
        assert unit in LAYERS, f"{unit} has no place in the order of sim's parts"
        for line, leans_on in arrows(file.read_text(encoding="utf-8")):
            if LAYERS.index(leans_on) < LAYERS.index(unit):
                problems.append(f"{file.relative_to(ROOT)}:{line}: {unit} leans on {leans_on}, above it")
    assert not problems, "\n" + "\n".join(problems)


@pytest.mark.parametrize(
    "source",
    [
        "y = x ** 2", "x **= 2", "y = 2 ** x", "y = 2.0 ** 3", "y = pow(x, 2)",
        "import math\ny = math.exp(x)", "from math import log", "import math as m\ny = m.pow(x, 2)",
        "import numpy as np\ny = np.exp(x)", "from numpy import log1p", "import numpy\nnumpy.random.seed(1)",
        "import numpy as np\nrng = np.random.default_rng(1)", "from numpy.random import default_rng",
        "from numpy import random", "import random", "from random import choice", "import scipy.special",
        "y = a @ b", "import numpy as np\ny = np.dot(a, b)", "import time", "y = sum(costs)",
        "@njit(fastmath=True)\ndef f(): pass", "@njit(fastmath={'contract'})\ndef f(): pass",
        "import numpy as np\ny = np.sort(x)", "import numpy as np\ny = np.argsort(x)", "i = x.argsort()",
        "import numpy as np\ny = np.argsort(x, kind='quicksort')",
        "import experiments", "import experiments.runs.store", "from experiments import cli",
        "open(path, 'w')", "open(path, mode='ab')", "path.open('x')", "path.write_text('x')", "path.mkdir()",
    ],
)  # fmt: skip
def test_refused(source: str) -> None:
    assert refused(source)


@pytest.mark.parametrize(
    "source",
    [
        "y = x * x", "most = 2**31 - 1", "f(**settings)", "import math\ny = math.sqrt(x) + math.floor(x)",
        "import numpy as np\ny = np.sqrt(x)", "import numpy as np\ni = np.argsort(x, kind='stable')",
        "from sim.core.numerics import exp, log\ny = exp(x)", "items.sort()", "y = a.sum()",
        "@njit(fastmath=False)\ndef f(): pass", "def f(a): return a",
        "open(path)", "open(path, 'rb')", "path.open('r')", "accounts.open('state', 0.0)",
    ],
)  # fmt: skip
def test_allowed(source: str) -> None:
    assert refused(source) == []


def test_the_message_names_file_and_line() -> None:
    assert refused("\ny = x ** 2", "sim/money/till.py")[0].startswith("sim/money/till.py:2: **")


def test_indicators_only_read() -> None:
    fills = "def mean(rows, out):\n    out[0] = rows['age'][0]\n    own = rows.copy()\n    own['age'] = 2\n"
    assert refused(fills, "sim/indicators/income.py") == []
    for write in ("rows['cash_yuan'][3] += 1", "rows[3]['cash_yuan'] = 1", "rows[3].cash_yuan = 1"):
        assert refused(f"{fills}    {write}\n", "sim/indicators/income.py")
        assert refused(f"{fills}    {write}\n", "sim/economy/labour.py") == []


def test_only_the_kernel_cache_makes_a_folder() -> None:
    assert refused("path.mkdir()", "sim/core/kernel_cache.py") == []


def test_imports_for_type_checkers_and_inside_functions_are_arrows_too() -> None:
    source = (
        "import sim.money.till\nif TYPE_CHECKING:\n    from sim.model import VillageModel\n"
        "def f():\n    from sim.county import County\n"
    )
    assert sorted(arrows(source)) == [(1, "money"), (3, "model"), (5, "county")]
