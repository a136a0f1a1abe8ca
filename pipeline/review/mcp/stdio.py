"""Talk with the application over standard input and output, with a bound for each line."""

import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import BinaryIO

import anyio
from mcp.server import MCPServer
from mcp.server.stdio import stdio_server
from mcp.shared.message import SessionMessage
from mcp.types import INVALID_REQUEST, ErrorData, JSONRPCError

#: bytes of a message; the longest that a tool takes has some hundreds
LONGEST_LINE = 1024 * 1024
_PIECE = 64 * 1024
_TOO_LONG = SessionMessage(
    JSONRPCError(
        jsonrpc="2.0",
        id=None,
        error=ErrorData(
            code=INVALID_REQUEST,
            message=f"This line is longer than {LONGEST_LINE:,} bytes, and was not read."
            " Send a shorter message.",
        ),
    )
)


def read_line(source: BinaryIO, longest: int = LONGEST_LINE) -> bytes | None:
    """Return the next line with its end, empty at the end of all; None: it was too long.

    Of a line that is too long no more than the bound is held at once; the one after it is next.
    """
    line = source.readline(longest + 1)
    if len(line) <= longest:
        return line
    while line and not line.endswith(b"\n"):
        line = source.readline(_PIECE)
    return None


class _Lines(anyio.AsyncFile[str]):
    """Standard input, line by line."""

    #: answers a line that was too long
    refuse: Callable[[], Awaitable[None]]

    async def __aiter__(self) -> AsyncIterator[str]:
        """Yield lines that are not too long."""
        while (line := await anyio.to_thread.run_sync(read_line, sys.stdin.buffer)) != b"":
            if line is None:
                await self.refuse()
            else:
                yield line.decode("utf-8", "replace")


async def serve_stdio(server: MCPServer) -> None:
    """Answer until standard input ends; a line that is too long is answered with an error."""
    lines = _Lines(sys.stdin)
    async with stdio_server(stdin=lines) as (read, write):

        async def refuse() -> None:
            await write.send(_TOO_LONG)

        lines.refuse = refuse
        # as its own `run_stdio_async` does, which takes no stream
        inner = server._lowlevel_server  # noqa: SLF001
        await inner.run(read, write, inner.create_initialization_options())
