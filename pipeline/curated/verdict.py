"""Decide which paper an entry is, from what is known of the papers it names."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from pipeline.curated.agreement import Agreement, Kind, Known, compare
from pipeline.curated.findings import Note, Reason, Refusal, Remark, note, refuse
from pipeline.curated.knowledge import Knowledge
from pipeline.curated.types import Entry
from storage.typed_ids import InvalidIdError, explain_number

#: words that a text needs to be taken for a title: fewer are a nickname, a venue or a mark
_TITLE_WORDS = 3
#: without authors a title of fewer words may be that of several papers: "Technical Report"
_DISTINCT_WORDS = 4


@dataclass(frozen=True, slots=True)
class Placed:
    """An entry and the paper it is."""

    entry: Entry
    arxiv_id: str
    notes: tuple[Note, ...] = ()


@dataclass(frozen=True, slots=True)
class _Compared:
    arxiv_id: str
    agreement: Agreement


def titles_of(entry: Entry) -> tuple[str, ...]:
    """Return the titles an entry may have, the likeliest first."""
    return tuple(dict.fromkeys((entry.title, entry.full_title, *entry.readings)))


def decide_entry(entry: Entry, others: Sequence[Entry], knowledge: Knowledge) -> Placed | Refusal:
    """Return the paper that an entry is, or why it is not imported.

    Args:
        entry: the entry.
        others: entries of the list that name one of its IDs.
        knowledge: what is known of the papers.
    """
    compared = [
        _Compared(one.base, compare(titles_of(entry), entry.authors, known))
        for one in entry.arxiv_ids
        if (known := knowledge.known.get(one.base))
    ]
    agreeing = [one for one in compared if one.agreement.same]
    if agreeing:
        same = next((one for one in agreeing if one.agreement.kind is Kind.SAME), agreeing[0])
        return _place(entry, same, knowledge)
    if entry.arxiv_ids:
        return _refuse_ids(entry, others, compared, knowledge)
    return _match_title(entry, knowledge)


def needs_title(entry: Entry, knowledge: Knowledge) -> bool:
    """Say whether only its title can tell which paper an entry is, or should be."""
    return not any(
        compare(titles_of(entry), entry.authors, known).same
        for one in entry.arxiv_ids
        if (known := knowledge.known.get(one.base))
    )


def find_by_title(entry: Entry, knowledge: Knowledge) -> tuple[str, ...]:
    """Return the papers that have the entry's title and, where it names authors, its authors."""
    return tuple(
        arxiv_id
        for arxiv_id in dict.fromkeys(_holders(titles_of(entry), knowledge.holders))
        if _is_same(entry, knowledge.known[arxiv_id])
    )


def _place(entry: Entry, same: _Compared, knowledge: Knowledge) -> Placed:
    notes = []
    known = knowledge.known[same.arxiv_id]
    if same.agreement.kind is Kind.RENAMED:
        said = f"at arXiv it is {known.titles[0]!r} ({same.agreement.evidence})"
        notes.append(note(entry, same.arxiv_id, Remark.RENAMED, said))
    for other in entry.arxiv_ids:
        if other.base != same.arxiv_id:
            said = f"it also names {_described(other.base, knowledge)}"
            notes.append(note(entry, same.arxiv_id, Remark.SEVERAL_IDS, said))
    return Placed(entry, same.arxiv_id, tuple(notes))


def _refuse_ids(
    entry: Entry, others: Sequence[Entry], compared: Sequence[_Compared], knowledge: Knowledge
) -> Refusal:
    blamed = compared[0].arxiv_id if compared else entry.arxiv_ids[0].base
    right = find_by_title(entry, knowledge)
    rest = "".join(
        f"; it also names {_described(one.base, knowledge)}"
        for one in entry.arxiv_ids
        if one.base != blamed
    )
    if right:
        rest += f"; the paper of this title is {' or '.join(right)}: correct the link"
    if blamed in knowledge.unknown:
        said = "arXiv has no paper under this ID"
        return refuse(entry, Reason.UNKNOWN_ID, said + rest, blamed)
    if not compared:
        said = "arXiv's record could not be read and is kept in quarantine"
        return refuse(entry, Reason.UNREADABLE_AT_ARXIV, said + rest, blamed)
    said = f"at arXiv this ID is {knowledge.known[blamed].titles[0]!r}"
    if not right and not any(map(reads_like_title, titles_of(entry))):
        said = f"its title cannot be told from these words; {said}"
        return refuse(entry, Reason.TITLE_UNREADABLE, said + rest, blamed)
    if lines := _of_other_papers(entry, others):
        said = f"{said}; the list also uses it on {lines}"
        return refuse(entry, Reason.SHARED_ID, said + rest, blamed)
    return refuse(entry, Reason.WRONG_ID, said + rest, blamed)


def _match_title(entry: Entry, knowledge: Knowledge) -> Placed | Refusal:
    found = find_by_title(entry, knowledge)
    link = entry.links.paper
    if len(found) == 1:
        (arxiv_id,) = found
        said = "held under this title: add the link"
        if link and _impossible(link):
            said = f"held under this title: correct the link {link}"
        return Placed(entry, arxiv_id, (note(entry, arxiv_id, Remark.FOUND_BY_TITLE, said),))
    if found:
        said = f"{' and '.join(found)} have this title: add the link to the one that is meant"
    elif entry.arxiv_ids:
        named = ", ".join(_described(one.base, knowledge) for one in entry.arxiv_ids)
        said = f"it only mentions {named}"
    elif link is None:
        said = "it does not link to a paper"
    elif fault := _impossible(link):
        return refuse(entry, Reason.IMPOSSIBLE_ID, str(fault))
    else:
        said = f"its paper link leads elsewhere: {link}"
    return refuse(entry, Reason.NO_ID, said)


def _impossible(link: str) -> InvalidIdError | None:
    """Return why a link or number cannot be an ID of arXiv; None: it leads elsewhere."""
    leads_elsewhere = "/" in link and "arxiv" not in link.casefold()
    return None if leads_elsewhere else explain_number(link)


def _holders(titles: Iterable[str], holders: Mapping[str, tuple[str, ...]]) -> list[str]:
    return [arxiv_id for title in titles for arxiv_id in holders.get(title, ())]


def _is_same(entry: Entry, known: Known) -> bool:
    """Compare an entry with a paper that it does not name."""
    titles = [
        title
        for title in titles_of(entry)
        if entry.authors or len(title.split()) >= _DISTINCT_WORDS
    ]
    return compare(titles, entry.authors, known).same


def _of_other_papers(entry: Entry, others: Sequence[Entry]) -> str:
    """Return the lines of entries with the same ID and another title; empty: there are none."""
    places = [
        f"line {other.line}" if other.file == entry.file else f"line {other.line} of {other.file}"
        for other in others
        if other is not entry
        and not compare((entry.title,), entry.authors, Known((other.title,), ())).same
    ]
    return " and ".join(places)


def reads_like_title(text: str) -> bool:
    """Say whether a text has words enough for a title."""
    return sum(any(char.isalnum() for char in word) for word in text.split()) >= _TITLE_WORDS


def _described(arxiv_id: str, knowledge: Knowledge) -> str:
    if known := knowledge.known.get(arxiv_id):
        return f"{arxiv_id}, {known.titles[0]!r}"
    return f"{arxiv_id}, which arXiv does not have" if arxiv_id in knowledge.unknown else arxiv_id
