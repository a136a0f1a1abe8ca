"""Pages on loopback that answer as pages of the web do: moved, gone, blocked, slow."""

import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


@dataclass(frozen=True)
class Page:
    """What one path answers."""

    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)
    #: of HEAD, if it differs
    head: int | None = None
    #: it never answers
    silent: bool = False


@dataclass
class Pages:
    """A running server; `asked` holds method and path of each request."""

    url: str
    pages: dict[str, Page]
    asked: list[str] = field(default_factory=list)

    def times(self, path: str) -> int:
        return sum(line.endswith(f" {path}") for line in self.asked)


@contextmanager
def serve_pages(pages: Mapping[str, Page]) -> Iterator[Pages]:
    """Serve these pages by path; others are not found."""
    closed = threading.Event()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self._answer()

        def do_HEAD(self) -> None:
            self._answer()

        def _answer(self) -> None:
            served.asked.append(f"{self.command} {self.path}")
            page = served.pages.get(self.path, Page(404))
            if page.silent:
                closed.wait(60)
                return
            head = self.command == "HEAD" and page.head is not None
            self.send_response(page.head if head and page.head else page.status)
            for name, value in page.headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_: object) -> None:
            """Keep quiet."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    served = Pages(f"http://127.0.0.1:{server.server_port}", dict(pages))
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield served
    finally:
        closed.set()
        server.shutdown()
        server.server_close()
        thread.join()
