"""Put older papers that wait among those of a day, so that an old one there need not be a repeat.

An arXiv ID says in which month a paper appeared, so in the list of a day a repeat is seen to be
old. It is not seen to be a repeat, because papers that are as old and really wait stand there too,
about as many as repeats or more, as long as there are any.
"""

from dataclasses import replace
from datetime import UTC, date, datetime

from pipeline.review.double.repeats import LOOKED_AT, Due
from pipeline.review.double.rules import TeamRules, place_of
from storage.queue_filter import QueueFilter, QueueRow
from storage.store import Store

_EVER = datetime(1991, 8, 14, tzinfo=UTC)


def older_due(store: Store, reviewer: str, rules: TeamRules) -> Due | None:
    """Return that an older paper is due among those of a day, or None.

    The gap is counted from the last paper that was old when this person read it, and is irregular:
    from a seventh to two thirds of that between two repeats.
    """
    if not rules.repeats:
        return None
    salt, since = store.repeats.last_older(reviewer) or ("", _EVER)
    gap = round((100 / rules.repeats - 1) * (0.15 + 0.5 * place_of("older", reviewer, salt)))
    over = store.repeats.read_since(reviewer, since) - gap
    return Due(salt or "first", over) if over >= 0 else None


def older_waiting(
    store: Store, wanted: QueueFilter, rules: TeamRules, today: date
) -> list[QueueRow]:
    """Return papers that fulfil what a list asks for but are as old as a repeat."""
    until = today - rules.repeat_after
    first, last = wanted.announced_from, wanted.announced_until
    if (first and first <= until) or (last and last <= until):  # the list is of such papers
        return []
    order = "likely" if wanted.order == "newest" else wanted.order
    older = replace(
        wanted, announced_from=None, announced_until=until, arrived_after=None, order=order
    )
    return store.queue.rows(older, limit=LOOKED_AT, today=today)
