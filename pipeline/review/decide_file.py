"""Record decisions from a file: JSON lines, a JSON array or a table."""

import json
import re
import sys
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any

from config.errors import LivingSurveyError, UsageError
from config.files import read_regular
from config.instants import read_instant
from config.nearest import nearest
from config.reasons import Reason
from config.section_names import AmbiguousSectionError, find_section
from config.taxonomy import Taxonomy, UnknownSectionError
from pipeline.review.decide import Recorded, record_all
from pipeline.review.decision_rows import Row, read_rows
from pipeline.review.double.keep import Opined
from pipeline.review.double.rules import ALONE, TeamRules
from pipeline.review.judge import MissingSectionError, Stale, Unchanged
from pipeline.review.proposal import Expected, Proposal, propose, reviewer_name
from storage.batches import BatchKind, NewBatch
from storage.errors import PaperNotFoundError
from storage.paper_key import is_doi_key
from storage.store import OpenStore

#: names standard input instead of a file
STDIN = Path("-")
#: similarity that makes a text a misspelt reason
_ALMOST = 0.8


@dataclass(frozen=True, slots=True)
class RefusedLine:
    """A line that was not recorded, and why."""

    line: int
    arxiv_id: str | None
    reason: str
    #: the paper changed after the reviewer saw it
    stale: bool = False


@dataclass(frozen=True, slots=True)
class BulkReport:
    """What `decide --from` did with a file."""

    recorded: int
    #: recorded before, or replaced by a later line on the paper
    already: int
    #: papers whose standing decision said something else
    replaced: tuple[str, ...]
    refused: tuple[RefusedLine, ...]
    #: columns of a table that were not read
    ignored: tuple[str, ...] = ()
    #: the act that one undo takes back; None: nothing was recorded
    batch_id: str | None = None
    #: kept until another person says the same
    kept: int = 0


def decide_from_file(
    open_store: OpenStore,
    taxonomy: Taxonomy,
    path: Path,
    *,
    reviewer: str,
    clock: Callable[[], datetime],
    reasons: Sequence[Reason] = (),
    team: TeamRules = ALONE,
) -> BulkReport:
    """Record the decisions of a file or of STDIN; `reviewer` is for lines without a name.

    Reading a file again records nothing. Raises UsageError if it cannot be read.
    """
    numbers: list[int] = []
    proposals: list[Proposal] = []
    refused: list[RefusedLine] = []
    read = read_rows(_file_text(path), "Standard input" if path == STDIN else str(path))
    for row in read.rows:
        try:
            proposal = _proposal(row, taxonomy, reviewer, reasons)
        except (LivingSurveyError, ValueError) as error:
            refused.append(RefusedLine(row.line, None, str(error)))
        else:
            numbers.append(row.line)
            proposals.append(proposal)
    source = None if path == STDIN else path.name
    act = NewBatch(BatchKind.FILE, reviewer_name(reviewer), clock(), source)
    outcomes = record_all(open_store, taxonomy, proposals, clock=clock, act=act, team=team)
    for number, proposal, outcome in zip(numbers, proposals, outcomes, strict=True):
        if isinstance(outcome, UsageError):
            refused.append(RefusedLine(number, proposal.arxiv_id, _reason(outcome)))
        elif isinstance(outcome, Stale):
            refused.append(RefusedLine(number, proposal.arxiv_id, outcome.cause, stale=True))
    recorded = [outcome for outcome in outcomes if isinstance(outcome, Recorded)]
    kept = [one for one in outcomes if isinstance(one, Opined) and not one.already]
    acts = [one.decision.batch_id for one in recorded] + [one.word.batch_id for one in kept]
    replaced = dict.fromkeys(one.decision.arxiv_id for one in recorded if _contradicts(one))
    return BulkReport(
        recorded=len(recorded),
        already=sum(
            isinstance(one, Unchanged) or (isinstance(one, Opined) and one.already)
            for one in outcomes
        ),
        replaced=tuple(replaced),
        refused=tuple(sorted(refused, key=lambda line: line.line)),
        ignored=read.ignored,
        batch_id=next(iter(acts), None),
        kept=len(kept),
    )


def _file_text(path: Path) -> str:
    hint = "Give JSON lines, a JSON array or a table (CSV) in UTF-8, or - for standard input."
    try:
        content = sys.stdin.read().encode() if path == STDIN else read_regular(path)
        text = content.decode("utf-8-sig")
    except OSError as error:
        raise UsageError(f"{path} cannot be read: {error}.", hint=hint) from error
    except UnicodeError as error:
        raise UsageError(f"{path} is not UTF-8{_encoding(error)}.", hint=hint) from error
    if "\0" in text:
        raise UsageError(f"{path} is not UTF-8 text: it has zero bytes, as UTF-16 has.", hint=hint)
    return text.replace("\r\n", "\n").replace("\r", "\n")


