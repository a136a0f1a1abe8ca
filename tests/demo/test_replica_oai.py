"""The OAI channel, against what we know of it and against recorded answers."""

import json
from collections.abc import Iterator
from datetime import UTC, date, datetime
from itertools import chain
from pathlib import Path

import pytest
from lxml import etree

from pipeline.demo.replica.records import read_record
from pipeline.demo.replica.server import ReplicaServer
from pipeline.ingest.protocol.record import Record, Version
from tests.support import http
from tests.support.replica import TUESDAY, ids, make_record, make_records, oai, shape, token


@pytest.fixture
def small() -> Iterator[ReplicaServer]:
    records = [
        *make_records(5, day="2026-03-16"),
        make_record("2603.90006", categories=["eess.AS"], day="2026-03-17"),
        make_record("2603.90007", day="2026-03-17"),
    ]
    with ReplicaServer(records, today=TUESDAY, page_size=3) as server:
        yield server


def _walk(server: ReplicaServer, **params: str) -> list[etree._Element]:
    pages = [oai(server, verb="ListRecords", metadataPrefix="arXivRaw", **params)]
    while following := token(pages[-1]):
        pages.append(oai(server, verb="ListRecords", resumptionToken=following))
    return pages


def test_chain_has_each_record_once_and_an_empty_last_token(
    small: ReplicaServer,
) -> None:
    pages = _walk(small, from_="2026-03-01")
    assert [len(ids(page)) for page in pages] == [3, 3, 1]
    assert sorted(chain.from_iterable(map(ids, pages))) == [f"2603.{90001 + n}" for n in range(7)]
    assert pages[-1].find("*/{*}resumptionToken") is not None
    assert "expirationDate" not in pages[-1].find("*/{*}resumptionToken").attrib  # type: ignore[union-attr]


def test_tokens_restart_at_the_day_of_the_next_record(small: ReplicaServer) -> None:
    pages = _walk(small, from_="2026-03-01", set="cs")
    assert token(pages[0]) == (
        "verb%3DListRecords%26metadataPrefix%3DarXivRaw%26from%3D2026-03-16%26set%3Dcs%26skip%3D3"
    )
    assert pages[0].find("*/{*}resumptionToken").attrib == {  # type: ignore[union-attr]
        "expirationDate": "2026-03-18T00:00:00Z"
    }
    assert len(pages) == 2


def test_a_single_page_has_no_token_element(small: ReplicaServer) -> None:
    [page] = _walk(small, from_="2026-03-17")
    assert page.find("*/{*}resumptionToken") is None


def test_a_token_may_be_sent_raw_or_encoded_again(small: ReplicaServer) -> None:
    following = token(oai(small, verb="ListRecords", metadataPrefix="arXivRaw"))
    raw = http.get(f"{small.oai_url}?verb=ListRecords&resumptionToken={following}")
    again = http.get(small.oai_url, params={"verb": "ListRecords", "resumptionToken": following})
    assert raw.content == again.content


def test_sets_are_groups_archives_and_categories(small: ReplicaServer) -> None:
    def listed(name: str) -> int:
        root = oai(small, verb="ListIdentifiers", metadataPrefix="oai_dc", set=name)
        return len(root.findall(".//{*}header"))

    assert (listed("cs"), listed("cs:cs"), listed("cs:cs:CL"), listed("eess")) == (6, 6, 6, 1)


def test_later_announcements_are_hidden(small: ReplicaServer) -> None:
    with ReplicaServer(make_records(2, day="2026-03-18"), today=TUESDAY) as early:
        root = oai(early, verb="ListRecords", metadataPrefix="arXivRaw")
        assert root.find("{*}error").get("code") == "noRecordsMatch"  # type: ignore[union-attr]
    with ReplicaServer(make_records(2, day="2026-03-18")) as timeless:
        assert len(ids(oai(timeless, verb="ListRecords", metadataPrefix="arXivRaw"))) == 2


