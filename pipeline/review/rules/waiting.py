"""Let one rule decide what waits, as one act."""

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from classifiers.errors import ModelError
from config.rules_schema import Rule
from pipeline.learn.documents import document_of
from pipeline.learn.explain.certainty import certainty_of
from pipeline.learn.explain.explainer import load_explainer
from pipeline.review.decide import Recorded, record_all
from pipeline.review.double.rules import rules_of
from pipeline.review.judge import suggested_section
from pipeline.review.proposal import NOT_DECIDED, Expected, Proposal
from pipeline.review.rules.signals import Said, Seen, Signals, acts
from pipeline.review.rules.state import RuleState
from pipeline.review.rulings.precedents import read_precedents
from pipeline.runtime.services import Services
from storage.batches import BatchKind, NewBatch
from storage.calendar import announcement_day
from storage.rule_types import Candidate
from storage.types import RULE_PREFIX, PaperText, Verdict

_log = logging.getLogger(__name__)

#: papers read in one lease, and in one run
_AT_ONCE, _MOST_READ = 5_000, 100_000
#: above every probability
_ANY = 2.0


def decide_waiting(services: Services, state: RuleState) -> tuple[int, int]:
    """Let one rule decide what waits, newest first, as one act.

    Returns:
        how many papers it decided, and of how many that were read a signal was missing.
    """
    missing = 0
    rule, most = state.rule, services.settings.review.rules_most
    chosen: list[Candidate] = []
    reader: _Reader | None = None
    for offset in range(0, _MOST_READ, _AT_ONCE):
        with services.open_store() as store:
            ids = store.rules.candidates(
                below=rule.scope_below / 100 if rule.scope_below else _ANY,
                inside=rule.outside_categories,
                today=announcement_day(services.clock()),
                limit=_AT_ONCE,
                offset=offset,
            )
            candidates = store.rules.texts(ids) if ids else []
        # before the signals, so that they are not missed where no rule decides
        candidates = _decided_alone(services, candidates)
        if ids and reader is None:
            reader = _reader(services, rule)
        read = [(one, reader.read(rule, one)) for one in candidates] if reader else []
        missing += sum(None in said.values() for _, said in read)
        chosen += [one for one, said in read if acts(said)]
        if len(chosen) >= most or len(ids) < _AT_ONCE:
            break
    if not chosen:
        return 0, missing
    reviewer = f"{RULE_PREFIX}{rule.id}"
    outcomes = record_all(
        services.open_store,
        services.taxonomy,
        [_proposal(state, one, reviewer) for one in chosen[:most]],
        clock=services.clock,
        act=NewBatch(BatchKind.RULE, reviewer, services.clock(), rule.id),
    )
    return sum(isinstance(one, Recorded) for one in outcomes), missing


def _decided_alone(services: Services, chosen: Sequence[Candidate]) -> list[Candidate]:
    """Return the papers that one word decides; where two people must agree, no rule does."""
    team = rules_of(services.settings.team, services.taxonomy)
    if not team.double or not chosen:
        return list(chosen)
    with services.open_store() as store:
        predicted = store.predictions.latest([one.arxiv_id for one in chosen])
    suggested = {
        key: score.section
        for key, one in predicted.items()
        if (score := suggested_section(one, services.taxonomy)) is not None
    }
    return [one for one in chosen if not team.needs_two(one.arxiv_id, suggested.get(one.arxiv_id))]


@dataclass(frozen=True, slots=True)
class _Reader:
    """Reads the signals of waiting papers."""

    signals: Signals
    #: the model whose predictions count; empty: none
    model_id: str

    def read(self, rule: Rule, one: Candidate) -> Mapping[str, Said]:
        return self.signals.read(rule, _seen(one, self.model_id))


def _reader(services: Services, rule: Rule) -> _Reader:
    with services.open_store() as store:
        certain = certainty_of(services, store).calibrated
        precedents = read_precedents(store) if rule.near_rejection else ()
    likeness = (
        load_explainer(services.settings.classifier.models, services.taxonomy, services.open_store)
        if precedents
        else None
    )
    signals = Signals(services.taxonomy, likeness=likeness, precedents=precedents)
    return _Reader(signals, _fit_model(services) if certain and rule.scope_below else "")


def _fit_model(services: Services) -> str:
    """Return the model in use if it is trained and still scores as it did; empty: it is not."""
    try:
        current = services.models.check_current(services.taxonomy)
        if current.is_trained:
            current.load()  # scores its golden papers again
            return current.model_id
    except ModelError:
        _log.warning("rules do not act: the model in use cannot be used")
    return ""


def _seen(one: Candidate, model_id: str) -> Seen:
    """Return what the signals need; a prediction by another model or of another text is missing."""
    text = PaperText(one.arxiv_id, one.title, one.abstract, one.categories, one.content_hash)
    known = one.is_current and one.model_id == model_id
    return Seen(document_of(text), one.primary_category, one.in_scope if known else None)


def _proposal(state: RuleState, one: Candidate, reviewer: str) -> Proposal:
    rule = state.rule
    rejects = rule.verdict == "reject"
    said = {
        "model": f"in scope {one.in_scope:.1%}, below {rule.scope_below} %",
        "category": f"primary category {one.primary_category}",
        "words": "no cue word of the taxonomy",
        "ruling": "the nearest ruling rejects",
    }
    return Proposal(
        arxiv_id=one.arxiv_id,
        verdict=Verdict.REJECTED if rejects else Verdict.DEFERRED,
        reviewer=reviewer,
        note="; ".join(said[name] for name in rule.signals),
        reason=(rule.reason or None) if rejects else None,
        expected=Expected(NOT_DECIDED, one.content_hash),
        until_new_version=not rejects,
    )
