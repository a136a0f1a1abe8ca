"""Read JSON and TOML that may come from elsewhere: each fault of the text is a ValueError."""

import json
import re
import tomllib
from typing import Any

_KEY = r"(?:[\w-]+|\"[^\"\n]*\"|'[^'\n]*')"
#: a key of more than 20 parts, as `a.a.a`, because the parser's time grows with their square
DOTTED = re.compile(rf"(?<![\w-]){_KEY}(?:[ \t]*\.[ \t]*{_KEY}){{20}}")
_TOO_LARGE = "a number or a nesting in it is too large to read"


def load_json(text: str | bytes) -> Any:
    """Return the value of a JSON document.

    Raises:
        ValueError: it is not JSON, or has a number of thousands of digits or a deep nesting.
    """
    try:
        return json.loads(text)
    except RecursionError as error:
        raise ValueError(_TOO_LARGE) from error


def load_toml(text: str) -> dict[str, Any]:
    """Return the table of a TOML document.

    Raises:
        tomllib.TOMLDecodeError: it is not TOML; says the place.
        ValueError: it has a number of thousands of digits or a deep nesting.
    """
    if DOTTED.search(text):
        raise ValueError(_TOO_LARGE)
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError:
        raise
    except (RecursionError, ValueError) as error:
        raise ValueError(_TOO_LARGE) from error
