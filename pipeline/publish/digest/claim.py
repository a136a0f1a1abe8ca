"""Choose the sentence of an abstract that says what a paper does, without its opening phrases.

Fixed rules, so that the same abstract always gives the same line. A sentence is printed whole or
not at all.
"""

import re
from collections.abc import Iterator, Sequence
from itertools import chain

from classifiers.function_words import FUNCTION_WORDS
from classifiers.text import tokens
from config.tex.text import without_markup
from pipeline.publish.digest.mathematics import restrict_math
from pipeline.publish.digest.sentences import split_sentences

#: characters of a claim, so that it is one to three lines of print
CLAIM_LENGTH = 300
_SHORTEST = 12

_SELF = (
    r"(?:we|this (?:paper|work|article|study|survey|report|technical report|tutorial)|"
    r"(?:the|our) paper|the authors)"
)
_BY_THE_WAY = (
    r"(?:(?:also|further|furthermore|first|firstly|then|therefore|thus|hereby|here|additionally|"
    r"finally|instead|\w+ly),?\s+)*"
)
_MAKES = (
    r"proposes?|presents?|introduces?|unveils?|develops?|designs?|builds?|constructs?|creates?|"
    r"releases?|contributes?|describes?|devises?|formulates?|curates?|establish(?:es)?|open-sources?"
)
_STATES = (
    r"shows?|demonstrates?|finds?|argues?|proves?|observes?|reveals?|establish(?:es)?|reports?"
)
#: verbs that begin a claim in the third person: "We study X" becomes "Studies X"
_DOES = {
    "address": "Addresses",
    "analyse": "Analyses",
    "analyze": "Analyzes",
    "evaluate": "Evaluates",
    "examine": "Examines",
    "explore": "Explores",
    "extend": "Extends",
    "identify": "Identifies",
    "investigate": "Investigates",
    "offer": "Offers",
    "provide": "Provides",
    "review": "Reviews",
    "study": "Studies",
    "survey": "Surveys",
    "tackle": "Tackles",
    "ask": "Asks",
    "revisit": "Revisits",
    "rethink": "Rethinks",
    "compare": "Compares",
    "benchmark": "Benchmarks",
    "measure": "Measures",
    "show": "Shows",
    "demonstrate": "Demonstrates",
    "train": "Trains",
}
_THIRD = {third.lower(): third for third in _DOES.values()} | _DOES
_VERBS = "|".join(sorted(map(re.escape, _THIRD), key=len, reverse=True))

_MADE = re.compile(
    rf"\b{_SELF}\s+{_BY_THE_WAY}(?:{_MAKES})\b(?:\s+and\s+(?:{_MAKES})\b)?,?\s+(?!that\b|to\b)",
    re.IGNORECASE,
)
#: what is made, in one to ten words of which none is joined to another: in "X for Y, which Z" it is
#: not certain of what Z is said
_JOINS = r"(?!(?:of|for|to|in|on|at|by|with|from|against|that|using|based|and|or)\b)"
_THING = rf"(?P<thing>{_JOINS}[^\s,;:]{{1,40}}(?: {_JOINS}[^\s,;:]{{1,40}}){{0,9}})"
_IN_WHICH = re.compile(rf"{_THING}, (?P<word>in which|where|(?:with|by|through) which) (?=\w)")
_WHICH = re.compile(rf"{_THING}, (?:which|that) (?=[a-z]{{1,30}}s\b)")
_SAID_TWICE = re.compile(r"(?P<thing>[^\s,;:.]{1,60}): (?=(?P=thing) )")
_STATED = re.compile(
    rf"\b{_SELF}\s+{_BY_THE_WAY}(?:{_STATES})(?:\s+\w+ly)?\s+that\s+", re.IGNORECASE
)
_DONE = re.compile(rf"\b{_SELF}\s+{_BY_THE_WAY}({_VERBS})\b\s+(?!to\b)", re.IGNORECASE)
#: a verb of the same subject later in the sentence
_AND_DOES = re.compile(rf"(,? and (?:also )?)({'|'.join(_DOES)})\b", re.IGNORECASE)
_PASSIVE = re.compile(
    r"\b(?:is|are|was|were) (?:hereby |here )?(?:proposed|presented|introduced|developed)\b",
    re.IGNORECASE,
)
_OURS = re.compile(r"\bour (?:work|approach|method|model|framework|system)\b", re.IGNORECASE)
#: what may precede the phrase: nothing, or a clause that ends
_CLAUSE_ENDS = (",", ";", ":", "\u2014", "\u2013", "and", "Here", "here", "paper", "work", "study")
_LEAD_IN = re.compile(
    r"\A(?:(?:in|with|through) this (?:paper|work|study|article|report|survey|technical report)|"
    r"to this end|here|specifically|in particular|in summary|overall|finally|furthermore|"
    r"moreover|additionally|besides|"
    r"to (?:address|tackle|overcome|close|bridge|fill|solve|mitigate)[^,]{0,120}),?\s+",
    re.IGNORECASE,
)
#: no claim holds this
_BOILERPLATE = re.compile(
    rf"\bin this (?:paper|work|study|article|report)\b|\b{_SELF}\s+{_BY_THE_WAY}(?:{_MAKES})\b",
    re.IGNORECASE,
)
#: refers to a sentence that is not printed
_REFERS = re.compile(
    r"\A(?:this|these|those|it|they|such|both|however|but|yet|which|the former|the latter|"
    r"\w+s (?:this|these|that|such) (?:gap|issue|problem|challenge|limitation|question|need)s?|"
    r"as a result|for example|for instance|consequently|hence|thus|therefore)\b",
    re.IGNORECASE,
)
#: of a part of an abstract
_LABEL = re.compile(
    r"\A(?:background|objectives?|aims?|purpose|introduction|motivation|"
    r"(?:materials and )?methods?|results|findings|conclusions?|significance)"
    r"(?:\s*[:.]|(?=\s+[A-Z]))\s*",
    re.IGNORECASE,
)
_CUT_SHORT = re.compile(r"\u2026|\.\.\.")


