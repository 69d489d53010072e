"""Figures for papers show the stored numbers, say their units, and are written in the formats that are asked for."""

from __future__ import annotations

import builtins
import csv
import json
import re
import shutil
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from matplotlib import font_manager
from matplotlib.axes import Axes
from matplotlib.colors import to_hex
from matplotlib.container import ErrorbarContainer
from matplotlib.figure import Figure
from typer.testing import CliRunner

from experiments import plots
from experiments.cli import app
from experiments.pages.svg import BASELINE, OKABE_ITO
from sim.core.errors import UserError

sys.path.append(str(Path(__file__).parents[1] / "compare" / "report"))
import dummy

SCENARIOS = ("baseline", "microcredit", "training", "cash", "mix")
pytestmark = pytest.mark.filterwarnings("error")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A made-up comparison; whoever changes it takes a copy."""
    return dummy.make(tmp_path_factory.mktemp("plots") / "demo", 12, SCENARIOS)


def table(folder: Path, which: str, /, **keys: Any) -> pd.DataFrame:
    frame = pd.read_parquet(folder / "tables" / f"{which}.parquet")
    for key, value in keys.items():
        frame = frame[frame[key] == value]
    return frame


def bars(ax: Axes, horizontal: bool = True) -> np.ndarray:
    """Value and ends of every interval drawn, from the top down: one row each."""
    found = []
    for one in ax.containers:
        assert isinstance(one, ErrorbarContainer)
        (x,), (y,) = one.lines[0].get_data()
        for arms in one.lines[2]:
            ((start, end),) = arms.get_segments()
            if (start[0] != end[0]) == horizontal:
                along = 0 if horizontal else 1
                found.append(((x, y)[1 - along], (x, y)[along], start[along], end[along]))
    return np.array(sorted(found))[:, 1:]


def zero_lines(ax: Axes, direction: str) -> list[Any]:
    wanted = [0.0, 0.0]
    return [line for line in ax.lines if list(line.get_xdata() if direction == "x" else line.get_ydata()) == wanted]


def labels(ax: Axes) -> list[str]:
    return [text.get_text().replace("\n", " ") for text in ax.get_yticklabels()]


def only(figure: Figure) -> Axes:
    (ax,) = figure.axes
    return ax


def test_differences_are_those_of_the_table_in_the_order_of_income(folder: Path) -> None:
    income = table(folder, "differences", month=36, group="all", name="income_yuan")
    order = list(income.sort_values("difference", ascending=False)["scenario"])
    assert order[0] == "mix" and len(order) == 4
    for name, factor, unit in (("income_yuan", 1.0, "(yuan)"), ("headcount", 100.0, "(percentage points)")):
        ax = only(plots.differences(folder, name))
        stored = table(folder, "differences", month=36, group="all", name=name).set_index("scenario").loc[order]
        assert bars(ax) == pytest.approx(stored[["difference", "low", "high"]].to_numpy() * factor)
        assert labels(ax)[0] == "Credit, industry and training" and ax.get_ylim()[0] > ax.get_ylim()[1]
        assert ax.get_xlabel().endswith(unit)
        (zero,) = zero_lines(ax, "x")
        assert to_hex(zero.get_color()) == BASELINE.colour
    chosen = bars(only(plots.differences(folder, scenarios=["training", "mix"], month=12)))
    stored = table(folder, "differences", month=12, group="all", name="income_yuan").set_index("scenario")
    assert chosen[:, 0] == pytest.approx(stored.loc[["training", "mix"], "difference"].to_numpy())


def test_a_scenario_keeps_its_colour_and_has_a_marker_of_its_own(folder: Path) -> None:
    forest, path = only(plots.differences(folder)), only(plots.path(folder))
    points = [one.lines[0] for one in forest.containers]
    assert to_hex(points[0].get_color()) == OKABE_ITO[0].lower()
    assert len({str(point.get_marker()) for point in points}) == len(points)
    mix = next(line for line in path.lines if line.get_label() == "Credit, industry and training")
    assert mix.get_color() == points[0].get_color() and mix.get_marker() == points[0].get_marker()


def test_groups_have_headings_and_one_row_each(folder: Path) -> None:
    ax = only(plots.groups(folder, scenario="training"))
    stored = table(folder, "differences", month=36, scenario="training", name="income_yuan").set_index("group")
    assert len(bars(ax)) == len(stored)
    words = labels(ax)
    bold = [text.get_text() for text in ax.get_yticklabels() if text.get_fontweight() == "bold"]
    assert bold[0] == "People" and len(words) == len(stored) + len(bold)
    first = [stored.loc["all", column] for column in ("difference", "low", "high")]
    assert words[1] == "Everyone" and bars(ax)[0] == pytest.approx(first)
    with pytest.raises(UserError, match=r"there is no scenario 'trainin'.*mix"):
        plots.groups(folder, scenario="trainin")


def band(ax: Axes, number: int) -> tuple[np.ndarray, np.ndarray]:
    """Lower and upper edge of a band."""
    corners = ax.collections[number].get_paths()[0].vertices
    values = pd.Series(corners[:, 1]).groupby(corners[:, 0])
    return values.min().to_numpy(), values.max().to_numpy()


def test_the_path_of_income_is_by_month_and_of_headcount_by_year(folder: Path) -> None:
    for name, source, columns, factor in (
        ("income_yuan", "monthly", ["difference", "difference_low", "difference_high"], 1.0),
        ("headcount", "differences", ["difference", "low", "high"], 100.0),
    ):
        ax = only(plots.path(folder, name, scenarios=["training"]))
        stored = table(folder, source, scenario="training", group="all", name=name)
        stored = stored[stored["month"] >= 0].sort_values("month")
        line = next(line for line in ax.lines if line.get_label() == "Training")
        assert list(line.get_xdata()) == list(stored["month"])
        assert np.asarray(line.get_ydata()) == pytest.approx(stored[columns[0]].to_numpy() * factor)
        low, high = band(ax, 0)
        assert low == pytest.approx(stored[columns[1]].to_numpy() * factor)
        assert high == pytest.approx(stored[columns[2]].to_numpy() * factor)
        (zero,) = zero_lines(ax, "y")
        assert zero.get_label() == "Visits only" and to_hex(zero.get_color()) == BASELINE.colour
        assert ax.get_xlabel() == "Month (1 = December 2012)"
        words = ax.get_ylabel().replace("\n", " ")
        assert words.endswith("(yuan a head in the month)" if factor == 1.0 else "(percentage points)")


@pytest.mark.parametrize("relative", [False, True])
def test_incidence_is_the_gain_at_each_percentile(folder: Path, relative: bool) -> None:
    ax = only(plots.incidence(folder, relative=relative, scenarios=["mix"]))
    stored = table(folder, "percentile", scenario="mix", month=36).sort_values("item")
    stored = stored[stored["item"].between(2, 99)]
    base = (stored["mean"] - stored["difference"]).to_numpy() / 100 if relative else 1.0
    line = next(line for line in ax.lines if "training" in str(line.get_label()))
    assert np.asarray(line.get_ydata()) == pytest.approx(stored["difference"].to_numpy() / base)
    assert band(ax, 0)[0] == pytest.approx(stored["low"].to_numpy() / base)
    unit = "(% of baseline income)" if relative else "(yuan a head and year)"
    assert ax.get_ylabel().replace("\n", " ").endswith(unit) and zero_lines(ax, "y")


def test_the_plane_has_cost_across_and_effect_up(folder: Path) -> None:
    ax = only(plots.plane(folder))
    cost = table(folder, "extra", kind="cost", group="all", name="cost_yuan").set_index("scenario")
    for one, shown in zip(ax.containers, ("mix", "microcredit", "training"), strict=False):
        assert one.lines[0].get_xdata() == pytest.approx(cost.loc[shown, "difference"] / 1e6)
    across = bars(ax)
    assert across[:, 1:].min() == pytest.approx(cost["low"].min() / 1e6)
    gap = table(folder, "outcomes", group="all", name="poverty_gap")
    gap = gap[gap["month"] > 0].pivot_table(index="seed", columns="scenario", values="value")
    fall = (gap["baseline"] - gap["mix"]).mean() * 100
    highest = bars(ax, horizontal=False)[:, 0].max()
    assert highest == pytest.approx(fall)
    assert ax.get_xlabel().endswith("(million yuan)") and "(percentage points)" in ax.get_ylabel().replace("\n", " ")
    assert zero_lines(ax, "x") and zero_lines(ax, "y")
    legend = ax.get_legend()
    assert legend is not None and len(legend.get_texts()) == 4


def test_delivery_by_week_with_its_target(folder: Path) -> None:
    figure = plots.delivery(folder, scenario="microcredit", only=[("microcredit", "lent"), ("visits", "visited")])
    assert len(figure.axes) == 2
    ax = figure.axes[0]
    stored = table(folder, "delivery", scenario="microcredit", policy="microcredit", name="lent").sort_values("week")
    target, weeks = ax.lines
    assert list(target.get_ydata()) == [2400, 2400] and target.get_linestyle() != "-"
    assert np.asarray(weeks.get_ydata()) == pytest.approx(stored["mean"].to_numpy())
    assert band(ax, 0)[1] == pytest.approx(stored["high"].to_numpy())
    assert ax.get_ylabel() == "Loans paid out" and ax.get_title(loc="left") == "Microcredit"
    with pytest.raises(UserError, match="name one"):
        plots.delivery(folder, ax=ax)
    with pytest.raises(UserError, match="has no delivery"):
        plots.delivery(folder, only=[("microcredit", "learnt")])


def test_axes_of_ones_own(folder: Path) -> None:
    mine = Figure(figsize=(7, 3))
    first, second = mine.subplots(1, 2)
    assert plots.differences(folder, ax=first) is mine and plots.path(folder, ax=second) is mine
    assert first.containers and second.lines


COLUMNS = ["outcome", "parameter", "label_en", "label_zh", "mu_star", "mu_star_half", "sigma"]
COLUMNS += ["first", "first_half", "total", "total_half"]
INDICES = [
    COLUMNS,
    ["income_yuan@36:all", "a.small", "small one", "小", 3.0, 0.5, 1.0, 0.1, 0.02, 0.2, 0.05],
    ["income_yuan@36:all", "a.large", "large one", "大", 9.0, 1.5, 2.0, 0.6, 0.03, 0.7, 0.04],
    ["income_yuan@36:all", "a.none", "no effect", "无", 0.0, 0.0, 0.0, "", "", "", ""],
    ["headcount@36:all", "a.small", "small one", "小", 0.02, 0.01, 0.01, "", "", "", ""],
]


@pytest.fixture
def analysed(tmp_path: Path) -> Path:
    """A made-up sensitivity analysis of two scenarios."""
    outcomes = ["income_yuan@36:all", "headcount@36:all"]
    manifest = {"kind": "sensitivity", "complete": True, "scenarios": [{}, {}], "outcomes": outcomes}
    (tmp_path / "manifest.json").write_text(json.dumps(manifest), encoding="utf-8")
    with open(tmp_path / "indices.csv", "w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows(INDICES)
    return tmp_path


def test_indices_of_an_analysis_the_largest_first(analysed: Path) -> None:
    ax = only(plots.morris(analysed))
    assert labels(ax) == ["large one", "small one"] and ax.get_xlabel() == "yuan"
    assert bars(ax) == pytest.approx(np.array([[9.0, 7.5, 10.5], [3.0, 2.5, 3.5]]))
    assert [one.lines[0].get_xdata()[0] for one in ax.containers] == [9.0, 2.0, 3.0, 1.0]
    ax = only(plots.sobol(analysed))
    expected = [[70, 66, 74], [60, 57, 63], [20, 15, 25], [10, 8, 12]]
    assert bars(ax) == pytest.approx(np.array(expected, dtype=float)) and ax.get_xlabel() == "%"
    ax = only(plots.morris(analysed, "headcount@36:all"))
    assert bars(ax) == pytest.approx(np.array([[2.0, 1.0, 3.0]])) and ax.get_xlabel() == "percentage points"
    with pytest.raises(UserError, match="has no 'total'"):
        plots.sobol(analysed, "headcount@36:all")
    with pytest.raises(UserError, match="there is no outcome 'gini@36'"):
        plots.morris(analysed, "gini@36")


@pytest.fixture
def tried(tmp_path: Path) -> Path:
    """A made-up trial: a share that meets its rule, one of which nothing was published, and an effect in yuan."""
    (tmp_path / "scenarios").mkdir()
    names = {"away": "Left for work", "back": "Came back", "profit": "Profit"}
    text = "".join(f'[[outcomes]]\nname = "{n}"\nlabel = {{ en = "{t}", zh = "{t}" }}\n' for n, t in names.items())
    (tmp_path / "scenarios" / "move-1234.toml").write_text(text, encoding="utf-8")
    manifest = {"kind": "trial", "complete": True, "scenarios": [{"id": "move-1234", "trial": "move"}]}
    (tmp_path / "manifest.json").write_text(json.dumps(manifest), encoding="utf-8")
    usual = {"replicates": 30, "passed": None, "published": {"estimate": None, "se": None}}
    share = {"unit": "share", "mean": 0.2, "low": 0.18, "high": 0.22, "trial_se": 0.05}
    outcomes = [
        {**usual, **share, "name": "away", "passed": True, "published": {"estimate": 0.22, "se": 0.1}},
        {**usual, **share, "name": "back", "passed": False},
        {**usual, **share, "name": "profit", "unit": "yuan", "mean": None, "low": None, "high": None},
    ]
    found = {"trials": [{"id": "move", "outcomes": outcomes}]}
    (tmp_path / "result.json").write_text(json.dumps(found), encoding="utf-8")
    return tmp_path


def test_a_trial_beside_what_was_published(tried: Path) -> None:
    ax = only(plots.trial(tried))
    assert labels(ax) == ["Left for work", "Came back"] and ax.get_xlabel() == "percentage points"
    model, one = [20.0, 18.0, 22.0], [20.0, 10.2, 29.8]
    assert bars(ax) == pytest.approx(np.array([[22.0, 2.4, 41.6], model, one, model, one]))
    colours = [to_hex(one.lines[0].get_color()) for one in ax.containers]
    assert colours[1] == OKABE_ITO[0].lower() and colours[3] == OKABE_ITO[1].lower()
    legend = ax.get_legend()
    assert legend is not None
    assert [text.get_text() for text in legend.get_texts()][:2] == ["published", "model, mean of 30 trials"]
    assert only(plots.trial(tried, "move", unit="yuan")).get_xlabel() == "yuan"
    for wrong, message in (({"ident": "moves"}, "there is no trial 'moves'"), ({"unit": "sd"}, "unit 'sd'")):
        with pytest.raises(UserError, match=message):
            plots.trial(tried, **wrong)


def village(*words: object) -> Any:
    return CliRunner().invoke(app, ["plots", *map(str, words)])


STARTS = {"pdf": b"%PDF", "png": b"\x89PNG", "svg": b"<?xml"}


@pytest.mark.parametrize("kind", STARTS)
def test_the_command_writes_in_every_format(analysed: Path, tmp_path: Path, kind: str) -> None:
    done = village(analysed, "--to", tmp_path / kind, "--format", kind)
    assert done.exit_code == 0, done.output
    files = sorted((tmp_path / kind).iterdir())
    assert [file.name for file in files] == [f"morris.en.{kind}", f"sobol.en.{kind}"]
    assert [Path(line) for line in done.stdout.splitlines()] == files
    assert all(file.read_bytes().startswith(STARTS[kind]) for file in files)


def test_the_command_writes_every_figure_there_are_tables_for(folder: Path, tmp_path: Path) -> None:
    done = village(folder, "--to", tmp_path)
    assert done.exit_code == 0 and not done.stderr
    assert {Path(line) for line in done.stdout.splitlines()} == set(tmp_path.iterdir())
    assert len(list(tmp_path.glob("*.en.pdf"))) == 10


@pytest.mark.parametrize("kind", STARTS)
def test_a_file_of_the_users_own_is_never_drawn_over(analysed: Path, tmp_path: Path, kind: str) -> None:
    drawn = tmp_path / "drawn"
    drawn.mkdir()
    own = drawn / f"sobol.en.{kind}"
    Figure().savefig(own)  # of matplotlib, and not ours
    before = own.read_bytes()
    done = village(analysed, "--to", drawn, "--format", kind)
    assert done.exit_code == 2 and "did not write it; nothing was touched" in done.stderr
    assert own.read_bytes() == before and list(drawn.iterdir()) == [own]
    own.unlink()
    for _ in range(2):  # what it wrote itself it writes again
        assert village(analysed, "--to", drawn, "--format", kind).exit_code == 0


def test_fonts_are_embedded_whole_and_the_same_tables_give_the_same_bytes(folder: Path, tmp_path: Path) -> None:
    files = [tmp_path / f"{number}.pdf" for number in range(2)]
    for file in files:
        plots.differences(folder).savefig(file)
    data = files[0].read_bytes()
    assert b"/Type0" in data and b"/Type3" not in data and data == files[1].read_bytes()
    box = re.search(rb"/MediaBox \[ ?0 0 ([\d.]+)", data)
    assert box and float(box[1]) == pytest.approx(3.5 * 72)


def test_a_missing_table_costs_its_figures_alone(folder: Path, tmp_path: Path) -> None:
    copy = shutil.copytree(folder, tmp_path / "copy")
    (copy / "tables" / "percentile.parquet").unlink()
    with pytest.raises(UserError, match=r"percentile\.parquet.*missing.*repeat the command"):
        plots.incidence(copy)
    for name in ("differences", "monthly", "extra"):
        (copy / "tables" / f"{name}.parquet").unlink()
    done = village(copy, "--to", tmp_path / "figures", "--format", "png")
    assert done.exit_code == 0 and [Path(line).name for line in done.stdout.splitlines()] == ["delivery.en.png"]
    assert "left out: incidence-percent" in done.stderr and "left out: plane" in done.stderr
    for table_file in (copy / "tables").iterdir():
        table_file.unlink()
    nothing = village(copy, "--to", tmp_path / "none")
    assert nothing.exit_code == 2 and "missing" in nothing.output and not (tmp_path / "none").exists()


def test_figures_of_another_kind_of_experiment(folder: Path, analysed: Path) -> None:
    with pytest.raises(UserError, match=r"made by 'village sensitivity'.*'village compare'"):
        plots.differences(analysed)
    with pytest.raises(UserError, match=r"made by 'village compare'.*'village trial'"):
        plots.trial(folder)


def test_chinese_asks_for_a_font_that_has_it(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    there = [font for font in font_manager.fontManager.ttflist if font.name.startswith("DejaVu")]
    monkeypatch.setattr(font_manager.fontManager, "ttflist", there)
    with pytest.raises(UserError, match=r"no font with Chinese characters is installed.*Noto Sans CJK SC.*install"):
        plots.differences(folder, language="zh")
    assert plots.style("en")["font.family"] == ["DejaVu Sans"]
    named = [font_manager.FontEntry(name=name) for name in ("WenQuanYi Micro Hei", "Noto Sans CJK SC", "SimHei")]
    monkeypatch.setattr(font_manager.fontManager, "ttflist", [*there, *named])
    assert plots.style("zh")["font.family"] == ["Noto Sans CJK SC", "DejaVu Sans"]


def test_chinese_figures_lack_no_character(folder: Path, tried: Path, tmp_path: Path) -> None:
    try:
        plots.style("zh")
    except UserError:
        pytest.skip("no font with Chinese characters is installed")
    assert only(plots.differences(folder, language="zh")).get_xlabel() == "人均纯收入，与对照之差（元）"
    for number, one in enumerate((folder, tried)):  # a missing glyph is a warning, and a warning an error
        assert plots.write(one, tmp_path / str(number), "png", "zh")[0]


def test_without_matplotlib_one_sentence_says_what_to_install(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    real = builtins.__import__

    def refuse(name: str, *rest: Any) -> Any:
        if name.partition(".")[0] == "matplotlib":
            raise ImportError(name)
        return real(name, *rest)

    for name in [name for name in sys.modules if name.startswith("experiments.plots")]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setattr(builtins, "__import__", refuse)
    done = village(folder)
    assert done.exit_code == 2
    assert done.stderr.strip() == "figures for papers need matplotlib (pip install 'villagesim[plots]')"
