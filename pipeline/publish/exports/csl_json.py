"""Write CSL-JSON, which citation processors read.

Schema: https://github.com/citation-style-language/schema, csl-data.json.
"""

import json
from collections.abc import Mapping, Sequence
from datetime import datetime

from config.tex.text import plain_text
from config.visible import escape_invisible
from pipeline.publish.exports.names import Authors, Name, read_authors
from pipeline.publish.exports.record import WITHDRAWN, ExportRecord
from pipeline.publish.exports.reference import Published, Reference, read_reference

_TYPES = {
    None: "article",  # a preprint (CSL 1.0.2)
    Published.JOURNAL: "article-journal",
    Published.PROCEEDINGS: "paper-conference",
}


def write_csl_json(records: Sequence[ExportRecord]) -> bytes:
    """Return the records as one JSON array in UTF-8."""
    items = [_item(record) for record in records]
    return (escape_invisible(json.dumps(items, ensure_ascii=False, indent=2)) + "\n").encode()


def _item(record: ExportRecord) -> Mapping[str, object]:
    paper = record.paper
    reference = read_reference(paper.journal_ref)
    item: dict[str, object] = {
        "id": record.key,
        "type": _TYPES[reference.kind if reference else None],
        "title": plain_text(paper.title) or record.key,
        "author": _people(read_authors(paper.authors)),
        "issued": _issued(paper.submitted_at, reference),
        "submitted": _date(paper.submitted_at),
        **_container(reference, at_arxiv=bool(record.arxiv_id)),
        **_archive(record.arxiv_id),
        "DOI": record.doi,
        "URL": record.url,
        "abstract": plain_text(paper.abstract),
        "keyword": "; ".join(record.section_names),
    }
    if paper.withdrawn:
        item |= {"status": "withdrawn", "note": WITHDRAWN}
    return {name: value for name, value in item.items() if value}


def _archive(arxiv_id: str) -> Mapping[str, str]:
    if not arxiv_id:
        return {}
    return {"number": f"arXiv:{arxiv_id}", "archive": "arXiv", "archive_location": arxiv_id}


def _container(reference: Reference | None, *, at_arxiv: bool) -> Mapping[str, str]:
    if reference is None:
        return {"genre": "preprint", "publisher": "arXiv"} if at_arxiv else {}
    return {
        "container-title": reference.container,
        "volume": reference.volume,
        "issue": reference.number,
        "page": reference.pages,
    }


def _issued(submitted: datetime | None, reference: Reference | None) -> Mapping[str, object] | None:
    if reference is not None and reference.year:
        return {"date-parts": [[int(reference.year)]]}
    return _date(submitted)


def _date(moment: datetime | None) -> Mapping[str, object] | None:
    return {"date-parts": [[moment.year, moment.month, moment.day]]} if moment else None


def _people(authors: Authors) -> list[Mapping[str, str]]:
    people = [_person(name) for name in authors.names]
    return [*people, {"literal": "et al."}] if authors.others else people


def _person(name: Name) -> Mapping[str, str]:
    person = {
        "family": name.family,
        "given": name.given,
        "non-dropping-particle": name.particle,
        "suffix": name.suffix,
        "literal": name.literal,
    }
    return {part: text for part, text in person.items() if text}
