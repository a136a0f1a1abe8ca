"""`serve`: the approval queue as web pages, on loopback."""

from typing import Annotated

import typer

from pipeline.commands.invocation import Invocation, command
from pipeline.commands.queue import reviewer_of


@command("serve", examples="living-survey serve\nliving-survey serve --port 9000 --reviewer ada")
def serve(
    invocation: Invocation,
    host: Annotated[str | None, typer.Option(help="Loopback address to listen on.")] = None,
    port: Annotated[int | None, typer.Option(min=0, max=65535, help="0: any free one.")] = None,
    reviewer: Annotated[str | None, typer.Option(help="Whose decisions these are.")] = None,
) -> None:
    """Serve the approval queue as web pages.

    It works while `run` ingests in another process.
    """
    import secrets

    from pipeline.bootstrap import bootstrap
    from pipeline.review.app import create_app
    from pipeline.review.server import serve as serve_app

    settings = invocation.settings
    services = bootstrap(settings)
    app = create_app(
        services.open_store,
        services.taxonomy,
        reviewer=reviewer or reviewer_of(settings),
        secret=secrets.token_bytes(32),
        clock=services.clock,
        survey_title=settings.survey.title,
    )
    serve_app(
        app,
        host or settings.review.host,
        settings.review.port if port is None else port,
    )
