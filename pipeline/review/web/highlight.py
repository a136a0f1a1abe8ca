"""Mark the phrases behind a prediction in a paper's text.

The text is what the page shows: TeX was read and invisible characters were removed before, so that
a mark neither takes a brace nor begins inside a command.
"""

import re
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain, groupby, pairwise

from markupsafe import Markup, escape

from classifiers.text import places
from pipeline.learn.explain.breakdown import ScoreBreakdown
from pipeline.learn.explain.phrases import Key, Phrase

#: number of breakdowns that the style sheet has classes for
MARKED = 12
#: most characters between the words of a phrase: text-to-image, "text-/image"
_GAP = 4
#: A whole compound is marked, not a part of it: MLLM-Diffusion, text/image. Private characters
#: replace formulas.
_COMPOUND = re.compile(
    "[\\w\U00100000-\U0010fffd]+(?:[-\u2010-\u2013/'\u2019][\\w\U00100000-\U0010fffd]+)*"
)
_MARK = Markup('<mark class="{}">{}</mark>')
_PLAIN_MARK = Markup("<mark>{}</mark>")


@dataclass(frozen=True, slots=True)
class _Marked:
    start: int
    end: int
    breakdown: int
    value: float


def mark_phrases(text: str, found: Sequence[Phrase]) -> Markup:
    """Return a shown text, escaped, with phrases marked; those against have the class `against`."""
    return _written(text, _Text(text).spans(0, found), _plain_class)


def mark_breakdowns(text: str, breakdowns: Sequence[ScoreBreakdown]) -> Markup:
    """Return a shown text, escaped, with the strongest phrases of each breakdown marked.

    A piece has the class `for-N` or `against-N` of each breakdown N with a phrase there; the style
    sheet shows one at a time.
    """
    read = _Text(text)
    spans = chain.from_iterable(
        read.spans(number, breakdown.rounded.marked)
        for number, breakdown in enumerate(breakdowns[:MARKED])
    )
    return _written(text, spans, _numbered_class)


class _Text:
    """A text in which phrases are found."""

    def __init__(self, text: str) -> None:
        self._tokens = list(places(text))
        self._by_word: dict[str, list[int]] = {}
        for place, (word, _, _) in enumerate(self._tokens):
            self._by_word.setdefault(word, []).append(place)
        found = [compound.span() for compound in _COMPOUND.finditer(text)]
        self._starts, self._ends = [start for start, _ in found], [end for _, end in found]

    def spans(self, number: int, found: Iterable[Phrase]) -> Iterator[_Marked]:
        """Yield the places of each phrase; those of its parts if it is nowhere whole."""
        for phrase in found:
            whole = list(self._places(phrase.tokens))
            parts = () if whole else phrase.members
            for start, end in chain(whole, *map(self._places, parts)):
                # whole compounds
                first = bisect_right(self._starts, start) - 1
                last = bisect_left(self._ends, end)
                yield _Marked(self._starts[first], self._ends[last], number, phrase.value)

    def _places(self, key: Key) -> Iterator[tuple[int, int]]:
        """Yield (start, end) of each place where the words of a phrase follow one another."""
        for place in self._by_word.get(key[0], ()) if key else ():
            run = self._tokens[place : place + len(key)]
            if tuple(word for word, _, _ in run) == key and all(
                before[2] <= after[1] <= before[2] + _GAP for before, after in pairwise(run)
            ):
                yield run[0][1], run[-1][2]


def _written(
    text: str, found: Iterable[_Marked], class_of: Callable[[Sequence[_Marked]], str | None]
) -> Markup:
    """Return the escaped text with a mark around each run of pieces that have one class."""
    written: list[Markup] = []
    for name, run in groupby(_pieces(found, len(text)), lambda piece: class_of(piece[0])):
        pieces = list(run)
        words = text[pieces[0][1] : pieces[-1][2]]
        if name is None:
            written.append(escape(words))
        else:
            written.append(_MARK.format(name, words) if name else _PLAIN_MARK.format(words))
    return Markup("").join(written)


def _pieces(found: Iterable[_Marked], length: int) -> Iterator[tuple[Sequence[_Marked], int, int]]:
    """Yield the text in pieces, each with the marks over it."""
    waiting = sorted(found, key=lambda span: -span.start)
    cuts = sorted({0, length, *(s.start for s in waiting), *(s.end for s in waiting)})
    active: list[_Marked] = []
    for start, end in pairwise(cuts):
        active = [span for span in active if span.end > start]
        while waiting and waiting[-1].start <= start:
            active.append(waiting.pop())
        yield tuple(active), start, end


def _plain_class(spans: Sequence[_Marked]) -> str | None:
    if not spans:
        return None
    return "against" if sum(span.value for span in spans) < 0 else ""


def _numbered_class(spans: Sequence[_Marked]) -> str | None:
    sums: dict[int, float] = {}
    for span in spans:
        sums[span.breakdown] = sums.get(span.breakdown, 0.0) + span.value
    names = (f"{'for' if v >= 0 else 'against'}-{n}" for n, v in sorted(sums.items()))
    return " ".join(names) or None
