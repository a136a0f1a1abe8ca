"""Choose the one-line reason why a paper is in the digest.

It is the reviewer's note, else the sentence of the abstract that states the contribution, chosen
by fixed rules so that the same abstract always gives the same line.
"""

import re
from dataclasses import dataclass

from config.tex.spans import math_spans
from config.tex.text import without_markup
from config.visible import one_line
from pipeline.publish.digest.mathematics import restrict_math
from pipeline.publish.digest.sentences import split_sentences

#: characters, so that a reason is one to two lines of print
REASON_LENGTH = 200

_SELF = (
    r"(?:we|this (?:paper|work|article|study|survey|report|technical report|tutorial)|the paper)"
)
_NEAR = r"[^.;:]{0,60}?\b"
# In order of preference: the first pattern that matches any sentence wins.
_CUES = tuple(
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        rf"\b{_SELF}\b{_NEAR}(?:proposes?|presents?|introduces?|unveils?)\b",
        (
            rf"\b{_SELF}\b{_NEAR}(?:develops?|designs?|builds?|built|constructs?|creates?|releases?|"
            r"contributes?|describes?|devises?|formulates?|curates?|surveys?|reviews?)\b"
        ),
        r"\b(?:is|are|was|were) (?:hereby |here )?(?:proposed|presented|introduced|developed)\b",
        (
            rf"\b{_SELF}\b{_NEAR}(?:shows?|demonstrates?|studies|study|investigates?|explores?|"
            r"examines?|addresses|address|analy[sz]es?|evaluates?|provides?|offers?|extends?|finds?|"
            r"argues?|proves?|identif(?:y|ies))\b"
        ),
        r"\bour (?:paper|work|approach|method|model|framework|system)\b",
        r"\b(?:this paper|this work|in this study)\b",
    )
)


@dataclass(frozen=True, slots=True)
class Reason:
    """One line, and whether the reviewer wrote it."""

    text: str
    by_reviewer: bool


def find_reason(note: str | None, abstract: str, *, length: int = REASON_LENGTH) -> Reason:
    """Return the reviewer's note, whole, else the abstract's contribution cut to `length`.

    The text is empty if both are empty.
    """
    if note and (line := one_line(note)):
        return Reason(restrict_math(line), by_reviewer=True)
    line = restrict_math(without_markup(abstract))
    return Reason(_contribution(line, length), by_reviewer=False)


def _contribution(line: str, length: int) -> str:
    sentences = split_sentences(line)
    for cue in _CUES:
        for sentence in sentences:
            if match := cue.search(sentence):
                return _fit(sentence, match.start(), length)
    return _fit(sentences[0], 0, length) if sentences else ""


def _fit(sentence: str, at: int, length: int) -> str:
    """Cut to `length`; a long sentence whose index `at` follows a clause begins there.

    "While others ..., we propose X" begins at "we propose".
    """
    if len(sentence) <= length:
        return sentence
    if at and sentence[:at].rstrip().endswith((",", ";", ":", "\u2014", "\u2013")):
        sentence = "\u2026 " + sentence[at:]
    return _cut(sentence, length)


def _cut(text: str, length: int) -> str:
    if len(text) <= length:
        return text
    end = length - 1
    for start, stop in math_spans(text):
        if start < end < stop:
            end = start
    head = text[:end]
    if not text[end].isspace() and " " in head[length // 2 :]:
        head = head[: head.rindex(" ")]
    return head.rstrip(" ,;:.-\u2013\u2014(") + "\u2026"