def _encoding(error: UnicodeError) -> str:
    """Return what the file is or where it cannot be read, for a message."""
    if not isinstance(error, UnicodeDecodeError):
        return ""
    if error.object[:2] in {b"\xff\xfe", b"\xfe\xff"}:
        return " but UTF-16, which spreadsheets call Unicode text"
    if error.object[:2] == b"PK":
        return " but a compressed file, such as a spreadsheet; save it as CSV"
    before = error.object[: error.start]
    column = len(before) - before.rfind(b"\n")
    return f": byte 0x{error.object[error.start]:02x} at line {before.count(10) + 1}, byte {column}"


def _proposal(row: Row, taxonomy: Taxonomy, reviewer: str, reasons: Sequence[Reason]) -> Proposal:
    if row.values is None:
        raise ValueError(row.fault)
    values = row.values
    sections = values.get("sections") or []
    if row.table and isinstance(sections, str):
        sections = _named_in(sections, taxonomy)
    if not isinstance(sections, list):
        raise ValueError("`sections` is not a list.")  # noqa: TRY004  # a bad value, not a bad call
    also = values.get("also") or []
    if isinstance(also, str):
        also = also.replace(";", " ").split()
    if not isinstance(also, list):
        raise ValueError("`also` is not a list.")  # noqa: TRY004  # as above
    written = _text(values, "decided_at")
    reason, note = _text(values, "reason"), _text(values, "note")
    if row.table and reason and not note and _is_note(reason, reasons):
        reason, note = None, reason
    return propose(
        taxonomy,
        arxiv_id=_text(values, "arxiv_id") or "",
        verdict=_text(values, "verdict") or "",
        sections=map(str, sections),
        reviewer=_text(values, "reviewer") or reviewer,
        note=note,
        decided_at=_instant(written) if written else None,
        expected=Expected(_text(values, "if_standing"), _text(values, "if_text")),
        drawn=_truth(values, "audit"),
        also=map(str, also),
        reason=reason,
        reasons=reasons,
        return_on=_day(_text(values, "return_on")),
        until_new_version=_truth(values, "until_new_version"),
        unexplained=True,  # decisions that were made elsewhere
    )


def _is_note(text: str, reasons: Sequence[Reason]) -> bool:
    """Say whether a table's reason is free text; one that nearly is a known reason is not."""
    known = [one.casefold() for each in reasons for one in (each.code, each.name, each.name_zh)]
    return " " in text.strip() and not nearest(text.strip().casefold(), known, cutoff=_ALMOST)


def _truth(values: Mapping[str, Any], key: str) -> bool:
    value = values.get(key) or False
    if not isinstance(value, bool):
        raise ValueError(f"`{key}` is neither true nor false.")  # noqa: TRY004  # as above
    return value


def _day(text: str | None) -> date | None:
    if text is None:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise ValueError(f"`return_on` {text[:40]!r} is not a day such as 2026-12-01.") from None


def _named_in(cell: str, taxonomy: Taxonomy) -> list[str]:
    """Return the sections that a cell names; a comma may belong to a name."""
    with suppress(ValueError, RecursionError):
        listed = json.loads(cell)
        if isinstance(listed, list):
            return listed
    for separators in (None, ";|\n", ";|\n,"):
        parts = [cell] if separators is None else re.split(f"[{separators}]", cell)
        named = [part.strip() for part in parts if part.strip()]
        if all(_is_section(part, taxonomy) for part in named):
            return named
    return [part.strip() for part in re.split(r"[;|\n]", cell) if part.strip()]


def _is_section(name: str, taxonomy: Taxonomy) -> bool:
    try:
        find_section(taxonomy, name)
    except (UnknownSectionError, AmbiguousSectionError) as error:
        return isinstance(error, AmbiguousSectionError)
    return True


def _text(row: Mapping[str, Any], key: str) -> str | None:
    value = row.get(key)
    if value is not None and not isinstance(value, str):
        raise ValueError(f"`{key}` is not text.")
    return value or None


def _instant(text: str) -> datetime:
    try:
        return read_instant(text)
    except ValueError:
        raise ValueError(f"`decided_at` {text!r} is not an ISO 8601 instant.") from None


def _reason(error: UsageError) -> str:
    if isinstance(error, PaperNotFoundError):
        [key] = error.arxiv_ids
        if is_doi_key(key):
            return str(error)
        return f"{key} is not in the database. Fetch it with `living-survey add {key}`."
    if isinstance(error, MissingSectionError):
        return f"{error.message} Name it in `sections`."
    return str(error)


def _contradicts(recorded: Recorded) -> bool:
    before, decision = recorded.replaced, recorded.decision
    return before is not None and (before.verdict, set(before.sections)) != (
        decision.verdict,
        set(decision.sections),
    )
