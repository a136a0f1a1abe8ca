"""Find the papers outside a view that its search means: decided ones, and one that it names."""

from collections.abc import Collection
from datetime import date

from storage.paper_search import FoundPaper, Place
from storage.queue_filter import QueueFilter
from storage.store import Store

#: decided papers that are named
MOST = 10


def found_elsewhere(
    store: Store, wanted: QueueFilter, *, today: date, shown: Collection[str] = ()
) -> tuple[FoundPaper, ...]:
    """Return papers that a search finds and the view does not have, last decided first.

    An ID finds its paper wherever it stands. Words find decided papers, of which the other
    conditions on the paper itself hold too. `shown` are the papers of the view.
    """
    if not wanted.search:
        return ()
    named = store.search.find(wanted.search, today)
    found = [named] if named else store.search.decided(wanted, MOST)
    return tuple(one for one in found if one.arxiv_id not in shown)


def decided_only(found: Collection[FoundPaper]) -> tuple[FoundPaper, ...]:
    """Return those that do not wait for a decision."""
    return tuple(one for one in found if one.place is not Place.WAITING)
