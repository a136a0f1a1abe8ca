"""The query API, read back with the `arxiv` package and compared with recorded answers."""

from collections.abc import Iterator
from pathlib import Path

import arxiv  # it ships no types
import pytest
from lxml import etree

from pipeline.demo.replica.records import read_record
from pipeline.demo.replica.server import ReplicaServer
from pipeline.ingest.protocol.record import Record
from pipeline.ingest.protocol.search import BadQueryError, parse
from tests.support import http
from tests.support.replica import make_record, make_records, query, shape

OPENSEARCH = "{http://a9.com/-/spec/opensearch/1.1/}"


@pytest.fixture
def server() -> Iterator[ReplicaServer]:
    records = [
        *make_records(12),
        make_record(
            "2603.90050",
            title="Video tokens",
            abstract="A large language model reads\n  video.",
            authors=["Bo del Maestro"],
            categories=["eess.AS"],
            comment="Accepted",
            journal_ref="J 1",
            doi="10.5555/1",
            versions=[
                {"version": 1, "submitted_at": "2026-03-16T10:00:00Z"},
                {"version": 2, "submitted_at": "2026-03-16T11:00:00Z"},
            ],
        ),
    ]
    with ReplicaServer(records) as replica:
        yield replica


def _found(root: etree._Element) -> list[str]:
    names = [str(entry.findtext("{*}id")) for entry in root.iter("{*}entry")]
    return [name.removeprefix("http://arxiv.org/abs/") for name in names]


def _client(server: ReplicaServer) -> arxiv.Client:
    client = arxiv.Client(page_size=5, delay_seconds=0, num_retries=0)
    client.query_url_format = f"{server.query_url}?{{}}"
    return client


def test_the_arxiv_package_reads_it(server: ReplicaServer) -> None:
    search = arxiv.Search(query="ti:paper", sort_by=arxiv.SortCriterion.SubmittedDate)
    assert len({result.entry_id for result in _client(server).results(search)}) == 12
    [result] = _client(server).results(arxiv.Search(id_list=["2603.90050"]))
    assert result.entry_id == "http://arxiv.org/abs/2603.90050v2"
    assert result.published < result.updated
    assert result.primary_category == "eess.AS"
    assert (result.doi, result.journal_ref, result.comment) == ("10.5555/1", "J 1", "Accepted")
    assert result.pdf_url == "https://arxiv.org/pdf/2603.90050v2"


def test_tex_is_converted(server: ReplicaServer) -> None:
    [result] = _client(server).results(arxiv.Search(id_list=["2603.90001"]))
    assert [author.name for author in result.authors] == ["Ada Example", "René Sample Jr."]


def test_unknown_ids_are_absent_and_versions_are_found(server: ReplicaServer) -> None:
    asked = "2603.90001,2603.99999,2603.90050v1,2603.90050v3,arXiv:2603.90002"
    root = query(server, id_list=asked)
    assert sorted(_found(root)) == ["2603.90001v1", "2603.90050v1"]
    assert root.findtext(f"{OPENSEARCH}totalResults") == "2"


def test_ten_results_unless_more_are_asked_for(server: ReplicaServer) -> None:
    listed = ",".join(f"2603.{90001 + n}" for n in range(12))
    assert len(_found(query(server, id_list=listed))) == 10
    assert len(_found(query(server, id_list=listed, max_results="100"))) == 12
    page = query(server, id_list=listed, start="10", max_results="10")
    assert len(_found(page)) == 2
    assert page.findtext(f"{OPENSEARCH}itemsPerPage") == "10"


def test_post_is_get(server: ReplicaServer) -> None:
    answer = http.post(server.query_url, data={"id_list": "2603.90001"})
    assert _found(etree.fromstring(answer.content)) == ["2603.90001v1"]


def test_dates_order_and_filter(server: ReplicaServer) -> None:
    root = query(
        server,
        search_query="submittedDate:[20260316 TO 20260316] AND cat:eess.*",
        sortBy="submittedDate",
        sortOrder="ascending",
    )
    assert _found(root) == ["2603.90050v2"]
    assert "20260316" in str(root.findtext("{*}title"))


@pytest.mark.parametrize(
    ("params", "said"),
    [
        ({"id_list": "2603.90001,abc"}, "incorrect id format for abc"),
        ({"search_query": "( ( )"}, "Invalid query string: '( ( )'"),
        ({"search_query": "all:x", "sortBy": "date"}, "sortBy must be in:"),
        ({"search_query": "all:x", "start": "-1"}, "start must be non-negative"),
        ({"search_query": "all:x", "max_results": "many"}, "max_results must be an integer"),
    ],
)
def test_bad_requests_are_error_feeds(
    server: ReplicaServer, params: dict[str, str], said: str
) -> None:
    answer = http.get(server.query_url, params=params)
    assert answer.status_code == 400
    [entry] = etree.fromstring(answer.content).iter("{*}entry")
    assert entry.findtext("{*}title") == "Error"
    assert "/api/errors" in str(entry.findtext("{*}id"))
    assert str(entry.findtext("{*}summary")).startswith(said)
    assert entry.find("{*}published") is None


def test_the_far_end_is_a_500_and_a_long_line_a_400(server: ReplicaServer) -> None:
    far = {"search_query": "all:x", "start": "9995", "max_results": "10"}
    assert http.get(server.query_url, params=far).status_code == 500
    long = http.get(server.query_url, params={"id_list": ",".join(["2603.90001"] * 400)})
    assert long.status_code == 400
    assert "Request Line is too large" in long.text


