"""A paper as the queue shows it: pure records for the templates, made from stored ones."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import groupby

from markupsafe import Markup

from config.taxonomy import Section, Taxonomy
from pipeline.enrich.links import Link, find_links
from pipeline.learn.explain.open_facets import OpenQuestion, open_question
from pipeline.review.web.highlight import highlight
from storage.types import Decision, Paper, Prediction, StoredPaper, TermWeight, Verdict

#: a suggested section is ticked beforehand from this probability on: more likely right than wrong
PRESELECT = 0.5
#: the best three are always shown, since the right one is often next to the first; two more only
#: if they are no mere noise; all others stay in the full list
_SHOWN_FROM = 0.1
_LEAST_SHOWN, _MOST_SHOWN = 3, 5
_MOST_TERMS = 8


@dataclass(frozen=True, slots=True)
class Choice:
    """A section that can be ticked: `probability` is None where the model said nothing."""

    section: Section
    probability: float | None
    ticked: bool


@dataclass(frozen=True, slots=True)
class FormDraft:
    """What a reviewer filled in before the form came back to them."""

    sections: tuple[str, ...] = ()
    note: str = ""


@dataclass(frozen=True, slots=True)
class Card:
    """One paper on the page."""

    stored: StoredPaper
    prediction: Prediction | None
    #: the decision that stands, which the form must have seen
    standing: Decision | None
    title: Markup
    abstract: Markup
    links: tuple[Link, ...]
    suggested: tuple[Choice, ...]
    #: all other sections, under the headings they stand under in the list
    others: tuple[tuple[str, tuple[Choice, ...]], ...]
    #: what spoke for the model's word, and what against it, strongest first
    terms_for: tuple[TermWeight, ...]
    terms_against: tuple[TermWeight, ...]
    #: the likeliest label of each facet, by its name, and whether the facet stays open
    facets: tuple[tuple[str, float, bool], ...]
    note: str
    #: what the model leaves to the reviewer, and the sections that would answer it
    question: OpenQuestion | None = None
    answers: tuple[Choice, ...] = ()

    @property
    def paper(self) -> Paper:
        """Return the paper itself."""
        return self.stored.paper

    @property
    def anchor(self) -> str:
        """Return the element id of the card."""
        return f"paper-{self.paper.arxiv_id}"

    @property
    def state(self) -> str:
        """Return what a decision is made on: the text, and the decision that stood."""
        return f"{self.stored.content_hash}:{self.standing.decision_id if self.standing else ''}"


def group_name(section: Section) -> str:
    """Return the headings between the outermost and a section's own, or the outermost."""
    angle = " \N{SINGLE RIGHT-POINTING ANGLE QUOTATION MARK} "
    return angle.join(section.path[1:-1]) or section.path[0]


def grouped(sections: Iterable[Section]) -> list[tuple[str, list[Section]]]:
    """Return the sections under their headings, in the order they came."""
    groups = (list(members) for _, members in groupby(sections, lambda each: each.path[:-1]))
    return [(group_name(members[0]), members) for members in groups]


def make_card(
    stored: StoredPaper,
    prediction: Prediction | None,
    taxonomy: Taxonomy,
    *,
    standing: Decision | None = None,
    wish: FormDraft | None = None,
) -> Card:
    """Return the card of a paper.

    What is ticked beforehand is, in this order: what the reviewer just wished, what stands
    approved, what the model thinks more likely right than wrong and does not leave open.
    """
    known = {section.id: section for section in taxonomy.sections}
    scores = {s.section: s.probability for s in prediction.sections} if prediction else {}
    # a prediction of an older taxonomy may name sections that are gone
    ranked = [name for name in scores if name in known]
    question = open_question(prediction, taxonomy) if prediction else None
    asked = [section.id for section in question.candidates] if question else []
    if wish is not None:
        ticked = frozenset(wish.sections)
    elif standing is not None and standing.verdict is Verdict.APPROVED:
        ticked = frozenset(standing.sections)
    else:
        ticked = frozenset(n for n in ranked if scores[n] >= PRESELECT and n not in asked)
    best = [
        name
        for place, name in enumerate(ranked[:_MOST_SHOWN])
        if place < _LEAST_SHOWN or scores[name] >= _SHOWN_FROM
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
        title=highlight(stored.paper.title, terms),
        abstract=highlight(stored.paper.abstract, terms),
        links=find_links(stored.paper.abstract, stored.paper.comment),
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
        note=wish.note if wish else "",
        question=question,
        answers=tuple(choice(known[name]) for name in asked),
    )


def _strongest(terms: Sequence[TermWeight]) -> tuple[TermWeight, ...]:
    return tuple(sorted(terms, key=lambda term: -abs(term.weight))[:_MOST_TERMS])


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
