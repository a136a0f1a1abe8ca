"""Cases of decisions, each through the page, the terminal and a file with one expected result."""

import json
import shutil
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Protocol

import pytest

from config.taxonomy import load_taxonomy
from pipeline.review.decide import record
from pipeline.review.proposal import NOTE_LIMIT, propose
from pipeline.review.undo import undo
from storage.types import Verdict
from tests.support.builders import make_paper, make_prediction
from tests.support.cli import call_in_process
from tests.support.review import Clock, ReviewSite, Visitor, make_site, scores

TAXONOMY = load_taxonomy()
PAPER, OLD_STYLE, OTHER = "2603.00001", "math/0510544", "2603.00002"
START = datetime(2026, 3, 17, 12, tzinfo=UTC)
#: three sections in the order of the taxonomy
FIRST, SECOND, THIRD = "generation-image-llm-based", "agents", "survey-llm"
ALL_CHANNELS = ("page", "terminal", "file")
#: a file cannot take a decision back
UNDO_CHANNELS = ("page", "terminal")


@dataclass(frozen=True)
class Decide:
    """What a reviewer states."""

    verdict: str = "approved"
    sections: Sequence[str] = (FIRST,)
    note: str | None = None
    reviewer: str = "ada"
    arxiv_id: str = PAPER
    #: accepts the section that the model suggests
    suggested: bool = False
    drawn: bool = False


@dataclass(frozen=True)
class Undo:
    """A decision taken back: the one on PAPER by its id, another id, or the reviewer's last."""

    decision_id: str | None = None
    named: bool = False
    reviewer: str = "ada"


@dataclass(frozen=True)
class Case:
    """A statement, the state before it, and the result in every channel."""

    name: str
    act: Decide | Undo
    #: recorded, unchanged, stale, refused or undone
    outcome: str
    #: (verdict, sections, reviewer, note) that stands on PAPER afterwards
    stands: tuple[Verdict, tuple[str, ...], str, str | None] | None = None
    #: part of what a refusal says
    says: str = ""
    given: Sequence["Step"] = ()
    #: what happens after the reviewer read the paper; the channel states what was read
    meanwhile: Sequence["Step"] = ()
    sample: int = 0
    paper: str = PAPER
    channels: Sequence[str] = ALL_CHANNELS


Step = Callable[[ReviewSite], None]


def decided(act: Decide) -> Step:
    def step(site: ReviewSite) -> None:
        proposal = propose(
            TAXONOMY,
            arxiv_id=act.arxiv_id,
            verdict=act.verdict,
            sections=act.sections,
            reviewer=act.reviewer,
            note=act.note,
            drawn=act.drawn,
        )
        record(site.open_store, TAXONOMY, proposal, clock=site.clock)

    return step


def undone(site: ReviewSite) -> None:
    undo(site.open_store, reviewer="ada", decision_id=last_id(site), clock=site.clock)


def revised(site: ReviewSite) -> None:
    site.put(make_paper(PAPER, version=2, title="Another claim"))


def suggesting(**probabilities: float) -> Step:
    def step(site: ReviewSite) -> None:
        later = make_prediction(
            sections=scores(**probabilities),
            predicted_at=site.clock(),
            model_id=f"m-{probabilities}",
        )
        site.put(make_paper(PAPER), later)

    return step


def last_id(site: ReviewSite) -> str:
    with site.open_store() as store:
        return store.decisions.of_paper(PAPER)[-1].decision_id


def approved(*sections: str, reviewer: str = "ada", note: str | None = None) -> Any:
    return (Verdict.APPROVED, sections or (FIRST,), reviewer, note)


REJECT = Decide("rejected", ())
DEFER = Decide("deferred", ())
BY_BO = decided(Decide("rejected", (), reviewer="bo"))
REJECTED = (Verdict.REJECTED, (), "ada", None)
BO_REJECTED = (Verdict.REJECTED, (), "bo", None)
SUGGESTION = suggesting(agents=0.4)

