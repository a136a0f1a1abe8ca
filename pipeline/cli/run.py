"""`run`: one cycle, as cron calls it."""

from pipeline.cli.answer import Answer
from pipeline.cli.command import Invocation, command
from pipeline.cli.fetch import fetch_notes, fetch_text
from pipeline.cli.session import arxiv_session
from pipeline.run import CycleReport, run_cycle
from pipeline.runtime.jobs import succeeded
from pipeline.runtime.plurals import counted


@command("run", examples="living-survey run\nliving-survey run --json")
def run(invocation: Invocation) -> Answer:
    """Run one cycle: fetch, classify. What cron calls.

    Exit status: 0 done, 1 something was left undone (it says what), 75 try again later.
    """
    with arxiv_session(invocation, "run", confirms_clock=True) as (opened, arxiv):
        report = run_cycle(opened.services, arxiv, opened.run)
    if report.fetch.exit_status == 0:
        succeeded(invocation.settings.database.path, "run")
    return Answer(
        report,
        (*fetch_text(report.fetch), *_after_fetch(report)),
        fetch_notes(report.fetch),
        report.fetch.exit_status,
    )


def _after_fetch(report: CycleReport) -> list[str]:
    lines = []
    if report.trained:
        lines.append(f"trained    {report.trained}: `living-survey model list`")
    lines.append(f"classified {report.classify.classified} by {report.classify.model_id}")
    notable = report.drift.notable if report.drift else ()
    lines += [f"drift      {sentence}: `living-survey drift`" for sentence in notable]
    waiting = counted(report.queue, "paper waits", "papers wait")
    lines.append(f"queue      {waiting} for a reviewer")
    if report.inbox.open:
        lines.append(f"inbox      {report.inbox.open:,} open: {report.inbox.sentence}")
    if report.doubles:
        pairs = counted(report.doubles, "pair")
        lines.append(f"doubles    {pairs}, perhaps the same work: `living-survey doubles`")
    return lines
