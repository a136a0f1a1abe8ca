"""Faults: declared as data, struck where and when they say, visible byte for byte."""

import socket
import struct
import threading
from datetime import UTC, date, datetime
from pathlib import Path
from urllib.parse import urlsplit

import httpx
import pytest
from lxml import etree

from config.errors import UsageError
from pipeline.demo.replica.damage import MANY_AUTHORS
from pipeline.demo.replica.faults import Fault, Kind, load_faults, read_fault
from pipeline.demo.replica.log import Channel
from pipeline.demo.replica.server import ReplicaServer
from tests.support import http
from tests.support.replica import TUESDAY, ids, make_record, make_records, oai, query, token

LIST = "verb=ListRecords&metadataPrefix=arXivRaw"


def _get(
    server: ReplicaServer, path: str = f"/oai?{LIST}", *, timeout: float = 60
) -> httpx.Response:
    return httpx.get(server.url + path, timeout=timeout)


def test_faults_strike_the_requests_they_name() -> None:
    fault = Fault(Kind.STATUS, Channel.OAI, requests=(2,), status=503, retry_after="7")
    with ReplicaServer(make_records(1), faults=[fault], today=TUESDAY) as server:
        statuses = [_get(server).status_code, _get(server, "/rss/cs").status_code]
        struck = _get(server)
        after = _get(server).status_code
    assert [*statuses, struck.status_code, after] == [200, 200, 503, 200]
    assert struck.headers["Retry-After"] == "7"


def test_a_fault_sticks_until_its_moment() -> None:
    moments = [datetime(2026, 3, 17, 3, tzinfo=UTC)]
    until = datetime(2026, 3, 17, 5, tzinfo=UTC)
    fault = Fault(Kind.NO_RECORDS_MATCH, Channel.OAI, until=until)
    records = make_records(1, day="2026-03-16")
    with ReplicaServer(records, faults=[fault], today=lambda: moments[-1]) as server:
        first = oai(server, verb="ListRecords", metadataPrefix="arXivRaw")
        assert first.find("{*}error").get("code") == "noRecordsMatch"  # type: ignore[union-attr]
        moments.append(until)
        assert ids(oai(server, verb="ListRecords", metadataPrefix="arXivRaw")) == ["2603.90001"]


@pytest.mark.parametrize(
    ("fault", "status", "body"),
    [
        (Fault(Kind.STATUS, status=429), 429, "Rate exceeded."),
        (Fault(Kind.STATUS, status=406), 406, ""),
        (Fault(Kind.STATUS, status=500, body="broken"), 500, "broken"),
        (Fault(Kind.RATE_EXCEEDED), 200, "Rate exceeded."),
    ],
)
def test_answers_of_another_kind(fault: Fault, status: int, body: str) -> None:
    with ReplicaServer([], faults=[fault]) as server:
        answer = _get(server)
    assert (answer.status_code, answer.text) == (status, body)
    assert "Retry-After" not in answer.headers


def test_html_blocks_and_redirects() -> None:
    faults = [
        Fault(Kind.HTML, requests=(1,)),
        Fault(Kind.STATUS, requests=(2,), status=403),
        Fault(Kind.REDIRECT, requests=(3,), location="https://elsewhere.example/oai"),
        Fault(Kind.REQUIRE_ACCEPT, requests=(4, 5)),
    ]
    with ReplicaServer([], faults=faults) as server:
        html, blocked, moved, accepted = (_get(server) for _ in range(4))
        with socket.create_connection(("127.0.0.1", int(urlsplit(server.url).port or 0))) as plain:
            plain.sendall(b"GET /oai HTTP/1.0\r\n\r\n")
            refused = plain.recv(100)
    assert html.status_code == 200
    assert html.text.startswith("<!DOCTYPE html>")
    assert (blocked.status_code, "Access Denied" in blocked.text) == (403, True)
    assert (moved.status_code, moved.headers["Location"]) == (301, "https://elsewhere.example/oai")
    assert accepted.status_code == 200
    assert b"406" in refused.splitlines()[0]


