"""A server of S3's protocol on loopback, in a process of its own, whose reads can be disturbed."""

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from pyarrow import fs

from tests.support.storage import lines_of, start_process

LOCK = Path(__file__).resolve().parents[1] / "learn" / "s3.lock"

# moto, behind a layer that reads `hold NAME`, `fail NAME STATUS TIMES` and `release`, a line each,
# and prints `held` when a read waits, and the path of everything that was written.
_SERVER = """
sys.path.insert(0, sys.argv[1])
import logging, os, threading
from moto.server import DomainDispatcherApplication, create_backend_app
from werkzeug.serving import WSGIRequestHandler, make_server

rules, lock, released = {}, threading.Lock(), threading.Event()

def say(line):
    # `print` writes the end of a line by itself, so that lines of two threads mix.
    os.write(1, f"{line}\\n".encode())

def rule_of(environ):
    if environ["REQUEST_METHOD"] != "GET":
        return None
    with lock:
        for name, (status, times) in rules.items():
            if times and environ["PATH_INFO"].endswith(name):
                rules[name] = (status, times - 1)
                return status

class Disturbed:
    def __init__(self, inner):
        self.inner = inner

    def __call__(self, environ, start_response):
        status = rule_of(environ)
        if status == "hold":
            say("held")
            released.wait()
        elif status:
            start_response(f"{status} Disturbed", [("Content-Length", "0")])
            return [b""]
        body = self.inner(environ, start_response)
        if environ["REQUEST_METHOD"] == "PUT":
            say(environ["PATH_INFO"])
        return body

class Silent(WSGIRequestHandler):
    protocol_version = "HTTP/1.1"

    def log(self, *_):
        pass

logging.disable()
app = Disturbed(DomainDispatcherApplication(create_backend_app))
server = make_server("127.0.0.1", 0, app, threaded=True, request_handler=Silent)
threading.Thread(target=server.serve_forever, daemon=True).start()
say(server.server_port)
for line in sys.stdin:
    words = line.split()
    with lock:
        if words[0] == "release":
            rules.clear()
            released.set()
        elif words[0] == "hold":
            released.clear()
            rules[words[1]] = ("hold", 1_000_000)
        else:
            rules[words[1]] = (words[2], int(words[3]))
    say("done")
"""


class ObjectStore:
    """A running server, and what it says."""

    def __init__(self, process: "subprocess.Popen[str]") -> None:
        self._process, self._lines = process, lines_of(process)
        self._port = int(next(self._lines))

    def address(self, path: str) -> str:
        """Return the address of a path that begins with a bucket."""
        query = f"scheme=http&endpoint_override=127.0.0.1:{self._port}&region=us-east-1"
        return f"s3://{path}?{query}"

    def upload(self, folder: Path, path: str) -> None:
        """Copy the files of a folder to a path, whose bucket is made."""
        store, _ = fs.FileSystem.from_uri(f"{self.address(path)}&allow_bucket_creation=true")
        store.create_dir(path.partition("/")[0])
        fs.copy_files(
            str(folder), path, source_filesystem=fs.LocalFileSystem(), destination_filesystem=store
        )

    def disturb(self, *words: str) -> None:
        """Let reads of a name wait (`hold NAME`) or fail (`fail NAME STATUS TIMES`)."""
        self._say(" ".join(words))

    def release(self) -> None:
        """End all disturbances."""
        self._say("release")

    def wait_for(self, *ends: str) -> None:
        """Wait until the server has said a line with each of these ends."""
        missing = set(ends)
        while missing:
            line = next(self._lines)
            missing -= {end for end in missing if line.endswith(end)}

    def _say(self, line: str) -> None:
        assert self._process.stdin is not None
        self._process.stdin.write(f"{line}\n")
        self._process.stdin.flush()
        self.wait_for("done")


def install(directory: Path) -> None:
    """Install the server into a directory of its own: nothing else needs its 27 packages."""
    words = ("--quiet", "--no-deps", "--require-hashes", "--target", str(directory))
    ended = subprocess.run(
        [sys.executable, "-m", "pip", "install", *words, "--requirement", str(LOCK)],
        capture_output=True,
        text=True,
        check=False,
    )
    if ended.returncode and "No matching distribution" in ended.stderr:
        pytest.skip("the package registry cannot be reached")
    assert ended.returncode == 0, ended.stderr


@contextmanager
def running(directory: Path) -> Iterator[ObjectStore]:
    """Start an installed server that is empty."""
    process = start_process(_SERVER, str(directory))
    try:
        yield ObjectStore(process)
    finally:
        process.communicate()  # its input ends, and so does the process
