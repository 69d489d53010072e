"""The report of virtual trials: a page in each language, forest plots, JSON and CSV, a table in the terminal."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from pathlib import Path

from rich.console import Console
from rich.table import Table as Screen

from experiments.measure.statistics import Interval
from experiments.pages.blocks import (
    Answer,
    Block,
    Bullets,
    Code,
    Figure,
    Section,
    Table,
    Text,
    number_cells,
    text_cells,
)
from experiments.pages.charts import Panel, Row, dots
from experiments.pages.layout import fill
from experiments.pages.numbers import Estimate
from experiments.pages.svg import Style
from experiments.runs.files import json_text, read_json
from experiments.runs.store import add_files
from experiments.screen import screen
from experiments.trials.export import as_csv, as_json
from experiments.trials.file import LEAST_REPLICATES
from experiments.trials.local_conditions import sets_transfers
from experiments.trials.results import OutcomeResult, TrialResult
from experiments.trials.wording import Shown
from experiments.trials.world import not_given
from sim.parameters import load_parameters

PUBLISHED = Style("#767676", "square")
MODEL = Style("#0072B2", "circle")
MISSED = Style("#D55E00", "diamond")
COUNTRY = "[world.country]"
MUCH = 0.3  # share of income in transfers that is unlikely unless it is meant
NEAR_SHARE = 0.1  # of income, in wages: the same
NEAR_HEADCOUNT = 0.05  # points of headcount that go without a word
SINGLE = Style("#0072B2", "circle", "4 3", hollow=True)


def write_results(results: Sequence[TrialResult], languages: Sequence[str] = ("en", "zh")) -> list[Path]:
    """Write result.json, result.csv, and in each language the page and its forest plots.

    Returns:
        The pages, in the order of the languages.
    """
    folder = results[0].folder
    pages = {f"trial.{language}.html": render(results, language) for language in languages}
    figures = {
        f"tables/{figure.key}.{language}.svg": f"{figure.wide}\n"
        for language in languages
        for result in results
        for figure in forests(result, Shown(language))
    }
    texts = {"result.json": json_text(as_json(results)), "result.csv": as_csv(results)}
    return add_files(folder, "trial", {**pages, **figures, **texts})[: len(pages)]


# ---- figures ---------------------------------------------------------------------------------------------------------


def forests(result: TrialResult, shown: Shown) -> list[Figure]:
    """Model beside published, one figure a unit."""
    figures = []
    for unit in dict.fromkeys(one.outcome.unit for one in result.outcomes):
        group = [one for one in result.outcomes if one.outcome.unit == unit]
        rows = [row for one in group for row in _rows(one, shown)]
        title = shown.finds(group[0])
        if len(group) > 1:
            title += shown.say("and_others", n=len(group) - 1)
        sources = dict.fromkeys(one.figure.source for one in group if one.figure.source)
        source = "; ".join(sources) or result.trial.source or "–"
        figures.append(
            Figure(
                key=f"forest-{result.trial.id}-{unit}",
                title=title,
                source=shown.say("forest_source", n=result.replicates, source=source),
                draw=dots(rows, [Panel(shown.unit(group[0]))], shown.num),
                data=_effects(group, shown),
            )
        )
    return figures


def _rows(one: OutcomeResult, shown: Shown) -> list[Row]:
    label = shown.label(one)
    if one.figure.rule is not None:
        label = shown.say("forest_heading", label=label, verdict=shown.verdict(one), rule=shown.rule(one))
    rows = [Row(label)]
    published = shown.published(one)
    style = MISSED if one.passed is False else MODEL
    if published is not None:
        rows.append(Row(f"  {shown.say('published')}", (published,), (shown.published_text(one),), PUBLISHED))
    rows.append(_row(shown.say("model", n=one.mean.replicates), shown.model(one), style, shown))
    rows.append(_row(shown.say("single"), shown.single(one), SINGLE, shown))
    return rows


def _row(label: str, estimate: Estimate, style: Style, shown: Shown, also: str = "") -> Row:
    return Row(f"  {label}", (estimate,), (shown.amount(estimate) + also,), style)


def overview(results: Sequence[TrialResult], shown: Shown) -> Figure | None:
    """All effects on one scale: how far from the published estimate, in its standard errors."""
    rows: list[Row] = []
    data = []
    near = 0
    for result in results:
        heading = Row(shown.title(result.trial.title))
        for one in result.outcomes:
            value, step = one.figure.middle, (one.tolerance or 0.0) * 5
            if value is None or step <= 0 or not math.isfinite(one.mean.value):
                continue
            away = Estimate(one.mean.value - value, one.mean.low - value, one.mean.high - value).times(1 / step)
            near += abs(away.value) <= 2
            style = MISSED if one.passed is False else MODEL
            rows += [heading] if heading not in rows else []
            rows.append(_row(shown.label(one), away, style, shown, f", {shown.verdict(one)}"))
            label = f"{heading.label}: {shown.label(one)}"
            data.append([*text_cells(label), *number_cells(shown.amount(away)), *text_cells(shown.verdict(one))])
    if not data:
        return None
    header = [shown.say("outcome"), shown.say("distance"), shown.say("verdict")]
    title = shown.say("overview_title", near=near, n=len(data))
    return Figure(
        key="overview",
        title=title,
        source=shown.say("source_line", n=max(result.replicates for result in results)),
        draw=dots(rows, [Panel(shown.say("distance"))], shown.num),
        data=Table(title, header, data),
        note=shown.say("stand_in"),
    )


# ---- the page --------------------------------------------------------------------------------------------------------


def render(results: Sequence[TrialResult], language: str) -> str:
    """The page in one language."""
    shown = Shown(language)
    alone = len(results) == 1
    first = forests(results[0], shown)[0] if alone else overview(results, shown)
    answer = Answer(
        "answer",
        shown.say("answer"),
        shown.say("answer_question"),
        sentence=sentence(results, shown),
        figure=first,
        blocks=[_summary(results, shown)],
    )
    sections = [answer, *(_section(result, shown, skip=first if alone else None) for result in results)]
    kicker = shown.say("kicker", name=results[0].folder.name)
    return fill(language, shown.say, sections, kicker, shown.say("world"), calibrated=True)


def sentence(results: Sequence[TrialResult], shown: Shown) -> str:
    """The answer in a sentence."""
    ruled = [one for result in results for one in result.outcomes if one.figure.rule is not None]
    met = [one for one in ruled if one.passed]
    if not ruled:
        return str(shown.say("sentence_none"))
    if len(ruled) == 1:
        return str(shown.say("sentence_one", verdict=shown.verdict(ruled[0]), what=shown.finds(ruled[0])))
    rest = ""
    for key, verdict in (("missed_list", False), ("unjudged_list", None)):
        names = [shown.label(one) for one in ruled if one.passed is verdict]
        rest += shown.say(key, what=shown.num.join(names)) if names else ""
    return str(shown.say("sentence", met=len(met), ruled=len(ruled), missed=rest))


def _summary(results: Sequence[TrialResult], shown: Shown) -> Table:
    words = ("trial", "outcome", "unit", "published", "model_mean", "rule", "verdict", "precise")
    rows = [
        [
            *text_cells(shown.title(result.trial.title), shown.label(one), shown.unit(one)),
            *number_cells(shown.published_text(one), shown.amount(shown.model(one))),
            *text_cells(shown.rule(one), shown.verdict(one), shown.enough(one)),
        ]
        for result in results
        for one in result.outcomes
    ]
    header = [shown.say(word) for word in words]
    return Table(shown.say("of_outcomes"), header, rows, note=shown.say("note_half"))


def _section(result: TrialResult, shown: Shown, skip: Figure | None) -> Section:
    trial = result.trial
    section = Section(trial.id, shown.title(trial.title), trial.source)
    section.add(*_warnings(result, shown))
    section.add(*(figure for figure in forests(result, shown) if skip is None or figure.key != skip.key))
    section.add(_effects(result.outcomes, shown), _known(result.outcomes, shown), _takeup(result, shown))
    section.add(_quantiles(result, shown), _design(result, shown))
    section.add(Text(shown.title(trial.note), "note") if trial.note else None)
    section.add(Code(shown.say("again"), _command(result)))
    return section


def _command(result: TrialResult) -> str:
    """The command that made the folder, with its settings and code; the trial's own if that is not known."""
    plain = f"village trial {Path(result.trial.file).as_posix()}"
    manifest = result.folder / "manifest.json"
    return str(read_json(manifest).get("command") or plain) if manifest.is_file() else plain


