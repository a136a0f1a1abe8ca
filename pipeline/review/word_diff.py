"""Compare two texts word by word, in time linear in their length."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from itertools import groupby
from typing import Literal

from config.tex.text import plain_paragraphs

Kind = Literal["same", "old", "new"]

#: words on either side that are compared with each other; longer texts are compared by sentences
_MOST = 400
#: characters that are compared; arXiv's longest abstracts have 2,000
SHOWN = 20_000
_SENTENCE = re.compile(r"(?<=[.!?])\s+")


@dataclass(frozen=True, slots=True)
class Piece:
    """Words that both texts have, or only the old or the new one."""

    kind: Kind
    text: str


def word_diff(old: str, new: str) -> tuple[Piece, ...]:
    """Return the pieces of both texts in reading order, an old piece before the new one.

    TeX is shown as text. The pieces are not escaped.
    """
    sides = [plain_paragraphs(text[:SHOWN]) for text in (old, new)]
    first, second = ([word for word in side.split() if word] for side in sides)
    pieces = _joined(_compared(first, second))
    if len(old) > SHOWN or len(new) > SHOWN:
        pieces = (*pieces, Piece("same", "[...]"))
    return pieces


def side(pieces: Sequence[Piece], kind: Kind) -> tuple[Piece, ...]:
    """Return the pieces of one text, `old` or `new`."""
    return tuple(piece for piece in pieces if piece.kind in ("same", kind))


def _compared(old: Sequence[str], new: Sequence[str]) -> Iterator[Piece]:
    """Yield pieces: equal ends first, because most corrections change a few words."""
    start = _equal_until(old, new)
    yield from _words("same", old[:start])
    old, new = old[start:], new[start:]
    stop = _equal_until(old[::-1], new[::-1])
    tail = old[len(old) - stop :]
    yield from _middle(old[: len(old) - stop], new[: len(new) - stop])
    yield from _words("same", tail)


def _middle(old: Sequence[str], new: Sequence[str]) -> Iterator[Piece]:
    if max(len(old), len(new)) <= _MOST:
        yield from _matched(old, new, by_words=True)
        return
    sentences = [_SENTENCE.split(" ".join(words)) for words in (old, new)]
    if max(map(len, sentences)) <= _MOST:
        yield from _matched(*sentences, by_words=False)
        return
    yield from _words("old", old)
    yield from _words("new", new)


def _matched(old: Sequence[str], new: Sequence[str], *, by_words: bool) -> Iterator[Piece]:
    for _, a, b, c, d in SequenceMatcher(None, old, new).get_opcodes():
        same = old[a:b] == new[c:d]
        if same:
            yield from _words("same", old[a:b])
            continue
        left, right = ([w for s in part for w in s.split()] for part in (old[a:b], new[c:d]))
        if not by_words and max(len(left), len(right)) <= _MOST:
            yield from _matched(left, right, by_words=True)
        else:
            yield from _words("old", left)
            yield from _words("new", right)


def _equal_until(one: Sequence[str], other: Sequence[str]) -> int:
    pairs = zip(one, other, strict=False)
    return next((n for n, (a, b) in enumerate(pairs) if a != b), min(len(one), len(other)))


def _words(kind: Kind, words: Sequence[str]) -> Iterator[Piece]:
    if words:
        yield Piece(kind, " ".join(words))


def _joined(pieces: Iterator[Piece]) -> tuple[Piece, ...]:
    return tuple(
        Piece(kind, " ".join(piece.text for piece in group))
        for kind, group in groupby(pieces, key=lambda piece: piece.kind)
    )
