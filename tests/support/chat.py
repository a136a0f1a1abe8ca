"""An OpenAI-compatible endpoint on loopback that answers as it is told."""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any


def chinese(texts: dict[str, str]) -> str:
    """Return what a good model says: Chinese of about half the length."""

    def of(text: str) -> str:
        return ("关于水壶与多模态生成的研究" * (len(text) // 20 + 1))[: max(4, len(text) // 2)]

    return json.dumps(
        {
            "title": of(texts["title"]),
            "abstract": of(texts["abstract"]) if texts["abstract"] else "",
        },
        ensure_ascii=False,
    )


@dataclass
class Chat:
    """How the endpoint answers, and what it was sent."""

    url: str = ""
    #: makes the content of the answer from the texts that were sent
    say: Callable[[dict[str, str]], str] = chinese
    finish: str = "stop"
    status: int = 200
    #: instead of a completion
    body: bytes | None = None
    headers: dict[str, str] = field(default_factory=dict)
    requests: list[dict[str, Any]] = field(default_factory=list)
    keys: set[str] = field(default_factory=set)


@contextmanager
def chat_endpoint() -> Iterator[Chat]:
    """Serve it on a free port."""
    chat = Chat()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            request = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            chat.requests.append({"path": self.path, **request})
            chat.keys.add(self.headers.get("Authorization", ""))
            texts = json.loads(request["messages"][1]["content"])
            message = {"role": "assistant", "content": chat.say(texts)}
            document = {
                "id": "chatcmpl-1",
                "object": "chat.completion",
                "model": request["model"],
                "choices": [{"index": 0, "message": message, "finish_reason": chat.finish}],
                "usage": {"total_tokens": 7},
            }
            body = json.dumps(document).encode() if chat.body is None else chat.body
            self.send_response(chat.status)
            for name, value in chat.headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            """Print nothing."""

    class Server(ThreadingHTTPServer):
        daemon_threads = True

        def handle_error(self, *_: object) -> None:
            """Let clients hang up."""

    with Server(("127.0.0.1", 0), Handler) as server:
        chat.url = f"http://127.0.0.1:{server.server_port}/v1"
        thread = Thread(target=server.serve_forever, args=(0.01,), daemon=True)
        thread.start()
        try:
            yield chat
        finally:
            server.shutdown()
            thread.join()
