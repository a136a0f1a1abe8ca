"""Tell the format of a list's file, by its name and its first bytes."""

import codecs
import re
from dataclasses import dataclass
from enum import StrEnum
from pathlib import PurePath

from pipeline.curated.types import CuratedListError, ListFile


class Format(StrEnum):
    """A format that can be imported."""

    MARKDOWN = "Markdown"
    BIBTEX = "BibTeX"
    TABLE = "CSV"


@dataclass(frozen=True, slots=True)
class _Foreign:
    """A format that is only recognised."""

    name: str
    remedy: str


_AS_TABLE = "Save it as CSV, with columns title, arxiv_id and section."
_AS_UTF8 = "Save it as UTF-8."
_AS_BIBTEX = "Export it as BibTeX."


def _converted(reader: str) -> str:
    return f"Convert it to Markdown, for example with `pandoc --from {reader} --to gfm FILE`."


_READ = {
    **dict.fromkeys((".md", ".markdown", ".mdown", ".mkd", ".mkdn"), Format.MARKDOWN),
    **dict.fromkeys((".bib", ".bibtex", ".biblatex"), Format.BIBTEX),
    **dict.fromkeys((".csv", ".tsv", ".tab"), Format.TABLE),
}
_FOREIGN = {
    **dict.fromkeys((".yaml", ".yml"), _Foreign("YAML", _AS_TABLE)),
    **dict.fromkeys((".json", ".jsonl", ".ndjson"), _Foreign("JSON", _AS_TABLE)),
    **dict.fromkeys((".rst", ".rest"), _Foreign("reStructuredText", _converted("rst"))),
    **dict.fromkeys((".html", ".htm", ".xhtml"), _Foreign("HTML", _converted("html"))),
    **dict.fromkeys((".tex", ".latex"), _Foreign("LaTeX", _converted("latex"))),
    ".org": _Foreign("Org", _converted("org")),
    **dict.fromkeys((".adoc", ".asciidoc"), _Foreign("AsciiDoc", "Convert it to Markdown.")),
    ".docx": _Foreign("a Word document", _converted("docx")),
    ".doc": _Foreign("a Word document", "Save it as .docx and convert that to Markdown."),
    **dict.fromkeys((".xlsx", ".xls", ".ods"), _Foreign("a spreadsheet", _AS_TABLE)),
    ".ipynb": _Foreign("a notebook", _converted("ipynb")),
    ".ris": _Foreign("RIS", _AS_BIBTEX),
    ".enw": _Foreign("EndNote", _AS_BIBTEX),
    ".nbib": _Foreign("PubMed's format", _AS_BIBTEX),
    ".xml": _Foreign("XML", _AS_TABLE),
    ".toml": _Foreign("TOML", _AS_TABLE),
    ".pdf": _Foreign("a PDF", "Name the file it was made from."),
}
_MAGIC = (
    (b"%PDF-", _FOREIGN[".pdf"]),
    (b"PK\x03\x04", _Foreign("a ZIP archive or an office document", _AS_TABLE)),
    (b"\x1f\x8b", _Foreign("a compressed file", "Unpack it.")),
    (b"\xd0\xcf\x11\xe0", _FOREIGN[".xls"]),
    (codecs.BOM_UTF32_LE, _Foreign("UTF-32", _AS_UTF8)),
    (codecs.BOM_UTF32_BE, _Foreign("UTF-32", _AS_UTF8)),
    (b"{\\rtf", _Foreign("a rich text document", "Save it as Markdown.")),
)
_WIDE = _Foreign("UTF-16 or UTF-32 without a byte order mark", _AS_UTF8)
#: characters at the beginning that tell the format
_BEGINNING = 4_096
_BEGINS: tuple[tuple[re.Pattern[str], Format | _Foreign], ...] = (
    (re.compile(r"(?:\s|%[^\n]{0,500}+\n){0,200}+@[A-Za-z]{2,20}\s{0,20}+[{(]"), Format.BIBTEX),
    (re.compile(r"\s{0,99}+(?:<!doctype\s+html|<html[\s>])", re.IGNORECASE), _FOREIGN[".html"]),
    (re.compile(r"\s{0,99}+(?:\{\s{0,99}+\"|\[\s{0,99}+\{)"), _FOREIGN[".json"]),
    (re.compile(r"\s{0,99}+TY  - "), _FOREIGN[".ris"]),
    (re.compile(r"\s{0,99}+\\documentclass"), _FOREIGN[".tex"]),
)


def format_of(file: ListFile) -> Format:
    """Return the format of a file; text of no other format is Markdown.

    Raises:
        CuratedListError: it has a format that cannot be read; the message says what it is.
    """
    suffix = PurePath(file.name).suffix.lower()
    found: Format | _Foreign | None
    found = next((format_ for magic, format_ in _MAGIC if file.data.startswith(magic)), None)
    found = (
        found
        or (_WIDE if _is_wide(file.data) else None)
        or _FOREIGN.get(suffix)
        or _READ.get(suffix)
    )
    if found is None or found is Format.MARKDOWN:
        beginning = file.data[:_BEGINNING].decode("utf-8-sig", errors="replace")
        found = next((format_ for pattern, format_ in _BEGINS if pattern.match(beginning)), found)
    if isinstance(found, _Foreign):
        raise CuratedListError(
            f"{file.name} is {found.name}; a list is Markdown, BibTeX or CSV.",
            hint=found.remedy.replace("FILE", PurePath(file.name).name),
        )
    return found or Format.MARKDOWN


def _is_wide(data: bytes) -> bool:
    """Return whether characters take several bytes each, which UTF-8 reads with NULs between."""
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return False
    beginning = data[:_BEGINNING]
    return beginning.count(b"\0") * 8 > len(beginning)
