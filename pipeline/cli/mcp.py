"""`mcp`: the survey for applications with a language model, to read only."""

import functools
import secrets
from contextlib import AbstractContextManager
from importlib import metadata, util
from typing import Annotated

import anyio
import typer

from config.errors import ConfigError, UsageError
from pipeline.cli.command import Invocation, command
from pipeline.cli.decide import reviewer_of
from pipeline.cli.issue_desk import issue_desk
from pipeline.curated.title import survey_title
from pipeline.learn.explain.explainer import ExplainerCache
from pipeline.operate.status_facts import state_of_survey
from pipeline.review.api.context import ApiContext
from pipeline.review.proposal import reviewer_name
from pipeline.review.team.reading import Reading
from pipeline.runtime.services import open_services
from storage.claims import Claims
from storage.store import Store


@command(
    "mcp",
    examples="""
    living-survey mcp
    living-survey --config /srv/survey/living-survey.toml mcp
    """,
)
def mcp(
    invocation: Invocation,
    reviewer: Annotated[
        str | None, typer.Option(metavar="NAME", help="For whom papers are shown.")
    ] = None,
) -> None:
    """Let an application with a language model read the survey.

    It speaks the Model Context Protocol over standard input and output: such applications start it
    themselves. Its tools search papers and show the queue, decisions and what was published. They
    cannot change anything. It needs the package `mcp`.
    """
    if util.find_spec("mcp") is None:
        raise ConfigError(
            "The package `mcp` is not installed.",
            hint="Install it beside Living Survey: `python -m pip install 'mcp>=2.3,<3'`.",
        )
    # here, because the package is optional
    from pipeline.review.mcp.server import make_server  # noqa: PLC0415
    from pipeline.review.mcp.stdio import serve_stdio  # noqa: PLC0415

    settings = invocation.settings
    services = open_services(settings, read_only=True)
    in_scope = [reason.code for reason in settings.review.reasons if reason.in_scope]
    context = ApiContext(
        open_store=_refuse,
        read_store=services.open_store,
        taxonomy=services.taxonomy,
        clock=services.clock,
        survey_title=survey_title(settings.survey),
        issues=issue_desk(services),
        state=functools.partial(state_of_survey, services),
        secret=secrets.token_bytes(32),
        explainers=ExplainerCache(
            settings.classifier.models,
            services.taxonomy,
            services.open_store,
            in_scope_reasons=in_scope,
        ),
        reading=Reading(
            Claims(settings.database.path), settings.team.claim_minutes, services.clock
        ),
        review=settings.review,
        settings=settings.api,
    )
    person = reviewer_name(reviewer) if reviewer else reviewer_of(settings)
    anyio.run(serve_stdio, make_server(context, person, metadata.version("living-survey")))


def _refuse() -> AbstractContextManager[Store]:
    raise UsageError("These tools only read.", hint="Decide with `living-survey decide`.")
