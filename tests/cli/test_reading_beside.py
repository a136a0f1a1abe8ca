"""Commands that only read: beside a program that holds the database, and what they remark."""

from datetime import UTC, datetime
from pathlib import Path

from storage.store import store_opener
from tests.support.builders import make_paper
from tests.support.cli import survey_in_process
from tests.support.storage import lines_of, start_process

NOWHERE = "http://127.0.0.1:9"  # the discard port: nothing listens there
BRIEFLY = {"LIVING_SURVEY_DATABASE__BUSY_TIMEOUT_SECONDS": "1"}
NOTEBOOK = """
    import sys, duckdb
    connection = duckdb.connect(sys.argv[1], read_only=True)
    print(connection.execute("SELECT count(*) FROM papers").fetchone()[0], flush=True)
    sys.stdin.read()
"""


def test_remarks_are_said_by_commands(tmp_path: Path) -> None:
    survey = survey_in_process(tmp_path, url=NOWHERE, now="2026-03-17T12:00:00Z")
    assert survey.call("init").status == 0
    said_itself = ("", "Superseded by 2603.00001")
    twins = [
        make_paper(f"2603.0000{n}", title="Snail Mail", abstract=f"Snail {n}.", comment=comment)
        for n, comment in enumerate(said_itself, 1)
    ]
    with store_opener(tmp_path / "var/survey.duckdb")() as store:
        store.papers.upsert(twins, seen_at=datetime(2026, 3, 17, tzinfo=UTC))
    assert survey.call("decide", "2603.00001", "approve", "--section", "agents").status == 0
    said = [
        "same title as 2603.00001, approved",
        'its comment says "Superseded by 2603.00001" (2603.00001 is approved)',
    ]
    assert survey.json("why", "2603.00002")["remarks"] == said
    assert survey.call("classify").status == 0
    [item] = survey.json("queue")["items"]
    assert item["remarks"] == said
    assert f"2603.00002: {'; '.join(said)}" in survey.call("queue").out
    approve = ("decide", "2603.00002", "approve", "--section", "agents")
    refused = survey.call(*approve)
    assert refused.status == 2
    assert "2603.00001, which stands approved" in refused.err
    ended = survey.call(*approve, "--also", "2603.00001")
    assert ended.status == 0
    assert "same title as 2603.00001, approved" in ended.err + ended.out
    assert "2603.00001 and 2603.00002" in survey.call("doctor").out


def test_reading_commands_work_beside_a_reader(tmp_path: Path) -> None:
    survey = survey_in_process(tmp_path, url=NOWHERE, now="2026-03-17T12:00:00Z")
    assert survey.call("init").status == 0
    path = tmp_path / "var/survey.duckdb"
    with store_opener(path)() as store:
        store.papers.upsert([make_paper()], seen_at=datetime(2026, 3, 17, tzinfo=UTC))
    with start_process(NOTEBOOK, str(path)) as notebook:
        assert next(lines_of(notebook)) == "1"
        for words in (
            ("status",),
            ("queue",),
            ("queue", "--deferred"),
            ("doctor",),
            ("why", "2603.00001"),
            ("audit",),
            ("sections",),
            ("model", "list"),
            ("quarantine", "list"),
            ("ledger", "prune", "--before", "2026-01-01"),
            ("taxonomy", "check"),
        ):
            ended = survey.call(*words, **BRIEFLY)
            assert ended.status in ({0, 1} if words == ("doctor",) else {0}), (words, ended.err)
            assert "open in process" not in ended.err + ended.out
        ended = survey.call("decide", "2603.00001", "reject", "--reason", "other", **BRIEFLY)
        assert ended.status == 75
        assert f"process {notebook.pid}" in ended.err
        notebook.kill()
    assert survey.call("decide", "2603.00001", "reject", "--reason", "other").status == 0
