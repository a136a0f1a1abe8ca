from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from storage.paper_batch import newest_of
from storage.queue_filter import QueueFilter
from storage.store import Store
from storage.types import Paper, PaperText, PaperVersion, Source, UpsertCounts, Verdict
from tests.support.builders import SUBMITTED, make_decision, make_paper, make_prediction
from tests.support.storage import add_predictions, changes_in

LATER = timedelta(days=1)


def kinds(store: Store, arxiv_id: str = "2603.00001") -> list[str]:
    return [change.kind for change in changes_in(store) if change.arxiv_id == arxiv_id]


def waiting(store: Store) -> list[str]:
    """Return the papers that wait in the queue."""
    rows = store.queue.rows(QueueFilter(), limit=10, today=date(2026, 3, 20))
    return [row.arxiv_id for row in rows]


def held(store: Store, arxiv_id: str = "2603.00001") -> Paper:
    stored = store.papers.get(arxiv_id)
    assert stored is not None
    return stored.paper


def test_paper_round_trip(store: Store, now: datetime) -> None:
    paper = make_paper(
        "math/0510544",
        version=3,
        title="On \N{GREEK SMALL LETTER ALPHA}, \x1b and 'quotes'",
        comment="12 pages",
        doi="10.1/x",
        journal_ref="J. 1",
        license="http://creativecommons.org/licenses/by/4.0/",
        datestamp=date(2026, 3, 16),
        versions=(PaperVersion(1, SUBMITTED), PaperVersion(3, SUBMITTED + LATER)),
    )
    store.papers.upsert([paper], seen_at=now)
    stored = store.papers.get("math/0510544")
    assert stored is not None
    assert stored.paper == paper
    assert stored.first_seen_at == now
    assert store.papers.get("2603.99999") is None


def test_instants_are_stored_in_utc(store: Store, now: datetime) -> None:
    tokyo = datetime.fromisoformat("2026-03-17T01:00:00+09:00")
    store.papers.upsert([make_paper(submitted_at=tokyo)], seen_at=now)
    assert held(store).submitted_at == datetime(2026, 3, 16, 16, 0, tzinfo=UTC)
    with pytest.raises(ValueError, match="no time zone"):
        store.papers.upsert([make_paper()], seen_at=now.replace(tzinfo=None))


def test_upsert_counts_new_revised_unchanged(store: Store, now: datetime) -> None:
    first, second = make_paper("2603.00001"), make_paper("2603.00002")
    assert store.papers.upsert([first, second], seen_at=now) == UpsertCounts(new=2)
    assert store.papers.upsert([first, second], seen_at=now) == UpsertCounts(unchanged=2)
    third = make_paper("2603.00003")
    counts = store.papers.upsert([replace(first, title="Other"), second, third], seen_at=now)
    assert counts == UpsertCounts(new=1, revised=1, unchanged=1)
    assert store.papers.upsert([], seen_at=now) == UpsertCounts()
    assert store.papers.count() == 3


def test_duplicate_in_a_batch_keeps_the_newest(store: Store, now: datetime) -> None:
    old = make_paper(title="old", version=1)
    new = make_paper(title="new", version=2)
    assert store.papers.upsert([new, old], seen_at=now) == UpsertCounts(new=1)
    assert held(store).title == "new"


@pytest.mark.parametrize(
    ("loser", "winner"),
    [
        (make_paper(version=1, datestamp=date(2026, 3, 9)), make_paper(version=2)),
        (make_paper(datestamp=date(2026, 3, 8)), make_paper(datestamp=date(2026, 3, 9))),
        (
            make_paper(version=900, datestamp=date(2026, 3, 8)),
            make_paper(version=2, datestamp=date(2026, 3, 9)),
        ),
        (
            make_paper(version=1, source=Source.QUERY, datestamp=date(2026, 3, 9)),
            make_paper(version=2, datestamp=date(2026, 3, 8)),
        ),
        (make_paper(datestamp=None), make_paper(datestamp=date(2026, 3, 9))),
        (make_paper(source=Source.QUERY), make_paper(source=Source.OAI)),
    ],
)
def test_newest_record_wins_in_any_order(loser: Paper, winner: Paper) -> None:
    assert newest_of([loser, winner]) == [winner]
    assert newest_of([winner, loser]) == [winner]


