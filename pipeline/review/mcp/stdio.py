"""Talk with the application over standard input and output, with a bound for each line."""

import json
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import BinaryIO

import anyio
from mcp.server import MCPServer
from mcp.server.stdio import stdio_server
from mcp.shared.message import SessionMessage
from mcp.types import INVALID_REQUEST, PARSE_ERROR, ErrorData, JSONRPCError

#: bytes of a message; the longest that a tool takes has some hundreds
LONGEST_LINE = 1024 * 1024
_PIECE = 64 * 1024
_TOO_LONG = (
    f"This line is longer than {LONGEST_LINE:,} bytes, and was not read. Send a shorter message."
)
_NOT_JSON = "This line is not JSON. Send one JSON-RPC message a line."
_NO_MESSAGE = (
    'This line is no JSON-RPC message: it needs to be an object with "jsonrpc": "2.0" and a'
    ' "method".'
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


def fault_of(line: str) -> JSONRPCError | None:
    """Return the answer to a line that is no message; None: it is one."""
    try:
        message = json.loads(line)
    except (ValueError, RecursionError):
        return _error(PARSE_ERROR, _NOT_JSON)
    if not isinstance(message, dict):
        return _error(INVALID_REQUEST, _NO_MESSAGE)
    # an answer of the application has no method
    known = isinstance(message.get("method"), str) or "result" in message or "error" in message
    if known and message.get("jsonrpc") == "2.0":
        return None
    return _error(INVALID_REQUEST, _NO_MESSAGE, message.get("id"))


def _error(code: int, text: str, of: object = None) -> JSONRPCError:
    known = of if isinstance(of, str) or type(of) is int else None
    return JSONRPCError(jsonrpc="2.0", id=known, error=ErrorData(code=code, message=text))


class _Lines(anyio.AsyncFile[str]):
    """Standard input, line by line."""

    #: answers a line that is no message
    refuse: Callable[[JSONRPCError], Awaitable[None]]

    async def __aiter__(self) -> AsyncIterator[str]:
        """Yield lines that are messages."""
        while (line := await anyio.to_thread.run_sync(read_line, sys.stdin.buffer)) != b"":
            if line is None:
                await self.refuse(_error(INVALID_REQUEST, _TOO_LONG))
            elif text := line.decode("utf-8", "replace").strip():
                if fault := fault_of(text):
                    await self.refuse(fault)
                else:
                    yield text


async def serve_stdio(server: MCPServer) -> None:
    """Answer until standard input ends; a line that is no message is answered with an error."""
    lines = _Lines(sys.stdin)
    async with stdio_server(stdin=lines) as (read, write):

        async def refuse(fault: JSONRPCError) -> None:
            await write.send(SessionMessage(fault))

        lines.refuse = refuse
        # as its own `run_stdio_async` does, which takes no stream
        inner = server._lowlevel_server  # noqa: SLF001
        await inner.run(read, write, inner.create_initialization_options())
