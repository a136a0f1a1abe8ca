"""Read whole numbers of an address or a form."""

from collections.abc import Mapping

from config.errors import UsageError


def number_in(
    values: Mapping[str, object], name: str, *, least: int, most: int, default: int
) -> int:
    """Return a number, the default if it is not given, or raise UsageError."""
    text = values.get(name)
    if not isinstance(text, str) or not text.strip():
        return default
    digits = text.strip()
    if not (digits.isascii() and digits.isdigit() and len(digits) < 10):
        raise UsageError(f"{digits[:20]!r} is no number.", hint=f"Use {least} to {most}.")
    number = int(digits)
    if not least <= number <= most:
        raise UsageError(
            f"{name.capitalize()} {number} is out of range.", hint=f"{least} to {most}."
        )
    return number
