"""Crossref, OpenAlex and GitHub on loopback: what they send, and the faults they have."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

#: an answer instead of the right one: status, headers, body
Fault = tuple[int, dict[str, str], bytes]


@dataclass
class Scholarly:
    """What the services know, and what they were asked."""

    url: str = ""
    #: DOI in small letters -> message of Crossref
    works: dict[str, dict[str, Any]] = field(default_factory=dict)
    #: DOI in small letters -> number of citations
    cited: dict[str, int] = field(default_factory=dict)
    #: owner/name -> record of GitHub
    repositories: dict[str, dict[str, Any]] = field(default_factory=dict)
    #: path of a page -> status
    pages: dict[str, int] = field(default_factory=dict)
    #: beginning of a path -> faults, each given once; the last one stays
    faults: dict[str, list[Fault]] = field(default_factory=dict)
    #: path with query of every request, and its User-Agent
    asked: list[str] = field(default_factory=list)
    agents: set[str] = field(default_factory=set)

    def add_work(self, doi: str, **fields: Any) -> None:
        """Let Crossref know a journal article."""
        self.works[doi.lower()] = {
            "DOI": doi.lower(),
            "type": "journal-article",
            "title": ["Some title"],
            "container-title": ["Journal of Kettles"],
            "author": [{"given": "Ada", "family": "Lovelace", "sequence": "first"}],
            "published": {"date-parts": [[2026, 2, 3]]},
            "indexed": {"date-time": "2026-03-01T00:00:00Z", "version": "3.5.2"},
            **fields,
        }

    def add_notice(self, doi: str, of: str, kind: str = "retraction") -> None:
        """Let Crossref know a notice that names the work it updates."""
        update = {
            "DOI": of.lower(),
            "type": kind,
            "label": kind.title(),
            "source": "publisher",
            "updated": {"date-parts": [[2026, 3, 9]], "date-time": "2026-03-09T00:00:00Z"},
        }
        self.add_work(doi, **{"update-to": [update], "title": ["A notice"]})

    def answer(self, target: str) -> Fault:
        """Return the answer to a GET."""
        self.asked.append(target)
        for start, given in self.faults.items():
            if target.startswith(start) and given:
                return given.pop(0) if len(given) > 1 else given[0]
        parts = urlsplit(target)
        query = {name: values[0] for name, values in parse_qs(parts.query).items()}
        service, _, path = parts.path.removeprefix("/").partition("/")
        if service == "crossref":
            return self._crossref(path, query)
        if service == "openalex":
            return self._openalex(path)
        if service == "github":
            record = self.repositories.get(path.removeprefix("repos/").lower())
            return _json(404, {"message": "Not Found"}) if record is None else _json(200, record)
        return self.pages.get(parts.path, 404), {}, b"page"

    def _crossref(self, path: str, query: dict[str, str]) -> Fault:
        if path.startswith("works/"):
            work = self.works.get(unquote(path.removeprefix("works/")).lower())
            if work is None:
                return 404, {"Content-Type": "text/plain"}, b"Resource not found."
            return _message("work", work)
        if title := query.get("query.bibliographic"):
            words = set(title.lower().split())
            alike = [
                work
                for work in self.works.values()
                if len(words & set(work["title"][0].lower().split())) * 2 > len(words)
            ]
            return _message("work-list", {"total-results": len(alike), "items": alike})
        wanted: list[str] = []
        for part in query["filter"].split(","):
            name, _, value = part.partition(":")
            if name != "updates":
                failure = [{"type": "filter-not-available", "value": name, "message": "no filter"}]
                return _json(400, {"status": "failed", "message": failure})
            wanted.append(value.lower())
        items = [
            work
            for work in self.works.values()
            if any(one["DOI"] in wanted for one in work.get("update-to") or ())
        ]
        return _message("work-list", {"total-results": len(items), "items": items})

    def _openalex(self, path: str) -> Fault:
        doi = unquote(path.removeprefix("works/doi:")).lower()
        if doi not in self.cited:
            return _json(404, {"error": "Not found"})
        return _json(
            200,
            {
                "id": "https://openalex.org/W2741809807",
                "doi": f"https://doi.org/{doi}",
                "cited_by_count": self.cited[doi],
                "updated_date": "2026-03-01",
            },
        )


def _json(status: int, document: object) -> Fault:
    return status, {"Content-Type": "application/json"}, json.dumps(document).encode()


def _message(kind: str, message: object) -> Fault:
    document = {"status": "ok", "message-type": kind, "message-version": "1.0.0"}
    return _json(200, document | {"message": message})


@contextmanager
def scholarly_services() -> Iterator[Scholarly]:
    """Serve them on a free port."""
    known = Scholarly()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:  # the name of the library
            known.agents.add(self.headers.get("User-Agent", ""))
            status, headers, body = known.answer(self.path)
            self.send_response(status)
            for name, value in headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            if self.command != "HEAD":
                self.wfile.write(body)

        do_HEAD = do_GET  # noqa: N815

        def log_message(self, *_: object) -> None:
            """Print nothing."""

    class Server(ThreadingHTTPServer):
        daemon_threads = True

        def handle_error(self, *_: object) -> None:
            """Let clients hang up."""

    with Server(("127.0.0.1", 0), Handler) as server:
        known.url = f"http://127.0.0.1:{server.server_port}"
        thread = Thread(target=server.serve_forever, args=(0.01,), daemon=True)
        thread.start()
        try:
            yield known
        finally:
            server.shutdown()
            thread.join()
