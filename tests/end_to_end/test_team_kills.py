"""Acts of a team that are killed with SIGKILL at any step: nothing half, and said again they end.

What is one act is one transaction; where a file beside the database takes part, or each message is
an act of its own, the same command again does the rest and nothing twice.
"""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from storage.claims import Claims
from storage.store import store_opener
from storage.suggestion_types import NewSuggestion, SuggestionKind
from storage.types import Verdict
from tests.support.accounts import PASSWORD
from tests.support.builders import make_decision, make_paper, make_prediction
from tests.support.cli import Survey, survey_in_process
from tests.support.kill_points import Killer, killed_at_each_step, killer, stored
from tests.support.storage import add_predictions

pytestmark = pytest.mark.slow

NOW = datetime(2026, 3, 17, 12, tzinfo=UTC)
IDS = [f"2603.{number:05d}" for number in range(1, 11)]
DOUBLED, SUGGESTED, READ_BY_TWO, CLAIMED, DIFFERED = IDS[0], *IDS[4:8]
BY_RULE = IDS[8:]
DOUBLE = "LIVING_SURVEY_TEAM__DOUBLE_REVIEW"
REVIEWER = "LIVING_SURVEY_REVIEW__REVIEWER"
RULINGS = "".join(
    f'[[ruling]]\npaper = "{key}"\nverdict = "rejected"\nsentence = "It is not a model."\n\n'
    for key in IDS[:3]
)


@pytest.fixture(scope="module")
def survey(tmp_path_factory: pytest.TempPathFactory) -> Survey:
    """A survey of a team: decisions, suggestions, one word of two, claims, files to import."""
    folder = tmp_path_factory.mktemp("team")
    made = survey_in_process(folder, url="http://127.0.0.1:9", now=NOW.isoformat())
    made = replace(
        made,
        environment={
            **made.environment,
            REVIEWER: "ada",
            "LIVING_SURVEY_SUGGESTIONS__ENABLED": "true",
            "LIVING_SURVEY_SUBSCRIBERS__URL": "https://lists.example.org",
        },
    )
    assert made.call("init").status == 0
    with store_opener(folder / "var/survey.duckdb")() as store:
        store.papers.upsert([make_paper(key) for key in IDS], seen_at=NOW - timedelta(days=1))
        add_predictions(store, [make_prediction(key) for key in IDS])
        before = NOW - timedelta(hours=2)
        store.decisions.add([make_decision(key, decided_at=before) for key in IDS[:4]])
        store.decisions.add(
            [
                make_decision(
                    key, verdict=Verdict.REJECTED, sections=(), reviewer="rule:far",
                    decided_at=before,
                )
                for key in BY_RULE
            ]
        )  # fmt: skip
        for number, (kind, key, value) in enumerate(
            (
                (SuggestionKind.DUPLICATE_OF, DOUBLED, IDS[1]),
                (SuggestionKind.MISSING_PAPER, SUGGESTED, ""),
            )
        ):
            for who in "ab":
                new = NewSuggestion(f"{number}{who}" * 16, kind, key, new_value=value, name=who)
                store.suggestions.add(new, before)
    word = ("decide", READ_BY_TWO, "approve", "--section", "agents")
    assert made.call(*word, **{DOUBLE: "100"}).status == 0
    word = ("decide", DIFFERED, "approve", "--section", "agents")
    assert made.call(*word, **{DOUBLE: "100"}).status == 0
    word = ("decide", DIFFERED, "reject", "--reason", "other")
    assert made.call(*word, **{DOUBLE: "100", REVIEWER: "bo"}).status == 0
    (folder / "secret").write_text(PASSWORD + "\n", encoding="utf-8")
    for name, role in (("ada", "admin"), ("bo", "reviewer"), ("cy", "reviewer")):
        add = ("reviewer", "add", name, "--role", role, "--password-file", "secret")
        assert made.call(*add).status == 0
    claims = Claims(folder / "var/survey.duckdb")
    claims.change("bo", now=NOW, until=NOW + timedelta(minutes=10), take=[CLAIMED])
    (folder / "rulings.toml").write_text(RULINGS, encoding="utf-8")
    (folder / "box" / "new").mkdir(parents=True)
    for number in (1, 2):
        mail = f"From: A <a@x.org>\nMessage-ID: <{number}@x>\n\nPlease add 2603.0020{number}\n"
        (folder / "box" / "new" / f"{number}.x").write_text(mail, encoding="utf-8")
    return Survey(folder, made.environment)


@pytest.fixture(scope="module")
def kills(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Killer]:
    with killer(tmp_path_factory.mktemp("kills")) as found:
        yield found


def seen(
    kills: Killer, survey: Survey, words: Sequence[str], directory: Path
) -> list[tuple[dict[str, Any], dict[str, Any]]]:
    """Return what is stored after a command and after the same again; first undisturbed, then
    killed before each step."""
    found = []
    for copy in killed_at_each_step(kills, survey, words, directory):
        at_once = state(copy)
        kills.run(copy, words)
        found.append((at_once, state(copy)))
    assert len(found) > 3
    return found


def state(survey: Survey) -> dict[str, Any]:
    """Return what is stored, who reads what, and the messages of the mailbox."""
    claims = Claims(survey.directory / "var/survey.duckdb").standing(NOW)
    box = sorted(path.name for path in (survey.directory / "box").rglob("*.x*"))
    return {
        **stored(survey),
        "claims": {key: one.reviewer for key, one in claims.items()},
        "box": box,
    }


@pytest.mark.parametrize(
    ("words", "environment"),
    [
        (("suggestions", "apply", "0a" * 16), {}),
        (("decide", SUGGESTED, "approve", "--section", "agents"), {}),
        (
            ("decide", READ_BY_TWO, "approve", "--section", "agents"),
            {DOUBLE: "100", REVIEWER: "bo"},
        ),
        (
            ("conflicts", DIFFERED, "approve", "--section", "agents"),
            {DOUBLE: "100", REVIEWER: "cy"},
        ),
        (("rule", "undo", "far"), {}),
        (("ruling", "import", "rulings.toml"), {}),
    ],
    ids=["correction", "suggested paper", "second word", "third word", "rule", "rulings"],
)
def test_act_is_whole_or_nothing_and_said_again_once(
    survey: Survey, kills: Killer, tmp_path: Path, words: Sequence[str], environment: dict[str, str]
) -> None:
    given = Survey(survey.directory, {**survey.environment, **environment})
    before = state(given)
    (whole, again), *killed = seen(kills, given, words, tmp_path)
    assert again == whole != before
    assert all(at_once in (before, whole) for at_once, _ in killed)
    assert [at_once for at_once, _ in killed].count(before) in range(1, len(killed))
    assert all(end == whole for _, end in killed)


@pytest.mark.parametrize(
    "words",
    [
        ("reviewer", "disable", "bo"),
        ("team", "away", "bo"),
        ("suggestions", "import", "box"),
    ],
    ids=["disable", "away", "mails"],
)
def test_act_with_files_said_again_ends_as_undisturbed(
    survey: Survey, kills: Killer, tmp_path: Path, words: Sequence[str]
) -> None:
    before = state(survey)
    (whole, again), *killed = seen(kills, survey, words, tmp_path)
    assert again == whole != before
    assert all(end == whole for _, end in killed)
    # nothing is ended or marked as read before its act is stored
    tables = before.keys() - {"claims", "box"}
    for at_once, _ in killed:
        if (at_once["claims"], at_once["box"]) != (before["claims"], before["box"]):
            assert any(at_once[name] != before[name] for name in tables)
