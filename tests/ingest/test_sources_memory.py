"""Resident memory of a process that reads hostile documents of the largest size allowed."""

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]

#: reading nothing takes about 70 MB; 64 MB of `<a/>` took 2,100 MB before elements were counted
MOST_MEGABYTES = 500

_READ = """
import sys
from pathlib import Path
from pipeline.ingest.sources.errors import BadResponseError
from pipeline.ingest.sources.transport.strict_xml import MAX_BYTES, MAX_NODES, parse_strict
start, unit, end = (part.encode() for part in sys.argv[1:4])
most = int(sys.argv[4]) or MAX_NODES - 2
body = start + unit * min(most, (MAX_BYTES - len(start + end)) // len(unit)) + end
try:
    parse_strict(body)
except BadResponseError as error:
    print(error.message, file=sys.stderr)
# getrusage would count the pages of the process that started this one
[peak] = [line for line in Path("/proc/self/status").read_text().splitlines() if "VmHWM" in line]
print(int(peak.split()[1]) // 1024)
"""


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="needs /proc")
@pytest.mark.parametrize(
    ("start", "unit", "end", "most"),
    [
        ("<r>", "<a/>", "</r>", 100_000_000),
        ("<r>", "<a/>", "</r>", 0),
        ("<r>", '<a b="c"/>', "</r>", 0),
        ("<r>", "x<a/>", "</r>", 0),
        ("<r>", "<a>", "</r>", 100_000_000),
        ("<r>", "&#65;", "</r>", 100_000_000),
        ("<r>", "\N{GRINNING FACE}\x01", "</r>", 100_000_000),
    ],
    ids=["too-many", "elements", "attributes", "text", "deep", "references", "forbidden"],
)
def test_memory_of_a_hostile_document_is_bounded(
    start: str, unit: str, end: str, most: int
) -> None:
    done = subprocess.run(
        [sys.executable, "-c", _READ, start, unit, end, str(most)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    assert int(done.stdout) < MOST_MEGABYTES, done.stderr