def _warnings(result: TrialResult, shown: Shown) -> list[Block]:
    texts = _of_world(result, shown)
    everyone = result.replicates + len(result.failures)
    if result.failures:
        error = next(iter(result.failures.values()))
        texts.append(shown.say("failed", n=len(result.failures), all=everyone, error=error))
    if result.replicates < LEAST_REPLICATES:
        texts.append(shown.say("few", n=result.replicates))
    texts += _untold(result, shown)
    if result.vectors.count > 1:
        texts.append(shown.say("vectors", n=result.vectors.count, unfitted=len(result.unfitted)))
    for one in result.outcomes:
        if one.undefined:
            texts.append(shown.say("undefined", label=shown.label(one), n=one.undefined, all=result.replicates))
        if one.wild:
            median = Interval(one.median, one.median, one.median, one.mean.replicates)
            amount = shown.amount(_times(median, shown.factor(one)))
            texts.append(shown.say("wild", label=shown.label(one), median=amount, unit=shown.unit(one)))
        if one.passed is False:
            model = shown.model_text(one)
            texts.append(shown.say("missed_warning", label=shown.label(one), model=model, rule=shown.rule(one)))
        if not one.enough and one.needed > LEAST_REPLICATES:
            texts.append(f"{shown.label(one)}{'：' if shown.zh else ': '}{shown.enough(one)}")
    return [Text(text, "warning") for text in texts]


