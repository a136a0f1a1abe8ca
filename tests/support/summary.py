"""The closing lines of a test run: what was skipped and why, what was deselected."""

import re
from collections import Counter
from collections.abc import Iterable

_ABSENT = re.compile(r"needs (\.\./shared)\S* \(absent\)")


def not_run_line(skipped: Iterable[object]) -> str:
    """Return `not run: 199 tests need ../shared (absent), 12 need Chromium`, or nothing.

    Args:
        skipped: pytest's representations of skips: (path, line, reason).
    """
    counted = Counter(_reason(each) for each in skipped)
    if not counted:
        return ""
    [(first, number), *others] = counted.most_common()
    tests = f"{number} test{'s' * (number != 1)}"
    parts = [f"{tests} {_verb(first, number)}", *(f"{n} {_verb(why, n)}" for why, n in others)]
    return f"not run: {', '.join(parts)}"


def deselected_line(count: int, expression: str) -> str:
    """Return what a marker expression left out, or nothing without an expression."""
    if not expression:
        return ""
    number = f"{count} " if count else ""
    return f"deselected: {number}tests that do not match `{expression}`; `make test` runs all"


def _reason(skip: object) -> str:
    reason = skip[2] if isinstance(skip, tuple) else str(skip)
    reason = reason.removeprefix("Skipped: ")
    if absent := _ABSENT.fullmatch(reason):
        return f"needs {absent[1]} (absent)"
    if reason.startswith("no Chromium"):
        return "needs Chromium"
    return reason


def _verb(reason: str, number: int) -> str:
    if reason.startswith("needs "):
        return reason if number == 1 else f"need {reason.removeprefix('needs ')}"
    return f"({reason})"
