"""Say what the blocks are to each other: titles of what stands below them, or sections over it."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from enum import Enum, auto

from pipeline.curated.markdown.blocks import Kind
from pipeline.curated.markdown.candidates import clean_title
from pipeline.curated.markdown.headings import heading_text
from pipeline.curated.markdown.inline_tokens import Style
from pipeline.curated.markdown.regions import region_of
from pipeline.curated.markdown.states import SURE, Judged, State

#: words of a bullet or bold line that stands over entries
_LONGEST_HEADING = 14
#: a single word may be a title where only links stand below it
_POSSIBLE = 0.15
_FIELDS = {State.FIELD, State.DOUBTFUL}
#: blocks looked at below a line, so that many lines take linear time
_FARTHEST = 200
_BOUNDS = {Kind.HEADING, Kind.SUMMARY, Kind.RULE, Kind.END}
_NO_TEXT = {Kind.RULE, Kind.CODE, Kind.END}


class Role(Enum):
    """What a block is to the blocks around it."""

    #: stands over entries
    SECTION = auto()
    #: begins an entry
    ENTRY = auto()
    #: belongs to an entry above it, or to none
    PART = auto()


def find_roles(judged: Sequence[Judged]) -> list[Role]:
    """Return the role of each block."""
    children = _children(judged)
    roles = [Role.PART] * len(judged)
    for place, one in enumerate(judged):
        kind = one.reading.block.kind
        if kind in _NO_TEXT or kind is Kind.HEADING:
            continue
        if kind is Kind.SUMMARY:
            roles[place] = _of_summary(one, list(_details(judged, place)))
        elif one.state is State.PAPER:
            roles[place] = Role.ENTRY
        elif one.state is State.TEXT and children.get(place):
            roles[place] = _of_bullet(one, [judged[n] for n in children[place]])
        elif one.state is State.TEXT and (kind is Kind.PARAGRAPH or is_title_field(one)):
            roles[place] = _of_line(one, _below_line(judged, place))
        elif one.state is State.TEXT and _is_title_bullet(one):
            roles[place] = _of_line(one, _below_bullet(judged, place))
    _find_headings(judged, roles)
    return roles


def _find_headings(judged: Sequence[Judged], roles: list[Role]) -> None:
    """Set the roles of the headings, and of what belongs to a heading that is an entry."""
    lone = _with_one_paragraph(judged, roles)
    headed = False
    for place, one in enumerate(judged):
        if one.reading.block.kind is Kind.HEADING:
            below = _until_heading(judged, place)
            if headed and place in lone:
                roles[place] = Role.ENTRY
                for n in below:
                    roles[n] = Role.PART
                continue
            titled = any(roles[n] is not Role.PART for n in below)
            roles[place] = _of_heading(
                one, [judged[n] for n in below], headed=headed, titled=titled
            )
            headed = headed or roles[place] is Role.SECTION


def is_bold_line(one: Judged) -> bool:
    """Recognise a paragraph that is nothing but a few words in bold."""
    if one.reading.block.kind is not Kind.PARAGRAPH or one.reading.references:
        return False
    bold = [clean_title(mark.text) for mark in one.reading.inline.of(Style.BOLD)]
    words = clean_title(one.reading.inline.words)
    return len(bold) == 1 and bold[0] == words and len(words.split()) <= 2 * _LONGEST_HEADING


def is_title_field(one: Judged) -> bool:
    """Recognise `Title: ...`, a field beside the others of its entry."""
    return one.best is not None and one.best.key.startswith("field")


def _children(judged: Sequence[Judged]) -> dict[int, list[int]]:
    """Return the blocks below each bullet that name papers."""
    found: dict[int, list[int]] = {}
    for place, one in enumerate(judged):
        if one.reading.references:
            for parent in one.reading.block.parents:
                found.setdefault(parent, []).append(place)
    return found


def _of_heading(one: Judged, below: Sequence[Judged], *, headed: bool, titled: bool) -> Role:
    """Tell a heading that is an entry (`### 1. Title`, links below) from a section.

    The list's own title, above all others, is no entry.
    """
    likely = one.best is not None and one.best.likeness >= _POSSIBLE
    if not headed or not likely or titled or region_of(heading_text(one.reading)) is not None:
        return Role.SECTION
    if one.reading.references:
        return Role.ENTRY if one.state is not State.PROSE else Role.SECTION
    # Below a short heading, a bullet with a short name is a paper of its own.
    sure = one.best is not None and one.best.likeness >= SURE
    states = _FIELDS if sure else {State.FIELD}
    first = next((n for n, other in enumerate(below) if other.state in states), None)
    if (
        first is None
        or _are_several(below)
        or any(_is_title_line(other) for other in below[:first])
    ):
        return Role.SECTION
    return Role.ENTRY


def _with_one_paragraph(judged: Sequence[Judged], roles: Sequence[Role]) -> set[int]:
    """Return the headings that are entries, each over one paragraph that names its paper.

    The paragraph may read like a title too, so the habit decides: most headings of the level stand
    over such a paragraph.
    """
    alone: dict[int, list[int]] = {}
    others: Counter[int] = Counter()
    for place, one in enumerate(judged):
        if one.reading.block.kind is not Kind.HEADING:
            continue
        below = _until_heading(judged, place)
        named = [n for n in below if judged[n].reading.references]
        level = one.reading.block.level
        titled = one.best is not None and one.best.likeness >= SURE
        if titled and len(named) == 1 and _is_remark(judged[named[0]]):
            entries = [n for n in below if roles[n] is not Role.PART]
            if set(entries) <= set(named):
                alone.setdefault(level, []).append(place)
                continue
        others[level] += bool(named)
    return {
        place
        for level, places in alone.items()
        if len(places) > max(1, others[level])
        for place in places
    }


def _is_remark(one: Judged) -> bool:
    """Recognise a paragraph with a link to a paper and no title in bold or as a link."""
    weak = one.best is None or not one.best.strong
    return one.reading.block.kind is Kind.PARAGRAPH and weak and not one.evidence


def _of_summary(one: Judged, inside: Sequence[Judged]) -> Role:
    papers = [other for other in inside if other.state is State.PAPER]
    strong = any(other.best and other.best.strong for other in papers)
    if strong or len(papers) > 1:
        return Role.SECTION
    if one.reading.references:
        return Role.PART if one.state in {State.PROSE, State.FIELD} else Role.ENTRY
    named = any(other.state in _FIELDS for other in inside) or bool(papers)
    if named and one.best is not None and one.best.likeness >= SURE:
        return Role.ENTRY
    return Role.SECTION if papers else Role.PART


def _is_title_line(one: Judged) -> bool:
    return is_bold_line(one) and one.best is not None and one.best.likeness >= _POSSIBLE


def _of_bullet(one: Judged, children: Sequence[Judged]) -> Role:
    words = one.reading.inline.words.split()
    best = one.best
    sure = best is not None and best.likeness >= SURE
    for child in children:
        if child.state is State.PAPER:
            own = child.best is not None and (child.best.strong or child.evidence)
            if own or not sure:
                return Role.SECTION if len(words) <= _LONGEST_HEADING else Role.PART
    if not sure and _are_several(children):
        return Role.SECTION if len(words) <= _LONGEST_HEADING else Role.PART
    titled = best is not None and best.likeness >= _POSSIBLE
    named = any(child.state in {*_FIELDS, State.PAPER} for child in children)
    return Role.ENTRY if titled and named else Role.PART


def _are_several(blocks: Iterable[Judged]) -> bool:
    """Say whether bullets with short names and links are papers of their own."""
    targets = {
        reference.arxiv_id or reference.url
        for one in blocks
        if one.state is State.DOUBTFUL and one.reading.block.kind is Kind.ITEM
        for reference in one.reading.references[:1]
    }
    return len(targets) > 1


def _of_line(one: Judged, below: State | None) -> Role:
    best = one.best
    if is_bold_line(one):
        if below is State.PAPER:
            return Role.SECTION
        named = below is not None and best is not None and best.likeness >= _POSSIBLE
        return Role.ENTRY if named else Role.PART
    titled = best is not None and best.likeness >= SURE and not one.reading.is_contents
    return Role.ENTRY if titled and below in _FIELDS else Role.PART


def _until_heading(judged: Sequence[Judged], place: int) -> list[int]:
    found = []
    for n in range(place + 1, len(judged)):
        if judged[n].reading.block.kind is Kind.HEADING:
            break
        found.append(n)
    return found


def _below_line(judged: Sequence[Judged], place: int) -> State | None:
    """Return whether papers or fields of one stand below a line."""
    doubtful: list[Judged] = []
    for one in judged[place + 1 : place + _FARTHEST]:
        kind = one.reading.block.kind
        if kind in _BOUNDS or is_bold_line(one) or is_title_field(one):
            break
        if one.state is State.PAPER and not doubtful:
            return State.PAPER
        if one.state is State.FIELD and not doubtful:
            return State.FIELD
        if one.state is State.DOUBTFUL:
            doubtful.append(one)
        elif doubtful or _is_title_paragraph(one):
            break
    if not doubtful:
        return None
    return State.PAPER if _are_several(doubtful) else State.DOUBTFUL


def _is_title_bullet(one: Judged) -> bool:
    """Recognise a bullet that is nothing but a title."""
    best, item = one.best, one.reading.block.kind is Kind.ITEM
    if not item or best is None or best.likeness < SURE or one.reading.is_contents:
        return False
    return best.strong or clean_title(one.reading.inline.words) == best.text


def _below_bullet(judged: Sequence[Judged], place: int) -> State | None:
    """Return whether paragraphs right below a bullet carry its links."""
    for one in judged[place + 1 : place + _FARTHEST]:
        kind = one.reading.block.kind
        if kind is not Kind.PARAGRAPH or is_bold_line(one):
            return None
        if one.reading.references:
            return one.state
    return None


def _is_title_paragraph(one: Judged) -> bool:
    best = one.best
    paragraph = one.reading.block.kind is Kind.PARAGRAPH
    return paragraph and best is not None and best.likeness >= SURE


def _details(judged: Sequence[Judged], place: int) -> Iterator[Judged]:
    """Yield the blocks between `<summary>` and the end of its `<details>`."""
    depth = 0
    for one in judged[place + 1 : place + _FARTHEST]:
        kind = one.reading.block.kind
        if kind is Kind.HEADING or (kind is Kind.END and depth == 0):
            return
        depth += (kind is Kind.SUMMARY) - (kind is Kind.END)
        yield one