def _untold(result: TrialResult, shown: Shown) -> list[str]:
    """Policies of an arm that not everyone is told of, and that take some households all the same."""
    texts = []
    for arm in result.trial.arms:
        for policy in arm.policies:
            column = policy.policy_class().untold
            if column and (arm.told < 1.0 or any(one.who.endswith("told") for one in result.trial.outcomes)):
                texts.append(shown.say("untold", arm=arm.name, policy=policy.kind, column=column))
    return texts


def _of_world(result: TrialResult, shown: Shown) -> list[str]:
    """Where the model's world is not what the file asked for."""
    texts = []
    world, facts = result.trial.world, result.facts
    if world.opens != world.start:
        texts.append(shown.say("moved", asked=shown.num.day(world.start), opens=shown.num.day(world.opens)))
    if missing := not_given(result.trial):
        if world.country is None:
            texts.append(shown.say("no_country", where=COUNTRY))
        else:
            what = shown.num.join([_named(name, shown) for name in missing])
            texts.append(shown.say("not_given", where=COUNTRY, country=shown.title(world.country.name), what=what))
    found, expected = facts.get("headcount", math.nan), facts.get("headcount_expected", math.nan)
    if abs(found - expected) > NEAR_HEADCOUNT:
        texts.append(shown.say("headcount", found=shown.percent(found), expected=shown.percent(expected)))
    share = facts.get("transfer_share", 0.0)
    if share > MUCH and not sets_transfers(result.trial):
        texts.append(shown.say("much_transfers", share=shown.percent(share)))
    found, expected = facts.get("wage_share", math.nan), facts.get("wage_share_expected", math.nan)
    if abs(found - expected) > NEAR_SHARE:
        texts.append(shown.say("wage_share", found=shown.percent(found), expected=shown.percent(expected)))
    times = facts.get("wages_times", 1.0)
    if times != 1.0:
        texts.append(shown.say("wages", times=shown.num.plain(times, 2)))
    return texts


def _effects(outcomes: Sequence[OutcomeResult], shown: Shown) -> Table:
    words = ("outcome", "month", "estimator", "unit", "control_mean", "published", "model_mean", "rule", "verdict")
    rows = [
        [
            *text_cells(shown.label(one), str(one.outcome.month), shown.how(one), shown.unit(one)),
            *number_cells(shown.amount(one.control_mean), shown.published_text(one), shown.amount(shown.model(one))),
            *text_cells(shown.rule(one), shown.verdict(one)),
        ]
        for one in outcomes
    ]
    return Table(shown.say("of_outcomes"), [shown.say(word) for word in words], rows, note=shown.say("note_half"))


def _known(outcomes: Sequence[OutcomeResult], shown: Shown) -> Table:
    words = ["outcome", "mc_se", "allowed", "precise", "trial_se", "spread", "covers_zero", "covers_published"]
    words += ["sign_share", "mean_sign_share", "households"]
    rows = []
    for one in outcomes:
        times = shown.factor(one)
        allowed = "–" if one.tolerance is None else shown.plain(one.tolerance * times)
        rows.append(
            [
                *text_cells(shown.label(one)),
                *number_cells(shown.plain(one.mc_se * times), allowed),
                *text_cells(shown.enough(one)),
                *number_cells(
                    shown.plain(one.trial_se * times),
                    shown.plain(one.spread * times),
                    shown.percent(one.covers_zero),
                    shown.percent(one.covers_published),
                    shown.percent(one.sign_share),
                    shown.percent(one.mean_sign_share),
                    shown.num.plain(one.n, 0),
                ),
            ]
        )
    return Table(shown.say("of_known"), [shown.say(word) for word in words], rows, note=shown.say("stand_in"))


