"""Make the card of the open paper from stored records."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import groupby

from markupsafe import Markup

from config.taxonomy import Section, Taxonomy
from pipeline.enrich.links import Link, find_links
from pipeline.learn.explain.open_facets import OpenQuestion, open_question
from pipeline.learn.explain.stored_terms import stored_phrases
from pipeline.review.web.texts import SHOWN_OF_TEXT, marked_text, marked_title
from storage.highlights import Highlight
from storage.opinion_types import Opinion
from storage.suggestion_types import Suggestion
from storage.types import Decision, Paper, Prediction, StoredPaper, Verdict

#: suggested sections are ticked in advance from this probability on
PRESELECT = 0.5
#: sections with a button of their own: from this probability on, and at most so many
OFFERED_FROM = 0.05
MOST_OFFERED = 5


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
    #: code of the reason for a rejection
    reason: str = ""
    return_on: str = ""
    until_new_version: bool = False
    #: keep the decision as a ruling
    ruling: bool = False


@dataclass(frozen=True, slots=True)
class Card:
    """The open paper: its text, its prediction and what its form offers."""

    stored: StoredPaper
    prediction: Prediction | None
    standing: Decision | None
    title: Markup
    abstract: Markup
    links: tuple[Link, ...]
    #: sections with a button, answers to the question first
    candidates: tuple[Choice, ...]
    #: all others, under their headings
    others: tuple[tuple[str, tuple[Choice, ...]], ...]
    draft: FormDraft
    #: what the model leaves open
    question: OpenQuestion | None = None
    preselected: tuple[str, ...] = ()
    #: of those, the ticks of the model, which what the reviewer finds replaces
    suggested_ticks: tuple[str, ...] = ()
    #: no abstract, or it may be there twice
    remarks: tuple[str, ...] = ()
    #: by reviewers who want it in the digest
    highlights: tuple[Highlight, ...] = ()
    #: the reader's own word, which waits for another person's
    word: Opinion | None = None
    #: by people outside
    suggested: tuple[Suggestion, ...] = ()
    #: the reader decided it before and is not reminded of it
    repeats: bool = False

    @property
    def paper(self) -> Paper:
        """The paper."""
        return self.stored.paper

    @property
    def state(self) -> str:
        """The text's hash and the standing decision, for comparison."""
        return f"{self.stored.content_hash}:{self.standing.decision_id if self.standing else ''}"

    @property
    def ticks_others(self) -> bool:
        """Whether a section without a button is ticked, so that their list is open."""
        return any(choice.ticked for _, members in self.others for choice in members)


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
    highlights: tuple[Highlight, ...] = (),
    word: Opinion | None = None,
    repeats: bool = False,
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
    by_model = False
    if draft is not None:
        ticked = frozenset(draft.sections)
    elif standing is not None and standing.verdict is Verdict.APPROVED:
        ticked = frozenset(standing.sections)
    else:
        by_model = True
        ticked = frozenset(n for n in ranked if scores[n] >= PRESELECT and n not in asked)
    offered = _offered(ranked, scores, asked)

    def choice(section: Section) -> Choice:
        return Choice(section, scores.get(section.id), section.id in ticked)

    preselected = tuple(section.id for section in taxonomy.sections if section.id in ticked)
    marked = stored_phrases(prediction.terms) if prediction else ()
    return Card(
        stored=stored,
        prediction=prediction,
        standing=standing,
        title=marked_title(stored.paper.title, stored.paper.arxiv_id, marked),
        abstract=marked_text(stored.paper.abstract, marked),
        links=find_links(stored.paper.abstract[:SHOWN_OF_TEXT], stored.paper.comment),
        candidates=tuple(choice(known[name]) for name in offered),
        others=tuple(
            (name, tuple(choice(section) for section in members))
            for name, members in grouped(s for s in taxonomy.sections if s.id not in offered)
        ),
        draft=draft or FormDraft(),
        question=question,
        preselected=preselected,
        suggested_ticks=preselected if by_model else (),
        remarks=remarks,
        highlights=highlights,
        word=word,
        repeats=repeats,
    )


def _offered(ranked: Sequence[str], scores: dict[str, float], asked: Sequence[str]) -> list[str]:
    """Return the sections with a button: answers to the question, then the likeliest others."""
    answers = [name for name in asked if scores.get(name, 0.0) >= OFFERED_FROM]
    likely = [name for name in ranked if scores[name] >= OFFERED_FROM and name not in answers]
    return (answers + likely)[:MOST_OFFERED] or list(ranked[:1])
