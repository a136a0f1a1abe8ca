"""Tell headings that say when (and at which venue) from headings that say what.

A heading says when if each of its words belongs to a date or a venue and at least one names a time:
"2024", "Week of March 4", "Papers in 2023", "2024 年 3 月", "CVPR 2024". The name of a venue alone
is not enough, because "ACL" and "Nature" are words of subjects too; that of a preprint server is.
"""

import functools
import re
import unicodedata
from enum import StrEnum

from config.headings import clean_heading


class When(StrEnum):
    """How finely a heading says when."""

    YEAR = "year"
    #: also half-years and seasons
    QUARTER = "quarter"
    MONTH = "month"
    WEEK = "week"
    DAY = "day"
    #: a venue and a year
    VENUE = "venue"


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


_LONGEST = 200
_MONTHS = _words(
    "january february march april may june july august september october november december"
    " jan feb mar apr jun jul aug sep sept oct nov dec"
)
_WEEKDAYS = _words("monday tuesday wednesday thursday friday saturday sunday")
_SEASONS = _words("spring summer autumn fall winter")
_UNITS = {
    "year": When.YEAR, "years": When.YEAR, "quarter": When.QUARTER, "month": When.MONTH,
    "months": When.MONTH, "week": When.WEEK, "weeks": When.WEEK, "wk": When.WEEK,
    "day": When.DAY, "days": When.DAY,
}  # fmt: skip
#: of a heading with a unit: "Last week"
_RELATIVE = _words("this last past previous current")
_FILLERS = _words(
    "a about after and all at before between by complete earlier early for from full here in late"
    " later latest list new newer newest now of older old on onwards or paper papers per pre post"
    " present published publication publications recent released see since than the till to today"
    " until up update updated updates work works articles collection archive top"
)
_VENUES = _words(
    "3dv aaai aacl aamas accv acl acm aistats asiaccs asplos asru bmvc ccs chi cikm coling"
    " colm colt conll corl corr cscw cvpr eacl eccv ecir ecml embc emnlp euro eurosys eurographics"
    " fse hpca icaps icassp icra iccv icde icdm icip iclr icml icme icpr icse icsme ieee"
    " ijcai ijcnn ijcv interspeech iros isbi isca ismar ismir issta iswc iui jmlr kdd miccai"
    " micro midl mlsys mm mobicom mobisys naacl ndss neurips nature nips nsdi oopsla"
    " osdi pakdd pami pkdd pldi pnas popl ppopp recsys rlc rss sc science sdm"
    " sigcomm siggraph sigir sigmod slt sosp sp tacl taslp tip tkde tmi tmlr tmm tog tois tpami"
    " tvcg uai ubicomp uist usenix vldb wacv websci wsdm www"
)
#: venues whose name is no subject's
_SERVERS = _words("arxiv biorxiv medrxiv openreview preprint preprints ssrn techrxiv")
#: beside a venue
_TRACKS = _words(
    "accepted asia best conference datasets demo benchmarks findings industry journal long main"
    " oral orals poster posters proceedings short spotlight spotlights track tracks transactions"
    " workshop workshops"
)

_TOKEN = re.compile(
    r"(?P<number>\d{1,8})(?P<ordinal>st|nd|rd|th|s)?(?![^\W_])"
    r"|(?P<part>[qh][1-4]|w\d{1,2})(?![^\W_])"
    r"|(?P<word>[a-z]{1,20}|3dv)(?=[\d\W_]|$)"
    r"|(?P<digits>\d{1,8})(?=[\u4e00-\u9fff])"
    r"|(?P<han>[\u4e00-\u9fff]{1,20})"
    r"|(?P<sign>[\W_])"
)
_HAN_PART = re.compile(
    r"(?P<year>年度?|今年|去年)"
    r"|(?P<quarter>第?[一二三四]?季度|[上下]半年|[春夏秋冬]季)"
    r"|(?P<named_month>(?:十[一二]?|[一二三四五六七八九])月份?)|(?P<month>月份?|[本上]月)"
    r"|(?P<week>第?[一二三四五六七八九十]{0,3}[周週]|[本上][周週])"
    r"|(?P<day>[日号號]|今日|今天)"
    r"|(?P<filler>之?[前后後]|以[前后後来來]|[年月]?[初底末]|截至|[第至到和与與及的自从從]|论文|論文"
    r"|文章|发表|發表|更新|最新|更早|早期)"
)
_PAPERS_OF_THE = re.compile(r"\bpapers? of the (?P<unit>year|month|week|day)\b")
_FIRST_YEAR, _LAST_YEAR = 1900, 2099


