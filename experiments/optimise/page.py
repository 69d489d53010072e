from __future__ import annotations


def page(of: object, language: str, name: str, line: str) -> str:
    return "<p>"
