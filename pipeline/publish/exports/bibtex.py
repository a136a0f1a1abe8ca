"""Write BibTeX: entries that BibTeX, biber and reference managers read the same.

Keys are `arXiv:` and the arXiv ID, or made of the DOI, because names, titles and years can change
and a key must not.
"""

from collections.abc import Iterable, Sequence

from pipeline.publish.exports.bibtex_text import escaped, title_field
from pipeline.publish.exports.names import Authors, Name, read_authors
from pipeline.publish.exports.record import WITHDRAWN, ExportRecord
from pipeline.publish.exports.reference import Published, Reference, read_reference

_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")


def write_bibtex(records: Sequence[ExportRecord]) -> bytes:
    """Return the records as UTF-8, one entry each."""
    return "\n".join(_entry(record) for record in records).encode()


def _entry(record: ExportRecord) -> str:
    paper = record.paper
    reference = read_reference(paper.journal_ref)
    lines = [f"@{_kind(reference)}{{{record.key},"]
    lines += [f"  {name} = {value}," for name, value in _fields(record, reference) if value]
    return "\n".join([*lines, "}", ""])


def _kind(reference: Reference | None) -> str:
    if reference is None:
        return "misc"
    return "article" if reference.kind is Published.JOURNAL else "inproceedings"


def _fields(record: ExportRecord, reference: Reference | None) -> Iterable[tuple[str, str]]:
    paper = record.paper
    submitted = paper.submitted_at
    yield "title", _group(title_field(paper.title) or record.key)
    yield "author", _group(_people(read_authors(paper.authors)))
    if reference is not None:
        journal = reference.kind is Published.JOURNAL
        yield "journal" if journal else "booktitle", _group(escaped(reference.container))
        yield "volume", _group(escaped(reference.volume))
        yield "number", _group(escaped(reference.number))
        yield "pages", _group(escaped(reference.pages).replace("-", "--"))
    if reference is not None and reference.year:
        yield "year", _group(reference.year)
    elif submitted is not None:
        yield "year", _group(f"{submitted.year}")
        # the month of a published version is not known
        yield "month", _MONTHS[submitted.month - 1] if reference is None else ""
    yield "eprint", _group(record.arxiv_id)
    yield "archivePrefix", _group("arXiv" if record.arxiv_id else "")
    yield "primaryClass", _group(escaped(paper.primary_category))
    yield "doi", _group(record.doi or "")
    yield "url", _group(record.url)
    yield "keywords", _group(", ".join(map(escaped, _keywords(record))))
    yield "note", _group(WITHDRAWN if paper.withdrawn else "")


def _group(text: str) -> str:
    return f"{{{text}}}" if text else ""


def _keywords(record: ExportRecord) -> tuple[str, ...]:
    """Return section IDs, because commas separate keywords and names of sections have commas."""
    return (*record.sections, *(("withdrawn",) if record.paper.withdrawn else ()))


def _people(authors: Authors) -> str:
    names = [_name(name) for name in authors.names]
    return " and ".join([*names, "others"] if authors.others else names)


def _name(name: Name) -> str:
    if name.literal:
        return f"{{{escaped(name.literal)}}}"
    family = " ".join(filter(None, (name.particle, _part(name.family))))
    return ", ".join(filter(None, (family, _part(name.suffix), _part(name.given))))


def _part(text: str) -> str:
    """Return a part of a name in braces if a comma, "and" or a word in small letters divides it."""
    divides = "," in text or any(word[:1].islower() for word in text.split())
    return f"{{{escaped(text)}}}" if divides else escaped(text)
