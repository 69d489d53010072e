"""The JSON Schema of scenario files, so that editors complete and check while one types."""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel
from pydantic.json_schema import models_json_schema

from sim.money.purse import Purse
from sim.parameters import Parameter
from sim.scenario.catalogue import Catalogue
from sim.scenario.resolve import ScenarioHead

_TEXT = {"type": "string"}


def json_schema(catalogue: Catalogue | None = None) -> dict[str, Any]:
    """The schema of a scenario file, with the settings of every policy and the range of every parameter.

    Args:
        catalogue: What a scenario may name; what ships by default.
    """
    catalogue = catalogue or Catalogue.shipped()
    classes = dict(sorted(catalogue.policies.items()))
    models: list[type[BaseModel]] = [ScenarioHead, Purse, *(policy.Settings for policy in classes.values())]
    keys, shared = models_json_schema([(model, "validation") for model in models], by_alias=False)
    definitions = shared.get("$defs", {})

    def definition(model: type) -> dict[str, Any]:
        name = keys[model, "validation"]["$ref"].rpartition("/")[2]
        return dict(definitions[name])

    policies = []
    for kind, policy in classes.items():
        settings = definition(policy.Settings)
        levers = {k: v for k, v in settings.get("properties", {}).items() if k not in policy.Settings.no_use}
        properties = {"kind": {"const": kind}, "label": _TEXT, **levers}
        policies.append({**settings, "title": kind, "properties": properties, "required": ["kind"]})
    own = {"title": "module:Class", "required": ["kind"], "properties": {"kind": {**_TEXT, "pattern": ":"}}}
    head = definition(ScenarioHead)
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "villagesim scenario",
        "description": "A scenario file; keys that are missing come from the file it extends.",
        "type": "object",
        "additionalProperties": False,
        "properties": {
            **head["properties"],
            "extends": {
                **_TEXT,
                "description": "scenario file beside this one, or name of a shipped one, over which this one is laid",
            },
            "drop": {
                "type": "array",
                "items": _TEXT,
                "description": "policies of that file to leave out, by label or kind",
            },
            "policies": {"type": "array", "items": {"anyOf": [*policies, own]}},
            "purses": {"type": "array", "items": {**definition(Purse), "required": ["id"]}},
            "changes": {
                "type": "array",
                "description": "settings that change at dates: policies.LABEL.SETTING, purses.ID.amount_yuan",
                "items": {
                    "type": "object",
                    "properties": {"date": {**_TEXT, "format": "date"}},
                    "required": ["date"],
                    "minProperties": 2,
                },
            },
            "uncertainties": {
                "type": "object",
                "additionalProperties": True,  # short names and `topic.name` tables are allowed too
                "properties": {entry.key: _parameter(entry) for entry in catalogue.parameters.table()},
            },
        },
        "$defs": definitions,
    }


def _parameter(entry: Parameter) -> dict[str, Any]:
    about = f"{entry.unit}; {entry.confidence}; {entry.source}"
    if isinstance(entry.value, tuple):
        size = len(entry.value)
        return {
            "type": "array",
            "items": {"type": "number"},
            "minItems": size,
            "maxItems": size,
            "description": about,
        }
    return {
        "type": "number",
        "minimum": entry.low,
        "maximum": entry.high,
        "default": entry.value,
        "description": about,
    }
