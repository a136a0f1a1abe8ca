"""Bring the likely works of a corpus, for `import --candidates`."""

from config.errors import TryAgainLaterError
from pipeline.cli.answer import Answer, Text
from pipeline.cli.command import Invocation
from pipeline.cli.pairs_line import pairs_line
from pipeline.cli.session import arxiv_session
from pipeline.ingest.candidates import CandidatesReport, import_candidates
from pipeline.ingest.sources.errors import NotHeldError
from pipeline.learn.classify import classify
from pipeline.learn.corpus.candidates import likely_works, works_of
from pipeline.learn.corpus.place import Place
from pipeline.run import doubles
from pipeline.runtime.plurals import counted, some_of

#: looked up in one call: half a minute at arXiv's pace
_LIMIT = 1_000


def import_best(
    invocation: Invocation, output: str, at_least: int | None, limit: int | None
) -> Answer:
    """Bring the likeliest works that are not stored yet, classify them and look for pairs."""
    if at_least is None:
        at_least = invocation.settings.review.likely_from
    place = Place(output)
    found = likely_works(place, at_least)
    with arxiv_session(invocation, "import", lock=None) as (opened, arxiv):
        report = import_candidates(
            opened.services,
            arxiv,
            opened.run,
            output,
            found.keys,
            works_of=lambda keys: works_of(place, keys),
            unnamed=found.unnamed,
            limit=limit or _LIMIT,
        )
        classify(opened.services, opened.run)
        pairs = doubles(opened.services)
    return Answer(
        report,
        (*_text(report), *pairs_line(pairs)),
        _notes(report),
        TryAgainLaterError.exit_status if report.failure else 0,
    )


def _text(report: CandidatesReport) -> Text:
    lines = [f"added      {counted(len(report.added), 'paper')}, {report.held:,} were held already"]
    if report.left:
        lines.append(
            f"left       {report.left:,} less likely ones: call it again, or raise --limit"
        )
    if report.without_text:
        works = counted(report.without_text, "work")
        lines.append(f"left out   {works} without a title or an abstract in the scores")
    if report.unnamed:
        works = counted(report.unnamed, "work")
        lines.append(f"left out   {works} without an arXiv ID or a DOI, which a survey cannot hold")
    if report.unreadable:
        lines.append(f"quarantine {counted(report.unreadable, 'record')} could not be read")
    return tuple(lines)


def _notes(report: CandidatesReport) -> tuple[str, ...]:
    notes = []
    if report.unknown:
        notes.append(f"living-survey: arXiv does not have {some_of(report.unknown)}.")
    if report.unheld:
        error = NotHeldError.of(report.unheld)
        notes.append(f"living-survey: {error.message} {error.hint}")
    if report.failure:
        papers = counted(report.not_asked, "paper")
        notes.append(f"living-survey: {papers} at arXiv could not be looked up: {report.failure}")
    return tuple(notes)
