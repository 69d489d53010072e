"""The tables of a trial file with settings of the command line laid over them, and where each value came from."""

from __future__ import annotations

import copy
from collections.abc import Mapping, Sequence
from typing import Any

from experiments.trials.file import policy_label
from sim.core.errors import UserError
from sim.scenario.settings import read_setting
from sim.toml.source import KeyPath, Place, TomlSource, meant


class OverlaidTables:
    """A trial file as read, with the problems found so far.

    Args:
        source: The file.
    """

    def __init__(self, source: TomlSource) -> None:
        self.source = source
        self.data: dict[str, Any] = copy.deepcopy(source.data)
        self.problems: list[UserError] = []
        self._moved: dict[KeyPath, KeyPath] = {}  # where a key stands in the file, if not where it stands in `data`
        self._set: dict[KeyPath, Place] = {}  # what came from the command line

    def lay_over(self, overrides: Sequence[str]) -> None:
        """Put tables in the form of the model of a trial file, and lay settings such as "survey.error=0" over them.

        Raises:
            UserError: A setting names nothing that is there.
        """
        self._flatten("books")
        self._flatten("place")
        for text in overrides:
            self._override(text)
        self._separate_settings()

    def place(self, path: KeyPath = ()) -> Place:
        """Where a value came from."""
        for length in range(len(path), 0, -1):
            if path[:length] in self._set:
                return self._set[path[:length]]
        path = tuple(
            part for i, part in enumerate(path) if not (part == "settings" and path[i - 2 : i - 1] == ("policies",))
        )
        for length in range(len(path), 0, -1):
            if path[:length] in self._moved:
                return self.source.place(self._moved[path[:length]])
        return self.source.place(path)

    def problem(self, path: KeyPath, text: str, **hint: Any) -> None:
        """Note what is wrong with a value."""
        name = ".".join(str(part) for part in path if part != "settings") or None
        self.problems.append(self.place(path).error(text, field=name, **hint))

    def _flatten(self, name: str) -> None:
        """`[world.books]` by dotted name, however the file nests it."""
        world = self.data.get("world")
        if not isinstance(world, dict) or not isinstance(world.get(name), dict):
            return
        flat: dict[str, Any] = {}

        def walk(table: Mapping[str, Any], keys: tuple[str, ...]) -> None:
            for key, value in table.items():
                if isinstance(value, dict) and not (name == "books" and not value):
                    walk(value, (*keys, key))
                else:
                    dotted = ".".join((*keys, key))
                    flat[dotted] = value
                    self._moved["world", name, dotted] = ("world", name, *keys, key)

        walk(world[name], ())
        world[name] = flat

    def _override(self, text: str) -> None:
        setting = read_setting(text)
        keys, value, place = list(setting.keys), setting.value, setting.place
        if keys[0] == "world" and len(keys) > 2 and keys[1] in ("books", "place"):
            keys = ["world", keys[1], ".".join(keys[2:])]
        at: Any = self.data
        path: KeyPath = ()
        for depth, key in enumerate(keys):
            if isinstance(at, list):
                index = next((i for i, one in enumerate(at) if key in _names(one)), None)
                if index is None:
                    known = [word for one in at for word in _names(one)]
                    raise place.error(f"there is no '{key}' in {'.'.join(keys[:depth])}", **meant(key, known))
                step: Any = index
            else:
                step = key
            path = (*path, step)
            if depth == len(keys) - 1:
                at[step] = value
            elif isinstance(at, dict):
                at = at.setdefault(step, {})
            else:
                at = at[step]
            if not isinstance(at, (dict, list)):
                raise place.error(f"'{'.'.join(keys[: depth + 1])}' is no table")
        if path in self._set:
            earlier = self._set[path].file
            raise place.error(f"is set twice, here and by '{earlier}'", mend="leave one of them out")
        self._set[path] = place

    def _separate_settings(self) -> None:
        """Move what a policy of an arm sets into a table of its own; the model of the file knows no policy."""
        arms = self.data.get("arms")
        for arm in arms if isinstance(arms, list) else ():
            policies = arm.get("policies") if isinstance(arm, dict) else None
            for table in policies if isinstance(policies, list) else ():
                if isinstance(table, dict):
                    own = {key: table.pop(key) for key in list(table) if key not in ("kind", "label")}
                    table["settings"] = own
                    table.setdefault("label", policy_label(table))


def _names(table: object) -> list[str]:
    """The words by which `--set` can find a table of a list."""
    if not isinstance(table, dict):
        return []
    return [str(table[key]) for key in ("name", "label", "kind", "column") if key in table]
