"""Recorded responses of arXiv are parsed into the expected papers."""

import hashlib
import json
import xml.etree.ElementTree as ET
from dataclasses import replace
from email.utils import parsedate_to_datetime
from pathlib import Path

import pytest

from pipeline.ingest.sources.errors import OaiError, SourceError
from pipeline.ingest.sources.feed.source import parse_feed
from pipeline.ingest.sources.oai.page import parse_oai_page
from pipeline.ingest.sources.query.client import paper_from_result
from pipeline.ingest.sources.query.transport import check_page, results_of
from pipeline.ingest.sources.transport.archive import RawResponse
from pipeline.ingest.sources.transport.responses import classify_response
from storage.types import Paper
from tests.support.sources_expected import OUTCOMES, PAPERS
from tests.support.transport import AT

#: schemas and the snapshot's rows are not responses
_NOT_ANSWERS = {".json", ".xsd", ".jsonl"}
_RAW = "{http://arxiv.org/OAI/arXivRaw/}"


def status_of(path: Path) -> int:
    """Return the status of a recording, from its sidecar or the index."""
    sidecar = path.with_suffix("").with_suffix(".headers.json")
    if sidecar.exists():
        return int(json.loads(sidecar.read_text())["status"])
    return 400 if "_id_abc_" in path.name or "error_400" in path.name else 200


def read(path: Path) -> tuple[str, list[Paper]]:
    """Return the kind of a recording and the papers in it."""
    body = path.read_bytes()
    folder = path.parent.name
    try:
        if fault := classify_response(
            RawResponse("http://127.0.0.1/", status_of(path), {}, body, AT)
        ):
            raise fault
        if folder.startswith("oai"):
            page = parse_oai_page(body, at=AT)
            said = f"{len(page.papers)} papers, {len(page.malformed)} quarantined"
            said += ", token" if page.resumption_token else ""
            return said + (", noRecordsMatch" if page.no_records_match else ""), list(page.papers)
        if folder.startswith(("feed", "rss")):
            feed = parse_feed(body, at=AT)
            said = f"{feed.day}: {len(feed.announcements)} announced, "
            return said + f"{len(feed.malformed)} quarantined", []
        checked = check_page(body, at=AT)
        papers = [paper_from_result(result) for result in results_of(checked)]
        return f"{len(papers)} papers of {checked.total}", papers
    except OaiError as error:
        return f"{type(error).__name__} {error.code}", []
    except SourceError as error:
        return type(error).__name__, []


@pytest.mark.parametrize("name", OUTCOMES)
def test_recording_matches_expected_facts(shared_fixtures: Path, name: str) -> None:
    assert read(shared_fixtures / name)[0] == OUTCOMES[name]


def test_every_recording_is_parsed(shared_fixtures: Path) -> None:
    recordings = {
        f"{path.parent.name}/{path.name}"
        for path in shared_fixtures.glob("*/*")
        if path.suffix not in _NOT_ANSWERS
    }
    assert recordings == set(OUTCOMES)


@pytest.mark.parametrize("name", PAPERS)
def test_recorded_paper_is_read_whole(shared_fixtures: Path, name: str) -> None:
    papers = {paper.arxiv_id: paper for paper in read(shared_fixtures / name)[1]}
    for expected in PAPERS[name]:
        paper = papers[expected.arxiv_id]
        digest = hashlib.sha256(paper.abstract.encode()).hexdigest()[:16]
        assert replace(paper, abstract=f"{len(paper.abstract)}:{digest}") == expected


@pytest.mark.parametrize(
    "name",
    [
        "oai_server/listrecords_arXivRaw_all.xml",
        "oai_recorded/scirate_arXivRaw_20140116_p97.xml",
    ],
)
def test_independent_parser_finds_the_same_counts_and_dates(
    shared_fixtures: Path, name: str
) -> None:
    """Compare every record with the standard library's parsers."""
    path = shared_fixtures / name
    papers = read(path)[1]
    records = list(ET.parse(path).getroot().iter(f"{_RAW}arXivRaw"))
    assert len(papers) == len(records)
    for paper, record in zip(papers, records, strict=True):
        text = {child.tag.removeprefix(_RAW): child.text or "" for child in record}
        # Records of the old service list v10 before v2.
        history = sorted(
            record.iter(f"{_RAW}version"), key=lambda version: int(version.get("version", "")[1:])
        )
        dates = [parsedate_to_datetime(one.findtext(f"{_RAW}date", "")) for one in history]
        assert paper.arxiv_id == text["id"]
        assert [version.submitted_at for version in paper.versions] == dates
        assert (paper.submitted_at, paper.updated_at) == (dates[0], dates[-1])
        assert len(paper.categories) <= len(text["categories"].split())
        assert paper.license == text.get("license")
        if "\\" not in text["title"] + text["abstract"]:
            assert paper.title.split() == text["title"].split()
            assert paper.abstract.split() == text["abstract"].split()
        if not set("(;:") & set(text["authors"]):
            commas = text["authors"].count(",")
            assert 1 <= len(paper.authors) <= commas + text["authors"].count("and") + 1


def test_chain_of_nine_pages_holds_each_paper_once(shared_fixtures: Path) -> None:
    ids = [
        paper.arxiv_id
        for number in range(1, 10)
        for paper in read(shared_fixtures / f"oai_server/chain_arXivRaw_p{number}.xml")[1]
    ]
    assert len(ids) == len(set(ids)) == 501


def test_long_and_collaboration_author_lists_are_split(shared_fixtures: Path) -> None:
    papers = {
        paper.arxiv_id: paper
        for paper in read(shared_fixtures / "oai_server/listrecords_arXivRaw_all.xml")[1]
    }
    assert len(papers["1102.0348"].authors) == 589
    hess = papers["1101.3650"].authors
    assert hess[:2] == ("HESS Collaboration", "A. Abramowski")
    assert len(hess) == 196
    assert "G. David Forney, Jr." in {name for paper in papers.values() for name in paper.authors}
    assert not any("(" in name for paper in papers.values() for name in paper.authors)
    assert len(papers["1101.0600"].versions) == 25
