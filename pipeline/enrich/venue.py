"""Read where a paper is published from its comment or journal reference.

Only what the authors state as accepted or published counts: a submission, a review that goes on and
a template's name are no venue. Doubt gives None, because a wrong venue is worse than none.
"""

import re
from dataclasses import dataclass
from enum import StrEnum

from config.tex.text import plain_text
from config.visible import one_line

#: characters of a comment that are read, and of a venue's name
_READ, _LONGEST = 2_000, 100


class VenueKind(StrEnum):
    """What the authors say of the venue."""

    ACCEPTED = "accepted"
    PUBLISHED = "published"
    #: only named
    NAMED = "named"


@dataclass(frozen=True, slots=True)
class Venue:
    """A conference, workshop or journal by the name that the authors give."""

    kind: VenueKind
    name: str


_SERIES = (
    "3DV|AAAI|AACL|ACCV|ACII|ACL|AISTATS|AISec|ASPLOS|ASRU|BMVC|CAV|CCS|CHI|CIKM|COLING|COLM|COLT|"
    "CoNLL|CoRL|CSCW|CVPR|DAC|EACL|ECAI|ECCV|ECIR|EG|EMNLP|EuroSys|Eurographics|FAccT|FSE|GECCO|"
    "ICASSP|ICCAD|ICCV|ICDAR|ICDE|ICDM|ICIP|ICLR|ICME|ICML|ICMR|ICPR|ICRA|ICSE|ICWSM|IJCAI|"
    "IJCNLP(?:-AACL)?|IJCNN|INLG|Interspeech|INTERSPEECH|IROS|ISBI|ISMAR|ISMIR|ISSTA|IUI|KDD|"
    "LREC(?:-COLING)?|MICCAI|MIDL|MLSys|MM|ACM MM|ACM Multimedia|MMM|NAACL|NDSS|NeurIPS|NIPS|NSDI|"
    "OSDI|PAKDD|PLDI|RANLP|RecSys|RSS|SIGDIAL|SIGGRAPH Asia|SIGGRAPH|SIGIR(?:-AP)?|SIGMOD|SODA|"
    "SOSP|STOC|SemEval|TACL|TMLR|TOG|ToG|UAI|UIST|USENIX Security|VLDB|WACV|WMT|WSDM|WWW"
)
_YEAR = r"(?:[ -]?(?:19|20)\d\d|[ -]?['\u2019]\d\d|[ -]\d\d)(?![\d.])"
#: a known series and its year, such as `NeurIPS 2025` or `AAAI-26`
_DATED = re.compile(rf"(?<![\w/-])(?:IEEE(?:/CVF)? |ACM |The )?(?:{_SERIES}){_YEAR}(?!\w)")
_STATED = re.compile(
    r"\b(?P<published>published|appear(?:ed|s)?|presented)\b|"
    r"\b(?:accepted?|to appear|to be (?:published|presented)|appearing|camera[- ]ready|"
    r"forthcoming|in press)\b",
    re.IGNORECASE,
)
_LED = re.compile(
    r"(?:[^\w]+|(?:accepted|publication|published|publishing|presentation|presented|inclusion|oral|"
    r"poster|spotlight|presentations|paper|preprint|an?|short|full|long|regular|conference|appear|"
    r"be|version|and|to|at|by|in|for|the|of|on|as)\b)*+",
    re.IGNORECASE,
)
_DENIED = re.compile(
    r"\b(?:submi(?:t|tt)|under\s+(?:\w+\s+)?(?:review|revision|consideration)|"
    r"in review|in submission|"
    r"reject|withdrawn|withdrew|not (?:yet )?(?:been )?(?:accepted|published)|template|style|"
    r"format|"
    r"intended for|planned|target(?:ing|ed)|preliminary|extended version|extension of|"
    r"earlier|previous|extends|builds (?:up)?on|short(?:er)? version|resubmi|endorsed|prepar)",
    re.IGNORECASE,
)
#: parts of a comment; a full stop within `Proc.` or `3.5` ends none
_PARTS = re.compile(
    r"[;|]|(?<=[a-z\d)'\u2019]{2})\.(?=\s|$)|\s+/\s+|,(?=\s*\d+\s*(?:-?\s*page|figure|fig|table|p\.))|"
    r",?\s+(?=(?:project|home|web)\s?-?(?:page|site)\b|code\b|github\b|https?:|doi\b)",
    re.IGNORECASE,
)
_ADDRESS = re.compile(r"\S*(?:://|www\.)\S*|\b\S+@\S+")
_SUFFIX = re.compile(
    r"(?:,?\s*(?:\(?(?:main|findings|oral|spotlight|poster|highlight|best paper(?: award)?|"
    r"industry|demo)\b(?:\s+(?:track|conference|presentation|paper))?\)?)"
    r"|\s+(?:[A-Z&][\w&'()/-]*|on|for|of|in|and|the|with)\b(?=.*\bWorkshop))*"
    r"(?:\s+Workshop(?:\s+(?:on|for)\s+[\w\s,&:'()/-]{1,70})?)?",
)
_GENERIC = re.compile(
    r"^(?:an?|the|our|this|peer|international|journal|conference|workshop|proceedings|track|main|"
    r"under|that)?\s*(?:journal|conference|workshop|proceedings|publication|paper|track|main)?$",
    re.IGNORECASE,
)


