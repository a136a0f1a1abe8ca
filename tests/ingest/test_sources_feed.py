"""The daily feeds: RSS and Atom, requests, caps and unreadable items."""

from datetime import date
from pathlib import Path

import pytest
from pytest_httpserver import HTTPServer

from config.errors import LivingSurveyError
from pipeline.ingest.sources.errors import (
    BadRequestError,
    BadResponseError,
    IncompleteResponseError,
    UnevenFeedsError,
)
from pipeline.ingest.sources.feed import source as feed
from pipeline.ingest.sources.feed.source import FeedSource, parse_feed
from storage.types import Announcement, AnnounceType
from tests.support.transport import AT, Script, make_http, rss_feed, rss_item

ATOM = """<?xml version='1.0' encoding='UTF-8'?>
<feed xmlns:arxiv="http://arxiv.org/schemas/atom" xmlns="http://www.w3.org/2005/Atom">
<id>http://rss.arxiv.org/atom/cs.CV</id><title>cs.CV updates on arXiv.org</title>
<updated>2026-03-17T04:00:03.5+00:00</updated>{}</feed>"""
ENTRY = """<entry><id>oai:arXiv.org:2603.00001v2</id><title>Poincar\\'e maps</title>
<updated>2026-03-17T04:00:03+00:00</updated><summary>arXiv:2603.00001v2</summary>
<category term="cs.NA"/><category term="math.NA"/><category term="cs.CV"/>
<published>2026-03-17T00:00:00-04:00</published>
<arxiv:announce_type>replace</arxiv:announce_type></entry>"""


def test_rss_item_becomes_an_announcement() -> None:
    item = rss_item("math/0309136", 3, announce_type="cross", categories=("math.IT", "cs.CV"))
    feed = parse_feed(rss_feed(item).encode(), at=AT, raw_path="a/b.gz")
    assert feed.announcements == (
        Announcement(
            day=date(2026, 3, 17),
            arxiv_id="math/0309136",
            version=3,
            announce_type=AnnounceType.CROSS,
            title="A title",
            categories=("cs.IT", "cs.CV"),
        ),
    )
    assert (feed.title, feed.raw_path, feed.capped) == ("cs.CV updates", "a/b.gz", False)


HOSTILE = [
    "A title", "  two\n lines ", "R&amp;D", "&amp;amp;lt;i&amp;gt;", "a &lt;b&gt; c", "", " \t ",
    "caf\u00e9", "\u00c3\u00a9", "\u0085\u0091quoted\u0092", "\u00a0hard\u00a0", "\\'e",
    "Feed error", "<![CDATA[x & y]]>", "<b>bold</b>", "x<!-- c -->y", "&#38;#233;",
]  # fmt: skip


def test_plain_items_match_feedparser(monkeypatch: pytest.MonkeyPatch) -> None:
    """Try every hostile text in every place, alone and among plain items."""
    good = rss_item("2603.00009")
    items = [
        good.replace(f">{said}<", f">{text}<")
        for text in HOSTILE
        for said in ("A title", "new", "oai:arXiv.org:2603.00009v1", "cs.CV")
    ]
    items += [
        good.replace(' isPermaLink="false"', ""),
        good.replace("<title>", '<title type="html">'),
        good.replace("<title>", "<title>A first one</title><title>"),
        good.replace("<category>", '<category domain="acm">'),
        good.replace("</item>", "<author>x</author></item>"),
        good.replace("</item>", good + "</item>"),
        good.replace("<title>", "<titel>").replace("</title>", "</titel>"),
    ]
    assert all(item != good for item in items if ">A title<" not in item)
    bodies = [rss_feed(*pair).encode() for item in items for pair in ((item,), (good, item, good))]
    bodies.append(rss_feed(good, *items, good).encode())
    bodies.append(rss_feed(good).replace("<channel>", "<channel><image/>").encode())
    quick = [_outcome(body) for body in bodies]
    monkeypatch.setattr("pipeline.ingest.sources.feed.source.plain_channel", lambda _: None)
    assert quick == [_outcome(body) for body in bodies]


