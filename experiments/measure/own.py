"""What the user's own code adds to what pages say: its results and groups, and the names of its policies."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from sim.core.frozen import FrozenModel
from sim.money.reasons import Reason
from sim.policies.settings import Lever
from sim.recording.own_results import Declared, Result
from sim.scenario import Plan

Names = Mapping[str, tuple[str, str]]


class Own(FrozenModel):
    """What a manifest keeps of the user's own code, so that a report needs no code.

    Attributes:
        results: Results by name.
        names: English and Chinese names by kind of thing (as `experiments.pages.words.terms` knows them) and id.
        kinds: The kind of each policy, as the `uses` of purses have it, by its "module:Class".
        comparisons: Those of them that are for calculation only.
        levers: What their settings are called that may change at a date, by the "module:Class" and the setting.
    """

    results: Mapping[str, Result] = {}
    names: Mapping[str, Names] = {}
    kinds: Mapping[str, str] = {}
    comparisons: tuple[str, ...] = ()
    levers: Mapping[str, Mapping[str, Lever]] = {}

    @classmethod
    def of(cls, plans: Iterable[Plan]) -> Own:
        """What the plans' own policies and observers declare."""
        names: dict[str, dict[str, tuple[str, str]]] = {}
        results: dict[str, Result] = {}
        kinds: dict[str, str] = {}
        comparisons = set()
        levers: dict[str, dict[str, Lever]] = {}
        for plan in plans:
            found = plan.own_results()
            results |= found.results
            _add(names, "indicator", {name: (one.label_en, one.label_zh) for name, one in found.results.items()})
            _add(names, "group", found.groups)
            for policy in plan.policies:
                if policy.code:
                    made, module = policy.policy_class(), policy.code.module()
                    title = (made.title_en or policy.kind, made.title_zh or made.title_en or policy.kind)
                    reasons = (one for one in vars(module).values() if isinstance(one, Reason))
                    kinds[policy.kind] = made.kind
                    levers[policy.kind] = {key: Lever(*names) for key, names in made.may_change.items()}
                    comparisons |= {policy.kind} if made.comparison else set()
                    _add(names, "policy", {policy.kind: title, made.kind: title})
                    _add(names, "delivery", made.counts)
                    _add(names, "reason", {one.name: (one.name, one.name_zh) for one in reasons})
        compared = tuple(sorted(comparisons))
        return cls(results=results, names=names, kinds=kinds, comparisons=compared, levers=levers)

    @classmethod
    def read(cls, manifest: Mapping[str, Any]) -> Own:
        """What a manifest keeps."""
        return cls.model_validate(manifest.get("own", {}))

    def manifest(self) -> dict[str, Any]:
        """The entry of a manifest; empty without code of the user's own."""
        return {"own": self.model_dump(mode="json")} if self.names else {}

    @property
    def declared(self) -> Declared:
        """The results and groups alone."""
        return Declared(results=self.results, groups=self.names.get("group", {}))


def _add(names: dict[str, dict[str, tuple[str, str]]], kind: str, more: Names) -> None:
    if more:
        names.setdefault(kind, {}).update(more)
