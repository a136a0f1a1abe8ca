"""Show a person his own agreement, and an admin that of all."""

from starlette.requests import Request
from starlette.responses import Response

from config.roles import Role
from pipeline.review.agreement.kappa import FEWEST
from pipeline.review.agreement.report import (
    FEWEST_REPEATS,
    FEWEST_VERDICTS,
    agreement_of,
    read_facts,
)
from pipeline.review.agreement.sections import FEWEST as FEWEST_APPROVED
from pipeline.review.web.agreement.chart import chart_of
from pipeline.review.web.context import context_of, reviewer_of, role_of
from pipeline.review.web.render import render
from pipeline.review.web.texts import shown_title


def agreement_page(request: Request) -> Response:
    """Show the measures; those of others only to an admin."""
    context, reviewer = context_of(request), reviewer_of(request)
    with context.read_store() as store:
        facts = read_facts(store, context.clock())
        titles = store.papers.titles(facts.open.get(reviewer, ()))
    every = role_of(request).includes(Role.ADMIN)
    report = agreement_of(facts, None if every else reviewer)
    return render(
        request,
        "agreement/page.html",
        heading="Agreement",
        report=report,
        charts={
            one.reviewer: chart_of(one.drift.months)
            for one in report.drifts
            if one.drift is not None
        },
        again=[
            (key, shown_title(titles.get(key, ""), key)) for key in facts.open.get(reviewer, ())
        ],
        every=every,
        fewest=FEWEST,
        fewest_approved=FEWEST_APPROVED,
        fewest_repeats=FEWEST_REPEATS,
        fewest_verdicts=FEWEST_VERDICTS,
    )
