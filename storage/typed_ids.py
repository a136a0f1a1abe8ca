"""Read the IDs of papers that a person typed or a spreadsheet kept, and say what is wrong with one.

Nothing is guessed: a number that lost a digit is refused with what it may have been.
"""

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import date

from config.errors import UsageError
from storage.arxiv_id import find_arxiv_ids, id_month, parse_arxiv_id
from storage.errors import PaperNotFoundError
from storage.paper_key import is_doi_key, parse_key

_WRITTEN = "Write it as 2405.19334 or as an arxiv.org link."
_KEY_WRITTEN = (
    "Write it as 2405.19334 or as an arxiv.org link; a work elsewhere as doi:10.1000/xyz."
)
#: characters of a text that a message repeats
_SHOWN = 100
# before the number a link, `arXiv:` or nothing; matched with at most `_SHOWN` characters
_NUMBER = re.compile(
    r"(?:\S{1,100}[/:.]\s?)?"
    r"(?P<month>[0-9]{3,4})(?P<point>[.,])(?P<number>[0-9]{1,7})(?:v[0-9]{1,4})?(?:\.pdf)?",
    re.IGNORECASE,
)
_RUN_TOGETHER = re.compile(r"[0-9]{8,9}")
_OLD_CUT = re.compile(
    r"(?P<archive>[a-z-]{2,8})(?:\.[a-z-]{2,18})?/(?P<number>[0-9]{5,6})", re.IGNORECASE
)
#: between IDs
_BETWEEN = " \t\r\n,;<>()[]\"'`"


class InvalidIdError(UsageError):
    """A text is not the ID of a paper at arXiv."""


@dataclass(frozen=True, slots=True)
class _Fault:
    cause: str
    hint: str = _WRITTEN


def read_key(text: str) -> str:
    """Return the key in a text, or raise InvalidIdError with what it may have been."""
    key = parse_key(text)
    if key is None:
        raise _invalid(text, _KEY_WRITTEN)
    return key


def read_keys(texts: Iterable[str], today: date) -> tuple[str, ...]:
    """Return the keys in texts of one or several arXiv IDs or DOIs, each once.

    A DOI stands alone or between blanks, because it may have commas and brackets in it.

    Raises:
        InvalidIdError: as `read_arxiv_ids`.
    """
    keys: list[str] = []
    for text in texts:
        words = [text] if parse_key(text) else text.split()
        read = {word: parse_key(word.rstrip(",;")) for word in words}
        dois = {word: key for word, key in read.items() if key and is_doi_key(key)}
        keys += dois.values()
        others = " ".join(word for word in words if word not in dois)
        if others or not words:
            keys += read_arxiv_ids([others], today)
    return tuple(dict.fromkeys(keys))


def read_arxiv_ids(texts: Iterable[str], today: date) -> tuple[str, ...]:
    """Return the keys in texts of one or several IDs between commas, blanks or lines, each once.

    Raises:
        InvalidIdError: a text is not an ID, or one of a month after `today`.
    """
    keys = tuple(dict.fromkeys(key for text in texts for key in _keys(text)))
    for key in keys:
        if ahead := _ahead(key, today):
            raise ahead
    return keys


def explain_id(text: str, today: date) -> InvalidIdError | None:
    """Return why an ID cannot be a paper's, or None; a text that never was an ID has no reason."""
    key = parse_key(text)
    return explain_number(text) if key is None else _ahead(key, today)


def explain_number(text: str) -> InvalidIdError | None:
    """Return what is wrong with a text that was an ID before it lost a digit, else None."""
    text = text.strip()
    if len(text) > _SHOWN or parse_key(text):
        return None
    faults = (explain(text) for explain in _EXPLANATIONS)
    fault = next((fault for fault in faults if fault), None)
    if fault is None:
        return None
    return InvalidIdError(f"{text!r} is not an arXiv ID: {fault.cause}.", hint=fault.hint)


def not_held(key: str, today: date) -> UsageError:
    """Return the error for a paper that is not in the database: arXiv may not have it yet."""
    return _ahead(key, today) or PaperNotFoundError([key])


