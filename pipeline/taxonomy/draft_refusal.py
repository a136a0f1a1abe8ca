"""Say truthfully why files hold nothing to draft a taxonomy from."""

import re

from config.errors import LivingSurveyError
from pipeline.curated.formats.kinds import Format, format_of
from pipeline.curated.types import CuratedList, ListFile
from pipeline.runtime.plurals import counted
from pipeline.taxonomy.draft_leaves import Leaves

_LINK = re.compile(rb"https?://", re.IGNORECASE)
_LINES_NAMED = 5
_ANOTHER_FILE = (
    "Name the file that lists the papers; the list may be several files and directories."
)


class NothingToDraftError(LivingSurveyError):
    """The list has no paper under a heading."""


def refuse_other_formats(curated: CuratedList) -> None:
    """Refuse files without headings.

    Raises:
        CuratedListError: a file has a format that cannot be read.
        NothingToDraftError: one is BibTeX or CSV, or all are empty.
    """
    names = " and ".join(file.name for file in curated.files)
    if not any(map(_has_text, curated.files)):
        raise NothingToDraftError(
            f"{names} {'is' if len(curated.files) == 1 else 'are'} empty.",
            hint="Name the file that holds the list.",
        )
    for file in curated.files:
        if (found := format_of(file)) is not Format.MARKDOWN:
            raise NothingToDraftError(
                f"{file.name} is {found}, but sections are drafted from the headings of Markdown.",
                hint="Name a Markdown list, or write the taxonomy yourself"
                " (docs/guides/another-survey.md); `living-survey bootstrap` then imports it.",
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
