"""Say how much a text looks like a title, from 0 (a date, names, a caption) to 1."""

import re
from functools import lru_cache

from pipeline.curated.markdown.dates import looks_like_date
from pipeline.curated.markdown.links import is_caption
from pipeline.curated.markdown.people import is_venue, looks_like_names
from pipeline.curated.markdown.vocabulary import PROSE_STARTS, VENUE_WORDS, VENUES

_WORD = re.compile(r"[^\W_]+")
_HAN = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]")
_SENTENCES = re.compile(r"[a-z]{2}[.;] +[A-Za-z]")
_LOWER = re.compile(r"[a-z]+(?![A-Z\d\w-]*[A-Z\d])")
#: a venue that the vocabulary lacks: `ICAPS 2023`
_VENUE_AND_YEAR = re.compile(
    r"[A-Z][\w&/'-]{1,20}+(?: [\w&/'-]{1,20}+){0,2},? (?:'\d\d|(?:19|20)\d\d)"
)
_YEAR = re.compile(r"(?:19|20)\d\d|'?\d\d")

#: by words; most titles of the stream of 2025 have 6 to 15, and 99 in 100 have 3 to 25
_BY_LENGTH = {0: 0.0, 1: 0.2, 2: 0.45}
_LONG, _TOO_LONG = 25, 45
#: Han, kana and Hangul signs that make a word
_PER_WORD = 2
_VENUE_LENGTH = 6


@lru_cache(maxsize=4096)
def likeness(text: str) -> float:
    """Return how much a text looks like a title, 0 to 1."""
    bare = text.strip(" .,:;()[]")
    if not bare or looks_like_date(bare) or is_venue_name(bare) or is_caption(bare):
        return 0.0
    if "://" in bare:
        return 0.0
    words = _WORD.findall(_HAN.sub(" ", bare))
    count = len(words) + -(-len(_HAN.findall(bare)) // _PER_WORD)
    if not count or (all(word.isdigit() for word in words) and not _HAN.search(bare)):
        return 0.0
    score = _BY_LENGTH.get(count, 1.0)
    if count > _TOO_LONG:
        score = 0.05
    elif count > _LONG:
        score = 0.4
    if looks_like_names(bare):
        score *= 0.1
    lower = bare.lower()
    if lower.startswith(PROSE_STARTS):
        score *= 0.3
    elif _LOWER.match(bare):
        score *= 0.4
    if _SENTENCES.search(bare):
        score *= 0.4
    return score


@lru_cache(maxsize=4096)
def is_venue_name(text: str) -> bool:
    """Recognise `ICLR 2025 Spotlight`, `arXiv` and `NeurIPS'23` by their words."""
    words = [word for word in _WORD.findall(text.lower()) if not _YEAR.fullmatch(word)]
    if not words:
        return is_venue(text)
    if len(words) > _VENUE_LENGTH:
        return False
    if words[0] in VENUES or words[-1] in VENUES:
        return all(word in VENUES or is_venue(word) or word in VENUE_WORDS for word in words)
    return _VENUE_AND_YEAR.fullmatch(text.strip()) is not None
