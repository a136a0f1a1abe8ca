"""Count what finished feeds hold, by reading their bytes as a feed reader does."""

import json
from collections.abc import Iterator, Mapping
from urllib.parse import unquote, urljoin

from lxml import etree

from pipeline.publish import addresses
from pipeline.publish.feeds.atom import ATOM
from pipeline.publish.feeds.compose import Feeds
from pipeline.publish.feeds.types import About, Feed
from pipeline.publish.feeds.words import say

_NAMES = {"a": ATOM}
#: the public directory where the settings name no address
_NOWHERE = "https://feeds.invalid"

#: content by path below the public directory
Files = Mapping[str, bytes]


def counts_of(feeds: Feeds) -> Mapping[str, int]:
    """Return the numbers that the files must hold."""
    papers = [entry for page in feeds.papers.documents for entry in page.entries]
    return {
        "papers": len(papers),
        "papers in JSON": len(papers),
        "withdrawn": sum(entry.withdrawn for entry in papers),
        "papers by section": sum(map(_entries, (*feeds.sections, *feeds.former))),
        "issues": _entries(feeds.issues),
        "changes": _entries(feeds.changes),
        "feeds": 3 + len(feeds.sections),
    }


def recount(feeds: Feeds, files: Files) -> Mapping[str, int]:
    """Return the same numbers from the files; a paper that is there twice counts twice.

    The entry that says that the survey ended is no paper and no issue.
    """
    end = feeds.about.ended.id if feeds.about.ended else None
    walked = [
        title for page in _walk(feeds.papers, files, feeds.about) for title in _titles(page, end)
    ]
    withdrawn = f"{say(feeds.about.language, 'withdrawn')}: "
    sections = (*feeds.sections, *feeds.former)
    return {
        "papers": len(walked),
        "papers in JSON": sum(
            item["id"] != end
            for page in feeds.papers.documents
            for item in json.loads(files[f"{page.path}.{addresses.JSON}"])["items"]
        ),
        "withdrawn": sum(title.startswith(withdrawn) for title in walked),
        "papers by section": sum(
            len(_titles(etree.fromstring(files[f"{page.path}.{addresses.ATOM}"]), end))
            for feed in sections
            for page in feed.documents
        ),
        "issues": sum(len(_titles(page, end)) for page in _walk(feeds.issues, files, feeds.about)),
        "changes": sum(
            len(_titles(page, end)) for page in _walk(feeds.changes, files, feeds.about)
        ),
        "feeds": len(etree.fromstring(files[addresses.OPML]).findall(".//outline[@xmlUrl]")),
    }


def _walk(feed: Feed, files: Files, about: About) -> Iterator[etree._Element]:
    """Yield the documents that are reached by `prev-archive`."""
    base = about.base_url or _NOWHERE
    path = f"{feed.current.path}.{addresses.ATOM}"
    for _ in files:
        root = etree.fromstring(files[path])
        yield root
        older = root.xpath("string(a:link[@rel='prev-archive']/@href)", namespaces=_NAMES)
        if not older:
            return
        path = unquote(urljoin(f"{base}/{path}", str(older)).removeprefix(f"{base}/"))


def _titles(root: etree._Element, end: str | None) -> list[str]:
    return [
        entry.findtext("a:title", "", _NAMES)
        for entry in root.iterfind("a:entry", _NAMES)
        if entry.findtext("a:id", "", _NAMES) != end
    ]


def _entries(feed: Feed) -> int:
    return sum(len(page.entries) for page in feed.documents)
