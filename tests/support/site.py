"""A published site of fictional papers: hostile texts, every kind of decision, two issues."""

from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from config.publish_schema import DigestSettings, PublishSettings
from config.schema import SurveySettings
from config.site_schema import SiteSettings
from config.subscribers_schema import SubscribersSettings
from pipeline.publish.report import Outcome, TargetReport
from pipeline.publish.targets import recorded_target
from pipeline.runtime.services import Services
from storage.store import OpenStore, Store
from storage.types import LIST_REVIEWER, Paper, Verdict
from tests.support.builders import make_decision, make_paper
from tests.support.built_once import build_once
from tests.support.digest import MONDAY, TAXONOMY
from tests.support.exports import hostile_titles
from tests.support.publish import published
from tests.support.services import make_services
from tests.support.storage import opener

#: a Tuesday in the week after the second issue
NOW = datetime(2026, 3, 24, 9, tzinfo=UTC)
BASE = "https://survey.example.org"
SUGGEST = "https://example.org/issues/new"
REVIEWER = "Reviewer Nobody-Names"
HOSTILE = (
    "<script>alert(1)</script> & <b>bold</b>",
    '" onmouseover="alert(1)" x="',
    "]]></script><svg onload=alert(1)>",
    "[a](javascript:alert(1)) | `x` ![p](//evil.example/p.png)",
    "$\\href{javascript:alert(1)}{x}$ and $x_1^2 < y$",
    "\u202egnp.exe\u2066 hidden\u200b",
    "Kettle" * 40,
    "{{ 7 * 7 }} {% raw %} ${7*7} #{x}",
)
#: of the papers that are in no list
REJECTED, DEFERRED, UNDONE, WITHDRAWN = "2603.00801", "2603.00802", "2603.00803", "2603.00804"
IMPORTED, OLD = "2603.00805", "hep-th/9901001"


@dataclass(frozen=True)
class PublishedSite:
    """A site on the disk, and what made it."""

    folder: Path
    services: Services

    def text(self, path: str) -> str:
        """Return the text of one file."""
        return (self.folder / path).read_text(encoding="utf-8")

    def pages(self) -> list[Path]:
        """Return the site's pages, without the letters that stand beside it."""
        letters = {path for path in self.folder.glob("*.html") if path.name.startswith("20")}
        return sorted(set(self.folder.rglob("*.html")) - letters)


def plain_papers() -> list[Paper]:
    """Return papers whose words the tests search for."""
    return [
        make_paper(
            "2603.00001",
            title="Talking to the Canvas: Language Models that Plan Before They Paint",
            abstract="Painting is slow. We present Brush, a language model that plans a picture. "
            "Its zeppelin layouts win. Code: https://github.com/fictional-lab/brush",
            authors=("Ada Example", "Bj\u00f6rn S\u00e1mple", "Chiara van der Muster"),
            comment="Accepted at AAAI 2026",
        ),
        make_paper(
            "2603.00002",
            title="One Tokenizer to Draw and to Film",
            abstract="Image and video tokenizers have grown apart. We introduce Loom, one codebook "
            "that a language model predicts for pictures and for film.",
            authors=("Grete Beispiel", "\u674e\u56db"),
            submitted_at=datetime(2025, 11, 3, tzinfo=UTC),
            updated_at=datetime(2026, 1, 9, tzinfo=UTC),
            version=2,
            journal_ref="Journal of Pictures 12 (2026) 3-14",
            doi="10.1234/pictures.12",
        ),
        make_paper(
            "2603.00003",
            title="Storyboards as Programs",
            abstract="Long films need a plan. We propose a language model that writes shots as "
            "code, with $O(n^2)$ edits.",
            authors=tuple(f"Author {letter}" for letter in "ABCDEFGHIJKL"),
        ),
    ]


