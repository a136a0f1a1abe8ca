"""Marks the deciding terms in a paper's text; escapes first, so no text becomes markup.

Terms match whole tokens only: a term "dit" must not light up inside "audit".
"""

import re
from collections.abc import Sequence

from markupsafe import Markup, escape

from storage.types import TermWeight

_FOR = Markup("<mark>{}</mark>")
_AGAINST = Markup('<mark class="against">{}</mark>')
#: words of a term may stand apart by blanks, line ends or hyphens: text-to-image, text to image
_GAP = r"[\s\-\u2010\u2011\u2013]+"
_BLANKS = re.compile(r"[\s\-]+")


def term_words(term: str) -> str:
    """Return a term in the form all its spellings share: lower case, one blank between words."""
    return _BLANKS.sub(" ", term).strip().lower()


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
        spelled = re.sub(_GAP, " ", match[0]).lower()
        pieces.append((_FOR if weights.get(spelled, 0.0) >= 0 else _AGAINST).format(match[0]))
        end = match.end()
    pieces.append(escape(text[end:]))
    return Markup("").join(pieces)
