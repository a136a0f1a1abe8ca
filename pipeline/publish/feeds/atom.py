"""Write a feed as Atom (RFC 4287) with archive pages (RFC 5005) and a hub (WebSub)."""

from datetime import UTC, datetime
from typing import cast

from lxml import etree

from pipeline.publish import addresses
from pipeline.publish.feeds.types import About, Document, Entry, Feed

ATOM = "http://www.w3.org/2005/Atom"
HISTORY = "http://purl.org/syndication/history/1.0"
MEDIA_TYPE = "application/atom+xml"
_SPACES = cast("dict[str, str]", {None: ATOM, "fh": HISTORY})
_LANG = "{http://www.w3.org/XML/1998/namespace}lang"
_PROGRAM = "Living Survey"


def atom(feed: Feed, document: Document, about: About) -> bytes:
    """Return one file of a feed."""
    entries = about.shown(feed, document)
    root = etree.Element(_atom("feed"), nsmap=_SPACES)
    root.set(_LANG, about.language)
    _text(root, "id", feed.id)
    _text(root, "title", feed.title)
    _text(root, "subtitle", feed.subtitle)
    _text(root, "updated", instant(max((one.updated for one in entries), default=about.began)))
    _person(root, about.editor or about.title)
    _text(root, "generator", _PROGRAM)
    for rel, path in _links(feed, document):
        _link(root, rel, reference(about, document, f"{path}.{addresses.ATOM}"), MEDIA_TYPE)
    if feed.page:
        _link(root, "alternate", reference(about, document, feed.page), "text/html")
    elif about.home:
        _link(root, "alternate", about.home)
    if about.hub and document is feed.current:
        _link(root, "hub", about.hub)
    if document is not feed.current:
        etree.SubElement(root, f"{{{HISTORY}}}archive")
    for entry in entries:
        _entry(root, entry)
    return bytes(etree.tostring(root, pretty_print=True, xml_declaration=True, encoding="utf-8"))


def _links(feed: Feed, document: Document) -> list[tuple[str, str]]:
    is_current = document is feed.current
    links = [("self", (feed.moved_to if is_current else "") or document.path)]
    if not is_current:
        links.append(("current", feed.current.path))
    if document.previous:
        links.append(("prev-archive", document.previous))
    return links


def reference(about: About, document: Document, path: str) -> str:
    """Return the address of a public file, relative to a document if no base is set."""
    if about.base_url:
        return addresses.absolute(about.base_url, path)
    return addresses.between(document.path, path)


def instant(moment: datetime) -> str:
    """Return a time as RFC 3339 has it, in UTC, to the second."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _entry(root: etree._Element, entry: Entry) -> None:
    element = etree.SubElement(root, _atom("entry"))
    _text(element, "id", entry.id)
    _text(element, "title", entry.title)
    _text(element, "published", instant(entry.published))
    _text(element, "updated", instant(entry.updated))
    for author in entry.authors:
        _person(element, author)
    for one in entry.categories:
        category = etree.SubElement(element, _atom("category"))
        category.set("term", one.term)
        category.set("scheme", one.scheme)
        category.set("label", one.label)
    if entry.url:
        _link(element, "alternate", entry.url, "text/html")
    for url in entry.related:
        _link(element, "related", url)
    _text(element, "content", entry.content).set("type", "html")


def _link(parent: etree._Element, rel: str, href: str, media_type: str = "") -> None:
    element = etree.SubElement(parent, _atom("link"))
    element.set("rel", rel)
    if media_type:
        element.set("type", media_type)
    element.set("href", href)


def _person(parent: etree._Element, name: str) -> None:
    _text(etree.SubElement(parent, _atom("author")), "name", name)


def _text(parent: etree._Element, tag: str, text: str) -> etree._Element:
    element = etree.SubElement(parent, _atom(tag))
    element.text = text
    return element


def _atom(tag: str) -> str:
    return f"{{{ATOM}}}{tag}"