def test_a_clock_that_moves_shows_more() -> None:
    moments = [datetime(2026, 3, 17, 12, tzinfo=UTC)]
    with ReplicaServer(make_records(1, day="2026-03-18"), today=lambda: moments[-1]) as server:
        assert not ids(oai(server, verb="ListRecords", metadataPrefix="arXiv"))
        moments.append(datetime(2026, 3, 18, 12, tzinfo=UTC))
        assert ids(oai(server, verb="ListRecords", metadataPrefix="arXiv")) == ["2603.90001"]


def test_withdrawn_versions_have_no_source() -> None:
    record = make_record(
        withdrawn=True,
        versions=[
            {"version": 1, "submitted_at": "2026-03-16T10:00:00Z"},
            {"version": 2, "submitted_at": "2026-03-16T11:00:00Z"},
        ],
    )
    with ReplicaServer([record]) as server:
        root = oai(
            server,
            verb="GetRecord",
            metadataPrefix="arXivRaw",
            identifier="oai:arXiv.org:2603.90001",
        )
    first, second = root.findall(".//{*}version")
    assert first.find("{*}source_type") is None
    assert (second.findtext("{*}size"), second.findtext("{*}source_type")) == ("0kb", "I")


def test_raw_keeps_tex_and_arxiv_converts_it() -> None:
    with ReplicaServer([make_record(title="Caf\\'e $\\alpha$ <x>")]) as server:
        roots = {
            prefix: oai(
                server,
                verb="GetRecord",
                metadataPrefix=prefix,
                identifier="oai:arXiv.org:2603.90001",
            )
            for prefix in ("arXivRaw", "arXiv", "oai_dc")
        }
    assert roots["arXivRaw"].findtext(".//{*}title") == "Caf\\'e $\\alpha$ <x>"
    assert roots["arXivRaw"].findtext(".//{*}authors") == "Ada Example, Ren\\'e Sample Jr."
    assert roots["arXiv"].findtext(".//{*}title") == "Café $\N{GREEK SMALL LETTER ALPHA}$ <x>"
    author = roots["arXiv"].findall(".//{*}author")[1]
    assert [part.text for part in author] == ["Sample", "René", "Jr."]
    assert roots["oai_dc"].findall(".//{*}creator")[1].text == "Sample, Jr., René"


def test_post_is_get(small: ReplicaServer) -> None:
    form = {"verb": "ListIdentifiers", "metadataPrefix": "oai_dc", "set": "eess"}
    answer = http.post(small.oai_url, data=form)
    assert ids(etree.fromstring(answer.content)) == ["2603.90006"]


def test_a_control_character_in_a_record_never_breaks_the_page() -> None:
    with ReplicaServer([make_record(title="A\x0bB & C")]) as server:
        root = oai(server, verb="ListRecords", metadataPrefix="arXivRaw")
    assert root.findtext(".//{*}title") == "AB & C"


# ------- against recorded answers

NOVEMBER = datetime(2026, 11, 23, 0, 1, 48, tzinfo=UTC)
MOVING = {"responseDate"}


def _paper() -> Record:
    """0704.0046 as the recorded answers have it."""
    return read_record(
        {
            "id": "0704.0046",
            "submitter": "Denes Petz",
            "authors": "I. Csiszar, F. Hiai and D. Petz",
            "authors_parsed": [["Csiszar", "I.", ""], ["Hiai", "F.", ""], ["Petz", "D.", ""]],
            "title": "A limit relation for entropy and channel capacity per unit cost",
            "comments": "LATEX file, 11 pages",
            "journal-ref": "J. Math. Phys. 48(2007), 092102.",
            "doi": "10.1063/1.2779138",
            "categories": "quant-ph cs.IT math.IT",
            "abstract": "(the abstract)",
            "versions": [{"version": "v1", "created": "Sun, 01 Apr 2007 16:37:36 GMT"}],
            "update_date": "2009-11-13",
        }
    )


