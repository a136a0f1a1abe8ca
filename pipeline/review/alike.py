"""Find waiting papers about the same subject by the terms that their predictions store."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from classifiers.text import tokens
from storage.types import TermWeight

#: subjects of one paper that are compared
MOST_SUBJECTS = 5
#: a paper with fewer subjects is compared with none
LEAST_SHARED = 2
_FUNCTION_WORDS = """
a an and are as at be been between both but by can do each for from has have how if in into is it
its more most no not of on one only or other our over such than that the their them then there these
they this those through to two under up use used using via was we were what when where which while
who will with within without also you
"""
_IGNORED = frozenset(_FUNCTION_WORDS.split())


@dataclass(frozen=True, slots=True)
class Subject:
    """Terms that say the same, such as "gaussian" and "gaussian splatting"."""

    #: the longest of them
    name: str
    terms: frozenset[str]


@dataclass(frozen=True, slots=True)
class AlikePaper:
    """A paper and the subjects that it shares."""

    arxiv_id: str
    shared: tuple[str, ...]


def subjects(terms: Sequence[TermWeight]) -> tuple[Subject, ...]:
    """Return what a paper is about, strongest first: overlapping terms merged, no function words.

    `terms` are strongest first, as predictions store them.
    """
    groups: list[list[str]] = []
    for term in (one.term for one in terms):
        words = _words(term)
        if not words:
            continue
        group = next((each for each in groups if _overlap(words, _words(max(each, key=len)))), None)
        if group is not None:
            group.append(term)
        elif len(groups) < MOST_SUBJECTS:
            groups.append([term])
    return tuple(Subject(max(group, key=len), frozenset(group)) for group in groups)


def least_shared(wanted: Sequence[Subject]) -> int:
    """Return how many of the subjects an alike paper has: more than half, at least two."""
    return max(LEAST_SHARED, len(wanted) // 2 + 1)


def alike(
    wanted: Sequence[Subject], candidates: Mapping[str, Sequence[str]]
) -> tuple[AlikePaper, ...]:
    """Return the candidates (terms by paper) that share enough, most shared first, then by ID."""
    least = least_shared(wanted)
    found = [
        AlikePaper(arxiv_id, tuple(one.name for one in wanted if not one.terms.isdisjoint(terms)))
        for arxiv_id, terms in candidates.items()
    ]
    enough = [paper for paper in found if len(paper.shared) >= least]
    return tuple(sorted(enough, key=lambda paper: (-len(paper.shared), paper.arxiv_id)))


def _words(term: str) -> frozenset[str]:
    return frozenset(
        word
        for word in (each.lower() for each in tokens(term))
        if word not in _IGNORED and len(word) > 1
    )


def _overlap(words: frozenset[str], others: frozenset[str]) -> bool:
    return words <= others or others <= words
