"""What the model can be asked, and why not, where it cannot."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable, Mapping

from experiments.trials.outcome import TrialOutcome
from experiments.trials.survey_measures import MEASURES, known_names, measure
from sim.agents.household import Household
from sim.core.errors import UserError
from sim.scenario import Title

_WHY_NOT = {
    r"empower|aspiration|mental|happ|well.?being|stress|confidence": "it knows drive, awareness and satisfaction with "
    "the help, and nothing else of what people feel",
    r"mortality|death|nutrition|stunt|height|weight|disease|vaccin": "it knows illness only by the work and money lost",
    r"test|score|enrol|attend|literacy|dropout": "it knows school fees and years of schooling, not what is learnt",
    r"birth|fertility|marriage|divorce": "its households do not marry, divorce or have children",
    r"\bage\b|head_age": "it counts children, workers and elders in a household, and knows nobody's age",
    r"wom[ae]n|female|gender|\bsex\b|girl|wife|wives|husband": "its rules know no sex; women of working age can only "
    "be counted ('women')",
    r"local.?(work|job|wage|hours)|own.?farm|farm.?(labou?r|work|hours)|(labou?r|work).?(days|hours)": "it counts days "
    "of work of whole households, nearby (local_days) and on the own farm (farm_days), and no hours; wages nearby and "
    "away are one sum (wage_income_yuan)",
    r"leader|official|teacher|shopkeeper": "it has no households of village officials; contacts, schooling and "
    "business_yuan tell who is central, best schooled or keeps a shop",
    r"vote|politic|crime|conflict|violence": "it knows nothing of politics or conflict",
}

_POLICIES_NOT = {
    r"insur": "insurance of crops and stock is 'farm_insurance', of illness 'health_scheme'; lives are not insured",
    r"migra|relocat|resettle": "moving households or paying for their way is not modelled as a policy",
    r"school|scholar|educat": "schooling is not modelled as a policy",
    r"health|clinic|medic": "health services are not modelled as a policy",
    r"road|irrigat|infrastruct|electri|works": "village works are chosen and built by 'support_units', or run by "
    "villages and audited in 'village_projects'; works of another kind are a policy of your own with village_wide = "
    "True",
    r"saving|deposit": "savings schemes are not modelled",
}


def check_quantity(name: str) -> None:
    """Whether a survey of the model can ask for a measure or household column.

    Raises:
        UserError: It cannot; why, what comes nearest, and what there is.
    """
    try:
        measure(name)
    except UserError as error:
        if name.partition("[")[0] in Household.COLUMNS:
            raise
        near = difflib.get_close_matches(name, known_names(), n=1)
        problem = f"the model has no quantity '{name}'"
        why = _reason(name, _WHY_NOT)
        raise UserError(
            f"{problem}: {why}" if why else problem,
            allowed=f"{', '.join(sorted(MEASURES))}, or any column of a household (docs/ODD.md)",
            mend=f"did you mean '{near[0]}'?" if near else None,
        ) from error


def asked_title(outcome: TrialOutcome) -> Title | None:
    """What an outcome's measure is called; None where a household column is in it, which has no name for readers."""
    found = [MEASURES.get(name) for name in outcome.parts]
    named = [one for one in found if one is not None]
    if len(named) < len(found):
        return None
    joint, end = {"sum": (" + ", "合计"), "ratio": (" / ", "之比"), "index": (", ", "综合指数")}.get(
        "" if isinstance(outcome.measure, str) else outcome.measure.kind, ("", "")
    )
    english, chinese = joint.join(one.label_en for one in named), "与".join(one.label_zh for one in named) + end
    return Title(en=f"index of {english}" if end == "综合指数" else english, zh=chinese)


def unknown_policy(kind: str, kinds: Iterable[str]) -> UserError:
    """Why an arm cannot offer something."""
    options = sorted(kinds)
    near = difflib.get_close_matches(kind, options, n=1)
    why = _reason(kind, _POLICIES_NOT) or "the model has no such policy"
    return UserError(
        f"'{kind}' cannot be offered: {why}",
        allowed=f"{', '.join(options)}, or a class of your own (--code)",
        mend=f"did you mean '{near[0]}'?" if near else None,
    )


def _reason(name: str, reasons: Mapping[str, str]) -> str | None:
    words = re.sub(r"[_\W]+", " ", name.lower())
    return next((why for pattern, why in reasons.items() if re.search(pattern, words)), None)
