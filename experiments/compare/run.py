"""Compare scenarios: the same chance events for each, replicates until the differences are known well enough.

Replicates are added in fixed steps, and precision is judged only when every run up to a step is done. So a comparison
that was interrupted and resumed ends after the same replicates, with the same tables, as one that was not.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from experiments.compare.channels import largest, variants, worth_of
from experiments.compare.nation.parts import CALL, parts_of, size_of
from experiments.compare.paired_runs import PairedRuns
from experiments.compare.provenance import calibration_of, conclusion_for
from experiments.compare.replicates import Replicates
from experiments.compare.spillover import choose, spillovers_of, twins
from experiments.compare.summary import print_summary, write_summary
from experiments.compare.tables import COLUMNS, Comparison, rebuild
from experiments.compare.townships import of_villages
from experiments.compare.what_if import gains_of, what_ifs
from experiments.designs.vectors import RUN, CalibratedSet, Drawn, drawing, fit_books
from experiments.measure.own import Own
from experiments.measure.precision import Judged, parse_outcomes
from experiments.measure.statistics import Of
from experiments.runs import records
from experiments.runs.codeversion import code_version
from experiments.runs.command_line import command_line
from experiments.runs.copies import copies, own_profiles, stored_scenarios, stored_world
from experiments.runs.estimate import Size, check_seeds, expect
from experiments.runs.progress import Progress, compile_first
from experiments.runs.request import MODEL, Work
from experiments.runs.runfile import RunKey
from experiments.runs.store import Store
from experiments.runs.where import Workers, check_workers, executor_for
from sim.calendar.trend import last_observed
from sim.core.errors import UserError
from sim.parameters import load_parameters
from sim.parameters.own import with_own, written
from sim.parameters.packed import as_python
from sim.scenario import Plan, check_comparable
from sim.scenario.counties import profiles_of
from sim.scenario.doubts import doubts_of_money
from sim.scenario.from_workbook import BASELINES
from sim.scenario.idle import never_act

__all__ = ["DEFAULT_REPLICATES", "compare", "print_summary"]

DEFAULT_REPLICATES = 8


def compare(
    plans: Sequence[Plan],
    *,
    name: str,
    results: Path,
    replicates: int | None = None,
    precision: float | None = None,
    limit: int = 64,
    step: int = 4,
    workers: Workers = None,
    baseline: str | None = None,
    outcomes: Sequence[str] | None = None,
    spillovers: Sequence[str] | None = None,
    channels: bool = False,
    what_if: Sequence[str] = (),
    seeds_first: int = 1,
    progress: bool = True,
    retry_failed: bool = False,
    fresh: bool = False,
    renew: bool = False,
    inputs: Sequence[Path] = (),
    command: str | None = None,
    parameters: str = "point",
    load_set: Callable[[], CalibratedSet] | None = None,
    sensitivity: Path | None = None,
    run: str = MODEL,
    program: str | None = None,
    assumptions_differ: bool = False,
) -> Path:
    """Run every scenario under the same seeds, store each run, and write the tables of their differences.

    What is stored already is not done again. With `replicates`, just so many seeds are run; else with `precision`,
    seeds are added `step` by `step` until every outcome of every scenario is known so well or `limit` is reached; else
    8. Seeds whose parameter vector cannot be fitted to the county's books do not count: others are tried in their
    place, up to `replicates.MOST_TRIES` times as many. A failed run is recorded and its seed left out for all
    scenarios; a scenario none of whose runs succeeds is left out itself.

    Args:
        plans: The scenarios; ids differ, and eras, worlds and horizons agree.
        name: Name of the experiment, and of its folder under `results`.
        results: Folder of all experiments.
        replicates: How many seeds.
        precision: How well differences are to be known; see `experiments.measure.precision` for its meaning.
        limit: Most seeds that `precision` may lead to.
        step: How many seeds are added at a time.
        workers: Worker processes; None = one a processor, 0 = none (run in this process).
        baseline: Id of the scenario to compare with; the one called "baseline" or "对照" by default, else the first.
        outcomes: Outcomes to judge (see `experiments.measure.outcome`); income and headcount by default.
        spillovers: Ids of scenarios to run under the fixed closure too, which shows what comes through prices and
            jobs; the one with the most policies by default, if every closure is endogenous. See
            `experiments.compare.spillover`.
        channels: Whether to run the largest scenario also with each way in which its policies act shut in turn, which
            shows what each is worth. See `experiments.compare.channels`.
        what_if: What may befall the county, by file or shipped name: the baseline and the largest scenario are run
            under each too. See `experiments.compare.what_if`.
        seeds_first: The first seed.
        progress: Whether to say how far it has come.
        retry_failed: Whether to try again what failed before.
        fresh: Whether to throw away what the folder holds.
        renew: Whether to run again what was made before a change of its scenario, its code or the program.
        inputs: The files that the plans were read from; none of them is written or deleted.
        command: The command line to record; this process's by default.
        parameters: "point": every parameter at its value, and intervals of the mean over chance events. "calibrated"
            or "ranges": another parameter vector with each seed, the same for all scenarios (see
            `experiments.designs.vectors`), and intervals of where another such draw would lie.
        load_set: Finds the calibrated set; that which ships by default.
        sensitivity: A sensitivity experiment whose conclusion the report is to quote; by default one beside this
            experiment that is about two of these scenarios.
        run: `module:function` that executes a run.
        program: The code version to record instead of the hash of the program.
        assumptions_differ: Whether to compare scenarios that differ in what they assume too (see
            `sim.scenario.comparable`); the answer then says so first.

    Returns:
        The experiment's folder.

    Raises:
        UserError: The question is not a comparison, or the folder cannot be used for it; see `Store`.
        KeyboardInterrupt: Interrupted; what is done is stored.
    """
    _check_counts(replicates, precision, step, limit)
    check_workers(workers)
    base = _baseline(plans, baseline)
    own = [entry for plan in plans for entry in plan.own_parameters()]
    vectors = drawing(parameters, load_set, with_own(load_parameters(on=plans[0].campaign.start), own))
    apart = check_comparable(plans, assumptions_differ, vectors.names)
    twinned = choose(plans, base, spillovers)
    shut = variants(plans, base) if channels else ()
    asked = largest(plans, base)
    if_ = what_ifs(what_if, plans[_index(plans, base)], asked, [plan.id for plan in plans])
    variant = [*twins(plans, base, twinned), *(one.plan for one in shut)]
    everything = [*plans, *variant, *(plan for one in if_ for plan in (one.baseline, one.scenario))]
    own_code = Own.of(plans)
    chosen = parse_outcomes(outcomes, plans[0].horizon_months, own_code.declared)
    adds = replicates is None and precision is not None
    most = limit if adds else replicates or DEFAULT_REPLICATES
    check_seeds(seeds_first, most, "--replicates")
    world, stamp = plans[0].world, program or code_version()
    drawn: list[Any] = [Drawn(plan, vectors, run) for plan in everything] if vectors.names else everything
    counties = {
        plan.id: parts_of(plan, stamp, (lambda one: Drawn(one, vectors, run)) if vectors.names else (lambda one: one))
        for plan in everything
    }
    each = size_of(world, plans[0].horizon_months) if world.counties else None
    expected = expect(
        results / name,
        most * sum(len(parts) or 1 for parts in counties.values()),
        each or (Size.of(plans[0]) if run == MODEL else Size()),
        field="--limit" if adds else "--replicates",
        workers=workers,
        sure=min(step, limit) * sum(len(parts) or 1 for parts in counties.values()) if adds else None,
        at_most=adds,
        scenarios=[one for name, parts in counties.items() for one in [part.key.scenario for part in parts] or [name]],
        seeds=range(seeds_first, seeds_first + most),
        afresh=fresh or renew,
        what="runs of a county" if world.counties else "runs",
    )
    counts = [*range(step, limit, step), limit] if adds else [most]
    kept = copies((profile, plan.code()) for plan in plans for profile in profiles_of([plan.world]))
    given = [*inputs, *own_profiles(plans)]
    # A scenario's digest counts the user's own code that it names: an edit concerns that scenario alone.
    keys = [RunKey(plan.id, 0, one.digest(), stamp) for plan, one in zip(everything, drawn, strict=True)]
    manifest: dict[str, Any] = {
        "name": name,
        "kind": "compare",
        "complete": False,
        "code_version": stamp,
        "scenarios": [
            {
                "id": plan.id,
                "title": {"en": plan.title.en, "zh": plan.title.zh},
                "digest": plan.digest(),
                "policies": [policy.label for policy in plan.policies],
                "closure": plan.closure,
            }
            for plan in plans
        ],
        "baseline": base,
        "spillovers": list(twinned),
        "channels": [{"way": one.way, "en": one.names[0], "zh": one.names[1]} for one in shut],
        "what_if": [{"name": one.name, "en": one.title.en, "zh": one.title.zh} for one in if_],
        "outcomes": [{"name": one.name, "month": one.month, "group": one.group} for one in chosen],
        "precision": precision,
        "replicates": {
            "done": 0,
            "asked": counts[-1],
            "step": step,
            "limit": limit,
            "first_seed": seeds_first,
            "added": adds,
        },
        "closure": plans[0].closure if len({plan.closure for plan in plans}) == 1 else "mixed",
        "assumptions_differ": [
            {"field": one.field, "values": dict(zip([plan.id for plan in plans], one.values, strict=True))}
            for one in apart
        ],
        "differ_in_names_alone": _differ_in_names_alone(plans),
        "never_act": _never_act(plans) if run == MODEL else [],
        "doubts": _doubts(plans) if run == MODEL else [],
        "horizon_months": plans[0].horizon_months,
        **_beyond_observed(plans),
        "parameters": vectors.manifest(),
        **calibration_of(plans, vectors, load_set),
        "sensitivity": conclusion_for([plan.id for plan in plans], results, sensitivity, stamp),
        **({"own_parameters": written(own)} if own else {}),
        **own_code.manifest(),
        "command": command or command_line(),
        "versions": _versions(),
        "world": stored_world(world).model_dump(
            mode="json", exclude=None if world.counties else {"counties", "county"}
        ),
    }
    work = Work(CALL if world.counties else records.RUN, records.TABLES, run, code_version="" if program else stamp)
    of: Of = "draw" if vectors.names else "mean"
    if run == MODEL and not world.counties:
        fit_first(plans[0], progress)
    with Store(results, name, fresh=fresh, renew=renew, inputs=given) as store, Progress(progress) as said:
        store.begin(manifest, stored_scenarios(plans), kept)
        said.say(expected.text())
        compared = [plan.id for plan in plans]
        with Replicates(
            store,
            executor_for(work, workers, store.folder),
            said,
            {key.scenario: (key, plan) for key, plan in zip(keys, drawn, strict=True)},
            run=RUN if vectors.names else run,
            by_seed=bool(vectors.names),
            retry_failed=retry_failed,
            outcomes=chosen,
            counties=counties,
        ) as done:
            judged: list[Judged] = []
            for count in counts:
                seeds = done.do_fitting(seeds_first, count)
                pairs, judged = done.judge(compared, base, seeds, precision, len(counts) > 1)
                if replicates is None and judged and all(one.verdict.enough for one in judged):
                    break
        said.status("making the tables")
        alive = [plan for plan in plans if done.seeds(plan.id, seeds)]
        counted = {plan.id: done.seeds(plan.id, seeds) for plan in alive}
        towns = of_villages(world) if run == MODEL and not world.counties else ()
        runs = PairedRuns(alive, base, pairs, counted, done.read, of, towns)
        under_both = spillovers_of(plans, base, twinned, lambda scenario: done.seeds(scenario, pairs), done.read, of)
        worth = worth_of(asked.id, shut, lambda scenario: done.seeds(scenario, seeds), done.read, of)
        under = gains_of((base, asked.id), if_, lambda scenario: done.seeds(scenario, seeds), done.read, of)
        reconciled = _reconciled(plans[_index(plans, base)], run)
        rebuild(store.folder, runs, judged, done.failures, under_both, worth, under, reconciled)
        manifest["replicates"]["done"] = len(pairs)
        manifest["replicates"]["asked"] = count
        if vectors.names:
            manifest["replicates"] |= {"tried": len(seeds), "unfitted": len(done.unfitted(seeds))}
        manifest["complete"] = True
        write_summary(Comparison(store.folder, manifest))
        store.write_manifest(manifest, [f"tables/{table}.parquet" for table in COLUMNS])
    return store.folder


def fit_first(plan: Plan, progress: bool) -> None:
    """Fit a plan's county once beforehand: books that contradict one another are refused here, not seed by seed.

    Raises:
        Unfittable: They contradict one another; with the place of the figures.
    """
    with Progress(progress) as said:
        compile_first(said.say)
        fit_books(plan, lambda number: said.trying("fitting the generated county to its figures", number))


def _check_counts(replicates: int | None, precision: float | None, step: int, limit: int) -> None:
    for value, field in ((replicates, "--replicates"), (step, "--step"), (limit, "--limit")):
        if value is not None and value < 1:
            raise UserError(f"{value} is not possible: it must be at least 1", field=field)
    if precision is not None and not 0 < precision < 1:
        raise UserError(f"{precision} is not a precision", field="--precision", allowed="more than 0 and less than 1")


def _baseline(plans: Sequence[Plan], asked: str | None) -> str:
    ids = [plan.id for plan in plans]
    if not ids:
        raise UserError("there is no scenario to compare", mend="name one scenario file or more")
    # Folders on some machines do not tell capitals apart.
    seen: dict[str, str] = {}
    for one in ids:
        if one.casefold() in seen:
            raise UserError(f"two scenarios are called {one!r}", mend="give the files different names")
        seen[one.casefold()] = one
    if asked is not None and asked not in ids:
        raise UserError(f"there is no scenario {asked!r}", field="--baseline", allowed=", ".join(ids))
    return asked or next((one for one in ids if one in BASELINES.values()), ids[0])


def _never_act(plans: Sequence[Plan]) -> list[dict[str, str]]:
    return [{"scenario": plan.id, **vars(one)} for plan in plans for one in never_act(plan)]


def _doubts(plans: Sequence[Plan]) -> list[dict[str, str]]:
    return [{"scenario": plan.id, **vars(one)} for plan in plans for one in doubts_of_money(plan)]


def _beyond_observed(plans: Sequence[Plan]) -> dict[str, Any]:
    """Which years of the run no series has observed: in them everything grows as a declared scenario says."""
    last, until = last_observed(as_python(plans[0].parameters().values)), max(plan.last_day.year for plan in plans)
    country = plans[0].world.country
    last = min(last, country.last_year or last) if country else last
    return {"beyond_observed": {"from": last + 1, "to": until}} if until > last else {}


def _differ_in_names_alone(plans: Sequence[Plan]) -> list[list[str]]:
    """Pairs of scenarios that differ in ids, titles and labels alone."""
    nameless: dict[str, str] = {}
    pairs = []
    for plan in plans:
        bare = [policy.model_copy(update={"label": policy.kind}) for policy in plan.policies]
        first = nameless.setdefault(plan.model_copy(update={"policies": tuple(bare)}).digest(), plan.id)
        if first != plan.id:
            pairs.append([first, plan.id])
    return pairs


def _index(plans: Sequence[Plan], scenario: str) -> int:
    return [plan.id for plan in plans].index(scenario)


def _versions() -> dict[str, str]:
    found = {"python": ".".join(map(str, sys.version_info[:3]))}
    for package in ("mesa", "numpy", "numba", "pyarrow"):
        try:
            found[package] = version(package)
        except PackageNotFoundError:
            found[package] = ""
    return found


def _reconciled(plan: Plan, run: str) -> Sequence[Any]:
    """Model beside profile, where it is sim's own run."""
    if run != MODEL or plan.world.counties:
        return ()
    from experiments.compare.provenance import reconcile

    return reconcile(plan)