CASES = (
    # verdicts
    Case("approved", Decide(), "recorded", approved()),
    Case("approve", Decide("approve"), "recorded", approved()),
    Case("verdict in capitals", Decide("Approve"), "recorded", approved()),
    Case("rejected", REJECT, "recorded", REJECTED),
    Case("deferred", DEFER, "recorded", (Verdict.DEFERRED, (), "ada", None)),
    Case("unknown verdict", Decide("perhaps"), "refused", says="'perhaps' is not a verdict."),
    # sections
    Case(
        "sections in another order",
        Decide(sections=(SECOND, FIRST)),
        "recorded",
        approved(FIRST, SECOND),
    ),
    Case(
        "same sections in another order again",
        Decide(sections=(SECOND, FIRST)),
        "unchanged",
        approved(FIRST, SECOND),
        given=[decided(Decide(sections=(FIRST, SECOND)))],
    ),
    Case(
        "section named twice",
        Decide(sections=(SECOND, FIRST, SECOND)),
        "recorded",
        approved(FIRST, SECOND),
    ),
    Case("unknown section", Decide(sections=("agent",)), "refused", says="Did you mean agents"),
    Case(
        "rejection with a section",
        Decide("rejected", (FIRST,)),
        "refused",
        says="only an approval names sections",
    ),
    Case(
        "deferral with a section",
        Decide("deferred", (FIRST,)),
        "refused",
        says="only an approval names sections",
    ),
    Case("approval without section", Decide(sections=()), "refused", says="section"),
    Case(
        "approval without section, suggestion not accepted",
        Decide(sections=()),
        "refused",
        given=[SUGGESTION],
        says="The model suggests",
        channels=("terminal", "file"),
    ),
    Case(
        "approval without section, suggestion accepted",
        Decide(sections=(), suggested=True),
        "recorded",
        approved(SECOND),
        given=[SUGGESTION],
        channels=("page", "terminal"),
    ),
    Case(
        "suggestion accepted and sections named",
        Decide(sections=(FIRST,), suggested=True),
        "refused",
        given=[SUGGESTION],
        says="not both",
        channels=("terminal",),
    ),
    Case(
        "rejection with accepted suggestion",
        Decide("rejected", (), suggested=True),
        "refused",
        given=[SUGGESTION],
        says="only an approval names sections",
        channels=("terminal",),
    ),
    Case(
        "suggestion changed meanwhile",
        Decide(sections=(), suggested=True),
        "recorded",
        approved(SECOND),
        given=[SUGGESTION],
        meanwhile=[suggesting(survey_llm=0.4)],
        channels=("page",),
    ),
    Case(
        "rejection with boxes that the page had ticked",
        REJECT,
        "recorded",
        REJECTED,
        given=[suggesting(agents=0.9)],
        channels=("page",),
    ),
    # notes
    Case("note", Decide(note="good"), "recorded", approved(note="good")),
    Case("empty note", Decide(note=" \n "), "recorded", approved()),
    Case("note with blanks around", Decide(note="  a\r\nb "), "recorded", approved(note="a\nb")),
    Case(
        "note at the limit",
        Decide(note="x" * NOTE_LIMIT),
        "recorded",
        approved(note="x" * NOTE_LIMIT),
    ),
    Case(
        "note over the limit",
        Decide(note="x" * (NOTE_LIMIT + 1)),
        "refused",
        says="has 2,001 characters; the limit is 2,000.",
    ),
    Case("note with NUL", Decide(note="a\0b"), "recorded", approved(note="ab")),
    Case(
        "note with a lone surrogate",
        Decide(note="a\ud83d"),
        "refused",
        says="lone surrogate",
        channels=("terminal", "file"),  # a form decodes it to U+FFFD before it is parsed
    ),
    # reviewers
    Case("name with blanks around", Decide(reviewer=" ada "), "recorded", approved()),
    Case(
        "name at the limit",
        Decide(reviewer="x" * 100),
        "recorded",
        approved(reviewer="x" * 100),
    ),
    Case("name over the limit", Decide(reviewer="x" * 101), "refused", says="at most 100"),
    Case("name of two lines", Decide(reviewer="a\nb"), "refused", says="Use one line"),
    Case("name of the list", Decide(reviewer="list"), "refused", says="reserved"),
    # papers
    Case("id with version", Decide(arxiv_id=f"{PAPER}v2"), "recorded", approved()),
    Case("id as link", Decide(arxiv_id=f"https://arxiv.org/abs/{PAPER}"), "recorded", approved()),
    Case("id as PDF link", Decide(arxiv_id=f"arxiv.org/pdf/{PAPER}v1.pdf"), "recorded", approved()),
    Case(
        "id of the old scheme",
        Decide(arxiv_id="math.GT/0510544v1"),
        "recorded",
        approved(),
        paper=OLD_STYLE,
    ),
    Case("not an id", Decide(arxiv_id="banana"), "refused", says="'banana' is not an arXiv ID."),
    Case("empty id", Decide(arxiv_id=""), "refused", says="'' is not an arXiv ID."),
    Case("paper not held", Decide(arxiv_id="2603.99999"), "refused", says="living-survey add"),
    # again
    Case("same again", Decide(), "unchanged", approved(), given=[decided(Decide())]),
    Case(
        "same by another reviewer",
        Decide(reviewer="bo"),
        "recorded",
        approved(reviewer="bo"),
        given=[decided(Decide())],
    ),
    Case(
        "same with another note",
        Decide(note="why"),
        "recorded",
        approved(note="why"),
        given=[decided(Decide())],
    ),
    Case("another verdict", REJECT, "recorded", REJECTED, given=[decided(Decide())]),
    Case("same after undo", Decide(), "recorded", approved(), given=[decided(Decide()), undone]),
    # changed meanwhile
    Case(
        "decided meanwhile",
        Decide(),
        "stale",
        BO_REJECTED,
        meanwhile=[BY_BO],
        says="bo decided 2603.00001 meanwhile (rejected, 2026-03-17 12:00 UTC",
    ),
    Case(
        "decided anew meanwhile",
        Decide(),
        "stale",
        BO_REJECTED,
        given=[decided(DEFER)],
        meanwhile=[BY_BO],
        says="bo decided 2603.00001 meanwhile",
    ),
    Case(
        "taken back meanwhile",
        Decide(),
        "stale",
        given=[decided(REJECT)],
        meanwhile=[undone],
        says="was taken back meanwhile",
    ),
    Case(
        "text revised meanwhile",
        Decide(),
        "stale",
        meanwhile=[revised],
        says="The text of 2603.00001 changed meanwhile (now version 2).",
    ),
    Case("same meanwhile", Decide(), "unchanged", approved(), meanwhile=[decided(Decide())]),
    Case(
        "read, then decided anew",
        Decide(),
        "recorded",
        approved(),
        given=[BY_BO],
        meanwhile=[lambda _site: None],
    ),
    # audit
    Case(
        "audit draw",
        Decide(drawn=True),
        "recorded",
        approved(),
        given=[suggesting(make_image=0.8)],  # what waits can be drawn
        sample=1,
    ),
    Case(
        "audit draw again",
        Decide(drawn=True),
        "unchanged",
        approved(),
        given=[decided(Decide(drawn=True))],
        sample=1,
    ),
    # undo
    Case("undo the last", Undo(), "undone", given=[decided(Decide())], channels=UNDO_CHANNELS),
    Case(
        "undo by id", Undo(named=True), "undone", given=[decided(Decide())], channels=UNDO_CHANNELS
    ),
    Case(
        "undo twice",
        Undo(named=True),
        "unchanged",
        given=[decided(Decide()), undone],
        channels=UNDO_CHANNELS,
    ),
    Case(
        "undo another's decision by id",
        Undo(named=True, reviewer="bo"),
        "undone",
        given=[decided(Decide())],
        channels=UNDO_CHANNELS,
    ),
    Case(
        "undo another's last decision",
        Undo(reviewer="bo"),
        "refused",
        approved(),
        given=[decided(Decide())],
        says="bo has no decision to undo",
        channels=UNDO_CHANNELS,
    ),
    Case(
        "undo restores the decision before",
        Undo(named=True, reviewer="bo"),
        "undone",
        approved(),
        given=[decided(Decide()), BY_BO],
        channels=UNDO_CHANNELS,
    ),
    Case("undo an unknown id", Undo("ffff"), "refused", says="ffff", channels=UNDO_CHANNELS),
    Case(
        "undo as the list",
        Undo(reviewer="list"),
        "refused",
        says="reserved",
        channels=UNDO_CHANNELS,
    ),
)


