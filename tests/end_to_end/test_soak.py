"""Simulated days of a whole survey: faults at arXiv, two reviewers, kills, publishing and mail.

Thursday to Tuesday by default; `make soak` lives 60 days (LIVING_SURVEY_SOAK_DAYS), with
LIVING_SURVEY_SOAK_SEED choosing faults and kills. Time is a value: a day takes as long as its
commands. At the end the invariants of the product hold.
"""

import os
import random
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from datetime import time as time_of_day
from pathlib import Path

import pytest

from pipeline.demo.replica.server import ReplicaServer
from tests.support.cli import survey_at
from tests.support.replica import make_record
from tests.support.smtp import Sink, smtp_server
from tests.support.soak import invariants
from tests.support.soak.life import Life
from tests.support.soak.reviewers import Acknowledged, review
from tests.support.soak.world import FIRST, World, fault_of, make_world

DAYS = int(os.environ.get("LIVING_SURVEY_SOAK_DAYS", "6"))
SEED = os.environ.get("LIVING_SURVEY_SOAK_SEED", "1")
#: decisions of a reviewer on a working day
EACH = 8
READERS = 12
_MONDAY, _SATURDAY = 0, 5
#: days on which the machine sleeps, three weeks
_ASLEEP = range(20, 41)
#: the disk is lost on this day, and the backup of the evening before is put back
_LOST = 48
BY_HAND = """# Awesome Multimodal

Kept by hand since 2024.  Two spaces end this line.

# 📍 Multimodal Generation

## Image Generation

### Non-LLM-based (Clip/T5)

- **Boats from Text** (2 Jan 2026) [[Paper](https://arxiv.org/abs/2601.90100)]

## Video Generation

### Non-LLM-based

# 📍 Multimodal Agents

- **Agents that Wind Clocks** (1 Feb 2026) [[Paper](https://arxiv.org/abs/2602.90101)]

# 📍 Multimodal Understanding with LLMs

## Image Understanding

# 📍 Multimodal LLM Safety

## Attack
"""
#: no answer of arXiv, or less than was announced
_WITH_FAULTS = {0, 1, 75}

pytestmark = [pytest.mark.slow, pytest.mark.timeout(14_400)]


class Soak:
    """A survey, its arXiv, its mail server and its clock."""

    def __init__(self, directory: Path, world: World, arxiv: ReplicaServer, sink: Sink) -> None:
        self.world, self.arxiv, self.sink = world, arxiv, sink
        dice = random.Random(SEED)
        survey = survey_at(directory, url=arxiv.url, now="", **_settings(sink))
        self.life = Life(survey, dice, _at(0, 0))
        self.acknowledged: list[Acknowledged] = []
        #: bytes of the database for each paper announced so far, by day
        self.sizes: list[float] = []

    def set_up(self) -> None:
        """Create the survey, with its list and its readers."""
        life = self.life
        (life.directory / "README.md").write_text(BY_HAND, encoding="utf-8")
        life.call("init", "--list", "README.md")
        life.call("bootstrap")
        readers = "\n".join(f"r{one:02}@reader.example" for one in range(READERS))
        (life.directory / "readers.txt").write_text(readers, encoding="utf-8")
        life.call("subscribers", "import", "readers.txt", "--consent", "Form", "--consented-on",
                  "2026-02-01")  # fmt: skip

    def live(self, day: int, *, faults: bool = True) -> None:
        """Live one day as cron, the reviewers and the mail server make it."""
        life, today = self.life, FIRST + timedelta(day)
        working = today.weekday() < _SATURDAY
        # A run that read only a part leaves its issue refused until the next one.
        allowed = _WITH_FAULTS if faults else (0,)
        for hour in (5, 11):
            life.now = _at(day, hour)
            self._break(faults=faults)
            life.robust("run", allowed=allowed)
        self.arxiv.faults = ()
        if working:
            life.now = _at(day, 15)
            self.acknowledged += review(life, self.world.sections, EACH)
        life.now = _at(day, 18)
        if today.weekday() == _MONDAY:
            life.robust("digest")
        life.robust("publish", allowed=allowed)
        if today.weekday() == _MONDAY:
            self._mail(faults=faults)
        life.now = _at(day, 22)
        life.robust("backup")
        announced = sum(record.datestamp <= today for record in self.world.records)
        self.sizes.append((life.directory / "var/survey.duckdb").stat().st_size / announced)

    def lose_the_disk(self, day: int) -> None:
        """Lose the database file, and put back the newest backup."""
        self.life.now = _at(day, 1)
        kept = self.life.directory / "var"
        newest = max((kept / "backups").glob("*.duckdb"), key=lambda path: path.stat().st_mtime)
        for name in ("survey.duckdb", "survey.duckdb.wal"):
            (kept / name).unlink(missing_ok=True)
        self.life.call("restore", str(newest))

    def _break(self, *, faults: bool) -> None:
        answered = Counter(request.channel for request in self.arxiv.requests)
        self.arxiv.faults = fault_of(self.life.dice, answered) if faults else ()

    def _mail(self, *, faults: bool) -> None:
        """Send the issue; a few readers' servers put it off once."""
        late = self.life.dice.sample(range(READERS), 2 if faults else 0)
        addresses = [f"r{one:02}@reader.example" for one in late]
        self.sink.rcpt = dict.fromkeys(addresses, "451 4.7.1 later")
        self.sink.times = dict.fromkeys(addresses, 1)
        for _ in range(4):
            sent = self.life.robust("mail", "send", allowed=(0, 1, 75), chance=0.5)
            if sent.status != 75:
                break