def test_truncation_with_a_right_and_a_wrong_length() -> None:
    faults = [Fault(Kind.TRUNCATED, requests=(2,)), Fault(Kind.SHORT_BODY, requests=(3,))]
    with ReplicaServer(make_records(5), faults=faults, today=TUESDAY) as server:
        whole, cut = _get(server), _get(server)
        with pytest.raises(httpx.RemoteProtocolError):
            _get(server)
    assert whole.content.startswith(cut.content)
    assert len(cut.content) == len(whole.content) // 2
    with pytest.raises(etree.XMLSyntaxError):
        etree.fromstring(cut.content)


def test_a_reset_in_the_middle_of_the_body() -> None:
    faults = [Fault(Kind.RESET)]
    with (
        ReplicaServer(make_records(5), faults=faults, today=TUESDAY) as server,
        pytest.raises(httpx.ReadError, match="reset"),
    ):
        _get(server)


def _wait_for_requests(server: ReplicaServer, count: int) -> None:
    """Wait until the server has noted so many requests; pytest's timeout ends the waiting."""
    pause = threading.Event()
    while len(server.requests) < count:
        pause.wait(0.01)


def test_hang_sends_nothing_and_ends_with_the_server() -> None:
    with ReplicaServer([], faults=[Fault(Kind.HANG, seconds=100)]) as server:
        port = int(urlsplit(server.url).port or 0)
        with socket.create_connection(("127.0.0.1", port)) as client:
            client.sendall(b"GET /oai HTTP/1.1\r\nHost: x\r\n\r\n")
            _wait_for_requests(server, 1)
            client.settimeout(0.1)  # the request is there: silence from here on is the hang
            with pytest.raises(TimeoutError):
                client.recv(1)
        assert len(server.requests) == 1


def test_a_short_hang_ends_without_an_answer() -> None:
    with (
        ReplicaServer([], faults=[Fault(Kind.HANG, seconds=0.01)]) as server,
        pytest.raises(httpx.RemoteProtocolError),
    ):
        _get(server)


def test_an_empty_page_keeps_its_token() -> None:
    fault = Fault(Kind.EMPTY_PAGE, requests=(1, 3))
    with ReplicaServer(make_records(5), faults=[fault], page_size=2) as server:
        first = oai(server, verb="ListRecords", metadataPrefix="arXivRaw")
        assert ids(first) == []
        assert token(first)
        second = oai(server, verb="ListRecords", resumptionToken=str(token(first)))
        assert len(ids(second)) == 2
        pages = [query(server, search_query="all:paper") for _ in range(3)]
    assert [len(page.findall("{*}entry")) for page in pages] == [0, 5, 0]
    assert [page.findtext("{*}totalResults") for page in pages] == ["5"] * 3


def test_totals_shift() -> None:
    fault = Fault(Kind.SHIFTING_TOTAL, Channel.QUERY, requests=(2,), amount=-2)
    with ReplicaServer(make_records(5), faults=[fault]) as server:
        totals = [query(server, search_query="all:paper").findtext("{*}totalResults") for _ in "ab"]
    assert totals == ["5", "3"]


def test_duplicates_across_pages() -> None:
    fault = Fault(Kind.DUPLICATES, amount=1)
    with ReplicaServer(make_records(4), faults=[fault], page_size=2) as server:
        first = oai(server, verb="ListRecords", metadataPrefix="arXivRaw")
        second = oai(server, verb="ListRecords", resumptionToken=str(token(first)))
    assert ids(first)[-1] == ids(second)[0]
    assert len(set(ids(first) + ids(second))) == 4


def test_a_token_is_refused_but_a_fresh_window_is_not() -> None:
    fault = Fault(Kind.BAD_RESUMPTION_TOKEN, Channel.OAI)
    with ReplicaServer(make_records(4), faults=[fault], page_size=2) as server:
        first = oai(server, verb="ListRecords", metadataPrefix="arXivRaw")
        refused = oai(server, verb="ListRecords", resumptionToken=str(token(first)))
    assert len(ids(first)) == 2
    assert refused.find("{*}error").get("code") == "badResumptionToken"  # type: ignore[union-attr]


