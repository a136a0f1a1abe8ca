"""Check what ingest depends on: contact, rate limits, the ledger, arrivals and the quarantine."""

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from urllib.parse import urlsplit

from config.schema import ArxivSettings
from pipeline.ingest.coverage import coverage_now, set_of, unharvested
from pipeline.ingest.hub_state import hub_state
from pipeline.ingest.ledger import (
    WATCHED_DAYS,
    accepted_days,
    overdue_now,
    overdue_remedy,
    overdue_sentence,
)
from pipeline.ingest.silence import SILENT_DAYS, silence_now
from pipeline.ingest.sources.open import NO_CONTACT, SET_CONTACT
from pipeline.ingest.sources.transport.limiter import Limiter, default_limiter_path, host_group
from pipeline.runtime.ending import ended
from pipeline.runtime.findings import Finding
from pipeline.runtime.plurals import counted
from pipeline.runtime.services import Services
from storage.calendar import PUBLISHED, announcement_day, feed_instant
from storage.store import Store


def checks(services: Services) -> Iterator[Finding]:
    """Yield what is wrong or worth knowing.

    Raises:
        LivingSurveyError: the database cannot be read.
    """
    arxiv, now = services.settings.arxiv, services.clock()
    if arxiv.is_live and not arxiv.contact:
        yield Finding("configuration", NO_CONTACT, SET_CONTACT)
    with services.open_store() as store:
        found = list(_quarantine(store, now))
        if not ended(store.freezes.standing(), now.date()):  # else nothing comes any more
            found += [
                *_limiter(arxiv),
                *_calendar(now),
                *_hub(store, arxiv, now),
                *_overdue(store, arxiv, now),
                *_arrivals(store, arxiv, now),
                *_coverage(store, arxiv, now),
            ]
    yield from found


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
            remedy = "Wait: until then runs exit with 75 and lose nothing."
        yield Finding(
            "arXiv",
            f"a cool-down lasts {counted(minutes, 'more minute')}: {reason.rstrip('.')}.",
            remedy,
        )


def _calendar(now: datetime) -> Iterator[Finding]:
    year = announcement_day(now).year
    if year > max(PUBLISHED):
        yield Finding(
            "calendar",
            f"the days of {year} on which arXiv announces nothing are not all known to this"
            " version: beside weekends and holidays an empty feed is `unknown`.",
            "Install a newer living-survey; until then `living-survey backfill` completes such a"
            " day.",
            wrong=False,
        )


def _quarantine(store: Store, now: datetime) -> Iterator[Finding]:
    count = store.quarantine.count()
    if count:
        recent = store.quarantine.count(feed_instant(_watched_since(now)))
        yield Finding(
            "quarantine",
            f"{counted(count, 'record')} could not be read.",
            "`living-survey quarantine list` shows them, `living-survey quarantine retry` reads "
            "them again.",
            # Older records must not hide new faults.
            wrong=bool(recent),
        )


def _overdue(store: Store, arxiv: ArxivSettings, now: datetime) -> Iterator[Finding]:
    overdue = overdue_now(store, arxiv.categories, now)
    if overdue:
        yield Finding("ledger", overdue_sentence(overdue), overdue_remedy(overdue))
    for text, one in accepted_days(store.acceptances.standing(_watched_since(now))).items():
        yield Finding(
            "ledger",
            f"{text}.",
            f"`living-survey ledger accept {one.day} --withdraw` takes that back.",
            wrong=False,
        )


def _arrivals(store: Store, arxiv: ArxivSettings, now: datetime) -> Iterator[Finding]:
    found = silence_now(store, now)
    if found is None:
        yield Finding(
            "ledger",
            "no feed was read yet.",
            "`living-survey run` reads today's; call it daily, for example by cron.",
            wrong=False,
        )
        return
    silent = SILENT_DAYS if found.last is None else found.days
    if silent >= SILENT_DAYS and not arxiv.is_live:
        yield Finding(
            "arrivals",
            f"no new paper has come for {silent} announcement days from a local arXiv"
            f" ({arxiv.oai_url}), such as a demo's, whose papers end one day.",
            "`living-survey init` in another directory starts a survey that asks the real one.",
            wrong=False,
        )
    elif silent >= SILENT_DAYS:
        yield Finding(
            "arrivals",
            f"no new paper has come for {silent} announcement days.",
            "`living-survey status` shows the last runs; check that cron calls"
            " `living-survey run`.",
        )


def _hub(store: Store, arxiv: ArxivSettings, now: datetime) -> Iterator[Finding]:
    found = hub_state(store, arxiv, now)
    if found is not None:
        remedy = found.remedy if found.late else ""
        yield Finding("hub", found.sentence, remedy, wrong=found.late)


def _coverage(store: Store, arxiv: ArxivSettings, now: datetime) -> Iterator[Finding]:
    for gap in coverage_now(store, arxiv, now).gaps:
        yield Finding("coverage", f"{gap.sentence}.", f"`{gap.command}` brings these papers.")
    if outside := unharvested(arxiv.sets, arxiv.categories):
        yield Finding(
            "coverage",
            f"{', '.join(outside)}: in none of the harvested sets ({', '.join(arxiv.sets)}), so"
            " papers come only from the daily feed, and changes to them are not seen.",
            "Add their sets to [arxiv] sets in living-survey.toml, for example"
            f" {', '.join(dict.fromkeys(repr(set_of(name)) for name in outside))}; after the next"
            " `living-survey run` this names the days before it.",
        )


def _watched_since(now: datetime) -> date:
    return announcement_day(now) - timedelta(days=WATCHED_DAYS)
