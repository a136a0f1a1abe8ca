"""Export rulings to their file, and import what people changed there."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from config.errors import LivingSurveyError, UsageError
from config.files import put_in_place
from config.roles import Role
from config.visible import one_line
from pipeline.review.proposal import reviewer_name
from pipeline.review.roles import check_role
from pipeline.review.rulings.file import Entry, header_of, read_rulings, read_text, written
from pipeline.runtime.clock import check_clock
from pipeline.runtime.services import Services
from storage.rulings import Ruling, RulingAct, RulingEvent
from storage.section_moves import targets
from storage.store import Store
from storage.taxonomy_types import TaxonomyChange
from storage.types import Verdict

_Said = tuple[Verdict, tuple[str, ...], str]


@dataclass(frozen=True, slots=True)
class Exported:
    """What an export wrote."""

    path: Path
    rulings: int
    #: the file had other bytes, or was not there
    changed: bool


@dataclass(frozen=True, slots=True)
class Imported:
    """What an import recorded, by paper."""

    made: tuple[str, ...]
    revised: tuple[str, ...]
    withdrawn: tuple[str, ...]
    unchanged: int
    #: the file has an older state than the database, which stays
    older: tuple[str, ...]
    #: the file has an edit of an older state: nothing was recorded for them
    conflicts: tuple[str, ...]
    #: stand in the database and not in the file
    absent: tuple[str, ...]
    #: papers that are not in the database; their rulings are kept
    unknown: tuple[str, ...]
    #: papers whose standing decision is another one
    contrary: tuple[str, ...]

    @property
    def totals(self) -> dict[str, int]:
        """What is counted."""
        return {"made": len(self.made), "revised": len(self.revised)}


class UnreadEditsError(LivingSurveyError):
    """The file has rulings that the database does not know; an export would lose them."""


def export_rulings(services: Services, path: Path, *, force: bool = False) -> Exported:
    """Write the rulings that stand to the file; comments above the first one are kept.

    Raises:
        RulingFileError: the present file cannot be read as rulings.
        UnreadEditsError: it has rulings that were not imported.
    """
    with services.open_store() as store:
        rulings = store.rulings.standing()
        changes = store.taxonomy.changes()
        before = read_text(path) if path.exists() else None
        if before is not None and not force:
            entries = read_rulings(path, services.taxonomy, followed(changes))
            known = store.rulings.history(one.arxiv_id for one in entries)
            new = [
                one for one in entries if _said(one) not in map(_said, known.get(one.arxiv_id, ()))
            ]
            if new:
                named = ", ".join(f"{one.arxiv_id} (line {one.line})" for one in new)
                raise UnreadEditsError(
                    f"{path.name} has rulings that were not imported: {named}.",
                    hint="Run `living-survey ruling import` first; `--force` writes over them.",
                )
    places = {section.id: place for place, section in enumerate(services.taxonomy.sections)}
    rulings = tuple(
        replace(one, sections=tuple(sorted(one.sections, key=lambda s: (places.get(s, -1), s))))
        for one in rulings
    )
    header = header_of(before) if before and header_of(before).strip() else None
    text = written(rulings, header=header) if header else written(rulings)
    if text != before:
        put_in_place(path, text.encode())
    return Exported(path, len(rulings), text != before)


def import_rulings(
    services: Services, path: Path, *, person: str, withdraw_absent: bool = False
) -> Imported:
    """Record what the file says and the database does not, all in one transaction.

    Args:
        services: what every step is given.
        path: of the file.
        person: who imports; named for edited entries and those without `by`.
        withdraw_absent: withdraw the rulings that the file does not have.

    Raises:
        RulingFileError: a line cannot be used; nothing is recorded.
    """
    name, now = reviewer_name(person), services.clock()
    with services.open_store() as store:
        moved = followed(store.taxonomy.changes())
    entries = read_rulings(path, services.taxonomy, moved)
    for one in entries:
        if one.at is not None and one.at > now:
            raise UsageError(
                f"{path.name}:{one.line}: the ruling on {one.arxiv_id} is dated in the future.",
                hint="Correct `at`, or leave it out to use the present time.",
            )
    with services.open_store() as store, store.transaction():
        check_clock(store, now)
        check_role(store, name, Role.PUBLISHER)
        importer = _Importer(name, now, path.name)
        return _recorded(store, entries, importer, withdraw_absent=withdraw_absent)


def followed(changes: Sequence[TaxonomyChange]) -> dict[str, tuple[str, ...]]:
    """Return each former section ID with its present ones, through all changes."""
    found: dict[str, tuple[str, ...]] = {}
    for change in changes:
        moved = targets(change.moves)
        found = {
            old: tuple(dict.fromkeys(new for one in present for new in moved.get(one, (one,))))
            for old, present in found.items()
        } | {old: new for old, new in moved.items() if old not in found}
    return found


@dataclass(frozen=True, slots=True)
class _Importer:
    person: str
    now: datetime
    source: str


def _recorded(
    store: Store, entries: Sequence[Entry], importer: _Importer, *, withdraw_absent: bool
) -> Imported:
    ids = [one.arxiv_id for one in entries]
    present, history = store.rulings.of(ids), store.rulings.history(ids)
    titles = store.papers.titles(ids)
    events: list[RulingEvent] = []
    of: dict[str, list[str]] = {"made": [], "revised": [], "older": [], "conflict": [], "same": []}
    for one in entries:
        key = one.arxiv_id
        outcome = _outcome(one, present.get(key), history.get(key, ()))
        of[outcome].append(key)
        if outcome in ("made", "revised"):
            # a file written by hand needs no title where the paper is held
            titled = one if one.title else replace(one, title=one_line(titles.get(key, "")))
            events.append(_event(titled, RulingAct(outcome), history.get(key, ()), importer))
    absent = [one for one in store.rulings.standing() if one.arxiv_id not in set(ids)]
    if withdraw_absent:
        events += [_withdrawal(one, importer) for one in absent]
    store.rulings.add(events)
    standing = store.decisions.standing(ids)
    gone = tuple(one.arxiv_id for one in absent)
    return Imported(
        made=tuple(of["made"]),
        revised=tuple(of["revised"]),
        withdrawn=gone if withdraw_absent else (),
        unchanged=len(of["same"]),
        older=tuple(of["older"]),
        conflicts=tuple(of["conflict"]),
        absent=() if withdraw_absent else gone,
        unknown=tuple(sorted(set(ids) - store.papers.held(ids))),
        contrary=tuple(
            one.arxiv_id
            for one in entries
            if (decided := standing.get(one.arxiv_id)) is not None
            and decided.verdict is not one.verdict
        ),
    )


def _outcome(one: Entry, present: Ruling | None, history: Sequence[RulingEvent]) -> str:
    """Return what an entry is to the database: made, revised, same, older or conflict."""
    if present is None:
        return "made"
    if present.stands and _said(one) == _said(present):
        return "same"
    if any(_said(one) == _said(event) for event in history):
        return "older"
    if not present.stands:
        return "made"
    edited = one.at is not None and one.at != present.ruled_at
    return "conflict" if edited and any(e.happened_at == one.at for e in history) else "revised"


def _event(
    one: Entry, kind: RulingAct, history: Sequence[RulingEvent], importer: _Importer
) -> RulingEvent:
    """Return the event of an entry; an edited one is by who imports it, now."""
    is_edit = any(event.happened_at == one.at for event in history)
    own = one.at is not None and one.by is not None and not is_edit
    return RulingEvent(
        kind=kind,
        arxiv_id=one.arxiv_id,
        title=one.title,
        verdict=one.verdict,
        sections=one.sections,
        sentence=one.sentence,
        person=one.by if own and one.by else importer.person,
        happened_at=one.at if own and one.at else importer.now,
        source=importer.source,
    )


def _withdrawal(one: Ruling, importer: _Importer) -> RulingEvent:
    return RulingEvent(
        kind=RulingAct.WITHDRAWN,
        arxiv_id=one.arxiv_id,
        title=one.title,
        verdict=one.verdict,
        sections=one.sections,
        sentence=one.sentence,
        person=importer.person,
        happened_at=importer.now,
        source=importer.source,
    )


def _said(one: Entry | Ruling | RulingEvent) -> _Said:
    return one.verdict, tuple(sorted(one.sections)), one.sentence
