"""Migrate decisions from one taxonomy to the next, or report what a migration would do.

Decisions stay as recorded; an appended event says where each earlier decision is read from now on.
"""

import hashlib
import json
from collections import Counter
from collections.abc import Mapping, Sequence
from contextlib import nullcontext
from dataclasses import asdict, dataclass
from datetime import datetime

from config.errors import UsageError
from config.taxonomy import Taxonomy, parse_taxonomy
from pipeline.runtime.clock import check_clock
from pipeline.taxonomy.compare import changed_places
from pipeline.taxonomy.moves import all_moves, draft_plan, place
from pipeline.taxonomy.plan_file import Declared
from storage.store import OpenStore, Store
from storage.taxonomy_types import (
    MoveKind,
    NewTaxonomyChange,
    PlacedDecision,
    Placement,
    SectionMove,
)
from storage.types import Verdict


class IncompletePlanError(UsageError):
    """The plan does not cover all removed sections."""


@dataclass(frozen=True, slots=True)
class MoveReport:
    """The effect on one section and its decisions."""

    kind: MoveKind
    old: str | None
    new: tuple[str, ...]
    #: currently approved papers
    papers: int
    #: of these, to be placed by a reviewer
    unplaced: int
    #: queued papers first suggested for the old section
    waiting: int
    #: papers for each part of a split
    arriving: tuple[tuple[str, int], ...]


@dataclass(frozen=True, slots=True)
class UnplacedPaper:
    """An approved paper that a reviewer must place."""

    arxiv_id: str
    title: str
    was: tuple[str, ...]
    keeps: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class MovedPaper:
    """An approved paper whose sections change."""

    arxiv_id: str
    was: tuple[str, ...]
    becomes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class MigrationReport:
    """The effect of a change, planned or recorded."""

    change_id: str
    from_fingerprint: str
    to_fingerprint: str
    applied: bool
    already: bool
    moves: tuple[MoveReport, ...]
    #: removed IDs that the plan does not mention
    undeclared: tuple[str, ...]
    #: lines for those, to be completed by hand
    draft: str
    #: decisions whose sections change, including superseded ones
    decisions: int
    unplaced: tuple[UnplacedPaper, ...]
    #: approved papers among them
    moved: tuple[MovedPaper, ...]
    #: papers in the plan that are not decided in that section
    in_vain: tuple[str, ...]
    #: (ID that moved, ID that took its headings)
    doubtful: tuple[tuple[str, str], ...]


def taxonomy_before(
    open_store: OpenStore, named_text: str, *, where: str, new: Taxonomy
) -> tuple[str, Taxonomy]:
    """Return the taxonomy the change starts from, as text and as a value.

    It is the named one or, if that is the new one already, the result of the last recorded change.
    """
    named = parse_taxonomy(named_text, where)
    if named.fingerprint != new.fingerprint:
        return named_text, named
    with open_store() as store:
        changes = store.taxonomy.changes()
        last = store.taxonomy.text(changes[-1].to_fingerprint) if changes else None
    if last is None:
        raise UsageError(
            f"{where} is the new taxonomy itself, so there is nothing to compare.",
            hint="Name the one it replaces:"
            " `--from FILE` (`git show HEAD:taxonomy.toml > old.toml`).",
        )
    return last, parse_taxonomy(last, "the taxonomy of the last change")


