"""The first day of a survey: what is left of it, by what the database holds."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, timedelta

from config.schema import ArxivSettings
from config.taxonomy import Taxonomy
from pipeline.curated.types import CuratedList
from pipeline.ingest.coverage import Span, covered, uncovered
from pipeline.ingest.windows import backfill_windows, next_first_days
from pipeline.learn.train import FEWEST_TO_LEARN
from pipeline.runtime.plurals import counted
from pipeline.runtime.services import Services
from storage.calendar import announcement_day
from storage.harvests import Harvest
from storage.store import Store
from storage.types import RunRecord, RunStatus

#: days before today whose papers the model compares the list with
PAST_DAYS = 30
#: requests for a week of a set: arXiv's pages have 1,300 records, and in `cs` about 1,500 change on
#: a working day
_PAGES_A_WEEK = 6
#: arXiv IDs in one look-up
_IDS_A_REQUEST = 100
#: commands after which the papers are classified anew by `run`
_BEFORE_RUN = frozenset({"bootstrap", "backfill", "train"})


@dataclass(frozen=True, slots=True)
class ToDo:
    """What is left of the first day; each step is done at most once."""

    bootstrap: bool
    #: days to backfill
    past: Span | None
    #: False also while there are too few approvals
    train: bool
    run: bool
    #: papers approved so far
    approved: int

    @property
    def steps(self) -> tuple[str, ...]:
        """The commands that are left, in order."""
        wanted = {
            "bootstrap": self.bootstrap,
            "backfill": self.past is not None,
            "train": self.train,
            "run": self.run,
        }
        return tuple(name for name, left in wanted.items() if left)


@dataclass(frozen=True, slots=True)
class Fit:
    """How many entries of a list the built-in taxonomy has a section for."""

    placed: int
    entries: int

    @property
    def built_in(self) -> bool:
        """Whether the built-in taxonomy is that of this list."""
        return 2 * self.placed > self.entries


def fit(curated: CuratedList, built_in: Taxonomy) -> Fit:
    """Return how well the headings of the built-in taxonomy fit a list."""
    placed = sum(built_in.section_at(entry.headings) is not None for entry in curated.entries)
    return Fit(placed, len(curated.entries))


def left_to_do(services: Services, *, can_train: bool = True) -> ToDo:
    """Return what is left, read in one lease of the database.

    Args:
        services: what every step is given.
        can_train: False after training has found too little to learn from.

    Raises:
        ModelError: the model in use does not belong to the taxonomy.
    """
    now = services.clock()
    with services.open_store() as store:
        approved = store.decisions.approvals()
        runs = store.runs.recent(50)
        past = _past(store, services.settings.arxiv, now.astimezone(UTC).date())
    trained = services.models.check_current(services.taxonomy).is_trained
    imported = approved > 0 and _last(runs, "bootstrap")
    enough = approved >= FEWEST_TO_LEARN or not imported
    train = can_train and not trained and enough
    before = not imported or past is not None or train
    return ToDo(
        bootstrap=not imported,
        past=past,
        train=train,
        run=before or not _ran_on(runs, announcement_day(now)),
        approved=approved,
    )


def _past(store: Store, settings: ArxivSettings, today: date) -> Span | None:
    """Return the days to backfill, up to today so that none is left out before the first run."""
    next_run = next_first_days(
        store, settings.sets, today=today, overlap_days=settings.overlap_days
    )
    return days_to_backfill(store.harvests.all(), next_run, today)


def days_to_backfill(
    harvests: Sequence[Harvest], next_run_from: Mapping[str, date], today: date
) -> Span | None:
    """Return the days from the first one of the last 30 without an answer to today; None: no day.

    An empty answer is one: asking again on the same day brings the same, and `doctor` goes on to
    name a gap that it leaves.

    Args:
        harvests: all windows that were read to their end.
        next_run_from: the first day the next run asks for, by set of the survey.
        today: by UTC.
    """
    begin = today - timedelta(days=PAST_DAYS)
    answered = [replace(harvest, empty=False) for harvest in harvests]
    missing = [
        span.first
        for name, day in next_run_from.items()
        for span in uncovered(covered(answered, name), begin, day - timedelta(days=1))
        if span.announcement_days
    ]
    return Span(min(missing), today) if missing else None


def _last(runs: Sequence[RunRecord], command: str) -> bool:
    """Return whether the newest execution of a command succeeded."""
    newest = next((run for run in runs if run.command == command), None)
    return newest is not None and newest.status is RunStatus.DONE


def _ran_on(runs: Sequence[RunRecord], day: date) -> bool:
    """Return whether a run of this announcement day succeeded after the steps before it."""
    for run in runs:  # newest first
        if run.command in _BEFORE_RUN:
            return False
        if run.command == "run" and run.status is RunStatus.DONE:
            return announcement_day(run.started_at) == day
    return False


def requests(todo: ToDo, settings: ArxivSettings, *, ids: int) -> dict[str, int]:
    """Return about how many requests each step that is left needs.

    Args:
        todo: what is left.
        settings: for the sets and categories.
        ids: papers of the list that are not stored.
    """
    sets = settings.sets
    weeks = (
        sum(len(list(backfill_windows(name, todo.past.first, todo.past.last))) for name in sets)
        if todo.past
        else 0
    )
    needed = {
        "bootstrap": -(-ids // _IDS_A_REQUEST),
        "backfill": weeks * _PAGES_A_WEEK,
        "train": 0,
        "run": 1 + 3 * len(sets),
    }
    return {name: needed[name] for name in todo.steps}


def pace(number: int, settings: ArxivSettings) -> str:
    """Return how many requests are left and how long they take at arXiv's rate."""
    if not number:
        return "no request to arXiv"
    seconds = number * settings.min_interval_seconds
    minutes = max(1, round(seconds / 60))
    lasting = "a minute or less" if minutes == 1 else counted(minutes, "minute")
    return f"about {counted(number, 'request')} to arXiv, {lasting} at its rate"
