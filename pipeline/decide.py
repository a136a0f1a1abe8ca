"""The human's word from a terminal or a file: checked against paper and taxonomy, then recorded.

Decisions are append-only; taking one back is an event of its own.
"""

import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from config.errors import LivingSurveyError, UsageError
from config.taxonomy import Taxonomy
from storage.arxiv_id import parse_arxiv_id
from storage.store import OpenStore
from storage.types import Decision, NewDecision, Verdict

VERDICTS = {
    "approve": Verdict.APPROVED,
    "approved": Verdict.APPROVED,
    "reject": Verdict.REJECTED,
    "rejected": Verdict.REJECTED,
    "defer": Verdict.DEFERRED,
    "deferred": Verdict.DEFERRED,
}
_KEYS = {"arxiv_id", "verdict", "sections", "reviewer", "note", "decided_at"}


@dataclass(frozen=True, slots=True)
class RefusedLine:
    """A line of a decisions file that was not recorded, and why."""

    line: int
    arxiv_id: str | None
    reason: str


@dataclass(frozen=True, slots=True)
class BulkReport:
    """What `decide --from` did with a file."""

    recorded: int
    already: int
    refused: tuple[RefusedLine, ...]


def decide(
    open_store: OpenStore,
    taxonomy: Taxonomy,
    *,
    arxiv_id: str,
    verdict: str,
    sections: Sequence[str],
    reviewer: str,
    note: str | None,
    decided_at: datetime,
) -> Decision:
    """Record one decision.

    An approval without sections takes the first section the model suggests for the paper, which
    the caller shows: accepting a suggestion is a human act, and it is the human's row that says so.

    Raises:
        UsageError: the id, the verdict or a section is none.
        PaperNotFoundError: we do not hold the paper.
    """
    key = _key(arxiv_id)
    word = _verdict(verdict)
    chosen = tuple(taxonomy.section(section).id for section in sections)
    if word is Verdict.APPROVED and not chosen:
        # a model of an older taxonomy may suggest a section that is gone
        chosen = (taxonomy.section(_suggested(open_store, key)).id,)
    with open_store() as store, store.transaction():
        moment = moment_after(store.decisions.of_paper(key), decided_at)
        return store.decisions.add([NewDecision(key, word, chosen, reviewer, moment, note)])[0]


def moment_after(history: Sequence[Decision], now: datetime) -> datetime:
    """Return `now`, or the instant after the last event of a paper where the clock is behind it.

    The last decision by time stands, so one that is recorded last must also be dated last, even
    if the clock was set back or stands still in a replay.
    """
    events = [event for each in history for event in (each.decided_at, each.undone_at) if event]
    return max([now, *(event + timedelta(microseconds=1) for event in events)])


def decide_from_file(
    open_store: OpenStore,
    taxonomy: Taxonomy,
    path: Path,
    *,
    reviewer: str,
    clock: Callable[[], datetime],
) -> BulkReport:
    """Record decisions from JSON lines; what cannot be recorded is refused line by line.

    Calling it again with the same file records nothing twice: a line without `decided_at` counts
    as recorded when the paper's standing decision already says the same.

    Raises:
        UsageError: the file cannot be read.
    """
    now = clock()
    readable: list[tuple[int, NewDecision, bool]] = []
    refused: list[RefusedLine] = []
    for number, raw in _lines(path):
        try:
            readable.append((number, *_from_line(raw, taxonomy, reviewer, now)))
        except (LivingSurveyError, ValueError) as error:
            refused.append(RefusedLine(number, None, str(error)))
    with open_store() as store:
        held = store.papers.held([decision.arxiv_id for _, decision, _ in readable])
        standing = store.decisions.standing(list(held))
        to_record = []
        for number, decision, dated in readable:
            key = decision.arxiv_id
            if key not in held:
                reason = f"{key} is not in the database; bring it in with `living-survey add {key}`"
                refused.append(RefusedLine(number, key, reason))
            elif dated or not _says_the_same(standing.get(key), decision):
                to_record.append(decision)
        before = store.decisions.count()
        store.decisions.add(to_record)
        recorded = store.decisions.count() - before
    already = sum(decision.arxiv_id in held for _, decision, _ in readable) - recorded
    return BulkReport(recorded, already, tuple(sorted(refused, key=lambda r: r.line)))


def _lines(path: Path) -> Iterator[tuple[int, str]]:
    try:
        text = path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(
            f"{path} cannot be read: {error}.",
            hint="Give a UTF-8 file with one JSON object a line.",
        ) from error
    for number, line in enumerate(text.splitlines(), start=1):
        if line.strip():
            yield number, line


def _from_line(
    raw: str, taxonomy: Taxonomy, reviewer: str, now: datetime
) -> tuple[NewDecision, bool]:
    try:
        row = json.loads(raw)
    except json.JSONDecodeError as error:
        raise ValueError(f"not JSON: {error.msg} at column {error.colno}") from None
    if not isinstance(row, dict):
        raise ValueError("not a JSON object")  # noqa: TRY004  # a bad value, not a bad call
    if unknown := sorted(row.keys() - _KEYS):
        raise ValueError(f"unknown key {unknown[0]!r}; known are {', '.join(sorted(_KEYS))}")
    key = _key(_text(row, "arxiv_id") or "")
    verdict = _verdict(_text(row, "verdict") or "")
    sections = row.get("sections") or []
    if not isinstance(sections, list):
        raise ValueError("sections is not a list")  # noqa: TRY004  # as above
    chosen = tuple(taxonomy.section(str(section)).id for section in sections)
    if verdict is Verdict.APPROVED and not chosen:
        raise ValueError(f"{key} is approved without a section")
    written = _text(row, "decided_at")
    decided_at = _instant(written) if written else now
    who = _text(row, "reviewer") or reviewer
    decision = NewDecision(key, verdict, chosen, who, decided_at, _text(row, "note"))
    return decision, written is not None


def _text(row: dict[str, Any], key: str) -> str | None:
    value = row.get(key)
    if value is not None and not isinstance(value, str):
        raise ValueError(f"{key} is not text")
    return value or None


def _instant(text: str) -> datetime:
    try:
        instant = datetime.fromisoformat(text)
    except ValueError:
        raise ValueError(f"decided_at {text!r} is no ISO 8601 instant") from None
    return (instant if instant.tzinfo else instant.replace(tzinfo=UTC)).astimezone(UTC)


def _key(text: str) -> str:
    parsed = parse_arxiv_id(text)
    if parsed is None:
        raise UsageError(
            f"{text!r} is no arXiv id.", hint="Write it as 2405.19334 or as an arxiv.org link."
        )
    return parsed.base


def _verdict(text: str) -> Verdict:
    verdict = VERDICTS.get(text.strip().lower())
    if verdict is None:
        raise UsageError(f"{text!r} is no verdict.", hint="Say approve, reject or defer.")
    return verdict


def _suggested(open_store: OpenStore, key: str) -> str:
    with open_store() as store:
        prediction = store.predictions.latest([key]).get(key)
    if prediction is None or not prediction.sections:
        raise UsageError(
            f"{key} has no suggested section yet.",
            hint="Name one with --section, or run `living-survey classify` first.",
        )
    return prediction.sections[0].section


def _says_the_same(standing: Decision | None, new: NewDecision) -> bool:
    return (
        standing is not None
        and not standing.unplaced
        and (
            (standing.verdict, standing.sections, standing.reviewer, standing.note)
            == (new.verdict, new.sections, new.reviewer, new.note)
        )
    )
