"""Make the cards that the templates show from stored records."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import groupby

from markupsafe import Markup

from config.taxonomy import Section, Taxonomy
from config.tex.text import plain_paragraphs, plain_text
from config.visible import shortened
from pipeline.enrich.links import Link, find_links
from pipeline.learn.explain.open_facets import OpenQuestion, open_question
from pipeline.review.web.highlight import highlight
from storage.types import Decision, Paper, Prediction, StoredPaper, TermWeight, Verdict

#: suggested sections are ticked in advance from this probability on
PRESELECT = 0.5
#: The best three suggestions are always shown, because the right one is often second or third; the
#: next two from this probability on.
_SHOWN_FROM = 0.1
_MIN_SHOWN, _MAX_SHOWN = 3, 5
_MAX_TERMS = 8
#: characters of an abstract or a comment; a longer one is shown in part, and the page says so
SHOWN_OF_TEXT = 10_000


@dataclass(frozen=True, slots=True)
class Choice:
    """A section with its box; `probability` is None without a prediction."""

    section: Section
    probability: float | None
    ticked: bool


@dataclass(frozen=True, slots=True)
class FormDraft:
    """What a reviewer entered in a form that is shown again."""

    sections: tuple[str, ...] = ()
    note: str = ""


@dataclass(frozen=True, slots=True)
class Card:
    """One paper on a page."""

    stored: StoredPaper
    prediction: Prediction | None
    standing: Decision | None
    title: Markup
    abstract: Markup
    links: tuple[Link, ...]
    suggested: tuple[Choice, ...]
    #: under their headings
    others: tuple[tuple[str, tuple[Choice, ...]], ...]
    #: strongest first
    terms_for: tuple[TermWeight, ...]
    terms_against: tuple[TermWeight, ...]
    #: (name, probability, open) of each facet's likeliest label
    facets: tuple[tuple[str, float, bool], ...]
    note: str
    #: what the model leaves open
    question: OpenQuestion | None = None
    answers: tuple[Choice, ...] = ()
    preselected: tuple[str, ...] = ()
    #: no abstract, or it may be there twice
    remarks: tuple[str, ...] = ()

    @property
    def paper(self) -> Paper:
        """The paper."""
        return self.stored.paper

    @property
    def anchor(self) -> str:
        """The element id of the card."""
        return f"paper-{self.paper.arxiv_id}"

    @property
    def state(self) -> str:
        """The text's hash and the standing decision, for comparison."""
        return f"{self.stored.content_hash}:{self.standing.decision_id if self.standing else ''}"


def shown_title(title: str, arxiv_id: str) -> str:
    """Return the title without TeX, cut if it is very long, or the ID if nothing is visible."""
    return shortened(plain_text(title)) or f"arXiv:{arxiv_id}"


def shown_text(text: str) -> str:
    """Return what a page shows of an abstract: its paragraphs without TeX."""
    return plain_paragraphs(text[:SHOWN_OF_TEXT])


def group_name(section: Section) -> str:
    """Return the headings between the first and the last, or the first of two."""
    angle = " \N{SINGLE RIGHT-POINTING ANGLE QUOTATION MARK} "
    return angle.join(section.path[1:-1]) or section.path[0]


def grouped(sections: Iterable[Section]) -> list[tuple[str, list[Section]]]:
    """Group sections by their headings, in the order given."""
    groups = (list(members) for _, members in groupby(sections, lambda each: each.path[:-1]))
    return [(group_name(members[0]), members) for members in groups]


def make_card(
    stored: StoredPaper,
    prediction: Prediction | None,
    taxonomy: Taxonomy,
    *,
    standing: Decision | None = None,
    draft: FormDraft | None = None,
    remarks: tuple[str, ...] = (),
) -> Card:
    """Return the card of a paper.

    Ticked in advance are the reviewer's draft, else the sections of the standing approval, else
    the likely suggestions outside an open question.
    """
    known = {section.id: section for section in taxonomy.sections}
    scores = {s.section: s.probability for s in prediction.sections} if prediction else {}
    # a prediction for an older taxonomy may name removed sections
    ranked = [name for name in scores if name in known]
    question = open_question(prediction, taxonomy) if prediction else None
    asked = [section.id for section in question.candidates] if question else []
    if draft is not None:
        ticked = frozenset(draft.sections)
    elif standing is not None and standing.verdict is Verdict.APPROVED:
        ticked = frozenset(standing.sections)
    else:
        ticked = frozenset(n for n in ranked if scores[n] >= PRESELECT and n not in asked)
    best = [
        name
        for rank, name in enumerate(ranked[:_MAX_SHOWN])
        if rank < _MIN_SHOWN or scores[name] >= _SHOWN_FROM
    ]
    shown = [*best, *(s.id for s in taxonomy.sections if s.id in ticked and s.id not in best)]
    shown = [name for name in shown if name not in asked]

    def choice(section: Section) -> Choice:
        return Choice(section, scores.get(section.id), section.id in ticked)

    terms = prediction.terms if prediction else ()
    return Card(
        stored=stored,
        prediction=prediction,
        standing=standing,
        title=highlight(shown_title(stored.paper.title, stored.paper.arxiv_id), terms),
        abstract=highlight(shown_text(stored.paper.abstract), terms),
        links=find_links(stored.paper.abstract[:SHOWN_OF_TEXT], stored.paper.comment),
        suggested=tuple(choice(known[name]) for name in shown),
        others=tuple(
            (name, tuple(choice(section) for section in members))
            for name, members in grouped(
                s for s in taxonomy.sections if s.id not in shown and s.id not in asked
            )
        ),
        terms_for=_strongest([term for term in terms if term.weight >= 0]),
        terms_against=_strongest([term for term in terms if term.weight < 0]),
        facets=_facets(prediction, taxonomy),
        note=draft.note if draft else "",
        question=question,
        answers=tuple(choice(known[name]) for name in asked),
        preselected=tuple(section.id for section in taxonomy.sections if section.id in ticked),
        remarks=remarks,
    )


def _strongest(terms: Sequence[TermWeight]) -> tuple[TermWeight, ...]:
    return tuple(sorted(terms, key=lambda term: -abs(term.weight))[:_MAX_TERMS])


def _facets(
    prediction: Prediction | None, taxonomy: Taxonomy
) -> tuple[tuple[str, float, bool], ...]:
    names = {
        (facet.name, label.name): label.names.get("en", label.name)
        for facet in taxonomy.facets
        for label in facet.labels
    }
    best: dict[str, tuple[str, float, bool]] = {}
    for score in prediction.facets if prediction else ():
        name = names.get((score.facet, score.label))
        if name and score.probability > best.get(score.facet, ("", 0.0, False))[1]:
            is_open = prediction is not None and score.facet in prediction.open_facets
            best[score.facet] = (name, score.probability, is_open)
    return tuple(best.values())
