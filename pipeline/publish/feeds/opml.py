"""Write the list of all feeds as OPML 2.0 (https://opml.org/spec2.opml)."""

from lxml import etree

from pipeline.publish import addresses
from pipeline.publish.feeds.compose import Feeds
from pipeline.publish.feeds.types import Feed
from pipeline.publish.feeds.words import say


def opml(feeds: Feeds) -> bytes:
    """Return the file that a feed reader imports to subscribe to everything."""
    about = feeds.about
    root = etree.Element("opml", version="2.0")
    head = etree.SubElement(root, "head")
    etree.SubElement(head, "title").text = about.title
    etree.SubElement(head, "docs").text = "https://opml.org/spec2.opml"
    body = etree.SubElement(root, "body")
    for feed in (feeds.papers, feeds.issues, feeds.changes):
        _outline(body, feed, feeds)
    name = say(about.language, "sections")
    sections = etree.SubElement(body, "outline", text=name, title=name)
    for feed in feeds.sections:
        _outline(sections, feed, feeds)
    return bytes(etree.tostring(root, pretty_print=True, xml_declaration=True, encoding="utf-8"))


def _outline(parent: etree._Element, feed: Feed, feeds: Feeds) -> None:
    base_url = feeds.about.base_url
    outline = etree.SubElement(parent, "outline", type="rss", text=feed.title, title=feed.title)
    outline.set("xmlUrl", addresses.absolute(base_url, f"{feed.current.path}.{addresses.ATOM}"))
    home = addresses.absolute(base_url, feed.page) if feed.page else feeds.about.home
    if home:
        outline.set("htmlUrl", home)
