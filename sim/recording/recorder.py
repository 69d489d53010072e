"""What a run leaves behind: the long records (table, month, group, name, item, value)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from sim.core.numerics import add_up
from sim.economy.industries import bearing_share
from sim.facts.causes import CAUSES
from sim.facts.lines import ORCHARD
from sim.facts.sources import SOURCES
from sim.facts.terrains import TERRAINS
from sim.indicators import coverage
from sim.indicators.arrays import group_means, group_totals, ratio
from sim.indicators.credit import at_risk_yuan
from sim.indicators.deprivation import censored_scores
from sim.indicators.income import percentile_means
from sim.indicators.movement import transitions
from sim.indicators.poverty import PovertyTable
from sim.policies.policy import COST_ITEMS
from sim.population.opening import income

if TYPE_CHECKING:
    from sim.model import VillageModel
    from sim.policies.policy import Policy

DAY_100 = -1
MONTHLY_GROUPS = ("all", "poor_at_start", "fifth_1", "linked", "registered")
COLUMNS = {"table": object, "month": np.int16, "group": object, "name": object, "item": np.int64, "value": np.float64}


class Records:
    """Rows of the long table, gathered column by column."""

    def __init__(self) -> None:
        self._rows: list[tuple[str, int, str, str, int, float]] = []
        self._blocks: list[tuple[str, int, str, str, NDArray[np.int64], NDArray[np.float64]]] = []

    def add(self, table: str, month: int, group: str, name: str, value: float, item: int = 0) -> None:
        """One number."""
        self._rows.append((table, month, group, name, item, float(value)))

    def add_block(
        self, table: str, month: int, group: str, name: str, items: NDArray[np.int64], values: NDArray[Any]
    ) -> None:
        """One number for each item."""
        self._blocks.append((table, month, group, name, items, np.array(values)))  # a small type stays small

    def columns(self) -> dict[str, NDArray[Any]]:
        """All rows as equally long arrays."""
        rows = len(self._rows) + add_up(len(items) for *_, items, _ in self._blocks)
        columns: dict[str, NDArray[Any]] = {key: np.empty(rows, dtype=kind) for key, kind in COLUMNS.items()}
        at = len(self._rows)
        for key, cells in zip(columns, zip(*self._rows, strict=True), strict=False):
            columns[key][:at] = cells
        for block in self._blocks:
            stop = at + len(block[4])
            for key, cell in zip(columns, block, strict=True):
                if isinstance(cell, np.ndarray):
                    columns[key][at:stop] = cell
                else:
                    columns[key][at:stop].fill(cell)  # the one string; NumPy would copy it for every row
            at = stop
        return columns


class Recorder:
    """Reads the model; changes nothing in it."""

    def __init__(self, model: VillageModel) -> None:
        self.model = model
        self.records = Records()
        h = model.households
        self.persons = h["persons"].astype(np.float64)
        self.groups = self._groups()
        self._month_so_far: dict[str, dict[str, float]] = {}
        self._lines: list[float] = []
        self._away_at_opening = float(h["migrants"].sum())
        self._poor: list[NDArray[np.bool_]] = [h["poor_at_start"] == 1]
        self._household_rows(0)
        self._panel("panel", 0, model.line_yuan)

    def _groups(self) -> dict[str, NDArray[np.bool_]]:
        h, v = self.model.households, self.model.villages
        poor = h["poor_at_start"] == 1
        groups = {"all": np.ones(len(h), dtype=np.bool_), "poor_at_start": poor, "not_poor_at_start": ~poor}
        groups |= {f"fifth_{k}": h["fifth"] == k for k in range(1, 6)}
        groups |= {f"cause_{name}": h["cause"] == k for k, name in enumerate(CAUSES)}
        terrain = v["terrain"][h["village"]]
        groups |= {f"terrain_{name}": terrain == k for k, name in enumerate(TERRAINS)}
        groups |= {
            "linked": h["linked"] == 1,
            "registered": h["registered"] == 1,
            "not_registered": h["registered"] == 0,
        }
        return groups

    # ---- through the run ---------------------------------------------------------------------------------------

    def week(self) -> None:
        """What has been delivered by the end of a campaign week (called on its last day)."""
        model = self.model
        week = model.clock.week_of_campaign(model.day)
        for policy in model.policies:
            for name in sorted(policy.delivered):
                self.records.add("delivery", DAY_100, policy.label, name, policy.delivered[name], week)

    def end_of_campaign(self) -> None:
        """The state on the last campaign day, and the targets it is held against."""
        model = self.model
        for policy in model.policies:
            for name, target in sorted(policy.targets.items()):
                self.records.add("delivery", DAY_100, policy.label, f"{name}_target", target)
        h = model.households
        left = float(h["migrants"].sum()) - self._away_at_opening
        self.records.add("day100", DAY_100, "all", "jobs_begun", left)
        columns = {
            "awareness": h["awareness"], "drive": h["drive"], "satisfaction": h["satisfaction"],
            "farm_skill": h["farm_skill"], "work_skill": h["work_skill"],
            "served_share": (h["served"] > 0).astype(np.float64),
        }  # fmt: skip
        for group, means in group_means(columns, self.groups, self.persons).items():
            for name, value in means.items():
                self.records.add("day100", DAY_100, group, name, value)
            mask = self.groups[group]
            away = ratio(float(h["migrants"][mask].sum()), float(h["workers"][mask].sum()))
            self.records.add("day100", DAY_100, group, "migrants_per_worker", away)

    def month_end(self) -> None:
        """Income and consumption of the month, a head."""
        model = self.model
        h = model.households
        self._lines.append(model.today.line_yuan)
        columns = {f"income_{s}_yuan": h["income_year"][:, k] for k, s in enumerate(SOURCES)}
        columns["consumption_yuan"] = h["consumption_year_yuan"]
        masks = {name: self.groups[name] for name in MONTHLY_GROUPS}
        sums = group_totals({**columns, "persons": self.persons}, masks)
        first_of_year = model.today.month % 12 == 1
        for group, now in sums.items():
            before = {} if first_of_year else self._month_so_far.get(group, {})
            flows = {name: (now[name] - before.get(name, 0.0)) / max(1.0, now["persons"]) for name in columns}
            flows["income_yuan"] = add_up(flows[f"income_{s}_yuan"] for s in SOURCES)
            for name, value in flows.items():
                self.records.add("monthly", model.today.month, group, name, value)
        self._month_so_far = sums

    def year_end(self) -> None:
        """The panel at a 12-month mark, and each household's income."""
        model = self.model
        line = add_up(self._lines[-12:]) / len(self._lines[-12:])
        self._panel("panel", model.today.month, line)
        self._household_rows(model.today.month)

    def _household_rows(self, month: int) -> None:
        model = self.model
        h, keys = model.households, model.keys
        means = income(h) / self.persons
        add = self.records.add_block
        add("household", month, "all", "income_yuan", keys, means.astype(np.float32))
        after = (income(h) - h["burden_last_yuan"]) / self.persons
        add("household", month, "all", "income_after_yuan", keys, after.astype(np.float32))
        if month == 0:
            for name in ("persons", "poor_at_start", "fifth", "village"):
                add("household", 0, "all", name, keys, h[name])
        items = np.arange(1, 101)
        add("percentile", month, "all", "income_yuan", items, percentile_means(means, self.persons))

    # ---- the panel ---------------------------------------------------------------------------------------------

    def _panel(self, table: str, month: int, line: float) -> None:
        model = self.model
        h, p = model.households, model.p
        whole = income(h)
        means = whole / self.persons
        after = (whole - h["burden_last_yuan"]) / self.persons
        poor = means < line
        if month > 0:
            self._poor.append(poor)
        before_table = PovertyTable(means, self.persons, line, floor_yuan=p.poverty_floor_yuan).for_groups(self.groups)
        after_table = PovertyTable(after, self.persons, line, floor_yuan=p.poverty_floor_yuan).for_groups(self.groups)
        shares = group_means(self._person_columns(month), self.groups, self.persons)
        totals = group_totals(self._household_columns(), self.groups)
        for group in self.groups:
            put = {name: value for name, value in before_table[group].items()}
            put["income_after_yuan"] = after_table[group]["income_yuan"]
            for name in ("headcount", "poverty_gap", "severity"):
                put[f"{name}_after"] = after_table[group][name]
            put |= shares[group]
            t, persons = totals[group], put["persons"]
            for name in t:
                if name.endswith("_yuan"):
                    put[name] = ratio(t[name], persons)
            put["overdue_rate"] = ratio(t["at_risk"], t["debt_campaign_yuan"])
            put["migrants_per_worker"] = ratio(t["migrants"], t["workers"])
            for name, value in put.items():
                self.records.add(table, month, group, name, value)
        self.records.add(table, month, "all", "line_yuan", line)

    def _person_columns(self, month: int) -> dict[str, NDArray[Any]]:
        """Columns whose person-weighted means are shares or levels."""
        h = self.model.households
        columns: dict[str, NDArray[Any]] = {
            name: h[name] for name in ("farm_skill", "work_skill", "drive", "awareness", "satisfaction")
        }
        if month > 0:
            moves = transitions(*self._poor)
            columns |= {"entries": moves.entries, "exits": moves.exits, "returns": moves.returns}
        scores = censored_scores(self._deprived(), np.full(6, 1 / 6), self.model.p.deprived_cutoff)
        columns["deprived_share"] = scores > 0
        columns["deprivation_m0"] = scores
        return columns

    def _deprived(self) -> NDArray[np.bool_]:
        h, p = self.model.households, self.model.p
        poor = income(h) / self.persons < self.model.line_now
        unschooled = h["schooling"] < p.deprived_schooling_years
        return np.column_stack(
            [poor, h["house"] == 0, h["water"] == 0, h["insured"] == 0, unschooled, h["ill_months"] > 0]
        )

    def _household_columns(self) -> dict[str, NDArray[Any]]:
        """Columns in yuan or counts, summed and then divided by persons."""
        model = self.model
        h = model.households
        formal = h["debt_yuan"].sum(axis=1)
        at_risk = np.zeros(len(h))
        campaign = formal - h["debt_yuan"][:, 0]
        for slot in range(1, h["debt_yuan"].shape[1]):
            at_risk += at_risk_yuan(h["debt_yuan"][:, slot], h["overdue_months"][:, slot])
        columns = {f"income_{s}_yuan": h["income_last"][:, k] for k, s in enumerate(SOURCES)}
        columns |= {
            "consumption_yuan": h["consumption_last_yuan"], "debt_formal_yuan": formal,
            "debt_informal_yuan": h["informal_yuan"], "debt_campaign_yuan": campaign, "at_risk": at_risk,
            "migrants": h["migrants"], "workers": h["workers"],
            "orchard_asset_yuan": self._young_orchards(), "support_yuan": h["support_yuan"],
            "business_yuan": h["business_yuan"], "cash_yuan": h["cash_yuan"],
        }  # fmt: skip
        return columns

    def _young_orchards(self) -> NDArray[np.float64]:
        """What young orchards are worth today: net returns still to come, at the cost of capital.

        So that a short horizon does not condemn trees planted now.
        """
        model = self.model
        h, p = model.households, model.p
        age = np.maximum(0.0, (model.today.month - h["block_month"]) / 12.0)
        price = float(model.villages["expected_price"][:, ORCHARD].mean()) if model.day >= 0 else p.price_yuan[ORCHARD]
        net = (
            p.orchard_yield_kg_mu * price
            - p.orchard_cost_mu_yuan
            - p.orchard_days_mu * p.day_value_share * p.local_wage_yuan
        )
        worth = np.zeros(int(p.orchard_full_years) + 1)
        for years_old in range(len(worth)):
            factor = 1.0
            for ahead in range(int(p.orchard_life_years)):
                factor /= 1.0 + p.required_return
                share = bearing_share(years_old + ahead + 0.5, p)
                worth[years_old] += factor * (net * share - (p.block_cost_mu_yuan if share == 0.0 else 0.0))
        return np.asarray(
            h["block_mu"] * worth[np.minimum(len(worth) - 1, age.astype(np.int64))] * model.today.farm_trend
        )

    # ---- the end -----------------------------------------------------------------------------------------------

    def finish(self) -> dict[str, NDArray[Any]]:
        """Costs, purses, spending, what bound, money flows; then everything as columns."""
        model = self.model
        self._costs()
        self._spending()
        add = self.records.add
        for policy in model.policies:
            model.purses.refuse(policy.kind, policy.settings.purses, policy.lost_yuan.get("purse", 0.0))
        for held in model.purses.held:
            spent = held.amount_yuan - held.left_yuan
            released = held.amount_yuan if held.release <= model.clock.end else 0.0
            for name, value in (
                ("amount_yuan", held.amount_yuan), ("released_yuan", released), ("spent_yuan", spent),
                ("unspent_yuan", held.left_yuan), ("infeasible_yuan", held.refused_yuan),
            ):  # fmt: skip
                add("purse", 0, held.id, name, value)
        self._cadre_days()
        for (payer, payee, reason), amount in model.accounts.matrix().items():
            add("money", 0, f"{payer}>{payee}", reason, amount)
        self.records.add_block("household", 0, "all", "served", model.keys, model.households["served"])
        return self.records.columns()

    def _cadre_days(self) -> None:
        """Cadre-days asked for, given and left by week: all together, and each unit's."""
        model, add, block = self.model, self.records.add, self.records.add_block
        days = model.cadre_days
        weeks = np.arange(1, model.clock.campaign_weeks + 1)
        block("cadre_days", DAY_100, "all", "available", weeks, days.left[1:])
        add("cadre_days", DAY_100, "all", "given", days.given)
        for name, table in (("asked", days.asked), ("used", days.used)):
            block("cadre_days", DAY_100, "all", name, weeks, table[1:].sum(axis=1))
            for unit, column in enumerate(days.by_unit(table)[1:].T):
                block("cadre_days", DAY_100, f"unit_{int(model.units['key'][unit])}", name, weeks, column)

    def _costs(self) -> None:
        model = self.model
        add = self.records.add
        for policy in model.policies:
            costs = dict(policy.costs)
            costs["loan_losses_yuan"] += policy.final_losses(model)
            for name in COST_ITEMS:
                add("cost", 0, policy.label, name, costs[name])
            add("cost", 0, policy.label, "cost_yuan", add_up(costs.values()))
            add("cost", 0, policy.label, "cash_outlay_yuan", policy.cash_outlay_yuan)
            add("cost", 0, policy.label, "principal_yuan", policy.principal_yuan)
            served = (model.households["served"] >> policy.bit) & 1
            add("cost", 0, policy.label, "households_served", float(served.sum()))
            asked = policy.met_yuan + add_up(policy.lost_yuan.values())
            for constraint, lost in sorted(policy.lost_yuan.items()):
                add("binding", 0, policy.label, constraint, lost / asked if asked > 0 else 0.0)
            add("binding", 0, policy.label, "demand", self._short_of_takers(policy))

    @staticmethod
    def _short_of_takers(policy: Policy) -> float:
        """Share of the target that neither money nor days nor staff explain: too few were eligible and willing."""
        name, target = next(iter(policy.targets.items()), ("", 0.0))
        if target <= 0:
            return 0.0
        lost = add_up(policy.lost_yuan.values())
        explained = lost / (policy.met_yuan + lost) if lost > 0 else 0.0
        return max(0.0, 1.0 - policy.delivered.get(name, 0.0) / target - explained)

    def _spending(self) -> None:
        model = self.model
        h = model.households
        poor = h["poor_at_start"] == 1
        every = np.zeros(len(h))
        for policy in (*model.policies, None):
            if policy is None:
                label, benefit = "all", every
            elif len(policy.benefit_yuan):
                label, benefit = policy.label, policy.benefit_yuan
                every = every + benefit
            else:
                continue
            for k, part in enumerate(coverage.spending_by_fifth(benefit, h["fifth"]), start=1):
                self.records.add("spending", 0, label, "fifth", float(part), k)
            if benefit.sum() > 0:
                wrong = coverage.inclusion_error(benefit, poor)
                left_out = coverage.exclusion_error(benefit > 0, poor, self.persons)
                self.records.add("spending", 0, label, "targeting_inclusion_error", wrong)
                self.records.add("spending", 0, label, "targeting_exclusion_error", left_out)
