"""One decision, checked against paper and taxonomy, then recorded; the rules all decisions keep.

Decisions are append-only; taking one back is an event of its own.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from config.errors import UsageError
from config.taxonomy import Taxonomy
from storage.arxiv_id import parse_arxiv_id
from storage.errors import PaperNotFoundError
from storage.store import OpenStore, Store
from storage.types import LIST_REVIEWER, Decision, NewDecision, Verdict

VERDICTS = {
    "approve": Verdict.APPROVED,
    "approved": Verdict.APPROVED,
    "reject": Verdict.REJECTED,
    "rejected": Verdict.REJECTED,
    "defer": Verdict.DEFERRED,
    "deferred": Verdict.DEFERRED,
}
_LONGEST_NAME = 100


@dataclass(frozen=True, slots=True)
class Recorded:
    """A decision, and what stood before it."""

    decision: Decision
    #: the decision that stood
    replaced: Decision | None
    #: the same was recorded before; nothing was added
    already: bool


def decide(
    open_store: OpenStore,
    taxonomy: Taxonomy,
    *,
    arxiv_id: str,
    verdict: str,
    sections: Sequence[str],
    reviewer: str,
    note: str | None,
    decided_at: datetime,
    drawn: bool = False,
) -> Recorded:
    """Record one decision; the same one again adds nothing.

    An approval without sections takes the first section the model suggests for the paper, which
    the caller shows: accepting a suggestion is a human act, and it is the human's row that says so.
    `drawn`: the paper came first in the random order and becomes part of the audit's sample.

    Raises:
        UsageError: the id, the verdict, a section or the reviewer's name is none.
        PaperNotFoundError: we do not hold the paper.
    """
    key = read_key(arxiv_id)
    word = read_verdict(verdict)
    who = reviewer_name(reviewer)
    chosen = chosen_sections(taxonomy, key, word, sections)
    with open_store() as store, store.transaction():
        if not store.papers.held([key]):
            raise PaperNotFoundError([key])
        if word is Verdict.APPROVED and not chosen:
            # a model of an older taxonomy may suggest a section that is gone
            chosen = (taxonomy.section(_suggested(store, key)).id,)
        standing = store.decisions.standing([key]).get(key)
        new = NewDecision(key, word, chosen, who, decided_at, note)
        if says_the_same(standing, new):
            assert standing is not None
            return Recorded(standing, None, already=True)
        new = replace(new, decided_at=store.decisions.next_moment(key, decided_at))
        [made] = store.decisions.add([new])
        if drawn:
            store.audit.draw(made)
        return Recorded(made, standing, already=False)


def chosen_sections(
    taxonomy: Taxonomy, key: str, verdict: Verdict, sections: Iterable[str]
) -> tuple[str, ...]:
    """Return the ids of the sections a decision on paper `key` names, each once, as ordered.

    Raises:
        UnknownSectionError: the taxonomy has none of that id.
        UsageError: sections are named for a rejection or a deferral.
    """
    chosen = tuple(dict.fromkeys(taxonomy.section(section).id for section in sections))
    if chosen and verdict is not Verdict.APPROVED:
        raise UsageError(
            f"{key} is {verdict} in {', '.join(chosen)}, but only an approval names sections.",
            hint="Leave the sections out, or say it in the note.",
        )
    return chosen


def reviewer_name(text: str) -> str:
    """Return the name a person decides under.

    Raises:
        UsageError: it is empty, long, more than a line, or the curated list's own.
    """
    name = text.strip()
    if not name or len(name) > _LONGEST_NAME or not name.isprintable():
        raise UsageError(
            f"{text[:_LONGEST_NAME]!r} is no reviewer's name.",
            hint=f"A name is one line of at most {_LONGEST_NAME} characters.",
        )
    if name == LIST_REVIEWER:
        raise UsageError(
            f"{LIST_REVIEWER!r} stands for the curated list itself.",
            hint="Decide under a name of your own: --reviewer NAME, or [review] reviewer.",
        )
    return name


def read_key(text: str) -> str:
    """Return the key of the paper an id or link names; UsageError if it is neither."""
    parsed = parse_arxiv_id(text)
    if parsed is None:
        raise UsageError(
            f"{text!r} is no arXiv id.", hint="Write it as 2405.19334 or as an arxiv.org link."
        )
    return parsed.base


def read_verdict(text: str) -> Verdict:
    """Return the verdict a word stands for; UsageError if it is none."""
    verdict = VERDICTS.get(text.strip().lower())
    if verdict is None:
        raise UsageError(f"{text!r} is no verdict.", hint="Say approve, reject or defer.")
    return verdict


def says_the_same(standing: Decision | None, new: NewDecision) -> bool:
    """Whether the standing decision already says what a new one would."""
    return (
        standing is not None
        and not standing.unplaced
        and (
            (standing.verdict, standing.sections, standing.reviewer, standing.note)
            == (new.verdict, new.sections, new.reviewer, new.note)
        )
    )


def _suggested(store: Store, key: str) -> str:
    prediction = store.predictions.latest([key]).get(key)
    if prediction is None or not prediction.sections:
        raise UsageError(
            f"{key} has no suggested section yet.",
            hint="Name one with --section, or run `living-survey classify` first.",
        )
    return prediction.sections[0].section
