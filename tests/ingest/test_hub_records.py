"""A paper that a hub serves is read again as the same paper."""

from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.ingest.hub.records import record_of
from pipeline.ingest.hub.unread import unread_in
from pipeline.ingest.protocol.holdings import Window
from pipeline.ingest.protocol.oai_records import element
from pipeline.ingest.sources.oai.page import parse_oai_page
from storage.served import UnreadRecord
from storage.types import Paper
from tests.support.builders import make_paper

AT = datetime(2026, 11, 29, tzinfo=UTC)
DAY = date(2026, 3, 16)
_ENVELOPE = (
    '<?xml version="1.0" encoding="UTF-8"?><OAI-PMH xmlns="http://www.openarchives.org/OAI/2.0/">'
    "<responseDate>2026-11-29T00:00:00Z</responseDate><ListRecords>{}</ListRecords></OAI-PMH>"
)


def _again(papers: tuple[Paper, ...]) -> tuple[Paper, ...]:
    records = (record_of(paper) for paper in papers)
    served = "".join(element(record, "arXivRaw") for record in records if record)
    page = parse_oai_page(_ENVELOPE.format(served).encode(), at=AT)
    assert page.malformed == ()
    return page.papers


@pytest.mark.parametrize(
    "name",
    ["oai_server/listrecords_arXivRaw_all.xml", "oai_recorded/scirate_arXivRaw_20140116_p97.xml"],
)
def test_recorded_papers_are_the_same_after_a_hop(shared_fixtures: Path, name: str) -> None:
    papers = parse_oai_page((shared_fixtures / name).read_bytes(), at=AT).papers
    assert len(papers) > 400
    assert _again(papers) == papers


_TEX = st.text(st.sampled_from(list("\\{}$'\"`~^=.aeoviclHu %&<>;,() \n")), min_size=1, max_size=40)


@given(title=_TEX, abstract=_TEX, comment=_TEX)
def test_text_with_tex_is_the_same_after_a_hop(title: str, abstract: str, comment: str) -> None:
    record = (
        "<record><header><identifier>oai:arXiv.org:2603.00001</identifier>"
        "<datestamp>2026-03-16</datestamp></header><metadata>"
        '<arXivRaw xmlns="http://arxiv.org/OAI/arXivRaw/"><id>2603.00001</id>'
        '<version version="v1"><date>Sun, 15 Mar 2026 12:00:00 GMT</date></version>'
        f"<title>A {_xml(title)}</title><authors>Ada Example</authors>"
        f"<categories>cs.CV</categories><comments>{_xml(comment)}</comments>"
        f"<abstract>{_xml(abstract)}</abstract></arXivRaw></metadata></record>"
    )
    papers = parse_oai_page(_ENVELOPE.format(record).encode(), at=AT).papers
    assert _again(papers) == papers


def _xml(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


@pytest.mark.parametrize(
    ("raw", "read", "given"),
    [
        ("<record><datestamp>2026-03-16</datestamp><setSpec>cs:cs:CV</setSpec></record>", None, 1),
        ("<record><datestamp>2026-03-16</datestamp><setSpec>math:math:CO</setSpec>", None, 0),
        ("<record><datestamp>2026-03-16</datestamp></record>", None, 1),  # sets not stated
        ("<record><datestamp>2026-03-10</datestamp></record>", None, 0),
        ("<record>&", None, 1),  # nothing is stated
        ("<record><datestamp>2026-03-16</datestamp></record>", date(2026, 3, 17), 0),
        ("<record><datestamp>2026-03-16</datestamp></record>", date(2026, 3, 12), 1),
        ("<?xml version='1.0'?><OAI-PMH><record></record></OAI-PMH>", None, 0),  # a whole page
    ],
)
def test_unread_record_is_handed_on_in_its_window(raw: str, read: date | None, given: int) -> None:
    window = Window(date(2026, 3, 14), date(2026, 3, 18), "cs")
    assert len(unread_in(window, [UnreadRecord(raw.encode(), DAY, read)])) == given


def test_work_that_is_not_at_arxiv_is_not_served() -> None:
    assert record_of(make_paper("doi:10.1000/x")) is None
