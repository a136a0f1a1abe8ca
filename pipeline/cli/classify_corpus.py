"""Score a corpus of files, or plan it, for `classify --corpus`."""

from collections.abc import Sequence

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
