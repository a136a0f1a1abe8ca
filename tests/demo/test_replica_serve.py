"""The replica command: its messages and its refusals."""

import os
import signal
import socket
import subprocess
import sys
from pathlib import Path

import httpx
import pytest

from config.errors import UsageError
from pipeline.demo.replica.records import load_records
from pipeline.demo.replica.serve import serve_replica
from pipeline.demo.replica.server import ReplicaServer
from tests.support import http
from tests.support.replica import make_row, write_rows


def test_serve_prints_address_and_stops_on_ctrl_c(tmp_path: Path) -> None:
    data = write_rows(tmp_path / "papers.jsonl", make_row())
    code = (
        # a suite started in the background has SIGINT ignored, and its children inherit that
        "import signal; signal.signal(signal.SIGINT, signal.default_int_handler); "
        "import sys; from datetime import date; from pathlib import Path; "
        "from pipeline.demo.replica.serve import serve_replica; "
        "serve_replica([Path(sys.argv[1])], port=0, today=date(2026, 3, 17), "
        "say=lambda line: print(line, flush=True))"
    )
    root = Path(__file__).resolve().parents[2]
    with subprocess.Popen(
        [sys.executable, "-c", code, str(data)],
        cwd=root,
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": str(root)},
    ) as running:
        assert running.stdout is not None
        said = [running.stdout.readline().strip() for _ in range(6)]
        url = next(line for line in said if line.startswith("oai_url")).split('"')[1]
        answer = httpx.get(
            url, params={"verb": "ListRecords", "metadataPrefix": "arXivRaw"}, timeout=600
        )
        running.send_signal(signal.SIGINT)
        left, _ = running.communicate(timeout=600)
    assert said[0] == (
        "A local arXiv with 1 papers, announced 2026-03-17 to 2026-03-17. Point the settings here:"
    )
    assert "2603.90001" in answer.text
    assert left.strip() == "Stopped."
    assert running.returncode == 0


def test_records_can_be_replaced_while_it_runs(tmp_path: Path) -> None:
    before, after = (
        load_records([write_rows(tmp_path / f"{title}.jsonl", make_row(title=title))])
        for title in ("Before", "After")
    )
    asked = {"verb": "ListRecords", "metadataPrefix": "arXivRaw"}
    with ReplicaServer(before) as arxiv:
        assert "<title>Before</title>" in http.get(arxiv.oai_url, params=asked).text
        arxiv.hold(after)
        assert "<title>After</title>" in http.get(arxiv.oai_url, params=asked).text


def test_a_taken_port_is_one_clear_error(tmp_path: Path) -> None:
    data = write_rows(tmp_path / "papers.jsonl", make_row())
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(UsageError, match=f"Port {port} .* cannot be used"):
            serve_replica([data], port=port)


def test_a_wrong_fault_file_is_refused_before_serving(tmp_path: Path) -> None:
    data = write_rows(tmp_path / "papers.jsonl", make_row())
    with pytest.raises(UsageError, match="cannot be read"):
        serve_replica([data], port=0, faults=tmp_path / "absent.toml")
