"""What other services say of approved papers, in the corrections of an issue."""

import json
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from pipeline.publish.digest.gather import gather
from pipeline.publish.digest.types import CorrectedPaper
from pipeline.publish.digest.week import Week
from storage.enrichment import Fact
from storage.store import OpenStore
from tests.support.builders import make_decision, make_paper
from tests.support.cli import SurveyInProcess
from tests.support.storage import opener

WEEK = Week.parse("2026-W12")
IN_WEEK = datetime(2026, 3, 18, 12, tzinfo=UTC)
EARLIER = IN_WEEK - timedelta(days=30)
ID = "2601.00001"
NOTICE = {"type": "retraction", "doi": "10.1000/no_tice", "on": "2026-03-09", "by": "publisher"}
RETRACTED: tuple[str, str, Mapping[str, Any]] = (
    "retraction",
    "retracted",
    {"notices": [NOTICE]},
)
PUBLISHED: tuple[str, str, Mapping[str, Any]] = (
    "venue",
    "published",
    {"name": "Kettles & *Moths*", "doi": "10.1000/k", "on": "2026-03", "type": "journal-article"},
)


@pytest.fixture
def open_store(tmp_path: Path) -> OpenStore:
    open_store = opener(tmp_path)
    with open_store() as store:
        store.papers.upsert([make_paper(ID, title="On kettles")], seen_at=EARLIER)
        store.decisions.add([make_decision(ID, decided_at=EARLIER)])
    return open_store


def say(
    open_store: OpenStore,
    kind: str,
    state: str,
    detail: Mapping[str, Any] | None = None,
    at: datetime = IN_WEEK,
    arxiv_id: str = ID,
) -> None:
    with open_store() as store:
        fact = Fact(arxiv_id, kind, "", state, detail or {}, "crossref")
        store.enrichment.add([fact], at, None)


def corrections(open_store: OpenStore) -> tuple[CorrectedPaper, ...]:
    with open_store() as store:
        return gather(store, WEEK).corrections


def test_retraction_is_news_the_first_time(open_store: OpenStore) -> None:
    say(open_store, *RETRACTED)
    say(open_store, *RETRACTED, at=IN_WEEK + timedelta(days=1))
    [one] = corrections(open_store)
    assert one.kinds == ("reported_retracted",)
    [said] = one.reported
    assert (said.source, said.asked, said.on) == ("Crossref", IN_WEEK.date(), "2026-03-09")


def test_retraction_told_in_an_earlier_week_is_not_repeated(open_store: OpenStore) -> None:
    say(open_store, *RETRACTED, at=EARLIER)
    say(open_store, *RETRACTED)
    assert corrections(open_store) == ()


@pytest.mark.parametrize("state", ["unknown", "none", "corrected", "concern"])
def test_other_states_are_no_retraction(open_store: OpenStore, state: str) -> None:
    say(open_store, "retraction", state)
    assert corrections(open_store) == ()


def test_publication_is_news_only_after_there_was_none(open_store: OpenStore) -> None:
    say(open_store, *PUBLISHED)
    assert corrections(open_store) == ()  # the first answer: it may be years old
    with open_store() as store:
        store.papers.upsert([make_paper("2601.00002")], seen_at=EARLIER)
        store.decisions.add([make_decision("2601.00002", decided_at=EARLIER)])
    say(open_store, "venue", "none", at=EARLIER, arxiv_id="2601.00002")
    say(open_store, *PUBLISHED, arxiv_id="2601.00002")
    [one] = corrections(open_store)
    assert (one.arxiv_id, one.kinds) == ("2601.00002", ("reported_published",))


def test_papers_that_readers_do_not_know_are_left_out(open_store: OpenStore) -> None:
    with open_store() as store:
        store.papers.upsert([make_paper("2601.00002")], seen_at=EARLIER)
    say(open_store, *RETRACTED, arxiv_id="2601.00002")
    assert corrections(open_store) == ()


def test_issue_says_source_and_date_in_every_form(open_store: OpenStore, tmp_path: Path) -> None:
    say(open_store, "venue", "none", at=EARLIER)
    say(open_store, *RETRACTED)
    say(open_store, *PUBLISHED)
    survey = SurveyInProcess(
        tmp_path,
        {
            "LIVING_SURVEY_NOW": "2026-03-23T12:00:00Z",
            "LIVING_SURVEY_ARXIV__OAI_URL": "http://127.0.0.1:9/oai",
            "LIVING_SURVEY_ARXIV__RSS_URL": "http://127.0.0.1:9",
            "LIVING_SURVEY_ARXIV__QUERY_URL": "http://127.0.0.1:9/api/query",
            "LIVING_SURVEY_DATABASE__PATH": str(tmp_path / "survey.duckdb"),
            "LIVING_SURVEY_DIGEST__OUTPUT": str(tmp_path / "digests"),
            "LIVING_SURVEY_DIGEST__LANGUAGES": "en, zh",
        },
    )
    ended = survey.call("digest", "--week", "2026-W12")
    assert ended.status == 0, ended.err
    text = " ".join((tmp_path / "digests/2026-W12.txt").read_text().split())
    assert (
        "retracted according to Crossref (asked on 18 March 2026, doi:10.1000/no_tice, dated"
        " 2026-03-09); published in Kettles & *Moths* according to Crossref (asked on 18 March"
        " 2026, doi:10.1000/k, dated 2026-03)"
    ) in text
    assert "Kettles & \\*Moths\\*" in (tmp_path / "digests/2026-W12.md").read_text()
    assert "Kettles &amp; *Moths*" in (tmp_path / "digests/2026-W12.html").read_text()
    chinese = (tmp_path / "digests/2026-W12.zh.md").read_text()
    assert "据 Crossref，已被撤稿" in chinese
    document = json.loads((tmp_path / "digests/2026-W12.json").read_text())
    [corrected] = document["corrections"]
    assert [one["asked"] for one in corrected["reported"]] == ["2026-03-18", "2026-03-18"]
    assert survey.call("verify").status == 0
