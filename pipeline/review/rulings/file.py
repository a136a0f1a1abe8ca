"""Write rulings as a plain text file (TOML) and read it, also after people edited it."""

import json
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from config.errors import UsageError
from config.files import read_regular
from config.json_toml import DOTTED
from config.nearest import nearest
from config.section_names import find_section
from config.taxonomy import Taxonomy
from config.visible import one_line
from pipeline.review.proposal import reviewer_name
from pipeline.review.rulings.acts import read_ruling_sentence
from storage.rulings import Ruling
from storage.typed_ids import read_key
from storage.types import Verdict

HEADER = """\
# Rulings: decisions of this survey kept as precedent, with the sentence that says why.
# `living-survey ruling import` reads this file, `living-survey ruling export` writes it.
# Edit sentences, or add a [[ruling]] with paper, verdict, sections and sentence.
"""
_TABLE = "[[ruling]]"
_TABLES_ONLY = "Write [[ruling]] tables only."
_KEYS = ("paper", "title", "verdict", "sections", "sentence", "by", "at")
_MOST_BYTES = 5_000_000
#: faults that are named at a time
_MOST_FAULTS = 50


@dataclass(frozen=True, slots=True)
class Entry:
    """A ruling as the file states it."""

    #: of its [[ruling]]
    line: int
    arxiv_id: str
    title: str
    verdict: Verdict
    sections: tuple[str, ...]
    sentence: str
    #: who ruled, and when; None: not stated
    by: str | None
    at: datetime | None


@dataclass(frozen=True, slots=True)
class Fault:
    """What cannot be used in the file."""

    line: int
    cause: str
    remedy: str


class RulingFileError(UsageError):
    """The file cannot be used; `faults` has every place."""

    def __init__(self, path: Path, faults: Sequence[Fault]) -> None:
        self.faults = tuple(faults)
        named = " ".join(f"{path.name}:{one.line}: {one.cause} {one.remedy}" for one in faults)
        super().__init__(named, hint="Nothing was imported; correct these lines.")


def written(rulings: Sequence[Ruling], *, header: str = HEADER) -> str:
    """Return the file of these rulings, by paper; the same rulings give the same bytes."""
    return "\n".join([header, *(_entry(one) for one in rulings)]) if rulings else header


def header_of(text: str) -> str:
    """Return the comments above the first ruling of a file, which an export keeps."""
    lines = []
    for line in text.splitlines():
        if line.strip() and not line.lstrip().startswith("#"):
            break
        lines.append(line)
    return "\n".join(lines).strip("\n") + "\n"


def read_rulings(
    path: Path, taxonomy: Taxonomy, moved: Mapping[str, Sequence[str]] | None = None
) -> tuple[Entry, ...]:
    """Return the rulings of a file.

    Args:
        path: of the file.
        taxonomy: of the survey.
        moved: former section IDs -> present ones, of recorded changes of the taxonomy.

    Raises:
        RulingFileError: something in it cannot be used; every place is named.
        UsageError: it cannot be read.
    """
    text = read_text(path)
    document = _document(path, text)
    lines = _places(text)
    faults: list[Fault] = []
    for key in sorted(document.keys() - {"ruling"})[:_MOST_FAULTS]:
        line = 1 + text[: text.find(key)].count("\n")
        faults.append(Fault(line, f"{key[:40]!r} is not known here.", "Begin with [[ruling]]."))
    tables = document.get("ruling", [])
    if not isinstance(tables, list) or not all(isinstance(one, dict) for one in tables):
        raise RulingFileError(path, [Fault(1, "`ruling` is no list of tables.", "Use [[ruling]].")])
    entries: list[Entry] = []
    seen: dict[str, int] = {}
    for number, table in enumerate(tables):
        if len(faults) >= _MOST_FAULTS:
            break
        line = lines[number] if number < len(lines) else 1
        try:
            entry = _read(table, line, taxonomy, moved or {})
        except UsageError as error:
            faults.append(Fault(_line_of(text, line, table, error), error.message, error.hint))
            continue
        if entry.arxiv_id in seen:
            cause = f"{entry.arxiv_id} has a ruling already, in line {seen[entry.arxiv_id]}."
            faults.append(Fault(line, cause, "Keep one of them."))
        seen.setdefault(entry.arxiv_id, line)
        entries.append(entry)
    if faults:
        raise RulingFileError(path, sorted(faults, key=lambda one: one.line))
    return tuple(entries)


def _document(path: Path, text: str) -> dict[str, Any]:
    dotted = DOTTED.search(text)
    if dotted is not None:
        line = 1 + text.count("\n", 0, dotted.start())
        raise RulingFileError(path, [Fault(line, "it nests too deeply.", _TABLES_ONLY)])
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        # Python says the place as "(at line 3, column 5)"
        _, _, place = str(error).partition("at line ")
        line = int(place.partition(",")[0]) if place[:1].isdigit() else text.count("\n") + 1
        cause = f"not valid TOML: {one_line(str(error).partition(' (at')[0])}."
        remedy = "Texts stand in double quotes, lists in square brackets."
        raise RulingFileError(path, [Fault(line, cause, remedy)]) from None
    except (RecursionError, ValueError) as error:  # lists within lists, a number of many digits
        cause = "it nests too deeply." if isinstance(error, RecursionError) else "a number is huge."
        raise RulingFileError(path, [Fault(1, cause, _TABLES_ONLY)]) from None


