"""Score a corpus of files, or plan it, for `classify --corpus`."""

from collections.abc import Sequence
from pathlib import PurePath, PurePosixPath

from config.errors import UsageError
from pipeline.cli.answer import Answer, Text
from pipeline.cli.command import Invocation
from pipeline.cli.session import session
from pipeline.learn.corpus.bulk import CorpusReport, score_corpus
from pipeline.learn.corpus.columns import columns_of
from pipeline.learn.corpus.place import Place
from pipeline.runtime.plurals import NAMED, counted


def classify_corpus(
    invocation: Invocation, corpus: str, output: str, column: Sequence[str], candidates_from: int
) -> Answer:
    """Score what is not done yet; exit status 1 if a partition failed every time."""
    columns, source, target = columns_of(column), Place(corpus), Place(output)
    _refuse_inside(source, target)
    with session(invocation, "classify") as opened:
        report = score_corpus(
            opened.services,
            opened.run,
            source,
            target,
            columns=columns,
            candidates_from=candidates_from,
        )
    notes = [
        f"living-survey: {each.partition} failed three times: {each.reason}"
        for each in report.failed[:NAMED]
    ]
    if report.failed:
        notes.append(
            f"living-survey: {counted(len(report.failed), 'partition')} failed. What is done stays;"
            " correct the cause and run the command again."
        )
    return Answer(report, _text(report, candidates_from), tuple(notes), 1 if report.failed else 0)


def _refuse_inside(corpus: Place, output: Place) -> None:
    """Refuse an output whose files the next call would read as partitions of the corpus."""
    outer, inner = _whole(corpus), _whole(output)
    if not inner.is_relative_to(outer):
        return
    below = inner.relative_to(outer).parts
    if below and not any(part.startswith((".", "_")) for part in below):
        raise UsageError(
            f"{output.address} is inside the corpus, so its scores would be read as works.",
            hint="Name another directory with --output, or one whose name begins with `_`.",
        )


def _whole(place: Place) -> PurePath:
    return PurePosixPath(place.address) if place.local is None else place.local.resolve()


def _text(report: CorpusReport, candidates_from: int) -> Text:
    totals = report.totals
    now, all_of_them = (counted(n, "partition") for n in (report.scored, totals.partitions))
    beside = f"{totals.empty:,} without any text, {totals.unreadable:,} unreadable"
    lines = [
        f"scored     {now} now, {all_of_them} in all, by {report.model_id}",
        f"works      {totals.works:,}, {totals.without_abstract:,} without an abstract",
        f"left out   {beside}",
        f"candidates {totals.candidates:,} at {candidates_from} % or more",
    ]
    if report.passed_over:
        lines.append(f"passed     over {counted(report.passed_over, 'file')} of other kinds")
    return tuple(lines)