def migrate_taxonomy(
    open_store: OpenStore,
    *,
    before: tuple[str, Taxonomy],
    after: tuple[str, Taxonomy],
    declared: Sequence[Declared],
    apply: bool,
    by: str,
    now: datetime,
) -> MigrationReport:
    """Report what the change does to every decision; with `apply` record it, unless recorded last.

    Raises:
        IncompletePlanError: with `apply`, if the plan leaves out a removed section.
        WrongClockError: with `apply`, if the clock cannot be right.
    """
    (old_text, old), (new_text, new) = before, after
    moves, undeclared = all_moves(old, new, declared)
    if apply and undeclared:
        raise IncompletePlanError(
            f"The new taxonomy has no {', '.join(undeclared)}, and the plan does not say where"
            " their papers go.",
            hint="Add a [[rename]], [[merge]], [[split]] or [[dissolve]] for each;"
            " without `--apply` a draft is printed.",
        )
    with open_store() as store, store.transaction() if apply else nullcontext():
        if apply:
            check_clock(store, now)
        changes = store.taxonomy.changes()
        already = bool(changes) and changes[-1].to_fingerprint == new.fingerprint
        by_old = {each.old: each for each in moves if each.old}
        affected = [] if already else store.taxonomy.affected(_changed(by_old))
        placements = {d.decision_id: p for d in affected if (p := place(d, by_old))}
        report = MigrationReport(
            change_id=changes[-1].change_id if already else _change_id(old, new, moves, now),
            from_fingerprint=old.fingerprint,
            to_fingerprint=new.fingerprint,
            applied=already or apply,
            already=already,
            moves=() if already else _rows(store, moves, affected, placements),
            undeclared=undeclared,
            draft=draft_plan(old, new, undeclared),
            decisions=len(placements),
            unplaced=_unplaced(affected, placements),
            moved=tuple(
                MovedPaper(d.arxiv_id, d.sections, placements[d.decision_id].sections)
                for d in affected
                if d.decision_id in placements and _stands_approved(d)
            ),
            in_vain=() if already else _in_vain(declared, affected),
            doubtful=() if already else _doubtful(old, new, declared),
        )
        if apply and not already:
            store.taxonomy.record(
                NewTaxonomyChange(
                    change_id=report.change_id,
                    from_fingerprint=old.fingerprint,
                    from_text=old_text,
                    to_fingerprint=new.fingerprint,
                    to_text=new_text,
                    applied_at=now,
                    applied_by=by,
                    moves=tuple(SectionMove(m.kind, m.old or None, m.new) for m in moves),
                    placements=tuple(placements.values()),
                )
            )
    return report


def _changed(moves: Mapping[str, Declared]) -> list[str]:
    return [old for old, move in moves.items() if move.new != (old,)]


def _rows(
    store: Store,
    moves: Sequence[Declared],
    affected: Sequence[PlacedDecision],
    placements: Mapping[str, Placement],
) -> tuple[MoveReport, ...]:
    papers = store.taxonomy.placed()
    waiting = store.queue.counts()
    unplaced = Counter(
        section
        for decision in affected
        if _needs_human(decision, placements)
        for section in decision.sections
    )
    return tuple(
        MoveReport(
            kind=move.kind,
            old=move.old or None,
            new=move.new,
            papers=papers.get(move.old, 0),
            unplaced=unplaced[move.old] if move.new != (move.old,) else 0,
            waiting=waiting.get(move.old, 0),
            arriving=_arriving(move, affected, placements) if move.kind is MoveKind.SPLIT else (),
        )
        for move in moves
    )


def _arriving(
    move: Declared, affected: Sequence[PlacedDecision], placements: Mapping[str, Placement]
) -> tuple[tuple[str, int], ...]:
    counts = Counter(
        section
        for decision in affected
        if move.old in decision.sections and _stands_approved(decision)
        for section in _sections_after(decision, placements)
    )
    return tuple((section, counts[section]) for section in move.new)


def _sections_after(
    decision: PlacedDecision, placements: Mapping[str, Placement]
) -> tuple[str, ...]:
    found = placements.get(decision.decision_id)
    return decision.sections if found is None else found.sections


def _doubtful(
    old: Taxonomy, new: Taxonomy, declared: Sequence[Declared]
) -> tuple[tuple[str, str], ...]:
    said = {each.old for each in declared}
    return tuple(pair for pair in changed_places(old, new).items() if pair[0] not in said)


def _in_vain(declared: Sequence[Declared], affected: Sequence[PlacedDecision]) -> tuple[str, ...]:
    decided = {(section, each.arxiv_id) for each in affected for section in each.sections}
    return tuple(
        paper for each in declared for paper in each.papers if (each.old, paper) not in decided
    )


def _unplaced(
    affected: Sequence[PlacedDecision], placements: Mapping[str, Placement]
) -> tuple[UnplacedPaper, ...]:
    return tuple(
        UnplacedPaper(d.arxiv_id, d.title, d.sections, placements[d.decision_id].sections)
        for d in affected
        if _needs_human(d, placements)
    )


def _needs_human(decision: PlacedDecision, placements: Mapping[str, Placement]) -> bool:
    placement = placements.get(decision.decision_id)
    return _stands_approved(decision) and placement is not None and placement.unplaced


def _stands_approved(decision: PlacedDecision) -> bool:
    return decision.standing and decision.verdict is Verdict.APPROVED


def _change_id(old: Taxonomy, new: Taxonomy, moves: Sequence[Declared], now: datetime) -> str:
    content = [old.fingerprint, new.fingerprint, now.isoformat(), [asdict(move) for move in moves]]
    return hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()[:16]