def read_text(path: Path) -> str:
    """Return the text of the file, or raise UsageError."""
    try:
        return read_regular(path, most_bytes=_MOST_BYTES).decode("utf-8-sig").replace("\r\n", "\n")
    except OSError as error:
        raise UsageError(
            f"The rulings in {path} cannot be read: {error.strerror or error}.",
            hint="`living-survey ruling export` writes the file; [review] rulings names it.",
        ) from error
    except UnicodeDecodeError as error:
        raise UsageError(f"{path} is not text in UTF-8.", hint="Save it as UTF-8.") from error
    except ValueError as error:
        raise UsageError(f"{path} has more than 5 MB.", hint="Is it the right file?") from error


def _entry(one: Ruling) -> str:
    lines = [_TABLE, f"paper = {_quoted(one.arxiv_id)}"]
    if one.title:
        lines.append(f"title = {_quoted(one.title)}")
    lines.append(f"verdict = {_quoted(one.verdict.value)}")
    if one.sections:
        lines.append(f"sections = [{', '.join(map(_quoted, one.sections))}]")
    lines.append(f"sentence = {_quoted(one.sentence)}")
    lines.append(f"by = {_quoted(one.ruled_by)}")
    lines.append(f"at = {one.ruled_at.astimezone(UTC).replace(tzinfo=None).isoformat()}Z")
    return "\n".join(lines) + "\n"


def _quoted(text: str) -> str:
    """Return a TOML string; TOML has JSON's escapes, and needs one for DEL too."""
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")


def _places(text: str) -> list[int]:
    """Return the line of each [[ruling]]."""
    return [
        number
        for number, line in enumerate(text.splitlines(), start=1)
        if line.partition("#")[0].strip().replace(" ", "") == _TABLE
    ]


class _KeyFaultError(UsageError):
    """A fault of one key of a table."""

    def __init__(self, key: str, cause: str, remedy: str) -> None:
        self.key = key
        super().__init__(cause, hint=remedy)


def _line_of(text: str, begin: int, table: Mapping[str, Any], error: UsageError) -> int:
    """Return the line of the key that an error is about, or that of its table."""
    key = error.key if isinstance(error, _KeyFaultError) else ""
    if key in table:
        for number, line in enumerate(text.splitlines()[begin:], start=begin + 1):
            if line.lstrip().startswith("["):
                break
            if line.partition("=")[0].strip().strip('"') == key:
                return number
    return begin


def _read(
    table: Mapping[str, Any], line: int, taxonomy: Taxonomy, moved: Mapping[str, Sequence[str]]
) -> Entry:
    for key in table:
        if key not in _KEYS:
            likely = nearest(key, _KEYS)
            remedy = f"Did you mean {likely[0]}?" if likely else f"Known are {', '.join(_KEYS)}."
            raise _KeyFaultError(key, f"{key[:40]!r} is not known.", remedy)
    verdict = _verdict(_text(table, "verdict"))
    sections = tuple(_sections(table, verdict, taxonomy, moved))
    at = table.get("at")
    if at is not None and not isinstance(at, datetime):
        raise _KeyFaultError("at", "`at` is no time.", "Write it as 2026-11-29T12:00:00Z.")
    if at is not None:
        try:
            at = (at if at.tzinfo else at.replace(tzinfo=UTC)).astimezone(UTC)
        except OverflowError:
            raise _KeyFaultError(
                "at", "`at` is no time.", "Write it as 2026-11-29T12:00:00Z."
            ) from None
    with_key = _said("paper", lambda: read_key(_text(table, "paper")))
    return Entry(
        line=line,
        arxiv_id=with_key,
        title=one_line(_text(table, "title", needed=False))[:1_000],
        verdict=verdict,
        sections=sections,
        sentence=_said("sentence", lambda: read_ruling_sentence(_text(table, "sentence"))),
        by=_said("by", lambda: reviewer_name(_text(table, "by"))) if "by" in table else None,
        at=at,
    )


def _said(key: str, read: Any) -> str:
    try:
        return str(read())
    except _KeyFaultError:
        raise
    except UsageError as error:
        raise _KeyFaultError(key, error.message, error.hint) from error


def _text(table: Mapping[str, Any], key: str, *, needed: bool = True) -> str:
    value = table.get(key)
    if value is None:
        if needed:
            raise _KeyFaultError("", f"`{key}` is missing.", f'Add {key} = "...".')
        return ""
    if not isinstance(value, str):
        raise _KeyFaultError(key, f"`{key}` is no text.", "Put it in double quotes.")
    return value


def _verdict(text: str) -> Verdict:
    if text not in (Verdict.APPROVED.value, Verdict.REJECTED.value):
        raise _KeyFaultError(
            "verdict", f"{text[:40]!r} is no verdict of a ruling.", "Write approved or rejected."
        )
    return Verdict(text)


def _sections(
    table: Mapping[str, Any],
    verdict: Verdict,
    taxonomy: Taxonomy,
    moved: Mapping[str, Sequence[str]],
) -> Iterator[str]:
    """Yield present section IDs, each once; former ones follow changes of the taxonomy."""
    named = table.get("sections", [])
    if not isinstance(named, list) or not all(isinstance(one, str) for one in named):
        raise _KeyFaultError("sections", "`sections` is no list of texts.", 'Write ["agents"].')
    if named and verdict is not Verdict.APPROVED:
        raise _KeyFaultError(
            "sections", "A rejection has no sections.", "Leave them out, or approve it."
        )
    known = {section.id for section in taxonomy.sections}
    present = {
        new
        for one in named
        for new in (
            moved[one]
            if one in moved and one not in known
            else [_said("sections", lambda one=one: find_section(taxonomy, one).id)]
        )
    }
    yield from (section.id for section in taxonomy.sections if section.id in present)
