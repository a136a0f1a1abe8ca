"""Read plain ASCII text in an RSS feed without feedparser, which takes 200 µs an item.

Text with `&` or non-ASCII is left to feedparser, which guesses encodings, because both readers must
agree.
"""

from lxml import etree

_DC = "{http://purl.org/dc/elements/1.1/}"
_ARXIV = "{http://arxiv.org/schemas/atom}"
_ATOM = "{http://www.w3.org/2005/Atom}"
_CATEGORY = "category"
_SINGLE = {
    "guid": "id",
    "title": "title",
    "pubDate": "published",
    _ARXIV + "announce_type": "arxiv_announce_type",
}
_NEEDED = frozenset(_SINGLE.values())
UNREAD = frozenset(
    {
        "link", "description", _DC + "creator", _DC + "rights", _ARXIV + "DOI",
        _ARXIV + "journal_reference",
    }
)  # fmt: skip
_CHANNEL = {"title": "title", "pubDate": "published", "description": "subtitle"}
_CHANNEL_UNREAD = frozenset(
    {
        "item", "link", "docs", "language", "lastBuildDate", "managingEditor", "skipDays",
        _ATOM + "link",
    }
)  # fmt: skip

#: like feedparser's entries: `tags` is a list of {"term": name}
Entry = dict[str, object]


def plain_item(item: etree._Element) -> Entry | None:
    """Return an item like feedparser's, or None if it needs feedparser."""
    read: Entry = {}
    tags: list[dict[str, str]] = []
    for part in item:
        tag = part.tag
        if tag in UNREAD:
            continue
        text = _plain(part)
        if text is None:
            return None
        if tag == _CATEGORY and not part.attrib:
            tags.append({"term": text})
            continue
        name = _SINGLE.get(tag)
        if name is None or name in read or not _expected(part):
            return None
        read[name] = text
    if read.keys() != _NEEDED:
        return None
    read["tags"] = tags
    return read


def plain_channel(root: etree._Element) -> dict[str, str] | None:
    """Return the feed's own fields, or None if they need feedparser."""
    if root.tag != "rss" or len(root) != 1 or root[0].tag != "channel":
        return None
    read: dict[str, str] = {}
    for part in root[0]:
        tag = part.tag
        if tag in _CHANNEL_UNREAD:
            continue
        name = _CHANNEL.get(tag)
        text = _plain(part)
        if name is None or name in read or text is None or part.attrib:
            return None
        read[name] = text
    return read if len(read) == len(_CHANNEL) else None


def _expected(part: etree._Element) -> bool:
    return part.items() == ([("isPermaLink", "false")] if part.tag == "guid" else [])


def _plain(part: etree._Element) -> str | None:
    text = part.text
    if text is None or len(part) or "&" in text or not text.isascii():
        return None
    return text.strip() or None
