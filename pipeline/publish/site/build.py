"""Build every file of the site from what was read, and count it again from the bytes."""

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import replace
from functools import cache
from importlib.resources import files
from pathlib import Path
from types import MappingProxyType

from lxml import etree

from config.look.values import shared_files
from pipeline.publish import addresses
from pipeline.publish.badge import badge_json, badge_svg
from pipeline.publish.digest.escape import escape_markdown
from pipeline.publish.publication import Build, BuiltFile
from pipeline.publish.site import data_files, markdown
from pipeline.publish.site.pages import render_pages, tally_of
from pipeline.publish.site.recount import recount
from pipeline.publish.site.types import SiteData
from pipeline.publish.site.view import Page
from pipeline.publish.site.words import load_words

TARGET = "site"
_OWN = files("pipeline.publish.site") / "static"
_SITEMAP = "http://www.sitemaps.org/schemas/sitemap/0.9"


def build_site(data: SiteData, output: Path, language: str) -> Build:
    """Return every file of the site; nothing is written.

    Raises:
        UnknownLanguageError: the language has no phrases.
    """
    words = load_words(language)
    page = Page("", data, words)
    static = static_files()
    stamp = _stamp(*(static[name] for name in sorted(static)))
    texts = dict(_scripts(page))
    index = _stamp(*(texts[addresses.asset(name)].encode() for name in _INDEX))
    pages = tuple(render_pages(data, words, stamp, index))
    texts |= dict(_twins(page))
    texts |= dict(_exports(data))
    found = {addresses.asset(name): content for name, content in static.items()}
    found |= {path: text.encode() for path, text in texts.items()}
    built = [BuiltFile(output / path, content) for path, content in found.items()]
    built += [BuiltFile(output / one.path, one.html.encode(), None, one.own_lines) for one in pages]
    counts = {
        "papers": len(data.listed),
        "entries": sum(len(paper.sections) for paper in data.listed),
        "pages of papers": len(data.papers),
        "issues": len(data.issues),
    }
    return Build(
        target=TARGET,
        files=tuple(sorted(built, key=lambda file: file.path)),
        entries=tuple(
            (paper.arxiv_id, section) for paper in data.listed for section in paper.sections
        ),
        counts=counts,
        recounted=recount(pages, texts, counts),
        notes=tuple(_notes(data)),
        rolling=True,
    )


@cache
def static_files() -> Mapping[str, bytes]:
    """Return styles, scripts and pictures by name; the style sheet begins with the shared one."""
    own = {one.name: one.read_bytes() for one in _OWN.iterdir() if one.is_file()}
    found = dict(shared_files()) | own
    style = found.pop("look.css") + b"\n" + own["site.css"]
    return MappingProxyType(found | {"site.css": style})


#: the scripts of the search, whose content decides their address
_INDEX = ("search-index.js", "search-text.js")


def _scripts(page: Page) -> Iterator[tuple[str, str]]:
    yield addresses.asset("state.js"), data_files.state_script(page.data, page.words)
    search = replace(page, path=addresses.SEARCH)
    yield addresses.asset("search-index.js"), data_files.search_script(search)
    yield addresses.asset("search-text.js"), data_files.text_script(page.data)
    if page.data.explained:
        why = replace(page, path=addresses.WHY)
        yield addresses.asset("why-index.js"), data_files.why_script(why)


def _twins(base: Page) -> Iterator[tuple[str, str]]:
    """Yield the Markdown of every page, and `llms.txt`."""
    data = base.data
    tally = tally_of(base)
    ended = f"> {escape_markdown(base.ended())}\n\n" if base.ended() else ""

    def at(path: str) -> Page:
        return replace(base, path=path)

    def twin(path: str, text: str) -> tuple[str, str]:
        return addresses.twin(path), f"{ended}{text}"

    yield twin(addresses.INDEX, markdown.home(at(addresses.INDEX), tally))
    yield twin(addresses.ISSUES, markdown.issues(at(addresses.ISSUES)))
    yield twin(addresses.SEARCH, markdown.search(at(addresses.SEARCH)))
    for section in data.taxonomy.sections:
        path = addresses.section_page(section.id)
        yield twin(path, markdown.section(at(path), data.of_section(section), section.id))
    for former in data.former:
        path = addresses.section_page(former.section)
        yield twin(path, markdown.former(at(path), former))
    for paper in data.papers:
        path = addresses.paper_page(paper.arxiv_id)
        yield twin(path, markdown.paper(at(path), paper))
    for issue in data.issues:
        path = addresses.issue_page(str(issue.week))
        yield twin(path, markdown.issue(at(path), issue))
    if data.explained:
        months = markdown.by_month(data.decided)
        yield twin(addresses.WHY, markdown.why(at(addresses.WHY), months))
        for month, decided in months.items():
            path = addresses.why_page(month)
            yield twin(path, markdown.why_month(at(path), month, decided))
    if data.credits:
        yield twin(addresses.THANKS, markdown.thanks(at(addresses.THANKS)))
    yield addresses.LLMS, markdown.llms(at(addresses.LLMS), tally)


def _exports(data: SiteData) -> Iterator[tuple[str, str]]:
    """Yield BibTeX, badge and sitemap."""
    for month, script in data_files.bibtex_scripts(data.listed):
        yield addresses.asset(f"bibtex/{month}.js"), script
    ordered = sorted(data.listed, key=lambda paper: paper.arxiv_id)
    yield addresses.BIBTEX, "\n".join(paper.bibtex for paper in ordered)
    for section in data.taxonomy.sections:
        own = [paper.bibtex for paper in ordered if section.id in paper.sections]
        yield addresses.section_bibtex(section.id), "\n".join(own)
    yield addresses.BADGE, badge_svg(data.promise)
    yield addresses.BADGE_DATA, badge_json(data.promise)
    if data.links.base_url:
        yield addresses.SITEMAP, _sitemap(data)


def _sitemap(data: SiteData) -> str:
    """Return the sitemap (sitemaps.org) of the pages that readers look for."""
    root = etree.Element("urlset", xmlns=_SITEMAP)
    changed = {addresses.paper_page(one.arxiv_id): one.changed_at for one in data.papers}
    paths = (
        "",
        addresses.ISSUES,
        addresses.SEARCH,
        *((addresses.WHY,) if data.explained else ()),
        *(addresses.section_page(section.id) for section in data.taxonomy.sections),
        *(addresses.issue_page(str(issue.week)) for issue in data.issues),
        *changed,
    )
    for path in paths:
        url = etree.SubElement(root, "url")
        etree.SubElement(url, "loc").text = addresses.absolute(data.links.base_url, path)
        if path in changed:
            etree.SubElement(url, "lastmod").text = changed[path].date().isoformat()
    document = etree.tostring(root, encoding="utf-8", xml_declaration=True, pretty_print=True)
    return bytes(document).decode()


def _notes(data: SiteData) -> Iterator[str]:
    if not data.links.base_url:
        yield "Without [publish] base_url there are no permanent addresses and no sitemap."
    if withdrawn := len(data.papers) - len(data.listed):
        yield f"Withdrawn at arXiv and not listed: {withdrawn}; their pages say so."


def _stamp(*contents: bytes) -> str:
    digest = hashlib.sha256()
    for content in contents:
        digest.update(content)
    return digest.hexdigest()[:10]
