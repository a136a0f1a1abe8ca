"""Tokenise many texts into integers, like `classifiers.text.tokens` but faster."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from classifiers.text import tokens

Keys = npt.NDArray[np.uint64]
Places = npt.NDArray[np.intp]

#: bytes that fit two integers; longer words are compared as bytes
PACKED = 16
_PIECE = 8
#: Whether a byte belongs to a word; non-ASCII text arrives as whole tokens.
_INSIDE = np.asarray([n > 127 or re.match(r"\w", chr(n)) is not None for n in range(256)])
#: by length, the bits of a piece that belong to the word
_BITS = np.asarray([(1 << (8 * length)) - 1 for length in range(_PIECE + 1)], dtype=np.uint64)
#: so that the last word can be read in whole pieces
_TAIL = b" " * (PACKED + _PIECE + 1)


@dataclass(frozen=True, slots=True)
class Words:
    """The tokens of several texts, concatenated."""

    #: index of each token's text
    rows: Places
    #: first `PACKED` bytes in UTF-8, 8 per integer, zero-padded
    packed: tuple[Keys, Keys]
    #: longer tokens by index
    long: dict[int, bytes]


def scan(texts: Sequence[str]) -> Words:
    """Return the lower-case tokens of the texts."""
    lowered = [text.lower() for text in texts]
    sizes = [len(text) for text in lowered]
    for place, text in enumerate(lowered):
        if not text.isascii():
            # The tokens, separated by spaces, are runs of word bytes.
            lowered[place] = " ".join(tokens(texts[place]))
            sizes[place] = len(lowered[place].encode())
    raw = " ".join(lowered).encode() + _TAIL
    letters = np.frombuffer(raw, dtype=np.uint8)
    inside = _INSIDE.take(letters)
    # The padding ends the last word; `prepend` starts the first.
    edges = np.flatnonzero(np.diff(inside, prepend=False))
    starts, lengths = edges[::2], edges[1::2] - edges[::2]
    whole = lengths > 1
    starts, lengths = starts[whole], lengths[whole]
    ends = np.cumsum(np.asarray(sizes, dtype=np.intp) + 1)
    counts = np.diff(np.searchsorted(starts, ends), prepend=0)
    return Words(
        rows=np.repeat(np.arange(len(texts)), counts),
        packed=_packed(letters, starts, lengths),
        long={
            place: raw[starts[place] : starts[place] + lengths[place]]
            for place in np.flatnonzero(lengths > PACKED).tolist()
        },
    )


def packed(words: Sequence[bytes]) -> tuple[Keys, Keys]:
    """Return the integers of words of at most `PACKED` bytes."""
    lengths = np.asarray([len(word) for word in words], dtype=np.intp)
    starts = np.cumsum(lengths) - lengths
    return _packed(np.frombuffer(b"".join(words) + _TAIL, dtype=np.uint8), starts, lengths)


def _packed(letters: npt.NDArray[np.uint8], starts: Places, lengths: Places) -> tuple[Keys, Keys]:
    pieces = np.ndarray(
        shape=(len(letters) - _PIECE + 1,), dtype="<u8", buffer=letters, strides=(1,)
    )
    first = pieces.take(starts) & _BITS.take(np.minimum(lengths, _PIECE))
    second = np.zeros(len(starts), dtype=np.uint64)
    longer = np.flatnonzero(lengths > _PIECE)
    rest = np.minimum(lengths[longer], PACKED) - _PIECE
    second[longer] = pieces.take(starts[longer] + _PIECE) & _BITS.take(rest)
    return first, second
