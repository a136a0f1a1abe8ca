"""Compare papers for being the same work: keys that such papers share, and how alike two are."""

import re
import unicodedata
from collections.abc import Iterator, Sequence
from hashlib import blake2b

from config.tex.text import plain_text
from storage.arxiv_id import find_arxiv_ids
from storage.types import Paper

#: characters read of a comment, and of an abstract
_COMMENT, _ABSTRACT = 1_000, 4_000
#: characters between "duplicate of" and the ID
_NEAR = 60
_SAYS = re.compile(
    r"\b(?:duplicates?|replace[sd]?|supersede[sd]?|subsume[sd]?|merged (?:with|into)|same as"
    r"|also (?:submitted|available|posted|appeared) as|identical (?:to|with)|in favou?r of"
    r"|(?:new|old|long|short|full)(?:er)? version of"
    r"|(?:extended|expanded|enhanced|revised|updated|improved|journal|conference|workshop"
    r"|preliminary|previous|prior|earlier) (?:version|edition)"
    r"|(?:version|extension|expansion|revision|resubmission|continuation) of|extends|resubmi\w+)\b",
    re.IGNORECASE,
)
_WORD = re.compile(r"[^\W_]+")
#: words of one phrase of an abstract, and phrases kept of it
_PHRASE, _KEPT = 5, 4
#: shares of common words or phrases
_LIKE_TITLES, _LIKE_ABSTRACTS = 0.6, 0.5
_COMMON = frozenset(
    ("a", "an", "and", "as", "at", "by", "for", "from", "in", "into", "is", "of", "on", "or")
) | {"the", "to", "towards", "via", "with"}
#: characters read of a title, and DOIs of a paper
_TITLE, _DOIS = 500, 4


def words_in(text: str) -> tuple[str, ...]:
    """Return the words of a text without case, accents and TeX."""
    plain = unicodedata.normalize("NFKD", plain_text(text)).lower()
    return tuple(_WORD.findall("".join(c for c in plain if not unicodedata.combining(c))))


def families(authors: Sequence[str]) -> frozenset[str]:
    """Return the last words of the authors' names."""
    return frozenset(words[-1] for author in authors if (words := words_in(author)))


def work_keys(paper: Paper) -> frozenset[int]:
    """Return numbers of which papers on the same work share one; at most about 20."""
    return frozenset(
        int.from_bytes(blake2b(text.encode(), digest_size=8).digest()) for text in _texts(paper)
    )


def said_of_others(paper: Paper) -> Iterator[tuple[str, str]]:
    """Yield what the comment says of another ID, and the ID, without version."""
    comment = (paper.comment or "")[:_COMMENT]
    for found in find_arxiv_ids(comment, bare=True):
        start = max(found.start - _NEAR, 0)
        phrases = list(_SAYS.finditer(comment, start, found.start))
        if phrases and found.id.base != paper.arxiv_id:
            yield comment[phrases[-1].start() : found.end], found.id.base


def why_alike(one: Paper, other: Paper) -> tuple[str, str | None] | None:
    """Return why two papers are perhaps the same work, and what a comment says, or None.

    Papers without a common author are alike only if they name each other or have the same abstract.
    """
    if one.arxiv_id == other.arxiv_id:
        return None
    for paper, named in ((one, other), (other, one)):
        for words, arxiv_id in said_of_others(paper):
            if arxiv_id == named.arxiv_id:
                return "comment", words
    if _dois(one) & _dois(other):
        return "same doi", None
    return _alike_texts(one, other)


def _alike_texts(one: Paper, other: Paper) -> tuple[str, str | None] | None:
    titles = words_in(one.title[:_TITLE]), words_in(other.title[:_TITLE])
    phrases = _phrases(one.abstract), _phrases(other.abstract)
    shared = families(one.authors) & families(other.authors)
    unsigned = not (one.authors or other.authors)
    if titles[0] and titles[0] == titles[1] and (shared or unsigned):
        return "same title", None
    if phrases[0] and phrases[0] == phrases[1]:
        return "same abstract", None
    if not shared:
        return None
    if _share(frozenset(titles[0]) - _COMMON, frozenset(titles[1]) - _COMMON) >= _LIKE_TITLES:
        return "near title", None
    if _share(*phrases) >= _LIKE_ABSTRACTS:
        return "same abstract", None
    return None


def _texts(paper: Paper) -> Iterator[str]:
    title = words_in(paper.title[:_TITLE])
    yield "title " + " ".join(title)
    named = sorted({paper.arxiv_id, *(key for _, key in said_of_others(paper))})
    yield from (f"id {arxiv_id}" for arxiv_id in named)
    yield from (f"doi {doi}" for doi in sorted(_dois(paper)))
    long = sorted({*title} - _COMMON, key=lambda word: (-len(word), word))[:3]
    people = [*paper.authors[:2], *paper.authors[-1:]]
    for family in sorted(families(people)):
        yield from (f"author {family} {word}" for word in long)
    yield from (f"phrase {phrase}" for phrase in sorted(_hashed(paper.abstract))[:_KEPT])


def _dois(paper: Paper) -> frozenset[str]:
    """Return the DOIs of a paper; arXiv separates several by blanks."""
    return frozenset((paper.doi or "").lower().split()[:_DOIS])


def _phrases(abstract: str) -> frozenset[str]:
    words = words_in(abstract[:_ABSTRACT])
    return frozenset(
        " ".join(words[n : n + _PHRASE]) for n in range(max(len(words) - _PHRASE + 1, 0))
    )


def _hashed(abstract: str) -> list[str]:
    """Return phrases under hashes, so that the least ones are a sample both papers would draw."""
    return [blake2b(phrase.encode(), digest_size=8).hexdigest() for phrase in _phrases(abstract)]


def _share(one: frozenset[str], other: frozenset[str]) -> float:
    return len(one & other) / len(one | other) if one and other else 0.0