def find_claim(abstract: str, title: str = "") -> str:
    """Return the claim of an abstract, at most `CLAIM_LENGTH` characters; empty if it has none."""
    line = restrict_math(without_markup(abstract))
    sentences = [_LABEL.sub("", sentence) for sentence in split_sentences(line)]
    claims = chain(
        _made(sentences),
        _stated(sentences),
        _done(sentences),
        _named(sentences),
        _others(sentences, title),
    )
    return next(filter(_is_fit, claims), "")


def _made(sentences: Sequence[str]) -> Iterator[str]:
    """Yield what the paper proposes: "We propose X" becomes "X"."""
    for sentence in sentences:
        if (found := _MADE.search(sentence)) and _begins_clause(sentence, found.start()):
            yield _capital(_standing(sentence[found.end() :]))


def _standing(thing: str) -> str:
    """Return a thing and what is said of it as a sentence: "X, in which Y" becomes "In X, Y"."""
    if (found := _SAID_TWICE.match(thing)) is not None:
        return thing[found.end() :]
    if (found := _IN_WHICH.match(thing)) is not None:
        place = "In" if found["word"] in {"in which", "where"} else "With"
        return f"{place} {found['thing']}, {thing[found.end() :]}"
    if (found := _WHICH.match(thing)) is not None:
        return f"{found['thing']} {thing[found.end() :]}"
    return thing


def _stated(sentences: Sequence[str]) -> Iterator[str]:
    """Yield what the paper shows: "We show that X is Y" becomes "X is Y"."""
    for sentence in sentences:
        if (found := _STATED.search(sentence)) and _begins_clause(sentence, found.start()):
            yield _capital(sentence[found.end() :])


def _done(sentences: Sequence[str]) -> Iterator[str]:
    """Yield what the paper does: "We study X and show Y" becomes "Studies X and shows Y"."""
    for sentence in sentences:
        if (found := _DONE.search(sentence)) and _begins_clause(sentence, found.start()):
            rest = _AND_DOES.sub(
                lambda verb: f"{verb[1]}{_DOES[verb[2].lower()].lower()}", sentence[found.end() :]
            )
            yield f"{_THIRD[found[1].lower()]} {rest}"


def _named(sentences: Sequence[str]) -> Iterator[str]:
    for phrase in (_PASSIVE, _OURS):
        for sentence in sentences:
            if phrase.search(sentence):
                yield _capital(_LEAD_IN.sub("", sentence))


def _others(sentences: Sequence[str], title: str) -> Iterator[str]:
    """Yield the other sentences, those with most words of the title first."""
    words = _content(title)
    ranked = sorted(sentences, key=lambda sentence: -len(words & _content(sentence)))
    for sentence in ranked:
        bare = _LEAD_IN.sub("", sentence)
        if not _REFERS.match(bare):
            yield _capital(bare)


def _content(text: str) -> set[str]:
    return {word[:5] for word in tokens(text)} - FUNCTION_WORDS


def _begins_clause(sentence: str, at: int) -> bool:
    before = sentence[:at].rstrip()
    return not before or before.endswith(_CLAUSE_ENDS)


def _capital(text: str) -> str:
    # A name such as `iPaint` keeps its form.
    first = text.split(" ", 1)[0]
    return text if any(map(str.isupper, first)) else text[:1].upper() + text[1:]


def _is_fit(claim: str) -> bool:
    return (
        _SHORTEST <= len(claim) <= CLAIM_LENGTH
        and _BOILERPLATE.search(claim) is None
        and _REFERS.match(claim) is None
        and _CUT_SHORT.search(claim) is None
        and claim.rstrip("\"')]\u201d\u2019").endswith(
            (".", "!", "?", "\u3002", "\uff01", "\uff1f")
        )
    )
