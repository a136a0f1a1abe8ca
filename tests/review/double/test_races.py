"""Words given at the same time, and a process killed between them."""

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path

import pytest

from config.taxonomy import Taxonomy
from pipeline.review.conflicts import waiting_words
from pipeline.review.decide import Recorded, record
from pipeline.review.double.keep import Opined
from pipeline.review.double.rules import TeamRules
from pipeline.review.judge import Stale, Unchanged
from pipeline.review.proposal import NOT_DECIDED, Expected, propose
from storage.store import OpenStore
from tests.review.conftest import IDS
from tests.support.builders import make_paper
from tests.support.storage import database, lines_of, opener, start_process

NOW = datetime(2026, 3, 17, 12, tzinfo=UTC)
BOTH = TeamRules(percent=100)

# Two people give their words on one paper after the other; prints each paper that is decided.
WORDS = """
    import sys
    from datetime import UTC, datetime
    from pathlib import Path
    from config.taxonomy import load_taxonomy
    from pipeline.review.decide import record
    from pipeline.review.double.rules import TeamRules
    from pipeline.review.proposal import propose
    from storage.store import store_opener
    open_store, taxonomy = store_opener(Path(sys.argv[1])), load_taxonomy()
    for number in range(200):
        for name in ("ada", "bo"):
            stated = propose(taxonomy, arxiv_id=f"2603.{number:05}", verdict="reject",
                             reviewer=name)
            record(open_store, taxonomy, stated, clock=lambda: datetime(2026, 3, 17, tzinfo=UTC),
                   team=TeamRules(percent=100))
        print(number, flush=True)
"""


@pytest.mark.parametrize(
    "verdicts", [("reject", "reject"), ("reject", "defer"), ("defer", "defer")]
)
def test_two_second_words_at_once_give_one_outcome(
    open_store: OpenStore, taxonomy: Taxonomy, verdicts: tuple[str, str]
) -> None:
    key, begin = IDS[0], threading.Barrier(2)

    def say(name: str, verdict: str, wait: bool = True) -> object:  # noqa: FBT001, FBT002
        stated = propose(
            taxonomy,
            arxiv_id=key,
            verdict=verdict,
            reviewer=name,
            expected=Expected(NOT_DECIDED),
        )
        if wait:
            begin.wait()
        return record(open_store, taxonomy, stated, clock=lambda: NOW, team=BOTH)

    say("ada", "reject", wait=False)
    with ThreadPoolExecutor(2) as pool:
        outcomes = list(pool.map(say, ("bo", "cy"), verdicts))
    with open_store() as store:
        decided, waiting = store.decisions.standing([key]), waiting_words(store)
        words = len(store.opinions.live())
    assert words == 2
    assert bool(decided) is not bool(waiting)  # decided, or a conflict, never both
    late = [one for one in outcomes if isinstance(one, Stale)]
    assert len(late) == 1
    assert sum(isinstance(one, Recorded | Opined) for one in outcomes) == 1
    assert not any(isinstance(one, Unchanged) for one in outcomes)


@pytest.mark.slow
def test_killed_between_two_words_nothing_is_lost_or_approved(tmp_path: Path) -> None:
    open_store = opener(tmp_path)
    with open_store() as store:
        papers = [make_paper(f"2603.{number:05}") for number in range(200)]
        store.papers.upsert(papers, seen_at=NOW)
    last = -1
    with start_process(WORDS, str(database(tmp_path))) as process:
        for line in lines_of(process):
            last = int(line)
            if last == 7:
                process.kill()
    with open_store() as store:
        decided = store.decisions.decided()
        waiting = waiting_words(store)
        linked = {one.arxiv_id: store.opinions.of_decision(one.decision_id) for one in decided}
    assert len(decided) >= last + 1
    assert all([one.reviewer for one in words] == ["ada", "bo"] for words in linked.values())
    assert not set(waiting) & set(linked)
    assert len(waiting) <= 1
