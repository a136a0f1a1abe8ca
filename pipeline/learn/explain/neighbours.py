"""Find the decided papers most similar to a paper, by the cosine of their term values."""

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain

import numpy as np
import numpy.typing as npt
from scipy import sparse

from classifiers.function_words import FUNCTION_WORDS, STOCK_WORDS
from pipeline.learn.explain.breakdown import Neighbour, OwnDecisions
from pipeline.learn.explain.decided import DecidedPaper

#: neighbours shown per verdict
_SHOWN = 3
#: least similarity, because papers below it share only stop words
_ALIKE = 0.05
#: a reviewer's own decisions that are counted: the most similar ones, from a similarity on
_OWN, _OWN_ALIKE = 10, 0.1
#: words that say nothing of a topic
_UNTELLING = FUNCTION_WORDS | STOCK_WORDS
#: terms shown per neighbour
_SHARED = 5


@dataclass(frozen=True, slots=True)
class Nearest:
    """The decided papers near a paper, nearest first."""

    approved: tuple[Neighbour, ...]
    rejected: tuple[Neighbour, ...]
    own: OwnDecisions


@dataclass(frozen=True, slots=True)
class _Found:
    similarity: float
    place: int
    index: "NeighbourIndex"

    @property
    def paper(self) -> DecidedPaper:
        return self.index.papers[self.place]


class NeighbourIndex:
    """Decided papers, indexed by term."""

    def __init__(
        self, terms: Sequence[str], rows: sparse.csr_matrix, papers: Sequence[DecidedPaper]
    ) -> None:
        """Index papers; `rows` are their term values, `terms` the names of the columns."""
        self.papers = papers
        self.terms = terms
        #: (papers, terms)
        self.rows = rows
        self._place = {paper.document.key: place for place, paper in enumerate(papers)}
        approved = np.asarray([paper.approved for paper in papers], dtype=bool)
        self._of = {True: np.flatnonzero(approved), False: np.flatnonzero(~approved)}
        self._reviewers = np.asarray([paper.reviewer for paper in papers], dtype=object)

    def alike(self, row: sparse.csr_matrix, without: Collection[str]) -> npt.NDArray[np.float32]:
        """Return the similarity of each paper; 0 of those to leave out."""
        # The product with a dense vector reads every value, and is still faster than collecting
        # the papers of each term.
        dense = np.zeros(len(self.terms), dtype=np.float32)
        dense[row.indices] = row.data
        similar = np.asarray(self.rows @ dense)
        for key in without:
            if (place := self._place.get(key)) is not None:
                similar[place] = 0.0
        return similar

    def shared(self, row: sparse.csr_matrix, place: int) -> list[tuple[str, float]]:
        """Return the terms that a paper shares with the row, and their parts of the similarity."""
        other = self.rows[place]
        columns, here, there = np.intersect1d(
            row.indices, other.indices, assume_unique=True, return_indices=True
        )
        parts = (row.data[here] * other.data[there]).tolist()
        return list(zip((self.terms[column] for column in columns), parts, strict=True))

    def best(self, similar: npt.NDArray[np.float32], *, approved: bool) -> Iterator[_Found]:
        """Yield the most similar papers of a verdict."""
        return self._best(similar, self._of[approved], _SHOWN, _ALIKE)

    def own(self, similar: npt.NDArray[np.float32], reviewer: str) -> Iterator[_Found]:
        """Yield the most similar papers that a reviewer decided."""
        near = np.flatnonzero(similar >= _OWN_ALIKE)
        return self._best(similar, near[self._reviewers[near] == reviewer], _OWN, _OWN_ALIKE)

    def _best(
        self,
        similar: npt.NDArray[np.float32],
        among: npt.NDArray[np.intp],
        count: int,
        least: float,
    ) -> Iterator[_Found]:
        near = among[similar[among] >= least]
        if len(near) > count:  # sorting all of them takes a millisecond
            near = near[np.argpartition(-similar[near], count - 1)[:count]]
        order = near[np.argsort(-similar[near], kind="stable")[:count]].tolist()
        return (_Found(float(similar[place]), place, self) for place in order)


def nearest(
    row: sparse.csr_matrix,
    sources: Iterable[tuple[NeighbourIndex, Collection[str]]],
    reviewer: str,
) -> Nearest:
    """Return the nearest papers of several indices.

    Args:
        row: the term values of the paper that is compared.
        sources: each index with the IDs to leave out of it.
        reviewer: whose own decisions are counted.
    """
    found = [(index, index.alike(row, without)) for index, without in sources]

    def best(*, approved: bool) -> tuple[Neighbour, ...]:
        every = chain.from_iterable(index.best(s, approved=approved) for index, s in found)
        return tuple(_neighbour(row, each) for each in _sorted(every)[:_SHOWN])

    own = _sorted(chain.from_iterable(index.own(s, reviewer) for index, s in found))[:_OWN]
    return Nearest(best(approved=True), best(approved=False), _counted([e.paper for e in own]))


def _sorted(found: Iterable[_Found]) -> list[_Found]:
    return sorted(found, key=lambda each: -each.similarity)


def _counted(papers: Sequence[DecidedPaper]) -> OwnDecisions:
    rejected = [paper for paper in papers if not paper.approved]
    reasons: dict[str, int] = {}
    for paper in rejected:
        if paper.reason:
            reasons[paper.reason] = reasons.get(paper.reason, 0) + 1
    ranked = sorted(reasons.items(), key=lambda each: (-each[1], each[0]))
    return OwnDecisions(len(papers) - len(rejected), len(rejected), tuple(ranked))


def _neighbour(row: sparse.csr_matrix, found: _Found) -> Neighbour:
    paper = found.paper
    return Neighbour(
        arxiv_id=paper.document.key,
        title=paper.document.title,
        sections=paper.sections,
        similarity=found.similarity,
        shared=_shared(row, found),
        reason=paper.reason,
    )


def _shared(row: sparse.csr_matrix, found: _Found) -> tuple[tuple[str, float], ...]:
    """Return the shared terms that contribute most to the similarity with one paper.

    Left out are numbers, terms that begin or end with a function word or with a stock word of
    abstracts, and words of a named pair.
    """
    named: list[tuple[str, float]] = []
    every = sorted(found.index.shared(row, found.place), key=lambda each: -each[1])
    for term, share in every:
        words = term.split()
        if {words[0], words[-1]} & _UNTELLING or term.isdigit():
            continue
        if any(set(words) & set(known.split()) for known, _ in named):
            continue
        named.append((term, share))
        if len(named) == _SHARED:
            break
    return tuple(named)