@dataclass(frozen=True)
class Answer:
    """What a channel reported: an outcome, and the text with it."""

    outcome: str
    text: str = ""


class Channel(Protocol):
    """One way to state a decision."""

    def read(self, site: ReviewSite, case: Case) -> None:
        """Note what a reviewer sees before deciding."""

    def decide(self, site: ReviewSite, act: Decide) -> Answer:
        """State a decision."""

    def undo(self, site: ReviewSite, decision_id: str | None, reviewer: str) -> Answer:
        """Take a decision back."""


@dataclass
class PageChannel:
    """The forms of the review site, over HTTP."""

    visitor: Visitor | None = None
    form: dict[str, Any] = field(default_factory=dict)

    def read(self, site: ReviewSite, case: Case) -> None:
        self.visitor = Visitor(site.app(case.act.reviewer))
        drawn = isinstance(case.act, Decide) and case.act.drawn
        origin = "?from=%2Fqueue%3Forder%3Drandom" if drawn else ""
        page = self.visitor.get(f"/paper/{case.paper}{origin}")
        self.form = {**page.form("/decide")}
        if isinstance(case.act, Decide) and case.act.suggested:
            button = page.tree.xpath('//button[@name="accept"]')[0]
            self.form["accept"] = button.get("value")

    def decide(self, site: ReviewSite, act: Decide) -> Answer:
        assert self.visitor is not None
        ticked = set(self.form.get("section", ())) | set(act.sections)
        sent = {**self.form, "verdict": act.verdict, "section": sorted(ticked)}
        sent["note"] = act.note or ""
        if act.verdict == "rejected":  # the other channels may leave it out
            sent["reason"] = "other"
        if act.arxiv_id != PAPER:
            sent["arxiv_id"] = act.arxiv_id
        return self._answer(site, lambda visitor: visitor.post("/decide", sent))

    def undo(self, site: ReviewSite, decision_id: str | None, reviewer: str) -> Answer:
        sent = {"token": self.form["token"], "decision_id": decision_id or ""}
        answer = self._answer(site, lambda visitor: visitor.post("/undo", sent))
        return replace(answer, outcome={"recorded": "undone"}.get(answer.outcome, answer.outcome))

    def _answer(self, site: ReviewSite, send: Callable[[Visitor], Any]) -> Answer:
        assert self.visitor is not None
        before = events(site)
        page = send(self.visitor)
        outcomes = {303: "recorded", 400: "refused", 404: "refused", 409: "stale"}
        outcome = outcomes[page.status]
        if outcome == "recorded" and events(site) == before:
            outcome = "unchanged"
        return Answer(outcome, "" if page.status == 303 else page.text)


