"""Ask for public pages at a steady rate from many networks: `python -m benchmarks.visitors`.

Reads a JSON document from stdin: host, port, rate (requests a second), seconds, networks, paths.
Writes one to stdout: how many requests were answered with which status, and the milliseconds of the
answers. A request is due at its time however long the earlier ones take, and its time is counted
from when it was due, so that a slow server cannot slow down its visitors.
"""

import asyncio
import json
import sys
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from functools import partial
from typing import Any

#: every so many requests come on a connection of their own, as from a new visitor
_NEW_EACH = 5
#: seconds after which an answer counts as missing
_PATIENCE = 30.0


@dataclass
class Seen:
    """What the visitors saw of so many requests."""

    expected: int
    statuses: Counter[str] = field(default_factory=Counter)
    milliseconds: list[float] = field(default_factory=list)
    complete: asyncio.Event = field(default_factory=asyncio.Event)

    def count(self, status: str) -> None:
        """Count how a request ended."""
        self.statuses[status] += 1
        if self.statuses.total() >= self.expected:
            self.complete.set()


class Connection(asyncio.Protocol):
    """A connection that has one request under way at most.

    `again` sends a request on another connection: a server may close one that is idle while a
    request is on its way, and every browser then asks once more (RFC 9110, 9.2.2).
    """

    def __init__(
        self,
        seen: Seen,
        idle: list["Connection"],
        again: Callable[[float], None],
        *,
        kept: bool,
    ) -> None:
        self._seen = seen
        self._idle = idle
        self._again = again
        self._kept = kept
        self._answers = 0
        self._loop = asyncio.get_running_loop()
        self._due: float | None = None
        self._received = b""
        self._transport: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Remember where to write."""
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport

    def ask(self, request: bytes, due: float) -> None:
        """Send a request that was due at this time of the loop."""
        assert self._transport is not None
        self._due, self._received = due, b""
        self._transport.write(request)

    def data_received(self, data: bytes) -> None:
        """Count the answer when it is whole."""
        self._received += data
        head, separator, body = self._received.partition(b"\r\n\r\n")
        if not separator or len(body) < _content_length(head):
            return
        self._count(head.split(b" ", 2)[1].decode())
        self._answers += 1
        if self._kept:
            self._idle.append(self)
        elif self._transport is not None:
            self._transport.close()

    def connection_lost(self, _: Exception | None) -> None:
        """Count an answer that did not come."""
        if self in self._idle:
            self._idle.remove(self)
        if self._due is not None and self._answers and not self._received:
            self._again(self._due)
        else:
            self._count("none")

    def _count(self, status: str) -> None:
        if self._due is None:
            return
        self._seen.milliseconds.append((self._loop.time() - self._due) * 1000)
        self._seen.count(status)
        self._due = None


def _content_length(head: bytes) -> int:
    for line in head.split(b"\r\n")[1:]:
        name, _, value = line.partition(b":")
        if name.lower() == b"content-length":
            return int(value)
    return 0


async def visit(wanted: dict[str, Any]) -> Seen:
    """Send the requests; return what was answered."""
    loop, seen = asyncio.get_running_loop(), Seen(int(wanted["rate"] * wanted["seconds"]))
    networks = [f"127.{1 + number % 200}.{number // 200}.1" for number in range(wanted["networks"])]
    idle: dict[str, list[Connection]] = {network: [] for network in networks}
    paths, host, port = wanted["paths"], wanted["host"], wanted["port"]
    begun = loop.time()
    tasks: set[asyncio.Task[None]] = set()

    async def one(number: int, due: float, *, new: bool) -> None:
        network = networks[number % len(networks)]
        ending = "Connection: close\r\n" if new else ""
        head = f"GET {paths[number % len(paths)]} HTTP/1.1\r\nHost: {host}:{port}\r\n{ending}\r\n"
        connections = idle[network]
        if connections and not new:
            connection = connections.pop()
        else:
            try:
                _, connection = await loop.create_connection(
                    lambda: Connection(
                        seen, connections, partial(begin, number, new=True), kept=not new
                    ),
                    host,
                    port,
                    local_addr=(network, 0),
                )
            except OSError as error:
                seen.count(type(error).__name__)
                return
        connection.ask(head.encode("ascii"), due)

    def begin(number: int, due: float, *, new: bool) -> None:
        task = loop.create_task(one(number, due, new=new))
        tasks.add(task)
        task.add_done_callback(tasks.discard)

    for number in range(seen.expected):
        due = begun + number / wanted["rate"]
        await asyncio.sleep(max(due - loop.time(), 0))
        begin(number, due, new=number % _NEW_EACH == 0)
    with suppress(TimeoutError):
        await asyncio.wait_for(seen.complete.wait(), _PATIENCE)
    seen.statuses["none"] += seen.expected - seen.statuses.total()
    return seen


def main() -> None:
    """Read what is wanted, and write what was seen."""
    seen = asyncio.run(visit(json.load(sys.stdin)))
    print(json.dumps({"statuses": seen.statuses, "milliseconds": seen.milliseconds}))


if __name__ == "__main__":
    main()