def test_same_source_replaces_and_records_changes(store: Store, now: datetime) -> None:
    store.papers.upsert([make_paper(comment="1 page", journal_ref="J. 1")], seen_at=now)
    revised = make_paper(
        version=2,
        title="T",
        abstract="A",
        authors=("Cy",),
        categories=("cs.CV",),
        comment=None,
        journal_ref="J. 2",
        doi="10.1/x",
        license="L",
    )
    store.papers.upsert([revised], seen_at=now + LATER)
    assert sorted(kinds(store)) == [
        "abstract", "authors", "categories", "comment", "doi", "journal_ref", "license",
        "new_version", "title",
    ]  # fmt: skip
    (title,) = [change for change in changes_in(store) if change.kind == "title"]
    assert (title.old, title.new) == ("A study of paper 2603.00001", "T")
    assert title.source is Source.OAI
    assert title.seen_at == now + LATER
    stored = store.papers.get("2603.00001")
    assert stored is not None
    assert stored.first_seen_at == now
    assert replace(stored.paper, versions=()) == replace(revised, versions=())


def test_withdrawal_and_restoration_change_the_hash(store: Store, now: datetime) -> None:
    def content_hash() -> str:
        stored = store.papers.get("2603.00001")
        assert stored is not None
        return stored.content_hash

    store.papers.upsert([make_paper()], seen_at=now)
    before = content_hash()
    store.papers.upsert([make_paper(version=2, withdrawn=True)], seen_at=now)
    assert content_hash() != before
    store.papers.upsert([make_paper(version=3, withdrawn=False)], seen_at=now)
    assert content_hash() == before
    assert [k for k in kinds(store) if k != "new_version"] == ["restored", "withdrawn"]


@pytest.mark.parametrize(
    ("lower", "higher"),
    [(Source.QUERY, Source.OAI), (Source.QUERY, Source.SNAPSHOT), (Source.SNAPSHOT, Source.OAI)],
)
def test_better_source_replaces_text_without_changes(
    store: Store, now: datetime, lower: Source, higher: Source
) -> None:
    store.papers.upsert([make_paper(source=lower, title="Andr\xe9", doi="10.1/x")], seen_at=now)
    raw = make_paper(source=higher, title=r"Andr\'e", journal_ref="J. 1")
    assert store.papers.upsert([raw], seen_at=now) == UpsertCounts(revised=1)
    paper = held(store)
    assert (paper.title, paper.doi, paper.journal_ref) == (r"Andr\'e", "10.1/x", "J. 1")
    assert paper.source is higher
    assert kinds(store) == ["journal_ref"]


def test_worse_source_adds_facts_but_no_text(store: Store, now: datetime) -> None:
    raw = make_paper(title=r"Andr\'e", datestamp=date(2026, 3, 16))
    store.papers.upsert([raw], seen_at=now)
    converted = make_paper(source=Source.QUERY, title="Andr\xe9", versions=())
    assert store.papers.upsert([converted], seen_at=now) == UpsertCounts(unchanged=1)
    assert kinds(store) == []

    newer = replace(
        converted, version=2, withdrawn=True, doi="10.1/x", updated_at=SUBMITTED + LATER
    )
    assert store.papers.upsert([newer], seen_at=now) == UpsertCounts(revised=1)
    assert store.papers.upsert([newer], seen_at=now) == UpsertCounts(unchanged=1)
    paper = held(store)
    assert (paper.title, paper.version, paper.withdrawn) == (r"Andr\'e", 2, True)
    assert (paper.doi, paper.updated_at) == ("10.1/x", SUBMITTED + LATER)
    assert sorted(kinds(store)) == ["doi", "new_version", "withdrawn"]
    # The better source then sends the known version: its text is compared with its own.
    store.papers.upsert([replace(raw, version=2, title="New", withdrawn=True)], seen_at=now)
    assert sorted(kinds(store)) == ["doi", "doi", "new_version", "title", "withdrawn"]