@pytest.fixture
def soak(tmp_path: Path) -> Iterator[Soak]:
    world = make_world(DAYS, random.Random(SEED))
    lives: list[Life] = []

    def now() -> datetime:
        return lives[0].now if lives else _at(0, 0)

    listed = [
        make_record("2601.90100", day="2026-01-05", title="Boats from Text"),
        make_record("2602.90101", day="2026-02-03", title="Agents that Wind Clocks"),
    ]
    with (
        ReplicaServer([*world.records, *listed], today=now, page_size=40) as arxiv,
        smtp_server() as sink,
    ):
        one = Soak(tmp_path, world, arxiv, sink)
        lives.append(one.life)
        yield one


def test_survey_holds_its_invariants_after_simulated_days(soak: Soak) -> None:
    soak.set_up()
    for day in range(DAYS):
        if day == _LOST:
            soak.lose_the_disk(day)
        if day not in _ASLEEP:
            soak.live(day, faults=day < DAYS - 2)
    life, world = soak.life, soak.world
    # Feeds of the days asleep are gone, so that their ledger stays unknown; the records came.
    awake = {FIRST + timedelta(n) for n in range(DAYS) if n not in _ASLEEP}
    days = {str(day) for day in awake if day.weekday() < _SATURDAY}
    papers = invariants.nothing_lost(life, world, days)
    invariants.acknowledged_decisions_stand(life, soak.acknowledged)
    mailings = life.json("mail", "status")["mailings"]
    mails = invariants.nobody_twice(soak.sink.received, mailings)
    public = [life.directory / "var" / name for name in ("digests", "feeds", "site")]
    files = invariants.only_approved_is_published(public, soak.acknowledged, BY_HAND)
    approved = {one.arxiv_id for one in soak.acknowledged if one.verdict == "approved"}
    after = (life.directory / "README.md").read_text("utf-8")
    inserted = invariants.list_is_untouched(BY_HAND, after, approved)
    assert life.json("verify")["as_published"]
    invariants.no_leftovers(life.directory)
    memory = invariants.stays_level(life.memory_of("run"), most=1.3)
    size = invariants.stays_level(soak.sizes, most=1.1)
    assert min(mails, files, inserted) > 0
    print(  # noqa: T201  the figures of the closing report, shown by -rP
        f"{DAYS} days, {len(life.calls)} commands, {life.kills.total()} killed"
        f" ({dict(life.kills)}), {len(soak.arxiv.requests)} requests, {papers} papers,"
        f" {len(soak.acknowledged)} decisions, {inserted} entries, {files} public files,"
        f" {mails} mails in {len(mailings)} mailings, memory of run x {memory:.2f},"
        f" database {soak.sizes[-1] / 1e3:.1f} kB a paper, x {size:.2f}"
    )


def _at(day: int, hour: int) -> datetime:
    return datetime.combine(FIRST + timedelta(day), time_of_day(hour), UTC)


def _settings(sink: Sink) -> dict[str, str]:
    return {
        "LIVING_SURVEY_CLASSIFIER__RETRAIN_AFTER": "40",
        "LIVING_SURVEY_PUBLISH__TARGETS": "list,digest,feeds,site",
        "LIVING_SURVEY_PUBLISH__BASE_URL": "https://survey.example/digests",
        "LIVING_SURVEY_PUBLISH__LIST_URL": "https://survey.example/list",
        "LIVING_SURVEY_SITE__RHYTHM": "weekly",
        # else the site names the IDs of rejected papers, with the reason
        "LIVING_SURVEY_SITE__WHY": "listed",
        "LIVING_SURVEY_SUBSCRIBERS__URL": "https://pages.survey.example",
        "LIVING_SURVEY_MAIL__HOST": "127.0.0.1",
        "LIVING_SURVEY_MAIL__PORT": str(sink.port),
        "LIVING_SURVEY_MAIL__SECURITY": "none",
        "LIVING_SURVEY_MAIL__FROM_ADDRESS": "survey@survey.example",
        "LIVING_SURVEY_MAIL__PER_MINUTE": "0",
    }
