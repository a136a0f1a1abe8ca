"""Name the public files: feeds, pages, issues. Nothing else builds their addresses.

A function returns the path below the public directory, which is the address below `[publish]
base_url`. `absolute` makes it an address; `between` a reference from one file to another, which
also works from a disk.
"""

import posixpath
import re
from pathlib import Path
from urllib.parse import quote

from config.schema import Settings
from storage.paper_key import key_stem

INDEX = "index.html"
ISSUES = "issues/index.html"
ALL = "feeds/all"
ISSUE_FEED = "feeds/issues"
CHANGES = "feeds/changes"
OPML = "feeds.opml"
ATOM, JSON = "atom", "json"
SEARCH = "search.html"
WHY = "why/index.html"
THANKS = "thanks.html"
SITEMAP = "sitemap.xml"
LLMS = "llms.txt"
BIBTEX = "all.bib"
BADGE, BADGE_DATA = "badge.svg", "badge.json"

_SUBSCRIBED = re.compile(rf"feeds/(?:all|issues|changes|sections/[^/]+)\.(?:{ATOM}|{JSON})")


def public_directory(settings: Settings) -> Path:
    """Return the directory that `[publish] base_url` shows."""
    return settings.digest.output


def paper_page(arxiv_id: str) -> str:
    """Return the page of a paper."""
    return f"papers/{_file_name(key_stem(arxiv_id))}.html"


def section_page(section: str) -> str:
    """Return the page of a section, by its ID."""
    return f"sections/{_file_name(section)}.html"


def issue_page(week: str) -> str:
    """Return the page of an issue within the site, by its week such as `2026-W12`."""
    return f"issues/{_file_name(week)}.html"


def digest_page(week: str, *, suffix: str = "html") -> str:
    """Return the permanent address of an issue as the digest writes it."""
    return f"{_file_name(week)}.{suffix}"


def twin(page: str) -> str:
    """Return the Markdown of a page."""
    return f"{page.removesuffix('.html')}.md"


def section_bibtex(section: str) -> str:
    """Return the BibTeX of a section's papers."""
    return f"sections/{_file_name(section)}.bib"


def why_page(month: str) -> str:
    """Return the page that explains the decisions on papers whose ID begins with a month."""
    return f"why/{month}.html"


def asset(name: str) -> str:
    """Return a style sheet, a script or a picture of the site."""
    return f"assets/{name}"


def all_feed(suffix: str = ATOM, *, archive: int | None = None) -> str:
    """Return the feed of all papers, or its archive page with this number, from 1."""
    return _feed(ALL, suffix, archive)


def issues_feed(suffix: str = ATOM, *, archive: int | None = None) -> str:
    """Return the feed of issues, or its archive page with this number, from 1."""
    return _feed(ISSUE_FEED, suffix, archive)


def changes_feed(suffix: str = ATOM) -> str:
    """Return the feed of real changes of papers."""
    return _feed(CHANGES, suffix, None)


def section_feed(section: str, suffix: str = ATOM, *, archive: int | None = None) -> str:
    """Return the feed of a section, or its archive page with this number, from 1."""
    stem = f"feeds/sections/{_file_name(section)}"
    # Below the section, because `x-1` may be a section too.
    return _feed(stem, suffix, None) if archive is None else f"{stem}/{archive}.{suffix}"


def is_subscribed(path: str) -> bool:
    """Return whether readers subscribe to a file; the others are archive pages and no feeds."""
    return _SUBSCRIBED.fullmatch(path) is not None


def without_suffix(path: str) -> str:
    """Return the path that the Atom and the JSON form of a feed have in common."""
    return path.rpartition(".")[0]


def absolute(base_url: str, path: str) -> str:
    """Return the public address of a path; without a base the path itself."""
    name = quote(path)
    return f"{base_url.rstrip('/')}/{name}" if base_url else name


def between(origin: str, path: str) -> str:
    """Return the reference from one public file to another."""
    start = posixpath.dirname(origin) or "."
    return quote(posixpath.relpath(path, start))


def _feed(stem: str, suffix: str, archive: int | None) -> str:
    return f"{stem}.{suffix}" if archive is None else f"{stem}-{archive}.{suffix}"


def _file_name(name: str) -> str:
    """Return a name as one part of a path: old arXiv IDs have a slash in them."""
    return name.replace("/", "-")
