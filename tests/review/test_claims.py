"""The desk gives each of several people a paper that no one else reads, and says who reads what."""

from contextlib import AbstractContextManager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import cast

import pytest
from starlette.applications import Starlette

from storage.claims import Claims
from storage.engine.paths import claims_path
from storage.store import Store
from tests.review.conftest import IDS
from tests.support.review import Page, Visitor, make_site

FIRST, SECOND, THIRD = IDS
SCRIPT = {"accept": "application/json"}


class Team:
    """Two reviewers with a service each, over one database with three papers."""

    def __init__(self, folder: Path) -> None:
        self.path = folder / "survey.duckdb"
        self.claims = Claims(self.path)
        self.site = replace(make_site(folder), claims=self.claims)
        self.site.fill([*IDS, "2603.00008", "2603.00009"])
        self.ada, self.bob = (Visitor(self.site.app(name)) for name in ("ada", "bob"))
        for key, visitor in (("2603.00008", self.ada), ("2603.00009", self.bob)):
            page = visitor.get(f"/queue?at_least=0&paper={key}")
            assert visitor.decide(page, key, "rejected").status == 303
        # other services, because one looks for other reviewers every half minute
        self.ada, self.bob = (Visitor(self.site.app(name)) for name in ("ada", "bob"))

    def readers(self) -> dict[str, str]:
        """Return who reads what."""
        held = self.claims.standing(datetime(2026, 3, 17, 12, tzinfo=UTC))
        return {key: one.reviewer for key, one in held.items()}


@pytest.fixture
def team(tmp_path: Path) -> Team:
    return Team(tmp_path)


def test_claim_opens_the_database_once_at_most(team: Team, monkeypatch: pytest.MonkeyPatch) -> None:
    page = team.ada.get("/queue")  # who else reviews is looked up by the page, or half a minute ago
    opened: list[int] = []
    store = team.site.open_store

    def counting() -> AbstractContextManager[Store]:
        opened.append(1)
        return store()

    state = cast("Starlette", team.ada.app).state
    monkeypatch.setattr(state, "review", replace(state.review, read_store=counting))
    claim(team.ada, page, FIRST)
    assert opened == []
    claim(team.ada, page, FIRST, given="1")
    assert opened == [1]


def claim(visitor: Visitor, page: Page, *papers: str, **also: str | list[str]) -> dict[str, object]:
    """Claim papers as the script does."""
    form = {"token": page.form("/decide")["token"], "paper": list(papers), "view": "/queue", **also}
    answer = visitor.post("/claims", form, SCRIPT)
    assert answer.status == 200, answer.text
    found: dict[str, object] = answer.response.json()
    return found


def test_second_reviewer_is_given_the_next_paper(team: Team) -> None:
    assert claim(team.ada, team.ada.get("/queue"), FIRST)["paper"] == FIRST
    page = team.bob.get("/queue")
    assert page.paper == SECOND
    [marked] = page.tree.xpath("//li[@data-reader='ada']")
    assert marked.get("data-paper") == FIRST
    assert "being read by ada" in page.text


def test_opening_a_page_claims_nothing(team: Team) -> None:
    team.ada.get("/queue")
    team.ada.get(f"/queue?paper={FIRST}")
    assert team.readers() == {}
    assert not claims_path(team.path).exists()


def test_claimed_paper_opens_with_its_reader(team: Team) -> None:
    claim(team.ada, team.ada.get("/queue"), FIRST)
    page = team.bob.get(f"/queue?paper={FIRST}")
    assert page.paper == FIRST
    assert "Being read by ada, until 12:1" in page.text


def test_taking_over_is_told_to_the_first_reader(team: Team) -> None:
    page = team.ada.get("/queue")
    claim(team.ada, page, FIRST)
    opened = team.bob.get(f"/queue?paper={FIRST}")
    moved = team.bob.post("/claims", opened.form("/claims"))
    assert moved.location == f"/queue?paper={FIRST}"
    assert "Being read" not in team.bob.follow(moved).text
    answer = claim(team.ada, page, FIRST)
    assert answer["paper"] is None
    assert "Being read by <bdi>bob</bdi>" in str(answer["notice"])


def test_answer_gives_another_paper_of_the_list(team: Team) -> None:
    page = team.bob.get("/queue")
    claim(team.ada, team.ada.get("/queue"), FIRST)
    answer = claim(team.bob, page, FIRST, SECOND)
    assert answer["paper"] == SECOND
    assert answer["held"] == {FIRST: {"by": "ada", "ahead": False}}


def test_papers_kept_ahead_are_passed_over(team: Team) -> None:
    claim(team.ada, team.ada.get("/queue"), FIRST, ahead=[SECOND])
    page = team.bob.get("/queue")
    assert page.paper == THIRD
    assert "next for ada" in page.text


def test_last_papers_are_shown_with_their_reader(team: Team) -> None:
    page = team.ada.get("/queue")
    for key in IDS:
        claim(team.ada, page, key)
    page = team.bob.get("/queue")
    assert page.paper == FIRST
    assert "Being read by ada" in page.text


