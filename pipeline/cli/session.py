"""A recorded run of a command: services, run lock, the row in `runs`, progress bars."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass

from pipeline.cli.command import Invocation
from pipeline.ingest.sources.open import ArxivSources, arxiv_sources
from pipeline.runtime.clock import check_clock, last_confirmed
from pipeline.runtime.record import Run, exclusive, recorded
from pipeline.runtime.services import Database, Services, open_services
from pipeline.runtime.versions import versions_of

#: the lock of runs that move cursors
RUN = "run"


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
    lock: str | None = None,
    confirms_clock: bool = False,
    database: Database = Database.MUST_EXIST,
) -> Iterator[Session]:
    """Open a recorded run.

    Args:
        invocation: of the command.
        command: its name in `runs`.
        lock: of a kind of runs that exclude each other on the same database, such as `run` for
            those that move cursors. It is taken once the database is there; if it is held, the call
            fails at once.
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
        if lock:
            stack.enter_context(exclusive(services.settings.database.path, lock))
        progress = stack.enter_context(invocation.output.progress())
        run = stack.enter_context(
            recorded(
                command,
                services.open_store,
                services.clock,
                invocation.call.argv,
                progress,
                versions=versions_of(services.models),
            )
        )
        yield Session(services, run)


@contextmanager
def arxiv_session(
    invocation: Invocation,
    command: str,
    *,
    lock: str | None = RUN,
    confirms_clock: bool = False,
) -> Iterator[tuple[Session, ArxivSources]]:
    """Open a recorded run that may request from arXiv; the database is created if it is missing."""
    with session(
        invocation,
        command,
        lock=lock,
        confirms_clock=confirms_clock,
        database=Database.CREATE,
    ) as opened:
        services = opened.services
        with services.open_store() as store:
            confirmed_at = last_confirmed(store)
        with arxiv_sources(
            services.settings.arxiv, services.clock, clock_confirmed_at=confirmed_at
        ) as arxiv:
            try:
                yield opened, arxiv
            finally:
                opened.run.count(requests=arxiv.requests())
