"""Give the templates the texts of a digest in one language, unescaped."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from pipeline.enrich.links import Link, LinkKind
from pipeline.publish.digest.build import (
    OTHER,
    CorrectedPaper,
    Digest,
    DigestLine,
    DigestSection,
    LabelCount,
)
from pipeline.publish.digest.chart import Chart, bar_chart
from pipeline.publish.digest.words import Words


@dataclass(frozen=True, slots=True)
class Edition:
    """The digest in one language: the language's own name, and the file name without suffix."""

    language: str
    name: str
    stem: str


@dataclass(frozen=True, slots=True)
class View:
    """The values a template renders."""

    digest: Digest
    words: Words
    #: all editions, this one included
    editions: tuple[Edition, ...]

    @property
    def title(self) -> str:
        """The title of the page."""
        return self.words.say("title", survey=self.digest.survey_title, week=self.digest.week)

    @property
    def summary(self) -> str:
        """The sentence with the counts."""
        if not self.digest.papers:
            return self.words.say("empty_withdrawn" if self.digest.withdrawn else "empty")
        papers = self.words.count("papers", self.digest.papers)
        known = sum(section.id != OTHER for section in self.digest.sections)
        if not known:
            return self.words.say("summary_unplaced", papers=papers)
        sections = self.words.count("sections", known)
        return self.words.say("summary", papers=papers, sections=sections)

    @property
    def others(self) -> tuple[Edition, ...]:
        """The editions in other languages."""
        return tuple(e for e in self.editions if e.language != self.words.code)

    def section_name(self, section_id: str) -> str:
        """Return the name of a section of this digest."""
        section = next(s for s in self.digest.sections if s.id == section_id)
        if section.id == OTHER:
            return self.words.say("other")
        path = self.words.say("path_separator").join(section.path)
        return self.words.name(section.names, path)

    def section_note(self, section: DigestSection) -> str:
        """Return the note above a section's papers; empty for a known section."""
        if section.id != OTHER:
            return ""
        if not self.digest.unknown_sections:
            return self.words.say("other_none")
        sections = self.words.say("list_separator").join(self.digest.unknown_sections)
        return self.words.say("other_note", sections=sections)

    def correction(self, paper: CorrectedPaper) -> str:
        """Return what arXiv changed in a paper."""
        said = [self.words.say(f"was_{paper.state}")] if paper.state else []
        if paper.former_title is not None:
            said.append(self.words.say("was_renamed", title=paper.former_title))
        return self.words.say("section_separator").join(said)

    def label_name(self, count: LabelCount) -> str:
        """Return the name of a label."""
        if count.label is None:
            return self.words.say("no_modality")
        return self.words.name(count.names, count.label)

    def counts(self, counts: Sequence[LabelCount]) -> str:
        """Return label counts as words."""
        return self.words.say("list_separator").join(
            self.words.say("chart_count", name=self.label_name(c), n=c.papers) for c in counts
        )

    def chart(self, by: str, counts: Sequence[LabelCount]) -> Chart:
        """Return the bar chart of label counts; `by` is the key of its title."""
        title = self.words.say(by)
        text = self.words.say("chart", by=title, counts=self.counts(counts))
        return bar_chart(title, text, [(self.label_name(c), c.papers) for c in counts])

    def authors(self, line: DigestLine) -> str:
        """Return the first authors and how many there are."""
        if not line.authors:
            return self.words.say("no_authors")
        key = "authors_cut" if line.authors_total > len(line.authors) else "authors"
        # Names are in Latin letters in every language, so commas join them.
        return self.words.say(key, names=", ".join(line.authors), n=line.authors_total)

    def link_kind(self, link: Link) -> str:
        """Return the kind of a link as text."""
        return self.words.say("code" if link.kind is LinkKind.CODE else "project")

    def also_in(self, line: DigestLine) -> tuple[str, ...]:
        """Return the other sections of a paper, by id."""
        return line.sections[1:]


def anchor(kind: str, key: str) -> str:
    """Return an HTML id for a section id or an arXiv id: `paper-math-0309136`."""
    return f"{kind}-{re.sub(r'[^A-Za-z0-9.]+', '-', key)}"
