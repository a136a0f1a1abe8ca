"""Prepare foreign text for a page: TeX is read, long text is cut, phrases are marked."""

from collections.abc import Sequence

from markupsafe import Markup

from config.tex.markup import fill
from config.tex.text import HeldText, held_text, plain_text
from config.visible import SHOWN_OF_TITLE, shortened
from pipeline.learn.explain.breakdown import ScoreBreakdown
from pipeline.learn.explain.phrases import Phrase
from pipeline.review.web.highlight import mark_breakdowns, mark_phrases
from storage.paper_key import key_label

#: characters of an abstract or a comment; a longer one is shown in part, and the page says so
SHOWN_OF_TEXT = 10_000

#: the phrases of one score, or several scores
Marked = Sequence[Phrase] | Sequence[ScoreBreakdown]


def shown_title(title: str, arxiv_id: str) -> str:
    """Return the title without TeX, cut if it is very long, or the ID if nothing is visible."""
    return shortened(plain_text(title)) or key_label(arxiv_id)


def marked_title(title: str, arxiv_id: str, marked: Marked) -> Markup:
    """Return the title as HTML, with phrases marked and formulas drawn."""
    held = held_text(" ".join(title[:SHOWN_OF_TEXT].split()))
    shown = shortened(held.text, SHOWN_OF_TITLE) or key_label(arxiv_id)
    return _marked(HeldText(shown, held.sources), marked)


def marked_text(text: str, marked: Marked) -> Markup:
    """Return what a page shows of an abstract as HTML, with phrases marked and formulas drawn."""
    return _marked(held_text(text, SHOWN_OF_TEXT), marked)


def _marked(held: HeldText, marked: Marked) -> Markup:
    breakdowns = [each for each in marked if isinstance(each, ScoreBreakdown)]
    if breakdowns:
        return fill(mark_breakdowns(held.text, breakdowns), held)
    return fill(mark_phrases(held.text, [e for e in marked if isinstance(e, Phrase)]), held)
