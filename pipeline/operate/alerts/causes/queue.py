"""The alarm that the queue outgrows its budget."""

import math
from collections.abc import Iterator

from config.alerts_schema import AlertsSettings
from pipeline.operate.alerts.alarm import Alarm
from pipeline.operate.alerts.facts import Facts
from pipeline.runtime.plurals import counted

#: it is over when the queue is this much below the budget, so that it does not come and go
_BELOW = 0.9
#: weeks that a level can have
_MOST = 1_000


def outgrown(facts: Facts, settings: AlertsSettings) -> Iterator[Alarm]:
    """Yield that the likely papers take longer to decide than the budget allows."""
    pace, budget = facts.queue, float(settings.queue_weeks)
    if pace is None or pace.weeks is None or not budget:
        return
    if "queue" in facts.standing:
        budget *= _BELOW
    if pace.weeks <= budget:
        return
    one = pace.waiting == 1
    likely = f"{counted(pace.waiting, 'likely paper')} {'waits' if one else 'wait'}"
    if math.isinf(pace.weeks):
        said = f"{likely}, and none was decided in the past weeks."
    else:
        rate = f"{pace.a_week:,.0f} a week" if (pace.a_week or 0) >= 1 else "fewer than 1 a week"
        whose = "as [alerts] papers_a_week says" if pace.planned else "as in the past weeks"
        said = (
            f"{likely}, which {'takes' if one else 'take'} {counted(math.ceil(pace.weeks), 'week')}"
            f" at {rate}, {whose}; the budget is {counted(settings.queue_weeks, 'week')}."
        )
    yield Alarm(
        "queue",
        said,
        "`living-survey plan` shows how it develops and what another limit would mean; the page"
        " Health does too. Decide more, raise [review] likely_from, or [alerts] queue_weeks.",
        min(math.ceil(min(pace.weeks, _MOST)), _MOST),
    )