def test_a_stale_feed_has_yesterdays_papers_and_todays_date() -> None:
    records = [make_record("2603.80001", day="2026-03-16"), make_record("2603.90001")]
    with ReplicaServer(records, faults=[Fault(Kind.STALE_FEED)], today=TUESDAY) as server:
        root = etree.fromstring(_get(server, "/rss/cs").content)
    assert [item.findtext("guid") for item in root.iter("item")] == ["oai:arXiv.org:2603.80001v1"]
    assert str(root.findtext("channel/lastBuildDate")).startswith("Tue, 17 Mar 2026")


def test_a_range_of_ids_is_missing_until_the_next_day() -> None:
    moments = [datetime(2026, 3, 17, 12, tzinfo=UTC)]
    fault = Fault(
        Kind.MISSING_RANGE,
        Channel.OAI,
        first_id="2603.90002",
        last_id="2603.90004",
        until=datetime(2026, 3, 18, tzinfo=UTC),
    )
    with ReplicaServer(make_records(5), faults=[fault], today=lambda: moments[-1]) as server:
        gap = oai(server, verb="ListRecords", metadataPrefix="arXivRaw")
        feed = etree.fromstring(_get(server, "/rss/cs").content)
        moments.append(datetime(2026, 3, 18, 12, tzinfo=UTC))
        whole = oai(server, verb="ListRecords", metadataPrefix="arXivRaw")
    assert ids(gap) == ["2603.90001", "2603.90005"]
    assert len(list(feed.iter("item"))) == 5
    assert len(ids(whole)) == 5


def _clean_and_corrupted(kind: Kind, path: str, **more: object) -> tuple[bytes, bytes]:
    fault = read_fault({"kind": str(kind), "record": 1, **more})
    with ReplicaServer(make_records(3), today=TUESDAY) as server:
        clean = _get(server, path).content
    with ReplicaServer(make_records(3), faults=[fault], today=TUESDAY) as server:
        return clean, _get(server, path).content


CHANNELS = [
    f"/oai?{LIST}",
    "/oai?verb=ListRecords&metadataPrefix=arXiv",
    "/rss/cs",
    "/api/query?search_query=all:paper",
]


@pytest.mark.parametrize("path", CHANNELS)
def test_control_characters_break_one_record(path: str) -> None:
    clean, corrupted = _clean_and_corrupted(Kind.CONTROL_CHARACTERS, path)
    etree.fromstring(clean)
    assert corrupted.count(b"\x0b") == 1
    with pytest.raises(etree.XMLSyntaxError):
        etree.fromstring(corrupted)


@pytest.mark.parametrize("path", CHANNELS)
def test_a_bad_date_in_one_record(path: str) -> None:
    _, corrupted = _clean_and_corrupted(Kind.BAD_DATE, path)
    assert corrupted.count(b"31 February") == 1
    etree.fromstring(corrupted)


@pytest.mark.parametrize(
    ("path", "field"), [(CHANNELS[0], "title"), (CHANNELS[2], "guid"), (CHANNELS[3], "category")]
)
def test_a_field_is_missing_from_one_record(path: str, field: str) -> None:
    clean, corrupted = _clean_and_corrupted(Kind.MISSING_FIELD, path, field=field)
    per_record = [
        len(list(record.iter("{*}" + field)))
        for record in etree.fromstring(corrupted).iter("{*}record", "item", "{*}entry")
    ]
    whole = [
        len(list(record.iter("{*}" + field)))
        for record in etree.fromstring(clean).iter("{*}record", "item", "{*}entry")
    ]
    assert per_record == [whole[0], 0, whole[2]]


@pytest.mark.parametrize("path", CHANNELS)
def test_hundreds_of_authors(path: str) -> None:
    _, corrupted = _clean_and_corrupted(Kind.MANY_AUTHORS, path)
    etree.fromstring(corrupted)
    assert corrupted.count(b"Family") == MANY_AUTHORS == 589


def test_an_entity_bomb_is_declared_and_used() -> None:
    _, corrupted = _clean_and_corrupted(Kind.ENTITY_BOMB, CHANNELS[0])
    declared, _, used = corrupted.partition(b"]>")
    assert b'<!ENTITY l9 "&l8;&l8;' in declared
    assert used.count(b"&l9;") == 1


