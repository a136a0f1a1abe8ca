"""Marks the deciding terms in a paper's text; escapes first, so no text becomes markup.

Terms match whole tokens only: a term "dit" must not light up inside "audit".
"""

import re
from collections.abc import Sequence

from markupsafe import Markup, escape

from storage.types import TermWeight

_FOR = Markup("<mark>{}</mark>")
_AGAINST = Markup('<mark class="against">{}</mark>')
#: what may stand between the words of a term: text-to-image, text to image, "text-/image"
_GAP = r"\W{1,4}"
_WORD = re.compile(r"\w+")


def term_words(term: str) -> str:
    """Return a term in the form all its spellings share: lower case, one blank between words."""
    return " ".join(_WORD.findall(term.lower()))


def highlight(text: str, terms: Sequence[TermWeight]) -> Markup:
    """Return `text` escaped, with every whole-token occurrence of a term marked."""
    weights = {words: term.weight for term in reversed(terms) if (words := term_words(term.term))}
    if not weights:
        return escape(text)
    # longest first, so that "video diffusion" wins over "video"
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
