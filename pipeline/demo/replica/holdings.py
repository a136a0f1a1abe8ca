"""Answer from a view of the replica's records, with the faults that change a whole answer."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from pipeline.demo.replica.catalogue import View, in_set
from pipeline.ingest.protocol.answers import ResponseChange
from pipeline.ingest.protocol.holdings import FeedDay, Identity, Listed, Mark, Window
from pipeline.ingest.protocol.oai_static import ARXIV_DESCRIPTION
from pipeline.ingest.protocol.record import Record

EARLIEST = date(2005, 9, 16)
_IDENTITY = Identity(
    name="arXiv",
    base_url="https://oaipmh.arxiv.org/oai",
    request_url="http://oaipmh.arxiv.org/oai",
    admin="help@arxiv.org",
    earliest=EARLIEST,
    deleted="persistent",
    description=ARXIV_DESCRIPTION,
)


@dataclass(frozen=True, slots=True)
class ViewHoldings:
    """The archive as of one day."""

    view: View
    #: in New York
    today: date
    change: ResponseChange
    #: arXiv's tokens count the records of a day that were shown
    mark: str = "skip"

    def identity(self) -> Identity:
        """Return arXiv's own."""
        return _IDENTITY

    def is_place(self, text: str) -> bool:
        """Return whether it is a number."""
        return text.isdigit()

    def listed(self, window: Window, mark: Mark | None, limit: int) -> Listed:
        """Return a page."""
        matching = [
            record
            for record in self.view.records
            if window.first <= record.datestamp <= window.last
            and (window.set_name is None or in_set(record, window.set_name))
            and record.arxiv_id not in self.change.hidden
        ]
        skip = int(mark.place) if mark else 0
        shown = matching[skip : skip + limit]
        if shown and self.change.repeated and skip:
            shown = matching[max(0, skip - self.change.repeated) : skip] + shown
        following = None
        if skip + limit < len(matching):
            day = matching[skip + limit].datestamp
            before = next(i for i, record in enumerate(matching) if record.datestamp == day)
            following = Mark(day, str(skip + limit - before))
        return Listed(tuple(shown), following)

    def record(self, arxiv_id: str) -> Record | None:
        """Return one record."""
        return None if arxiv_id in self.change.hidden else self.view.by_id.get(arxiv_id)

    def feed_of(self, names: Sequence[str], categories: frozenset[str]) -> FeedDay:  # noqa: ARG002
        """Return the announcements of today, of all categories."""
        day = self.today
        if self.change.stale_feed:
            day = max((known for known in self.view.announced if known < day), default=day)
        items = (
            item
            for item in self.view.announced.get(day, ())
            if item.record.arxiv_id not in self.change.hidden
        )
        return FeedDay(self.today, tuple(items))

    def found(self, arxiv_ids: Iterable[str]) -> Mapping[str, Record]:
        """Return the records with these IDs."""
        asked = ((one, self.record(one)) for one in arxiv_ids)
        return {one: record for one, record in asked if record is not None}

    def everything(self) -> Sequence[Record]:
        """Return all records."""
        hidden = self.change.hidden
        return [record for record in self.view.records if record.arxiv_id not in hidden]
