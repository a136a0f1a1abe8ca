"""Record decisions from a file of JSON lines."""

import json
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from config.errors import LivingSurveyError, UsageError
from config.files import read_regular_text
from config.taxonomy import Taxonomy
from pipeline.review.decide import Recorded, record_all
from pipeline.review.judge import MissingSectionError, Stale, Unchanged
from pipeline.review.proposal import Expected, Proposal, propose
from storage.errors import PaperNotFoundError
from storage.store import OpenStore

#: names standard input instead of a file
STDIN = Path("-")

_KEYS = {
    "arxiv_id",
    "verdict",
    "sections",
    "reviewer",
    "note",
    "decided_at",
    "audit",
    "if_standing",
    "if_text",
}


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


def decide_from_file(
    open_store: OpenStore,
    taxonomy: Taxonomy,
    path: Path,
    *,
    reviewer: str,
    clock: Callable[[], datetime],
) -> BulkReport:
    """Record the decisions of a file or of STDIN; `reviewer` is for lines without a name.

    Reading a file again records nothing. Raises UsageError if it cannot be read.
    """
    numbers: list[int] = []
    proposals: list[Proposal] = []
    refused: list[RefusedLine] = []
    for number, line in _lines(path):
        try:
            proposal = _proposal(line, taxonomy, reviewer)
        except (LivingSurveyError, ValueError, RecursionError) as error:
            refused.append(RefusedLine(number, None, str(error)))
        else:
            numbers.append(number)
            proposals.append(proposal)
    outcomes = record_all(open_store, taxonomy, proposals, clock=clock)
    for number, proposal, outcome in zip(numbers, proposals, outcomes, strict=True):
        if isinstance(outcome, UsageError):
            refused.append(RefusedLine(number, proposal.arxiv_id, _reason(outcome)))
        elif isinstance(outcome, Stale):
            refused.append(RefusedLine(number, proposal.arxiv_id, outcome.cause, stale=True))
    recorded = [outcome for outcome in outcomes if isinstance(outcome, Recorded)]
    replaced = dict.fromkeys(one.decision.arxiv_id for one in recorded if _contradicts(one))
    return BulkReport(
        recorded=len(recorded),
        already=sum(isinstance(outcome, Unchanged) for outcome in outcomes),
        replaced=tuple(replaced),
        refused=tuple(sorted(refused, key=lambda line: line.line)),
    )


def _lines(path: Path) -> Iterator[tuple[int, str]]:
    try:
        text = sys.stdin.read() if path == STDIN else read_regular_text(path, encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(
            f"{path} cannot be read: {error}.",
            hint="Give a UTF-8 file with one JSON object per line, or - for standard input.",
        ) from error
    # not splitlines(), because notes may contain other line separators
    for number, line in enumerate(text.split("\n"), start=1):
        if line.strip():
            yield number, line


def _proposal(line: str, taxonomy: Taxonomy, reviewer: str) -> Proposal:
    row = _row(line)
    sections = row.get("sections") or []
    if not isinstance(sections, list):
        raise ValueError("`sections` is not a list.")  # noqa: TRY004  # a bad value, not a bad call
    drawn = row.get("audit") or False
    if not isinstance(drawn, bool):
        raise ValueError("`audit` is neither true nor false.")  # noqa: TRY004  # as above
    written = _text(row, "decided_at")
    return propose(
        taxonomy,
        arxiv_id=_text(row, "arxiv_id") or "",
        verdict=_text(row, "verdict") or "",
        sections=map(str, sections),
        reviewer=_text(row, "reviewer") or reviewer,
        note=_text(row, "note"),
        decided_at=_instant(written) if written else None,
        expected=Expected(_text(row, "if_standing"), _text(row, "if_text")),
        drawn=drawn,
    )


def _row(line: str) -> dict[str, Any]:
    try:
        row = json.loads(line)
    except json.JSONDecodeError as error:
        raise ValueError(f"The line is not JSON: {error.msg} at column {error.colno}.") from None
    if not isinstance(row, dict):
        raise ValueError("The line is not a JSON object.")  # noqa: TRY004  # as above
    if unknown := sorted(row.keys() - _KEYS):
        raise ValueError(f"Unknown key {unknown[0]!r}. Known are {', '.join(sorted(_KEYS))}.")
    return row


def _text(row: dict[str, Any], key: str) -> str | None:
    value = row.get(key)
    if value is not None and not isinstance(value, str):
        raise ValueError(f"`{key}` is not text.")
    return value or None


def _instant(text: str) -> datetime:
    try:
        instant = datetime.fromisoformat(text)
        return (instant if instant.tzinfo else instant.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, OverflowError):
        raise ValueError(f"`decided_at` {text!r} is not an ISO 8601 instant.") from None


def _reason(error: UsageError) -> str:
    if isinstance(error, PaperNotFoundError):
        [key] = error.arxiv_ids
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
