"""Diagnose a survey: collect what the checks of every stage find. Changes nothing."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace

from config.errors import ConfigError, LivingSurveyError
from pipeline.curated.checks import checks as curated_checks
from pipeline.ingest.checks import checks as ingest_checks
from pipeline.ingest.sources.open import arxiv_sources
from pipeline.learn.checks import checks as learn_checks
from pipeline.operate.alerts.checks import checks as alert_checks
from pipeline.operate.backups import naming_backup
from pipeline.operate.checks import check_jobs, check_runs
from pipeline.operate.checks import checks as operate_checks
from pipeline.operate.clock_checks import checks as clock_checks
from pipeline.operate.place_checks import checks as place_checks
from pipeline.operate.secret_checks import checks as secret_checks
from pipeline.publish.checks import checks as publish_checks
from pipeline.publish.mail.setup.examine import examine_mail, surroundings
from pipeline.publish.subscribers.checks import checks as subscriber_checks
from pipeline.review.accounts.checks import checks as account_checks
from pipeline.review.checks import checks as review_checks
from pipeline.review.team.checks import checks as team_checks
from pipeline.runtime.findings import Finding
from pipeline.runtime.services import NoDatabaseError, Services
from pipeline.suggestions.checks import checks as suggestion_checks
from pipeline.taxonomy.checks import checks as taxonomy_checks
from storage.errors import StoreDamagedError
from storage.store import OpenStore, Store

Checks = Callable[[Services], Iterator[Finding]]

MACHINE, RUNS = "machine", "runs"
#: in the order of the walk through a survey
STAGES: Mapping[str, tuple[Checks, ...]] = {
    MACHINE: (check_jobs, operate_checks, clock_checks, place_checks, secret_checks),
    "arXiv": (ingest_checks,),
    "list": (curated_checks, taxonomy_checks),
    "model": (learn_checks,),
    "review": (review_checks, suggestion_checks, account_checks, team_checks),
    "publishing": (publish_checks,),
    "mail": (subscriber_checks,),
    "alarms": (alert_checks,),
}


@dataclass(frozen=True, slots=True)
class Examined:
    """A stage of the survey, and what is wrong or worth knowing there."""

    stage: str
    #: what is wrong first; what another stage said already is left out
    findings: tuple[Finding, ...]


def examine(services: Services) -> tuple[Examined, ...]:
    """Return every stage with what is wrong or worth knowing in it."""
    services = replace(services, open_store=_failing_once(services.open_store))
    said: dict[Finding, str] = {}
    for stage, several in STAGES.items():
        for checks in several:
            _collect(said, stage, checks, services)
    reported = {finding.what for finding in said}
    _collect(said, RUNS, lambda services: check_runs(services, reported=reported), services)
    return tuple(
        Examined(
            stage,
            tuple(
                sorted(
                    (finding for finding, where in said.items() if where == stage),
                    key=lambda finding: not finding.wrong,
                )
            ),
        )
        for stage in (*STAGES, RUNS)
    )


def findings(examined: Iterable[Examined]) -> tuple[Finding, ...]:
    """Return what was found in all stages."""
    return tuple(finding for one in examined for finding in one.findings)


def examine_arxiv(services: Services) -> tuple[Finding, ...]:
    """Return what keeps arXiv from answering, after one request at its usual pace."""
    try:
        with arxiv_sources(services.settings.arxiv, services.clock) as arxiv:
            arxiv.oai.identify()
    except ConfigError:
        raise
    except LivingSurveyError as error:
        return (Finding("arXiv", error.message, error.hint),)
    return ()


def examine_mail_of(services: Services, environment: Mapping[str, str]) -> tuple[Finding, ...]:
    """Return what keeps mail from arriving; it asks DNS and the SMTP server and sends nothing.

    Args:
        services: of the survey.
        environment: may hold the password.
    """
    around = surroundings(services, environment)
    return examine_mail(services.settings.mail, around)


def _collect(said: dict[Finding, str], stage: str, checks: Checks, services: Services) -> None:
    """Add what the checks of a stage find; a database that cannot be read is a finding once."""
    try:
        for finding in checks(services):
            said.setdefault(finding, stage)
    except NoDatabaseError:
        path = services.settings.database.path
        what = f"there is no database at {path}."
        said.setdefault(Finding("database", what, "`living-survey init` creates it."), MACHINE)
    except LivingSurveyError as error:
        if isinstance(error, StoreDamagedError):
            error = naming_backup(error, services.settings)
        said.setdefault(Finding("database", error.message, error.hint), MACHINE)


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
