"""Scenario files laid over one another: `drop`, lists merged by label, settings.

Nothing here knows what a setting means; beside each merged value it keeps the file and line it came from.
"""

from __future__ import annotations

import datetime as dt
import difflib
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from sim.core.errors import UserError
from sim.scenario.code import default_label
from sim.scenario.settings import Setting, table_of
from sim.toml.check import dotted, frozen_lists
from sim.toml.source import KeyPath, Place, TomlSource, meant, show

LISTS = {"policies": "policy", "purses": "purse"}
"""Lists of tables, with the word that names one of them."""
_SETTABLE = (
    "title",
    "era",
    "horizon_months",
    "closure",
    "world",
    "campaign",
    "uncertainties",
    "targets",
    "goals",
    "rules",
    "observers",
    "changes",
    "events",
    "tasks",
    "policy",
    "purse",
)
_A_CHANGE = 'write "policies.LABEL.SETTING" = value below the date'
_LABEL = re.compile(r"[A-Za-z][A-Za-z0-9_-]*")


class Layers:
    """The merged content of scenario files, lowest first, and where each value came from.

    Attributes:
        data: Tables by key; policies by label, purses by id, uncertainties by full name, changes by date and address.
        problems: What was wrong so far.
        unmatched: Settings that name a policy or purse which is not there.
    """

    def __init__(self, canonical: Callable[[str], str]) -> None:
        self.data: dict[str, Any] = {"policies": {}, "purses": {}, "uncertainties": {}, "changes": {}}
        self.problems: list[UserError] = []
        self.unmatched: list[UserError] = []
        self._origins: dict[KeyPath, Place] = {}
        self._put: dict[KeyPath, Setting] = {}
        self._canonical = canonical

    def place(self, path: KeyPath = ()) -> Place:
        """Where a merged value came from, or the nearest table around it."""
        while path and path not in self._origins:
            path = path[:-1]
        return self._origins[path]

    # --- files ---

    def add(self, source: TomlSource) -> None:
        """Lay a file over what is there."""
        self._origins[()] = source.place()
        if not source.data:
            allowed = ", ".join([*_SETTABLE[:-2], *LISTS, "extends", "drop"])
            self.problems.append(source.place().error("the file sets nothing", allowed=allowed))
        self._check_era(source)
        self._drop(source)
        self._policies(source)
        self._purses(source)
        for key, value in source.data.items():
            if key == "uncertainties":
                self._uncertainties(value, (key,), source.place)
            elif key == "campaign" and isinstance(value, dict):
                self._campaign(value, source.place)
            elif key == "changes":
                self._changes(value, source)
            elif key not in ("extends", "drop", *LISTS):
                self._merge(self.data, {key: value}, (), (), source.place)

    def put_below(self, purses: Sequence[Mapping[str, Any]], place: Callable[[KeyPath], Place]) -> None:
        """Lay a profile's purses under those of the scenario."""
        above, marks = self.data["purses"], dict(self._origins)
        self.data["purses"] = {}
        for index, purse in enumerate(purses):
            self._lay("purses", str(purse["id"]), purse, ("purses", index), place)
        for name, table in above.items():
            self._lay("purses", name, table, ("purses", name), lambda path: marks.get(path, marks[path[:2]]))

    def take_away(self, purses: Sequence[Mapping[str, Any]]) -> None:
        """Take a profile's purses out again: whatever of a namesake says the same goes, what says otherwise stays."""
        for purse in purses:
            name = str(purse["id"])
            mine = self.data["purses"].pop(name, {})
            own = {key: value for key, value in mine.items() if frozen_lists(value) != purse.get(key)}
            if own:
                self.data["purses"][name] = {"id": name, **own}

    def _lay(
        self, key: str, name: str, table: Mapping[str, Any], there: KeyPath, place: Callable[[KeyPath], Place]
    ) -> None:
        """Lay one table of a list over its namesake."""
        self._origins[key, name] = place(there)
        self._merge(self.data[key].setdefault(name, {}), table, (key, name), there, place)

    def _merge(
        self,
        base: dict[Any, Any],
        over: Mapping[Any, Any],
        here: KeyPath,
        there: KeyPath,
        place: Callable[[KeyPath], Place],
    ) -> None:
        """Lay a table over another: tables merge, the rest replaces. `there` is the path in the source."""
        for key, value in over.items():
            path, origin = (*here, key), (*there, key)
            known = isinstance(value, dict) and isinstance(base.get(key), dict)
            if not known:
                base[key] = {} if isinstance(value, dict) else value
                self._origins[path] = place(origin)
            if isinstance(value, dict):
                self._merge(base[key], value, path, origin, place)
            elif isinstance(value, list):
                self._origins.update({(*path, i): place((*origin, i)) for i in range(len(value))})

    def _tables(self, source: TomlSource, key: str) -> Iterator[tuple[int, dict[str, Any]]]:
        value = source.data.get(key, [])
        if not isinstance(value, list):
            problem = f"must be a list of tables, found {show(value)}"
            self.problems.append(source.place((key,)).error(problem, field=key, mend=f"write [[{key}]] before each"))
            return
        if key in source.data and not value and (word := self._not_emptied(key)):
            self.problems.append(source.place((key,)).error(f"an empty list takes no {LISTS[key]} away", mend=word))
        for index, table in enumerate(value):
            if isinstance(table, dict):
                yield index, table
            else:
                self.problems.append(
                    source.place((key, index)).error(f"must be a table, found {show(table)}", field=key)
                )

    def _not_emptied(self, key: str) -> str | None:
        """What to write instead of an empty list; None where it leaves nothing out."""
        if key == "purses":
            return "leave it out; a purse without money has amount_yuan = 0"
        labels = ", ".join(f'"{label}"' for label in self.data[key])
        return f"write drop = [{labels}] to leave out what the file extends" if labels else None

    def _named(
        self,
        source: TomlSource,
        here: KeyPath,
        table: Mapping[str, Any],
        key: str,
        pattern: re.Pattern[str] | None,
    ) -> bool:
        """Whether a table of a list has the key that names it; if not, a problem is noted."""
        if key in table:
            return self._word(source, (*here, key), table[key], pattern)
        slip = difflib.get_close_matches(key, table, n=1)
        if slip:
            problem = source.place((*here, *slip)).error(f"unknown key '{slip[0]}'", mend=f"did you mean '{key}'?")
        else:
            problem = source.place(here).error(f"'{key}' is missing", field=str(here[0]))
        self.problems.append(problem)
        return False

    def _word(self, source: TomlSource, path: KeyPath, word: object, pattern: re.Pattern[str] | None) -> bool:
        """Whether a name is fit to be one; if not, a problem is noted."""
        if isinstance(word, str) and word and (pattern is None or pattern.fullmatch(word)):
            return True
        wanted = "letters, digits, _ and -, starting with a letter" if pattern else "text in quotes"
        self.problems.append(
            source.place(path).error(f"must be {wanted}, found {show(word)}", field=f"{path[0]}.{path[-1]}")
        )
        return False

    def _check_era(self, source: TomlSource) -> None:
        ours, theirs = source.data.get("era"), self.data.get("era")
        if ours is not None and theirs is not None and str(ours) != str(theirs):
            parent = self.place(("era",))
            self.problems.append(
                source.place(("era",)).error(
                    f"era '{ours}' extends {parent.file} of era '{theirs}'; eras cannot be mixed", field="era"
                )
            )

    def _drop(self, source: TomlSource) -> None:
        names = source.data.get("drop", [])
        if not isinstance(names, list):
            problem = f"must be a list of labels or kinds, found {show(names)}"
            self.problems.append(source.place(("drop",)).error(problem, field="drop"))
            return
        known = dict(self.data["policies"])
        for index, name in enumerate(names):
            labels = [label for label in known if label == name]
            labels = labels or [label for label in known if known[label]["kind"] == name]
            if not labels:
                words = {*known, *(table["kind"] for table in known.values())}
                where = source.place(("drop", index))
                self.problems.append(
                    where.error(f"no policy {show(name)} to drop", field="drop", **meant(str(name), words))
                )
            for label in labels:
                heads = (f"policies.{label}.", f"policies.{self.data['policies'].pop(label)['kind']}.")
                for asked in self.data["changes"].values():
                    for address in [address for address in asked if address.startswith(heads)]:
                        del asked[address]
                self._origins = {path: at for path, at in self._origins.items() if path[:2] != ("policies", label)}

    def _policies(self, source: TomlSource) -> None:
        policies = self.data["policies"]
        above: set[str] = set()
        tables = list(self._tables(source, "policies"))
        kinds = [table.get("kind") for _, table in tables]
        for index, table in tables:
            here: KeyPath = ("policies", index)
            if not self._named(source, here, table, "kind", None):
                continue
            if "label" in table and not self._word(source, (*here, "label"), table["label"], _LABEL):
                continue
            kind, label = table["kind"], table.get("label") or default_label(table["kind"])
            others = [name for name, other in policies.items() if other["kind"] == kind and name != label]
            where = source.place((*here, "label" if "label" in table else "kind"))
            if "label" not in table and (others or kinds.count(kind) > 1):
                named = f" (others: {', '.join(others)})" if others else ""
                self.problems.append(
                    where.error(
                        f"there are several policies of kind '{kind}'{named} and this one has no label",
                        field=f"policy.{label}",
                        mend='give each its own, for example label = "second"',
                    )
                )
            elif label in above:
                self.problems.append(where.error(f"the label '{label}' is used twice", field=f"policy.{label}"))
            elif label in policies and policies[label]["kind"] != kind:
                other = policies[label]["kind"]
                self.problems.append(
                    where.error(
                        f"the label '{label}' belongs to a policy of kind '{other}'",
                        field=f"policy.{label}",
                        mend="drop that one or choose another label",
                    )
                )
            else:
                self._lay("policies", label, table, here, source.place)
            above.add(label)

    def _purses(self, source: TomlSource) -> None:
        above: set[str] = set()
        for index, table in self._tables(source, "purses"):
            here: KeyPath = ("purses", index)
            if self._named(source, here, table, "id", _LABEL):
                name = table["id"]
                if name in above:
                    where = source.place((*here, "id"))
                    self.problems.append(where.error(f"the id '{name}' is used twice", field=f"purse.{name}"))
                above.add(name)
                self._lay("purses", name, table, here, source.place)

    def _uncertainties(self, table: object, there: KeyPath, place: Callable[[KeyPath], Place]) -> None:
        """Both `"topic.name" = 1` and `topic.name = 1` (a table in TOML) name a parameter."""
        if not isinstance(table, dict):
            problem = f"must be a table of parameters, found {show(table)}"
            self.problems.append(place(there).error(problem, field="uncertainties"))
            return
        for key, value in table.items():
            if isinstance(value, dict):
                for name, item in value.items():
                    self._uncertainty(f"{key}.{name}", item, place((*there, key, name)))
            else:
                self._uncertainty(key, value, place((*there, key)))

    def _uncertainty(self, name: str, value: object, place: Place) -> None:
        name = self._canonical(name)
        self.data["uncertainties"][name] = value
        self._origins["uncertainties", name] = place

    def _changes(self, tables: object, source: TomlSource) -> None:
        """`[[changes]]`: a date, and new values by address."""
        if not isinstance(tables, list) or not all(isinstance(table, dict) for table in tables):
            problem, mend = f"must be a list of tables, found {show(tables)}", "write [[changes]] before each"
            self.problems.append(source.place(("changes",)).error(problem, field="changes", mend=mend))
            return
        for index, table in enumerate(tables):
            here, date = ("changes", index), table.get("date")
            leaves = list(_leaves((), {key: value for key, value in table.items() if key != "date"}))
            if type(date) is not dt.date:
                found = f"found {show(date)}" if "date" in table else "'date' is missing"
                problem = f"must be a date such as 2013-06-01, {found}"
                where = source.place((*here, "date") if "date" in table else here)
                self.problems.append(where.error(problem, field="changes.date"))
            elif not leaves:
                self.problems.append(source.place(here).error("changes nothing", field="changes", mend=_A_CHANGE))
            else:
                self._origins["changes", date] = source.place(here)  # type: ignore[index]
                for path, value in leaves:
                    self._change(date, ".".join(map(str, path)), value, source.place((*here, *path)))

    def _change(self, date: dt.date, address: str, value: object, place: Place) -> str:
        head, _, rest = address.partition(".")
        plural = next((many for many, one in LISTS.items() if head in (many, one)), head)
        address = f"{plural}.{rest}"
        self.data["changes"].setdefault(date, {})[address] = value
        self._origins.setdefault(("changes", date), place)  # type: ignore[arg-type]
        self._origins["changes", date, address] = place  # type: ignore[index]
        return address

    def _put_change(self, rest: Sequence[str], setting: Setting) -> None:
        """A setting `changes.DATE.ADDRESS`."""
        try:
            date = dt.date.fromisoformat(rest[0])
            leaves = [(".".join(map(str, (*rest[1:], *path))), value) for path, value in _leaves((), setting.value)]
            if not all(address for address, _ in leaves):
                raise ValueError
        except (ValueError, IndexError, TypeError):
            form = setting.form.format("changes.2013-06-01.policies.<label>.<setting>")
            self.problems.append(setting.place.error("names no setting and no date", mend=f"write {form}"))
            return
        for address, value in leaves:
            self._change(date, address, value, setting.place)

    def _campaign(self, table: Mapping[str, Any], place: Callable[[KeyPath], Place]) -> None:
        """A file that states the end or the days replaces whichever its parent stated."""
        below = self.data.get("campaign")
        if isinstance(below, dict):
            if "end" in table:
                below.pop("days", None)
            elif "days" in table or ("start" in table and "days" in below):
                below.pop("end", None)
        self._merge(self.data, {"campaign": table}, (), (), place)

    # --- settings ---

    def put(self, setting: Setting) -> None:
        """Lay one setting over what is there; two of one address would leave it to chance which of them counts."""
        where, value = setting.place, setting.value
        head, *rest = setting.keys
        head = LISTS.get(head, head)
        table = table_of(tuple(rest), value)
        if head not in LISTS.values():
            self._once((head, *rest), setting)
        if head not in _SETTABLE:
            self.problems.append(where.error(f"unknown key '{head}'", **meant(head, _SETTABLE)))
        elif head == "changes":
            self._put_change(rest, setting)
        elif head in LISTS.values():
            self._put_in_list(head, rest, setting)
        elif head == "uncertainties" and rest and not isinstance(value, dict):
            self._uncertainty(".".join(rest), value, where)
        elif head == "uncertainties":
            self._uncertainties(table, (), lambda _: where)
        elif head == "campaign" and isinstance(table, dict):
            self._campaign(table, lambda _: where)
        else:
            self._merge(self.data, {head: table}, (), (), lambda _: where)

    def _put_in_list(self, word: str, rest: Sequence[str], setting: Setting) -> None:
        where = setting.place
        key = next(plural for plural, singular in LISTS.items() if singular == word)
        tables = self.data[key]
        name, *names = rest or ("",)
        matches = [name] if name in tables else [label for label in tables if tables[label].get("kind") == name]
        if not name or not "".join(names):
            form = setting.form.format(f"{word}.<name>.<setting>")
            self.problems.append(where.error("names no setting", mend=f"write {form}"))
        elif names in (["kind"], ["label"], ["id"]):
            self.problems.append(where.error(f"'{names[0]}' cannot be set here", mend="write a scenario file"))
        elif not matches:
            words = {*tables, *(table["kind"] for table in tables.values() if "kind" in table)}
            self.unmatched.append(where.error(f"there is no {word} '{name}'", **meant(name, words)))
        elif len(matches) > 1:
            problem = f"there are {len(matches)} policies of kind '{name}'"
            self.problems.append(where.error(problem, allowed="their labels: " + ", ".join(matches)))
        else:
            self._once((key, matches[0], *names), setting)
            table = table_of(tuple(names), setting.value)
            self._merge(tables[matches[0]], table, (key, matches[0]), (), lambda _: where)

    def _once(self, path: KeyPath, setting: Setting) -> None:
        """Note a problem where an earlier setting says the same, under whatever of its names."""
        for leaf, _ in _leaves(path, setting.value):
            for head in (("uncertainties",), ("world", "place")):
                if leaf[: len(head)] == head:
                    leaf = (*head, self._canonical(dotted(leaf[len(head) :])))
            if leaf in (("campaign", "end"), ("campaign", "days")):  # each states the other
                leaf = ("campaign", "days")
            earlier = self._put.setdefault(leaf, setting)
            if earlier is not setting:
                problem = f"is set twice, here and by '{earlier.place.file}'"
                self.problems.append(setting.place.error(problem, field=dotted(path), mend="leave one of them out"))


def _leaves(path: KeyPath, value: object) -> Iterator[tuple[KeyPath, object]]:
    """Single values in a table, by their addresses."""
    if isinstance(value, Mapping):
        for key, inside in value.items():
            yield from _leaves((*path, key), inside)
    else:
        yield path, value
