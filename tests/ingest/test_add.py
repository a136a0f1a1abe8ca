"""`add`: what came, what arXiv does not have, and what came and cannot be read."""

from datetime import date, timedelta
from pathlib import Path

import pytest

from config.errors import UsageError
from pipeline.demo.replica.faults import Fault, Kind
from pipeline.demo.replica.log import Channel
from pipeline.demo.replica.server import ReplicaServer
from pipeline.ingest.add import AddReport, Search, add, add_found
from pipeline.runtime.record import Run
from tests.support.arxiv import CATEGORIES, ingest_services, make_record, noon, sources
from tests.support.cli import survey_in_process
from tests.support.storage import migrated

TUESDAY = date(2026, 3, 17)
PAPERS = [make_record(n, TUESDAY) for n in (1, 2)]
BROKEN = Fault(Kind.BAD_DATE, Channel.QUERY, first_id="2603.00002", last_id="2603.00002")
WANTED = ("2603.00001", "https://arxiv.org/abs/2603.00002v1", "2603.09999")


def test_an_entry_that_cannot_be_read_is_not_called_unknown(tmp_path: Path) -> None:
    open_store = migrated(tmp_path / "survey.duckdb")
    with (
        ReplicaServer(PAPERS, today=TUESDAY, faults=[BROKEN]) as arxiv,
        sources(arxiv, tmp_path, noon(TUESDAY)) as opened,
    ):
        run = Run()
        report = add(ingest_services(open_store, noon(TUESDAY)), opened, run, WANTED)
    assert report == AddReport(
        added=("2603.00001",), already=(), unknown=("2603.09999",), unreadable=("2603.00002",)
    )
    assert run.counts == {"added": 1, "quarantined": 1}
    assert run.error == "; ".join(report.not_added)
    with open_store() as store:
        assert [record.arxiv_id for record in store.quarantine.recent(10)] == ["2603.00002"]


TALKING = "A talking head that listens"
LIBRARY = [
    make_record(1, TUESDAY - timedelta(days=7), title=TALKING),
    make_record(2, TUESDAY, title="Heads of talking lamps"),
    make_record(3, TUESDAY, "cs.CL", title=f"{TALKING}, again"),
    make_record(4, TUESDAY, "math.CO", title=f"{TALKING}, counted"),
]


def found(directory: Path, wanted: Search, *, limit: int = 25) -> list[tuple[str, bool]]:
    """Return the papers that a search on a local arXiv adds, and whether we held them."""
    open_store = migrated(directory / "survey.duckdb")
    with (
        ReplicaServer(LIBRARY, today=TUESDAY) as arxiv,
        sources(arxiv, directory, noon(TUESDAY)) as opened,
    ):
        services = ingest_services(open_store, noon(TUESDAY))
        report = add_found(services, opened, Run(), wanted, limit=limit)
    with open_store() as store:
        assert set(store.papers.held([p.arxiv_id for p in report.papers])) == {
            p.arxiv_id for p in report.papers
        }
    return [(paper.arxiv_id, paper.held) for paper in report.papers]


def test_plain_words_are_one_phrase_in_the_surveys_categories(tmp_path: Path) -> None:
    """arXiv would look for any of the words, everywhere."""
    wanted = Search("talking head", CATEGORIES)
    assert found(tmp_path, wanted, limit=1) == [("2603.00003", False)]  # the newest
    assert found(tmp_path, wanted) == [("2603.00003", True), ("2603.00001", False)]


def test_arxivs_own_language_is_sent_unchanged(tmp_path: Path) -> None:
    wanted = Search('ti:"talking head" ANDNOT cat:cs.CV', CATEGORIES)
    assert [key for key, _ in found(tmp_path, wanted)] == ["2603.00003", "2603.00004"]


@pytest.mark.parametrize(
    ("first", "last", "keys"),
    [
        (TUESDAY - timedelta(days=2), None, ["2603.00003"]),
        (None, TUESDAY - timedelta(days=2), ["2603.00001"]),
        (TUESDAY - timedelta(days=8), TUESDAY, ["2603.00003", "2603.00001"]),
    ],
)
def test_a_search_can_be_narrowed_to_days(
    tmp_path: Path, first: date | None, last: date | None, keys: list[str]
) -> None:
    wanted = Search("talking head", CATEGORIES, first, last)
    assert [key for key, _ in found(tmp_path, wanted)] == keys


@pytest.mark.parametrize(
    ("wanted", "said"),
    [
        (Search("  ", CATEGORIES), "nothing to search"),
        (Search("ti:(((", CATEGORIES), "cannot read the search"),
        (Search("lamps", CATEGORIES, TUESDAY, date(2026, 3, 1)), "2026-03-17 is after 2026-03-01"),
    ],
)
def test_what_cannot_be_searched_is_a_matter_of_words(
    tmp_path: Path, wanted: Search, said: str
) -> None:
    with pytest.raises(UsageError, match=said):
        found(tmp_path, wanted)


@pytest.mark.parametrize("words", ["", "cat:cs.CV AND "])
def test_pitfall_44_a_search_by_the_date_of_update_is_refused(tmp_path: Path, words: str) -> None:
    """arXiv would answer it by the date of submission, without a word."""
    wanted = Search(f"{words}lastUpdatedDate:[202603010000 TO 202603020000]", CATEGORIES)
    with pytest.raises(UsageError, match="would read it as submittedDate"):
        found(tmp_path, wanted)


@pytest.mark.slow
def test_a_search_is_a_command(tmp_path: Path) -> None:
    with ReplicaServer(LIBRARY, today=TUESDAY) as arxiv:
        survey = survey_in_process(tmp_path, url=arxiv.url, now=noon(TUESDAY).isoformat())
        survey.call("add", "2603.00001")
        ended = survey.call("add", "--search", "talking head", "--limit", "1")
        assert ended.status == 0, ended.err
        assert "added  2603.00003  A talking head that listens, again" in ended.out
        assert "arXiv has 2: raise --limit" in ended.out
        report = survey.json("add", "--search", "talking head")
        assert [(p["arxiv_id"], p["held"]) for p in report["papers"]] == [
            ("2603.00003", True),
            ("2603.00001", True),
        ]
        assert "found      nothing" in survey.call("add", "--search", "steam engines").out
        assert len(survey.json("queue")["items"]) == 2
        for words in ((), ("2603.00001", "--search", "lamps")):
            assert survey.call("add", *words).status == 2


@pytest.mark.slow
def test_each_reason_has_its_own_sentence(tmp_path: Path) -> None:
    with ReplicaServer(PAPERS, today=TUESDAY, faults=[BROKEN]) as arxiv:
        survey = survey_in_process(tmp_path, url=arxiv.url, now=noon(TUESDAY).isoformat())
        ended = survey.call("add", *WANTED)
        assert ended.status == 1
        assert "added: 2603.00001" in ended.out
        unknown, unreadable = ended.err.strip().splitlines()
        assert "does not have 2603.09999." in unknown
        assert "2603.00002" in unreadable
        assert "living-survey quarantine list" in unreadable
        assert "2603.00002" in survey.call("quarantine", "list").out
