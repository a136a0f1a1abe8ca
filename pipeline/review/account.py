"""The account of decisions: what a person asks for, and one page of the answer."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date

from config.errors import UsageError
from config.instants import read_instant
from config.reasons import DEFAULT_REASONS, OTHER, Reason, find_reason
from config.section_names import find_section
from config.taxonomy import Taxonomy
from config.whole_number import whole_number
from pipeline.review.proposal import read_verdict
from storage.decision_account import (
    NOT_STATED,
    AccountRow,
    DecisionFilter,
    DecisionTally,
    ImportGroup,
    Place,
)
from storage.opinion_types import Opinion, OpinionKind
from storage.queue_filter import search_terms
from storage.store import Store
from storage.types import Decision

#: share of the reasons given above which "other" is mentioned
MUCH_OTHER = 0.2
#: reasons from which that share says something
FEWEST_REASONS = 10
_DAY = "Write a day as 2026-11-25."


@dataclass(frozen=True, slots=True)
class AccountPage:
    """Decisions of one page, and what they are part of."""

    rows: tuple[AccountRow, ...]
    titles: Mapping[str, str]
    #: that led to decisions of the page, by decision; none where one person decided alone
    words: Mapping[str, tuple[Opinion, ...]]
    #: of the filter, imports included
    tally: DecisionTally
    #: imports that the filter selects from and that are not listed one by one
    imports: tuple[ImportGroup, ...]
    #: where the next page begins; None: this is the last
    after: Place | None
    #: everybody who decided
    reviewers: Mapping[str, int]
    #: standing rejections by code; NOT_STATED without a reason
    reasons: Mapping[str, int]

    @property
    def other_share(self) -> float | None:
        """The share of "other" among the reasons given, if it is above a fifth."""
        return other_share(self.reasons)


def other_share(reasons: Mapping[str, int]) -> float | None:
    """Return the share of "other" among the reasons given, if it is above a fifth."""
    given = sum(count for code, count in reasons.items() if code != NOT_STATED)
    share = reasons.get(OTHER, 0) / given if given else 0.0
    return share if given >= FEWEST_REASONS and share > MUCH_OTHER else None


def account_page(
    store: Store, wanted: DecisionFilter, *, limit: int, before: Place | None = None
) -> AccountPage:
    """Return the decisions before a place, latest first."""
    rows = store.account.page(wanted, limit=limit + 1, beyond=before)
    shown = rows[:limit]
    return AccountPage(
        rows=tuple(shown),
        words=store.opinions.of_decisions(row.decision.decision_id for row in shown),
        titles=store.papers.titles({row.decision.arxiv_id for row in shown}),
        tally=store.account.tally(wanted),
        imports=() if wanted.shows_imports else tuple(store.account.imports(wanted)),
        after=shown[-1].place if len(rows) > limit else None,
        reviewers=store.account.reviewers(),
        reasons=store.account.reasons(),
    )


def people_text(decision: Decision, words: Sequence[Opinion]) -> str:
    """Return who decided: both people who agreed, or the third after the two who differed."""
    two = " and ".join(one.reviewer for one in words if one.kind is not OpinionKind.THIRD)
    if any(one.kind is OpinionKind.THIRD for one in words):
        return f"{decision.reviewer} after {two}"
    return two or decision.reviewer


def read_filter(
    texts: Mapping[str, str], taxonomy: Taxonomy, reasons: Sequence[Reason]
) -> DecisionFilter:
    """Return the filter of an address or of a command's options; other names are left alone.

    Raises:
        UsageError: a text is not of its form, or names what does not exist.
    """
    given = {name: text.strip() for name, text in texts.items() if text.strip()}
    search = given.get("search", "")
    search_terms(search)
    wanted = DecisionFilter(
        reviewer=given.get("reviewer"),
        verdict=read_verdict(given["verdict"]) if "verdict" in given else None,
        reason=_reason(given["reason"], reasons) if "reason" in given else None,
        section=find_section(taxonomy, given["section"]).id if "section" in given else None,
        first_day=_day(given["from"]) if "from" in given else None,
        last_day=_day(given["until"]) if "until" in given else None,
        batch_id=given.get("act"),
        search=search,
    )
    if wanted.first_day and wanted.last_day and wanted.first_day > wanted.last_day:
        wanted = replace(wanted, first_day=wanted.last_day, last_day=wanted.first_day)
    return wanted


def to_query(wanted: DecisionFilter) -> dict[str, str]:
    """Return the texts that `read_filter` reads, without what was not asked for."""
    texts = {
        "reviewer": wanted.reviewer,
        "verdict": wanted.verdict,
        "reason": wanted.reason,
        "section": wanted.section,
        "from": wanted.first_day and wanted.first_day.isoformat(),
        "until": wanted.last_day and wanted.last_day.isoformat(),
        "act": wanted.batch_id,
        "search": wanted.search,
    }
    return {name: str(text) for name, text in texts.items() if text}


def place_text(place: Place) -> str:
    """Return a place as `read_place` reads it."""
    return f"{place.decided_at.astimezone(UTC).isoformat()},{place.seq}"


def read_place(text: str) -> Place | None:
    """Return the place of an address, None for an empty text, or raise UsageError."""
    if not text:
        return None
    moment, _, number = text.partition(",")
    seq = whole_number(number)
    try:
        decided_at = read_instant(moment)
    except ValueError:
        decided_at = None
    if decided_at is None or seq is None:
        raise UsageError(f"{text[:40]!r} is no place in the account.", hint="Begin at its start.")
    return Place(decided_at, seq)


def _reason(text: str, reasons: Sequence[Reason]) -> str:
    if text == NOT_STATED:
        return NOT_STATED
    # decisions keep built-in codes that the settings no longer have
    return find_reason((*reasons, *DEFAULT_REASONS), text).code


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise UsageError(f"{text[:40]!r} is no day.", hint=_DAY) from None


def tally_text(tally: DecisionTally) -> str:
    """Return how many decisions stand, and what became of the others."""
    parts = [f"{tally.standing:,} stand ({tally.by_reviewers:,} by reviewers)"]
    if tally.taken_back:
        parts.append(f"{tally.taken_back:,} taken back")
    if tally.replaced:
        parts.append(f"{tally.replaced:,} replaced by a later one")
    return ", ".join(parts)