def _keys(text: str) -> Iterator[str]:
    if parsed := parse_arxiv_id(text):
        yield parsed.base
        return
    end = 0
    found = find_arxiv_ids(text, bare=True)
    for start, stop in ((one.start, one.end) for one in found):
        _check_between(text, end, start)
        end = stop
    _check_between(text, end, len(text))
    if not found:
        raise _invalid(text)
    yield from (one.id.base for one in found)


def _check_between(text: str, start: int, end: int) -> None:
    for word in text[start:end].translate(dict.fromkeys(map(ord, _BETWEEN), " ")).split():
        if word.strip("."):
            raise _invalid(text if not start and end == len(text) else word)


def _ahead(key: str, today: date) -> InvalidIdError | None:
    if is_doi_key(key):
        return None
    year, month = id_month(key)
    if (year, month) <= (today.year, today.month):
        return None
    return InvalidIdError(
        f"{key} is of {year}-{month:02}, which has not begun: this machine's clock says {today}.",
        hint="Check the ID, or the clock.",
    )


def _invalid(text: str, hint: str = _WRITTEN) -> InvalidIdError:
    named = text.strip()[:_SHOWN]
    key = parse_key(text)
    if key is not None and is_doi_key(key):
        return InvalidIdError(
            f"{named!r} is a DOI, and not one of arXiv.",
            hint="`living-survey import --candidates` brings works of a corpus.",
        )
    return explain_number(text) or InvalidIdError(f"{named!r} is not an arXiv ID.", hint=hint)


def _number(text: str) -> _Fault | None:
    """Explain a number with a point, whose digits do not fit its month."""
    match = _NUMBER.fullmatch(text)
    if match is None:
        return None
    month, point, number = match["month"], match["point"], match["number"]
    if point == ",":
        return _Fault("it has a comma for the point", _meant(f"{month}.{number}"))
    causes = []
    if len(month) == 3:
        causes.append("it has three digits before the point; a spreadsheet may have dropped a zero")
        month = f"0{month}"
    year = int(month[:2])
    if not 1 <= int(month[2:]) <= 12:
        return _Fault(f"there is no month {month[2:]}", "Check the ID; it begins with year, month.")
    if year >= 91 or month < "0704":
        return _Fault(
            "IDs of this form began in April 2007; older ones name their archive",
            "Write it as hep-th/9901001.",
        )
    digits = 5 if year >= 15 else 4
    if len(number) < digits:
        since = "since 2015 an ID has" if year >= 15 else "until 2014 an ID has"
        lost = "a zero" if len(number) == digits - 1 else "zeros"
        causes.append(
            f"{since} {'five' if digits == 5 else 'four'} digits after the point;"
            f" a spreadsheet may have dropped {lost}"
        )
    elif len(number) > digits + 1:
        causes.append(f"it has {len(number)} digits after the point")
        return _Fault(" and ".join(causes))
    if not causes:
        return None
    return _Fault(" and ".join(causes), _meant(f"{month}.{number.ljust(digits, '0')}"))


def _run_together(text: str) -> _Fault | None:
    """Explain a number that lost its point."""
    if not _RUN_TOGETHER.fullmatch(text):
        return None
    meant = f"{text[:4]}.{text[4:]}"
    return _Fault("the point is missing", _meant(meant)) if parse_arxiv_id(meant) else None


def _old(text: str) -> _Fault | None:
    """Explain an ID of before April 2007 that lost leading zeros."""
    match = _OLD_CUT.fullmatch(text)
    meant = f"{match['archive'].lower()}/{match['number'].zfill(7)}" if match else ""
    if not parse_arxiv_id(meant):
        return None
    cause = "before April 2007 an ID has seven digits; a spreadsheet may have dropped a zero"
    return _Fault(cause, _meant(meant))


def _meant(text: str) -> str:
    return f"Write {text} if that is the paper you mean."


_EXPLANATIONS: tuple[Callable[[str], _Fault | None], ...] = (_number, _run_together, _old)
