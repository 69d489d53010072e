"""For researchers: whole experiments as one call each, and what they found as pandas frames.

    from experiments import compare, sweep

    runs = sweep("budget", replicates=4, settings={"world.villages": 20})
    effects = compare(["baseline", "mix"], replicates=8)

Each stores what it does like the command of its name (`frame.attrs["folder"]` says where), so that the same call again
does only what is missing, and `village reproduce` can do it once more elsewhere.
"""

from __future__ import annotations

import shlex
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sim.scenario.settings import Setting, given_settings

if TYPE_CHECKING:
    from pandas import DataFrame

    from experiments.designs.design import Design
    from experiments.runs.where import Workers
    from sim.scenario import Plan


def sweep(
    design: Design | str | Path,
    *,
    settings: Mapping[str, object] | None = None,
    replicates: int | None = None,
    precision: float | None = None,
    name: str | None = None,
    results: str | Path = "results",
    workers: Workers = None,
    code: Sequence[str | Path] = (),
    progress: bool = False,
    fresh: bool = False,
    retry_failed: bool = False,
) -> DataFrame:
    """Carry out a design (`village sweep`).

    Args:
        design: A design file, the name of a shipped one, or a `Design`.
        settings: Settings laid over its scenarios, by address; of a `Design`, none.
        replicates: Just so many seeds; as the design says by default.
        precision: Add seeds until differences are known so well.
        name: Name of the experiment's folder.
        results: Folder of all experiments.
        workers: Worker processes; None = one a processor, 0 = none; or where else, such as "dask://HOST:PORT".
        code: Python files whose policies, rules and observers the scenarios may name.
        progress: Whether to say how far it has come.
        fresh: Whether to throw away what the folder holds.
        retry_failed: Whether to try again what failed before.

    Returns:
        One row a run, one column a lever and an outcome. `attrs["folder"]` is the experiment's folder, whose other
        tables are Parquet files; `attrs["meaning"]` says what each column is.

    Raises:
        UserError: The design or a setting is wrong, or the folder cannot be used.
    """
    from experiments.designs.design import Design
    from experiments.designs.read import find_design, load_design
    from experiments.runs.folder import name_of
    from experiments.sweeps import tables
    from experiments.sweeps.run import frames_of
    from experiments.sweeps.run import sweep as carry_out

    given = given_settings(settings or {})
    asked = design if isinstance(design, Design) else load_design(design, given, code)
    words = [str(design if not isinstance(design, Design) else asked.id)]
    folder, result = carry_out(
        asked,
        name=name or name_of(["sweep", asked.id]),
        results=Path(results),
        replicates=replicates,
        precision=precision,
        workers=workers,
        progress=progress,
        retry_failed=retry_failed,
        fresh=fresh,
        inputs=[] if isinstance(design, Design) else [find_design(design), *map(Path, code)],
        command=_command("sweep", words, given, code, {"-n": replicates, "--precision": precision, "--name": name}),
    )
    frames = frames_of(result, [])
    runs, meant = frames[tables.RUNS], frames[tables.DICTIONARY]
    own = meant[meant["table"] == tables.RUNS]
    runs.attrs |= {"folder": str(folder), "meaning": dict(zip(own["column"], own["meaning_en"], strict=True))}
    return runs


def optimise(
    design: Design | str | Path,
    *,
    settings: Mapping[str, object] | None = None,
    beside: Sequence[str] = ("mix",),
    screen: int = 0,
    vectors: int = 0,
    parameters: str = "calibrated",
    contest: bool = False,
    reference: int = 0,
    name: str | None = None,
    results: str | Path = "results",
    workers: Workers = None,
    code: Sequence[str | Path] = (),
    progress: bool = False,
    fresh: bool = False,
) -> DataFrame:
    """Find the mix that does most within a design's limits (`village optimise`).

    Args:
        design: A design file, the name of a shipped one, or a `Design`.
        settings: Settings laid over its scenarios, by address; of a `Design`, none.
        beside: Scenarios to compare with as they are.
        screen: Search over so many villages and judge the best over the design's; 0 = no.
        vectors: Try the best under so many other parameter vectors.
        parameters: How those are drawn: "calibrated" or "ranges".
        contest: Run other methods with as many runs too, and write contest.csv.
        reference: Search on to so many runs, and write reference.csv; 0 = no.
        name: Name of the experiment's folder.
        results: Folder of all experiments.
        workers: Worker processes; None = one a processor, 0 = none; or where else, such as "dask://HOST:PORT".
        code: Python files whose policies, rules and observers the scenarios may name.
        progress: Whether to say how far it has come.
        fresh: Whether to throw away what the folder holds.

    Returns:
        The plan: one row a lever and purse. `attrs["folder"]` is the experiment's folder, `attrs["answer"]` what
        answer.json holds.

    Raises:
        UserError: The design or a setting is wrong, no mix keeps its limits, or the folder cannot be used.
    """
    import pandas as pd

    from experiments.designs.design import Design
    from experiments.designs.read import find_design, load_design
    from experiments.optimise.answer import answer
    from experiments.optimise.run import Asked
    from experiments.optimise.run import optimise as carry_out
    from experiments.runs.folder import name_of

    given = given_settings(settings or {})
    asked = design if isinstance(design, Design) else load_design(design, given, code)
    options = {"--screen": screen or None, "--vectors": vectors or None, "--name": name}
    options |= {"--parameters": parameters if vectors else None, "--reference": reference or None}
    words = [str(design if not isinstance(design, Design) else asked.id)]
    words += [word for one in beside for word in ("--beside", one)] + ["--contest"] * contest
    folder, found = carry_out(
        asked,
        Asked(None, tuple(beside), True, screen, vectors, parameters, contest, reference),
        name=name or name_of(["optimise", asked.id]),
        results=Path(results),
        workers=workers,
        progress=progress,
        fresh=fresh,
        inputs=[] if isinstance(design, Design) else [find_design(design), *map(Path, code)],
        command=_command("optimise", words, given, code, options),
    )
    frame = pd.read_csv(folder / "plan.csv")
    frame.attrs |= {"folder": str(folder), "answer": answer(found)}
    return frame


