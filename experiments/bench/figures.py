"""The figures of `village bench`, each beside its aim."""

from __future__ import annotations

import os
import platform
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from functools import partial
from importlib.metadata import version
from pathlib import Path
from typing import Any

from experiments.bench import measures
from experiments.bench.apart import Measured, measured_apart
from experiments.runs.progress import Progress, compile_first
from sim.core.errors import UserError

COUNTY = 215
PROVINCE = 16_000
NATION = 128_000
BYTES_A_HOUSEHOLD_AT_PEAK = 700
HOUSEHOLDS_A_VILLAGE = 220


@dataclass(frozen=True)
class BenchFigure:
    """One line of the table.

    Attributes:
        key: Its name, for programs.
        label_en: What it is.
        label_zh: The same in Chinese.
        value: The number found.
        unit: Its unit.
        aim: What was aimed at; None = nothing.
        least: The aim is a lower limit.
    """

    key: str
    label_en: str
    label_zh: str
    value: float
    unit: str
    aim: float | None = None
    least: bool = False

    @property
    def met(self) -> bool | None:
        """Whether the aim is met; None without one."""
        if self.aim is None:
            return None
        return self.value >= self.aim if self.least else self.value <= self.aim


def bench(province: bool = False, nation: bool = False, progress: bool = True, small: bool = False) -> dict[str, Any]:
    """Measure.

    Args:
        province: Also a province's 100 days (3.5 million households; some 3 GB and a minute or two).
        nation: Also the nation's (28 million; some 20 GB).
        progress: Say on the error stream what is being measured.
        small: Toy sizes, to see that everything runs.

    Returns:
        `machine` (what it ran on) and `figures` (as `BenchFigure`, with `met`).

    Raises:
        UserError: The machine has not the memory for what is asked.
    """
    big = {"province": PROVINCE, "nation": NATION}
    asked = {name: big[name] for name, wanted in (("province", province), ("nation", nation)) if wanted}
    for name, villages in asked.items():
        _check_memory(name, villages)
    figures: list[BenchFigure] = []
    with Progress(progress) as said:
        compile_first(said.say)
        for text, measure in _steps(asked, small):
            said.say(f"measuring {text}")
            figures += measure()
    return {"machine": _machine(), "figures": [{**asdict(one), "met": one.met} for one in figures]}


def _steps(asked: dict[str, int], small: bool) -> Iterator[tuple[str, Callable[[], list[BenchFigure]]]]:
    county, repeats = (6, 1) if small else (COUNTY, 3)
    yield "rules, a household and a month at a time", partial(_rules, county, repeats)
    yield "the engine of Mesa objects", partial(_engines, county, repeats)
    yield "a county", partial(_county, county, 5 if small else 36)
    yield "what shared chance events save", partial(_luck, *((3, 12, 3) if small else (48, 36, 16)))
    yield "two workers", partial(_workers, 8 if small else 200)
    for name, villages in asked.items():
        yield f"100 days of a {name}", partial(_big, name, villages)


def _rules(county: int, repeats: int) -> list[BenchFigure]:
    found = measures.measure_kernels(measures.plan_of("baseline", county, 12), repeats)
    kernels = [
        BenchFigure(f"{name}_ns", f"  of which {name}", f"  其中 {name}", value, "ns")
        for name, value in found.by_kernel_ns.items()
        if value >= 1
    ]
    return [
        BenchFigure("household_month_ns", "A household's month, compiled", "一户一月（编译）", found.month_ns, "ns"),
        *kernels,
        BenchFigure("visit_ns", "A visit, with the cadres' days around it", "一次入户走访", found.visit_ns, "ns"),
        BenchFigure("household_bytes", "A household's row", "每户数据行", found.bytes_a_household, "bytes", 512),
        BenchFigure("household_bytes_all", "  with its contacts and what it shows them", "  含联系网络",
               found.bytes_with_contacts, "bytes"),
        BenchFigure(
            "month_copies",
            f"A month, in copies of the rows ({found.copy_seconds * 1e3:.2g} ms each)",
            f"一个月耗时相当于复制全部数据行的次数（每次{found.copy_seconds * 1e3:.2g}毫秒）",
            found.month_seconds / found.copy_seconds,
            "copies",
        ),
    ]  # fmt: skip


def _engines(county: int, repeats: int) -> list[BenchFigure]:
    agents = measures.household_month_seconds(measures.plan_of("baseline", 1, 5), "agents", repeats)
    compiled = measures.household_month_seconds(measures.plan_of("baseline", county, 5), "compiled", repeats)
    return [
        BenchFigure(
            "engine_ratio",
            f"Mesa objects ({agents * 1e6:,.0f} µs a household-month, all in) against compiled ({compiled * 1e6:.2f})",
            f"Mesa对象引擎（每户每月{agents * 1e6:,.0f}微秒）与编译引擎（{compiled * 1e6:.2f}）之比",
            agents / compiled,
            "times",
            500,
            least=True,
        )
    ]


