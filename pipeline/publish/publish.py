"""Publish targets: build, recount, pass the gate, compare, write, record.

A publication is recorded before its files are replaced and again after, so that the next call
completes one that was killed. A second call writes and records nothing.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from config.errors import LivingSurveyError
from pipeline.publish.changed import changed_files
from pipeline.publish.noted import note_begun, note_ended, take_over
from pipeline.publish.plan import Plan, plan
from pipeline.publish.publication import digest_of
from pipeline.publish.recorded import published_file
from pipeline.publish.report import Outcome, TargetReport
from pipeline.publish.shown import program, shown_settings
from pipeline.publish.targets import Target
from pipeline.runtime.record import Run
from pipeline.runtime.services import Services
from storage.publication_types import NewPublication


@dataclass(frozen=True, slots=True)
class Asked:
    """Who publishes, and how."""

    person: str
    dry_run: bool = False
    #: why refusals are set aside; None: they are not
    override: str | None = None


def publish(
    services: Services, run: Run, targets: Sequence[Target], asked: Asked
) -> tuple[TargetReport, ...]:
    """Publish each target; one that is refused or fails does not stop the others."""
    reports = []
    adopted = () if asked.dry_run else take_over(services)
    if adopted:
        run.count(adopted=len(adopted))
    for target in targets:
        run.stage(f"publish {target.name}")
        report = _publish_one(services, run, target, asked)
        run.count(**{report.outcome.replace(" ", "_"): 1})
        reports.append(report)
    run.error = (
        " ".join(f"{one.target}: {one.reasons[0]}" for one in reports if one.reasons) or None
    )
    return tuple(reports)


def _publish_one(services: Services, run: Run, target: Target, asked: Asked) -> TargetReport:
    try:
        planned = plan(services, target)
        report = _judged(target, planned, asked)
        if not asked.dry_run:
            report = _carried_out(services, run, target, planned, report=report, by=asked)
            report = _followed(services, target, report)
    except LivingSurveyError as error:
        return TargetReport(
            target.name,
            Outcome.FAILED,
            error=error.message,
            hint=error.hint,
            exit_status=error.exit_status,
        )
    return report


def _judged(target: Target, planned: Plan, asked: Asked) -> TargetReport:
    """Return what may become of the target."""
    stopped = any(one.final or asked.override is None for one in planned.refusals)
    outcome = Outcome.UNCHANGED if planned.done else Outcome.WOULD_PUBLISH
    return TargetReport(
        target=target.name,
        outcome=Outcome.REFUSED if stopped else outcome,
        papers=len(planned.build.papers),
        new=tuple(sorted(planned.new)),
        counts=planned.build.counts,
        files=changed_files(planned.build, planned.before),
        refusals=planned.refusals if stopped else (),
        overridden=() if stopped else planned.refusals,
        notes=planned.build.notes,
        exit_status=1 if stopped else 0,
    )


def _carried_out(
    services: Services, run: Run, target: Target, planned: Plan, *, report: TargetReport, by: Asked
) -> TargetReport:
    """Write and record what was judged."""
    if report.outcome is not Outcome.WOULD_PUBLISH:
        _note(services, run, report, planned)
        return report
    build, overridden = planned.build, tuple(one.sentence for one in report.overridden)
    new = NewPublication(
        target=target.name,
        person=by.person,
        begun_at=planned.at,
        entries=build.entries,
        counts=build.counts,
        files=tuple(published_file(file, services.settings.root) for file in build.files),
        run_id=run.run_id,
        override_reason=by.override if overridden else None,
        overridden=overridden,
        settings=shown_settings(services.settings),
        program=program(),
        settings_only=planned.settings_only,
    )
    digest = digest_of(build.files)
    with services.open_store() as store, store.transaction():
        act_id = store.publications.begin(new)
        if planned.edits:
            store.issues.built(planned.edits, digest, {}, by.person, planned.at)
    note_begun(services, target.name)
    target.put(build)
    with services.open_store() as store, store.transaction():
        store.publications.finish(act_id, services.clock())
        if planned.inputs:
            store.publications.note_inputs(act_id, planned.inputs, services.clock())
        if planned.edits:
            store.issues.published(planned.edits.week, digest, by.person, services.clock())
    note_ended(services, target.name)
    return replace(report, outcome=Outcome.PUBLISHED, act_id=act_id)


def _followed(services: Services, target: Target, report: TargetReport) -> TargetReport:
    """Do what follows a publication; what fails there is only said."""
    if target.after is None or report.outcome not in {Outcome.PUBLISHED, Outcome.UNCHANGED}:
        return report
    try:
        notes = tuple(target.after(services))
    except LivingSurveyError as error:
        notes = (f"{error.message} {error.hint}".rstrip(),)
    return replace(report, notes=(*report.notes, *notes))


def _note(services: Services, run: Run, report: TargetReport, planned: Plan) -> None:
    """Record why a target is refused, or that it no longer is."""
    with services.open_store() as store:
        if report.outcome is Outcome.REFUSED:
            store.publications.refuse(report.target, report.reasons, services.clock(), run.run_id)
        else:
            store.publications.clear(report.target, services.clock(), run.run_id)
            if report.outcome is Outcome.UNCHANGED and planned.inputs:
                # Another program, or settings that change no byte, need not be tried again.
                last = store.publications.last(report.target)
                if last is not None:
                    store.publications.note_inputs(last.act_id, planned.inputs, services.clock())
