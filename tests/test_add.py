"""`add`: what came, what arXiv does not have, and what came and cannot be read."""

from datetime import date
from pathlib import Path

import pytest
from cli import survey_at
from steps_fakes import make_record, noon, sources

from pipeline.add import AddReport, add_papers
from pipeline.replica.faults import Fault, Kind
from pipeline.replica.log import Channel
from pipeline.replica.server import ReplicaServer
from storage.store import store_opener

TUESDAY = date(2026, 3, 17)
PAPERS = [make_record(n, TUESDAY) for n in (1, 2)]
BROKEN = Fault(Kind.BAD_DATE, Channel.QUERY, first_id="2603.00002", last_id="2603.00002")
WANTED = ("2603.00001", "https://arxiv.org/abs/2603.00002v1", "2603.09999")


def test_an_entry_that_cannot_be_read_is_not_called_unknown(tmp_path: Path) -> None:
    open_store = store_opener(tmp_path / "survey.duckdb")
    with (
        ReplicaServer(PAPERS, today=TUESDAY, faults=[BROKEN]) as arxiv,
        sources(arxiv, tmp_path, noon(TUESDAY)) as opened,
    ):
        report = add_papers(opened.query, open_store, WANTED, clock=lambda: noon(TUESDAY))
    assert report == AddReport(
        added=("2603.00001",), already=(), unknown=("2603.09999",), unreadable=("2603.00002",)
    )
    with open_store() as store:
        assert [record.arxiv_id for record in store.quarantine.recent(10)] == ["2603.00002"]


@pytest.mark.slow
def test_each_is_said_in_its_own_sentence(tmp_path: Path) -> None:
    with ReplicaServer(PAPERS, today=TUESDAY, faults=[BROKEN]) as arxiv:
        survey = survey_at(tmp_path, url=arxiv.url, now=noon(TUESDAY).isoformat())
        ended = survey.call("add", *WANTED)
        assert ended.status == 1
        assert "added: 2603.00001" in ended.out
        unknown, unreadable = ended.err.strip().splitlines()
        assert "knows no 2603.09999." in unknown
        assert "2603.00002" in unreadable
        assert "living-survey quarantine list" in unreadable
        assert "2603.00002" in survey.call("quarantine", "list").out
