"""The links of a list that may be asked, with the lines they stand on."""

import html
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from urllib.parse import urldefrag, urlsplit

from pipeline.curated.lint.subject import FileText
from storage.address_end import balanced

_URL = re.compile(r"https?://[^\s<>\"'\[\]{}|`\\\u3001\u3002\uff0c\uff1b\uff09]++", re.IGNORECASE)
#: a picture's address, which readers do not follow
_PICTURE = re.compile(
    r"!\[[^\]]{0,1000}+\]\(\s{0,3}<?(?=https?:)|\bsrc\s{0,3}=\s{0,3}[\"']?(?=https?:)",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Address:
    """One place that links lead to; parts of one page are one place."""

    url: str
    host: str
    #: file and line of each link to it, in order
    places: tuple[tuple[str, int], ...]


def find_addresses(texts: Mapping[str, FileText]) -> tuple[Address, ...]:
    """Return what the files link to, except arXiv, in order."""
    places: dict[str, list[tuple[str, int]]] = {}
    for name, file in texts.items():
        for start, url in _urls(file.source.shown):
            place = (name, file.source.line(start))
            if place not in places.setdefault(url, []):
                places[url].append(place)
    hosts = {url: host_of(url) for url in places}
    return tuple(
        Address(url, host, tuple(places[url]))
        for url, host in hosts.items()
        if host and not is_arxiv(host)
    )


def _urls(text: str) -> Iterator[tuple[int, str]]:
    pictures = {match.end() for match in _PICTURE.finditer(text)}
    for match in _URL.finditer(text):
        if match.start() not in pictures:
            yield match.start(), urldefrag(html.unescape(balanced(match[0]))).url


def host_of(url: str) -> str:
    """Return the host that an address names, empty if it names none."""
    try:
        return (urlsplit(url).hostname or "").rstrip(".")
    except ValueError:
        return ""


def is_arxiv(host: str) -> bool:
    """Say whether a host is arXiv's, which is asked by the sources only."""
    return host == "arxiv.org" or host.endswith(".arxiv.org")
