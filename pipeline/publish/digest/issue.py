"""Build the issue of a week: read, compose, render every file and count them again."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path, PurePath

from config.errors import UsageError
from config.reasons import Reason
from config.schema import Settings
from config.taxonomy import Taxonomy, parse_taxonomy
from pipeline.curated.title import survey_title
from pipeline.publish.digest.build import build_digest, placements
from pipeline.publish.digest.gather import gather, target_of
from pipeline.publish.digest.plain import plain
from pipeline.publish.digest.record import record
from pipeline.publish.digest.recount import recount
from pipeline.publish.digest.render import Form, render, view_of
from pipeline.publish.digest.types import NO_COLOPHON, Colophon, Digest
from pipeline.publish.digest.view import View
from pipeline.publish.digest.week import Week
from pipeline.publish.digest.words import Words, load_words
from pipeline.publish.publication import Build, BuiltFile
from pipeline.publish.suggest import suggest_address
from pipeline.runtime.services import Services
from storage.issue_types import IssueEdits
from storage.store import Store


class UnfinishedWeekError(UsageError):
    """The week has not ended, so its digest would not be final."""


@dataclass(frozen=True, slots=True)
class Edition:
    """What the settings say of every issue."""

    survey_title: str
    output: Path
    languages: tuple[str, ...]
    reasons: tuple[Reason, ...] = ()
    colophon: Colophon = NO_COLOPHON


def edition_of(settings: Settings) -> Edition:
    """Return what the settings say of every issue."""
    return Edition(
        survey_title=survey_title(settings.survey),
        output=settings.digest.output,
        languages=tuple(dict.fromkeys(settings.digest.languages)),
        reasons=settings.review.reasons,
        colophon=Colophon(
            editor=settings.publish.editor,
            list_url=settings.publish.list_url,
            suggest_url=suggest_address(settings),
            base_url=settings.publish.base_url,
        ),
    )


@dataclass(frozen=True, slots=True)
class Issue:
    """A built issue, and what it was built of."""

    digest: Digest
    build: Build


def issue_of(services: Services, week: Week, *, preliminary: bool = False) -> Issue:
    """Build the issue of a week as the settings want it; see `build_issue`."""
    edition = edition_of(services.settings)
    with services.open_store() as store:
        return build_issue(store, services.taxonomy, edition, week, preliminary=preliminary)


def build_issue(
    store: Store,
    taxonomy: Taxonomy,
    edition: Edition,
    week: Week,
    *,
    preliminary: bool = False,
    edits: IssueEdits | None = None,
) -> Issue:
    """Build the issue of a week with what its editor wrote; nothing is written.

    Args:
        store: is only read.
        taxonomy: of today; an old week keeps that of its time.
        edition: what the settings say.
        week: of the issue.
        preliminary: whether the week has not ended.
        edits: None: those in the store.

    Raises:
        UnknownLanguageError: a language has no phrases.
        DigestCountError: a number in a file is not the number of the issue.
    """
    source = gather(
        store,
        week,
        in_scope_reasons={one.code for one in edition.reasons if one.in_scope},
        preliminary=preliminary,
        edits=store.issues.edits(str(week)) if edits is None else edits,
    )
    replaced = store.taxonomy.in_force_at(week.end)
    if replaced is not None:
        # An old week keeps the sections and names of its time, so that its file does not change.
        taxonomy = parse_taxonomy(replaced, f"the taxonomy of {week}")
    digest = build_digest(
        source, taxonomy, survey_title=edition.survey_title, colophon=edition.colophon
    )
    files = rendered(digest, edition.languages, edition.reasons)
    recounted = recount(
        digest,
        {PurePath(name): data for name, (data, _) in files.items()},
        {PurePath(name): words for name, (_, words) in files.items() if words is not None},
    )
    build = Build(
        target=target_of(week),
        files=tuple(BuiltFile(edition.output / name, data) for name, (data, _) in files.items()),
        entries=placements(source),
        counts=digest.counts,
        recounted=recounted,
        notes=tuple(_notes(digest)),
    )
    return Issue(digest, build)


def rendered(
    digest: Digest, languages: Sequence[str], reasons: Sequence[Reason] = ()
) -> Mapping[str, tuple[bytes, Words | None]]:
    """Return the bytes and words of every file by name; the JSON has no language of its own.

    The first language names its files `2026-W12.md` and so on, others `2026-W12.zh.md`.
    """
    flat = plain(digest)
    files: dict[str, tuple[bytes, Words | None]] = {}
    views: list[View] = []
    for code in languages:
        view = view_of(flat, code, languages=languages, reasons=reasons)
        views.append(view)
        for form in Form:
            shown = digest if form is Form.MARKDOWN else flat
            text = render(shown, form, code, languages=languages, reasons=reasons)
            files[f"{view.stem}.{form}"] = (text.encode("utf-8"), load_words(code))
    files[f"{digest.stem}.json"] = (record(flat, views).encode("utf-8"), None)
    return files


def check_finished(week: Week, now: datetime, *, allow_unfinished: bool = False) -> bool:
    """Say whether a week has ended at `now`.

    Raises:
        UnfinishedWeekError: it is in the future or, unless allowed, has not ended.
    """
    last = Week.last_complete(now)
    if week.start > now:
        raise UnfinishedWeekError(
            f"The week {week} is in the future.", hint=f"The last complete week is {last}."
        )
    if week.end > now and not allow_unfinished:
        raise UnfinishedWeekError(
            f"The week {week} ends on {week.last_day:%Y-%m-%d} at midnight UTC.",
            hint=f"Take {last}, the last complete week, or see a preliminary one:"
            " `living-survey digest --unfinished`.",
        )
    return week.end <= now


def _notes(digest: Digest) -> list[str]:
    notes = [
        f"{paper.arxiv_id} {paper.title} is left out: withdrawn at arXiv since it was approved."
        for paper in digest.withdrawn
    ]
    if digest.corrections:
        notes.append(f"Corrections to papers approved before: {len(digest.corrections)}.")
    if digest.unknown_sections:
        named = ", ".join(digest.unknown_sections)
        notes.append(f"The taxonomy does not know these sections: {named}.")
    return notes
