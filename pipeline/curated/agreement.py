"""Decide whether an entry of a list and a paper at arXiv are the same paper.

A share of common letters cannot decide it: *Counting Moths: Part I* and *Part II* share nearly all
and are two papers, *PoseTalk* and *TalkPose: Poses from Words* share few and may be one. So titles
are compared by what differs. Words that only one title has are an omission (a name, a subtitle or
an adjective left out); words that each title has in the other's place are a contradiction. Authors
decide what titles leave open. Error rates: docs/study/agreement.md.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import product

from pipeline.curated.comparison.difference import (
    GENRES,
    SUBJECTS,
    Difference,
    compare_words,
    content,
    is_decisive,
    is_number,
    is_plain,
    is_swap,
)
from pipeline.curated.comparison.names import Authors, compare_authors
from pipeline.curated.comparison.words import PART_WORDS, Title, read_title


class Kind(StrEnum):
    """How an entry and a paper relate."""

    SAME = "same"
    #: the same paper under a former or a new title
    RENAMED = "renamed"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class Known:
    """What arXiv says about a paper."""

    #: the current title first, former ones after it
    titles: tuple[str, ...]
    authors: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Agreement:
    """Whether it is the same paper, and why."""

    kind: Kind
    #: in words, for messages
    evidence: str

    @property
    def same(self) -> bool:
        """Say whether it is the same paper, under whatever title."""
        return self.kind is not Kind.OTHER


def compare(titles: Sequence[str], authors: Sequence[str], known: Known) -> Agreement:
    """Compare an entry, by its possible titles and its authors as written, with a paper.

    Authors may be missing, shortened or end in "et al.".
    """
    if titles and len(titles[0]) >= _LONG and titles[0] in known.titles[:1]:
        return Agreement(Kind.SAME, "the titles agree")  # not read, for speed
    people = compare_authors(authors, known.authors)
    listed = [title for title in map(read_title, titles) if title.words]
    at_arxiv = [title for title in map(read_title, known.titles) if title.words]
    for number, other in enumerate(at_arxiv):
        for evidence in filter(None, (_same_title(title, other, people) for title in listed)):
            if number == 0:
                return Agreement(Kind.SAME, evidence)
            return Agreement(Kind.RENAMED, f"it had another title before: {evidence}")
    for title, other in product(listed, at_arxiv):
        if evidence := _renamed(title, other, people):
            return Agreement(Kind.RENAMED, evidence)
    return Agreement(Kind.OTHER, _contrary(people))


def _contrary(people: Authors) -> str:
    if people.differ:
        return "titles and authors differ"
    if people.agree:
        return "the titles differ, but the authors agree: renamed, or another of their papers"
    return "the titles differ"


def _same_title(one: Title, other: Title, people: Authors) -> str:
    """Return the evidence that the titles are one title, else an empty text."""
    if one.letters == other.letters or content(one.words) == content(other.words):
        # Short titles such as "Technical Report" are used more than once.
        return "" if people.differ and len(content(one.words)) < _TELLING else "the titles agree"
    if is_swap(one.letters, other.letters):
        return "the titles agree but for two letters"
    if _begins(one, other) or _begins(other, one):
        return "the beginning of the title"
    difference = compare_words(one, other)
    if not (difference.left or difference.right):
        return "the titles agree but for spelling"
    if not difference.right:
        return _shortened(other, one, difference, people) or _reworded(difference)
    if not difference.left:
        return _shortened(one, other, difference, people) or _reworded(difference)
    return _reworded(difference)


def _begins(cut: Title, whole: Title) -> bool:
    """Say whether a title that ends in dots begins the other; its last word may be cut."""
    telling = len(content(cut.words)) >= _TELLING
    return cut.cut and telling and whole.letters.startswith(cut.letters)


def _shortened(shorter: Title, longer: Title, difference: Difference, people: Authors) -> str:
    """One title is a part of the other, cut at a colon, a dash or dots."""
    same = difference.same
    missing = difference.left_places or difference.right_places
    telling = len(same) >= _TELLING
    first, last = missing[0], missing[-1] + 1
    whole = set(range(first, last)) == set(missing)
    if whole and last == len(longer.words):
        words = longer.words[first:]
        if all(word in PART_WORDS or is_number(word) for word in words):
            return ""
        # Curators copy the authors of another entry, so authors count against a name alone only.
        named = shorter.named or _is_name(same)
        if first in longer.ends and (telling or (named and not people.differ)):
            return "the title without its subtitle"
    subject = [word for word in same if word not in GENRES]
    is_name = first == 0 and last in longer.ends and last <= _LONGEST_NAME
    if whole and is_name and len(subject) >= _TELLING:
        return "the title without its name"
    return ""


def _is_name(words: Sequence[str]) -> bool:
    """Tell a name (`KettleNet`) from words that many titles begin with (`Image Editing`)."""
    return any(len(word) > 2 and not is_plain(word) for word in words)


def _reworded(difference: Difference) -> str:
    """Most words agree, and what differs does not make another paper."""
    if _is_decided(difference):
        return ""
    left, right = difference.left, difference.right
    name = _same_name(difference)
    rest = len(difference.same) - len(name)
    small = not (left and right) or len(left) == 1 == len(right)
    if name and small and rest >= _MOST_WORDS * (rest + max(len(left), len(right))):
        return "the name and most words agree"
    letters, other_letters = sorted((difference.one.letters, difference.other.letters), key=len)
    if name and len(difference.same) >= _MANY and other_letters.startswith(letters):
        return "the name and the beginning agree"
    changed = (*left, *right)
    if len(changed) == 1 and is_plain(changed[0]) and len(difference.same) >= _MANY:
        return "the titles agree but for one word"
    return ""


def _is_decided(difference: Difference) -> bool:
    """Say whether a number, a kind of paper or a subject differs, which makes another paper."""
    left, right = set(difference.left), set(difference.right)
    return any(map(is_decisive, left | right)) or bool(left & SUBJECTS and right & SUBJECTS)


def _same_name(difference: Difference) -> tuple[str, ...]:
    """Return the words of the name that both titles have before a colon."""
    one, other = difference.one, difference.other
    if not (one.ends and other.ends):
        return ()
    name, other_name = one.words[: one.ends[0]], other.words[: other.ends[0]]
    return content(name) if "".join(name) == "".join(other_name) and _is_name(name) else ()


def _renamed(one: Title, other: Title, people: Authors) -> str:
    """The authors are the same, and the titles share what few papers share."""
    if not (people.complete and people.listed >= _SEVERAL):
        return ""
    difference = compare_words(one, other)
    if _is_decided(difference):
        return ""
    if _same_name(difference):
        return "authors and name agree"
    if one.ends and other.ends:
        rest = one.words[one.ends[0] :], other.words[other.ends[0] :]
        if content(rest[0]) == content(rest[1]) and len(content(rest[0])) >= _TELLING:
            return "the authors agree, and the titles but for the name"
    return ""


#: characters of a title that no two papers share by chance
_LONG = 40
#: content words that seldom agree by chance
_TELLING = 3
_MANY = 5
#: words of a name before a colon
_LONGEST_NAME = 6
#: share of the longer title's content words
_MOST_WORDS = 0.6
#: authors
_SEVERAL = 3