@dataclass
class TerminalChannel:
    """`decide` and `undo` on the command line, in this process."""

    run: Callable[..., tuple[int, Any]]
    expected: Sequence[str] = ()

    def read(self, site: ReviewSite, case: Case) -> None:
        if case.meanwhile:
            standing, text = seen(site)
            self.expected = ("--if-standing", standing, "--if-text", text)

    def decide(self, site: ReviewSite, act: Decide) -> Answer:
        options = [word for section in act.sections for word in ("--section", section)]
        if act.note is not None:
            options += ["--note", act.note]
        options += [*self.expected, *(["--suggested"] if act.suggested else [])]
        options += ["--audit"] if act.drawn else []
        return self._answer(
            "decide", act.arxiv_id, act.verdict, "--reviewer", act.reviewer, *options
        )

    def undo(self, site: ReviewSite, decision_id: str | None, reviewer: str) -> Answer:
        named = ["--decision", decision_id] if decision_id else []
        return self._answer("undo", "--reviewer", reviewer, *named)

    def _answer(self, *argv: str) -> Answer:
        status, document = self.run(*argv, "--json")
        if status == 0:
            return Answer(document["outcome"])
        return Answer({1: "stale", 2: "refused"}[status], f"{document['error']} {document['hint']}")


@dataclass
class FileChannel:
    """One line of a file for `decide --from`."""

    run: Callable[..., tuple[int, Any]]
    directory: Path
    expected: dict[str, str] = field(default_factory=dict)

    def read(self, site: ReviewSite, case: Case) -> None:
        if case.meanwhile:
            standing, text = seen(site)
            self.expected = {"if_standing": standing, "if_text": text}

    def decide(self, site: ReviewSite, act: Decide) -> Answer:
        line = {
            "arxiv_id": act.arxiv_id,
            "verdict": act.verdict,
            "sections": list(act.sections),
            "reviewer": act.reviewer,
            "note": act.note,
            "audit": act.drawn,
            **self.expected,
        }
        path = self.directory / "decisions.jsonl"
        path.write_text(json.dumps(line))
        status, report = self.run("decide", "--from", str(path), "--json")
        assert status == (1 if report["refused"] else 0)
        if report["refused"]:
            [refused] = report["refused"]
            return Answer("stale" if refused["stale"] else "refused", refused["reason"])
        assert report["recorded"] + report["already"] == 1
        return Answer("recorded" if report["recorded"] else "unchanged")

    def undo(self, site: ReviewSite, decision_id: str | None, reviewer: str) -> Answer:
        raise NotImplementedError("a file cannot take a decision back")