def compare(
    scenarios: Sequence[Plan | str | Path],
    *,
    settings: Mapping[str, object] | None = None,
    replicates: int | None = None,
    baseline: str | None = None,
    parameters: str = "calibrated",
    name: str | None = None,
    results: str | Path = "results",
    workers: Workers = None,
    code: Sequence[str | Path] = (),
    progress: bool = False,
    fresh: bool = False,
    **more: Any,
) -> DataFrame:
    """Compare scenarios under the same chance events (`village compare`).

    Args:
        scenarios: Plans, scenario files or names of shipped ones.
        settings: Settings laid over all of them, by address.
        replicates: How many seeds.
        baseline: The scenario to compare with; the one called "baseline" or "对照" by default, else the first.
        parameters: "point", "calibrated" (another vector of the calibrated set with each seed) or "ranges".
        name: Name of the experiment's folder.
        results: Folder of all experiments.
        workers: Worker processes; None = one a processor, 0 = none; or where else, such as "dask://HOST:PORT".
        code: Python files whose policies, rules and observers the scenarios may name.
        progress: Whether to say how far it has come.
        fresh: Whether to throw away what the folder holds.
        more: Further arguments of `experiments.compare.run.compare`.

    Returns:
        The table `differences`: one row a scenario, month, group and indicator, with the mean paired difference from
        the baseline and its 95% interval. `attrs["folder"]` is the experiment's folder, for
        `experiments.Comparison.load`.

    Raises:
        UserError: A scenario or a setting is wrong, they are not to be compared, or the folder cannot be used.
    """
    from experiments.compare.run import compare as run_comparison
    from experiments.compare.tables import Comparison
    from experiments.runs.folder import name_of
    from sim.scenario import Plan, load_plans

    given = given_settings(settings or {})
    files = [one for one in scenarios if not isinstance(one, Plan)]
    loaded = iter(load_plans(files, given, code))
    moved = {one.keys: one.value for one in given}
    plans = [
        (one.with_settings({".".join(keys): value for keys, value in moved.items()}) if moved else one)
        if isinstance(one, Plan)
        else next(loaded)
        for one in scenarios
    ]
    options = {"-n": replicates, "--baseline": baseline, "--parameters": parameters, "--name": name}
    folder = run_comparison(
        plans,
        name=name or name_of(plan.id for plan in plans),
        results=Path(results),
        replicates=replicates,
        baseline=baseline,
        parameters=parameters,
        workers=workers,
        progress=progress,
        fresh=fresh,
        inputs=[Path(one) for one in (*files, *code)],
        command=_command("compare", [str(one) for one in files], given, code, options),
        **more,
    )
    frame = Comparison.load(folder).table("differences").copy()
    frame.attrs["folder"] = str(folder)
    return frame


def _command(
    kind: str, words: Sequence[str], given: Sequence[Setting], code: Sequence[str | Path], options: Mapping[str, Any]
) -> str:
    """The command line that asks the same, for the folder to record."""
    said = [word for name, value in options.items() if value is not None for word in (name, str(value))]
    said += [word for one in given for word in ("--set", f"{'.'.join(one.keys)}={_toml(one.value)}")]
    said += [word for file in code for word in ("--code", str(file))]
    return shlex.join(["village", kind, *words, *said])


def _toml(value: Any) -> str:
    """A value as `--set` reads it."""
    import tomli_w

    return value if isinstance(value, str) else tomli_w.dumps({"value": value}).partition("= ")[2].strip()
