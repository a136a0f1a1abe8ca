"""Split a line of scientific prose into sentences by fixed rules."""

import re
from itertools import zip_longest

from config.tex.spans import math_spans

_TOKEN = re.compile(r"\S+")

# A full stop after one of these does not end a sentence.
_ABBREVIATIONS = frozenset(
    {
        "al.",
        "approx.",
        "ca.",
        "cf.",
        "dr.",
        "e.g.",
        "eq.",
        "eqs.",
        "esp.",
        "et.",
        "fig.",
        "figs.",
        "i.e.",
        "incl.",
        "mr.",
        "mrs.",
        "ms.",
        "no.",
        "prof.",
        "ref.",
        "refs.",
        "resp.",
        "sec.",
        "sect.",
        "st.",
        "tab.",
        "viz.",
        "vs.",
        "w.r.t.",
        "a.k.a.",
        "aka.",
    }
)
# "J. Doe" goes on, "model Y. We" does not.
_BEGINNINGS = frozenset({"We", "This", "These", "Our", "It", "The", "In", "To", "For", "However,"})
_CLOSERS = "\"')]}\u2019\u201d"
#: what a token that ends a sentence ends with
_LAST = frozenset(f".!?{_CLOSERS}")
_OPENERS = "\"'([{\u2018\u201c"
_WIDE_STOPS = "\u3002\uff01\uff1f"  # Chinese sentences end without a blank


def split_sentences(line: str) -> list[str]:
    """Split one line of prose; mathematics, decimals and abbreviations never end a sentence."""
    sentences: list[str] = []
    begin = 0
    places = [match.span() for match in _TOKEN.finditer(_without_blanks_in_math(line))]
    tokens = [line[start:end] for start, end in places]
    for token, following, (_, end) in zip_longest(tokens, tokens[1:], places):
        if following is not None and not (token[-1] in _LAST and _ends_sentence(token, following)):
            continue
        sentences += _split_wide(line[begin:end].strip())
        begin = end
    return sentences


def _without_blanks_in_math(line: str) -> str:
    """Return a line of the same length in which a formula is one token."""
    pieces: list[str] = []
    done = 0
    for start, end in math_spans(line):
        pieces += [line[done:start], "x" * (end - start)]
        done = end
    return "".join((*pieces, line[done:]))


def _ends_sentence(token: str, following: str) -> bool:
    bare = token.rstrip(_CLOSERS)
    if not bare.endswith((".", "!", "?")):
        return False
    head = following.lstrip(_OPENERS)[:1]
    if not (head.isupper() or head.isdigit() or head in "$\\" or _is_caseless(head)):
        return False
    if not bare.endswith("."):
        return True
    word = bare.lstrip(_OPENERS).lower()
    initial = len(word) == 2 and word[0].isalpha() and bare[-2:-1].isupper()
    if word in _ABBREVIATIONS:
        return False
    return not initial or following in _BEGINNINGS


def _is_caseless(character: str) -> bool:
    return character.isalpha() and character.lower() == character.upper()


def _split_wide(sentence: str) -> list[str]:
    return [s for s in re.split(rf"(?<=[{_WIDE_STOPS}])\s*", sentence) if s]
