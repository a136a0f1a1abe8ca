"""Decide what each group of blocks is: entries, an unreadable entry, an aside, or nothing."""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from pipeline.curated.markdown.assembly import Group
from pipeline.curated.markdown.blocks import Kind
from pipeline.curated.markdown.candidates import clean_title
from pipeline.curated.markdown.entries import Context, group_range, read_entries
from pipeline.curated.markdown.inline_tokens import Style
from pipeline.curated.markdown.links import Occurrence
from pipeline.curated.markdown.reading import Reference
from pipeline.curated.markdown.remainder import complete
from pipeline.curated.markdown.roles import Role
from pipeline.curated.markdown.states import SURE, Judged, State
from pipeline.curated.types import Aside, AsideReason, Entry, UnreadableEntry

_BOLD_LEAD = re.compile(r"\s*(?:[-+*]|\d{1,4}[.)])\s*(?:\*\*|__)")
_LIKELY = 0.45
#: how much a style must fit and occur to be the list's own
_USUAL = 0.35


@dataclass(slots=True)
class Outcomes:
    """What the groups of a file became, each in order."""

    entries: list[Entry] = field(default_factory=list)
    unreadable: list[UnreadableEntry] = field(default_factory=list)
    asides: list[Aside] = field(default_factory=list)
    #: groups that became entries or unreadable entries
    entered: list[Group] = field(default_factory=list)


def sort_groups(
    groups: Sequence[Group], context: Context, occurrences: Sequence[Occurrence]
) -> Outcomes:
    """Decide about each group of a file, and about each occurrence that no group holds."""
    sorting = _Sorting(context)
    for group in groups:
        sorting.take(group)
    sorting.finish()
    made = sorting.made
    made.asides += complete(context.source, occurrences, made.entries, made.unreadable, made.asides)
    made.entries.sort(key=lambda one: one.span)
    made.unreadable.sort(key=lambda one: one.span)
    made.asides.sort(key=lambda one: one.span)
    return made


