"""Decisions in bulk, JSON lines: each line is recorded, there already, or refused with a reason."""

import json
import unicodedata
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from config.errors import LivingSurveyError, UsageError
from config.taxonomy import Taxonomy
from pipeline.review.decide import (
    chosen_sections,
    read_key,
    read_verdict,
    reviewer_name,
    says_the_same,
)
from storage.store import OpenStore
from storage.types import Decision, NewDecision, Verdict

#: texts kept in one lease; by id, so that they lie side by side: with 3 million papers 0.6 cpu-s
_TEXTS = 2_000
#: so many are kept as they are decided on
_FEW_TEXTS = 50
#: a decision dated further ahead than this is a mistake; clocks and time zones differ by less
_LEEWAY = timedelta(days=1)
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
    #: lines that change nothing: there before, or overtaken by a later line on the same paper
    already: int
    #: papers whose standing decision, by whomever, said something else
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
    """Record decisions from JSON lines; what cannot be recorded is refused line by line.

    Calling it again with the same file records nothing twice: of a paper's lines without
    `decided_at` the last one counts, and it is there already if what stands says the same.
    The decisions are recorded all or none, in one lease of one to two seconds for 20,000. The texts
    they are made on are kept before, in leases of their own, so that nobody waits for those either.

    Raises:
        UsageError: the file cannot be read.
    """
    now = clock()
    readable: list[tuple[int, NewDecision, bool]] = []
    refused: list[RefusedLine] = []
    for number, raw in _lines(path):
        try:
            readable.append((number, *_from_line(raw, taxonomy, reviewer, now)))
        except (LivingSurveyError, ValueError, OverflowError, RecursionError) as error:
            refused.append(RefusedLine(number, None, str(error)))
    _keep_texts(open_store, {decision.arxiv_id for _, decision, _ in readable})
    with open_store() as store:
        held = store.papers.held([decision.arxiv_id for _, decision, _ in readable])
        standing = store.decisions.standing(list(held))
        to_record: list[NewDecision] = []
        replaced: list[str] = []
        last_undated = {
            decision.arxiv_id: number for number, decision, dated in readable if not dated
        }
        moments = store.decisions.next_moments(last_undated, now)
        for number, decision, dated in readable:
            key = decision.arxiv_id
            if key not in held:
                reason = f"{key} is not in the database; bring it in with `living-survey add {key}`"
                refused.append(RefusedLine(number, key, reason))
            elif dated or (
                number == last_undated[key] and not says_the_same(standing.get(key), decision)
            ):
                if not dated:
                    decision = replace(decision, decided_at=moments[key])  # noqa: PLW2901  # now dated
                to_record.append(decision)
                if _contradicts(standing.get(key), decision):
                    replaced.append(key)
        before = store.decisions.count()
        store.decisions.add(to_record)
        recorded = store.decisions.count() - before
    already = sum(decision.arxiv_id in held for _, decision, _ in readable) - recorded
    return BulkReport(
        recorded,
        already,
        tuple(dict.fromkeys(replaced)),
        tuple(sorted(refused, key=lambda r: r.line)),
    )


def _keep_texts(open_store: OpenStore, arxiv_ids: Collection[str]) -> None:
    """Keep the texts of many papers in parts; of few, recording the decisions keeps them."""
    if len(arxiv_ids) <= _FEW_TEXTS:
        return
    with open_store() as store:
        unkept = store.decisions.unkept(arxiv_ids)
    if len(unkept) <= _FEW_TEXTS:
        return
    for start in range(0, len(unkept), _TEXTS):
        with open_store() as store:
            store.decisions.keep_texts(unkept[start : start + _TEXTS])


def _lines(path: Path) -> Iterator[tuple[int, str]]:
    try:
        text = path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(
            f"{path} cannot be read: {error}.",
            hint="Give a UTF-8 file with one JSON object a line.",
        ) from error
    # not splitlines(): a note may hold the line separators of other scripts
    for number, line in enumerate(text.split("\n"), start=1):
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
    key = read_key(_text(row, "arxiv_id") or "")
    verdict = read_verdict(_text(row, "verdict") or "")
    sections = row.get("sections") or []
    if not isinstance(sections, list):
        raise ValueError("sections is not a list")  # noqa: TRY004  # as above
    chosen = chosen_sections(taxonomy, key, verdict, map(str, sections))
    if verdict is Verdict.APPROVED and not chosen:
        raise ValueError(f"{key} is approved without a section; name it in sections")
    written = _text(row, "decided_at")
    decided_at = _instant(written) if written else now
    if decided_at > now + _LEEWAY:
        raise ValueError(f"decided_at {written} lies in the future")
    who = reviewer_name(_text(row, "reviewer") or reviewer)
    decision = NewDecision(key, verdict, chosen, who, decided_at, _text(row, "note"))
    return decision, written is not None


def _text(row: dict[str, Any], key: str) -> str | None:
    value = row.get(key)
    if value is not None and not isinstance(value, str):
        raise ValueError(f"{key} is not text")
    if value and any(unicodedata.category(character) == "Cs" for character in value):
        raise ValueError(f"{key} holds half a character (a lone surrogate)")
    return value or None


def _instant(text: str) -> datetime:
    try:
        instant = datetime.fromisoformat(text)
    except ValueError:
        raise ValueError(f"decided_at {text!r} is no ISO 8601 instant") from None
    return (instant if instant.tzinfo else instant.replace(tzinfo=UTC)).astimezone(UTC)


def _contradicts(standing: Decision | None, new: NewDecision) -> bool:
    """Whether a decision later than the standing one says something else."""
    return (
        standing is not None
        and new.decided_at >= standing.decided_at
        and (standing.verdict, standing.sections) != (new.verdict, new.sections)
    )
