"""Read whole numbers of an address or a form."""

from collections.abc import Mapping

from config.errors import UsageError
from config.whole_number import whole_number


def number_in(
    values: Mapping[str, object], name: str, *, least: int, most: int, default: int
) -> int:
    """Return a number, the default if it is not given, or raise UsageError."""
    text = values.get(name)
    if not isinstance(text, str) or not text.strip():
        return default
    digits = text.strip()
    number = whole_number(digits)
    if number is None:
        raise UsageError(f"{digits[:20]!r} is no number.", hint=f"Use {least} to {most}.")
    if not least <= number <= most:
        raise UsageError(
            f"{name.capitalize()} {number} is out of range.", hint=f"{least} to {most}."
        )
    return number
