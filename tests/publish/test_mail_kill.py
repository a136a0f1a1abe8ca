"""`mail send` is killed at any moment and called again: nobody twice, nobody lost.

A few kills by default; `make stress-mail` kills 200 times over 500 recipients
(LIVING_SURVEY_MAIL_KILLS), with LIVING_SURVEY_KILL_SEED choosing the moments. Uses real time,
because a kill must come while another process works; no duration is asserted.
"""

import os
import random
import select
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from pipeline.publish.mail.journal import journal_path
from tests.support.cli import Survey
from tests.support.mail import make_scene, people
from tests.support.smtp import Sink, smtp_server

KILLS = int(os.environ.get("LIVING_SURVEY_MAIL_KILLS", "6"))
SEED = os.environ.get("LIVING_SURVEY_KILL_SEED", "1")
RECIPIENTS = 500 if KILLS >= 100 else 40
_MOMENT_SECONDS = 0.0005

pytestmark = [pytest.mark.slow, pytest.mark.timeout(7200)]


#: imports the program once and then starts `mail send` in a new process for every line it reads
SCRIPT = """
import os, sys

import duckdb, dkim, jinja2, pyarrow
import pipeline.cli.mail
from pipeline.cli.main import main

for _ in sys.stdin:
    child = os.fork()
    if not child:
        silent = os.open(os.devnull, os.O_RDWR)
        for stream in range(3):
            os.dup2(silent, stream)
        main(["mail", "send", "--week", "2026-W12"])
    print(child, flush=True)
    _, status = os.waitpid(child, 0)
    print(os.waitstatus_to_exitcode(status), flush=True)
"""


@contextmanager
def _sender(survey: Survey) -> Iterator[subprocess.Popen[str]]:
    """Start what starts `mail send`."""
    with subprocess.Popen(
        [sys.executable, "-c", SCRIPT],
        cwd=survey.directory,
        env=survey.env(),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdin
        yield process
        process.stdin.close()


def _moment(dice: random.Random, sink: Sink, journal: Path) -> Callable[[], bool]:
    """Return what says that it is time to kill: by mails, by the receipt's size, or by time."""
    most = max(1, RECIPIENTS // KILLS)
    how = dice.choice(("named", "received", "receipt", "receipt", "time"))
    if how == "time":
        end = time.monotonic() + dice.uniform(0.0, 1.0)
        return lambda: time.monotonic() >= end
    if how == "receipt":
        size = _size(journal) + dice.randint(1, most * 220)
        return lambda: _size(journal) >= size
    counted = sink.named if how == "named" else sink.received
    goal = len(counted) + dice.randint(1, most)
    return lambda: len(counted) >= goal


def _size(path: Path) -> int:
    return path.stat().st_size if path.exists() else 0


def _kill_at(sender: subprocess.Popen[str], reached: Callable[[], bool]) -> bool:
    """Start a call and kill it when that is reached; return False if it had ended before."""
    assert sender.stdin
    assert sender.stdout
    sender.stdin.write("go\n")
    sender.stdin.flush()
    child = int(sender.stdout.readline())
    while not select.select([sender.stdout], [], [], _MOMENT_SECONDS)[0]:
        if reached():
            os.kill(child, signal.SIGKILL)
            break
    return int(sender.stdout.readline()) == -signal.SIGKILL


def test_killed_sends_reach_everybody_once(tmp_path: Path) -> None:
    dice = random.Random(SEED)
    those = people(RECIPIENTS)
    refused = {one.address: "550 5.1.1 unknown" for one in dice.sample(those, 4)}
    with smtp_server(rcpt=refused) as sink:
        scene = make_scene(tmp_path, sink.port, those=those)
        survey = scene.survey(in_process=False)
        journal = journal_path(scene.settings.mail.journal, "2026-W12")
        killed = 0
        with _sender(survey) as sender:
            for _ in range(3 * KILLS):
                if killed == KILLS:
                    break
                killed += _kill_at(sender, _moment(dice, sink, journal))
        last = survey.call("mail", "send", "--week", "2026-W12", "--json")
        assert last.status in {0, 1}, last.err
        receipt = survey.call("mail", "status", "--week", "2026-W12", "--json").document
        taken = Counter(one.recipient for one in sink.received)
        again = survey.call("mail", "send", "--week", "2026-W12", "--json")
        assert (again.document["sent_now"], len(sink.received)) == (0, sum(taken.values()))

    [mailing] = receipt["mailings"]
    print(f"{killed} kills: {mailing['identity']}; the server took {len(taken)}")  # noqa: T201
    outcomes = {one["id"].partition(":")[2]: one["outcome"] for one in mailing["recipients"]}
    assert sorted(outcomes) == [one.subscriber_id for one in those]
    assert max(taken.values()) == 1
    sent = {one.address for one in those if outcomes[one.subscriber_id] == "sent"}
    uncertain = {one.address for one in those if outcomes[one.subscriber_id] == "uncertain"}
    failed = {one.address for one in those if outcomes[one.subscriber_id] == "failed"}
    assert failed == set(refused)
    assert sent <= set(taken) <= sent | uncertain
    assert len(sent) + len(uncertain) + len(failed) == RECIPIENTS == mailing["confirmed"]
    assert len(uncertain) <= killed
    assert killed == KILLS or KILLS > RECIPIENTS
    with scene.services.open_store() as store:
        assert store.mailings.counts("2026-W12")["sent"] == len(sent)
        assert store.integrity.faults() == ()
