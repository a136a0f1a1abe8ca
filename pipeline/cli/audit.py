"""`audit`: how many relevant papers are still unseen."""

from typing import Annotated

import typer

from pipeline.cli.answer import Answer, Text
from pipeline.cli.command import Invocation, command
from pipeline.cli.prisma import flow_table
from pipeline.curated.title import survey_title
from pipeline.publish.prisma.flow import flow_of
from pipeline.review.account import other_share
from pipeline.review.audit import SAMPLE, AuditReport, audit_report
from pipeline.runtime.queue_words import limits_of
from pipeline.runtime.services import open_services


@command(
    "audit",
    examples="""
    living-survey audit
    living-survey audit --sample 300 --json
    """,
)
def audit(
    invocation: Invocation,
    sample: Annotated[
        int,
        typer.Option(min=1, max=100_000, help="How many of the last random papers count."),
    ] = SAMPLE,
) -> Answer:
    """Estimate how many relevant papers are still unseen.

    The sample is the papers decided in the queue's random order: on the page, or with
    `decide ID VERDICT --audit` as `queue --order random` lists them.
    """
    services = open_services(invocation.settings, read_only=True)
    report = audit_report(
        services.open_store,
        wanted=sample,
        limits=limits_of(invocation.settings),
    )
    flow = flow_of(
        report.screening,
        invocation.settings.review.reasons,
        survey=survey_title(invocation.settings.survey),
        period=None,
        as_of=services.clock().date(),
    )
    advice = f"advice     {report.advice}"
    return Answer(report, (*_estimate(report), *_other(report), advice, "", flow_table(flow)))


def _estimate(report: AuditReport) -> Text:
    lines, screening, drawn = [], report.screening, report.sample
    if report.wanted:
        lines.append(
            f"sample     {drawn.known} of {report.wanted} random papers decided, "
            f"{drawn.approved} relevant, {drawn.deferred} deferred, {drawn.skipped} skipped"
        )
    if report.unseen and screening.waiting:
        unseen = report.unseen
        bounds = f"{unseen.low:.0f} to {unseen.high:.0f}"
        lines.append(
            f"unseen     about {unseen.relevant:.0f} of {screening.waiting} waiting are relevant "
            f"(95 % interval {bounds})"
            if unseen.enough
            else f"unseen     {bounds} of {screening.waiting} waiting are relevant (95 % interval)"
        )
        if screening.approved and unseen.enough:
            lines.append(
                f"found      {unseen.recall_low:.0%} to {unseen.recall_high:.0%} of all relevant"
            )
    return tuple(lines)


def _other(report: AuditReport) -> Text:
    share = other_share(dict(report.screening.reasons))
    if share is None:
        return ()
    advice = "define those that are missing with [[review.reasons]]"
    return (f"reasons    {share:.0%} are `other`: {advice}",)