def _recorded(directory: Path, name: str) -> tuple[str, dict[str, str], bytes]:
    about = json.loads((directory / f"{name}.headers.json").read_text())
    return about["url"], about["headers"], (directory / f"{name}.xml").read_bytes()


def _names(directory: Path) -> list[str]:
    return sorted(path.stem for path in directory.glob("err_*.xml"))


def test_errors_match_recorded_ones(shared_fixtures: Path) -> None:
    directory = shared_fixtures / "oai_server"
    names = _names(directory)
    assert len(names) == 18
    with ReplicaServer([_paper()], today=lambda: NOVEMBER) as server:
        for name in names:
            url, headers, expected = _recorded(directory, name)
            answer = http.get(server.url + url)
            assert answer.status_code == 200, name
            assert shape(etree.fromstring(answer.content), MOVING) == shape(
                etree.fromstring(expected), MOVING
            ), name
            assert answer.headers["Surrogate-Key"] == headers["Surrogate-Key"], name


@pytest.mark.parametrize("name", ["identify", "listmetadataformats", "listsets"])
def test_static_answers_match_recorded_bytes(shared_fixtures: Path, name: str) -> None:
    url, headers, expected = _recorded(shared_fixtures / "oai_server", name)
    with ReplicaServer([_paper()], today=lambda: NOVEMBER) as server:
        answer = http.get(server.url + url)
    want, got = expected.decode().splitlines(), answer.text.splitlines()
    assert [line.strip() for line in got if "responseDate" not in line] == [
        line.strip() for line in want if "responseDate" not in line
    ]
    assert answer.headers["Surrogate-Control"] == headers["Surrogate-Control"]


@pytest.mark.parametrize("prefix", ["arXivRaw", "arXiv", "oai_dc", "arXivOld"])
def test_a_record_has_the_recorded_form(shared_fixtures: Path, prefix: str) -> None:
    name = f"getrecord_{prefix}_0704.0046"
    url, headers, expected = _recorded(shared_fixtures / "oai_server", name)
    with ReplicaServer([_paper()], today=lambda: NOVEMBER) as server:
        answer = http.get(server.url + url)
    # Not ours to know: the size of the source, and a metadata date of the database.
    ignore = MOVING | {"size", "updated", "abstract"}
    got, want = etree.fromstring(answer.content), etree.fromstring(expected)
    if prefix == "oai_dc":
        for root in (got, want):
            root.find(".//{*}description").text = ""  # type: ignore[union-attr]
    assert shape(got, ignore) == shape(want, ignore)
    assert answer.headers["Surrogate-Key"] == headers["Surrogate-Key"]


def test_the_recorded_chain_has_the_same_tokens(shared_fixtures: Path) -> None:
    directory = shared_fixtures / "oai_server"
    whole = etree.parse(directory / "listrecords_arXivRaw_all.xml").getroot()
    records = []
    for element in whole.iter("{*}record"):
        base = ids(element)[0]
        day = date.fromisoformat(element.findtext(".//{*}datestamp") or "")
        categories = (element.findtext(".//{*}categories") or "").split()
        moment = datetime(day.year, day.month, day.day, tzinfo=UTC)
        records.append(
            Record(base, "T", None, (), tuple(categories), (Version(1, moment, None),), day)
        )
    with ReplicaServer(records, today=lambda: NOVEMBER, page_size=60) as server:
        pages = _walk(server, from_="2008-01-01")
    recorded = [etree.parse(directory / f"chain_arXivRaw_p{n}.xml").getroot() for n in range(1, 10)]
    assert [token(page) for page in pages] == [token(page) for page in recorded]
    assert [page.find("{*}request").attrib for page in pages] == [  # type: ignore[union-attr]
        page.find("{*}request").attrib  # type: ignore[union-attr]
        for page in recorded
    ]
    assert sorted(chain.from_iterable(map(ids, pages))) == sorted(
        chain.from_iterable(map(ids, recorded))
    )
