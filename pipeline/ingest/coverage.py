"""Coverage: for which days arXiv's records were read, and which days nothing will ask for.

Days are OAI datestamps: the UTC day on which arXiv last changed a record. A day of a set is covered
if a window with it was read to its end after the day was over. The days from the next run's first
day on are no gap, because that run asks for them.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from itertools import combinations

from config.schema import ArxivSettings
from pipeline.ingest.windows import next_first_days
from pipeline.runtime.ending import ended
from storage.calendar import announcement_days
from storage.harvests import Harvest
from storage.store import Store

_DAY = timedelta(days=1)
#: archives that OAI has in the set `physics`, beside `physics` itself
_OF_PHYSICS = frozenset(
    {
        *("astro-ph", "cond-mat", "gr-qc", "hep-ex", "hep-lat", "hep-ph", "hep-th"),
        *("math-ph", "nlin", "nucl-ex", "nucl-th", "physics", "quant-ph"),
    }
)


@dataclass(frozen=True, slots=True, order=True)
class Span:
    """Days from `first` to `last`, both inclusive."""

    first: date
    last: date

    def __str__(self) -> str:
        """Return it as messages name it."""
        return str(self.first) if self.first == self.last else f"{self.first} to {self.last}"

    @property
    def announcement_days(self) -> int:
        """The number of days on which arXiv's calendar expects papers."""
        return len(announcement_days(self.first, self.last))


@dataclass(frozen=True, slots=True)
class Gap:
    """Days with announcements that some sets do not cover, and that no run will ask for."""

    first: date
    last: date
    sets: tuple[str, ...]
    #: whether arXiv was asked and listed nothing
    empty: bool = False

    @property
    def sentence(self) -> str:
        """What is missing, without a full stop."""
        span = Span(self.first, self.last)
        days = span.announcement_days
        number = "1 announcement day" if days == 1 else f"{days} announcement days"
        sets = ", ".join(self.sets)
        if self.empty:
            return (
                f"{span} ({number}) was asked for in {sets} and arXiv listed nothing, which counts"
                " when it says so on another day too"
            )
        return f"{span} ({number}) was never asked for in {sets}"

    @property
    def command(self) -> str:
        """The command that closes the gap."""
        return f"living-survey backfill --from {self.first} --until {self.last}"


@dataclass(frozen=True, slots=True)
class Coverage:
    """What was asked of arXiv, for all sets together."""

    #: the first day that any set covers; None: nothing was harvested yet
    first: date | None
    #: from this day on no set has a gap
    whole_since: date | None
    #: the first day the next run asks for, in the set that is furthest behind; None: none follows
    next_run_from: date | None
    #: oldest first
    gaps: tuple[Gap, ...]


def coverage(harvests: Sequence[Harvest], next_run_from: Mapping[str, date]) -> Coverage:
    """Return what the harvests cover.

    Every set is expected back to the first day that any set of the survey covers, so a set that is
    added later has a gap up to its first harvest.

    Args:
        harvests: all windows that were read to their end.
        next_run_from: the first day the next run asks for, by set of the survey.
    """
    spans = {name: covered(harvests, name) for name in next_run_from}
    begins = [found[0].first for found in spans.values() if found]
    if not begins:
        return Coverage(None, None, None, ())
    first = min(begins)
    open_spans: dict[tuple[Span, bool], list[str]] = {}
    whole_since = first
    for name, day in next_run_from.items():
        for span in uncovered(spans[name], first, day - _DAY):
            if span.announcement_days:
                open_spans.setdefault((span, _is_empty(harvests, name, span)), []).append(name)
                whole_since = max(whole_since, span.last + _DAY)
    gaps = (
        Gap(span.first, span.last, tuple(sets), empty)
        for (span, empty), sets in sorted(open_spans.items())
    )
    return Coverage(first, whole_since, min(next_run_from.values()), tuple(gaps))


