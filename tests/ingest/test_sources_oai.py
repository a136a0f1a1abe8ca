"""OAI-PMH: windows, broken chains, single and quarantined records."""

import re
from collections.abc import Sequence
from datetime import date
from pathlib import Path

import pytest
from pytest_httpserver import HTTPServer

from pipeline.ingest.sources.errors import BadResponseError, MalformedRecordError, OaiError
from pipeline.ingest.sources.oai.page import OaiPage, parse_oai_page, parse_record
from pipeline.ingest.sources.oai.source import OaiSource
from tests.support.transport import (
    AT,
    Script,
    make_http,
    oai_error,
    oai_page,
    oai_response,
    raw_record,
)

ONE = raw_record("2603.00001")
TWO = raw_record("2603.00002")
THREE = raw_record("2603.00003")


def source(directory: Path, script: Script) -> OaiSource:
    return OaiSource(make_http(directory), script.url("/oai"))


def ids(pages: Sequence[OaiPage]) -> list[str]:
    return [paper.arxiv_id for page in pages for paper in page.papers]


def test_window_names_its_days_and_set(tmp_path: Path, httpserver: HTTPServer) -> None:
    script = Script(httpserver, oai_page(ONE, token="verb%3DListRecords%26skip%3D1"), oai_page(TWO))
    list(source(tmp_path, script).pages(date(2026, 3, 16), date(2026, 3, 18), "cs:cs:AI"))
    assert script.requests[0].args.to_dict() == {
        "verb": "ListRecords", "metadataPrefix": "arXivRaw", "from": "2026-03-16",
        "until": "2026-03-18", "set": "cs:cs:AI",
    }  # fmt: skip
    assert script.requests[1].args.to_dict() == {
        "verb": "ListRecords", "resumptionToken": "verb%3DListRecords%26skip%3D1",
    }  # fmt: skip


def test_open_window_has_no_until(tmp_path: Path, httpserver: HTTPServer) -> None:
    script = Script(httpserver, oai_page(ONE))
    list(source(tmp_path, script).pages(date(2026, 3, 16)))
    assert {"until", "set"}.isdisjoint(script.requests[0].args)


@pytest.mark.parametrize(
    "broken",
    [
        pytest.param([oai_page(ONE, token="a"), oai_page(token="b")], id="empty page mid-chain"),
        pytest.param([oai_page(ONE, token="a"), oai_page(TWO, token="a")], id="token repeats"),
        pytest.param([oai_page(ONE, token="a"), oai_page(ONE, token="b")], id="page repeats"),
        pytest.param([oai_page(token="a")], id="first page empty"),
        pytest.param([oai_page(ONE, token="a"), oai_error("noRecordsMatch")], id="past the end"),
    ],
)
def test_broken_chain_is_restarted_once(
    tmp_path: Path, httpserver: HTTPServer, broken: list[str]
) -> None:
    whole = [oai_page(ONE, token="x"), oai_page(TWO, THREE, token="")]
    pages = list(source(tmp_path, Script(httpserver, *broken, *whole)).pages(date(2026, 3, 16)))
    assert ids(pages)[-3:] == ["2603.00001", "2603.00002", "2603.00003"]


@pytest.mark.parametrize(
    "broken",
    [
        pytest.param([oai_page(ONE, token="a"), oai_page(token="b")], id="empty page mid-chain"),
        pytest.param([oai_page(token="a")], id="first page empty"),
        pytest.param(
            [oai_page(ONE, token="a"), oai_error("badResumptionToken")], id="token refused"
        ),
    ],
)
def test_chain_that_breaks_twice_exits_with_75(
    tmp_path: Path, httpserver: HTTPServer, broken: list[str]
) -> None:
    script = Script(httpserver, *broken * 2)
    with pytest.raises(BadResponseError, match=r"empty|badResumptionToken") as caught:
        list(source(tmp_path, script).pages(date(2026, 3, 16)))
    assert caught.value.exit_status == 75
    assert "twice" in caught.value.hint
    assert "later" in caught.value.hint


