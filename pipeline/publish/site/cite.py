"""Describe papers to reference managers: `citation_*` tags, COinS and BibTeX.

Zotero reads `citation_*` tags (Highwire Press) on the page of one paper and COinS (OpenURL
1.0, `Z3988` spans) on pages of many.
"""

from collections.abc import Iterator
from urllib.parse import urlencode

from pipeline.publish.exports.bibtex import write_bibtex
from pipeline.publish.exports.names import Name, read_authors
from pipeline.publish.exports.record import ExportRecord
from pipeline.publish.exports.reference import Published, read_reference
from pipeline.publish.site.types import SitePaper
from storage.paper_key import pdf_address

#: characters of a title in COinS
_LONGEST = 1_000
#: authors that COinS names
_NAMED = 30


def citation_tags(paper: SitePaper, page_url: str = "") -> Iterator[tuple[str, str]]:
    """Yield (name, content) of the `citation_*` tags; `page_url` if the page has an address."""
    stored = paper.record.paper
    yield "citation_title", paper.title
    for name in read_authors(stored.authors).names:
        yield "citation_author", _inverted(name)
    reference = read_reference(stored.journal_ref)
    if reference is not None:
        kind = "journal" if reference.kind is Published.JOURNAL else "conference"
        yield f"citation_{kind}_title", reference.container
        yield "citation_volume", reference.volume
        yield "citation_issue", reference.number
        first, _, last = reference.pages.partition("-")
        yield "citation_firstpage", first
        yield "citation_lastpage", last
    if reference is not None and reference.year:
        yield "citation_publication_date", reference.year
    elif paper.submitted is not None:
        yield "citation_publication_date", f"{paper.submitted:%Y/%m/%d}"
    if paper.submitted is not None:
        yield "citation_online_date", f"{paper.submitted:%Y/%m/%d}"
    yield "citation_arxiv_id", paper.record.arxiv_id
    yield "citation_doi", paper.record.doi or ""
    yield "citation_pdf_url", pdf_url(paper)
    yield "citation_abstract_html_url", page_url or paper.record.url
    yield "citation_public_url", paper.record.url


def coins(paper: SitePaper) -> str:
    """Return the OpenURL that a COinS span of the paper holds as its title."""
    stored = paper.record.paper
    reference = read_reference(stored.journal_ref)
    proceedings = reference is not None and reference.kind is Published.PROCEEDINGS
    fields = [
        ("ctx_ver", "Z39.88-2004"),
        ("rft_val_fmt", "info:ofi/fmt:kev:mtx:journal"),
        (
            "rft.genre",
            "proceeding"
            if proceedings
            else "preprint"
            if paper.record.arxiv_id and not reference
            else "article",
        ),
        ("rft.atitle", paper.title[:_LONGEST]),
    ]
    if reference is not None:
        fields += [
            ("rft.jtitle", reference.container),
            ("rft.volume", reference.volume),
            ("rft.issue", reference.number),
            ("rft.pages", reference.pages),
        ]
    if reference is not None and reference.year:
        fields.append(("rft.date", reference.year))
    elif paper.submitted is not None:
        fields.append(("rft.date", paper.submitted.isoformat()))
    fields += [("rft.au", _plain(name)) for name in read_authors(stored.authors).names[:_NAMED]]
    if paper.record.doi:
        fields.append(("rft_id", f"info:doi/{paper.record.doi}"))
    fields.append(("rft_id", paper.record.url))
    return urlencode([(name, text) for name, text in fields if text])


def bibtex_of(record: ExportRecord) -> str:
    """Return the paper's entry, as `export --format bibtex` writes it."""
    return write_bibtex([record]).decode()


def pdf_url(paper: SitePaper) -> str:
    """Return the address of the current version's PDF at arXiv; empty for a paper elsewhere."""
    return pdf_address(paper.arxiv_id) or ""


def html_url(paper: SitePaper) -> str:
    """Return the address of the HTML version at arXiv, which shows the figures."""
    return paper.record.url.replace("/abs/", "/html/", 1)


def _inverted(name: Name) -> str:
    """Return "family, given", which leaves no doubt about which is which."""
    if name.literal:
        return name.literal
    family = " ".join(filter(None, (name.particle, name.family)))
    return ", ".join(filter(None, (family, name.given, name.suffix)))


def _plain(name: Name) -> str:
    if name.literal:
        return name.literal
    return " ".join(filter(None, (name.given, name.particle, name.family, name.suffix)))
