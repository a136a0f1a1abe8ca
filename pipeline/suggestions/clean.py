"""Clean what strangers wrote before it is stored; every output escapes it again for its place."""

from config.visible import one_line, visible

#: characters
LONGEST_NAME = 100
LONGEST_VALUE = 300
LONGEST_NOTE = 2_000
#: of a field that is read at all
LONGEST_FIELD = 10_000
_MOST_LINES = 40


def clean_line(text: str) -> str:
    """Return visible text on one line."""
    return one_line(text[:LONGEST_FIELD])


def clean_note(text: str) -> str:
    """Return visible text of at most 40 lines, without blank ones at its ends."""
    lines = [" ".join(line.split()) for line in visible(text[:LONGEST_FIELD]).split("\n")]
    kept = [line for number, line in enumerate(lines) if line or (number and lines[number - 1])]
    return "\n".join(kept[:_MOST_LINES]).strip()
