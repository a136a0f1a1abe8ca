"""Say since when a paper has been approved, and what counts as a real change of it. Pure."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise

from config.tex.text import plain_text
from config.visible import one_line
from pipeline.enrich.links import find_links
from pipeline.enrich.venue import find_venue
from storage.approval_types import DecisionEvent
from storage.changes import Change
from storage.types import Verdict

_ALWAYS = frozenset({"withdrawn", "restored"})
_TEXTS = frozenset({"title", "abstract", "authors", "doi"})


@dataclass(frozen=True, slots=True)
class Spell:
    """A time during which a paper has been approved."""

    approved_at: datetime
    #: when a decision last changed its sections or the reviewer's sentence
    changed_at: datetime
    position: int


@dataclass(frozen=True, slots=True)
class Spells:
    """The spells that last, by paper, and the number of positions given out."""

    of: Mapping[str, Spell]
    positions: int


def spells(events: Iterable[DecisionEvent]) -> Spells:
    """Return since when each paper has been approved.

    An undone decision counts as never made. An approval that follows nothing, an undo or another
    verdict gets the next position, in the order of recording; later events never change that.

    Args:
        events: all of every paper, in the order of recording.
    """
    of_paper: defaultdict[str, list[DecisionEvent]] = defaultdict(list)
    position: dict[int, int] = {}
    for event in events:
        earlier = of_paper[event.arxiv_id]
        if _approves(event) and not (earlier and _approves(earlier[-1])):
            position[event.seq] = len(position)
        earlier.append(event)
    found = {
        arxiv_id: spell
        for arxiv_id, those in of_paper.items()
        if (spell := _spell(those, position)) is not None
    }
    return Spells(found, len(position))


def _approves(event: DecisionEvent) -> bool:
    return not event.undo and event.verdict is Verdict.APPROVED


def _spell(events: Sequence[DecisionEvent], position: Mapping[int, int]) -> Spell | None:
    """Return the spell of one paper's events, or None if no approval stands."""
    undone = {one.decision_id for one in events if one.undo}
    decided = sorted(
        (one for one in events if not one.undo and one.decision_id not in undone),
        key=lambda one: (one.happened_at, one.seq),
    )
    lasting: list[DecisionEvent] = []
    for one in reversed(decided):
        if one.verdict is not Verdict.APPROVED:
            break
        lasting.insert(0, one)
    if not lasting:
        return None
    first = lasting[0]
    changed = [
        after.happened_at
        for before, after in pairwise(lasting)
        if (set(before.sections), before.note) != (set(after.sections), after.note)
    ]
    # Readers may have seen what was undone.
    changed += [
        one.happened_at
        for one in events
        if one.undo and one.verdict is Verdict.APPROVED and one.happened_at > first.happened_at
    ]
    starts = [seq for one in events if (seq := one.seq) in position and seq <= first.seq]
    return Spell(first.happened_at, max((first.happened_at, *changed)), position[max(starts)])


def is_real(change: Change) -> bool:
    """Return whether a change at arXiv changes what readers see of a paper."""
    if change.kind in _ALWAYS:
        return True
    old, new = change.old or "", change.new or ""
    if change.kind in _TEXTS:
        return _words(old) != _words(new)
    if change.kind == "comment":
        return find_links(old) != find_links(new) or find_venue(old) != find_venue(new)
    return change.kind == "journal_ref" and find_venue(None, old) != find_venue(None, new)


def _words(text: str) -> str:
    """Return a text without the differences that no reader sees."""
    return one_line(plain_text(text)).casefold()
