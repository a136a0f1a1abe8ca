"""Give the templates the texts of an issue in one language, unescaped."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from config.reasons import Reason, named_reason
from pipeline.enrich.venue import Venue, VenueKind
from pipeline.publish.digest.fit import WHOLE, Cut
from pipeline.publish.digest.types import (
    OTHER,
    CorrectedPaper,
    Digest,
    Entry,
    Group,
    Name,
    Reported,
)
from pipeline.publish.digest.words import Words
from pipeline.publish.suggest import answers, fix_link
from storage.types import LedgerStatus

_DOT = " \u00b7 "
_KNOWN_VENUES = {
    VenueKind.ACCEPTED: "was_accepted_at",
    VenueKind.PUBLISHED: "was_published_in",
    VenueKind.NAMED: "was_named",
}


@dataclass(frozen=True, slots=True)
class Edition:
    """The issue in one language: the language's own name, and the file name without suffix."""

    language: str
    name: str
    stem: str


@dataclass(frozen=True, slots=True)
class Row:
    """One line of "How this issue was made"; `part`: of the line above."""

    label: str
    value: str
    part: bool = False


@dataclass(frozen=True, slots=True)
class View:
    """The values a template renders."""

    digest: Digest
    words: Words
    #: all editions, this one included
    editions: tuple[Edition, ...]
    reasons: Sequence[Reason] = ()
    cut: Cut = WHOLE

    @property
    def subject(self) -> str:
        """The subject of the mail and title of the page."""
        return self._with_papers("subject", survey=self.digest.survey_title)

    @property
    def heading(self) -> str:
        """The heading: papers and days."""
        return self._with_papers("heading")

    def _with_papers(self, key: str, **values: object) -> str:
        span = self.words.span(self.digest.week)
        if not self.digest.papers:
            return self.words.say(f"{key}_empty", span=span, **values)
        papers = self.words.count("papers", self.digest.papers)
        return self.words.say(key, papers=papers, span=span, **values)

    @property
    def preheader(self) -> str:
        """The line that mail programs show after the subject."""
        digest = self.digest
        if not digest.papers:
            return self.words.say("sentence_separator").join(self._lead_without_papers())
        placed = {entry.sections[0] for entry in digest.entries} - {OTHER}
        papers = self.words.count("papers", digest.papers)
        sections = self.words.count("sections", len(placed))
        titles = [one.entry.title for one in digest.highlights]
        return self.words.say(
            "preheader_highlights" if titles else "preheader",
            papers=papers,
            sections=sections,
            titles=self.words.say("section_separator").join(titles),
        )

    @property
    def lead(self) -> str:
        """The editor's lead, else two sentences of counts and rising terms."""
        written = self.digest.leads.get(self.words.code)
        if written:
            return written
        sentences = self._lead_with_papers() if self.digest.papers else self._lead_without_papers()
        return self.words.say("sentence_separator").join(sentences)

    def _lead_with_papers(self) -> list[str]:
        digest, words = self.digest, self.words
        tasks = Counter(entry.task for entry in digest.entries)
        named = [
            words.say("task_count", name=self.task_name(task), n=tasks[task])
            for task in digest.trend.tasks
            if tasks[task]
        ]
        key = "lead_papers" if any(tasks.keys() - {None}) else "lead_plain"
        first = words.count(key, digest.papers, tasks=words.say("list_separator").join(named))
        if len(digest.trend.terms) > 1:
            terms = words.listing([term.text for term in digest.trend.terms[:3]])
            return [first, words.say("lead_terms", terms=terms)]
        return [first, self._read()]

    def _lead_without_papers(self) -> list[str]:
        if self.digest.withdrawn:
            return [self.words.say("lead_withdrawn"), self._read()]
        if not self.digest.made.reviewed:
            return [self.words.say("lead_empty"), self._read()]
        return [self.words.say("lead_empty"), self._announced("none_approved")]

    def _read(self) -> str:
        return self._announced("lead_read" if self.digest.made.reviewed else "lead_nothing_read")

    def _announced(self, key: str) -> str:
        made = self.digest.made
        read = self.words.count("read", made.reviewed)
        if not made.announced:
            return self.words.say(key, read=read)
        if made.reviewed > made.announced:
            read = self.words.say("read_older", read=read)
        return self.words.say(f"{key}_announced", read=read, n=f"{made.announced:,}")

    @property
    def others(self) -> tuple[Edition, ...]:
        """The editions in other languages."""
        return tuple(e for e in self.editions if e.language != self.words.code)

    @property
    def stem(self) -> str:
        """The file name of this edition without suffix."""
        return next(e.stem for e in self.editions if e.language == self.words.code)

    def issue_url(self, stem: str, suffix: str) -> str:
        """Return where an issue is, from the settings' address or beside this file."""
        base = self.digest.colophon.base_url
        return f"{base.rstrip('/')}/{stem}.{suffix}" if base else f"{stem}.{suffix}"

    @property
    def previous_stem(self) -> str:
        """The file name of this edition of the issue before; empty: there is none."""
        previous = self.digest.colophon.previous
        return previous + self.stem.removeprefix(self.digest.stem) if previous else ""

    def group_name(self, group: Group) -> str:
        """Return the heading of a group."""
        if group.kind == "late":
            return self.words.say("late")
        if group.kind == "section":
            return self.section_name(group.key)
        if not group.key:
            return self.words.say("also_all")
        alone = sum(one.kind != "late" and one.entries[0].task == group.key
                    for one in self.digest.groups) == 1  # fmt: skip
        name = self.task_name(group.key)
        return name if alone else self.words.say("also", task=name)

    def group_note(self, group: Group) -> str:
        """Return the note below a heading; empty for most."""
        if group.kind == "late":
            return self.words.say("late_note")
        if not any(OTHER in entry.sections for entry in group.entries):
            return ""
        if not self.digest.unknown_sections:
            return self.words.say("other_none")
        sections = self.words.say("list_separator").join(self.digest.unknown_sections)
        return self.words.say("other_note", sections=sections)

    def section_name(self, section: str) -> str:
        """Return the name of a section."""
        if section == OTHER:
            return self.words.say("other")
        return self.words.name(self.digest.section_names.get(section) or Name({}, section))

    def task_name(self, task: str | None) -> str:
        """Return the name of a task."""
        if task is None:
            return self.words.say("no_task")
        return self.words.name(self.digest.task_names.get(task) or Name({}, task))

    def section_of(self, group: Group, entry: Entry) -> str:
        """Return the name of a paper's section, where the heading does not say it."""
        return "" if group.kind == "section" else self.section_name(entry.sections[0])

    def authors(self, entry: Entry) -> str:
        """Return the first authors and how many there are."""
        if not entry.authors:
            return self.words.say("no_authors")
        # Names are in Latin letters in every language, so commas join them.
        names = ", ".join(entry.authors)
        if entry.authors_total == len(entry.authors):
            return names
        return self.words.say("authors_cut", names=names, n=entry.authors_total)

    def record(self, entry: Entry) -> str:
        """Return venue, category, dates and version of a paper on one line."""
        words = self.words
        parts = [self.venue(entry.venue)] if entry.venue else []
        parts += [entry.category] if entry.category else []
        if entry.submitted:
            parts.append(words.say("submitted", date=words.day(entry.submitted)))
        if entry.version and entry.version > 1:
            dated = "version_date" if entry.updated else "version"
            date = words.day(entry.updated) if entry.updated else ""
            parts.append(words.say(dated, n=entry.version, date=date))
        return _DOT.join(parts)

    def venue(self, venue: Venue) -> str:
        """Return where a paper is accepted or published."""
        return self.words.say(venue.kind.value, name=venue.name)

    def machine_title(self, entry: Entry) -> str:
        """Return a title that a machine translated into this language, marked; empty: none."""
        made = entry.translation
        if made is None or made.language != self.words.code.partition("-")[0]:
            return ""
        return self.words.say("machine_title", title=made.title, model=made.model)

    def also_in(self, entry: Entry) -> str:
        """Return the names of a paper's other sections."""
        return self.words.say("section_separator").join(map(self.section_name, entry.sections[1:]))

    def fix(self, entry: Entry) -> str:
        """Return where a paper's line can be corrected; empty: nowhere, or it is left out."""
        suggest_url = self.digest.colophon.suggest_url
        return "" if self.cut.fixes else fix_link(suggest_url, entry.arxiv_id)

    def correction(self, paper: CorrectedPaper) -> str:
        """Return what changed in a paper."""
        said = [self._said(paper, kind) for kind in paper.kinds]
        return self.words.say("section_separator").join(said)

    def _said(self, paper: CorrectedPaper, kind: str) -> str:
        words = self.words
        if kind == "published" and paper.venue is not None:
            return words.say(_KNOWN_VENUES[paper.venue.kind], name=paper.venue.name)
        if kind.startswith("reported_"):
            told = (self._reported(one) for one in paper.reported if one.kind == kind)
            return words.say("section_separator").join(told)
        return words.say(
            f"was_{kind}",
            title=paper.former_title,
            issue=paper.issue,
            former=self._sections(paper.former_sections),
            sections=self._sections(paper.sections),
        )

    def _reported(self, one: Reported) -> str:
        words = self.words
        parts = [words.say("asked", date=words.day(one.asked))]
        parts += [f"doi:{one.doi}"] if one.doi else []
        parts += [words.say("dated", date=one.on)] if one.on else []
        return words.say(
            f"was_{one.kind}",
            source=one.source,
            name=one.name,
            details=words.say("list_separator").join(parts),
        )

    def _sections(self, sections: Sequence[str]) -> str:
        return self.words.listing([self.section_name(s) for s in sections]) or self.words.say(
            "no_section"
        )

    @property
    def terms(self) -> str:
        """The rising terms with their counts."""
        return self.words.say("section_separator").join(
            self.words.count("term", term.papers, term=term.text, before=term.before)
            for term in self.digest.trend.terms
        )

    def links(self, suffix: str) -> list[tuple[str, str]]:
        """Return the addresses of the footer by the key of their text."""
        colophon = self.digest.colophon
        previous = self.issue_url(self.previous_stem, suffix) if self.previous_stem else ""
        found = [
            ("the_list", colophon.list_url),
            *answers(colophon.suggest_url),
            ("previous", previous),
            ("permalink", self.issue_url(self.stem, suffix) if colophon.base_url else ""),
        ]
        return [(key, url) for key, url in found if url]

    def made(self) -> list[Row]:
        """Return the lines of "How this issue was made"."""
        words, made = self.words, self.digest.made
        rows = [
            Row(words.say("announced"), f"{made.announced:,}"),
            Row(words.say("reviewed"), f"{made.reviewed:,}"),
            Row(words.say("approved"), f"{made.approved:,}", part=True),
        ]
        if made.approved > self.digest.papers:
            rows.append(
                Row(words.say("not_listed"), f"{made.approved - self.digest.papers:,}", part=True)
            )
        rows.append(Row(self._rejected(), f"{made.rejected:,}", part=True))
        rows.append(Row(words.say("deferred"), f"{made.deferred:,}", part=True))
        rows.append(Row(words.say("in_scope"), f"{made.in_scope:,}"))
        rows.append(Row(words.say("waiting"), f"{made.waiting:,}"))
        if made.precision is not None:
            percent = words.say("percent", n=round(100 * made.precision))
            rows.append(Row(words.say("precision"), percent))
        rows.append(Row(words.say("ledger"), self._ledger()))
        return rows

    def _rejected(self) -> str:
        words = self.words
        reasons = [
            words.say("task_count", name=self._reason(code), n=number)
            for code, number in self.digest.made.reasons
        ]
        if not reasons:
            return words.say("rejected")
        return words.say("rejected_for", reasons=words.say("list_separator").join(reasons))

    def _reason(self, code: str) -> str:
        if not code:
            return self.words.say("no_reason")
        return named_reason(self.reasons, code).name_in(self.words.code)

    def _ledger(self) -> str:
        words, days = self.words, self.digest.made.days
        if not days:
            return words.say("ledger_none")
        parts = []
        for status in (LedgerStatus.COMPLETE, LedgerStatus.QUIET):
            number = sum(one == status for _, one in days)
            if number:
                name = words.say(f"ledger_{status}")
                parts.append(words.count("ledger_days", number, status=name))
        for status in (LedgerStatus.INCOMPLETE, LedgerStatus.UNKNOWN):
            named = [words.day(day) for day, one in days if one == status]
            if named:
                name = words.say(f"ledger_{status}")
                parts.append(words.say("ledger_named", days=words.listing(named), status=name))
        return words.say("section_separator").join(parts)
