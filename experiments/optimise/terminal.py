"""The answer on a terminal: the sentence, the plan in money, what binds and what a little more is worth."""

from __future__ import annotations

from rich.console import Console
from rich.table import Table

from experiments.optimise.answer import Answer, plan_rows
from experiments.optimise.speaker import Speaker


def show(of: Answer, language: str, console: Console) -> None:
    """Print an answer."""
    s = Speaker(of, language)
    console.print(s.sentence())
    plan = Table(title=s.say("plan_table"))
    for key, side in (("col_measure", "left"), ("col_amount", "right"), ("col_cost", "right"), ("col_purse", "left")):
        plan.add_column(s.words(key), justify=side)  # type: ignore[arg-type]
    for row in plan_rows(of):
        if row["amount"]:
            paid = [f"{s.limit(purse)} {s.money(yuan)}" for purse, yuan in row["purses"].items()]
            plan.add_row(s.lever(row["lever"]), s.amount(row["lever"], row["amount"]), s.money(row["cost_yuan"]),
                         s.num.join(paid))  # fmt: skip
    console.print(plan)
    limits = Table(title=s.say("prices_table"))
    for key in ("col_limit", "col_there", "col_used"):
        limits.add_column(s.words(key), justify="left" if key == "col_limit" else "right")
    limits.add_column(s.say("col_price", per=s.say("per_any")), justify="right")
    for one in of.found.prices:
        price = f"{s.price(one)} / {s.per(one)}" if one.binds else "0"
        limits.add_row(s.limit(one.constraint), s.of_limit(one, one.amount), s.of_limit(one, one.used), price)
    console.print(limits)
    if of.contest:
        methods = Table(title=s.say("contest_table"))
        for place, column in enumerate(s.contest_header()):
            methods.add_column(column, justify="right" if place else "left")
        for cells in s.contest_rows():
            methods.add_row(*cells)
        console.print(methods)
    for sentence in s.more():
        console.print(sentence)
