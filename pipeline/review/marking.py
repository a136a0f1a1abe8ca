"""Marks the terms of several accounts in one text; the style sheet shows one account at a time.

Escapes first. A piece of text that terms of an account stand on carries the class `for-N` or
`against-N`, after the sign of their sum, N being the account's place.
"""

from collections.abc import Sequence
from itertools import pairwise

from markupsafe import Markup, escape

from pipeline.reasons.account import Account

#: accounts that the style sheet knows a class for
MARKED = 12
_MARK = Markup('<mark class="{}">{}</mark>')


def marked(text: str, field: str, accounts: Sequence[Account]) -> Markup:
    """Return one field of a paper, escaped, with the shown terms of each account marked."""
    spans = [
        (place.start, place.end, number, share.value)
        for number, account in enumerate(accounts[:MARKED])
        for share in account.balance.shown
        for place in share.places
        if place.field == field and 0 <= place.start < place.end <= len(text)
    ]
    cuts = sorted({0, len(text), *(s for s, *_ in spans), *(e for _, e, *_ in spans)})
    pieces: list[Markup] = []
    for start, end in pairwise(cuts):
        sums: dict[int, float] = {}
        for left, right, number, value in spans:
            if left <= start and end <= right:
                sums[number] = sums.get(number, 0.0) + value
        piece = escape(text[start:end])
        if sums:
            classes = (f"{'for' if v >= 0 else 'against'}-{n}" for n, v in sorted(sums.items()))
            piece = _MARK.format(" ".join(classes), piece)
        pieces.append(piece)
    return Markup("").join(pieces)
