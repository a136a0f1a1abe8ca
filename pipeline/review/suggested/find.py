"""Find suggestions and cases by what a person types or a page sends."""

from config.errors import UsageError
from pipeline.review.proposal import NOT_DECIDED
from pipeline.suggestions.clean import LONGEST_NOTE, clean_note
from storage.paper_key import parse_key
from storage.store import Store
from storage.suggestion_types import OPEN, Suggestion, SuggestionKind

#: characters of a paper in any spelling, also with its address
LONGEST_PAPER = 300
_KINDS = frozenset(kind.value for kind in SuggestionKind)


def read_case(text: str) -> str:
    """Return a case as it is stored, `KIND:KEY`, from one that names its paper in any notation.

    A text that names no kind or no paper is returned as it is.
    """
    kind, _, paper = text.strip().partition(":")
    if kind not in _KINDS or len(paper) > LONGEST_PAPER:
        return text
    key = parse_key(paper)
    return text if key is None else f"{kind}:{key}"


def of_case(store: Store, text: str) -> list[Suggestion]:
    """Return the suggestions of a case whose paper is named in any notation; none if it is none."""
    return store.suggestions.of_case(read_case(text)) if ":" in text else []


def get(store: Store, suggestion_id: str) -> Suggestion:
    """Return a suggestion by its ID or the beginning of it, or raise UsageError."""
    found = store.suggestions.find(suggestion_id)
    if found is None:
        raise UsageError(
            f"There is no suggestion {suggestion_id[:40]!r}.",
            hint="`living-survey suggestions show CASE` names those of a case with their IDs.",
        )
    return found


def open_one(store: Store, suggestion_id: str) -> Suggestion:
    """Return a suggestion that waits, or raise UsageError."""
    found = get(store, suggestion_id)
    if found.state not in OPEN:
        raise UsageError(
            f"This suggestion is {found.state} already.",
            hint=f"`living-survey suggestions show {found.case}` shows it.",
        )
    return found


def of(store: Store, case: str) -> list[Suggestion]:
    """Return the suggestions of a case, or the one of an ID."""
    found = of_case(store, case) if ":" in case else [get(store, case)]
    if not found:
        raise UsageError(
            f"There is no case {case[:60]!r}.",
            hint="`living-survey suggestions` lists the open ones.",
        )
    return found


def open_of(store: Store, case: str) -> list[Suggestion]:
    """Return those of a case that wait, or raise UsageError."""
    found = [one for one in of(store, case) if one.state in OPEN]
    if not found:
        raise UsageError(
            f"Nothing of {case[:60]} is open.",
            hint=f"`living-survey suggestions show {case[:60]}` shows it.",
        )
    return found


def checked_words(text: str) -> str:
    """Return a text for the people who asked, or raise UsageError."""
    found = clean_note(text)
    if not found or len(found) > LONGEST_NOTE:
        raise UsageError(
            "The people who asked read this text, so it cannot be empty or have more than"
            f" {LONGEST_NOTE:,} characters.",
            hint="Write a sentence.",
        )
    return found


def standing_id(store: Store, arxiv_id: str) -> str:
    """Return what `take_up` compares with: the ID of the standing decision."""
    standing = store.decisions.standing([arxiv_id]).get(arxiv_id)
    return NOT_DECIDED if standing is None else standing.decision_id
