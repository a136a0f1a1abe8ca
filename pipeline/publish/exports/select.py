"""Choose the papers of an export: standing approvals only, and only those asked for."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from config.errors import LivingSurveyError, UsageError
from config.nearest import nearest
from config.section_names import find_section
from config.taxonomy import Taxonomy
from pipeline.publish.digest.week import Week
from pipeline.publish.exports.record import ExportRecord, records_of
from pipeline.runtime.plurals import some_of
from storage.store import Store
from storage.types import Decision

#: papers whose texts are read at once
_AT_ONCE = 20_000


class NotApprovedError(LivingSurveyError):
    """Papers that were named have no standing approval."""

    def __init__(self, arxiv_ids: Sequence[str]) -> None:
        super().__init__(
            f"Not approved, so not exported: {some_of(arxiv_ids)}.",
            hint="`living-survey decide ID approve` approves a paper; leave the ID out otherwise.",
        )


@dataclass(frozen=True, slots=True)
class Span:
    """A time from `start` to before `end`."""

    start: datetime
    end: datetime

    def __contains__(self, moment: datetime) -> bool:
        """Say whether the moment is within."""
        return self.start <= moment < self.end


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is asked for; all conditions hold together, of one condition's values any."""

    #: None: any section, or none
    sections: frozenset[str] | None = None
    #: when the paper was approved; empty: at any time
    weeks: tuple[Span, ...] = ()
    days: Span | None = None
    #: empty: any paper
    arxiv_ids: tuple[str, ...] = ()
    without_withdrawn: bool = False


@dataclass(frozen=True, slots=True)
class Chosen:
    """The papers of one export."""

    records: tuple[ExportRecord, ...]
    #: of these, or left out if so asked
    withdrawn: tuple[str, ...]


def read_sections(
    taxonomy: Taxonomy, names: Collection[str], labels: Sequence[tuple[str, str]]
) -> frozenset[str] | None:
    """Return the IDs of the sections with these names and (facet, label) pairs, None for all.

    Raises:
        UnknownSectionError, AmbiguousSectionError: a name names none, or several.
        UsageError: a facet has no such label.
    """
    if not names and not labels:
        return None
    chosen = {section.id for section in taxonomy.sections}
    if names:
        chosen &= {find_section(taxonomy, name).id for name in names}
    for facet in dict.fromkeys(facet for facet, _ in labels):
        asked = {label for name, label in labels if name == facet}
        _check_labels(taxonomy, facet, asked)
        chosen &= {one.id for one in taxonomy.sections if dict(one.labels).get(facet) in asked}
    return frozenset(chosen)


def read_days(since: date | None, until: date | None) -> Span | None:
    """Return the span of two days (UTC), both inclusive; None for the first or last means any.

    Raises:
        UsageError: the last day is before the first.
    """
    if since is None and until is None:
        return None
    if since and until and until < since:
        raise UsageError(
            f"--until {until} is before --since {since}.", hint="Give the earlier day to --since."
        )
    first = datetime.combine(since or date.min, time.min, tzinfo=UTC)
    if until is None or until == date.max:
        return Span(first, datetime.max.replace(tzinfo=UTC))
    return Span(first, datetime.combine(until + timedelta(days=1), time.min, tzinfo=UTC))


def read_weeks(texts: Collection[str]) -> tuple[Span, ...]:
    """Return the ISO weeks' spans in UTC, or raise UnknownWeekError."""
    weeks = sorted({Week.parse(text) for text in texts})
    return tuple(Span(week.start, week.end) for week in weeks)


def choose(store: Store, wanted: Wanted, taxonomy: Taxonomy) -> Chosen:
    """Return the records asked for, sorted by arXiv ID.

    Raises:
        NotApprovedError: a paper that is named has no standing approval.
    """
    approvals = {one.arxiv_id: one for one in store.decisions.approved()}
    if unknown := [key for key in wanted.arxiv_ids if key not in approvals]:
        raise NotApprovedError(unknown)
    named = frozenset(wanted.arxiv_ids or approvals)
    asked = [one for key, one in approvals.items() if key in named and _is_asked(one, wanted)]
    # IDs first: the texts of millions of papers stay unread.
    records: list[ExportRecord] = []
    for start in range(0, len(asked), _AT_ONCE):
        some = asked[start : start + _AT_ONCE]
        stored = store.papers.get_many(one.arxiv_id for one in some)
        papers = {key: one.paper for key, one in stored.items()}
        records += records_of(some, papers, taxonomy)
    withdrawn = tuple(one.paper.arxiv_id for one in records if one.paper.withdrawn)
    kept = (one for one in records if not (wanted.without_withdrawn and one.paper.withdrawn))
    return Chosen(tuple(kept), withdrawn)


def _is_asked(decision: Decision, wanted: Wanted) -> bool:
    if wanted.sections is not None and wanted.sections.isdisjoint(decision.sections):
        return False
    if wanted.weeks and not any(decision.decided_at in week for week in wanted.weeks):
        return False
    return wanted.days is None or decision.decided_at in wanted.days


def _check_labels(taxonomy: Taxonomy, facet: str, asked: Collection[str]) -> None:
    known = {label.name for one in taxonomy.facets if one.name == facet for label in one.labels}
    for label in sorted(asked):
        if label not in known:
            likely = nearest(label, sorted(known), most=3)
            meant = f"Did you mean {' or '.join(likely)}? " if likely else ""
            raise UsageError(
                f"The taxonomy has no {facet} {label!r}.",
                hint=f"{meant}It has {', '.join(sorted(known)) or 'none at all'}.",
            )
