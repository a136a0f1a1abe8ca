"""Record a decision on one paper, and say what it means."""

from collections.abc import Iterator, Sequence
from dataclasses import asdict

from config.errors import LivingSurveyError, UsageError
from config.visible import one_line
from pipeline.cli.answer import Answer
from pipeline.review.decide import record
from pipeline.review.double.keep import Opined
from pipeline.review.double.rules import rules_of
from pipeline.review.judge import MissingSectionError, Stale, Unchanged
from pipeline.review.proposal import Proposal
from pipeline.review.remarks import remarks_on
from pipeline.review.rulings.compare import contradicted
from pipeline.runtime.plurals import counted
from pipeline.runtime.services import Services
from storage.claims import Claims
from storage.types import Decision, Verdict

#: contradicted rulings that notes name
_TOLD = 10


def decide_one(services: Services, proposal: Proposal) -> Answer:
    """Record the proposal, or raise why nothing was recorded."""
    reader = _reader(services, proposal)
    try:
        outcome = record(
            services.open_store,
            services.taxonomy,
            proposal,
            clock=services.clock,
            team=rules_of(services.settings.team, services.taxonomy),
        )
    except MissingSectionError as error:
        ways = (
            "Accept it with `--suggested`, or name a section with `--section ID`."
            if error.suggestion
            else "Name one with `--section ID`, or run `living-survey classify` first."
        )
        raise UsageError(error.message, hint=ways) from error
    if isinstance(outcome, Stale):
        raise LivingSurveyError(
            f"Nothing was recorded. {outcome.cause}",
            hint="Read it again, then decide again with what you see now.",
        )
    if isinstance(outcome, Opined):
        return _kept(outcome)
    if isinstance(outcome, Unchanged):
        return answer_of(outcome.decision, outcome="unchanged", result=", unchanged")
    notes = [*reader, *_withdrawn(services, [outcome.decision])]
    notes += [f"{proposal.arxiv_id}: {each}" for each in _remarks(services, proposal.arxiv_id)]
    notes += told(services, [outcome.decision])
    if (before := outcome.replaced) is not None:
        notes.append(
            f"It replaces {before.reviewer}'s decision of {before.decided_at:%Y-%m-%d %H:%M} UTC"
            f" ({before.verdict}). `living-survey undo` takes it back."
        )
    return answer_of(outcome.decision, outcome="recorded", notes=tuple(notes))


def told(services: Services, decisions: Sequence[Decision]) -> tuple[str, ...]:
    """Return notes on the rulings that these decisions contradict; a few name the rest."""
    try:
        found = contradicted(services, decisions)
    except LivingSurveyError as error:  # it is recorded, so that a model's fault is only a note
        return (f"Rulings were not compared: {error.message}",)
    notes = [
        f"{one.sentence} `living-survey ruling show {one.near.ruling.arxiv_id}`"
        for one in found[:_TOLD]
    ]
    if len(found) > _TOLD:
        notes.append(f"A ruling is contradicted by {counted(len(found) - _TOLD, 'more decision')}.")
    return tuple(notes)


def _kept(said: Opined) -> Answer:
    """Return the answer for a word that decides nothing yet."""
    word = said.word
    sections = f" in {', '.join(word.sections)}" if word.sections else ""
    reason = f" ({word.reason})" if word.reason else ""
    line = f"{word.arxiv_id} {word.verdict}{sections}{reason} by {word.reviewer}, kept"
    return Answer(
        {**asdict(word), "outcome": "kept", "differs": said.differs},
        (f"{line}  (word {word.opinion_id})",),
        (word_sentence(said),),
    )


def word_sentence(said: Opined) -> str:
    """Return what became of a word that decides nothing yet."""
    if said.differs:
        return "Another person said otherwise: `living-survey conflicts` asks for a third word."
    return "It counts when another person, who does not see it, says the same."


def answer_of(
    decision: Decision, *, outcome: str, result: str = "", notes: tuple[str, ...] = ()
) -> Answer:
    """Return the answer for one decision."""
    sections = f" in {', '.join(decision.sections)}" if decision.sections else ""
    reason = f" ({decision.reason})" if decision.reason else ""
    line = (
        f"{decision.arxiv_id} {decision.verdict}{sections}{reason}{_until(decision)}"
        f" by {decision.reviewer}{result}  (decision {decision.decision_id})"
    )
    return Answer({**asdict(decision), "outcome": outcome}, (line,), notes)


def _until(decision: Decision) -> str:
    returns = [decision.return_on.isoformat()] if decision.return_on else []
    returns += ["a new version"] if decision.return_after_version is not None else []
    return f" until {' or '.join(returns)}" if returns else ""


def _reader(services: Services, proposal: Proposal) -> tuple[str, ...]:
    """Return a note if somebody else reads the paper at the desk."""
    claims = Claims(services.settings.database.path).standing(services.clock())
    claim = claims.get(proposal.arxiv_id)
    if claim is None or claim.reviewer == proposal.reviewer:
        return ()
    return (f"{proposal.arxiv_id}: {claim.said}.",)


def _withdrawn(services: Services, decisions: Sequence[Decision]) -> Iterator[str]:
    """Yield a note for each approved paper that arXiv has withdrawn."""
    approved = [one.arxiv_id for one in decisions if one.verdict is Verdict.APPROVED]
    with services.open_store() as store:
        withdrawn = store.papers.withdrawn(approved)
    for arxiv_id, comment in withdrawn.items():
        said = f' ("{one_line(comment)}")' if comment else ""
        yield (
            f"{arxiv_id} is withdrawn at arXiv{said}: digests do not list it."
            " `living-survey undo` takes the decision back."
        )


def _remarks(services: Services, key: str) -> tuple[str, ...]:
    with services.open_store() as store:
        stored = store.papers.get(key)
        return remarks_on(store, [stored.paper]).get(key, ()) if stored else ()
