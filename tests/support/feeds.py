"""Read published feeds as their readers do, and hold them to the rules of their formats."""

import json
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urljoin, urlsplit

import feedparser
from lxml import etree

from pipeline.publish.report import TargetReport
from pipeline.publish.targets import recorded_target
from pipeline.runtime.services import Services
from tests.support.publish import published

ATOM = "{http://www.w3.org/2005/Atom}"
ARCHIVE = "{http://purl.org/syndication/history/1.0}archive"
BASE = "https://survey.example/list"
_SCHEMA = Path(__file__).with_name("atom.rng")
_RFC_3339 = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)")


@dataclass(frozen=True)
class Site:
    """A published directory behind an address."""

    directory: Path
    base: str = BASE

    def read(self, address: str) -> bytes:
        """Return the file at an address, as its server would."""
        assert address.startswith(f"{self.base}/"), address
        return (self.directory / unquote(address.removeprefix(f"{self.base}/"))).read_bytes()

    def walk(self, path: str = "feeds/all.atom") -> list[etree._Element]:
        """Return the documents of an archived feed, from the one that is subscribed to."""
        address: str | None = f"{self.base}/{path}"
        found = []
        while address:
            found.append(etree.fromstring(self.read(address)))
            href = link_of(found[-1], "prev-archive")
            address = urljoin(address, href) if href else None
        return found

    def walk_json(self, path: str = "feeds/all.json") -> list[dict[str, Any]]:
        """Return the documents that `next_url` leads to."""
        address: str | None = f"{self.base}/{path}"
        found = []
        while address:
            found.append(json.loads(self.read(address)))
            address = found[-1].get("next_url")
        return found


def publish_feeds(services: Services, *, override: str | None = None) -> TargetReport:
    """Publish the feeds."""
    target = recorded_target("feeds", services.settings)
    report = published(services, target, override=override)
    assert report.exit_status == 0, report.reasons
    return report


def site(services: Services) -> Site:
    """Return what was published."""
    return Site(services.settings.digest.output, services.settings.publish.base_url)


def set_up(services: Services, **publish: Any) -> Services:
    """Return the services with other settings of [publish]."""
    settings = services.settings
    changed = settings.publish.model_copy(update=publish)
    return replace(services, settings=settings.model_copy(update={"publish": changed}))


def files_of(services: Services) -> dict[str, bytes]:
    """Return every published file by its path below the public directory."""
    output = services.settings.digest.output
    return {
        str(path.relative_to(output)): path.read_bytes()
        for path in sorted(output.rglob("*"))
        if path.is_file()
    }


def link_of(root: etree._Element, rel: str) -> str | None:
    """Return where a feed's link of a relation leads."""
    links = [one.get("href") for one in root.iterfind(f"{ATOM}link") if one.get("rel") == rel]
    assert len(links) <= 1
    return links[0] if links else None


def entries_of(root: etree._Element) -> list[etree._Element]:
    """Return the entries of a document."""
    return root.findall(f"{ATOM}entry")


def text_of(element: etree._Element, tag: str) -> str:
    """Return the text of a child."""
    return element.findtext(f"{ATOM}{tag}") or ""


def ids_of(documents: list[etree._Element]) -> list[str]:
    """Return the IDs of all entries, in order."""
    return [text_of(entry, "id") for root in documents for entry in entries_of(root)]


def titled(documents: list[etree._Element]) -> dict[str, etree._Element]:
    """Return entries by title."""
    return {text_of(entry, "title"): entry for root in documents for entry in entries_of(root)}


def atom_faults(data: bytes, *, self_address: str | None = None) -> list[str]:
    """Return what is wrong with an Atom document: schema, prose of RFC 4287, feedparser."""
    return [*_schema_faults(data), *_prose_faults(data, self_address), *_parser_faults(data)]


@cache
def _schema() -> etree.RelaxNG:
    return etree.RelaxNG(etree.parse(_SCHEMA))


def _schema_faults(data: bytes) -> Iterator[str]:
    schema = _schema()
    if not schema.validate(etree.fromstring(data)):
        yield from (str(error) for error in schema.error_log)


