"""A small IMAP server over TLS on loopback: LOGIN, SELECT, UID SEARCH, FETCH and STORE."""

import socketserver
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from tests.support.smtp import CERTIFICATE, PASSWORD, TLS


@dataclass
class Folder:
    """The messages of INBOX by UID, and which of them are seen."""

    messages: dict[int, bytes] = field(default_factory=dict)
    seen: set[int] = field(default_factory=set)
    port: int = 0


@contextmanager
def imap_server(*messages: bytes) -> Iterator[Folder]:
    """Run a server on a free port."""
    folder = Folder(dict(enumerate(messages, 1)))
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(CERTIFICATE, TLS / "key.pem")

    class Handler(socketserver.StreamRequestHandler):
        def setup(self) -> None:
            self.request = context.wrap_socket(self.request, server_side=True)
            super().setup()

        def handle(self) -> None:
            self.wfile.write(b"* OK ready\r\n")
            for line in self.rfile:
                tag, _, rest = line.decode().strip().partition(" ")
                for answer in _answers(folder, tag, rest):
                    self.wfile.write(answer)
                if rest.upper() == "LOGOUT":
                    return

        def finish(self) -> None:
            super().finish()
            self.request.close()

    class Server(socketserver.ThreadingTCPServer):
        daemon_threads = True

        def handle_error(self, request: Any, client_address: Any) -> None:
            """Say nothing of a connection that the client broke."""

    with Server(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        folder.port = server.server_address[1]
        try:
            yield folder
        finally:
            server.shutdown()
            thread.join()


def _answers(folder: Folder, tag: str, rest: str) -> Iterator[bytes]:
    verb, _, words = rest.partition(" ")
    verb = verb.upper()
    if verb == "CAPABILITY":
        yield b"* CAPABILITY IMAP4rev1\r\n"
    elif verb == "LOGIN" and PASSWORD not in words:
        yield f"{tag} NO wrong password\r\n".encode()
        return
    elif verb == "SELECT":
        yield f"* {len(folder.messages)} EXISTS\r\n".encode()
    elif verb == "UID":
        yield from _of_uid(folder, words)
    elif verb == "LOGOUT":
        yield b"* BYE\r\n"
    yield f"{tag} OK done\r\n".encode()


def _of_uid(folder: Folder, words: str) -> Iterator[bytes]:
    verb, uid, *_ = words.split()
    if verb == "SEARCH":
        unseen = (str(one) for one in folder.messages if one not in folder.seen)
        yield f"* SEARCH {' '.join(unseen)}\r\n".encode()
    elif verb == "FETCH":
        body = folder.messages[int(uid)]
        yield f"* {uid} FETCH (UID {uid} BODY[]<0> {{{len(body)}}}\r\n".encode() + body + b")\r\n"
    elif verb == "STORE":
        folder.seen.add(int(uid))
        yield f"* {uid} FETCH (UID {uid} FLAGS (\\Seen))\r\n".encode()