def coverage_now(store: Store, settings: ArxivSettings, now: datetime) -> Coverage:
    """Return the coverage of the survey's sets now; after its end no run follows."""
    first_days = next_first_days(
        store,
        settings.sets,
        today=now.astimezone(UTC).date(),
        overlap_days=settings.overlap_days,
    )
    found = coverage(store.harvests.all(), first_days)
    if ended(store.freezes.standing(), now.date()):
        return replace(found, next_run_from=None, gaps=())
    return found


def covered(harvests: Iterable[Harvest], set_name: str) -> tuple[Span, ...]:
    """Return the days that these harvests cover in a set: disjoint, not adjacent, oldest first.

    Windows of a wider set count: `cs` has all of `cs:cs:CV`. An empty answer on days with
    announcements counts only if arXiv gave it on two days, because its cache keeps a wrong one
    until midnight UTC.
    """
    relevant = [one for one in harvests if covers(one.set_name, set_name)]
    spans = [span for one in relevant if not one.empty and (span := _settled(one))]
    empties = [one for one in relevant if one.empty]
    for one, other in combinations(empties, 2):
        if _utc_day(one.answered_at) != _utc_day(other.answered_at):
            spans += _common(_settled(one), _settled(other))
    return _joined(spans)


def uncovered(spans: Iterable[Span], first: date, last: date) -> tuple[Span, ...]:
    """Return the days from first to last outside these disjoint, sorted spans."""
    gaps, day = [], first
    for span in spans:
        if span.first > day and day <= last:
            gaps.append(Span(day, min(span.first - _DAY, last)))
        day = max(day, span.last + _DAY)
    if day <= last:
        gaps.append(Span(day, last))
    return tuple(gaps)


def _is_empty(harvests: Iterable[Harvest], set_name: str, span: Span) -> bool:
    """Say whether arXiv listed nothing for all these days."""
    empties = [one for one in harvests if one.empty and covers(one.set_name, set_name)]
    answered = _joined(found for one in empties if (found := _settled(one)))
    return any(one.first <= span.first and span.last <= one.last for one in answered)


def covers(wider: str, set_name: str) -> bool:
    """Return whether a set (empty: all of arXiv) has all papers of another."""
    return not wider or set_name == wider or set_name.startswith(f"{wider}:")


def _settled(harvest: Harvest) -> Span | None:
    """Return the days of a window that were over when arXiv answered."""
    last = min(harvest.until_day, _utc_day(harvest.answered_at) - _DAY)
    return Span(harvest.from_day, last) if harvest.from_day <= last else None


def _common(one: Span | None, other: Span | None) -> list[Span]:
    if one is None or other is None:
        return []
    first, last = max(one.first, other.first), min(one.last, other.last)
    return [Span(first, last)] if first <= last else []


def _joined(spans: Iterable[Span]) -> tuple[Span, ...]:
    joined: list[Span] = []
    for span in sorted(spans):
        if joined and span.first <= joined[-1].last + _DAY:
            joined[-1] = Span(joined[-1].first, max(joined[-1].last, span.last))
        else:
            joined.append(span)
    return tuple(joined)


def _utc_day(moment: datetime) -> date:
    return moment.astimezone(UTC).date()


def unharvested(sets: Iterable[str], categories: Iterable[str]) -> tuple[str, ...]:
    """Return the categories whose papers are in none of these sets."""
    known = tuple(sets)
    return tuple(
        name for name in categories if not any(covers(wider, _full_set_of(name)) for wider in known)
    )


def set_of(category: str) -> str:
    """Return the set to harvest for a category: `cs` for cs.CV, `physics:hep-th` for hep-th."""
    archive = category.partition(".")[0]
    inside = archive in _OF_PHYSICS and archive != "physics"
    return f"physics:{archive}" if inside else archive


def _full_set_of(category: str) -> str:
    """Return a category as OAI names its own set: `cs:cs:CV`, `physics:hep-th`."""
    archive, _, subject = category.partition(".")
    group = "physics" if archive in _OF_PHYSICS else archive
    return f"{group}:{archive}:{subject}" if subject else f"{group}:{archive}"