class _Sorting:
    def __init__(self, context: Context) -> None:
        self.made = Outcomes()
        self._context = context
        #: titles without anything behind them
        self._bare: list[Group] = []

    def take(self, group: Group) -> None:
        first = self._context.judged[group.blocks[0]]
        if group.region is not None:
            self._aside(group, group.region)
        elif group.introduces:
            self._aside(group, self._of_introduction(first))
        elif group.role is Role.ENTRY:
            self._entry(group, first)
        elif first.reading.block.kind in {Kind.HEADING, Kind.SUMMARY} or first.state is State.PROSE:
            self._aside(group, AsideReason.PROSE)
        elif first.reading.references:
            self._untitled(group, first)
        else:
            self._text(group, first)

    def finish(self) -> None:
        """Report titles alone where entries stand; anywhere else they are prose."""
        places = {entry.headings for entry in self.made.entries}
        for group in self._bare:
            if group.headings in places:
                self._unreadable(group, "it has no authors, date or link")

    def _entry(self, group: Group, first: Judged) -> None:
        if self._is_broken(first):
            self._unreadable(group, "the bold title is empty or never closed")
            return
        found = list(read_entries(group, self._context))
        self.made.entries += found
        self.made.entered.append(group)
        base = first.reading.block.start
        for place in group.blocks:
            one = self._context.judged[place]
            base = one.reading.block.start
            for mention in one.mentions:
                if not any(mention.arxiv_id in entry.arxiv_ids for entry in found):
                    self._mention(base, mention)

    def _is_broken(self, first: Judged) -> bool:
        """Recognise a title in bold that is never closed, with nothing better to read."""
        best, text = first.best, first.reading.text
        lead = len(text) - len(text.lstrip(" \t-+*0123456789.)"))
        starts = any(abs(place - lead) <= len("**") for place in first.reading.inline.unclosed)
        sure = best is not None and (best.strong or best.likeness >= SURE)
        return starts and not first.evidence and not sure

    def _mention(self, base: int, mention: Reference) -> None:
        source = self._context.source
        start, end = base + mention.start, base + mention.end
        self.made.asides.append(
            Aside(
                source.file,
                source.line(start),
                mention.text or mention.url,
                AsideReason.MENTION,
                (mention.arxiv_id,) if mention.arxiv_id else (),
                () if mention.arxiv_id else (mention.url,),
                source.span(start, end),
            )
        )

    def _untitled(self, group: Group, first: Judged) -> None:
        kind = first.reading.block.kind
        if not self.made.entries and self._has_badges_only(first):
            self._aside(group, AsideReason.BADGE)
        elif kind is Kind.ROW:
            self._unreadable(group, "the title is empty")
        else:
            self._unreadable(group, self._why(first))

    def _of_introduction(self, first: Judged) -> AsideReason:
        return AsideReason.BADGE if self._has_badges_only(first) else AsideReason.PROSE

    def _has_badges_only(self, one: Judged) -> bool:
        return all(
            mark.style is Style.BADGE or not mark.text.strip() for mark in one.reading.inline.marks
        )

    def _why(self, first: Judged) -> str:
        text = first.reading.text
        lead = len(text) - len(text.lstrip(" \t-+*0123456789.)"))
        if any(place <= lead for place in first.reading.inline.unclosed):
            return "the bold title is empty or never closed"
        arxiv = any(reference.arxiv_id for reference in first.reading.references)
        what = "an arXiv id" if arxiv else "a link to a paper"
        texts = (m.text for m in first.reading.inline.of(Style.PLAIN, Style.BOLD, Style.ITALIC))
        rest = clean_title(" ".join(text for text in texts if any(map(str.isalnum, text))))
        shown = f"; beside it stands only {rest[:60]!r}" if rest else ""
        return f"it has {what} and no title{shown}"

    def _text(self, group: Group, first: Judged) -> None:
        """Decide about a block that names no paper."""
        reading, best = first.reading, first.best
        kind = reading.block.kind
        if reading.is_contents or kind is Kind.CODE:
            return
        if best is None:
            if kind is Kind.ITEM and self._has_empty_title(first):
                self._unreadable(group, "the title is empty")
            elif kind is not Kind.PARAGRAPH:
                self._resource(group)
            return
        entry = next(read_entries(group, self._context), None)
        assert entry is not None
        if self._has_form(entry, first, group):
            self.made.entries.append(entry)
            self.made.entered.append(group)
        elif self._leads_elsewhere(group):
            if kind is not Kind.PARAGRAPH:
                self._resource(group)
        elif kind is Kind.ITEM and self._is_bare(first):
            self._bare.append(group)

    def _has_empty_title(self, first: Judged) -> bool:
        return _BOLD_LEAD.match(first.reading.text) is not None

    def _has_form(self, entry: Entry, first: Judged, group: Group) -> bool:
        """Say whether text without a paper's link has the form of the list's entries."""
        best, kind = first.best, first.reading.block.kind
        assert best is not None
        fields = bool(entry.authors or entry.venue or entry.date_text)
        if kind is Kind.ROW:
            columns = first.reading.columns
            of_papers = columns is not None and columns.title is not None
            return of_papers and best.strong and self._leads_elsewhere(group)
        leads = not first.reading.inline.words[: self._shown_before(first)].strip(
            " \t-+*0123456789.)[]x"
        )
        style = self._context.style
        usual = style.fits.get(best.key, 0) * style.occurs.get(best.key, 0) >= _USUAL
        if kind is Kind.PARAGRAPH:
            return (
                usual
                and best.strong
                and best.likeness >= SURE
                and bool(entry.authors and (entry.venue or entry.date_text))
            )
        dated = entry.date_text is not None and f"({entry.date_text}" in first.reading.text
        if best.strong and leads:
            if best.key.startswith("link"):
                return best.likeness >= _LIKELY and bool(entry.date_text or entry.venue)
            if dated or (fields and best.likeness >= _LIKELY):
                return True
            return usual and best.likeness >= SURE and self._leads_elsewhere(group)
        return usual and best.likeness >= SURE and fields

    def _shown_before(self, first: Judged) -> int:
        assert first.best is not None
        return max(first.reading.inline.words.find(first.best.text[:20]), 0)

    def _is_bare(self, first: Judged) -> bool:
        best = first.best
        assert best is not None
        words = clean_title(first.reading.inline.words)
        return best.strong and best.key == "bold" and words == best.text

    def _leads_elsewhere(self, group: Group) -> bool:
        return any(self._context.judged[n].reading.leads_elsewhere for n in group.blocks)

    def _resource(self, group: Group) -> None:
        if self._leads_elsewhere(group):
            self._add_aside(group, AsideReason.RESOURCE)

    def _aside(self, group: Group, reason: AsideReason) -> None:
        if group.names(self._context.judged):
            self._add_aside(group, reason)

    def _add_aside(self, group: Group, reason: AsideReason) -> None:
        source = self._context.source
        start, end = group_range(group, self._context)
        references = list(self._references(group.blocks))
        ids = {one.arxiv_id.base: one.arxiv_id for one in references if one.arxiv_id}
        self.made.asides.append(
            Aside(
                source.file,
                source.line(start),
                _first_line(source.shown[start:end]),
                reason,
                tuple(ids.values()),
                tuple(dict.fromkeys(one.url for one in references if not one.arxiv_id)),
                source.span(start, end),
            )
        )

    def _unreadable(self, group: Group, reason: str) -> None:
        source = self._context.source
        start, end = group_range(group, self._context)
        ids = {
            one.arxiv_id.base: one.arxiv_id
            for one in self._references(group.blocks)
            if one.arxiv_id
        }
        self.made.unreadable.append(
            UnreadableEntry(
                source.file,
                source.line(start),
                _first_line(source.shown[start:end]),
                reason,
                group.headings,
                tuple(ids.values()),
                source.span(start, end),
            )
        )
        self.made.entered.append(group)

    def _references(self, blocks: Iterable[int]) -> Iterator[Reference]:
        for place in blocks:
            yield from self._context.judged[place].reading.references


def _first_line(text: str) -> str:
    return text.strip().partition("\n")[0].strip()