@pytest.mark.parametrize(
    ("sent", "executed"),
    [
        ("pineapple", "all:pineapple"),
        (
            "all:Attention Is All You Need",
            "all:Attention OR all:Is OR all:All OR all:You OR all:Need",
        ),
        ('all:"Attention Is All You Need"', 'all:"Attention Is All You Need"'),
        ("cat:econ.EM OR econ.TH", "cat:econ.EM OR all:econ.TH"),
        ("cat:cs.AI and ti:robot", "cat:cs.AI OR all:and OR ti:robot"),
        (
            "lastUpdatedDate:[20260101 TO 20260131]",
            'submittedDate:"202601010000 TO 202601312359"',
        ),
        ("cat:cs.AI AND NOT ti:x", "cat:cs.AI ANDNOT ti:x"),
        ("au:del_maestro", 'au:"del maestro"'),
    ],
)
def test_queries_are_rewritten_as_arxiv_does(sent: str, executed: str) -> None:
    assert parse(sent).executed == executed


@pytest.mark.parametrize(
    ("sent", "found"),
    [
        ("ti:a AND ti:b OR ti:c", {"ab", "ac"}),  # a AND (b OR c)
        ("ti:a ANDNOT ti:b OR ti:c", {"a"}),  # a ANDNOT (b OR c)
        ("(ti:a AND ti:b) OR ti:c", {"ab", "ac", "c"}),
        ("submittedDate:[2026 TO *]", set()),
        ("submittedDate:[20260316 TO 20260316]", {"ab", "ac", "a", "c"}),
        ("submittedDate:[20260317 TO 20260318]", set()),
        ('ti:"b a"', set()),
        ("cat:cs.*", {"ab", "ac", "a", "c"}),
        ("cat:CS.CV", set()),
    ],
)
def test_operators_are_right_associative(sent: str, found: set[str]) -> None:
    titles = {"ab": "a b", "ac": "a c", "a": "a", "c": "c"}
    moment = {"submitted_at": "2026-03-16T10:00:00Z"}
    records = {name: make_record(title=title, **moment) for name, title in titles.items()}
    score = parse(sent).score
    assert {name for name, record in records.items() if score(record)} == found


@pytest.mark.parametrize("sent", ["(ti:space", "ti:(a", "ti:a)", "AND ti:a", "ti:a AND", "zz:a"])
def test_what_cannot_be_parsed_is_refused(sent: str) -> None:
    with pytest.raises(BadQueryError):
        parse(sent)


# ------- against recorded answers


def _as_record(entry: etree._Element) -> Record:
    name = str(entry.findtext("{*}id")).removeprefix("http://arxiv.org/abs/")
    base, _, number = name.rpartition("v")
    moments = [entry.findtext("{*}published")] + [entry.findtext("{*}updated")] * (int(number) - 1)
    return read_record(
        {
            "arxiv_id": base,
            "title": entry.findtext("{*}title"),
            "abstract": entry.findtext("{*}summary"),
            "authors": [name.text for name in entry.iterfind("{*}author/{*}name")],
            "categories": [one.get("term") for one in entry.iterfind("{*}category")],
            "comment": entry.findtext("{*}comment"),
            "journal_ref": entry.findtext("{*}journal_ref"),
            "doi": entry.findtext("{*}doi"),
            "versions": [
                {"version": version, "submitted_at": moment}
                for version, moment in enumerate(moments, start=1)
            ],
        }
    )


@pytest.mark.parametrize(
    "name",
    [
        "arxivpy_id_1605.08386_s0_m100_199195aa31ad",
        "arxivpy_id_1707.08567_s0_m100_6a1afebfc6a3",
        "arxivpy_id_2104.12255v1_s0_m100_6ae69987ffe1",
        "arxivpy_id_quant-ph_0201082v1_s0_m100_86989fe779ef",
        "arxivpy_id_0000.0000_s0_m100_8b51d9633a68",
        "arxivpy_id_abc_s0_m100_b79c8dcf6bc3",
    ],
)
def test_answers_by_id_have_the_recorded_form(shared_fixtures: Path, name: str) -> None:
    expected = etree.parse(shared_fixtures / "api_recorded" / f"{name}.xml").getroot()
    asked = name.partition("_s0_")[0].removeprefix("arxivpy_id_").replace("_", "/")
    known = [_as_record(entry) for entry in expected.iter("{*}entry") if "abc" not in name]
    with ReplicaServer(known) as server:
        params = {"search_query": "", "id_list": asked, "start": "0", "max_results": "100"}
        answer = http.get(server.query_url, params=params)
    got = etree.fromstring(answer.content)
    for root in (got, expected):
        # The feed's own id is a hash of ours, and the moment is now.
        for moving in ("{*}updated", "{*}id"):
            root.find(moving).text = ""  # type: ignore[union-attr]
        for entry in root.iter("{*}entry"):
            entry.find("{*}updated").text = ""  # type: ignore[union-attr]
    assert shape(got) == shape(expected)


def test_a_recorded_search_page_has_the_same_entries(shared_fixtures: Path) -> None:
    path = shared_fixtures / "api_recorded" / "arxivpy_q_testing_s0_m100_cfe7536492ca.xml"
    expected = etree.parse(path).getroot()
    with ReplicaServer([_as_record(entry) for entry in expected.iter("{*}entry")]) as server:
        got = query(server, search_query="testing", max_results="100", sortBy="relevance")
    ours = {str(entry.findtext("{*}id")): entry for entry in got.iter("{*}entry")}
    theirs = {str(entry.findtext("{*}id")): entry for entry in expected.iter("{*}entry")}
    assert ours.keys() == theirs.keys()
    wanted = ("affiliation", "comment", "title")
    for name, entry in theirs.items():
        for author in entry.iterfind("{*}author"):
            del author[1:]  # affiliations are not in our records
        assert shape(ours[name], wanted) == shape(entry, wanted), name
