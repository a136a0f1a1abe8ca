"""Marks the terms of several accounts in one text; the style sheet shows one account at a time.

Escapes first. A piece of text that terms of an account stand on carries the class `for-N` or
`against-N`, after the sign of their sum, N being the account's place.
"""

from collections.abc import Iterator, Sequence
from itertools import groupby, pairwise

from markupsafe import Markup, escape

from pipeline.learn.explain.breakdown import ScoreBreakdown

#: accounts that the style sheet knows a class for
MARKED = 12
#: of its account's strongest term; the share of "the" is not worth a reader's eye
_WORTH = 0.1
_MARK = Markup('<mark class="{}">{}</mark>')

#: (start, end, account, share)
_Span = tuple[int, int, int, float]


def marked(text: str, field: str, accounts: Sequence[ScoreBreakdown]) -> Markup:
    """Return one field of a paper, escaped, with the strong terms of each account marked."""
    spans = [
        span
        for number, account in enumerate(accounts[:MARKED])
        for span in _spans(number, account, field, len(text))
    ]
    lines: list[Markup] = []
    pieces = _pieces(spans, len(text))
    for classes, run in groupby(pieces, key=lambda piece: piece[0]):
        inside = list(run)
        words = escape(text[inside[0][1] : inside[-1][2]])
        lines.append(_MARK.format(classes, words) if classes else words)
    return Markup("").join(lines)


def _spans(number: int, account: ScoreBreakdown, field: str, length: int) -> Iterator[_Span]:
    shown = account.balance.shown
    least = _WORTH * max((abs(share.value) for share in shown), default=0.0)
    for share in shown:
        for place in share.places:
            inside = place.field == field and 0 <= place.start < place.end <= length
            if inside and abs(share.value) >= least:
                yield place.start, place.end, number, share.value


def _pieces(spans: list[_Span], length: int) -> Iterator[tuple[str, int, int]]:
    """Yield (classes, start, end) from the text's beginning to its end, in one pass over both."""
    waiting = sorted(spans, reverse=True)
    cuts = sorted({0, length, *(s for s, *_ in spans), *(e for _, e, *_ in spans)})
    here: list[_Span] = []
    for start, end in pairwise(cuts):
        here = [span for span in here if span[1] > start]
        while waiting and waiting[-1][0] <= start:
            here.append(waiting.pop())
        yield _classes(here), start, end


def _classes(here: Sequence[_Span]) -> str:
    sums: dict[int, float] = {}
    for _, _, number, value in here:
        sums[number] = sums.get(number, 0.0) + value
    return " ".join(f"{'for' if v >= 0 else 'against'}-{n}" for n, v in sorted(sums.items()))
