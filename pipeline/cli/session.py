"""What a step needs around it: services, the run lock, the record of the run, progress bars."""

import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass

from rich.progress import Progress

from pipeline.cli.command import Invocation
from pipeline.ingest.sources.open import ArxivSources, arxiv_sources
from pipeline.runtime.record import Run, exclusive, recorded
from pipeline.runtime.services import Database, Services, open_services


@dataclass(frozen=True, slots=True)
class Session:
    """One recorded execution on this machine."""

    services: Services
    record: Run
    bars: Progress


@contextmanager
def session(
    invocation: Invocation, command: str, *, alone: bool = False, creating: bool = False
) -> Iterator[Session]:
    """Open a recorded session.

    Those that are `alone` exclude each other on the same database: they move cursors. `creating`
    ones bring papers in, and create the database where there is none.
    """
    database = Database.CREATE if creating or alone else Database.MUST_EXIST
    services = open_services(invocation.settings, database=database)
    with ExitStack() as stack:
        if alone:
            stack.enter_context(exclusive(services.settings.database.path))
        record = stack.enter_context(
            recorded(command, services.open_store, services.clock, _typed(command))
        )
        bars = stack.enter_context(invocation.output.progress())
        yield Session(services, record, bars)


def _typed(command: str) -> list[str]:
    """Return the words of the command line from the command on; none if another one called it."""
    first, typed = command.partition(" ")[0], sys.argv[1:]
    return typed[typed.index(first) :] if first in typed else []


@contextmanager
def arxiv_session(
    invocation: Invocation, command: str, *, alone: bool = True
) -> Iterator[tuple[Session, ArxivSources]]:
    """Open a session that may ask arXiv."""
    with (
        session(invocation, command, alone=alone, creating=True) as opened,
        arxiv_sources(opened.services.settings.arxiv, opened.services.clock) as arxiv,
    ):
        yield opened, arxiv
