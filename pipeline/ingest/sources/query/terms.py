"""Words of the query API's search language, spelled so that it means what it says. Pure.

The server's grammar is right-associative without precedence, turns unquoted words into an OR of
words and cannot escape quotes: so everything is quoted and everything is in parentheses.
"""

from collections.abc import Iterable
from datetime import date, timedelta


def phrase(field: str, value: str) -> str:
    """Return `field:"value"`; quotes in the value are dropped, nothing can escape them."""
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
    """Return a term for papers whose version 1 was submitted on these UTC days, both included.

    The bounds are whole minutes and `2359` means 23:59:00: the window ends with the next day's
    first minute instead, so adjacent windows share a minute and lose none. There is no filter on
    the date of update; the server reads `lastUpdatedDate` as `submittedDate`.
    """
    end = last + timedelta(days=1)
    return f"submittedDate:[{first:%Y%m%d}0000 TO {end:%Y%m%d}0000]"
