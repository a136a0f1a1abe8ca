"""Call a function in processes that are forked from one that has imported what it needs.

A start of Python takes longer than most of what is killed in it.
"""

import json
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from tests.support.storage import ROOT

_LOOP = """
import json, os, sys

for line in sys.stdin:
    child = os.fork()
    if not child:
        main(*json.loads(line))
        os._exit(0)
    print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), flush=True)
"""


@contextmanager
def forks(script: str) -> Iterator[Callable[..., int]]:
    """Yield what calls the script's `main` with texts, and returns its exit status, -9 if killed.

    The script only imports and defines; `main` writes nothing to stdout.
    """
    with subprocess.Popen(
        [sys.executable, "-c", script + _LOOP],
        cwd=ROOT,
        env={"PYTHONPATH": str(ROOT), "PATH": ""},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:

        def call(*words: str) -> int:
            assert process.stdin is not None
            assert process.stdout is not None
            process.stdin.write(json.dumps(words) + "\n")
            process.stdin.flush()
            return int(process.stdout.readline())

        yield call