def test_next_page_of_the_list_is_tried(tmp_path: Path) -> None:
    team = Team(tmp_path)
    ids = [f"2604.{number:05d}" for number in range(1, 40)]
    team.site.fill(ids)
    page = team.ada.get("/queue?at_least=0")
    now = team.site.clock()
    shown = page.ids
    for part in (shown[:20], shown[20:]):
        name = part[0]  # two others, because one has few claims
        team.claims.change(name, now=now, until=now + timedelta(minutes=9), ahead=part)
    page = team.bob.get("/queue?at_least=0&order=likely")
    assert page.paper not in shown


def test_decision_ends_the_claim_and_claims_the_next(team: Team) -> None:
    page = team.ada.get("/queue")
    claim(team.ada, page, FIRST)
    moved = team.ada.decide(page, FIRST, "rejected")
    assert team.readers() == {SECOND: "ada"}
    assert team.ada.follow(moved).paper == SECOND


def test_after_a_decision_a_claimed_paper_is_passed_over(team: Team) -> None:
    page = team.ada.get("/queue")
    claim(team.bob, team.bob.get("/queue"), SECOND)
    moved = team.ada.decide(page, FIRST, "rejected")
    assert team.ada.follow(moved).paper == THIRD


def test_paper_decided_meanwhile_is_not_given(team: Team) -> None:
    page, other = team.ada.get("/queue"), team.bob.get("/queue")
    team.bob.decide(other, FIRST, "rejected")
    answer = claim(team.ada, page, FIRST, THIRD, given="1")
    assert answer["paper"] == THIRD
    assert answer["decided"] == {FIRST: "rejected"}
    assert team.readers()[THIRD] == "ada"
    assert FIRST not in team.readers()


def test_last_paper_decided_meanwhile_leaves_none(team: Team) -> None:
    page, other = team.ada.get("/queue"), team.bob.get("/queue")
    team.bob.decide(other, FIRST, "rejected")
    answer = claim(team.ada, page, FIRST, given="1")
    assert (answer["paper"], answer["notice"]) == (None, "")


def test_claim_ends_by_itself(team: Team) -> None:
    claim(team.ada, team.ada.get("/queue"), FIRST)
    team.site.clock.now += timedelta(minutes=11)  # type: ignore[attr-defined]
    assert team.bob.get("/queue").paper == FIRST


def test_decision_on_a_claimed_paper_makes_the_other_stale(team: Team) -> None:
    page = team.ada.get("/queue")
    claim(team.ada, page, FIRST)
    opened = team.bob.get(f"/queue?paper={FIRST}")
    assert team.bob.decide(opened, FIRST, "rejected").status == 303
    assert team.ada.decide(page, FIRST, "approved", accept="make-image").status == 409


def test_single_reviewer_writes_and_shows_nothing(tmp_path: Path) -> None:
    claims = Claims(tmp_path / "survey.duckdb")
    site = replace(make_site(tmp_path), claims=claims)
    site.fill(IDS)
    ada = Visitor(site.app())
    page = ada.get("/queue")
    assert not page.tree.xpath("//*[@id='claim']")
    assert "claims.js" not in page.response.text
    ada.decide(page, FIRST, "rejected")
    claim(ada, ada.get("/queue"), SECOND)
    assert not list(tmp_path.glob("*.claims*"))


def test_paper_page_says_who_reads_it(team: Team) -> None:
    claim(team.ada, team.ada.get("/queue"), FIRST)
    assert "Being read by ada" in team.bob.get(f"/paper/{FIRST}").text
    assert "Being read" not in team.bob.get(f"/paper/{SECOND}").text


@pytest.mark.parametrize("form", [{}, {"paper": "x" * 99}, {"paper": "2603.00001\n<b>"}])
def test_form_without_a_paper_claims_nothing(team: Team, form: dict[str, str]) -> None:
    token = team.ada.get("/queue").form("/decide")["token"]
    assert team.ada.post("/claims", {"token": token, **form}, SCRIPT).response.json() == {
        "paper": None, "held": {}, "decided": {}, "notice": "",
    }  # fmt: skip
    assert team.readers() == {}


def test_many_papers_in_a_form_are_refused(team: Team) -> None:
    page = team.ada.get("/queue")
    form = {"token": page.form("/decide")["token"], "paper": [f"2603.{n:05d}" for n in range(99)]}
    assert team.ada.post("/claims", form, SCRIPT).status == 400


def test_claim_needs_the_token_of_its_session(team: Team) -> None:
    assert team.ada.post("/claims", {"paper": FIRST}).status == 403
    assert team.ada.get("/claims").status == 405


def test_hostile_name_of_a_reader_is_text(team: Team) -> None:
    name = "<script>alert(1)</script>"
    now = team.site.clock()
    team.claims.change(name, now=now, until=now + timedelta(minutes=9), take=[FIRST])
    page = team.bob.get(f"/queue?paper={FIRST}")
    assert "Being read by <script>alert(1)</script>" in page.text
    assert "<script>alert" not in page.response.text
