"""Say truthfully why files hold nothing to draft a taxonomy from."""

import re
from pathlib import PurePath

from config.errors import LivingSurveyError
from pipeline.curated.types import CuratedList, ListFile
from pipeline.runtime.plurals import counted
from pipeline.taxonomy.draft_leaves import Leaves

#: by the end of a file's name
_FORMATS = {
    "bib": "BibTeX",
    "csv": "CSV",
    "tsv": "CSV",
    "json": "JSON",
    "jsonl": "JSON",
    "rst": "reStructuredText",
    "tex": "LaTeX",
    "yaml": "YAML",
    "yml": "YAML",
}
#: what a file of another name begins a line with, if it is of that format
_SIGNS = (
    ("BibTeX", re.compile(rb"^\s{0,9}@[A-Za-z]{3,20}\s{0,9}\{[^\s,{}]{1,99},", re.MULTILINE)),
    ("reStructuredText", re.compile(rb"^\.\. [A-Za-z_-]{1,40}::|<https?://[^<>\s]{1,999}>`_")),
)
_MARKDOWN = re.compile(rb"^ {0,3}#{1,6} |\]\(|^\|", re.MULTILINE)
_LINK = re.compile(rb"https?://", re.IGNORECASE)
_LINES_NAMED = 5
_ANOTHER_FILE = (
    "Name the file that lists the papers; the list may be several files and directories."
)


class NothingToDraftError(LivingSurveyError):
    """The list has no paper under a heading."""


def refuse_other_formats(curated: CuratedList) -> None:
    """Raise NothingToDraftError for the first file that is empty or not Markdown."""
    if not any(map(_has_text, curated.files)):
        names = " and ".join(file.name for file in curated.files)
        raise NothingToDraftError(
            f"{names} {'is' if len(curated.files) == 1 else 'are'} empty.",
            hint="Name the file that holds the list.",
        )
    for file in curated.files:
        if name := _format(file):
            raise NothingToDraftError(
                f"{file.name} looks like {name}, but sections are drafted from Markdown headings.",
                hint="Name a Markdown list, or write the taxonomy yourself"
                " (docs/guides/another-survey.md).",
            )


def nothing_to_draft(curated: CuratedList, found: Leaves) -> NothingToDraftError:
    """Return the error for Markdown in which hardly a paper stands under a heading."""
    names = " and ".join(file.name for file in curated.files)
    has = "has" if len(curated.files) == 1 else "have"
    links = sum(len(_LINK.findall(file.data)) for file in curated.files)
    seen = f"{names} {has} {counted(len(curated.headings), 'heading')} and {counted(links, 'link')}"
    if found.leaves:
        several = found.papers + found.others
        return NothingToDraftError(
            f"{seen}, but of {counted(several, 'entry', 'entries')} only {found.papers}"
            f" {'is a paper' if found.papers == 1 else 'are papers'}; this is no list of papers.",
            hint=_ANOTHER_FILE,
        )
    if found.unplaced:
        lines = ", ".join(str(place.line) for place in found.unplaced[:_LINES_NAMED])
        return NothingToDraftError(
            f"{seen}, but no paper stands under a heading with words"
            f" ({counted(len(found.unplaced), 'paper')} without one: line {lines}), so there is"
            " nothing to draft sections from.",
            hint="Put headings above the papers.",
        )
    return NothingToDraftError(
        f"{seen}, none of them a paper in a form that is read, so there is nothing to draft"
        " sections from.",
        hint=_ANOTHER_FILE,
    )


def _has_text(file: ListFile) -> bool:
    return bool(file.data.strip(b"\xef\xbb\xbf \t\r\n"))


def _format(file: ListFile) -> str | None:
    named = _FORMATS.get(PurePath(file.name).suffix.lower().removeprefix("."))
    if named or _MARKDOWN.search(file.data):
        return named
    return next((name for name, sign in _SIGNS if sign.search(file.data)), None)
