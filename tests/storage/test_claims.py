"""Claims: one paper has one reader, over threads and processes, and no claim stays for ever."""

import json
import os
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from itertools import repeat
from pathlib import Path

import pytest

from storage.claims import MOST_OF_ONE, Claims
from storage.engine.paths import claims_path
from tests.support.storage import database, start_process

NOW = datetime(2026, 3, 17, 12, tzinfo=UTC)
LATER = NOW + timedelta(minutes=10)
FIRST, SECOND, THIRD = "2603.00001", "2603.00002", "2603.00003"
PAPERS = [f"2603.{number:05d}" for number in range(1, 201)]
# Claims twenty papers, one after the other, and prints them.
READER = """
    import sys
    from datetime import UTC, datetime, timedelta
    from pathlib import Path
    from storage.claims import Claims
    claims, name = Claims(Path(sys.argv[1])), sys.argv[2]
    now = datetime(2026, 3, 17, 12, tzinfo=UTC)
    papers = [f"2603.{number:05d}" for number in range(1, 201)]
    input()
    for _ in range(20):
        held = claims.change(name, now=now, until=now + timedelta(minutes=10), take=papers)
        own = next(key for key in papers if held[key].reviewer == name)
        print(own)
        papers = papers[papers.index(own) + 1:]
"""


def take(claims: Claims, reviewer: str, *papers: str, **also: object) -> dict[str, str]:
    """Claim the first of some papers; return who has which."""
    wanted = {"now": NOW, "until": LATER, **also}
    held = claims.change(reviewer, take=papers, **wanted)  # type: ignore[arg-type]
    return {key: one.reviewer for key, one in held.items()}


def test_first_paper_without_reader_is_claimed(tmp_path: Path) -> None:
    claims = Claims(database(tmp_path))
    assert take(claims, "ada", FIRST, SECOND) == {FIRST: "ada"}
    assert take(claims, "bob", FIRST, SECOND) == {FIRST: "ada", SECOND: "bob"}
    assert take(claims, "cy", FIRST, SECOND) == {FIRST: "ada", SECOND: "bob"}


def test_own_claim_is_renewed(tmp_path: Path) -> None:
    claims = Claims(database(tmp_path))
    take(claims, "ada", FIRST)
    take(claims, "ada", FIRST, until=LATER + timedelta(minutes=5))
    assert claims.standing(LATER)[FIRST].reviewer == "ada"


def test_claim_ends_with_its_time(tmp_path: Path) -> None:
    claims = Claims(database(tmp_path))
    take(claims, "ada", FIRST)
    assert claims.standing(LATER) == {}
    assert take(claims, "bob", FIRST, now=LATER, until=LATER + timedelta(1)) == {FIRST: "bob"}


def test_taking_over_needs_to_be_said(tmp_path: Path) -> None:
    claims = Claims(database(tmp_path))
    take(claims, "ada", FIRST)
    assert take(claims, "bob", FIRST) == {FIRST: "ada"}
    assert take(claims, "bob", FIRST, over=True) == {FIRST: "bob"}


def test_paper_kept_ahead_is_given_last(tmp_path: Path) -> None:
    claims = Claims(database(tmp_path))
    take(claims, "ada", FIRST, ahead=[SECOND])
    assert take(claims, "bob", FIRST, SECOND, THIRD)[THIRD] == "bob"
    assert take(claims, "cy", FIRST, SECOND, THIRD)[SECOND] == "cy"


def test_left_paper_is_free_and_others_stay(tmp_path: Path) -> None:
    claims = Claims(database(tmp_path))
    take(claims, "ada", FIRST)
    take(claims, "bob", SECOND)
    assert take(claims, "ada", leave=[FIRST, SECOND]) == {SECOND: "bob"}


def test_one_reviewer_has_few_claims(tmp_path: Path) -> None:
    claims = Claims(database(tmp_path))
    for key in PAPERS[:30]:
        held = take(claims, "ada", key)
    assert list(held) == PAPERS[30 - MOST_OF_ONE : 30]


def test_claims_of_a_person_end_at_once(tmp_path: Path) -> None:
    claims = Claims(database(tmp_path))
    take(claims, "ada", FIRST, ahead=[SECOND])
    take(claims, "bob", THIRD)
    assert claims.end(NOW, of="ada") == 2
    assert list(claims.standing(NOW)) == [THIRD]


def test_nothing_is_written_without_a_claim(tmp_path: Path) -> None:
    claims = Claims(database(tmp_path))
    assert claims.end(NOW, of="ada") == 0
    assert claims.standing(NOW) == {}
    assert not list(tmp_path.glob("*.claims*"))


@pytest.mark.parametrize(
    "content", ["", "[", "{}", "[1]", '[{"arxiv_id": 1}]', "[" * 100_000, '"é"'], ids=repr
)
def test_unreadable_file_holds_no_claims(tmp_path: Path, content: str) -> None:
    path = database(tmp_path)
    claims_path(path).write_text(content, encoding="latin-1")
    assert Claims(path).standing(NOW) == {}
    assert take(Claims(path), "ada", FIRST) == {FIRST: "ada"}


