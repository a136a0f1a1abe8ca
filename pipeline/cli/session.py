"""A recorded run of a command: services, run lock, the row in `runs`, progress bars."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass

from pipeline.cli.command import Invocation
from pipeline.ingest.sources.open import ArxivSources, arxiv_sources
from pipeline.runtime.clock import check_clock, last_confirmed
from pipeline.runtime.record import Run, exclusive, recorded
from pipeline.runtime.services import Database, Services, open_services


@dataclass(frozen=True, slots=True)
class Session:
    """One recorded run of a command."""

    services: Services
    run: Run


@contextmanager
def session(
    invocation: Invocation,
    command: str,
    *,
    exclusive_run: bool = False,
    confirms_clock: bool = False,
    database: Database = Database.MUST_EXIST,
) -> Iterator[Session]:
    """Open a recorded run.

    Args:
        invocation: of the command.
        command: its name in `runs`.
        exclusive_run: whether it excludes other such runs on the same database, because it moves
            cursors.
        confirms_clock: whether arXiv confirms the clock before the command stores anything.
        database: what is expected of the database file.

    Raises:
        WrongClockError: the clock cannot be right; nothing was recorded.
    """
    services = open_services(invocation.settings, database=database)
    if not confirms_clock:
        with services.open_store() as store:
            check_clock(store, services.clock())
    with ExitStack() as stack:
        if exclusive_run:
            stack.enter_context(exclusive(services.settings.database.path))
        progress = stack.enter_context(invocation.output.progress())
        run = stack.enter_context(
            recorded(command, services.open_store, services.clock, invocation.call.argv, progress)
        )
        yield Session(services, run)


@contextmanager
def arxiv_session(
    invocation: Invocation,
    command: str,
    *,
    exclusive_run: bool = True,
    confirms_clock: bool = False,
) -> Iterator[tuple[Session, ArxivSources]]:
    """Open a recorded run that may request from arXiv; the database is created if it is missing."""
    with session(
        invocation,
        command,
        exclusive_run=exclusive_run,
        confirms_clock=confirms_clock,
        database=Database.CREATE,
    ) as opened:
        services = opened.services
        with services.open_store() as store:
            confirmed_at = last_confirmed(store)
        with arxiv_sources(
            services.settings.arxiv, services.clock, clock_confirmed_at=confirmed_at
        ) as arxiv:
            yield opened, arxiv
