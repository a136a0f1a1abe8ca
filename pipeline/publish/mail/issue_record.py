"""Read an issue back from its published JSON record, so that a mail says what the issue says."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from urllib.parse import urlsplit

from pipeline.enrich.links import Link, LinkKind
from pipeline.enrich.venue import Venue, VenueKind
from pipeline.publish.digest.types import (
    NOT_MADE,
    Colophon,
    CorrectedPaper,
    Digest,
    Entry,
    Group,
    Highlighted,
    Name,
    Trend,
)
from pipeline.publish.digest.week import Week
from pipeline.publish.mail.issue_files import IssueFiles


@dataclass(frozen=True, slots=True)
class Texts:
    """What an issue says of itself in one language."""

    subject: str
    preheader: str
    heading: str
    lead: str


@dataclass(frozen=True, slots=True)
class MailIssue:
    """One published issue, read from its record."""

    digest: Digest
    #: in the order of the record; the first is the one for unknown languages
    texts: Mapping[str, Texts]
    #: (kind, key) of a group -> language -> heading
    headings: Mapping[tuple[str, str], Mapping[str, str]]
    #: file names without suffix of the HTML pages that have every paper
    whole_pages: frozenset[str] = frozenset()
    #: papers of the issue that were taken back since, and are named instead of listed
    taken_back: int = 0

    def page_suffix(self, stem: str) -> str:
        """Return the suffix of an edition's page that has every paper of the issue."""
        return "html" if stem in self.whole_pages else "md"

    def language(self, wanted: str) -> str:
        """Return the wanted language if the issue is written in it, else its first."""
        return wanted if wanted in self.texts else next(iter(self.texts))


def read_issue(issue: IssueFiles, *, base_url: str) -> MailIssue:
    """Return a published issue; `base_url` is where its pages are."""
    document = json.loads(issue.files[f"{issue.week}.json"])
    names = {key: Name(texts, texts.get("", key)) for key, texts in issue.section_names.items()}
    groups = tuple(
        Group(one["kind"], one["key"], tuple(map(_entry, one["papers"])))
        for one in document["groups"]
    )
    entries = {entry.arxiv_id: entry for group in groups for entry in group.entries}
    digest = Digest(
        survey_title=document["survey"],
        week=Week.parse(document["week"]),
        preliminary=document["preliminary"],
        leads={code: texts["lead"] for code, texts in document["languages"].items()},
        highlights=tuple(
            Highlighted(entries[one["arxiv_id"]], one["sentence"], one["by"])
            for one in document["highlights"]
        ),
        groups=groups,
        withdrawn=tuple(map(_corrected, document["withdrawn"])),
        corrections=tuple(map(_corrected, document["corrections"])),
        trend=Trend(),
        made=NOT_MADE,
        colophon=Colophon(
            editor=document["editor"],
            list_url=document["list"],
            suggest_url=document["suggest"],
            base_url=base_url,
        ),
        section_names=names,
        task_names={},
        unknown_sections=tuple(
            sorted({s for entry in entries.values() for s in entry.sections if s not in names})
        ),
        counts=document["counts"],
    )
    return MailIssue(
        digest,
        {
            code: Texts(one["subject"], one["preheader"], one["heading"], one["lead"])
            for code, one in document["languages"].items()
        },
        {(one["kind"], one["key"]): one["names"] for one in document["groups"]},
        frozenset(
            name.removesuffix(".html")
            for name, data in issue.files.items()
            if name.endswith(".html") and all(key.encode() in data for key in entries)
        ),
    )


def _entry(paper: Mapping[str, Any]) -> Entry:
    return Entry(
        arxiv_id=paper["arxiv_id"],
        title=paper["title"],
        url=paper["url"],
        authors=tuple(paper["authors"]),
        authors_total=paper["authors_total"],
        claim=paper["claim"],
        note=paper["reviewer_note"],
        editor_note=paper["editor_note"],
        venue=_venue(paper["venue"]),
        version=paper["version"],
        category=paper["category"],
        submitted=_day(paper["submitted"]),
        updated=_day(paper["updated"]),
        links=tuple(_link(one) for one in paper["links"]),
        sections=tuple(paper["sections"]),
        task=paper["task"],
        late=paper["late"],
        decided_at=datetime.fromisoformat(paper["approved_at"]),
    )


def _corrected(paper: Mapping[str, Any]) -> CorrectedPaper:
    return CorrectedPaper(
        paper["arxiv_id"],
        paper["title"],
        paper["url"],
        tuple(paper["kinds"]),
        paper["former_title"],
        _venue(paper["venue"]),
        _texts(paper["former_sections"]),
        _texts(paper["sections"]),
        paper["issue"],
    )


def _link(link: Mapping[str, str]) -> Link:
    host = urlsplit(link["url"]).hostname or ""
    return Link(LinkKind(link["kind"]), link["url"], host.removeprefix("www."))


def _venue(venue: Mapping[str, str] | None) -> Venue | None:
    return None if venue is None else Venue(VenueKind(venue["kind"]), venue["name"])


def _day(text: str | None) -> date | None:
    return None if text is None else date.fromisoformat(text)


def _texts(texts: Sequence[str]) -> tuple[str, ...]:
    return tuple(texts)
