"""What a form calls measures and their settings, and which of these its columns are for."""

from __future__ import annotations

from typing import Literal, get_args, get_origin

from sim.policies import registry
from sim.policies.policy import Policy
from sim.policies.settings import TargetedSettings
from sim.workbook.layout import setting_names, words


def kinds() -> dict[str, str]:
    """What kinds of measure are called in Chinese, by kind."""
    return {kind: policy.title_zh for kind, policy in registry().items()}


def variant_of(policy: type[Policy]) -> str | None:
    """The setting of a kind of measure that says what sort of it is meant: its first choice of its own."""
    own = (name for name in policy.Settings.model_fields if name not in TargetedSettings.model_fields)
    return next((name for name in own if get_origin(policy.Settings.model_fields[name].annotation) is Literal), None)


def amount_of(policy: type[Policy]) -> str:
    """The setting of a kind of measure that its amount of money is."""
    return "quota_yuan" if "quota_yuan" in policy.Settings.model_fields else "budget_yuan"


def setting_words(policy: type[Policy]) -> dict[str, str]:
    """What the settings of a kind of measure are called in Chinese, by key; each name once."""
    own = {key: getattr(names, "zh", None) or names[1] for key, names in policy.may_change.items()}
    found: dict[str, str] = {}
    for key, zh in (own | {k: v for k, v in setting_names().items() if k not in own}).items():
        if (key in policy.Settings.model_fields or key == "label") and zh not in found.values():
            found[key] = zh
    return found


def choices(policy: type[Policy], key: str) -> dict[str, str]:
    """What a setting that is a choice may be, with the Chinese word of each; empty if it is none."""
    field = policy.Settings.model_fields.get(key)
    if field is None or get_origin(field.annotation) is not Literal:
        return {}
    return {str(one): words(key).get(str(one), str(one)) for one in get_args(field.annotation)}


def split_settings(text: str) -> list[str]:
    """The entries of a cell of settings, a line or a semicolon each, but for those inside quotes and brackets."""
    entries, depth, quote, now = [], 0, "", ""
    for sign in text:
        if quote:
            quote = "" if sign == quote else quote
        elif sign in "\"'":
            quote = sign
        elif sign in "[{(":
            depth += 1
        elif sign in "]})":
            depth -= 1
        if not quote and depth <= 0 and sign in "\n;；":
            entries.append(now)
            now = ""
        else:
            now += sign
    return [entry.strip() for entry in [*entries, now] if entry.strip()]
