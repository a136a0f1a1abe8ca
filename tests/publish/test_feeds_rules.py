"""The tests' own validators refuse what the formats forbid."""

import json

import pytest

from tests.support.feeds import atom_faults, json_faults

GOOD = """<feed xmlns="http://www.w3.org/2005/Atom"><id>urn:x:1</id><title>T</title>
<updated>2026-03-16T08:00:00Z</updated><author><name>A</name></author>
<link rel="self" href="https://a.test/f.atom"/>
<entry><id>urn:x:2</id><title>E</title><published>2026-03-16T08:00:00Z</published>
<updated>2026-03-16T08:00:00Z</updated><link rel="alternate" href="https://a.test/e"/>
<content type="html">&lt;p&gt;x&lt;/p&gt;</content></entry></feed>"""
GOOD_JSON = {
    "version": "https://jsonfeed.org/version/1.1",
    "title": "T",
    "items": [{"id": "urn:x:1", "content_html": "<p>x</p>"}],
}


def test_valid_feeds_have_no_fault() -> None:
    assert atom_faults(GOOD.encode()) == []
    assert json_faults(json.dumps(GOOD_JSON).encode()) == []


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("<id>urn:x:1</id>", ""),
        ("<id>urn:x:1</id>", "<id>relative</id>"),
        ("<id>urn:x:2</id>", "<id>urn:x:2</id><id>urn:x:3</id>"),
        ("<title>E</title>", ""),
        ("<title>E</title>", '<title type="markdown">E</title>'),
        ("<title>E</title>", "<title><b>E</b></title>"),
        ("2026-03-16T08:00:00Z</updated><author>", "2026-03-16 08:00</updated><author>"),
        ("2026-03-16T08:00:00Z</updated><author>", "2026-03-16T08:00:00</updated><author>"),
        ("<author><name>A</name></author>", ""),
        ("<name>A</name>", ""),
        ("<name>A</name>", "<name>A</name><name>B</name>"),
        (' href="https://a.test/e"', ""),
        (' href="https://a.test/e"', ' href=""'),
        ("<content", "<extra/><content"),
        ("<content", "<category/><content"),
        ("<content", '<link rel="alternate" href="https://a.test/g"/><content'),
        ("</entry>", "</entry><entry/>"),
        (
            "<updated>2026-03-16T08:00:00Z</updated><link",
            "<updated>2026-03-15T08:00:00Z</updated><link",
        ),
    ],
)
def test_forbidden_atom_is_refused(old: str, new: str) -> None:
    assert old in GOOD
    assert atom_faults(GOOD.replace(old, new, 1).encode()) != []


@pytest.mark.parametrize(
    "changed",
    [
        {"version": "1.1"},
        {"title": ""},
        {"items": None},
        {"items": [{"id": 1, "content_html": "x"}]},
        {"items": [{"id": "1"}]},
        {"items": [{"id": "1", "content_text": "x", "url": "relative"}]},
        {"items": [{"id": "1", "content_text": "x", "date_published": "16 March 2026"}]},
        {"items": [{"id": "1", "content_text": "x", "authors": ["Ada"]}]},
        {"items": [{"id": "1", "content_text": "x"}, {"id": "1", "content_text": "y"}]},
        {"feed_url": "https://a.test/1", "next_url": "https://a.test/1"},
        {"hubs": [{"url": "https://a.test"}]},
        {"tag": "x"},
    ],
)
def test_forbidden_json_is_refused(changed: dict[str, object]) -> None:
    assert json_faults(json.dumps({**GOOD_JSON, **changed}).encode()) != []
