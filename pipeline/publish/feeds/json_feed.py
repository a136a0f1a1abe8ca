"""Write a feed as JSON Feed 1.1 (https://www.jsonfeed.org/version/1.1/).

Archive pages are reached by `next_url`. What the format has no word for is under `_living_survey`.
"""

import json
from collections.abc import Mapping

from config.visible import escape_invisible
from pipeline.publish import addresses
from pipeline.publish.feeds.atom import instant, reference
from pipeline.publish.feeds.types import About, Document, Entry, Feed

MEDIA_TYPE = "application/feed+json"
VERSION = "https://jsonfeed.org/version/1.1"


def json_feed(feed: Feed, document: Document, about: About) -> bytes:
    """Return one file of a feed. Without a base it has no addresses, which must be absolute."""
    content: dict[str, object] = {
        "version": VERSION,
        "title": feed.title,
        "description": feed.subtitle,
        "language": about.language,
        "authors": [{"name": about.editor or about.title}],
        **_addresses(feed, document, about),
        "_living_survey": {"id": feed.id},
        "items": [_item(entry) for entry in about.shown(feed, document)],
    }
    if about.ended is not None and document is feed.current:
        content["expired"] = True
    text = json.dumps(content, ensure_ascii=False, indent=1)
    return f"{escape_invisible(text)}\n".encode()


def _addresses(feed: Feed, document: Document, about: About) -> Mapping[str, object]:
    found: dict[str, object] = {}
    if about.base_url:
        path = (feed.moved_to if document is feed.current else "") or document.path
        found["feed_url"] = reference(about, document, f"{path}.{addresses.JSON}")
        if document.previous:
            found["next_url"] = reference(about, document, f"{document.previous}.{addresses.JSON}")
        if feed.page:
            found["home_page_url"] = reference(about, document, feed.page)
    if "home_page_url" not in found and about.home:
        found["home_page_url"] = about.home
    if about.hub and document is feed.current:
        found["hubs"] = [{"type": "WebSub", "url": about.hub}]
    return found


def _item(entry: Entry) -> Mapping[str, object]:
    item: dict[str, object] = {
        "id": entry.id,
        "title": entry.title,
        "content_html": entry.content,
        "date_published": instant(entry.published),
        "date_modified": instant(entry.updated),
    }
    if "://" in entry.url:
        item["url"] = entry.url
    if entry.authors:
        item["authors"] = [{"name": name} for name in entry.authors]
    if entry.categories:
        item["tags"] = [one.label for one in entry.categories]
    if entry.arxiv_id:
        item["_living_survey"] = {
            "arxiv_id": entry.arxiv_id,
            "sections": list(entry.sections),
            "withdrawn": entry.withdrawn,
            "links": list(entry.related),
        }
    return item
