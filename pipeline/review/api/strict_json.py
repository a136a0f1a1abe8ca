"""Read JSON that a stranger wrote: bounded depth, no repeated members, no NaN, only valid text."""

import json
import math
from typing import Any, NoReturn

#: arrays and objects within each other
DEEPEST = 16


class JsonError(ValueError):
    """The text is not JSON as RFC 8259 and this API take it."""


def read_json(body: bytes) -> Any:
    """Return the value in a body of UTF-8.

    Raises:
        JsonError: it is not JSON, nests too deeply, repeats a member, or has a number or text that
            JSON cannot express.
    """
    try:
        text = body.decode("utf-8")
    except UnicodeDecodeError as error:
        raise JsonError(f"byte {error.start} is not UTF-8") from None
    _check_depth(text)
    try:
        value = json.loads(
            text, object_pairs_hook=_object, parse_constant=_constant, parse_float=_float
        )
    except json.JSONDecodeError as error:
        raise JsonError(f"{error.msg} at line {error.lineno}, column {error.colno}") from None
    except JsonError:
        raise
    except ValueError:  # an integer of thousands of digits
        raise JsonError("a number has too many digits") from None
    _check_texts(value)
    return value


def _check_depth(text: str) -> None:
    """Raise JsonError for deep nesting, before a recursive reader meets it."""
    depth, in_text, escaped = 0, False, False
    for character in text:
        if in_text:
            in_text = escaped or character != '"'
            escaped = character == "\\" and not escaped
        elif character == '"':
            in_text = True
        elif character in "[{":
            depth += 1
            if depth > DEEPEST:
                raise JsonError(f"it nests more than {DEEPEST} levels deep")
        elif character in "]}":
            depth -= 1


def _check_texts(value: Any) -> None:
    waiting = [value]
    while waiting:
        one = waiting.pop()
        if isinstance(one, dict):
            waiting += [*one, *one.values()]
        elif isinstance(one, list):
            waiting += one
        elif isinstance(one, str) and not one.isascii():
            try:
                one.encode()
            except UnicodeEncodeError:
                raise JsonError("a text has half of a surrogate pair") from None


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name, value in pairs:
        if name in found:
            raise JsonError(f"the member {name[:40]!r} is there twice")
        found[name] = value
    return found


def _constant(text: str) -> NoReturn:
    raise JsonError(f"{text} is not JSON")


def _float(text: str) -> float:
    number = float(text)
    if not math.isfinite(number):
        raise JsonError(f"{text[:20]} is too large")
    return number
