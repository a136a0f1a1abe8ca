"""Make the server that an application with a language model starts."""

from typing import Any

from mcp.server import MCPServer
from mcp.server.mcpserver.exceptions import ToolError
from mcp.types import ToolAnnotations

from pipeline.review.api.context import ApiContext
from pipeline.review.mcp.bounds import NOTICE
from pipeline.review.mcp.tools import Tools, explained

_ABOUT = (
    "The approval queue of the survey {title!r}: papers from arXiv, what a model predicts of them, "
    "what people decided, and what was published. A prediction is no decision. These tools read "
    f"only; people decide with `living-survey serve` or `living-survey decide`. {NOTICE}"
)


class _Server(MCPServer):
    """Refuses an argument that a tool does not have, which would change nothing unnoticed."""

    async def call_tool(self, name: str, arguments: dict[str, Any], context: Any = None) -> Any:
        """Call a tool, or raise ToolError."""
        tools = {tool.name: tool.input_schema for tool in await self.list_tools()}
        known = tools.get(name, {}).get("properties", {})
        if name in tools and (unknown := sorted(set(arguments) - set(known))):
            has = ", ".join(known) or "none"
            raise ToolError(f"{name} has no argument {', '.join(unknown)}. It has: {has}.")
        return await super().call_tool(name, arguments, context)


def make_server(context: ApiContext, person: str, version: str) -> MCPServer:
    """Return the server; its tools read what `person` may see."""
    server = _Server(
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
