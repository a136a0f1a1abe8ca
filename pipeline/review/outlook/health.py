"""Report how the queue develops, for the page and for the terminal."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime

from config.whole_number import whole_number
from pipeline.review.outlook.clearing import Clearing, forecast
from pipeline.review.outlook.pace import Pace, pace_of
from pipeline.review.outlook.replay import Replay, Scored, replay
from pipeline.review.outlook.weeks import WEEKS, Week, count_weeks, past_weeks, whole_weeks
from storage.outlook import ArrivedPapers, DecidedPapers, WaitingPaper
from storage.store import OpenStore, Store
from storage.types import Verdict

#: name of the preference that holds a reviewer's limit
PREFERENCE = "limit"
#: percent
LARGEST = 99


@dataclass(frozen=True, slots=True)
class QueueHealth:
    """What arrives, what is decided, what waits, and what another limit would mean."""

    #: percent; papers below are not counted unless a field says otherwise
    limit: int
    #: the past weeks, oldest first
    weeks: tuple[Week, ...]
    clearing: Clearing
    waiting: int
    #: all waiting papers
    whole: int
    oldest: WaitingPaper | None
    #: days since the oldest was announced
    oldest_days: int
    replay: Replay
    #: of the reviewer who asks, never of another
    pace: Pace
    #: standing decisions of that reviewer since midnight UTC
    today: int


def chosen_limit(preferences: Mapping[str, str], setting: float) -> int:
    """Return the reviewer's own limit in percent, or that of the settings."""
    own = own_limit(preferences)
    return round(setting) if own is None else own


def own_limit(preferences: Mapping[str, str]) -> int | None:
    """Return the limit that the reviewer keeps, in percent, or None."""
    return whole_number(preferences.get(PREFERENCE, ""), LARGEST)


def queue_health(open_store: OpenStore, *, reviewer: str, limit: int, now: datetime) -> QueueHealth:
    """Return the report for a reviewer and a limit in percent."""
    today = now.astimezone(UTC).date()
    with open_store() as store:
        arrived = store.outlook.arrived(_first_counted(today), today)
        decided = store.outlook.decided()
        waiting = Scored(store.outlook.waiting())
        oldest = store.outlook.oldest(limit / 100)
        pace = pace_of(store.outlook.gaps(reviewer))
        done = store.outlook.decided_since(reviewer, _midnight(today))
        done += store.opinions.given_since(reviewer, _midnight(today))
    weeks = count_weeks(arrived, decided, limit, today)
    arriving = whole_weeks(_first_day(arrived), today)
    replayed_from = past_weeks(today, arriving)[0][0] if arriving else today
    return QueueHealth(
        limit=limit,
        weeks=weeks,
        clearing=_clearing(arrived, decided, waiting.above(limit), limit, today),
        waiting=waiting.above(limit),
        whole=waiting.known,
        oldest=oldest,
        oldest_days=(today - oldest.announced).days if oldest else 0,
        replay=replay(
            arrived=_scored(one for one in arrived if one.day >= replayed_from),
            weeks=arriving,
            approved=_scored(one for one in decided if one.verdict is Verdict.APPROVED),
            waiting=waiting,
            pace=pace,
            current=limit,
        ),
        pace=pace,
        today=done,
    )


def queue_forecast(store: Store, *, limit: int, now: datetime) -> Clearing:
    """Return when the papers at or above a limit in percent are decided."""
    today = now.astimezone(UTC).date()
    return _clearing(
        store.outlook.arrived(_first_counted(today), today),
        store.outlook.decided(),
        Scored(store.outlook.waiting()).above(limit),
        limit,
        today,
    )


def _clearing(
    arrived: Sequence[ArrivedPapers],
    decided: Sequence[DecidedPapers],
    waiting: int,
    limit: int,
    today: date,
) -> Clearing:
    # before the first decision no paper was read, so those weeks say nothing about the pace
    known = min(whole_weeks(_first_day(decided), today), whole_weeks(_first_day(arrived), today))
    counted = count_weeks(arrived, decided, limit, today)[WEEKS - known :]
    return forecast(
        waiting,
        [week.arrived for week in counted],
        [week.decided for week in counted],
        today,
    )


def _first_counted(today: date) -> date:
    """Return the first day of a week more, to see whether the first week is covered whole."""
    return past_weeks(today, WEEKS + 1)[0][0]


def _scored(counts: Iterable[ArrivedPapers | DecidedPapers]) -> Scored:
    papers: Counter[int] = Counter()
    unknown = 0
    for one in counts:
        if one.percent is None:
            unknown += one.papers
        else:
            papers[one.percent] += one.papers
    return Scored(papers, unknown)


def _first_day(counts: Iterable[ArrivedPapers | DecidedPapers]) -> date | None:
    return min((one.day for one in counts), default=None)


def _midnight(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, tzinfo=UTC)
