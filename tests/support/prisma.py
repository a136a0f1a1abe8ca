"""Counts of a screening."""

from dataclasses import fields
from typing import Any

from storage.screening import ScreeningCounts


def make_counts(**given: Any) -> ScreeningCounts:
    """Return counts that are 0 or empty unless given."""
    empty = {field.name: () if field.name in {"reasons", "notes"} else 0
             for field in fields(ScreeningCounts)}  # fmt: skip
    return ScreeningCounts(**(empty | given))
