"""Diagnose a survey: collect what the checks of every stage find. Changes nothing."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace

from config.errors import LivingSurveyError
from pipeline.curated.checks import checks as curated_checks
from pipeline.ingest.checks import checks as ingest_checks
from pipeline.learn.checks import checks as learn_checks
from pipeline.operate.backups import naming_backup
from pipeline.operate.checks import check_jobs, check_runs
from pipeline.operate.checks import checks as operate_checks
from pipeline.operate.clock_checks import checks as clock_checks
from pipeline.publish.checks import checks as publish_checks
from pipeline.publish.mail.setup.examine import examine_mail, surroundings
from pipeline.publish.subscribers.checks import checks as subscriber_checks
from pipeline.review.checks import checks as review_checks
from pipeline.runtime.findings import Finding
from pipeline.runtime.services import NoDatabaseError, Services
from pipeline.taxonomy.checks import checks as taxonomy_checks
from storage.errors import StoreDamagedError
from storage.store import OpenStore, Store

Checks = Callable[[Services], Iterator[Finding]]

#: in the order of the walk through a survey
ALL_CHECKS: tuple[Checks, ...] = (
    operate_checks,
    clock_checks,
    ingest_checks,
    curated_checks,
    taxonomy_checks,
    learn_checks,
    review_checks,
    publish_checks,
    subscriber_checks,
)


def examine(services: Services) -> tuple[Finding, ...]:
    """Return everything that is wrong or worth knowing; empty if all is well."""
    services = replace(services, open_store=_failing_once(services.open_store))
    found: dict[Finding, None] = dict.fromkeys(check_jobs(services))
    for checks in ALL_CHECKS:
        _collect(found, checks, services)
    reported = {finding.what for finding in found}
    _collect(found, lambda services: check_runs(services, reported=reported), services)
    return tuple(found)


def examine_mail_of(services: Services, environment: Mapping[str, str]) -> tuple[Finding, ...]:
    """Return what keeps mail from arriving; it asks DNS and the SMTP server and sends nothing.

    Args:
        services: of the survey.
        environment: may hold the password.
    """
    around = surroundings(services, environment)
    return examine_mail(services.settings.mail, around)


def _collect(found: dict[Finding, None], checks: Checks, services: Services) -> None:
    """Add what the checks find; a database that cannot be read is a finding once."""
    try:
        for finding in checks(services):
            found[finding] = None
    except NoDatabaseError:
        path = services.settings.database.path
        what = f"there is no database at {path}."
        found[Finding("database", what, "`living-survey init` creates it.")] = None
    except LivingSurveyError as error:
        if isinstance(error, StoreDamagedError):
            error = naming_backup(error, services.settings)
        found[Finding("database", error.message, error.hint)] = None


def _failing_once(open_store: OpenStore) -> OpenStore:
    """Return an opener that repeats its first error, because waiting for a lock takes seconds."""
    failure: LivingSurveyError | None = None

    @contextmanager
    def opened() -> Iterator[Store]:
        nonlocal failure
        if failure is not None:
            raise failure
        try:
            with open_store() as store:
                yield store
        except LivingSurveyError as error:
            failure = error
            raise

    return opened
