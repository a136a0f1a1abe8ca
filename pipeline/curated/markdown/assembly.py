"""Put the blocks of a file together: which make up one entry, and which stand over others."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field

from pipeline.curated.markdown.blocks import Kind
from pipeline.curated.markdown.headings import Frame, HeadingPath, heading_text
from pipeline.curated.markdown.inline_tokens import Style
from pipeline.curated.markdown.links import is_caption
from pipeline.curated.markdown.roles import Role, find_roles, is_title_field
from pipeline.curated.markdown.states import SURE, Judged, State
from pipeline.curated.types import AsideReason


@dataclass(slots=True)
class Group:
    """The blocks of one entry, or one block that is none."""

    #: places among the blocks; the first carries the title
    blocks: list[int]
    path: tuple[Frame, ...]
    #: bullets over it
    bullets: tuple[int, ...]
    region: AsideReason | None
    #: an entry with a title, a text, or links without a title
    role: Role
    headings: tuple[str, ...] = ()
    #: whether it introduces the list
    introduces: bool = False

    def names(self, judged: Sequence[Judged]) -> bool:
        """Say whether it links to a paper."""
        return any(judged[place].reading.references for place in self.blocks)


@dataclass(slots=True)
class Assembly:
    """What the blocks of a file became, in order."""

    groups: list[Group] = field(default_factory=list)
    #: Markdown headings, and others with entries below
    headings: list[Frame] = field(default_factory=list)


def assemble(judged: Sequence[Judged], *, deep_regions: bool = True) -> Assembly:
    """Group the blocks of a file in order.

    Args:
        judged: the blocks.
        deep_regions: whether what stands below the sub-headings of "News" and the like is left out.
    """
    return _Walk(judged, HeadingPath(deep_regions=deep_regions)).run()


class _Walk:
    """Reads block after block and tracks the open entry."""

    def __init__(self, judged: Sequence[Judged], path: HeadingPath) -> None:
        self._judged = judged
        self._path = path
        self._roles = find_roles(judged)
        self._made = Assembly()
        self._current: Group | None = None

    def run(self) -> Assembly:
        for place, one in enumerate(self._judged):
            kind = one.reading.block.kind
            if kind is Kind.END:
                self._path.end_details()
                if self._current and self._is_summary(self._current):
                    self._current = None
            elif kind is Kind.RULE:
                self._current = None
            elif kind is not Kind.CODE:
                self._take(place, one, self._roles[place])
        _name(self._made, self._judged)
        return self._made

    def _take(self, place: int, one: Judged, role: Role) -> None:
        block = one.reading.block
        if block.kind is Kind.SUMMARY:
            self._path.open_details(section=role is Role.SECTION)
        if role is Role.SECTION and block.kind is not Kind.ITEM:
            self._current = None
            self._made.headings.append(self._path.push(place, one.reading))
            if one.reading.references:
                self._add(place, Role.PART)
        elif role is Role.SECTION:
            self._current = None
        elif role is Role.ENTRY and not self._joins(one):
            if block.kind is Kind.HEADING:
                self._path.close(block.level)
            self._current = self._add(place, role)
        elif self._belongs(place, one):
            assert self._current is not None
            self._current.blocks.append(place)
        elif one.state is State.DOUBTFUL:
            self._current = self._add(place, Role.ENTRY)
        else:
            group = self._add(place, Role.PART)
            # What follows a bullet without a paper belongs to it: it may be an entry without an ID.
            self._current = group if block.kind is Kind.ITEM and one.ranked else None

    def _add(self, place: int, role: Role) -> Group:
        parents = self._judged[place].reading.block.parents
        bullets = tuple(p for p in parents if self._roles[p] is Role.SECTION)
        group = Group([place], self._path.frames, bullets, self._path.region, role)
        self._made.groups.append(group)
        return group

    def _is_summary(self, group: Group) -> bool:
        return self._judged[group.blocks[0]].reading.block.kind is Kind.SUMMARY

    def _joins(self, one: Judged) -> bool:
        """Say whether a block with a paper is part of the entry around it."""
        group, best = self._current, one.best
        if group is None or best is None:
            return False
        first = self._judged[group.blocks[0]]
        if self._is_summary(group) and not first.reading.references:
            return not best.strong
        if group.blocks[0] not in one.reading.block.parents:
            return False
        if not first.reading.references:
            return self._roles[group.blocks[0]] is Role.ENTRY
        new = {claim.arxiv_id for anchor in one.anchors for claim in anchor.claims}
        held = {claim.arxiv_id for anchor in first.anchors for claim in anchor.claims}
        return not (best.strong and best.likeness >= SURE) or new <= held

    def _belongs(self, place: int, one: Judged) -> bool:
        """Say whether a block is part of the entry above it."""
        group, block = self._current, one.reading.block
        if group is None or block.kind is Kind.ROW:
            return False
        if group.blocks[0] in block.parents:
            return True
        first = self._judged[group.blocks[0]].reading.block
        if first.kind in {Kind.HEADING, Kind.SUMMARY}:
            return True
        if first.kind is Kind.ITEM and block.kind is Kind.ITEM:
            return is_title_field(self._judged[group.blocks[0]]) and not is_title_field(one)
        if first.kind is Kind.ROW:
            return False
        if block.kind is Kind.SUMMARY or self._path.in_note:
            return True
        if one.state in {State.FIELD, State.DOUBTFUL}:
            return True
        if block.kind is Kind.ITEM:
            return True
        if group.role is Role.ENTRY and not group.names(self._judged):
            return True  # between the title and its links
        return group.blocks[-1] == place - 1 and _is_marks_only(one)


def _is_marks_only(one: Judged) -> bool:
    """Recognise a line of badges, tags and captions."""
    marks = one.reading.inline.marks
    return bool(marks) and all(
        mark.style in {Style.CODE, Style.BADGE} or not mark.text.strip("[]()|,. \n")
        or is_caption(mark.text.strip(" :*"))
        for mark in marks
    )  # fmt: skip


def _name(made: Assembly, judged: Sequence[Judged]) -> None:
    """Name the headings over each group.

    A bullet counts where several stand beside each other, because one alone divides nothing.
    """
    beside: dict[tuple[object, ...], set[int]] = defaultdict(set)
    for group in made.groups:
        for depth, bullet in enumerate(group.bullets):
            beside[(group.path, group.bullets[:depth])].add(bullet)
    bullets: dict[int, Frame] = {}
    for group in made.groups:
        names = [frame.text for frame in group.path]
        rank = group.path[-1].rank if group.path else 0.0
        for depth, bullet in enumerate(group.bullets):
            if len(beside[(group.path, group.bullets[:depth])]) > 1:
                text = heading_text(judged[bullet].reading)
                rank = int(rank) + 1.0
                names.append(text)
                bullets.setdefault(bullet, Frame(bullet, text, rank, None))
        group.headings = tuple(names)
    made.headings += bullets.values()