def fill(store: Store, *, hostile: bool = True) -> None:
    """Store papers and decisions: listed, withdrawn, rejected, deferred and taken back."""
    week = timedelta(days=7)
    papers = plain_papers()
    stored = (text.encode(errors="ignore").decode() for text in hostile_titles(24))
    texts = (*HOSTILE, *stored) if hostile else ()
    papers += [
        make_paper(
            f"2603.{number:05}",
            title=text,
            abstract=f"{text} {texts[-1 - number % len(texts)]}",
            authors=("Ada Example", text),
            comment=text,
            journal_ref=text if number % 3 == 0 else None,
        )
        for number, text in enumerate(texts, 101)
    ]
    papers += [
        make_paper(OLD, title="Strings before Pictures"),
        make_paper(IMPORTED, title="From the Old List"),
        make_paper(REJECTED, title="A Rejected Title"),
        make_paper(DEFERRED, title="A Deferred Title"),
        make_paper(UNDONE, title="An Undone Title"),
        make_paper(WITHDRAWN, title="A Withdrawn Title"),
        make_paper("2603.00999", title="A Waiting Title"),
    ]
    store.papers.upsert(papers, seen_at=MONDAY - week)
    sections = [section.id for section in TAXONOMY.sections]
    decisions = [
        make_decision(
            paper.arxiv_id,
            sections=tuple(sections[number % 5 :: 5][: 1 + number % 2]),
            decided_at=MONDAY + timedelta(minutes=number) - (week if number % 2 else 0 * week),
            note=texts[number % len(texts)] if texts and number > 3 else None,
            reviewer=REVIEWER,
        )
        for number, paper in enumerate(papers[:-7])
    ]
    decisions[0] = replace(decisions[0], note="It plans before it paints.")
    decisions += [
        make_decision(OLD, decided_at=MONDAY, reviewer=REVIEWER, sections=("agents",)),
        make_decision(
            IMPORTED, decided_at=MONDAY - 4 * week, reviewer=LIST_REVIEWER, sections=("agents",)
        ),
        make_decision(
            REJECTED,
            verdict=Verdict.REJECTED,
            sections=(),
            reason="no-language",
            note="Ask nobody about this note.",
            decided_at=MONDAY,
            reviewer=REVIEWER,
        ),
        make_decision(
            DEFERRED, verdict=Verdict.DEFERRED, sections=(), decided_at=MONDAY, reviewer=REVIEWER
        ),
        make_decision(UNDONE, decided_at=MONDAY, reviewer=REVIEWER, sections=("agents",)),
        make_decision(WITHDRAWN, decided_at=MONDAY, reviewer=REVIEWER, sections=("agents",)),
    ]
    store.decisions.add(decisions)


def site_services(
    open_store: OpenStore, folder: Path, now: datetime = NOW, **site: Any
) -> Services:
    """Return services that publish into `folder`/public; keywords are [site] settings."""
    languages = site.pop("languages", ("en", "zh"))
    publish: dict[str, Any] = {"base_url": BASE, "suggest_url": SUGGEST, "editor": "The Editors"}
    publish |= site.pop("publish", {})
    subscribers = SubscribersSettings(url=site.pop("subscribe", ""))
    return make_services(
        open_store,
        now,
        taxonomy=TAXONOMY,
        root=folder,
        survey=SurveySettings(title="Talking <Pictures> & \u201cA Survey\u201d"),
        digest=DigestSettings(output=folder / "public", languages=languages),
        publish=PublishSettings(**publish),
        subscribers=subscribers,
        site=SiteSettings(**({"rhythm": "weekly", "about": "What is <made> & said."} | site)),
    )


def publish_site(services: Services) -> TargetReport:
    """Publish the site."""
    return published(services, recorded_target("site", services.settings))


def make_site(folder: Path, *, hostile: bool = True, **site: Any) -> PublishedSite:
    """Return a site with two issues; a paper is withdrawn and one taken back after its issue."""
    build_once(folder, _publish_all, hostile, site)
    services = site_services(opener(folder), folder, **site)
    return PublishedSite(services.settings.digest.output, services)


def _publish_all(folder: Path, hostile: bool, site: dict[str, Any]) -> None:  # noqa: FBT001
    open_store = opener(folder)
    with open_store() as store:
        fill(store, hostile=hostile)
    services = site_services(open_store, folder, **site)
    for week in ("2026-W11", "2026-W12"):
        issue = published(
            services,
            recorded_target(f"digest:{week}", services.settings),
            override="Hostile texts look like spam.",
        )
        assert issue.outcome is Outcome.PUBLISHED, issue.reasons
    with open_store() as store:
        [decision] = store.decisions.of_paper(UNDONE)
        store.decisions.undo(reviewer=REVIEWER, undone_at=NOW, decision_id=decision.decision_id)
        store.papers.upsert(
            [make_paper(WITHDRAWN, title="A Withdrawn Title", version=2, withdrawn=True)],
            seen_at=NOW,
        )
    report = published(
        services,
        recorded_target("site", services.settings),
        override="Hostile texts look like spam.",
    )
    assert report.outcome is Outcome.PUBLISHED, (report.reasons, report.error)
