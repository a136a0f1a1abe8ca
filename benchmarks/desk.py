"""Measure the reviewer's queue on many made-up papers: counts, a list, a search, a decision."""

import tempfile
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime
from pathlib import Path

from benchmarks.measure import Row, Size, medians
from storage.queue_filter import QueueFilter, QueueLimits
from storage.store import Store, store_opener
from storage.types import NewDecision, Verdict
from storage.waiting import rebuild

_TODAY = date(2026, 11, 30)
_NOW = datetime(2026, 11, 30, 12, tzinfo=UTC)
_MILLIONS = 3_000_000
_PART = 60_000
_BUDGET = 0.040
_WORDS = (
    "array_to_string(list_transform(range({count}), lambda i: printf('w%x',"
    " CAST(hash(n, i + {salt}) >> 50 AS BIGINT))), ' ')"
)
# Ten years of papers; 2 % are likely.
_PAPERS = f"""
INSERT INTO paper BY NAME
SELECT printf('%02d%02d.%05d', 16 + m // 12, 1 + m % 12, n - m * $count // 131 + 1) AS arxiv_id,
       1 AS version, {_WORDS.format(count=9, salt=0)} AS title,
       {_WORDS.format(count=160, salt=50)} AS abstract,
       [printf('Name %d', n % 9973), printf('Other %d', n % 7919)] AS authors,
       [['cs.CV', 'cs.CL', 'math.CO', 'hep-ph'][1 + n % 4]] AS categories,
       categories[1] AS primary_category, moment AS submitted_at, moment AS updated_at,
       false AS withdrawn, 'oai' AS source, CAST(moment AS DATE) AS datestamp,
       moment AS first_seen_at, moment AS changed_at, sha256(arxiv_id) AS content_hash,
       n AS record_hash, CAST(moment AS DATE) + 1 AS announced
FROM (
    SELECT range AS n, range * 131 // $count AS m,
           make_timestamp(2016 + m // 12, 1 + m % 12, 1 + range % 27, 12, 0, 0) AS moment
    FROM range($start, $stop))
"""
_PREDICTIONS = """
INSERT INTO prediction BY NAME
SELECT arxiv_id, 'made-up' AS model_id,
       pow((record_hash * 48271 % 1000003) / 1000003.0, 34) AS in_scope,
       printf('section-%d', record_hash % 38) AS top_section,
       [{'section': top_section, 'probability': in_scope}] AS sections,
       [{'facet': 'task', 'label': 'agents', 'probability': in_scope}] AS facets,
       [{'term': 'w1', 'weight': 1.0}] AS terms, content_hash, first_seen_at AS predicted_at,
       true AS newest, CAST([] AS VARCHAR[]) AS open_facets,
       md5_number_lower('audit ' || arxiv_id) AS random_place
FROM paper
"""
# How the queue was read before it was a table.
_FORMER = """
SELECT {what}
FROM (SELECT prediction.* FROM prediction
      WHERE newest
        AND arxiv_id NOT IN (SELECT arxiv_id FROM decisions WHERE standing AND NOT unplaced)
        AND arxiv_id NOT IN (SELECT arxiv_id FROM paper WHERE withdrawn)) AS queue
JOIN paper ON paper.arxiv_id = queue.arxiv_id
WHERE queue.in_scope >= 0.5 {also}
"""
_BY = "ORDER BY queue.in_scope DESC, queue.arxiv_id LIMIT 31"


def desk(size: Size) -> Iterator[Row]:
    """The queue at 3 million papers: counts, list, search, decision, against joins."""
    with tempfile.TemporaryDirectory() as folder:
        open_store = store_opener(Path(folder) / "survey.duckdb")
        with open_store() as store:
            fill(store, size.records(_MILLIONS, 2_000))
        with open_store() as store:
            yield from _measured(store, size)


def fill(store: Store, count: int) -> None:
    """Write `count` made-up papers with predictions straight into the tables."""
    session = store._session  # noqa: SLF001  one by one, millions take an hour
    for start in range(0, count, _PART):
        stop = min(start + _PART, count)
        with store.transaction():
            session.write(_PAPERS, {"count": count, "start": start, "stop": stop})
    with store.transaction():
        session.write(_PREDICTIONS)
        rebuild(session)
    store.checkpoint()


def _measured(store: Store, size: Size) -> Iterator[Row]:
    session, queue = store._session, store.queue  # noqa: SLF001  to run what was before
    day = queue.tally(QueueFilter(), today=_TODAY, limits=QueueLimits()).newest_day
    today = QueueFilter(at_least=0.5, announced_from=day, announced_until=day)
    likely = QueueFilter(at_least=0.5)
    search = QueueFilter(at_least=0.5, search="w1f w2a")

    def former(what: str, also: str = "") -> Callable[[], object]:
        return lambda: session.rows(_FORMER.format(what=what, also=also))

    of_day = f"AND paper.announced = DATE '{day}'"
    found = "AND contains(lower(abstract), 'w1f') AND contains(lower(abstract), 'w2a')"
    acts: dict[str, tuple[Callable[[], object], Callable[[], object]]] = {
        "counts of the queue": (
            lambda: queue.tally(today, today=_TODAY, limits=QueueLimits()),
            former("top_section, count(*)", "GROUP BY top_section"),
        ),
        "list of the newest day": (
            lambda: queue.rows(today, limit=31, today=_TODAY),
            former("queue.arxiv_id, title", f"{of_day} {_BY}"),
        ),
        "list of all likely papers": (
            lambda: queue.rows(likely, limit=31, today=_TODAY),
            former("queue.arxiv_id, title", _BY),
        ),
        "search among likely papers": (
            lambda: queue.rows(search, limit=31, today=_TODAY),
            former("queue.arxiv_id, title", f"{found} {_BY}"),
        ),
    }
    for name, (now, before) in acts.items():
        spent, was = medians(size.rounds, now, before)
        budget = "" if name.startswith("search") else f"{_BUDGET * 1000:.0f} ms"
        met = spent <= _BUDGET if budget else None
        yield Row(name, f"{spent * 1000:.1f} ms", f"joins: x {was / spent:.1f}", budget, met)
    ids = iter([row.arxiv_id for row in queue.rows(likely, limit=100, today=_TODAY)])
    [spent] = medians(size.rounds, lambda: store.decisions.add([_rejected(next(ids))]))
    yield Row(
        "a decision, without opening the database",
        f"{spent * 1000:.1f} ms",
        "",
        f"{_BUDGET * 1000:.0f} ms",
        spent <= _BUDGET,
    )


def _rejected(arxiv_id: str) -> NewDecision:
    return NewDecision(arxiv_id, Verdict.REJECTED, (), "ada", _NOW)
