"""Read the journal reference of a paper: arXiv stores one line in no fixed form."""

import re
from dataclasses import dataclass
from enum import StrEnum

from config.tex.text import plain_text

#: characters of a reference that are read
_LONGEST = 500
_PROCEEDINGS = re.compile(
    r"\b(?i:proc|proceedings|conference|conf|workshop|symposium|findings|in:)(?![A-Za-z])"
    r"|\b(?:CVPR|ICCV|ECCV|WACV|NeurIPS|NIPS|ICLR|ICML|AAAI|IJCAI|ACL|NAACL|EACL|EMNLP|COLING"
    r"|SIGGRAPH|ICASSP|INTERSPEECH|ICRA|KDD|SIGIR|CHI|BMVC|MICCAI|AISTATS|UAI|COLM)\b"
)
_YEAR = re.compile(r"(?<![\d.:/-])(?:19[89]\d|20\d\d)(?![\d/:-])")
_VOLUME = r"(?:,?\s*\b(?:vol(?:ume|\.)?\s*)?(?P<volume>\d{1,4}))"
_NUMBER = r"(?:\s*\((?P<inner>\d{1,3})\)|,?\s*(?:no|issue|number)\.?\s*(?P<number>\d{1,4}))?"
_PAGES = r"(?:pp?\.?\s*)?(?P<pages>[A-Za-z]?\d{1,7}(?:\s*[-\u2013]{1,2}\s*[A-Za-z]?\d{1,7})?)"
_DATED = r"\(?(?:[A-Z][a-z]{2,8}\.?\s+)?(?P<year>\d{4})\)?"
_JOURNAL = r"(?P<journal>[^\W\d][^\d,;:()]{2,150}?)\s*"
_FORMS = tuple(
    re.compile(_JOURNAL + form + r"\.?")
    for form in (
        # volume, number, pages, year
        rf"{_VOLUME}{_NUMBER}\s*[,:]\s*{_PAGES}\s*,?\s*{_DATED}",
        # the year before the pages
        rf"{_VOLUME}\s*\((?P<year>\d{{4}})\)\s*(?:no\.?\s*(?P<number>\d{{1,4}})\s*)?[,:]?\s*{_PAGES}",
        # without pages
        rf"{_VOLUME}{_NUMBER}\s*,?\s*{_DATED}",
        rf",?\s*{_DATED}",
    )
)


class Published(StrEnum):
    """What kind of work the reference names."""

    JOURNAL = "journal"
    PROCEEDINGS = "proceedings"


@dataclass(frozen=True, slots=True)
class Reference:
    """A published version. Only `container` is always known: a part or all of the reference."""

    kind: Published
    container: str
    volume: str = ""
    number: str = ""
    pages: str = ""
    year: str = ""


def read_reference(text: str | None) -> Reference | None:
    """Return the reference, None without one.

    A form that is not known stays whole as the container, because half of a reference misleads.
    """
    line = plain_text((text or "")[:_LONGEST])
    if not any(sign.isalpha() for sign in line):
        return None
    years = _YEAR.findall(line)
    year = years[0] if len(set(years)) == 1 else ""
    if _PROCEEDINGS.search(line):
        return Reference(Published.PROCEEDINGS, line, year=year)
    found = next((match for form in _FORMS if (match := form.fullmatch(line))), None)
    if found is None or not _YEAR.fullmatch(found["year"]):
        return Reference(Published.JOURNAL, line, year=year)
    parts = found.groupdict()
    return Reference(
        Published.JOURNAL,
        container=parts["journal"].strip(" ,"),
        volume=parts.get("volume") or "",
        number=parts.get("number") or parts.get("inner") or "",
        pages=re.sub(r"\s*[-\u2013]+\s*", "-", parts.get("pages") or ""),
        year=parts["year"],
    )
