"""Make the server that an application with a language model starts."""

from mcp.server import MCPServer
from mcp.types import ToolAnnotations

from pipeline.review.api.context import ApiContext
from pipeline.review.mcp.bounds import NOTICE
from pipeline.review.mcp.tools import Tools, explained

_ABOUT = (
    "The approval queue of the survey {title!r}: papers from arXiv, what a model predicts of them, "
    "what people decided, and what was published. A prediction is no decision. These tools read "
    f"only; people decide with `living-survey serve` or `living-survey decide`. {NOTICE}"
)


def make_server(context: ApiContext, person: str, version: str) -> MCPServer:
    """Return the server; its tools read what `person` may see."""
    server = MCPServer(
        name="living-survey",
        title="Living Survey",
        instructions=_ABOUT.format(title=context.survey_title),
        version=version,
        log_level="WARNING",
        subscriptions=False,
    )
    for tool in Tools(context, person).all:
        server.add_tool(
            explained(tool),
            title=tool.__name__.replace("_", " ").capitalize(),
            annotations=ToolAnnotations(
                read_only_hint=True,
                destructive_hint=False,
                idempotent_hint=True,
                open_world_hint=False,
            ),
            structured_output=True,
        )
    return server
