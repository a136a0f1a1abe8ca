"""`hub`: serve what this installation holds to other surveys, as arXiv would."""

from contextlib import closing
from typing import Annotated

import typer

from config.schema import Settings
from pipeline.cli.command import Invocation, command
from pipeline.curated.title import survey_title
from pipeline.ingest.hub.app import create_hub_app
from pipeline.ingest.hub.holdings import HubHoldings
from pipeline.review.web.server import address, listen_anywhere, serve_hub
from pipeline.runtime.services import open_services
from storage.kept import KeptStores

#: seconds; a survey asks again after that
_BUSY_TIMEOUT = 8.0


@command(
    "hub",
    examples="""
    living-survey hub
    living-survey hub --port 9000
    """,
)
def hub(
    invocation: Invocation,
    host: Annotated[str | None, typer.Option(help="Address to listen on.")] = None,
    port: Annotated[int | None, typer.Option(min=0, max=65535, help="0: any free one.")] = None,
) -> None:
    """Serve what this survey holds to other surveys, so that arXiv is asked once for all.

    Other surveys set hub_url under [arxiv] to the address it prints. They get OAI-PMH, feeds and
    look-ups of this survey's sets and categories, with the real announcement days, versions and
    withdrawals; every list says up to when it is complete.

    It only reads. `living-survey run` beside it, by cron or the timer, asks arXiv as always.
    """
    settings = invocation.settings
    reading = open_services(settings, read_only=True, busy_timeout_seconds=_BUSY_TIMEOUT)
    with (
        closing(
            KeptStores(
                settings.database.path,
                reading.open_store,
                reading.open_store,
                busy_timeout_seconds=_BUSY_TIMEOUT,
            )
        ) as kept,
        listen_anywhere(
            settings.hub.host if host is None else host,
            settings.hub.port if port is None else port,
            section="hub",
        ) as listening,
    ):
        url = settings.hub.url or address(listening).rstrip("/")
        holdings = HubHoldings(
            read_store=kept.read_store,
            settings=settings.arxiv,
            name=_name(settings),
            url=url,
            clock=reading.clock,
        )
        app = create_hub_app(holdings, clock=reading.clock)
        serve_hub(app, listening, note=holdings.note())


def _name(settings: Settings) -> str:
    return f"Living Survey hub: {survey_title(settings.survey)}"
