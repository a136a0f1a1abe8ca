"""Approved papers are published into the hand-written list, in place or on a branch."""

import os
import subprocess
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from config.publish_schema import ListSettings, PublishSettings
from config.schema import SurveySettings
from pipeline.publish.digest.week import Week
from pipeline.publish.report import Outcome, TargetReport
from pipeline.publish.targets import named_targets
from pipeline.runtime.services import Services
from storage.store import OpenStore
from storage.types import LIST_REVIEWER, Verdict
from tests.support.builders import make_decision, make_paper
from tests.support.digest import MONDAY
from tests.support.insertion import taxonomy_of
from tests.support.publish import LATER, published
from tests.support.services import make_services
from tests.support.storage import opener

OTTERS, KITES = "2603.00001", "2603.00002"
LIST = """# List

## Boats

- **A Boat of Reeds and Rain** (3 Feb 2026) [[Paper](https://arxiv.org/abs/2602.00101)]
- **Slow Ferries in the Fog** (1 Feb 2026) [[Paper](https://arxiv.org/abs/2602.00102)]

## Kites

- **Kites for Calm Days** (5 Jan 2026) [[Paper](https://arxiv.org/abs/2601.00103)]
"""
ADDED = "- **Lanterns for Shy Otters** (12 Mar 2026) [[Paper](https://arxiv.org/abs/2603.00001)]\n"
TAXONOMY = taxonomy_of(["List", "Boats"], ["List", "Kites"])


@pytest.fixture
def open_store(tmp_path: Path) -> OpenStore:
    found = opener(tmp_path / "var")
    with found() as store:
        store.papers.upsert(
            [
                make_paper(
                    OTTERS, title="Lanterns for Shy Otters",
                    submitted_at=datetime(2026, 3, 12, 9, tzinfo=UTC),
                )
            ],
            seen_at=MONDAY,
        )  # fmt: skip
    approve(found, OTTERS, "boats")
    return found


@pytest.fixture
def list_file(tmp_path: Path) -> Path:
    file = tmp_path / "README.md"
    file.write_bytes(LIST.encode())
    return file


def approve(open_store: OpenStore, arxiv_id: str, section: str, **fields: Any) -> None:
    with open_store() as store:
        at = fields.pop("at", MONDAY)
        store.decisions.add([make_decision(arxiv_id, decided_at=at, sections=(section,), **fields)])


def services_of(open_store: OpenStore, *files: Path, **settings: Any) -> Services:
    root = files[0].parent
    listed = {"pull_request": root / "var" / "pull-request.md", **settings}
    return make_services(
        open_store,
        LATER,
        taxonomy=TAXONOMY,
        root=root,
        survey=SurveySettings(list=tuple(files)),
        list=ListSettings(**listed),
        publish=PublishSettings(),
    )


def publish_list(services: Services, **asked: Any) -> TargetReport:
    (target,) = named_targets(["list"], services.settings, Week(2026, 12))
    return published(services, target, **asked)


def test_approved_paper_is_inserted(open_store: OpenStore, list_file: Path) -> None:
    report = publish_list(services_of(open_store, list_file))

    assert report.outcome is Outcome.PUBLISHED, report
    assert list_file.read_text() == LIST.replace("## Boats\n\n", f"## Boats\n\n{ADDED}")
    assert report.counts == {"papers": 1, "inserted": 1}


def test_venue_that_authors_state_is_written(open_store: OpenStore, list_file: Path) -> None:
    text = LIST.replace("** (3 Feb 2026)", "** (3 Feb 2026, ICLR 2026)").replace(
        "** (1 Feb 2026)", "** (1 Feb 2026, CVPR 2026)"
    )
    list_file.write_text(text)
    with open_store() as store:
        paper = store.papers.get_many([OTTERS])[OTTERS].paper
        comment = "9 pages. Accepted at ICML 2026."
        store.papers.upsert([replace(paper, version=2, comment=comment)], seen_at=MONDAY)

    publish_list(services_of(open_store, list_file))

    assert "Lanterns for Shy Otters** (12 Mar 2026, ICML 2026) [" in list_file.read_text()


