from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from config.errors import UsageError
from storage.queue_filter import QueueFilter, QueueLimits, search_terms
from storage.store import Store
from storage.types import Announcement, AnnounceType, SectionScore, Verdict
from tests.support.builders import make_decision, make_paper, make_prediction
from tests.support.storage import add_predictions, queued

TUESDAY = datetime(2026, 3, 17, 9, tzinfo=UTC)
DAY = timedelta(days=1)
TODAY = date(2026, 3, 20)
LIMITS = QueueLimits(likely_from=0.5, set_aside_below=0.1)


@pytest.fixture
def store(store: Store, now: datetime) -> Store:
    """Five waiting papers, numbered by falling probability."""
    papers = [
        make_paper(
            "2603.00001",
            title="Drawing maps with words",
            abstract="A caf\u00e9 menu, drawn by a planner.",
            authors=("\u00c9milie Du Bois", "Jan de Vries"),
            submitted_at=TUESDAY,
        ),
        make_paper("2603.00002", title="Words of maps", submitted_at=TUESDAY - DAY),
        make_paper("2603.00003", categories=("cs.SD", "eess.AS"), primary_category="cs.SD"),
        make_paper("2603.00004", title="100% of _nothing_", submitted_at=TUESDAY - 10 * DAY),
        make_paper("2603.00005", submitted_at=None, updated_at=None, versions=()),
    ]
    store.papers.upsert(papers[:4], seen_at=now - DAY)
    store.papers.upsert(papers[4:], seen_at=now)
    scopes = (0.9, 0.6, 0.4, 0.2, 0.05)
    add_predictions(
        store,
        [
            make_prediction(
                paper.arxiv_id,
                in_scope=scope,
                sections=(SectionScore("agents" if n % 2 else "survey-llm", 0.5),),
                open_facets=("technique",) if n == 2 else (),
            )
            for n, (paper, scope) in enumerate(zip(papers, scopes, strict=True), start=1)
        ],
    )
    return store


@pytest.mark.parametrize(
    ("wanted", "numbers"),
    [
        ({}, "12345"),
        ({"section": "agents"}, "135"),
        ({"category": "eess.AS"}, "3"),
        ({"at_least": 0.4}, "123"),
        ({"below": 0.2}, "5"),
        ({"question": "technique"}, "2"),
        ({"author": "vries"}, "1"),
        ({"author": "emilie bois"}, "1"),
        ({"author": "emilie vries"}, ""),
        ({"search": "maps words"}, "12"),
        ({"search": '"words of"'}, "2"),
        ({"search": "CAFE planner"}, "1"),
        ({"search": "Cafe\u0301"}, "1"),
        ({"search": "du bois"}, "1"),
        ({"search": "100%"}, "4"),
        ({"search": "_nothing"}, "4"),
        ({"search": "%"}, "4"),
        ({"search": "maps' OR 1=1 --"}, ""),
        ({"search": "arXiv:2603.00004v2"}, "4"),
        ({"search": "https://arxiv.org/abs/2603.00003"}, "3"),
        ({"search": "maps", "at_least": 0.7, "section": "agents"}, "1"),
    ],
)
def test_conditions_combine(store: Store, wanted: dict[str, Any], numbers: str) -> None:
    assert "".join(each[-1] for each in queued(store, **wanted)) == numbers


def test_papers_that_arrived_after_an_instant(store: Store, now: datetime) -> None:
    assert queued(store, arrived_after=now - DAY) == ["2603.00005"]
    assert queued(store, arrived_after=now) == []


def test_row_is_what_a_list_shows(store: Store) -> None:
    row = store.queue.rows(QueueFilter(question="technique"), limit=1, today=TODAY)[0]
    assert (row.arxiv_id, row.title, row.in_scope) == ("2603.00002", "Words of maps", 0.6)
    assert (row.top_section, row.open_facets) == ("survey-llm", ("technique",))
    assert row.primary_category == "cs.CV"


def test_feed_dates_the_announcement(store: Store, now: datetime) -> None:
    feed_day = date(2026, 3, 19)
    store.announcements.add(
        feed_day,
        ["cs.CV"],
        [
            Announcement(feed_day, "2603.00001", 1, AnnounceType.NEW, "", ("cs.CV",)),
            Announcement(feed_day, "2603.00002", 2, AnnounceType.REPLACE, "", ("cs.CV",)),
        ],
        checked_at=now,
        calendar_quiet=False,
    )
    assert queued(store, announced_from=feed_day, announced_until=feed_day) == ["2603.00001"]
    assert queued(store, announced_until=date(2026, 3, 10)) == ["2603.00004"]


def test_tally_divides_the_queue(store: Store) -> None:
    tally = store.queue.tally(QueueFilter(section="agents"), today=TODAY, limits=LIMITS)
    assert tally.sections == {"agents": 3, "survey-llm": 2}
    assert (tally.size, tally.across, tally.whole) == (3, 5, 5)
    assert (tally.set_aside, tally.above_limit) == (1, 2)
    assert tally.newest_day == date(2026, 3, 18)
    assert (tally.likely_today, tally.likely_week) == (1, 2)


def test_tally_counts_what_the_filter_selects(store: Store) -> None:
    tally = store.queue.tally(QueueFilter(search="maps"), today=TODAY, limits=LIMITS)
    assert tally.sections == {"agents": 1, "survey-llm": 1}
    assert (tally.size, tally.across, tally.whole) == (2, 2, 5)


def test_tally_of_an_empty_queue(store: Store) -> None:
    store.decisions.add(
        [make_decision(arxiv_id, verdict=Verdict.REJECTED) for arxiv_id in queued(store)]
    )
    tally = store.queue.tally(QueueFilter(), today=TODAY, limits=LIMITS)
    assert (tally.size, tally.whole, tally.newest_day, tally.sections) == (0, 0, None, {})


def test_wrong_date_makes_no_newest_day(store: Store) -> None:
    tally = store.queue.tally(QueueFilter(), today=date(2026, 3, 12), limits=LIMITS)
    assert tally.newest_day == date(2026, 3, 10)
    assert (tally.likely_today, tally.likely_week, tally.above_limit) == (0, 0, 2)


@pytest.mark.parametrize(
    ("text", "terms"),
    [
        ("", ()),
        ("  two   words ", ("two", "words")),
        ('"a  phrase" word', ("a phrase", "word")),
        ("\u201ccurly quotes\u201d", ("curly quotes",)),
        ('an "open phrase', ("an", "open phrase")),
        ('""', ()),
        ("twice twice", ("twice",)),
        ("https://arxiv.org/pdf/2603.00001v3", ("2603.00001",)),
    ],
)
def test_search_is_words_and_phrases(text: str, terms: tuple[str, ...]) -> None:
    assert search_terms(text) == terms


@pytest.mark.parametrize("text", ["x" * 301, " ".join(map(str, range(13)))])
def test_endless_search_is_refused(text: str) -> None:
    with pytest.raises(UsageError, match="A search has at most"):
        search_terms(text)