@pytest.mark.parametrize(
    "until",
    ["9999-12-31T23:59:59-14:00", "0001-01-01T00:00:00+14:00", "2027-03-17T12:00:00+00:00"],
)
def test_time_of_a_wrong_clock_holds_no_claim(tmp_path: Path, until: str) -> None:
    path = database(tmp_path)
    row = {"arxiv_id": FIRST, "reviewer": "eve", "until": until, "ahead": False}
    claims_path(path).write_text(json.dumps([row]), encoding="utf-8")
    assert Claims(path).standing(NOW) == {}
    assert take(Claims(path), "ada", FIRST) == {FIRST: "ada"}


def test_name_of_another_hand_is_one_visible_line(tmp_path: Path) -> None:
    path = database(tmp_path)
    name = "eve\ud800\x1b[2J\n\u202e" + "a" * 5_000
    row = {"arxiv_id": FIRST, "reviewer": name, "until": LATER.isoformat(), "ahead": False}
    claims_path(path).write_text(json.dumps([row]), encoding="utf-8")
    held = take(Claims(path), "ada", SECOND)
    assert held[SECOND] == "ada"
    assert held[FIRST].startswith("eve [2J a")
    assert len(held[FIRST]) == 200


@pytest.mark.parametrize("kind", ["pipe", "loop", "device", "foreign"])
def test_path_that_is_no_file_is_replaced_by_one(tmp_path: Path, kind: str) -> None:
    path = database(tmp_path)
    claims, foreign = claims_path(path), tmp_path / "foreign"
    foreign.write_text("theirs", encoding="utf-8")
    if kind == "pipe":
        os.mkfifo(claims)
    else:
        claims.symlink_to({"loop": claims, "device": Path("/dev/zero"), "foreign": foreign}[kind])
    assert Claims(path).standing(NOW) == {}
    assert take(Claims(path), "ada", FIRST) == {FIRST: "ada"}
    assert not claims.is_symlink()
    assert foreign.read_text(encoding="utf-8") == "theirs"


def test_file_of_megabytes_holds_no_claims_and_thousands_are_kept(tmp_path: Path) -> None:
    path = database(tmp_path)
    claims_path(path).write_text("[" + " " * 2_000_000 + "]", encoding="utf-8")
    assert Claims(path).standing(NOW) == {}
    rows = [
        {"arxiv_id": f"2604.{n:05d}", "reviewer": "eve", "until": LATER.isoformat(), "ahead": False}
        for n in range(5_000)
    ]
    claims_path(path).write_text(json.dumps(rows), encoding="utf-8")
    assert len(take(Claims(path), "ada", FIRST)) == 5_001


def test_file_that_cannot_be_written_keeps_no_claim(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    path = database(tmp_path)
    claims_path(path).mkdir()
    assert take(Claims(path), "ada", FIRST) == {}
    assert "claims cannot be kept" in caplog.text


def test_threads_never_claim_the_same_paper(tmp_path: Path) -> None:
    path = database(tmp_path)
    claims = Claims(path)

    def read(name: str) -> list[str]:
        found, papers = [], PAPERS
        for _ in range(MOST_OF_ONE):
            held = take(claims, name, *papers)
            found.append(next(key for key in papers if held[key] == name))
            papers = papers[papers.index(found[-1]) + 1 :]
        return found

    with ThreadPoolExecutor(8) as pool:
        parts = list(pool.map(read, [f"reader {number}" for number in range(8)]))
    assert sorted(key for part in parts for key in part) == PAPERS[: 8 * MOST_OF_ONE]


def test_processes_never_claim_the_same_paper(tmp_path: Path) -> None:
    path = database(tmp_path)
    processes = [start_process(READER, str(path), name) for name in ("ada", "bob", "cy")]
    for process in processes:
        assert process.stdin is not None
        process.stdin.write("go\n")
        process.stdin.flush()
    printed = [process.communicate() for process in processes]
    assert [process.returncode for process in processes] == [0, 0, 0], printed
    read = [key for out, _ in printed for key in out.split()]
    assert sorted(read) == PAPERS[: 3 * MOST_OF_ONE]


def test_racing_for_one_paper_has_one_winner(tmp_path: Path) -> None:
    claims = Claims(database(tmp_path))
    names = [f"reader {number}" for number in range(16)]
    for key in PAPERS[:20]:
        with ThreadPoolExecutor(len(names)) as pool:
            held = list(pool.map(take, repeat(claims), names, repeat(key)))
        assert len({one[key] for one in held}) == 1


def test_file_has_what_the_guide_says(tmp_path: Path) -> None:
    path = database(tmp_path)
    take(Claims(path), "ada", FIRST)
    assert json.loads(claims_path(path).read_text(encoding="utf-8")) == [
        {"arxiv_id": FIRST, "reviewer": "ada", "until": "2026-03-17T12:10:00+00:00", "ahead": False}
    ]