def find_venue(comment: str | None, journal_ref: str | None = None) -> Venue | None:
    """Return the venue of the journal reference, else of the comment, else None."""
    if journal_ref and (name := _named(journal_ref)):
        return Venue(VenueKind.PUBLISHED, name)
    line = one_line(plain_text((comment or "")[:_READ]))
    for part in _PARTS.split(_ADDRESS.sub(" ; ", line)):
        if (venue := _in_part(part.strip())) is not None:
            return venue
    return None


def _in_part(part: str) -> Venue | None:
    if _DENIED.search(part):
        return None
    stated = _STATED.search(part)
    dated = _DATED.search(part)
    if stated is None:
        # A name alone counts at the beginning: `AAAI 2026 (Oral)`, not `in the style of AAAI 2026`.
        if dated is None or part[: dated.start()].strip(" (,:-"):
            return None
        return Venue(VenueKind.NAMED, _with_suffix(part, dated))
    kind = VenueKind.PUBLISHED if stated["published"] else VenueKind.ACCEPTED
    after = part[stated.end() :]
    if name := _after(after):
        return Venue(kind, name)
    return None if dated is None else Venue(kind, _with_suffix(part, dated))


def _after(text: str) -> str:
    """Return the name that follows `accepted`: `at the 5th Workshop on X` gives the workshop."""
    led = _LED.match(text)
    rest = text[led.end() :] if led else text
    name = re.split(
        r"\s+-\s+|:\s|,\s+(?!and\b)(?=[a-z])|\s+\((?=[a-z])|\s+with (?!IEEE|ACM)|\s+as\b", rest
    )[0]
    name = _named(name)
    if not name or not re.search(r"[A-Z].*[A-Z]|[A-Z][a-z]+ [A-Z]|[A-Z]\w+\W*\d", name):
        return ""
    return name


def _with_suffix(part: str, dated: re.Match[str]) -> str:
    found = _SUFFIX.match(part, dated.end())
    return _named(part[dated.start() : found.end() if found else dated.end()])


def _named(text: str) -> str:
    """Return a name in one form, or nothing if it is too long or says nothing."""
    name = one_line(plain_text(text[: 4 * _LONGEST])).strip(" .,;:-/\"'")
    name = re.sub(r"^[Tt]he\s+", "", name)
    if name.count("(") != name.count(")"):
        name = name.replace("(", "").replace(")", "").strip()
    if len(name) > _LONGEST or _GENERIC.match(name) or "\\" in name or "$" in name:
        return ""
    return name