@pytest.mark.parametrize(
    "stale",
    [
        make_paper(version=1, title="stale", datestamp=date(2026, 3, 17)),
        make_paper(version=2, title="stale", datestamp=date(2026, 3, 16)),
        make_paper(version=3, title="stale", datestamp=date(2026, 3, 16)),
        make_paper(version=1, title="stale", source=Source.QUERY),
        make_paper(version=1, title="stale", withdrawn=True, datestamp=date(2026, 3, 16)),
    ],
)
def test_older_record_changes_nothing(store: Store, now: datetime, stale: Paper) -> None:
    current = make_paper(version=2, title="current", datestamp=date(2026, 3, 17))
    store.papers.upsert([current], seen_at=now)
    before = held(store)
    assert store.papers.upsert([stale], seen_at=now) == UpsertCounts(unchanged=1)
    assert held(store) == before
    assert kinds(store) == []


def test_later_record_corrects_a_version_counted_too_high(store: Store, now: datetime) -> None:
    """Otherwise one wrong response of a hub would hide every later version for good."""
    first = make_paper(version=2, title="Second", datestamp=date(2026, 3, 16))
    store.papers.upsert([first], seen_at=now)
    wrong = make_paper(version=900, title="Wrong", withdrawn=True, datestamp=date(2026, 3, 17))
    store.papers.upsert([wrong], seen_at=now)
    right = make_paper(version=3, title="Third", datestamp=date(2026, 3, 18))
    assert store.papers.upsert([right], seen_at=now + LATER) == UpsertCounts(revised=1)
    paper = held(store)
    assert (paper.version, paper.title, paper.withdrawn) == (3, "Third", False)
    assert [version.version for version in paper.versions] == [1, 2, 3]
    changes = {change.kind: change for change in changes_in(store) if change.seen_at == now + LATER}
    assert sorted(changes) == ["restored", "title", "version_corrected"]
    assert (changes["version_corrected"].old, changes["version_corrected"].new) == ("900", "3")
    # The wrong record again, as from a cache, is older.
    assert store.papers.upsert([wrong], seen_at=now) == UpsertCounts(unchanged=1)
    assert held(store) == paper
    # It goes on as if the wrong response had never come.
    store.papers.upsert([replace(right, version=4, datestamp=date(2026, 3, 19))], seen_at=now)
    assert held(store).version == 4


@pytest.mark.parametrize(("days_later", "version"), [(0, 900), (1, 3)])
def test_better_source_corrects_a_version_by_a_later_change(
    store: Store, now: datetime, days_later: int, version: int
) -> None:
    """On the same day it may only be late: feeds are ahead of OAI for hours."""
    store.papers.upsert([make_paper(source=Source.QUERY, version=900, title="Wrong")], seen_at=now)
    changed = (now + days_later * LATER).date()
    right = make_paper(version=3, title="Third", datestamp=changed)
    store.papers.upsert([right], seen_at=now + 2 * LATER)
    assert held(store).version == version
    assert kinds(store) == ([] if version == 900 else ["version_corrected"])


def test_other_source_does_not_correct_a_version(store: Store, now: datetime) -> None:
    """Sources lag behind each other by days, so a lower version is no correction."""
    store.papers.upsert([make_paper(version=2, datestamp=date(2026, 3, 16))], seen_at=now)
    for source in (Source.QUERY, Source.SNAPSHOT):
        other = make_paper(version=1, source=source, datestamp=date(2026, 3, 20))
        assert store.papers.upsert([other], seen_at=now) == UpsertCounts(unchanged=1)
    assert held(store).version == 2
    assert kinds(store) == []


def test_deferral_until_a_new_version_ends_when_its_version_is_corrected(
    store: Store, now: datetime
) -> None:
    store.papers.upsert([make_paper(version=900, datestamp=date(2026, 3, 16))], seen_at=now)
    add_predictions(store, [make_prediction()])
    deferred = make_decision(verdict=Verdict.DEFERRED, sections=(), return_after_version=900)
    store.decisions.add([deferred])
    assert waiting(store) == []
    store.papers.upsert([make_paper(version=3, datestamp=date(2026, 3, 17))], seen_at=now)
    assert waiting(store) == ["2603.00001"]


