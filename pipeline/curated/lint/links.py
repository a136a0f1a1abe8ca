"""Rules on links and badges that need no request."""

import re
from collections.abc import Iterator
from datetime import timedelta
from urllib.parse import unquote, urlsplit

from pipeline.curated.lint.catalogue import Code
from pipeline.curated.lint.dates import first_of_month
from pipeline.curated.lint.findings import Edit, Finding, found
from pipeline.curated.lint.subject import EntryText, Subject
from pipeline.curated.markdown.inline import Mark
from pipeline.curated.markdown.inline_tokens import Style
from pipeline.curated.markdown.links import stars_of, url_id
from pipeline.curated.types import Entry
from storage.arxiv_id import ArxivId, find_arxiv_ids
from storage.paper_key import is_doi_key

_VERSION = re.compile(r"(?<=\d)v[1-9]\d{0,3}(?!\d)")
_PICTURE = re.compile(r"!\[|<img\b", re.IGNORECASE)
_PAPER = re.compile(r"[?&]paper=(?P<paper>[0-9a-f]{16,64})", re.IGNORECASE)
_HASH = re.compile(r"(?<![0-9a-f])[0-9a-f]{40}(?![0-9a-f])", re.IGNORECASE)
_CODE_HOSTS = ("github.com", "gitlab.com", "huggingface.co", "hf.co", "bitbucket.org", "gitee.com")
_YEAR = timedelta(days=365)


def versioned_links(subject: Subject) -> Iterator[Finding]:
    """Yield links of entries to one version of a paper."""
    for entry in subject.curated.entries:
        text = subject.text_of(entry)
        if text is None or not _VERSION.search(text.text):
            continue
        named = [one for one in find_arxiv_ids(text.text) if one.id.version]
        edits = tuple(
            Edit(text.span(one.start + at.start(), one.start + at.end()), "")
            for one in named
            for at in _VERSION.finditer(text.text[one.start : one.end])
            if at[0] == f"v{one.id.version}"
        )
        if named:
            names = ", ".join(dict.fromkeys(str(one.id) for one in named))
            yield subject.on(
                entry,
                Code.VERSIONED_LINK,
                f"It links to {names}, which stays at that version.",
                f"Link to {named[0].id.base} without the version.",
                line=entry.line + text.text.count("\n", 0, named[0].start),
                edits=edits,
            )


def versioned_definitions(subject: Subject) -> Iterator[Finding]:
    """Yield versions in the addresses of reference links, which stand apart from the entries."""
    for place in subject.curated.places:
        file, start = subject.texts.get(place.file), place.span[0]
        if file is None:  # other formats have no reference links
            continue
        version = place.arxiv_id.version if place.arxiv_id else None
        is_shown = file.shown[slice(*place.span)] == file.data[slice(*place.span)]
        if not (place.is_definition and version and is_shown):
            continue
        at = next((at for at in _VERSION.finditer(place.text) if at[0] == f"v{version}"), None)
        before = len(place.text[: at.start()].encode()) if at else 0
        yield found(
            Code.VERSIONED_LINK,
            place.file,
            place.line,
            f"It links to {place.arxiv_id}, which stays at that version.",
            "Link to the paper without the version.",
            arxiv_id=place.arxiv_id.base if place.arxiv_id else None,
            edits=(Edit((start + before, start + before + len(at[0])), ""),) if at else (),
        )


def badges(subject: Subject) -> Iterator[Finding]:
    """Yield badges that show another paper or repository than their link leads to."""
    for entry in subject.curated.entries:
        text = subject.text_of(entry)
        if text is None or not _PICTURE.search(text.text):
            continue
        for mark in text.inline.marks:
            if mark.image and (said := _mismatch(mark, entry)):
                yield subject.on(
                    entry,
                    Code.BADGE_MISMATCH,
                    said,
                    "Correct the badge or the link.",
                    line=entry.line + text.text.count("\n", 0, mark.start),
                )


def _mismatch(mark: Mark, entry: Entry) -> str:
    image = mark.image or ""
    shown, linked = _shown_id(image), url_id(mark.url) or entry.arxiv_id
    if shown and linked and shown.base != linked.base:
        return f"The badge shows {shown.base}, but its link leads to {linked.base}."
    stars, repository = stars_of(image), _repository(mark.url)
    if stars and repository and stars.casefold() != repository.casefold():
        return f"The badge counts the stars of {stars}, but its link leads to {repository}."
    paper, target = _PAPER.search(image), _HASH.search(mark.url)
    if paper and target and paper["paper"].casefold() != target[0].casefold():
        return (
            f"The badge counts citations of {paper['paper'][:12]}, but its link leads to"
            f" {target[0][:12]} at Semantic Scholar."
        )
    return ""


def _shown_id(image: str) -> ArxivId | None:
    if found := url_id(image):
        return found
    stated = find_arxiv_ids(unquote(image[:2000]).replace("-", " ").replace("_", " "), bare=True)
    return stated[0].id if stated and "shields.io" in image else None


def _repository(url: str) -> str | None:
    """Return `owner/name` of a link to GitHub."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return None
    named = parts.path.strip("/").split("/")
    if (parts.hostname or "").removeprefix("www.") != "github.com" or len(named) < 2:
        return None
    return f"{named[0]}/{named[1].removesuffix('.git')}"


def stale_citations(subject: Subject) -> Iterator[Finding]:
    """Yield citation badges that still show none a year after the paper."""
    for entry in subject.curated.entries:
        badge = entry.links.citation
        if badge is None or badge.count != 0:
            continue
        key = entry.arxiv_id.base if entry.arxiv_id else ""
        since = first_of_month(key) if key and not is_doi_key(key) else entry.date
        if since and since + _YEAR <= subject.today:
            yield subject.on(
                entry,
                Code.STALE_CITATION,
                "Its badge shows 0 citations, more than a year after the paper.",
                "Update the number, or take a badge that counts by itself.",
            )


def missing_code(subject: Subject) -> Iterator[Finding]:
    """Yield entries without a code link whose paper names one in its abstract or comment."""
    assert subject.held
    for entry in subject.curated.entries:
        facts = subject.held.facts.get(entry.arxiv_id.base) if entry.arxiv_id else None
        if facts and facts.code and not _has_code(entry, subject.text_of(entry)):
            yield subject.on(
                entry,
                Code.MISSING_CODE,
                f"It has no code link, and its abstract names {facts.code[0]}.",
                "Add the link.",
            )


def _has_code(entry: Entry, text: EntryText | None) -> bool:
    if entry.links.code or entry.links.stars:
        return True
    urls = [mark.url for mark in text.inline.of(Style.LINK, Style.BADGE, Style.URL)] if text else []
    return any(f"//{host}/" in url or f".{host}/" in url for url in urls for host in _CODE_HOSTS)
