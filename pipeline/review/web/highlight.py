"""Mark the terms behind a prediction in a paper's escaped text."""

import re
from collections.abc import Iterator, Sequence
from itertools import groupby, pairwise

from markupsafe import Markup, escape

from config.tex.text import plain_paragraphs
from config.visible import visible
from pipeline.learn.explain.breakdown import ScoreBreakdown
from storage.types import TermWeight

#: number of breakdowns that the style sheet has classes for
MARKED = 12
#: of the breakdown's strongest term: weaker terms are not marked
_LEAST_SHARE = 0.1

_FOR = Markup("<mark>{}</mark>")
_AGAINST = Markup('<mark class="against">{}</mark>')
_MARK = Markup('<mark class="{}">{}</mark>')
#: between the words of a term: text-to-image, "text-/image"
_GAP = r"\W{1,4}"
_WORD = re.compile(r"\w+")

#: private characters: one opens each mark, one closes them
_FIRST_MARK, _MOST_MARKS, _MARK_END = 0xF0000, 0xFFFE, "\ue000"
_PRIVATE = re.compile("[\ue000\U000f0000-\U000fffff]")
_MARKED = re.compile("([\U000f0000-\U000fffff])([^\ue000\U000f0000-\U000fffff]*)\ue000")

#: (start, end, number of the breakdown, share)
_Marked = tuple[int, int, int, float]


def highlight(text: str, terms: Sequence[TermWeight]) -> Markup:
    """Return the text with each term marked, as whole tokens ("dit" is not in "audit")."""
    weights = {words: term.weight for term in reversed(terms) if (words := term_words(term.term))}
    text = visible(text)
    if not weights:
        return escape(text)
    # longest first, so that "video diffusion" is preferred to "video"
    alternatives = "|".join(
        _GAP.join(map(re.escape, words.split(" ")))
        for words in sorted(weights, key=len, reverse=True)
    )
    pattern = re.compile(rf"(?<!\w)(?:{alternatives})(?!\w)", re.IGNORECASE)
    pieces: list[Markup] = []
    end = 0
    for match in pattern.finditer(text):
        pieces.append(escape(text[end : match.start()]))
        weight = weights.get(term_words(match[0]), 0.0)
        pieces.append((_FOR if weight >= 0 else _AGAINST).format(match[0]))
        end = match.end()
    pieces.append(escape(text[end:]))
    return Markup("").join(pieces)


def term_words(term: str) -> str:
    """Return a term in lower case with single spaces."""
    return " ".join(_WORD.findall(term.lower()))


def highlight_breakdowns(text: str, field: str, breakdowns: Sequence[ScoreBreakdown]) -> Markup:
    """Return a field with the strong terms of each breakdown marked.

    A piece has the class `for-N` or `against-N` of each breakdown N with a term there; the style
    sheet shows one at a time.
    """
    spans = [
        span
        for number, breakdown in enumerate(breakdowns[:MARKED])
        for span in _strong_spans(number, breakdown, field, len(text))
    ]
    # Marked with private characters before cleaning, because the offsets count the characters of
    # the stored text, and TeX can reach from one piece to the next.
    stored = _PRIVATE.sub(" ", text)
    marked: list[str] = []
    classes: list[str] = []
    for names, run in groupby(_pieces(spans, len(text)), key=lambda piece: piece[0]):
        pieces = list(run)
        start, end = pieces[0][1], pieces[-1][2]
        words = stored[start:end]
        if names and len(classes) < _MOST_MARKS and stored[start - 1 : start] != "\\":
            words = f"{chr(_FIRST_MARK + len(classes))}{words}{_MARK_END}"
            classes.append(names)
        marked.append(words)
    cleaned = plain_paragraphs("".join(marked))
    shown: list[Markup] = []
    done = 0
    for found in _MARKED.finditer(cleaned):
        shown.append(escape(cleaned[done : found.start()]))
        shown.append(_MARK.format(classes[ord(found[1]) - _FIRST_MARK], found[2]))
        done = found.end()
    return Markup("").join([*shown, escape(_PRIVATE.sub("", cleaned[done:]))])


def _strong_spans(
    number: int, breakdown: ScoreBreakdown, field: str, length: int
) -> Iterator[_Marked]:
    shown = breakdown.rounded.shown
    least = _LEAST_SHARE * max((abs(share.value) for share in shown), default=0.0)
    for share in shown:
        for span in share.places:
            inside = span.field == field and 0 <= span.start < span.end <= length
            if inside and abs(share.value) >= least:
                yield span.start, span.end, number, share.value


def _pieces(spans: list[_Marked], length: int) -> Iterator[tuple[str, int, int]]:
    waiting = sorted(spans, reverse=True)
    cuts = sorted({0, length, *(s for s, *_ in spans), *(e for _, e, *_ in spans)})
    active: list[_Marked] = []
    for start, end in pairwise(cuts):
        active = [span for span in active if span[1] > start]
        while waiting and waiting[-1][0] <= start:
            active.append(waiting.pop())
        yield _classes(active), start, end


def _classes(spans: Sequence[_Marked]) -> str:
    sums: dict[int, float] = {}
    for _, _, number, value in spans:
        sums[number] = sums.get(number, 0.0) + value
    return " ".join(f"{'for' if v >= 0 else 'against'}-{n}" for n, v in sorted(sums.items()))
