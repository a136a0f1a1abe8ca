import subprocess
import sys
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta, timezone
from pathlib import Path

import pytest

from storage.record_hash import record_hash
from storage.types import Paper, PaperVersion, Source, UpsertCounts
from tests.support.builders import make_paper
from tests.support.storage import ROOT, changes_in, database, opener

NOON = datetime(2026, 3, 17, 12, 0, tzinfo=UTC)
HISTORY = (
    PaperVersion(1, NOON - timedelta(days=9, microseconds=880_000)),
    PaperVersion(2, NOON - timedelta(days=3, microseconds=1), withdrawn=True),
    PaperVersion(3, NOON),
)
PAPERS = [
    make_paper("2603.00001"),
    make_paper("2603.00002", version=3, versions=HISTORY, updated_at=NOON),
    make_paper("2603.00003", version=2, versions=HISTORY[:1], withdrawn=True),
    make_paper("2603.00004", source=Source.QUERY, datestamp=None, updated_at=None, versions=()),
    make_paper("2603.00005", source=Source.SNAPSHOT, submitted_at=None, versions=HISTORY[::-1]),
    make_paper("2603.00006", authors=(), categories=("cs.CV", "cs.LG")),
    make_paper("2603.00007", authors=("", "A, B", "\x1e"), comment="", doi="\x1f"),
    make_paper("2603.00008", title="'; DROP \N{SNOWMAN} \U0001f600", abstract="a\nb\\ 'c' \"d\""),
    make_paper("2603.00009", comment="NULL", journal_ref="null", license="true"),
    make_paper("hep-th/9901001", datestamp=date(1999, 1, 2)),
    make_paper("2603.00010", submitted_at=NOON.astimezone(timezone(timedelta(hours=-4)))),
    make_paper("2603.00011", submitted_at=datetime(1986, 4, 25, 0, 0, 0, 100, tzinfo=UTC)),
]


#: what DuckDB 1.5.6 computed from the same records when the hash was written in SQL
STORED = [
    8268194520253328745, 14882810463246634035, 10590314945608130900, 5541047771252701658,
    10246091316055308452, 1021933385066625266, 1438440632320545590, 13323517933592910565,
    16779306927123317969, 7985482456365643600, 10092712936926091253, 4779988687305345723,
]  # fmt: skip


@pytest.mark.parametrize(
    ("paper", "stored"), list(zip(PAPERS, STORED, strict=True)), ids=[p.arxiv_id for p in PAPERS]
)
def test_hash_equals_that_of_existing_databases(paper: Paper, stored: int) -> None:
    assert record_hash(paper) == stored


def test_upsert_stores_the_hash(tmp_path: Path) -> None:
    with opener(tmp_path)() as store:
        store.papers.upsert(PAPERS, seen_at=NOON)
        rows = store._session.rows("SELECT arxiv_id, record_hash FROM paper")
    assert dict(rows) == {p.arxiv_id: hash_ for p, hash_ in zip(PAPERS, STORED, strict=True)}


def test_any_difference_changes_the_hash() -> None:
    paper = PAPERS[1]
    others = [
        replace(paper, version=4), replace(paper, title="Another"), replace(paper, abstract="x"),
        replace(paper, authors=("B",)), replace(paper, categories=("cs.CL",)),
        replace(paper, comment="c"), replace(paper, doi="d"), replace(paper, journal_ref="j"),
        replace(paper, license="l"), replace(paper, withdrawn=True),
        replace(paper, submitted_at=NOON), replace(paper, datestamp=date(2026, 4, 1)),
        replace(paper, updated_at=NOON + timedelta(seconds=1)),
        replace(paper, versions=HISTORY[1:]), replace(paper, source=Source.SNAPSHOT),
        replace(paper, primary_category="cs.LG"),
    ]  # fmt: skip
    hashes = {record_hash(each) for each in (paper, *others)}
    assert len(hashes) == len(others) + 1


def test_another_hash_loses_no_paper(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("storage.papers.record_hash", lambda _: 0)
    with opener(tmp_path)() as store:
        counts = [store.papers.upsert(PAPERS, seen_at=NOON) for _ in range(2)]
        assert changes_in(store) == []
    assert counts == [UpsertCounts(new=len(PAPERS)), UpsertCounts(unchanged=len(PAPERS))]


def test_page_of_known_and_new_papers_is_counted(tmp_path: Path) -> None:
    with opener(tmp_path)() as store:
        store.papers.upsert(PAPERS[:6], seen_at=NOON)
        page = [replace(PAPERS[0], title="Another"), *PAPERS[1:8]]
        assert store.papers.upsert(page, seen_at=NOON) == UpsertCounts(2, 1, 5)
        assert [(c.arxiv_id, c.kind) for c in changes_in(store)] == [("2603.00001", "title")]


def test_page_without_news_imports_no_arrow(tmp_path: Path) -> None:
    with opener(tmp_path)() as store:
        store.papers.upsert([make_paper()], seen_at=NOON)
    code = (
        "import sys\n"
        f"sys.path[:0] = [{str(ROOT)!r}]\n"
        "from datetime import UTC, datetime\n"
        "from pathlib import Path\n"
        "from tests.support.builders import make_paper\n"
        "from storage.store import store_opener\n"
        f"with store_opener(Path({str(database(tmp_path))!r}))() as store:\n"
        "    counts = store.papers.upsert([make_paper()], seen_at=datetime.now(UTC))\n"
        "assert counts.unchanged == 1, counts\n"
        "assert not {'pyarrow', 'numpy'} & set(sys.modules)\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
