"""Serve papers from files until interrupted, for the `replica` command."""

from collections.abc import Callable, Iterable
from datetime import date
from pathlib import Path

from config.errors import UsageError
from pipeline.demo.replica.faults import load_faults
from pipeline.demo.replica.records import load_records
from pipeline.demo.replica.server import PAGE_SIZE, ReplicaServer

#: where the command listens unless told otherwise
DEFAULT_PORT = 8799


def serve_replica(
    data: Iterable[Path],
    *,
    port: int = DEFAULT_PORT,
    today: date | None = None,
    page_size: int = PAGE_SIZE,
    faults: Path | None = None,
    say: Callable[[str], None] = print,
) -> None:
    """Serve the papers of these files on 127.0.0.1 until interrupted; `say` gets each line.

    Raises:
        UsageError: a file cannot be read, or the port is taken.
    """
    records = load_records(data)
    declared = load_faults(faults) if faults else ()
    try:
        server = ReplicaServer(
            records, port=port, today=today, page_size=page_size, faults=declared
        )
    except OSError as error:
        raise UsageError(
            f"Port {port} on 127.0.0.1 cannot be used: {error.strerror}.",
            hint="Name another with --port, or 0 for any free one.",
        ) from error
    days = sorted({version.announced for one in records for version in one.versions
                   if version.announced})  # fmt: skip
    span = f", announced {days[0]} to {days[-1]}" if days else ""
    say(f"A local arXiv with {len(records):,} papers{span}. Point the settings here:")
    say("[arxiv]")
    say(f'oai_url = "{server.oai_url}"')
    say(f'rss_url = "{server.rss_url}"')
    say(f'query_url = "{server.query_url}"')
    if declared:
        say(f"{len(declared)} faults declared in {faults}.")
    say("Ctrl-C stops it.")
    try:
        server.serve_forever()
    except KeyboardInterrupt:
        say("Stopped.")
    finally:
        server.close()