def test_old_record_of_better_source_keeps_the_version(store: Store, now: datetime) -> None:
    store.papers.upsert([make_paper(source=Source.QUERY, version=3, title="v3")], seen_at=now)
    store.papers.upsert([make_paper(source=Source.SNAPSHOT, version=1, license="L")], seen_at=now)
    paper = held(store)
    assert (paper.version, paper.title, paper.license) == (3, "v3", "L")


def test_new_datestamp_alone_is_not_a_revision(store: Store, now: datetime) -> None:
    store.papers.upsert([make_paper(datestamp=date(2026, 3, 16))], seen_at=now)
    touched = make_paper(datestamp=date(2026, 3, 18))
    assert store.papers.upsert([touched], seen_at=now) == UpsertCounts(unchanged=1)
    assert held(store).datestamp == date(2026, 3, 18)


def test_versions_are_corrected_by_same_or_better_source(store: Store, now: datetime) -> None:
    first = make_paper(versions=(PaperVersion(1, SUBMITTED),))
    store.papers.upsert([first], seen_at=now)
    second = SUBMITTED + LATER
    store.papers.upsert(
        [make_paper(source=Source.QUERY, version=2, versions=(), updated_at=second)], seen_at=now
    )
    assert held(store).versions == (PaperVersion(1, SUBMITTED), PaperVersion(2, second))
    history = (PaperVersion(1, SUBMITTED), PaperVersion(2, second, withdrawn=True))
    store.papers.upsert([make_paper(version=2, withdrawn=True, versions=history)], seen_at=now)
    assert held(store).versions == history
    # The snapshot does not know which versions were withdrawn.
    snapshot = tuple(replace(v, withdrawn=False) for v in history)
    store.papers.upsert(
        [make_paper(source=Source.SNAPSHOT, version=2, versions=snapshot)], seen_at=now
    )
    assert held(store).versions == history


def test_backlog_has_unclassified_texts(store: Store, now: datetime) -> None:
    def unread(limit: int = 10) -> list[PaperText]:
        return [
            text
            for place in store.backlog.places("m", limit=limit)
            for text in store.backlog.texts([place])
        ]

    store.papers.upsert([make_paper("2603.00002")], seen_at=now)
    store.papers.upsert([make_paper("2603.00001")], seen_at=now + LATER)
    texts = unread()
    assert [text.arxiv_id for text in texts] == ["2603.00002", "2603.00001"]
    assert [text.arxiv_id for text in unread(1)] == ["2603.00002"]
    assert texts == store.papers.texts(["2603.00002", "2603.00001"])
    assert store.backlog.texts([]) == store.backlog.texts([999]) == []
    add_predictions(
        store,
        [make_prediction(t.arxiv_id, model_id="m", content_hash=t.content_hash) for t in texts],
    )
    assert unread() == []
    assert store.backlog.count("m") == 0
    assert store.backlog.count("other") == 2
    store.papers.upsert([make_paper("2603.00001", abstract="Rewritten.")], seen_at=now)
    assert [text.abstract for text in unread()] == ["Rewritten."]
    store.papers.upsert([make_paper("2603.00002", doi="10.1/x")], seen_at=now)
    assert store.backlog.count("m") == 1


def test_background_is_a_fixed_sample_of_undecided(store: Store, now: datetime) -> None:
    papers = [make_paper(f"2603.{n:05d}") for n in range(40)]
    store.papers.upsert(papers[:30], seen_at=now)
    store.papers.upsert(papers[30:], seen_at=now)
    store.decisions.add([make_decision("2603.00007")])
    sample = [text.arxiv_id for text in store.papers.background(40)]
    assert set(sample) == {p.arxiv_id for p in papers} - {"2603.00007"}
    assert sample != sorted(sample)
    assert [text.arxiv_id for text in store.papers.background(10)] == sample[:10]


