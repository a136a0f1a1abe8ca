"""Write RIS, which reference managers and screening tools read.

Format: https://en.wikipedia.org/wiki/RIS_(file_format); one field a line, so values have none.
"""

from collections.abc import Iterable, Sequence

from config.tex.text import plain_text
from pipeline.publish.exports.names import Name, read_authors
from pipeline.publish.exports.record import WITHDRAWN, ExportRecord
from pipeline.publish.exports.reference import Published, Reference, read_reference
from storage.paper_key import key_label

_TYPES = {None: "UNPB", Published.JOURNAL: "JOUR", Published.PROCEEDINGS: "CPAPER"}


def write_ris(records: Sequence[ExportRecord]) -> bytes:
    """Return the records as UTF-8 with CRLF."""
    return "".join(map(_entry, records)).encode()


def _entry(record: ExportRecord) -> str:
    reference = read_reference(record.paper.journal_ref)
    fields = _fields(record, reference)
    lines = [f"{tag}  - {value}" for tag, value in fields if value]
    return "\r\n".join([*lines, "ER  - ", "", ""])


def _fields(record: ExportRecord, reference: Reference | None) -> Iterable[tuple[str, str]]:
    paper = record.paper
    submitted = paper.submitted_at
    yield "TY", _TYPES[reference.kind if reference else None]
    yield "ID", record.key
    yield "TI", plain_text(paper.title) or record.key
    authors = read_authors(paper.authors)
    for name in authors.names:
        yield "AU", _name(name)
    if authors.others:
        yield "AU", "et al."
    if reference is not None and reference.year:
        yield "PY", reference.year
    elif submitted is not None:
        yield "PY", f"{submitted.year}"
    if submitted is not None:
        yield "DA", f"{submitted:%Y/%m/%d}/"
    yield from _container(reference, at_arxiv=bool(record.arxiv_id))
    yield "AB", plain_text(paper.abstract)
    yield "DO", record.doi or ""
    yield "UR", record.url
    yield "AN", key_label(paper.arxiv_id) if record.arxiv_id else ""
    yield from (("KW", keyword) for keyword in record.section_names)
    if paper.withdrawn:
        yield "KW", "withdrawn"
        yield "N1", WITHDRAWN


def _container(reference: Reference | None, *, at_arxiv: bool) -> Iterable[tuple[str, str]]:
    if reference is None:
        yield "PB", "arXiv" if at_arxiv else ""
        return
    first, _, last = reference.pages.partition("-")
    yield "T2", reference.container
    yield from (("VL", reference.volume), ("IS", reference.number), ("SP", first), ("EP", last))


def _name(name: Name) -> str:
    if name.literal:
        # a comma would divide it
        return name.literal.replace(",", "")
    family = " ".join(filter(None, (name.particle, name.family)))
    return ", ".join(filter(None, (family, name.given, name.suffix)))