def seen(site: ReviewSite) -> tuple[str, str]:
    """Return the standing decision's id and the text's hash, as an analyst reads them."""
    with site.open_store() as store:
        stored = store.papers.get(PAPER)
        standing = store.decisions.standing([PAPER]).get(PAPER)
    assert stored is not None
    return standing.decision_id if standing else "none", stored.content_hash


def events(site: ReviewSite) -> int:
    with site.open_store() as store:
        return store.decisions.last_event()


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A database with three undecided papers, copied for each case."""
    folder = tmp_path_factory.mktemp("template")
    with make_site(folder).open_store() as store:
        papers = [make_paper(key) for key in (PAPER, OLD_STYLE, OTHER)]
        store.papers.upsert(papers, seen_at=START)
    return folder


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., tuple[int, Any]]:
    """Run the command line in this process and return (exit status, JSON document)."""
    monkeypatch.chdir(tmp_path)
    for key, value in {
        "NOW": (START + timedelta(hours=1)).isoformat(),
        "ARXIV__OAI_URL": "http://127.0.0.1:9/oai",
        "ARXIV__RSS_URL": "http://127.0.0.1:9",
        "ARXIV__QUERY_URL": "http://127.0.0.1:9/api/query",
    }.items():
        monkeypatch.setenv(f"LIVING_SURVEY_{key}", value)

    def call(*argv: str) -> tuple[int, Any]:
        ended = call_in_process(*argv)
        return ended.exit_code, json.loads(ended.stdout)

    return call


@pytest.mark.parametrize(
    ("case", "name"),
    [
        pytest.param(case, name, id=f"{case.name}-{name}")
        for case in CASES
        for name in case.channels
    ],
)
def test_channels_give_the_same_result(
    case: Case,
    name: str,
    template: Path,
    tmp_path: Path,
    run: Callable[..., tuple[int, Any]],
) -> None:
    shutil.copytree(template, tmp_path / "var")
    site = make_site(tmp_path / "var")
    site.taxonomy, site.clock = TAXONOMY, Clock()
    channels: dict[str, Channel] = {
        "page": PageChannel(),
        "terminal": TerminalChannel(run),
        "file": FileChannel(run, tmp_path),
    }
    channel = channels[name]
    for step in case.given:
        step(site)
    channel.read(site, case)
    for step in case.meanwhile:
        step(site)
    before = events(site)
    if isinstance(case.act, Undo):
        decision_id = last_id(site) if case.act.named else case.act.decision_id
        answer = channel.undo(site, decision_id, case.act.reviewer)
    else:
        answer = channel.decide(site, case.act)
    assert answer.outcome == case.outcome, answer.text
    assert case.says in answer.text
    assert events(site) - before == (answer.outcome in {"recorded", "undone"})
    with site.open_store() as store:
        stands = store.decisions.standing([case.paper]).get(case.paper)
        sample = store.audit.sample(200)
    fields = (stands.verdict, stands.sections, stands.reviewer, stands.note) if stands else None
    assert fields == case.stands
    assert sample.known == case.sample