def test_many_papers_keep_the_given_order(store: Store, now: datetime) -> None:
    store.papers.upsert([make_paper("2603.00001"), make_paper("2603.00002")], seen_at=now)
    asked = ["2603.00002", "2603.99999", "2603.00001", "2603.00002"]
    assert list(store.papers.get_many(asked)) == ["2603.00002", "2603.00001"]
    assert [t.arxiv_id for t in store.papers.texts(asked)] == ["2603.00002", "2603.00001"]
    assert store.papers.held(asked) == {"2603.00001", "2603.00002"}
    assert store.papers.get_many([]) == {}
    assert store.papers.texts([]) == []
    assert store.papers.held([]) == set()


def test_failed_batch_is_rolled_back(store: Store, now: datetime) -> None:
    def half_a_page() -> None:
        with store.transaction():
            store.papers.upsert([make_paper()], seen_at=now)
            store.cursors.save("oai:cs", "token", now)
            raise ConnectionError("the answer broke off")

    with pytest.raises(ConnectionError):
        half_a_page()
    assert store.papers.count() == 0
    assert store.cursors.get("oai:cs") is None


records = st.builds(
    make_paper,
    st.sampled_from(["2603.00001", "2603.00002"]),
    version=st.integers(1, 3),
    title=st.sampled_from(["a", "b"]),
    source=st.sampled_from(Source),
    datestamp=st.none() | st.dates(date(2026, 3, 1), date(2026, 3, 3)),
    doi=st.none() | st.just("10.1/x"),
    withdrawn=st.booleans(),
    versions=st.just(()),
)


@pytest.mark.slow
@settings(
    max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(batches=st.lists(st.lists(records, min_size=1, max_size=3), min_size=1, max_size=3))
def test_repeated_records_change_nothing(
    store: Store, now: datetime, batches: list[list[Paper]]
) -> None:
    for batch in batches:
        ids = {paper.arxiv_id for paper in batch}
        before = store.papers.get_many(ids)
        counts = store.papers.upsert(batch, seen_at=now)
        after = store.papers.get_many(ids)
        assert counts.new + counts.revised + counts.unchanged == len(ids)
        assert set(after) == ids
        for arxiv_id, stored in before.items():
            first, then = stored.paper, after[arxiv_id].paper
            corrected = first.source is then.source and (then.datestamp or date.min) > (
                first.datestamp or date.max
            )
            assert then.version >= first.version or corrected
        assert store.papers.upsert(batch, seen_at=now) == UpsertCounts(unchanged=len(ids))
        assert store.papers.get_many(ids) == after


@pytest.mark.parametrize(
    "arxiv_id", ["2699.12345", "\N{ARABIC-INDIC DIGIT TWO}603.00007", "2603.00001v2", "CS/0501001"]
)
def test_upsert_refuses_what_is_no_key(store: Store, now: datetime, arxiv_id: str) -> None:
    with pytest.raises(ValueError, match="is not the key"):
        store.papers.upsert([make_paper(), make_paper(arxiv_id)], seen_at=now)
    assert store.papers.count() == 0


def test_invalid_ids_move_to_quarantine(store: Store, now: datetime) -> None:
    ids = ("2603.00001", "2603.00002", "2603.00003")
    store.papers.upsert([make_paper(key) for key in ids], seen_at=now)
    add_predictions(store, [make_prediction(key) for key in ids[:2]])
    store.decisions.add([make_decision("2603.00003")])
    for table in ("paper", "paper_version", "prediction", "waiting", "decision_event"):
        for number in ("2", "3"):
            store._session.write(
                f"UPDATE {table} SET arxiv_id = '9999.9999{number}'"
                f" WHERE arxiv_id = '2603.0000{number}'"
            )
    faults = store.integrity.faults()
    # the paper that was decided stays, because its decision refers to it
    assert store.invalid_ids.papers() == ["9999.99992"]
    assert store.invalid_ids.move_to_quarantine(at=now) == 1
    assert store.invalid_ids.papers() == []
    assert store.papers.held(["2603.00001", "9999.99992"]) == {"2603.00001"}
    (record,) = store.quarantine.recent(5)
    assert record.reason == "the ID 9999.99992 is neither an arXiv ID nor a DOI"
    assert b'"title":"A study of paper 2603.00002"' in record.raw
    # moving derives the queue again
    assert store.integrity.faults() == tuple(one for one in faults if not one.derived)
