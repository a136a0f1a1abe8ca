"""Find introductions: blocks above a list's sections that name the survey's own paper."""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from config.headings import heading_key
from pipeline.curated.markdown.assembly import Assembly, Group
from pipeline.curated.markdown.blocks import Kind
from pipeline.curated.markdown.entries import Context
from pipeline.curated.markdown.headings import Frame
from pipeline.curated.markdown.inline_tokens import Style
from pipeline.curated.markdown.roles import Role

_WORDED = re.compile(
    r"\b(?:our|this|the official)(?: [\w-]{1,20}+){0,2}? (?:survey|paper|work|article|preprint"
    r"|manuscript|review|tutorial|repo|repository|list|page|collection)\b"
    r"|\bofficial (?:repo|repository|list|page|code|implementation|collection)\b"
    r"|\b(?:cite|citing|accompan(?:y|ies|ying)|companion (?:to|of))\b"
    r"|\u6211\u4eec\u7684?(?:\u7efc\u8ff0|\u8bba\u6587|\u5de5\u4f5c|\u6587\u7ae0)"
    r"|\u672c(?:\u4ed3\u5e93|\u9879\u76ee|\u5217\u8868|\u6587|\u7efc\u8ff0)"
    r"|\u5f15\u7528|\u5b98\u65b9(?:\u4ed3\u5e93|\u4ee3\u7801|\u9879\u76ee)",
    re.IGNORECASE,
)
_OPENING = frozenset({"introduction", "intro", "overview", "preface", "简介", "介绍", "前言"})
#: entries in front of all sections that may be an introduction, and their share of the others
_FEW, _SHARE = 2, 0.1
#: share of the other entries from which a form is usual
_USUAL = 0.1


@dataclass(frozen=True, slots=True)
class _Block:
    """A group in its file."""

    group: Group
    context: Context

    @property
    def is_entry(self) -> bool:
        return self.group.role is Role.ENTRY and self.group.region is None

    @property
    def form(self) -> tuple[Kind, bool, str]:
        """The kind, whether it is quoted, and the style of a paragraph's title."""
        reading = self.context.judged[self.group.blocks[0]].reading
        source, block = self.context.source, reading.block
        line = source.text[source.line_start(block.start) :][:9]
        # Read without what arXiv knows, so that `init` and `bootstrap` agree.
        ranked = self.context.style.ranked(reading.candidates)
        key = ranked[0].key if ranked and block.kind is Kind.PARAGRAPH else ""
        return block.kind, line.lstrip().startswith(">"), key

    @property
    def is_below_words(self) -> bool:
        return bool(self.group.path and _WORDED.search(self.group.path[-1].text))

    @property
    def is_worded(self) -> bool:
        """Whether it has the words of an introduction, or the heading above it."""
        if self.is_below_words:
            return True
        best = self.context.judged[self.group.blocks[0]].best
        words = " ".join(
            mark.text
            for place in self.group.blocks
            for mark in self.context.judged[place].reading.inline.of(
                Style.PLAIN, Style.BOLD, Style.ITALIC, Style.UNDERLINE, Style.QUOTED
            )
        )
        rest = words.replace(best.text, " ") if best else words
        return bool(_WORDED.search(rest) or (best and _WORDED.match(best.text)))


@dataclass(frozen=True, slots=True)
class _Beginning:
    """Where the sections of a file begin."""

    #: its first heading
    title: Frame | None
    #: whether entries stand in sections below it
    is_over: bool
    #: block of the next heading; None: there is none
    sections: int | None

    @classmethod
    def of(cls, made: Assembly) -> "_Beginning":
        frames = sorted(made.headings, key=lambda frame: frame.place)
        title = frames[0] if frames else None
        over = any(
            len(group.path) > 1 and group.path[0] == title and group.role is Role.ENTRY
            for group in made.groups
        )
        return cls(title, over, frames[1].place if len(frames) > 1 else None)

    def holds(self, group: Group) -> bool:
        """Say whether a group stands above the second heading of its file."""
        return not group.bullets and (self.sections is None or group.blocks[0] < self.sections)

    def is_above_sections(self, group: Group) -> bool:
        """Say whether a group stands above all sections."""
        if group.path:
            return self.is_over and self.holds(group)
        return self.title is not None and group.blocks[0] < self.title.place


def mark_introductions(files: Sequence[tuple[Context, Assembly]]) -> None:
    """Mark the groups that introduce a list instead of being entries.

    They stand in front of all sections of their file, or below "Introduction" and the like, are
    few, and have the words of an introduction or another form than the entries of the sections.
    """
    #: with the entries of all sections to compare with
    front: list[tuple[_Block, bool]] = []
    others: list[_Block] = []
    for context, made in files:
        beginning = _Beginning.of(made)
        for group in made.groups:
            block = _Block(group, context)
            by_form = beginning.is_above_sections(group) or _is_opening(group)
            if by_form or (beginning.holds(group) and block.is_worded) or block.is_below_words:
                front.append((block, by_form))
            elif block.is_entry:
                others.append(block)
    entries = sum(block.is_entry for block, _ in front)
    if not front or entries >= len(others) or entries > _FEW + _SHARE * len(others):
        return
    usual = _usual(others)
    for block, by_form in front:
        block.group.introduces = block.is_worded or (by_form and block.form not in usual)


def _is_opening(group: Group) -> bool:
    return bool(group.path) and heading_key(group.path[-1].text) in _OPENING


def _usual(others: Sequence[_Block]) -> frozenset[tuple[Kind, bool, str]]:
    forms = Counter(block.form for block in others)
    return frozenset(form for form, number in forms.items() if number >= _USUAL * len(others))