def test_second_call_changes_nothing(open_store: OpenStore, list_file: Path) -> None:
    services = services_of(open_store, list_file)
    publish_list(services)
    before = list_file.read_bytes(), list_file.stat().st_mtime_ns

    assert publish_list(services).outcome is Outcome.UNCHANGED
    assert (list_file.read_bytes(), list_file.stat().st_mtime_ns) == before


def test_dry_run_shows_the_added_line(open_store: OpenStore, list_file: Path) -> None:
    report = publish_list(services_of(open_store, list_file), dry_run=True)

    (file,) = report.files
    assert [line for line in file.diff.splitlines() if line[:1] in "+-"][2:] == [
        "+" + ADDED.strip()
    ]
    assert list_file.read_text() == LIST


def test_withdrawn_paper_is_not_inserted(open_store: OpenStore, list_file: Path) -> None:
    withdraw(open_store, OTTERS)

    report = publish_list(services_of(open_store, list_file))

    assert list_file.read_text() == LIST
    assert f"{OTTERS} is withdrawn at arXiv and not inserted." in report.notes


def withdraw(open_store: OpenStore, arxiv_id: str) -> None:
    with open_store() as store:
        paper = store.papers.get_many([arxiv_id])[arxiv_id].paper
        store.papers.upsert(
            [make_paper(arxiv_id, title=paper.title, version=2, withdrawn=True)], seen_at=LATER
        )


def test_entry_of_a_withdrawn_paper_is_proposed_for_removal(
    open_store: OpenStore, list_file: Path
) -> None:
    services = services_of(open_store, list_file)
    publish_list(services)
    with_otters = list_file.read_text()
    withdraw(open_store, OTTERS)

    report = publish_list(services)

    assert list_file.read_text() == with_otters
    (note,) = [one for one in report.notes if one.startswith("Proposed")]
    assert note.startswith(
        "Proposed: 2603.00001 is withdrawn at arXiv; the list names it in line 5.\n--- a/README.md"
    )
    assert f"-{ADDED}" in note

    report = publish_list(services_of(open_store, list_file, apply=("withdrawals",)))

    assert report.outcome is Outcome.PUBLISHED, report
    assert list_file.read_text() == LIST


def test_paper_decided_anew_is_moved_when_asked(open_store: OpenStore, list_file: Path) -> None:
    services = services_of(open_store, list_file)
    publish_list(services)
    approve(open_store, OTTERS, "kites", at=LATER)

    report = publish_list(services)

    assert any("was decided into kites." in note and f"+{ADDED}" in note for note in report.notes)
    publish_list(services_of(open_store, list_file, apply=("moves",)))
    assert list_file.read_text() == LIST.replace("## Kites\n\n", f"## Kites\n\n{ADDED}")


def test_taken_back_approval_is_proposed_for_removal(
    open_store: OpenStore, list_file: Path
) -> None:
    publish_list(services_of(open_store, list_file))
    approve(open_store, OTTERS, "boats", verdict=Verdict.REJECTED, at=LATER)

    report = publish_list(services_of(open_store, list_file, apply=("withdrawals",)))

    assert report.outcome is Outcome.PUBLISHED, report
    assert list_file.read_text() == LIST


def test_entry_of_the_list_itself_is_no_paper_of_the_target(
    open_store: OpenStore, list_file: Path
) -> None:
    with open_store() as store:
        store.papers.upsert([make_paper("2602.00101")], seen_at=MONDAY)
    approve(open_store, "2602.00101", "boats", reviewer=LIST_REVIEWER)

    report = publish_list(services_of(open_store, list_file))

    assert report.papers == 1


@pytest.mark.parametrize(
    ("damage", "said"),
    [
        (lambda file: file.write_bytes(b"# List\n\n\xff\n"), "not UTF-8"),
        (lambda file: file.unlink(), "does not exist"),
        (lambda file: file.chmod(0o444), "read-only"),
    ],
    ids=["bytes", "missing", "read-only"],
)
def test_unusable_file_is_refused_in_a_sentence(
    open_store: OpenStore, list_file: Path, damage: Any, said: str
) -> None:
    damage(list_file)
    before = list_file.read_bytes() if list_file.exists() else None

    report = publish_list(services_of(open_store, list_file))

    assert report.outcome is Outcome.FAILED
    assert said in report.error
    assert (list_file.read_bytes() if list_file.exists() else None) == before


