"""A queue with three weeks of arrivals and two of decisions, for health and planner."""

from datetime import UTC, datetime, timedelta

from storage.types import Verdict
from tests.support.builders import make_decision, make_paper, make_prediction
from tests.support.review import Clock, ReviewSite, scores

NOW = datetime(2026, 3, 17, 12, tzinfo=UTC)
DAY = timedelta(days=1)
#: two papers a day for 22 days
IDS = [f"2603.{n:05}" for n in range(1, 45)]


def fill_weeks(site: ReviewSite) -> None:
    """Put the papers, at 30 % and 90 % in turn; ada decided the first 24, two in a sitting."""
    site.clock = Clock(NOW)
    site.put_all(
        [
            (
                make_paper(one, submitted_at=NOW - (22 - n // 2) * DAY),
                make_prediction(
                    in_scope=0.9 if n % 2 else 0.3,
                    sections=scores(make_image=0.8),
                    predicted_at=NOW - 22 * DAY,
                ),
            )
            for n, one in enumerate(IDS)
        ]
    )
    decided = []
    for n, one in enumerate(IDS[:24]):
        at = NOW - (21 - n // 2) * DAY + (n % 2) * timedelta(seconds=20)
        verdict = Verdict.APPROVED if n % 4 == 1 else Verdict.REJECTED
        sections = ("agents",) if verdict is Verdict.APPROVED else ()
        decided.append(make_decision(one, verdict=verdict, sections=sections, decided_at=at))
    with site.open_store() as store:
        store.decisions.add(decided)