def _county(villages: int, months: int) -> list[BenchFigure]:
    found: list[BenchFigure] = []
    for scenario, en, zh in (
        ("baseline", "visits only", "仅走访"),
        ("mix", "credit, industry and training", "信贷+产业+培训"),
    ):
        run = measured_apart(scenario, [f"world.villages={villages}", f"horizon_months={months}"], again=3)
        place = f"County, {months} months, {en}"
        place_zh = f"全县{months}个月，{zh}"
        found += [
            BenchFigure(f"county_{scenario}_s", f"{place}: one core, indicators apart", f"{place_zh}：单核（不含指标）",
                   run.again_seconds, "s", 1.5),
            BenchFigure(f"county_{scenario}_indicators_s", "  its indicators and records", "  指标与记录",
                   run.again_indicators_seconds, "s"),
            BenchFigure(f"county_{scenario}_first_s", "  more for the first run of a process: opening the world",
                   "  每个进程首次运行另需：生成初始世界", run.open_seconds, "s"),
            BenchFigure(f"county_{scenario}_mb", f"  peak memory ({run.empty_mb:.0f} MB of it before the world)",
                   f"  内存峰值（其中{run.empty_mb:.0f}MB为程序本身）", run.peak_mb, "MB"),
        ]  # fmt: skip
    return found


def _luck(villages: int, months: int, seeds: int) -> list[BenchFigure]:
    plan, baseline = (measures.plan_of(one, villages, months) for one in ("microcredit", "baseline"))
    found = measures.shared_luck(plan, baseline, seeds)
    labels = {"income_yuan": ("mean income", "人均收入", 20.0), "headcount": ("headcount", "贫困发生率", None)}
    return [
        BenchFigure(
            f"shared_luck_{name}",
            f"Replicates saved by shared chance events, {labels[name][0]}, month {months} "
            f"(microcredit, {villages} villages, {seeds} seeds)",
            f"共同随机数节省的重复次数，{labels[name][1]}，第{months}个月（小额信贷，{villages}个村，{seeds}个种子）",
            by_month[months],
            "times fewer",
            labels[name][2],
            least=True,
        )
        for name, by_month in found.items()
    ]


def _workers(runs: int) -> list[BenchFigure]:
    plan = measures.plan_of("baseline", 5, 12)
    tries = 2 if runs > 50 else 1  # a busy neighbour takes a worker's core: the better of two counts
    found = max((measures.busy_workers(plan, runs, 2) for _ in range(tries)), key=lambda one: one.efficiency)
    each = found.alone_seconds / found.runs * 1e3
    return [
        BenchFigure(
            "pool_efficiency",
            f"Two warm workers, {found.runs} runs of {each:.0f} ms: efficiency against one process",
            f"两个常驻工作进程，{found.runs}次运行（每次{each:.0f}毫秒）：相对单进程的效率",
            found.efficiency,
            "",
            0.9,
            least=True,
        ),
        BenchFigure(
            "pool_growth_mb",
            "  memory grown over the second half of the runs",
            "  后半程内存增长",
            found.growth_mb,
            "MB",
            20,
        ),
    ]


def _big(name: str, villages: int) -> list[BenchFigure]:
    threads = min(2, os.cpu_count() or 1)
    overrides = [f"world.villages={villages}", "horizon_months=5"]
    run: Measured = measured_apart("baseline", overrides, threads=threads, campaign=True)
    zh = {"province": "全省", "nation": "全国"}[name]
    place = f"{'The nation' if name == 'nation' else 'A province'} ({run.households / 1e6:.3g} million households)"
    place_zh = f"{zh}（{run.households / 1e4:,.0f}万户）"
    aims = (30.0, 3000.0) if name == "province" else (None, None)
    return [
        BenchFigure(f"{name}_s", f"{place}: 100 days, {threads} threads, indicators apart",
               f"{place_zh}：100天，{threads}线程（不含指标）", run.days_seconds, "s", aims[0]),
        BenchFigure(f"{name}_indicators_s", "  its indicators", "  指标", run.indicators_seconds, "s"),
        BenchFigure(f"{name}_open_s", "  building it, with its opening year", "  生成世界（含起始年）",
               run.open_seconds, "s"),
        BenchFigure(f"{name}_mb", "  peak memory", "  内存峰值", run.peak_mb, "MB", aims[1]),
    ]  # fmt: skip


def _check_memory(name: str, villages: int) -> None:
    needed = villages * HOUSEHOLDS_A_VILLAGE * BYTES_A_HOUSEHOLD_AT_PEAK / 1e6 + 400
    memory = Path("/proc/meminfo")
    if not memory.is_file():
        return
    lines = memory.read_text(encoding="utf-8").splitlines()
    free = next(int(line.split()[1]) / 1e3 for line in lines if line.startswith("MemAvailable"))
    if free < needed:
        raise UserError(
            f"a {name} takes about {needed / 1e3:.1f} GB of memory, and {free / 1e3:.1f} GB are free",
            field=f"--{name}",
            mend="end other programs, or leave it out",
        )


def _machine() -> dict[str, Any]:
    info = Path("/proc/cpuinfo")
    lines = info.read_text(encoding="utf-8").splitlines() if info.is_file() else []
    names = (line.partition(":")[2].strip() for line in lines if line.startswith("model name"))
    load = os.getloadavg()[0] if hasattr(os, "getloadavg") else 0.0
    versions = {name: version(name) for name in ("numpy", "numba", "mesa")}
    about = {"processor": next(names, platform.processor()), "cores": os.cpu_count(), "load": load}
    return {**about, "python": platform.python_version(), **versions}
