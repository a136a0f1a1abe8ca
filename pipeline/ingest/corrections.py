"""Corrections: what changed at arXiv in papers that the survey has approved, paper by paper."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from textwrap import shorten

from config.visible import one_line
from storage.changes import Change
from storage.correction_types import CorrectionCase
from storage.store import Store

#: what matters to readers, first; other kinds follow by name
_FIRST = ("withdrawn", "restored", "title")
#: corrections in one text; `--json` has all
MOST_NAMED = 20
_SAID = {
    "returned": "rejected and now likelier",
    "journal_ref": "journal reference",
    "doi": "DOI",
}
#: open cases named in one text
_MOST_CASES = 12
#: characters of arXiv's comment on a withdrawal
_LONGEST_COMMENT = 160


@dataclass(frozen=True, slots=True)
class Correction:
    """The changes of one approved paper."""

    arxiv_id: str
    #: the current one
    title: str
    #: the title before; None: it is the same
    former_title: str | None
    #: of `changes`, withdrawals and titles first
    kinds: tuple[str, ...]
    #: arXiv's comment on the withdrawal, if it was withdrawn
    comment: str | None
    #: when the last of them was stored
    seen_at: datetime

    @property
    def sentence(self) -> str:
        """The paper and what changed, on one line, without a full stop."""
        return f"{self.paper}: {self.changed}"

    @property
    def paper(self) -> str:
        """The paper by ID and title, on one line."""
        return f"{self.arxiv_id} {one_line(self.title)}"

    @property
    def changed(self) -> str:
        """What changed, on one line."""
        return "; ".join(map(self._said, self.kinds))

    def _said(self, kind: str) -> str:
        if kind == "withdrawn" and self.comment:
            why = shorten(one_line(self.comment), _LONGEST_COMMENT, placeholder=" [...]")
            return f'withdrawn ("{why}")'
        if kind == "title" and self.former_title is not None:
            return f'the title was "{one_line(self.former_title)}"'
        return said((kind,))


@dataclass(frozen=True, slots=True)
class Inbox:
    """The open cases: decided papers that changed at arXiv and wait for a reviewer's answer."""

    open: int
    #: by the gravest change
    kinds: Mapping[str, int]
    cases: tuple[CorrectionCase, ...]

    @property
    def sentence(self) -> str:
        """How many there are, and the gravest by ID with what changed; empty if there is none."""
        if not self.open:
            return ""
        named = "; ".join(f"{case.arxiv_id} {said(case.kinds)}" for case in self.cases)
        rest = self.open - len(self.cases)
        return f"{named} and {rest:,} more" if rest else named


def read_inbox(store: Store) -> Inbox:
    """Return the open cases; named are the gravest."""
    return Inbox(
        open=store.corrections.count(),
        kinds=store.corrections.counts(),
        cases=tuple(store.corrections.open(limit=_MOST_CASES)),
    )


def said(kinds: Sequence[str]) -> str:
    """Return what changed, for people: `withdrawn, title`."""
    return ", ".join(_SAID.get(kind, kind.replace("_", " ")) for kind in kinds)


def corrections_since(store: Store, since: datetime) -> tuple[Correction, ...]:
    """Return the corrections to approved papers that were stored since a moment."""
    changes = store.changes.to_approved(since)
    return corrections(changes, store.papers.titles({change.arxiv_id for change in changes}))


def corrections(changes: Iterable[Change], titles: Mapping[str, str]) -> tuple[Correction, ...]:
    """Combine changes, oldest first, by paper: the gravest first.

    A paper that was withdrawn and restored, or renamed and named back, is as it was in that.
    """
    by_paper: dict[str, list[Change]] = {}
    for change in changes:
        by_paper.setdefault(change.arxiv_id, []).append(change)
    found = (_of_paper(titles.get(key, ""), those) for key, those in by_paper.items())
    return tuple(sorted((one for one in found if one.kinds), key=_rank))


def counted_by_kind(found: Iterable[Correction]) -> dict[str, int]:
    """Return how many papers have a correction of each kind."""
    return dict(sorted(Counter(kind for one in found for kind in one.kinds).items()))


def corrections_text(found: Sequence[Correction]) -> list[str]:
    """Return one sentence for each correction, and how many are not named."""
    lines = [one.sentence for one in found[:MOST_NAMED]]
    if len(found) > MOST_NAMED:
        lines.append(unnamed_text(len(found) - MOST_NAMED))
    return lines


def unnamed_text(number: int) -> str:
    """Return how many papers are not named and where they are."""
    return f"{number} more {'paper' if number == 1 else 'papers'}, which `--json` names"


def _of_paper(title: str, changes: Sequence[Change]) -> Correction:
    kinds = dict.fromkeys(change.kind for change in changes)
    states = [change for change in changes if change.kind in ("withdrawn", "restored")]
    if states:
        kinds = {kind: None for kind in kinds if kind not in ("withdrawn", "restored")}
        if states[0].kind == states[-1].kind:
            kinds[states[-1].kind] = None
    renamed = [change for change in changes if change.kind == "title"]
    if renamed and renamed[0].old == renamed[-1].new:
        del kinds["title"]
    return Correction(
        arxiv_id=changes[0].arxiv_id,
        title=title,
        former_title=renamed[0].old if "title" in kinds else None,
        kinds=tuple(sorted(kinds, key=_place)),
        comment=states[-1].new if "withdrawn" in kinds else None,
        seen_at=changes[-1].seen_at,
    )


def _place(kind: str) -> tuple[int, str]:
    return (_FIRST.index(kind) if kind in _FIRST else len(_FIRST), kind)


def _rank(one: Correction) -> tuple[tuple[int, str], str]:
    return _place(one.kinds[0]), one.arxiv_id
