"""Bring papers of a corpus that were found likely: their records are arXiv's own."""

from collections.abc import Sequence
from dataclasses import dataclass

from pipeline.ingest.sources.open import ArxivSources
from pipeline.ingest.sources.query.source import MAX_IDS
from pipeline.runtime.record import Run
from pipeline.runtime.services import Services

#: IDs that are looked for in the database at once
_HELD = 10_000


@dataclass(frozen=True, slots=True)
class CandidatesReport:
    """What `import --candidates` brought."""

    #: the scores they are from
    output: str
    #: likeliest first
    added: tuple[str, ...]
    #: stored before, among those that were looked at
    held: int
    #: arXiv does not have them
    unknown: tuple[str, ...]
    #: arXiv's entry cannot be read and is quarantined
    unreadable: int
    #: at arXiv and likely, beyond the limit of this call
    left: int
    #: likely works without an arXiv ID, which a survey cannot hold
    elsewhere: int

    @property
    def totals(self) -> dict[str, int]:
        """What is counted in `runs`."""
        return {
            "added": len(self.added),
            "held": self.held,
            "quarantined": self.unreadable,
            "elsewhere": self.elsewhere,
        }


def import_candidates(
    services: Services,
    arxiv: ArxivSources,
    run: Run,
    output: str,
    arxiv_ids: Sequence[str],
    *,
    elsewhere: int,
    limit: int,
) -> CandidatesReport:
    """Look up the first papers that are not stored yet, at most `limit`, and store them.

    A hundred are stored at a time, so that a call that was stopped is gone on with.

    Args:
        services: the store.
        arxiv: where they are looked up.
        run: counts and progress.
        output: where they come from; trace shows it with the arguments of the run.
        arxiv_ids: likeliest first.
        elsewhere: likely works without an arXiv ID.
        limit: papers that are looked up.
    """
    wanted, seen = _not_held(services, arxiv_ids, limit)
    advance = run.progress("candidates looked up", len(wanted))
    added: list[str] = []
    unknown: list[str] = []
    unreadable = 0
    for start in range(0, len(wanted), MAX_IDS):
        keys = wanted[start : start + MAX_IDS]
        found = arxiv.query.look_up(keys)
        with services.open_store() as store, store.transaction():
            store.papers.upsert(found.papers, seen_at=services.clock())
            unreadable += store.quarantine.add(found.malformed)
        added += [paper.arxiv_id for paper in found.papers]
        unknown += [*found.unknown, *found.refused]
        advance(len(keys))
    report = CandidatesReport(
        output=output,
        added=tuple(added),
        held=seen - len(wanted),
        unknown=tuple(unknown),
        unreadable=unreadable,
        left=len(arxiv_ids) - seen,
        elsewhere=elsewhere,
    )
    run.count(**report.totals)
    return report


def _not_held(services: Services, arxiv_ids: Sequence[str], limit: int) -> tuple[list[str], int]:
    """Return the first IDs that are not stored, and how many had to be looked at."""
    wanted: list[str] = []
    seen = 0
    for start in range(0, len(arxiv_ids), _HELD):
        keys = arxiv_ids[start : start + _HELD]
        with services.open_store() as store:
            held = store.papers.held(keys)
        for key in keys:
            if len(wanted) == limit:
                return wanted, seen
            seen += 1
            if key not in held:
                wanted.append(key)
    return wanted, seen
