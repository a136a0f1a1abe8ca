"""Rules on which paper an entry is: its IDs against titles, in the list and in the database."""

from collections.abc import Iterator, Sequence

from pipeline.curated.agreement import Known, compare
from pipeline.curated.findings import Note, Reason, Refusal, Remark
from pipeline.curated.knowledge import Knowledge
from pipeline.curated.lint.catalogue import Code
from pipeline.curated.lint.findings import Finding, found
from pipeline.curated.lint.subject import Subject, where
from pipeline.curated.types import Entry
from pipeline.curated.verdict import decide_entry, titles_of

_OTHER_PAPER = frozenset({Reason.WRONG_ID, Reason.SHARED_ID})


def unreadable_entries(subject: Subject) -> Iterator[Finding]:
    """Yield items that cannot be read as entries."""
    for item in subject.curated.unreadable:
        yield found(
            Code.UNREADABLE_ENTRY,
            item.file,
            item.line,
            f"It cannot be read as an entry: {item.reason}.",
            "Write title, authors and links as the entries around it do.",
            title=item.text,
            arxiv_id=item.arxiv_ids[0].base if item.arxiv_ids else None,
        )


def shared_ids(subject: Subject) -> Iterator[Finding]:
    """Yield each ID that entries of different titles use, at the first that differs."""
    for arxiv_id, entries in subject.by_id.items():
        others = [entry for entry in entries[1:] if not same_title(entries[0], entry)]
        if others:
            places = " and ".join(where(others[0], one) for one in (entries[0], *others[1:]))
            yield subject.on(
                others[0],
                Code.SHARED_ID,
                f"{arxiv_id} is also the ID of another title on {places}.",
                "Look the titles up at arXiv and correct the link that is wrong.",
            )


def same_title(one: Entry, other: Entry) -> bool:
    """Say whether two entries name one paper by their titles and authors."""
    known = Known((other.title, other.full_title), other.authors)
    return compare((one.title, one.full_title), one.authors, known).same


def impossible_or_no_id(subject: Subject) -> Iterator[Finding]:
    """Yield entries without an ID, and those whose link cannot be one."""
    knowledge = subject.held.knowledge if subject.held else Knowledge()
    for entry in subject.curated.entries:
        if entry.arxiv_ids:
            continue
        match decide_entry(entry, (), knowledge):
            case Refusal(reason=Reason.IMPOSSIBLE_ID) as refusal:
                yield subject.on(
                    entry, Code.IMPOSSIBLE_ID, sentence(refusal.detail), "Correct the link."
                )
            case Refusal() as refusal:
                remedy = "Add the paper's arXiv link if it has one."
                yield subject.on(entry, Code.NO_ID, sentence(refusal.detail), remedy)
            case placed:
                said = f"It has no arXiv link; by its title it is {placed.arxiv_id}."
                remedy = f"Add https://arxiv.org/abs/{placed.arxiv_id}."
                yield subject.on(entry, Code.NO_ID, said, remedy)


def wrong_ids(subject: Subject) -> Iterator[Finding]:
    """Yield entries whose ID is a paper of another title, and those that were renamed."""
    assert subject.held
    for entry in subject.curated.entries:
        if not any(one.base in subject.held.knowledge.known for one in entry.arxiv_ids):
            continue
        decided = decide_entry(entry, (), subject.held.knowledge)
        if isinstance(decided, Refusal):
            if decided.reason in _OTHER_PAPER:
                yield _wrong(subject, entry, decided)
        else:
            yield from _renamed(subject, entry, decided.notes)


def _wrong(subject: Subject, entry: Entry, refusal: Refusal) -> Finding:
    said, _, remedy = refusal.detail.partition("; the paper of this title is ")
    right, _, _ = remedy.partition(":")
    return subject.on(
        entry,
        Code.WRONG_ID,
        f"{refusal.arxiv_id} is another paper: {sentence(said, capital=False)}",
        f"Link to {right}, which has this title." if right else "Correct the link or the title.",
    )


def _renamed(subject: Subject, entry: Entry, notes: Sequence[Note]) -> Iterator[Finding]:
    for one in notes:
        if one.remark is Remark.RENAMED:
            remedy = "Take over the new title if it is still the paper you mean."
            yield subject.on(entry, Code.RENAMED, sentence(one.detail), remedy)


def several_ids(subject: Subject) -> Iterator[Finding]:
    """Yield entries whose links lead to several papers."""
    for entry in subject.curated.entries:
        ids = tuple(dict.fromkeys(one.base for one in entry.arxiv_ids))
        if len(ids) > 1:
            yield subject.on(
                entry,
                Code.SEVERAL_IDS,
                f"Its links lead to {len(ids)} papers: {', '.join(ids)}.",
                f"Keep the one of this title ({titles_of(entry)[0]}).",
            )


def sentence(text: str, *, capital: bool = True) -> str:
    """Return a clause as a sentence."""
    whole = text if text.endswith((".", "?", "!")) else f"{text}."
    return whole[:1].upper() + whole[1:] if capital else whole