def _prose_faults(data: bytes, self_address: str | None) -> Iterator[str]:
    root = etree.fromstring(data)
    entries = entries_of(root)
    ids = [text_of(entry, "id") for entry in entries]
    if len(set(ids)) < len(ids):
        yield "two entries have one ID"
    if root.find(f"{ATOM}author") is None and any(
        entry.find(f"{ATOM}author") is None for entry in entries
    ):
        yield "an entry has no author"
    for one in (root, *entries):
        alternates = [
            (link.get("type"), link.get("hreflang"))
            for link in one.iterfind(f"{ATOM}link")
            if link.get("rel", "alternate") == "alternate"
        ]
        if len(set(alternates)) < len(alternates):
            yield "two alternates of one type"
    for entry in entries:
        if text_of(entry, "updated") < text_of(entry, "published"):
            yield f"{text_of(entry, 'id')} was updated before it was published"
    if self_address is not None and link_of(root, "self") != self_address:
        yield f"self is {link_of(root, 'self')}"
    if entries and text_of(root, "updated") != max(text_of(one, "updated") for one in entries):
        yield "the feed was not updated with its entries"


def _parser_faults(data: bytes) -> Iterator[str]:
    parsed = feedparser.parse(data)
    if parsed.bozo:
        yield f"feedparser: {parsed.bozo_exception}"
    if parsed.version != "atom10":
        yield f"feedparser reads {parsed.version!r}"
    if len(parsed.entries) != len(entries_of(etree.fromstring(data))):
        yield "feedparser reads another number of entries"


def json_faults(data: bytes) -> list[str]:
    """Return what is wrong with a JSON Feed by https://www.jsonfeed.org/version/1.1/."""
    feed = json.loads(data)
    faults = list(_typed(feed, _FEED, "feed"))
    if feed.get("version") != "https://jsonfeed.org/version/1.1":
        faults.append("another version")
    if feed.get("next_url") is not None and feed["next_url"] == feed.get("feed_url"):
        faults.append("next_url is feed_url")
    for item in feed.get("items") or []:
        faults += _typed(item, _ITEM, f"item {item.get('id')}")
        if "content_html" not in item and "content_text" not in item:
            faults.append(f"{item.get('id')} has no content")
    ids = [item.get("id") for item in (feed.get("items") or [])]
    if len(set(ids)) < len(ids):
        faults.append("two items have one ID")
    return faults


def _is_text(value: object) -> bool:
    return isinstance(value, str) and bool(value)


def _is_address(value: object) -> bool:
    return isinstance(value, str) and urlsplit(value).scheme in {"http", "https"}


def _is_time(value: object) -> bool:
    return isinstance(value, str) and _RFC_3339.fullmatch(value) is not None


def _is_authors(value: object) -> bool:
    return isinstance(value, list) and all(
        isinstance(one, dict) and one and set(one) <= {"name", "url", "avatar"} for one in value
    )


def _is_hubs(value: object) -> bool:
    return isinstance(value, list) and all(
        isinstance(one, dict) and _is_text(one.get("type")) and _is_address(one.get("url"))
        for one in value
    )


def _is_texts(value: object) -> bool:
    return isinstance(value, list) and all(map(_is_text, value))


#: name: (required, check)
_Rules = dict[str, tuple[bool, Callable[[object], bool]]]
_FEED: _Rules = {
    "version": (True, _is_address),
    "title": (True, _is_text),
    "items": (True, lambda value: isinstance(value, list)),
    "home_page_url": (False, _is_address),
    "feed_url": (False, _is_address),
    "next_url": (False, _is_address),
    "description": (False, _is_text),
    "language": (False, _is_text),
    "authors": (False, _is_authors),
    "hubs": (False, _is_hubs),
    "expired": (False, lambda value: isinstance(value, bool)),
}
_ITEM: _Rules = {
    "id": (True, _is_text),
    "url": (False, _is_address),
    "external_url": (False, _is_address),
    "title": (False, _is_text),
    "content_html": (False, _is_text),
    "content_text": (False, _is_text),
    "date_published": (False, _is_time),
    "date_modified": (False, _is_time),
    "authors": (False, _is_authors),
    "tags": (False, _is_texts),
}


def _typed(found: dict[str, Any], rules: _Rules, where: str) -> Iterator[str]:
    for name, (required, holds) in rules.items():
        if name not in found:
            if required:
                yield f"{where} has no {name}"
        elif not holds(found[name]):
            yield f"{where} has a wrong {name}: {found[name]!r:.100}"
    yield from (
        f"{where} has an unknown {name}"
        for name in found
        if name not in rules and not name.startswith("_")
    )
