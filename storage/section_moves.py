"""Map section IDs of stored predictions through later taxonomy changes."""

from collections import defaultdict
from collections.abc import Iterable, Sequence

from storage.engine.instants import from_utc
from storage.engine.session import Session
from storage.taxonomy_types import MoveKind, SectionMove, TaxonomyChange
from storage.types import SectionScore

_CHANGES = """
SELECT change_id, from_fingerprint, to_fingerprint, applied_at, applied_by, models
FROM taxonomy_change
ORDER BY seq
"""
_MOVES = "SELECT change_id, kind, old_section, new_sections FROM section_move ORDER BY rowid"


def read_changes(session: Session) -> tuple[TaxonomyChange, ...]:
    """Return all taxonomy changes, oldest first."""
    changes = session.rows(_CHANGES)
    if not changes:
        return ()
    moves: defaultdict[str, list[SectionMove]] = defaultdict(list)
    for change_id, kind, old, new in session.rows(_MOVES):
        moves[change_id].append(SectionMove(MoveKind(kind), old, tuple(new)))
    return tuple(
        TaxonomyChange(
            change_id=change_id,
            from_fingerprint=from_fingerprint,
            to_fingerprint=to_fingerprint,
            applied_at=from_utc(applied_at),
            applied_by=applied_by,
            moves=tuple(moves[change_id]),
            models=frozenset(models),
        )
        for change_id, from_fingerprint, to_fingerprint, applied_at, applied_by, models in changes
    )


def targets(moves: Iterable[SectionMove]) -> dict[str, tuple[str, ...]]:
    """Return the new IDs of each section whose ID changed its meaning."""
    return {move.old: move.new for move in moves if move.old is not None and move.changes_ids}


def moved_scores(
    scores: Sequence[SectionScore], changes: Iterable[TaxonomyChange]
) -> tuple[SectionScore, ...]:
    """Return a model's sections with current IDs, best first.

    Split and dissolved sections are left out, because the model did not choose a part. Merged ones
    get the highest probability, because the sum would count a paper in both twice.
    """
    for change in changes:
        gone = targets(change.moves)
        best: dict[str, float] = {}
        for score in scores:
            new = gone.get(score.section, (score.section,))
            if len(new) == 1:
                best[new[0]] = max(score.probability, best.get(new[0], 0.0))
        scores = [SectionScore(*pair) for pair in sorted(best.items(), key=lambda pair: -pair[1])]
    return tuple(scores)
