"""A fake arXiv that looks papers up in memory and records requests."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from pipeline.curated.find import Found
from storage.types import Paper, QuarantinedRecord, Source
from tests.support.builders import make_paper


@dataclass(frozen=True)
class Answer:
    papers: tuple[Paper, ...] = ()
    unknown: tuple[str, ...] = ()
    refused: tuple[str, ...] = ()
    malformed: tuple[QuarantinedRecord, ...] = ()
    unheld: tuple[str, ...] = ()


class FakeArxiv:
    """`FakeArxiv({"2502.00001": "Title"}, garbled={"2503.00002"})`; other ids are unknown."""

    def __init__(self, titles: dict[str, str], *, garbled: set[str] | None = None) -> None:
        self.titles = titles
        self.garbled = garbled or set()
        self.asked: list[tuple[str, ...]] = []
        self.error: Exception | None = None

    def titled(self, titles: Sequence[str]) -> Found:
        """Refuse: no test with this fake searches."""
        raise AssertionError(titles)

    def look_up(self, ids: Sequence[str]) -> Answer:
        self.asked.append(tuple(ids))
        if self.error is not None:
            raise self.error
        return Answer(
            papers=tuple(
                make_paper(arxiv_id, title=self.titles[arxiv_id], source=Source.QUERY)
                for arxiv_id in ids
                if arxiv_id in self.titles
            ),
            unknown=tuple(id_ for id_ in ids if id_ not in self.titles.keys() | self.garbled),
            malformed=tuple(
                QuarantinedRecord(
                    source="query",
                    reason="no title",
                    raw=b"<entry/>",
                    raw_path=None,
                    arxiv_id=id_,
                    quarantined_at=datetime(2026, 3, 17, tzinfo=UTC),
                )
                for id_ in ids
                if id_ in self.garbled
            ),
        )