def test_list_that_shrank_to_its_token_ends(tmp_path: Path, httpserver: HTTPServer) -> None:
    script = Script(httpserver, *[oai_page(ONE, token="a"), oai_error("noRecordsMatch")] * 2)
    pages = list(source(tmp_path, script).pages(date(2026, 3, 16)))
    assert ids(pages) == ["2603.00001", "2603.00001"]


def test_endless_list_is_cut(tmp_path: Path, httpserver: HTTPServer) -> None:
    script = Script(
        httpserver, *[oai_page(raw_record(f"2603.0000{n}"), token=str(n)) for n in range(9)]
    )
    with pytest.raises(BadResponseError, match="more than 3 pages"):
        list(source(tmp_path, script).pages(date(2026, 3, 16), max_pages=3))


def test_pages_are_yielded_as_they_arrive(tmp_path: Path, httpserver: HTTPServer) -> None:
    script = Script(httpserver, oai_page(ONE, token="a"), oai_page(TWO))
    pages = source(tmp_path, script).pages(date(2026, 3, 16))
    next(pages)
    assert len(script.requests) == 1


def test_single_record_is_requested_by_identifier(tmp_path: Path, httpserver: HTTPServer) -> None:
    record = oai_response(f"<GetRecord>{raw_record('hep-th/9901002')}</GetRecord>")
    script = Script(httpserver, record, oai_error("idDoesNotExist"))
    (paper,) = source(tmp_path, script).record("hep-th/9901002").papers
    assert paper.arxiv_id == "hep-th/9901002"
    assert script.requests[0].args["identifier"] == "oai:arXiv.org:hep-th/9901002"
    with pytest.raises(OaiError) as caught:
        source(tmp_path, script).record("2603.99999")
    assert caught.value.code == "idDoesNotExist"


@pytest.mark.parametrize(
    ("record", "reason"),
    [
        (raw_record(title=" "), "no title"),
        (raw_record(categories=""), "no category"),
        (raw_record(versions=""), "no version"),
        (raw_record("nonsense"), "not an arXiv ID"),
        (raw_record(versions="<version version='x'><date>Mon</date></version>"), "version 'x'"),
        (raw_record(versions="<version version='v1'><date>Mon</date></version>"), "'Mon'"),
        (raw_record().replace("2026-03-17", "yesterday"), "yesterday"),
        (
            "<record><header><identifier>oai:arXiv.org:2603.00001</identifier></header></record>",
            "no metadata",
        ),
        ("<record></record>", "no header"),
    ],
)
def test_unreadable_record_is_quarantined_whole(record: str, reason: str) -> None:
    page = parse_oai_page(oai_page(ONE, record, THREE).encode(), at=AT, raw_path="a/b.gz")
    assert [paper.arxiv_id for paper in page.papers] == ["2603.00001", "2603.00003"]
    (quarantined,) = page.malformed
    assert reason in quarantined.reason
    assert quarantined.raw == record.encode()
    assert (quarantined.source, quarantined.raw_path, quarantined.quarantined_at) == (
        "oai",
        "a/b.gz",
        AT,
    )
    assert page.records == 3
    with pytest.raises(MalformedRecordError, match=re.escape(reason)):
        parse_record(quarantined.raw)


def test_quarantined_record_can_be_read_once_corrected() -> None:
    assert parse_record(ONE.encode()) == parse_oai_page(oai_page(ONE).encode(), at=AT).papers[0]


def test_unreadable_record_keeps_its_readable_id() -> None:
    page = parse_oai_page(oai_page(raw_record("math.GT/0309136", title="")).encode(), at=AT)
    assert page.malformed[0].arxiv_id == "math/0309136"


@pytest.mark.parametrize("root", ["<html/>", "<feed/>", "<OAI-PMH/>"])
def test_other_documents_are_not_pages(root: str) -> None:
    with pytest.raises(BadResponseError):
        parse_oai_page(root.encode(), at=AT)


def test_page_without_a_response_date_is_read() -> None:
    body = oai_page(ONE).replace("2026-03-17T04:00:00Z", "now").encode()
    assert parse_oai_page(body, at=AT).response_date is None
