"""`run`: one cycle, as cron calls it, and then the alarms."""

from config.errors import LivingSurveyError
from pipeline.cli.alarms_after import Alarms, alarms_after
from pipeline.cli.answer import Answer
from pipeline.cli.command import Invocation, command
from pipeline.cli.ended import over, over_answer
from pipeline.cli.fetch import fetch_notes, fetch_text
from pipeline.cli.pairs_line import pairs_line
from pipeline.cli.session import arxiv_session
from pipeline.run import CycleReport, run_cycle
from pipeline.runtime.jobs import succeeded
from pipeline.runtime.plurals import counted
from pipeline.runtime.queue_words import limits_of, queue_sentence
from pipeline.runtime.services import Services, open_services
from pipeline.suggestions.lookup import erase_old
from storage.calendar import announcement_day


@command("run", examples="living-survey run\nliving-survey run --json")
def run(invocation: Invocation) -> Answer:
    """Run one cycle: fetch, classify. What cron calls.

    At its end it tells alarms, as `alerts send` does. After the survey's end (`freeze`) it does
    nothing. Exit status: 0 done, although an older alarm may stand (it says so), 1 something was
    left undone or a day is newly overdue (it says what), 75 try again later.
    """
    settings = invocation.settings
    if freeze := over(settings):
        succeeded(settings.database.path, "run")
        erase_old(open_services(settings))  # the promise to erase addresses holds after the end
        return over_answer(freeze)
    try:
        with arxiv_session(invocation, "run", confirms_clock=True) as (opened, arxiv):
            report = run_cycle(opened.services, arxiv, opened.run)
    except LivingSurveyError as error:
        for note in alarms_after(settings, succeeded=False, error=error).notes:
            invocation.output.note(note)
        raise
    if report.fetch.work_status == 0:
        succeeded(settings.database.path, "run")
    alarms = alarms_after(settings, succeeded=report.fetch.work_status == 0)
    return Answer(
        report,
        (*fetch_text(report.fetch), *_after_fetch(report, opened.services)),
        (*fetch_notes(report.fetch), *alarms.notes),
        _status(report, alarms),
    )


def _status(report: CycleReport, alarms: Alarms) -> int:
    """Return 1 for overdue days once, when they are noticed; afterwards their alarm stands."""
    if report.fetch.work_status or not report.fetch.ledger.overdue:
        return report.fetch.work_status
    return int(alarms.new_day)


def _after_fetch(report: CycleReport, services: Services) -> list[str]:
    lines = []
    for label, keys in (
        ("suggested", report.suggested.found),
        ("unknown", report.suggested.unknown),
    ):
        if keys:
            lines.append(f"{label:<10} {', '.join(keys)}: `living-survey suggestions`")
    if report.suggested.failure:
        lines.append(f"suggested  not looked up: {report.suggested.failure}")
    if report.trained:
        lines.append(f"trained    {report.trained}: `living-survey model list`")
    lines.append(f"classified {report.classify.classified} by {report.classify.model_id}")
    for rule, papers in report.rules.decided:
        lines.append(
            f"rule       {rule} decided {counted(papers, 'paper')}: `living-survey rule list`"
        )
    for rule, papers in report.rules.missing:
        lines.append(
            f"rule       {rule} could not act on {counted(papers, 'paper')}: a signal is missing"
        )
    if report.rules.reopened:
        lines.append(f"reopened   {counted(report.rules.reopened, 'paper')} that changed")
    lines += [f"stopped    the rule {rule}: {why}" for rule, why in report.rules.stopped]
    notable = report.drift.notable if report.drift else ()
    lines += [f"drift      {sentence}: `living-survey drift`" for sentence in notable]
    today = announcement_day(services.clock())
    waiting = queue_sentence(report.waiting, limits_of(services.settings), today)
    lines.append(f"queue      {waiting}")
    if report.inbox.open:
        lines.append(f"inbox      {report.inbox.open:,} open: {report.inbox.sentence}")
    return [*lines, *pairs_line(report.doubles)]
