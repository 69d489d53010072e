"""Channels through which a visit with substance acts, beside telling of programmes; a rule is told of each by a bit."""

from __future__ import annotations

CAUSE, PAPERS, ADVICE, WARNING, FOLLOW_UP, TARGETING, LEDGER, TRADE = 0, 1, 2, 3, 4, 5, 6, 7

CHANNELS: dict[str, tuple[str, str]] = {
    "cause": ("help that fits the cause", "因户施策"),
    "papers": ("papers in order", "代办手续"),
    "advice": ("advice on lines of livelihood", "产业咨询"),
    "warning": ("early warning and referral", "预警和转介"),
    "follow_up": ("follow-up of what was given", "跟踪管护"),
    "targeting": ("fewer places by connections", "减少人情指标"),
    "ledger": ("errors of the ledger corrected", "台账核实"),
    "trade": ("what the unit's trade knows", "行业优势"),
}
"""English and Chinese names. A channel's number is its place in this table."""
