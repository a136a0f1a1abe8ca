"""Follow sections through changes of the taxonomy, so that no subscription ends with a rename."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from storage.taxonomy_types import MoveKind, SectionMove, TaxonomyChange

#: the section stays what it is, under another ID
_SAME = frozenset({MoveKind.RENAME, MoveKind.MOVE})


@dataclass(frozen=True, slots=True)
class Former:
    """An ID that no section has any more."""

    section: str
    #: names its feed
    key: str
    #: the sections that it leads to today; none: they are gone
    now: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class SectionHistory:
    """What the section IDs of all times mean today."""

    #: what names the feed of each section in its ID; it stays when the section gets another ID
    keys: Mapping[str, str]
    #: by section ID
    former: tuple[Former, ...] = ()


def section_history(current: Iterable[str], changes: Iterable[TaxonomyChange]) -> SectionHistory:
    """Return what became of every section ID.

    Args:
        current: the IDs of the taxonomy in force.
        changes: all, oldest first.
    """
    traced = _Traced()
    for change in changes:
        traced.follow(change)
    known = tuple(dict.fromkeys(current))
    return SectionHistory(
        keys={one: traced.keys.get(one, one) for one in known},
        former=tuple(
            Former(old, key, tuple(one for one in now if one in known))
            for old, (key, now) in sorted(traced.former.items())
            if old not in known
        ),
    )


class _Traced:
    def __init__(self) -> None:
        #: of the sections that a change named
        self.keys: dict[str, str] = {}
        self.former: dict[str, tuple[str, tuple[str, ...]]] = {}
        self._used: set[str] = set()

    def follow(self, change: TaxonomyChange) -> None:
        moves = {one.old: one for one in change.moves if one.old and one.changes_ids}
        ended = {old: self._key(old, old) for old in moves}
        for old in moves:
            del self.keys[old]
        for old, move in moves.items():
            if (same := _same(move)) is not None:
                self.keys[same] = ended[old]
        for move in change.moves:
            for new in move.new:
                self._key(new, new if new not in self._used else f"{new}@{change.change_id}")
        targets = {old: move.new for old, move in moves.items()}
        for old, (key, now) in self.former.items():
            self.former[old] = key, _followed(now, targets)
        self.former |= {old: (ended[old], new) for old, new in targets.items()}

    def _key(self, section: str, otherwise: str) -> str:
        self._used.add(self.keys.setdefault(section, otherwise))
        return self.keys[section]


def _same(move: SectionMove) -> str | None:
    """Return the ID under which a section goes on, if it does."""
    if move.old in move.new:
        return move.old
    return move.new[0] if move.kind in _SAME and len(move.new) == 1 else None


def _followed(sections: tuple[str, ...], moves: Mapping[str, tuple[str, ...]]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(new for one in sections for new in moves.get(one, (one,))))