def test_the_seed_draws_the_record() -> None:
    def struck(seed: int) -> bytes:
        fault = Fault(Kind.BAD_DATE, seed=seed)
        with ReplicaServer(make_records(40), faults=[fault], today=TUESDAY) as server:
            return _get(server, "/rss/cs").content

    assert struck(1) == struck(1)
    assert len({struck(seed) for seed in range(5)}) > 1


# ------- the file


def test_faults_are_read_from_toml_and_json(tmp_path: Path) -> None:
    toml = tmp_path / "faults.toml"
    toml.write_text(
        '[[fault]]\nkind = "status"\nstatus = 429\nretry_after = 3\nchannel = "query"\n'
        'requests = [1, 2]\nuntil = 2026-03-18T00:00:00Z\n[[fault]]\nkind = "hang"\nseconds = 2\n'
    )
    data = tmp_path / "faults.json"
    data.write_text('[{"kind": "html", "requests": 4, "until": "2026-03-18T00:00:00+00:00"}]')
    assert load_faults(toml) == (
        Fault(
            Kind.STATUS,
            Channel.QUERY,
            requests=(1, 2),
            until=datetime(2026, 3, 18, tzinfo=UTC),
            status=429,
            retry_after="3",
        ),
        Fault(Kind.HANG, seconds=2.0),
    )
    assert load_faults(data)[0].requests == (4,)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("kind =", "cannot be read"),
        ("", "declares no fault"),
        ('[[fault]]\nkind = "statu"', "did you mean status"),
        ('[[fault]]\nkind = "status"\nstatsu = 3', "did you mean 'status'"),
        ('[[fault]]\nkind = "status"\nstatus = "x"', "wrong type"),
        ('[[fault]]\nkind = "hang"\nrequests = [0]', "counts from 1"),
        ('[[fault]]\nkind = "hang"\nuntil = 2026-03-18T00:00:00', "time zone"),
        ("[[fault]]\nstatus = 3", "kind is missing"),
    ],
)
def test_wrong_fault_file_is_refused_with_the_cause(tmp_path: Path, text: str, said: str) -> None:
    path = tmp_path / "faults.toml"
    path.write_text(text)
    with pytest.raises(UsageError, match=said):
        load_faults(path)


# ------- what the server remembers


def test_every_request_is_recorded() -> None:
    with ReplicaServer([], today=TUESDAY) as server:
        with http.Client(headers={"User-Agent": "tester"}) as client:
            client.get(server.oai_url, params={"verb": "Identify"})
            client.get(f"{server.rss_url}/rss/cs")
            client.get(server.query_url, params={"id_list": "2603.90001"})
        first, second, third = server.requests
    assert [one.channel for one in server.requests] == [Channel.OAI, Channel.FEED, Channel.QUERY]
    assert first.path == "/oai?verb=Identify"
    assert first.header("user-agent") == "tester"
    assert first.at <= second.at <= third.at
    assert (third.number, third.channel_number, third.open_connections) == (3, 1, 1)
    assert server.log.most_in_flight == 1
    assert server.log.smallest_gap is not None


def test_concurrent_requests_are_seen() -> None:
    fault = Fault(Kind.HANG, seconds=100)
    with ReplicaServer([], faults=[fault]) as server:
        port = int(urlsplit(server.url).port or 0)
        both = [socket.create_connection(("127.0.0.1", port)) for _ in range(2)]
        for one in both:
            one.sendall(b"GET /oai HTTP/1.1\r\nHost: x\r\n\r\n")
        _wait_for_requests(server, 2)
        assert server.log.most_in_flight == 2
        assert server.requests[-1].open_connections == 2
        for one in both:
            one.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            one.close()


@pytest.mark.parametrize("host", ["0.0.0.0", "192.0.2.1", "arxiv.org", ""])
def test_only_loopback_addresses(host: str) -> None:
    with pytest.raises(UsageError, match="this machine only"):
        ReplicaServer([], host=host)


def test_today_may_be_a_day() -> None:
    with ReplicaServer(make_records(1), today=date(2026, 3, 17)) as server:
        assert len(ids(oai(server, verb="ListRecords", metadataPrefix="arXivRaw"))) == 1


def test_every_kind_is_documented() -> None:
    text = (Path(__file__).resolve().parents[2] / "docs" / "explanation" / "replica.md").read_text()
    assert [kind for kind in Kind if f"| `{kind}` |" not in text] == []
