"""The forecast book: what the model says of a trial, sealed before its result is entered, and scored afterwards."""

from __future__ import annotations
