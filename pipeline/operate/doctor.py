"""What is wrong with a survey and what to do about it. Looks, asks nobody and mends nothing."""

import shlex
import shutil
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from textwrap import shorten
from urllib.parse import urlsplit

from classifiers.kept.registry import ModelRegistry
from config.errors import LivingSurveyError
from config.schema import ArxivSettings
from config.taxonomy import Taxonomy
from pipeline.ingest.calendar import PUBLISHED, announcement_day, announcement_days, feed_instant
from pipeline.ingest.ledger import (
    WATCHED_DAYS,
    OverdueDay,
    overdue_days,
    overdue_remedy,
    overdue_sentence,
    without_overdue,
)
from pipeline.ingest.sources.open import NO_CONTACT, SET_CONTACT
from pipeline.ingest.sources.transport.limiter import Limiter, default_limiter_path, host_group
from pipeline.learn.drift_report import newest_drift
from pipeline.runtime.plurals import counted
from pipeline.runtime.services import Services
from pipeline.taxonomy.check import check_taxonomy
from storage.integrity import Fault
from storage.store import Store
from storage.types import RunRecord, RunStatus

#: announcement days without a single new paper before that is called wrong
SILENT_DAYS = 3
#: bytes a run may need for the database, its WAL and the archive
_ROOM = 1 << 30
_LONG_QUEUE = 2_000
#: characters of an error that are shown; `status` has all of it
_LONGEST_ERROR = 200
#: commands that do nothing, or something else, without words that older `runs` did not keep
_WITH_ARGUMENTS = frozenset({"add", "backfill", "bootstrap", "import"})


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing the operator should know."""

    #: which of the checks found it
    check: str
    what: str
    remedy: str
    #: False: worth knowing, nothing is broken
    wrong: bool = True


@dataclass(frozen=True, slots=True)
class _Held:
    """What the database says, taken in one lease."""

    faults: tuple[Fault, ...]
    overdue: tuple[OverdueDay, ...]
    #: a run has looked at a feed before
    watched: bool
    last_arrival: datetime | None
    runs: tuple[RunRecord, ...]
    #: ids of runs that are under way
    living: frozenset[str]
    quarantine: int
    #: of these, what came in the days that are watched
    newly_quarantined: int
    queue: int
    approvals: bool


def examine(services: Services) -> tuple[Finding, ...]:
    """Return everything that is wrong or worth knowing; empty if all is well."""
    settings, now = services.settings, services.clock()
    found = [*_contact(settings.arxiv), *_list(settings.survey.list), *_limiter(settings.arxiv)]
    found += _disk(settings.database.path)
    held = None
    if not settings.database.path.exists():
        found.append(
            Finding(
                "database",
                f"there is no database at {settings.database.path}.",
                "`living-survey init` creates it.",
            )
        )
    else:
        try:
            with services.open_store() as store:
                held = _look(store, settings.arxiv, now)
        except LivingSurveyError as error:
            found.append(Finding("database", error.message, error.hint))
    if held is not None:
        found += _database(held)
        found += _ledger(held, now)
        found += _calendar(now)
        found += _runs(held, now, told={finding.what for finding in found})
        found += _taxonomy(services)
    found += _model(services.models, services.taxonomy, trainable=bool(held and held.approvals))
    found += _drift(settings.classifier.reports)
    return tuple(found)


def _look(store: Store, arxiv: ArxivSettings, now: datetime) -> _Held:
    since = announcement_day(now) - timedelta(days=WATCHED_DAYS)
    return _Held(
        faults=tuple(store.integrity.faults()),
        overdue=overdue_days(store.ledger.days(since), arxiv.categories, now),
        watched=bool(store.ledger.first_days()),
        last_arrival=store.arrivals.last(),
        runs=tuple(store.runs.recent(50)),
        living=frozenset(run.run_id for run, alive in store.runs.unfinished() if alive),
        quarantine=store.quarantine.count(),
        newly_quarantined=store.quarantine.count(feed_instant(since)),
        queue=store.queue.size(),
        approvals=bool(store.decisions.count()),
    )


def _contact(arxiv: ArxivSettings) -> Iterator[Finding]:
    if arxiv.is_live and not arxiv.contact:
        yield Finding("configuration", NO_CONTACT, SET_CONTACT)


def _list(curated: Path | None) -> Iterator[Finding]:
    if curated is not None and not curated.is_file():
        yield Finding(
            "configuration",
            f"[survey] list names {curated}, and there is no such file.",
            "Mend the path in living-survey.toml or put the list there.",
        )


def _limiter(arxiv: ArxivSettings) -> Iterator[Finding]:
    limiter = Limiter(arxiv.limiter or default_limiter_path(), arxiv.min_interval_seconds)
    addresses = [urlsplit(url) for url in (arxiv.oai_url, arxiv.rss_url, arxiv.query_url)]
    for group in dict.fromkeys(host_group(a.hostname or "", a.port) for a in addresses):
        seconds, reason = limiter.cooling(group)
        if not seconds:
            continue
        minutes = max(1, round(seconds / 60))
        if limiter.is_blocked(group):
            remedy = "Stop all jobs and find out why: https://arxiv.org/denied.html."
        else:
            remedy = "Nothing: runs until then exit with 75 and lose nothing."
        yield Finding(
            "arXiv",
            f"a cool-down lasts {counted(minutes, 'more minute')}: {reason.rstrip('.')}.",
            remedy,
        )


def _disk(database: Path) -> Iterator[Finding]:
    place = next(path for path in (database.parent, *database.parents) if path.exists())
    size = database.stat().st_size if database.exists() else 0
    free = shutil.disk_usage(place).free
    if free < _ROOM + size:
        yield Finding(
            "disk",
            f"only {free / 1e9:.1f} GB are free at {place}.",
            "Free some, or move [database] path and [arxiv] archive to another disk.",
        )


def _database(held: _Held) -> Iterator[Finding]:
    for fault in held.faults:
        yield Finding(
            "database",
            f"{fault.what}: {fault.rows}.",
            "Keep the file and restore a backup (`living-survey restore FILE`; `backup` puts them "
            "into backups/ beside the database); please report it.",
        )
    if held.quarantine:
        yield Finding(
            "quarantine",
            f"{counted(held.quarantine, 'record')} could not be read.",
            "`living-survey quarantine list` shows them, `living-survey quarantine retry` reads "
            "them again.",
            # What nobody could mend in two weeks is kept, and must not hide what breaks today.
            wrong=bool(held.newly_quarantined),
        )
    if held.queue > _LONG_QUEUE:
        yield Finding(
            "queue",
            f"{counted(held.queue, 'paper waits', 'papers wait')} for a reviewer.",
            "`living-survey serve` shows the likeliest first.",
            wrong=False,
        )


def _ledger(held: _Held, now: datetime) -> Iterator[Finding]:
    if held.overdue:
        yield Finding("ledger", overdue_sentence(held.overdue), overdue_remedy(held.overdue))
    if not held.watched:
        yield Finding(
            "ledger",
            "no feed was read yet.",
            "`living-survey run` reads today's; put it under cron.",
            wrong=False,
        )
        return
    if held.last_arrival is None:
        silent = SILENT_DAYS
    else:
        since = announcement_day(held.last_arrival) + timedelta(days=1)
        silent = len(announcement_days(since, announcement_day(now)))
    if silent >= SILENT_DAYS:
        yield Finding(
            "arrivals",
            f"no new paper has come for {silent} announcement days.",
            "Look at `living-survey status`: does cron call `living-survey run`?",
        )


def _calendar(now: datetime) -> Iterator[Finding]:
    year = announcement_day(now).year
    if year > max(PUBLISHED):
        yield Finding(
            "calendar",
            f"the days on which arXiv announces nothing in {year} are not all known here: beside"
            " weekends and holidays an empty feed is `unknown`.",
            "A newer living-survey knows them; until then `living-survey backfill` settles such a"
            " day.",
            wrong=False,
        )


def _runs(held: _Held, now: datetime, *, told: Collection[str]) -> Iterator[Finding]:
    """Tell commands whose last execution failed, unless what stopped them is `told` already."""
    newest: dict[str, RunRecord] = {}
    for run in held.runs:
        newest.setdefault(run.command, run)
    for run in newest.values():
        old = run.started_at < now - timedelta(days=WATCHED_DAYS)
        if old or run.status is RunStatus.DONE or run.run_id in held.living or run.error in told:
            continue
        if run.status is RunStatus.RUNNING:
            ended = "was interrupted without a word"
        else:
            error = without_overdue(run.error or "")
            if run.error and not error:
                continue  # the ledger tells what of it is left
            said = shorten(error.rstrip("."), _LONGEST_ERROR, placeholder=" [...]")
            ended = f"{run.status.value}: {said}" if said else run.status.value
        yield Finding(
            "runs",
            f"the last `{run.command}` ({run.started_at:%Y-%m-%d %H:%M} UTC) {ended}.",
            _again(run),
        )


def _again(run: RunRecord) -> str:
    call = "Call" if run.status is RunStatus.RUNNING else "Mend what it names, then call"
    words = shlex.join(run.words) or run.command
    same = not run.words and run.command in _WITH_ARGUMENTS
    with_what = " with the same arguments" if same else ""
    return f"{call} `living-survey {words}` again{with_what}: nothing is done twice."


def _taxonomy(services: Services) -> Iterator[Finding]:
    report = check_taxonomy(services.taxonomy, services.open_store)
    if report.lost and report.migrated_to:
        yield Finding(
            "taxonomy",
            f"the last change that was recorded led to another taxonomy than {report.title!r} as"
            " the settings name it.",
            "Set [survey] taxonomy to the new file.",
        )
    for lost in () if report.migrated_to else report.lost:
        meant = f" (is it now {' or '.join(lost.nearest)}?)" if lost.nearest else ""
        papers = counted(lost.papers, "approved paper stands", "approved papers stand")
        yield Finding(
            "taxonomy",
            f"{papers} in {lost.section!r}, which {report.title!r} does not have{meant}.",
            "`living-survey taxonomy migrate --help` says how they move.",
        )
    if report.unplaced:
        yield Finding(
            "taxonomy",
            f"{counted(report.unplaced, 'approved paper waits', 'approved papers wait')}"
            " for a new section.",
            "`living-survey serve` shows them in the queue.",
            wrong=False,
        )


def _model(models: ModelRegistry, taxonomy: Taxonomy, *, trainable: bool) -> Iterator[Finding]:
    if models.current_id() is None:
        yield Finding(
            "model",
            "no model was trained; papers are scored by cue words.",
            "`living-survey train` makes one from the decisions.",
            wrong=trainable,
        )
        return
    try:
        models.current(taxonomy)
    except LivingSurveyError as error:
        yield Finding("model", error.message, error.hint or "`living-survey train` makes another.")


def _drift(reports: Path) -> Iterator[Finding]:
    newest = newest_drift(reports)
    for sentence in newest.notable if newest else ():
        yield Finding(
            "drift",
            f"{newest.week if newest else ''}: {sentence}.",
            "`living-survey drift` shows terms and papers; `living-survey train` learns from the "
            "newest decisions, `living-survey taxonomy --help` says how sections change.",
            wrong=False,
        )