def test_paper_whose_heading_is_gone_is_named(open_store: OpenStore, list_file: Path) -> None:
    list_file.write_text(LIST.replace("## Boats", "## Ships"))

    report = publish_list(services_of(open_store, list_file))

    assert report.notes == (
        '2603.00001 is not inserted in boats: the list has no heading "List / Boats".',
    )
    assert report.exit_status == 0


def git(directory: Path, *words: str) -> str:
    env = {key: value for key, value in os.environ.items() if not key.startswith("GIT_")}
    env |= {"GIT_CONFIG_GLOBAL": "/dev/null", "GIT_CONFIG_SYSTEM": "/dev/null"}
    return subprocess.run(
        ["git", "-C", str(directory), "-c", "user.name=Ada", "-c", "user.email=a@b.c", *words],
        check=True, capture_output=True, text=True, env=env,
    ).stdout  # fmt: skip


@pytest.fixture
def repository(list_file: Path) -> Path:
    directory = list_file.parent
    (directory / ".gitignore").write_text("var/\n")
    git(directory, "init", "-q", "-b", "main")
    git(directory, "add", "README.md", ".gitignore")
    git(directory, "commit", "-qm", "list")
    return directory


def branches(directory: Path) -> list[str]:
    return git(directory, "branch", "--format=%(refname:short)").split()


def test_branch_gets_one_commit_and_the_checkout_stays(
    open_store: OpenStore, list_file: Path, repository: Path
) -> None:
    (repository / "staged.txt").write_text("x")
    git(repository, "add", "staged.txt")
    status = git(repository, "status", "--porcelain")

    report = publish_list(services_of(open_store, list_file, how="branch", branch="new-papers"))

    assert report.outcome is Outcome.PUBLISHED, report
    assert git(repository, "status", "--porcelain") == status
    assert list_file.read_text() == LIST
    assert git(repository, "rev-list", "--count", "main..new-papers").strip() == "1"
    changed = git(repository, "diff", "--numstat", "main", "new-papers").split()
    assert changed == ["1", "0", "README.md"]
    assert git(repository, "log", "-1", "--format=%s", "new-papers").strip() == "List: add 1 paper"
    text = (repository / "var" / "pull-request.md").read_text()
    assert "- [Lanterns for Shy Otters](https://arxiv.org/abs/2603.00001), in boats" in text


def test_branch_is_made_once_for_one_content(
    open_store: OpenStore, list_file: Path, repository: Path
) -> None:
    services = services_of(open_store, list_file, how="branch")
    publish_list(services)
    made = branches(repository)

    assert publish_list(services).outcome is Outcome.UNCHANGED
    assert branches(repository) == made
    assert len(made) == 2


def test_branch_that_exists_is_refused(
    open_store: OpenStore, list_file: Path, repository: Path
) -> None:
    git(repository, "branch", "new-papers")
    before = git(repository, "rev-parse", "new-papers")

    report = publish_list(services_of(open_store, list_file, how="branch", branch="new-papers"))

    assert report.error == "The branch new-papers exists already."
    assert git(repository, "rev-parse", "new-papers") == before


def test_file_outside_git_is_refused(open_store: OpenStore, list_file: Path) -> None:
    report = publish_list(services_of(open_store, list_file, how="branch"))

    assert "is in no git repository" in report.error


def test_file_that_is_not_committed_is_refused(
    open_store: OpenStore, list_file: Path, repository: Path
) -> None:
    git(repository, "rm", "-q", "--cached", "README.md")
    git(repository, "commit", "-qm", "gone")

    report = publish_list(services_of(open_store, list_file, how="branch"))

    assert "is not in the last commit" in report.error


def test_missing_git_is_named(
    open_store: OpenStore, list_file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(list_file.parent / "nowhere"))

    report = publish_list(services_of(open_store, list_file, how="branch"))

    assert report.error == "git is not installed."