def _outcome(body: bytes) -> object:
    try:
        return parse_feed(body, at=AT)
    except LivingSurveyError as error:
        return type(error)


def test_feedparser_reads_only_items_that_are_not_plain(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[int] = []
    parsed = feed._parsed

    def counted(lean: bytes, count: int) -> object:
        asked.append(count)
        return parsed(lean, count)

    monkeypatch.setattr(feed, "_parsed", counted)
    parse_feed(rss_feed(rss_item("2603.00001"), rss_item("2603.00002")).encode(), at=AT)
    assert asked == []
    read = parse_feed(
        rss_feed(rss_item("2603.00001"), rss_item("2603.00002", title="R&amp;D")).encode(), at=AT
    )
    assert asked == [1]
    assert [one.title for one in read.announcements] == ["A title", "R&D"]


def test_atom_entry_becomes_the_same_announcement() -> None:
    feed = parse_feed(ATOM.format(ENTRY).encode(), at=AT)
    (announcement,) = feed.announcements
    assert announcement.title == "Poincaré maps"
    assert announcement.version == 2
    assert announcement.announce_type is AnnounceType.REPLACE
    assert announcement.categories == ("math.NA", "cs.CV")
    assert feed.day == date(2026, 3, 17)


def test_empty_atom_feed_is_dated_by_its_creation() -> None:
    assert parse_feed(ATOM.format("").encode(), at=AT).day == date(2026, 3, 17)


@pytest.mark.parametrize(
    ("item", "reason", "announced"),
    [
        (rss_item(announce_type="withdraw"), "withdraw", [("new", "cs.CV")]),
        (rss_item("nonsense"), "not an arXiv ID", []),
        (
            rss_item(announce_type="cross").replace("00001v1</guid>", "00001</guid>"),
            "no version",
            [("cross", "cs.CV")],
        ),
        (rss_item(categories=()), "no category", [("new", "")]),
    ],
)
def test_unreadable_item_is_quarantined_and_its_id_counts(
    item: str, reason: str, announced: list[tuple[str, str]]
) -> None:
    feed = parse_feed(rss_feed(item, rss_item("2603.00002")).encode(), at=AT)
    *half, whole = feed.announcements
    assert whole.arxiv_id == "2603.00002"
    assert [(one.announce_type, " ".join(one.categories)) for one in half] == announced
    assert {one.arxiv_id for one in half} <= {"2603.00001"}
    (quarantined,) = feed.malformed
    assert reason in quarantined.reason
    assert quarantined.raw.startswith(b"<item")
    assert quarantined.source == "feed"


def test_item_with_unreadable_id_keeps_its_categories() -> None:
    body = rss_feed(
        rss_item("nonsense", categories=("cs.CV", "cs.LG")),
        rss_item("nonsense", categories=()),
        rss_item("nonsense", announce_type="who knows"),
        rss_item("nonsense", announce_type="replace"),  # cannot announce a missing paper
        rss_item("2603.00002"),
    )
    feed = parse_feed(body.encode(), at=AT)
    assert feed.unreadable_items == (("cs.CV", "cs.LG"), (), ("cs.CV",))
    assert len(feed.malformed) == 4


def test_feed_with_control_characters_is_cleaned_and_kept() -> None:
    body = rss_feed(rss_item(title="A\x02title")).encode()
    feed = parse_feed(body, at=AT)
    assert feed.announcements[0].title == "A\N{REPLACEMENT CHARACTER}title"
    assert feed.malformed[0].raw == body


def test_truncated_feed_is_incomplete() -> None:
    with pytest.raises(IncompleteResponseError):
        parse_feed(rss_feed(rss_item()).encode()[:-40], at=AT)


@pytest.mark.parametrize("body", ["<html/>", "<OAI-PMH/>", "<feed/>"])
def test_other_documents_are_not_feeds(body: str) -> None:
    with pytest.raises(BadResponseError):
        parse_feed(body.encode(), at=AT)


def test_feed_without_a_day_is_refused() -> None:
    body = rss_feed(day="some day").replace("<lastBuildDate>Tue, 17 Mar 2026", "<lastBuildDate>x")
    with pytest.raises(BadResponseError, match="state its day"):
        parse_feed(body.encode(), at=AT)


def test_categories_are_joined_by_plus(tmp_path: Path, httpserver: HTTPServer) -> None:
    script = Script(httpserver, rss_feed(rss_item()))
    FeedSource(make_http(tmp_path), script.url("/base/")).today(["cs.CV", "eess.AS", "stat"])
    assert script.requests[0].environ["REQUEST_URI"] == "/base/rss/cs.CV+eess.AS+stat"


def test_halves_of_different_days_exit_with_75(
    tmp_path: Path, httpserver: HTTPServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("pipeline.ingest.sources.feed.source.ITEM_CAP", 2)
    two = (rss_item("2603.00001"), rss_item("2603.00002"))
    script = Script(
        httpserver,
        rss_feed(*two),
        rss_feed(two[0]),
        rss_feed(two[1], day="Mon, 16 Mar 2026 00:00:00 -0400"),
    )
    with pytest.raises(UnevenFeedsError, match="2026-03-17 and 2026-03-16") as caught:
        FeedSource(make_http(tmp_path), script.url("")).today(["cs.CV", "cs.LG"])
    assert caught.value.exit_status == 75
    assert "later" in caught.value.hint


@pytest.mark.parametrize("names", [[], ["cs.CV/.."], ["cs.CV+"], ["cs CV"], ["a.b.c"], ["?x=1"]])
def test_invalid_category_is_not_requested(
    tmp_path: Path, httpserver: HTTPServer, names: list[str]
) -> None:
    script = Script(httpserver)
    with pytest.raises(BadRequestError):
        FeedSource(make_http(tmp_path), script.url("")).today(names)
    assert not script.requests


def test_capped_feed_is_requested_by_halves(
    tmp_path: Path, httpserver: HTTPServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("pipeline.ingest.sources.feed.source.ITEM_CAP", 3)
    both = rss_item("2603.00001", announce_type="cross")
    script = Script(
        httpserver,
        rss_feed(rss_item("2603.00001"), rss_item("2603.00002"), rss_item("2603.00003")),
        rss_feed(both, rss_item("2603.00004", announce_type="replace")),
        rss_feed(rss_item("2603.00001"), rss_item("2603.00002"), rss_item("2603.00003")),
    )
    feed = FeedSource(make_http(tmp_path), script.url("")).today(["cs.CV", "cs.LG"])
    kinds = {one.arxiv_id[-1]: one.announce_type.value for one in feed.announcements}
    assert kinds == {"1": "new", "2": "new", "3": "new", "4": "replace"}
    assert feed.capped, "one category alone reaches the cap: items are still missing"
    assert feed.unreadable_items == (("cs.LG",),)
    assert [r.path for r in script.requests] == ["/rss/cs.CV+cs.LG", "/rss/cs.CV", "/rss/cs.LG"]


def test_halves_of_different_days_are_not_merged(
    tmp_path: Path, httpserver: HTTPServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("pipeline.ingest.sources.feed.source.ITEM_CAP", 1)
    script = Script(
        httpserver,
        rss_feed(rss_item()),
        rss_feed(rss_item()),
        rss_feed(day="Mon, 16 Mar 2026 00:00:00 -0400"),
    )
    with pytest.raises(BadResponseError, match="different days"):
        FeedSource(make_http(tmp_path), script.url("")).today(["cs.CV", "cs.LG"])
