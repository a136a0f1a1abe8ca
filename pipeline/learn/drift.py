"""Drift: does the model in use still fit the new papers? Measured once a week.

Only papers that the model did not learn from are compared, because the others would flatter it.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from classifiers.ambiguity import NOTABLE_SHIFT
from classifiers.cues import CueClassifier
from classifiers.errors import NoModelError
from classifiers.kept.registry import Learned
from classifiers.linear.model import Model
from classifiers.measure.drift import (
    MissingSection,
    drift,
    missing_section,
    unknown_share,
)
from classifiers.types import Document, Scores
from config.taxonomy import Taxonomy
from pipeline.learn.documents import document_of
from pipeline.learn.drift_report import (
    FEWEST_DECISIONS,
    DriftReport,
    ExamplePaper,
    iso_week,
    save_drift,
)
from pipeline.learn.examples import LabelledExample, TrainingSet, load_training_set
from pipeline.runtime.record import Run
from pipeline.runtime.services import Services
from storage.store import OpenStore

_WEEK = timedelta(days=7)
#: periods in which papers of a missing section accumulate: stored papers, rejections
_PAPERS_SINCE = timedelta(days=28)
_REJECTED_SINCE = timedelta(days=56)
#: fewest papers on either side for comparing distributions
_FEWEST = 50
#: newest decisions on which calibration is measured
_NEWEST = 300
#: most papers scored
_MOST = 10_000
#: calibration error, and growth of unknown words, from which a change is reported
_NOTABLE_ERROR = 0.15
_NOTABLE_GROWTH, _NOTABLE_RISE = 1.5, 0.02
_IN_SCOPE = 0.5


@dataclass(frozen=True, slots=True)
class _Stream:
    """Papers the model did not learn from."""

    week: list[Document]
    month: list[Document]
    #: from before this week, for comparison
    before: list[Document]


def measure_drift(services: Services, run: Run) -> DriftReport:
    """Compare the last week's papers with the time of training; save it as this week's report.

    Raises:
        NoModelError: no model was trained yet.
    """
    current = services.models.check_current(services.taxonomy)
    if not current.is_trained:
        raise NoModelError("No model was trained yet, so drift cannot be measured.")
    run.stage("measuring drift")
    report = _measured(
        services, current.load_model(), services.models.learned_from(current.model_id)
    )
    save_drift(services.settings.classifier.reports, report)
    run.count(**report.totals)
    return report


def _measured(services: Services, model: Model, learned: Learned | None) -> DriftReport:
    """Return this week's report; without `learned` every paper counts as new to the model."""
    open_store, taxonomy, now = services.open_store, services.taxonomy, services.clock()
    # Twice the papers that training takes, so that some are new to the model.
    background = 2 * services.settings.classifier.background
    reasons = services.settings.review.reasons
    examples = load_training_set(open_store, taxonomy, background=background, reasons=reasons)
    papers = learned.papers if learned else frozenset[str]()
    stream = _stream(open_store, examples, papers, now)
    decided = [
        one for one in examples.decided if not one.listed and one.example.document.key not in papers
    ][-_NEWEST:]
    scored = {
        score.key: score
        for score in model.predict([
            *stream.month, *stream.before, *(one.example.document for one in decided),
        ])
    }  # fmt: skip
    found = drift(
        model.features,
        stream.week,
        reference=[scored[d.key].in_scope for d in stream.before],
        scores=[scored[d.key].in_scope for d in stream.week],
        decided=[(scored[o.example.document.key].in_scope, o.example.in_scope) for o in decided],
    )
    week, before = len(stream.week) >= _FEWEST, len(stream.before) >= _FEWEST
    troubled, others = _sides(stream.month, examples.decided, scored, taxonomy, now=now)
    placed = _placed(stream.month, examples.decided, scored)
    # Without reviewers' decisions every new subject looks like a missing section.
    human = sum(not one.listed for one in examples.decided)
    known = human >= FEWEST_DECISIONS
    missing = missing_section(troubled, others, taxonomy, placed) if known else None
    report = DriftReport(
        week=iso_week(now),
        model_id=model.model_id,
        looked_at=now.isoformat(timespec="seconds"),
        papers=len(stream.week),
        unknown_terms=found.unknown_terms if week else None,
        unknown_before=unknown_share(model.features, stream.before) if before else None,
        score_shift=found.score_shift if week and before else None,
        calibration_error=found.calibration_error if len(decided) >= _FEWEST else None,
        decided=len(decided),
        troubled=len(troubled),
        missing_terms=missing.terms if missing else (),
        missing_examples=_examples(missing, troubled),
        notable=(),
        human=human,
    )
    return _judged(report) if known else report


