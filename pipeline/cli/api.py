"""`api`: the OpenAPI document of the JSON API."""

from typing import Annotated, Literal

import typer

from pipeline.cli.answer import Answer
from pipeline.cli.command import Invocation, command
from pipeline.review.api.openapi import document, document_text
from pipeline.review.api.table import OPERATIONS


@command("api", examples="living-survey api openapi\nliving-survey api openapi > openapi.json")
def api(
    invocation: Invocation,
    what: Annotated[
        Literal["openapi"], typer.Argument(metavar="openapi", help="What to write.")
    ] = "openapi",
) -> Answer:
    """Write the OpenAPI document of the JSON API.

    The review service has it at /api/v1/openapi.json. Programs that make clients read it.
    """
    del invocation, what
    return Answer(document(OPERATIONS), (document_text(OPERATIONS).rstrip("\n"),))
