"""Account for every arXiv ID and paper-like link of a list: each ends in exactly one outcome.

The places are found without the parser, so that what it lost is counted as such.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum

from pipeline.curated.markdown.remainder import Definitions, Spans, holds
from pipeline.curated.types import Aside, AsideReason, CuratedList, Entry, Place, UnreadableEntry
from storage.arxiv_id import ArxivId


class Outcome(StrEnum):
    """What became of a place that names a paper."""

    ENTRY = "entry"
    #: a link of an entry without an arXiv ID
    NO_ID = "no-id"
    UNREADABLE = "unreadable"
    ASIDE = "aside"
    #: no item holds it: a fault of the parser, which must not stay unseen
    NOWHERE = "nowhere"


@dataclass(frozen=True, slots=True)
class Named:
    """One place of a file that names a paper."""

    file: str
    line: int
    text: str
    #: None: a link to a paper elsewhere
    arxiv_id: ArxivId | None
    outcome: Outcome
    #: of an aside
    reason: AsideReason | None


@dataclass(frozen=True, slots=True)
class Account:
    """Every place that names a paper, in order."""

    named: tuple[Named, ...]

    @property
    def arxiv_ids(self) -> dict[str, frozenset[Outcome]]:
        """What became of each arXiv ID, wherever it stands."""
        found: dict[str, set[Outcome]] = {}
        for one in self.named:
            if one.arxiv_id is not None:
                found.setdefault(one.arxiv_id.base, set()).add(one.outcome)
        return {base: frozenset(outcomes) for base, outcomes in found.items()}

    @property
    def totals(self) -> Counter[Outcome]:
        """Places by outcome; they add up to all."""
        return Counter(one.outcome for one in self.named)

    @property
    def asides(self) -> Counter[AsideReason]:
        """Places in asides by reason."""
        return Counter(one.reason for one in self.named if one.reason is not None)


def account(curated: CuratedList) -> Account:
    """Say where each place that names a paper ended."""
    places: dict[str, list[Place]] = {file.name: [] for file in curated.files}
    for place in curated.places:
        places[place.file].append(place)
    named: list[Named] = []
    for file in curated.files:
        found = list(_of_file(file.name, places[file.name], curated))
        entries = [one for one in curated.entries if one.file == file.name]
        found = sorted((*found, *_of_fields(entries, found)), key=lambda one: one.line)
        named += found
    return Account(tuple(named))


def _of_file(file: str, places: Sequence[Place], curated: CuratedList) -> Iterator[Named]:
    entries = Spans.of(one for one in curated.entries if one.file == file)
    unreadable = Spans.of(one for one in curated.unreadable if one.file == file)
    asides = [one for one in curated.asides if one.file == file]
    definitions = Definitions.of(one for one in curated.entries if one.file == file)
    inner, outer = map(Spans.of, _nested(asides))
    for one in places:
        items = [each.at(one.span) for each in (entries, inner, outer, unreadable)]
        item = next((found for found in items if found and holds(found, one)), None)
        outcome = _outcome(item)
        if item is None and one.is_definition and definitions.use(one):
            outcome = Outcome.ENTRY
        reason = item.reason if isinstance(item, Aside) else None
        yield Named(file, one.line, one.text, one.arxiv_id, outcome, reason)


def _nested(asides: Sequence[Aside]) -> tuple[list[Aside], list[Aside]]:
    """Return the asides within others, such as a comment in a news item, and the rest."""
    inner: list[Aside] = []
    outer: list[Aside] = []
    end = 0
    for one in sorted(asides, key=lambda one: (one.span[0], -one.span[1])):
        within = one.reason is AsideReason.MENTION or one.span[1] <= end
        (inner if within else outer).append(one)
        end = end if within else one.span[1]
    return inner, outer


def _of_fields(entries: Sequence[Entry], found: Sequence[Named]) -> Iterator[Named]:
    """Yield the IDs that only a field's name tells: `eprint = {2401.00001}`."""
    written = {one.arxiv_id.base for one in found if one.arxiv_id}
    for entry in entries:
        for arxiv_id in entry.arxiv_ids:
            if arxiv_id.base not in written:
                yield Named(entry.file, entry.line, str(arxiv_id), arxiv_id, Outcome.ENTRY, None)


def _outcome(item: Entry | UnreadableEntry | Aside | None) -> Outcome:
    match item:
        case Aside():
            return Outcome.ASIDE
        case UnreadableEntry():
            return Outcome.UNREADABLE
        case Entry(arxiv_ids=()):
            return Outcome.NO_ID
        case Entry():
            return Outcome.ENTRY
        case None:
            return Outcome.NOWHERE
