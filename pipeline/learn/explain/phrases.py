"""Merge the terms of a score into phrases that a person reads, without changing their sum.

A model counts words and pairs of words, so one thing said is several terms: "3d", "3d scene",
"scene". Function words are left out at the ends, what overlaps is one phrase with the summed share.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from classifiers.function_words import FUNCTION_WORDS
from classifiers.terms import Span, TermShare
from classifiers.text import TOKEN, tokens

#: of a word's own share: a longer term that is weaker is named by the word alone
_LEAST_OF_WORD = 0.1
#: of the stronger pair: a weaker pair is not joined with it into three words
_LEAST_OF_PAIR = 0.25
#: words of a pair that is joined with the next one
_PAIR = 2
#: characters before the end of a pair in which its last word is looked for
_LONGEST_WORD = 40
#: words of a part that is looked for in a longer term
_LONGEST_PART = 4
#: what may stand between the words of a phrase as written
_INSIDE = re.compile(r"[\w \u2010-\u2015/'\u2019+-]*")

Key = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Phrase:
    """Terms that say one thing, and the sum of their shares."""

    #: as first written
    words: str
    value: float
    #: the words in lower case, without function words at the ends; empty: only function words
    tokens: Key
    #: the words and pairs that were merged, the phrase itself first
    members: tuple[Key, ...] = ()
    #: the number of merged terms
    terms: int = 1


def phrases(shares: Iterable[TermShare]) -> tuple[tuple[Phrase, ...], tuple[Phrase, ...]]:
    """Return the phrases, strongest first, and the terms that are only function words.

    The shares of both sum to those of the terms. Terms are merged only if both speak for the score
    or both against it, except that the same words are always one phrase.
    """
    found: dict[Key, Phrase] = {}
    hidden = []
    for phrase in _joined([share for share in shares if share.value]):
        trimmed = _trimmed(phrase)
        if not trimmed.tokens:
            hidden.append(trimmed)
        elif (known := found.get(trimmed.tokens)) is not None:
            found[trimmed.tokens] = _sum(known, trimmed)
        else:
            found[trimmed.tokens] = trimmed
    merged = _absorbed(found)
    return tuple(sorted(merged, key=lambda each: -abs(each.value))), tuple(hidden)


def trimmed(words: str) -> str:
    """Return the words of a term without function words at its ends; perhaps none."""
    return _trimmed(Phrase(words, 0.0, tuple(tokens(words)))).words


def _joined(shares: Sequence[TermShare]) -> Iterator[Phrase]:
    """Yield the terms; two pairs that share a word in the text are one term of three words."""
    pairs = {key: share for share in shares if len(key := tuple(tokens(share.term))) == _PAIR}
    by_first: dict[str, list[Key]] = {}
    for key in pairs:
        by_first.setdefault(key[0], []).append(key)
    used: dict[Key, Key] = {}
    for key in sorted(pairs, key=lambda each: -abs(pairs[each].value)):
        following = [
            after
            for after in by_first.get(key[1], ())
            if after != key and after not in used and _fit(pairs[key], pairs[after])
        ]
        if key not in used and following:
            after = max(following, key=lambda each: abs(pairs[each].value))
            used[key], used[after] = after, ()
    for share in shares:
        key = tuple(tokens(share.term))
        next_pair = used.get(key)
        if next_pair is None:
            yield Phrase(_plain(share.words), share.value, key, (key,))
        elif next_pair:
            other = pairs[next_pair]
            yield Phrase(
                _chained(share.words, other.words),
                share.value + other.value,
                (*key, next_pair[1]),
                ((*key, next_pair[1]), key, next_pair),
                2,
            )


def _fit(first: TermShare, second: TermShare) -> bool:
    """Return whether two pairs of one sign overlap in the text and may be named together."""
    weak, strong = sorted((abs(first.value), abs(second.value)))
    middle = tokens(second.term)[0]
    hyphenated = "-" in first.words and "-" in second.words
    return (
        first.value * second.value > 0
        and weak >= _LEAST_OF_PAIR * strong
        and (middle not in FUNCTION_WORDS or hyphenated)
        and tokens(first.term)[0] not in FUNCTION_WORDS
        and tokens(second.term)[1] not in FUNCTION_WORDS
        and _overlap(first.places, second.places)
    )


def _overlap(first: Sequence[Span], second: Sequence[Span]) -> bool:
    """Return whether the last word of a place of the first begins a place of the second."""
    starts = {(place.field, place.start) for place in second}
    return any(
        (place.field, start) in starts
        for place in first
        for start in range(max(place.start + 1, place.end - _LONGEST_WORD), place.end)
    )


def _chained(first: str, second: str) -> str:
    """Join "Text-to" and "to-Image"."""
    first, second = _plain(first), _plain(second)
    middle = TOKEN.search(second)
    return first + second[middle.end() :] if middle else first


def _plain(words: str) -> str:
    """Return words as written, or in single spaces if other signs stand between them."""
    if _INSIDE.fullmatch(words):
        return words
    return " ".join(found.group() for found in TOKEN.finditer(words)) or words


def _trimmed(phrase: Phrase) -> Phrase:
    """Return a phrase without function words at its ends."""
    content = [n for n, token in enumerate(phrase.tokens) if token not in FUNCTION_WORDS]
    if not content:
        return replace(phrase, tokens=(), members=())
    start, end = content[0], content[-1] + 1
    if (start, end) == (0, len(phrase.tokens)):
        return phrase
    kept = phrase.tokens[start:end]
    places = [found.span() for found in TOKEN.finditer(phrase.words)]
    words = (
        phrase.words[places[start][0] : places[end - 1][1]]
        if len(places) == len(phrase.tokens)
        else " ".join(kept)
    )
    return Phrase(words, phrase.value, kept, (kept,), phrase.terms)


def _absorbed(found: Mapping[Key, Phrase]) -> Iterable[Phrase]:
    """Merge each phrase into the strongest longer one of its sign that contains it."""
    into: dict[Key, Key] = {}
    longest = sorted(found, key=lambda key: (-len(key), -abs(found[key].value), key))
    for key in longest:
        inside = [part for part in _parts(key) if part in found and _same(found, part, key)]
        for part in inside:
            if abs(found[key].value) >= _LEAST_OF_WORD * abs(found[part].value):
                into.setdefault(part, key)
        if inside and not any(into.get(part) == key for part in inside) and key not in into:
            into[key] = max(inside, key=lambda part: abs(found[part].value))
    merged: dict[Key, Phrase] = {}
    for key in sorted(found, key=lambda each: _head(each, into) != each):
        head = _head(key, into)
        merged[head] = found[key] if key == head else _sum(merged[head], found[key])
    return merged.values()


def _head(key: Key, into: Mapping[Key, Key]) -> Key:
    while (after := into.get(key)) is not None:
        key = after
    return key


def _parts(key: Key) -> Iterator[Key]:
    """Yield the shorter runs of a key's words."""
    for size in range(min(len(key) - 1, _LONGEST_PART), 0, -1):
        for start in range(len(key) - size + 1):
            yield key[start : start + size]


def _same(found: Mapping[Key, Phrase], one: Key, other: Key) -> bool:
    return found[one].value * found[other].value > 0


def _sum(one: Phrase, other: Phrase) -> Phrase:
    return replace(
        one,
        value=one.value + other.value,
        members=(*one.members, *other.members),
        terms=one.terms + other.terms,
    )