@functools.lru_cache(maxsize=4096)  # because a long list repeats its headings with every entry
def says_when(heading: str) -> When | None:
    """Return how finely a heading says when, or None if it names a subject."""
    text = unicodedata.normalize("NFKC", clean_heading(heading)).casefold()
    if not text or len(text) > _LONGEST:
        return None
    if named := _PAPERS_OF_THE.search(text):
        return When(named["unit"])
    seen = _Seen()
    position = 0
    while position < len(text):
        token = _TOKEN.match(text, position)
        if token is None or not seen.accepts(token):
            return None
        position = token.end()
    return seen.finest()


class _Seen:
    """The words of a heading seen so far."""

    def __init__(self) -> None:
        self.years = self.numbers = self.months = 0
        self.venue = self.server = self.track = self.relative = False
        self.named: set[When] = set()
        #: named by a word that tells nothing alone: "week", "spring"
        self.units: set[When] = set()

    def accepts(self, token: re.Match[str]) -> bool:
        """Note a word; say whether it belongs to a date or a venue."""
        kind, text = token.lastgroup, token[0]
        if kind in {"number", "ordinal", "digits"}:
            return self._number(token["number"] or token["digits"])
        if kind == "part":
            (self.named if text[0] == "w" else self.units).add(
                When.WEEK if text[0] == "w" else When.QUARTER
            )
            return True
        if kind == "han":
            return self._han(text)
        return kind == "sign" or self._word(text)

    def finest(self) -> When | None:
        """Return the finest time that the words name together."""
        dated = bool(self.years or self.months or self.named)
        if self.server:
            return When.VENUE
        if self.venue:
            return When.VENUE if self.years or (self.numbers and not self.months) else None
        if self.track or not (dated or (self.units and (self.relative or self.numbers))):
            return None
        if When.WEEK in self.named | self.units:
            return When.WEEK
        if When.DAY in self.named | self.units:
            return When.DAY
        if self.months:
            return (When.MONTH, When.DAY)[self.numbers] if self.numbers < 2 else When.WEEK
        if self.years and self.numbers:
            return {1: When.MONTH, 2: When.DAY}.get(self.numbers, When.WEEK)
        for kind in (When.MONTH, When.QUARTER):
            if kind in self.named | self.units:
                return kind
        return When.YEAR

    def _number(self, digits: str) -> bool:
        value = int(digits)
        if len(digits) == 4 and _FIRST_YEAR <= value <= _LAST_YEAR:
            self.years += 1
        elif len(digits) in {6, 8} and _FIRST_YEAR <= int(digits[:4]) <= _LAST_YEAR:
            rest = [int(digits[place : place + 2]) for place in range(4, len(digits), 2)]
            if not (1 <= rest[0] <= 12 and 1 <= rest[-1] <= 31):
                return False
            self.years += 1
            self.numbers += len(rest)
        elif len(digits) <= 2:
            self.numbers += 1
        else:
            return False
        return True

    def _word(self, word: str) -> bool:
        if word in _MONTHS:
            self.months += 1
        elif word in _WEEKDAYS:
            self.named.add(When.DAY)
        elif word in _SEASONS:
            self.units.add(When.QUARTER)
        elif word in _UNITS:
            self.units.add(_UNITS[word])
        elif word in _RELATIVE:
            self.relative = True
        elif word in _SERVERS:
            self.server = True
        elif word in _VENUES:
            self.venue = True
        elif word in _TRACKS:
            self.track = True
        else:
            return word in _FILLERS
        return True

    def _han(self, text: str) -> bool:
        position = 0
        while position < len(text):
            part = _HAN_PART.match(text, position)
            if part is None:
                return False
            match part.lastgroup:
                case "named_month":
                    self.months += 1
                case "filler":
                    pass
                case "year" if part[0] not in {"今年", "去年"}:
                    self.units.add(When.YEAR)
                case str() as kind:
                    unit = When(kind)
                    (self.units if len(part[0]) == 1 else self.named).add(unit)
            position = part.end()
        return True