def _stream(
    open_store: OpenStore, examples: TrainingSet, learned: frozenset[str], now: datetime
) -> _Stream:
    with open_store() as store:
        arrived = {
            one.arxiv_id: one.first_seen_at
            for one in store.arrivals.recent(now - _PAPERS_SINCE)
            if one.arxiv_id not in learned and one.first_seen_at <= now
        }
        newest = sorted(arrived, key=lambda key: (arrived[key], key))[-_MOST:]
        month = [document_of(text) for text in store.papers.texts(newest)]
    week = [document for document in month if arrived[document.key] > now - _WEEK]
    fresh = {document.key for document in month}
    before = [
        document
        for document in examples.documents
        if document.key not in learned and document.key not in fresh
    ]
    # In a young survey training took all older papers: use the month before this week.
    if len(before) < _FEWEST:
        this_week = {document.key for document in week}
        before = [document for document in month if document.key not in this_week]
    return _Stream(week, month, before)


def _sides(
    month: Sequence[Document],
    decided: Sequence[LabelledExample],
    scored: dict[str, Scores],
    taxonomy: Taxonomy,
    *,
    now: datetime,
) -> tuple[list[Document], list[Document]]:
    """Return the papers left open or rejected lately, and the other papers."""
    lately = [
        one.example.document
        for one in decided
        if not one.example.in_scope and now - _REJECTED_SINCE < one.decided_at <= now
    ]
    # Rejections that match the cue words may lack a section; the others are off topic. The model
    # cannot tell them apart, because it learned from the rejections.
    near = CueClassifier(taxonomy).predict(lately)
    rejected = {
        document.key: document
        for document, score in zip(lately, near, strict=True)
        if score.in_scope >= _IN_SCOPE
    }
    approved = {o.example.document.key: o.example.document for o in decided if o.example.in_scope}
    opened = {
        document.key: document
        for document in month
        if document.key not in approved
        and scored[document.key].in_scope >= _IN_SCOPE
        and scored[document.key].open_facets
    }
    troubled = rejected | opened
    rest = {document.key: document for document in month} | approved
    return list(troubled.values()), [d for key, d in rest.items() if key not in troubled]


def _placed(
    month: Sequence[Document], decided: Sequence[LabelledExample], scored: dict[str, Scores]
) -> dict[str, list[Document]]:
    """Return by section the papers approved for it or placed there without an open facet."""
    found: dict[str, dict[str, Document]] = {}
    for one in decided:
        for section in one.example.sections:
            found.setdefault(section, {})[one.example.document.key] = one.example.document
    known = {one.example.document.key for one in decided}
    for document in month:
        score = scored[document.key]
        if document.key not in known and score.in_scope >= _IN_SCOPE and not score.open_facets:
            found.setdefault(score.sections[0][0], {})[document.key] = document
    return {section: list(documents.values()) for section, documents in found.items()}


def _examples(
    missing: MissingSection | None, troubled: Sequence[Document]
) -> tuple[ExamplePaper, ...]:
    titles = {document.key: document.title for document in troubled}
    return tuple(ExamplePaper(key, titles[key]) for key in missing.examples) if missing else ()


def _judged(report: DriftReport) -> DriftReport:
    said = []
    if report.score_shift is not None and report.score_shift >= NOTABLE_SHIFT:
        said.append(
            f"in-scope probabilities have shifted since training (index {report.score_shift:.2f})"
        )
    if (
        report.unknown_terms is not None
        and report.unknown_before is not None
        and report.unknown_terms >= _NOTABLE_GROWTH * report.unknown_before + _NOTABLE_RISE
    ):
        said.append(
            f"{report.unknown_terms:.0%} of the week's words are unknown to the model, "
            f"{report.unknown_before:.0%} were before"
        )
    if report.calibration_error is not None and report.calibration_error >= _NOTABLE_ERROR:
        said.append(
            f"probabilities miss the newest {report.decided} decisions by "
            f"{report.calibration_error:.2f} on average"
        )
    if report.missing_terms:
        terms = ", ".join(term for term, _ in report.missing_terms[:5])
        said.append(f"a section may be missing: papers without a section share {terms}")
    return replace(report, notable=tuple(said))