def _takeup(result: TrialResult, shown: Shown) -> Table:
    rows = []
    for arm in result.trial.arms:
        offers = [f"{policy.kind} ({shown.settings(policy.settings)})" for policy in arm.policies]
        label = shown.title(arm.label) if arm.label else arm.name
        share = shown.amount(_times(result.takeup[arm.name], 100.0))
        rows.append(
            [
                *text_cells(label),
                *number_cells(share + "%", shown.percent(arm.told) if arm.policies else "–"),
                *text_cells("; ".join(offers) or shown.say("nothing")),
            ]
        )
    return Table(shown.say("of_takeup"), [shown.say(word) for word in ("arm", "takeup", "told", "offer")], rows)


def _quantiles(result: TrialResult, shown: Shown) -> Table | None:
    rows = [
        [
            *text_cells(shown.label(one), shown.unit(one)),
            *number_cells(shown.percent(q), shown.amount(_times(effect, shown.factor(one)))),
        ]
        for one in result.outcomes
        for q, effect in one.quantiles
    ]
    header = [shown.say(word) for word in ("outcome", "unit", "quantile", "model_mean")]
    return Table(shown.say("of_quantiles"), header, rows, note=shown.say("note_half")) if rows else None


def _design(result: TrialResult, shown: Shown) -> Bullets:
    trial, d, say = result.trial, result.trial.design, shown.say
    lost = trial.survey.attrition
    items = [
        say(f"d_unit_{d.unit}", **d.model_dump(include={"clusters", "branch_villages", "villages"})),
        say("d_sample", sample=d.sample) if d.sample else say("d_everyone"),
    ]
    if d.eligible:
        items.append(say("d_eligible", what=", ".join(map(shown.condition, d.eligible))))
    attrition = shown.settings(lost) if isinstance(lost, Mapping) else shown.percent(lost)
    months = ", ".join(map(str, trial.survey.follow_ups))
    items.append(say("d_follow", months=months, lost=attrition, error=shown.plain(trial.survey.error)))
    world = trial.world
    profile = Path(world.profile).stem
    items.append(say("d_place", start=shown.num.day(world.opens), closure=say(world.closure), profile=profile))
    share = result.facts.get("transfer_share")
    if share is not None:
        how = say("as_stated") if sets_transfers(trial) else say("as_ruled")
        items.append(say("d_transfers", share=shown.percent(share), how=how))
    if world.country is not None:
        own = {key: value for key, value in world.country.model_dump(exclude={"name"}).items() if value is not None}
        what = shown.settings(own) if own else shown.say("nothing_own")
        items.append(say("d_country", country=shown.title(world.country.name), what=what))
    if world.books:
        items.append(say("d_books", what=shown.settings(world.books)))
    if world.place:
        items.append(say("d_parameters", what=shown.settings(world.place)))
    return Bullets(items, say("of_design"))


def _named(name: str, shown: Shown) -> str:
    """A part of `[world.country]`, as a reader and as the file names it."""
    if name == "price_level":
        label = shown.say("price_level")
    else:
        entry = load_parameters().find(f"trend.{name}")
        label = entry.label_zh if shown.zh else entry.label_en
    return str(shown.say("name_and_key", label=label, key=name))


def _times(interval: Interval, factor: float) -> Estimate:
    return Estimate(interval.value, interval.low, interval.high).times(factor)


# ---- the terminal ----------------------------------------------------------------------------------------------------


def print_results(results: Sequence[TrialResult], language: str = "en", console: Console | None = None) -> None:
    """One line an outcome, and what must not be overlooked."""
    shown, console = Shown(language), console or screen()
    table = Screen()
    several = len(results) > 1
    for word in (*(["trial"] if several else []), "outcome", "published", "model", "rule", "verdict", "precise"):
        table.add_column(shown.say(word, n=max(result.replicates for result in results)), overflow="fold")
    for result in results:
        for one in result.outcomes:
            words = (shown.published_text(one), shown.model_text(one), shown.rule(one), shown.verdict(one))
            enough = shown.enough(one) if one.mean.replicates >= LEAST_REPLICATES else "–"  # said once, below
            table.add_row(*([result.trial.id] if several else []), shown.label(one), *words, enough)
    console.print(table)
    for result in results:
        shares = [f"{arm} {shown.percent(share.value)}" for arm, share in result.takeup.items()]
        line = f"{result.trial.id}: {shown.say('of_takeup')}: {', '.join(shares)}"
        console.print(line, highlight=False)
        for warning in _warnings(result, shown):
            assert isinstance(warning, Text)
            console.print(f"! {result.trial.id}: {warning.text}", highlight=False)
    console.print(sentence(results, shown), highlight=False)
