"""Build terms of the query API's search language.

Everything is quoted and parenthesised, because the grammar has no precedence and treats unquoted
words as OR.
"""

from collections.abc import Iterable
from datetime import date, timedelta


def phrase(field: str, value: str) -> str:
    """Return `field:"value"` without quotes in the value, which cannot be escaped."""
    return f'{field}:"{" ".join(value.replace(chr(34), " ").split())}"'


def any_of(terms: Iterable[str]) -> str:
    """Return the terms joined by OR, in parentheses."""
    return f"({' OR '.join(terms)})"


def all_of(terms: Iterable[str]) -> str:
    """Return the terms joined by AND, in parentheses."""
    return f"({' AND '.join(terms)})"


def in_categories(names: Iterable[str]) -> str:
    """Return a term for papers in any of these categories, primary or not."""
    return any_of(f"cat:{name}" for name in names)


def submitted_between(first: date, last: date) -> str:
    """Return a term for papers whose version 1 was submitted on these UTC days, inclusive.

    The window ends with the next day's first minute, because `2359` means 23:59:00. arXiv has no
    filter by date of update.
    """
    end = last + timedelta(days=1)
    return f"submittedDate:[{first:%Y%m%d}0000 TO {end:%Y%m%d}0000]"
