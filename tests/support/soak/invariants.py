"""What must hold of a survey at the end of its simulated time, whatever happened in between."""

import re
import statistics
from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from storage.store import store_reader
from tests.support.smtp import Received
from tests.support.soak.life import Life
from tests.support.soak.reviewers import Acknowledged
from tests.support.soak.world import World

_ID = re.compile(r"\b26\d\d\.\d{5}\b")
#: what a process that was killed can leave, and the next call must remove
_TEMPORARY = re.compile(r"(^\.|\.tmp$|\.part$|\.wal$)")
_KEPT = {".lock", ".nojekyll"}


def nothing_lost(life: Life, world: World, days: Collection[str]) -> int:
    """Every announced paper is stored, each of these days is complete; return the papers."""
    with store_reader(life.directory / "var/survey.duckdb")() as store:
        held = store.papers.held([record.arxiv_id for record in world.records])
        session = store._session
        ledger = session.rows("SELECT day, category, status FROM ledger")
        assert store.integrity.faults() == ()
    missing = {record.arxiv_id for record in world.records} - set(held)
    assert not missing, f"{len(missing)} announced papers are not stored: {sorted(missing)[:5]}"
    told = {str(day) for day, _, _ in ledger}
    assert set(days) <= told, f"no ledger of {sorted(set(days) - told)}"
    open_days = [(str(day), category, status) for day, category, status in ledger
                 if status not in {"complete", "empty"} and str(day) in set(days)]  # fmt: skip
    assert not open_days, open_days[:10]
    return len(held)


def acknowledged_decisions_stand(life: Life, acknowledged: Sequence[Acknowledged]) -> None:
    """Each decision that a service called recorded stands as it was acknowledged."""
    assert max(Counter(one.arxiv_id for one in acknowledged).values()) == 1
    with store_reader(life.directory / "var/survey.duckdb")() as store:
        standing = store.decisions.standing([one.arxiv_id for one in acknowledged])
    for one in acknowledged:
        found = standing.get(one.arxiv_id)
        assert found is not None, f"the decision on {one.arxiv_id} is lost"
        assert (str(found.verdict), found.reviewer) == (one.verdict, one.reviewer)
        assert list(found.sections) == ([one.section] if one.section else [])


def nobody_twice(received: Iterable[Received], mailings: Iterable[Mapping[str, Any]]) -> int:
    """Each mailing adds up, and no one got an issue twice; return how many mails were taken."""
    taken = Counter((str(one.message["Message-ID"]), one.recipient) for one in received)
    twice = [key for key, count in taken.items() if count > 1]
    assert not twice, twice[:5]
    for mailing in mailings:
        counts = [mailing[name] for name in ("sent", "suppressed", "failed", "uncertain")]
        assert mailing["confirmed"] == sum(counts), mailing["identity"]
        assert mailing["pending"] == 0
    return taken.total()


def only_approved_is_published(
    directories: Iterable[Path], acknowledged: Sequence[Acknowledged], by_hand: str
) -> int:
    """No ID of a paper that was not approved stands in a public file; return the files."""
    approved = {one.arxiv_id for one in acknowledged if one.verdict == "approved"}
    known = approved | set(_ID.findall(by_hand))
    files = 0
    for directory in directories:
        for path in sorted(directory.rglob("*")):
            if path.is_file():
                files += 1
                named = set(_ID.findall(path.read_text("utf-8", errors="replace")))
                assert named <= known, f"{path} names {sorted(named - known)[:5]}"
    return files


def list_is_untouched(before: str, after: str, approved: Collection[str]) -> int:
    """Every line of the hand-written list is there, in order; return the inserted lines."""
    kept = iter(after.splitlines())
    for line in before.splitlines():
        assert line in kept, f"the list lost {line!r}"
    inserted = [line for line in after.splitlines() if _ID.search(line) and line not in before]
    named = [_ID.findall(line) for line in inserted]
    assert {one for ids in named for one in ids} <= set(approved)
    return len(inserted)


def no_leftovers(directory: Path) -> None:
    """No file of a killed process is left."""
    names = (path for path in directory.rglob("*") if path.is_file() and path.name not in _KEPT)
    left = [path for path in names if _TEMPORARY.search(path.name)]
    assert not left, left[:10]


def stays_level(values: Sequence[float], *, most: float) -> float:
    """The last third is at most `most` times the first third; return the ratio of the medians."""
    third = max(1, len(values) // 3)
    ratio = statistics.median(values[-third:]) / statistics.median(values[:third])
    assert ratio <= most, values
    return ratio
