"""Parse decisions as the page, the terminal and files state them."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from config.errors import UsageError
from config.reasons import MissingReasonError, Reason, find_reason
from config.section_names import find_section
from config.taxonomy import Taxonomy
from config.visible import visible
from storage.accounts import account_key
from storage.typed_ids import read_key
from storage.types import LIST_REVIEWER, RULE_PREFIX, Verdict

#: characters
NOTE_LIMIT = 2_000
#: `Expected.standing` of an undecided paper
NOT_DECIDED = "none"

_VERDICTS = {
    "approve": Verdict.APPROVED,
    "approved": Verdict.APPROVED,
    **dict.fromkeys(("accept", "accepted", "include", "included", "yes"), Verdict.APPROVED),
    "reject": Verdict.REJECTED,
    "rejected": Verdict.REJECTED,
    **dict.fromkeys(("exclude", "excluded", "no"), Verdict.REJECTED),
    "defer": Verdict.DEFERRED,
    "deferred": Verdict.DEFERRED,
    **dict.fromkeys(("later", "maybe", "unsure"), Verdict.DEFERRED),
}
_NAME_LIMIT = 100


@dataclass(frozen=True, slots=True)
class Expected:
    """What the reviewer saw. None: not compared."""

    #: id of the standing decision, or NOT_DECIDED
    standing: str | None = None
    #: `content_hash` of the paper's text
    content_hash: str | None = None


@dataclass(frozen=True, slots=True)
class Proposal:
    """A parsed decision, not compared with the database yet."""

    arxiv_id: str
    verdict: Verdict
    reviewer: str
    #: in the order of the taxonomy, each once
    sections: tuple[str, ...] = ()
    note: str | None = None
    #: the model's section, if the reviewer accepts it
    accepted: str | None = None
    #: None: now
    decided_at: datetime | None = None
    expected: Expected = Expected()
    #: the paper was drawn at random and belongs to the audit sample
    drawn: bool = False
    #: approved papers with the same title, which this one is approved beside
    also: tuple[str, ...] = ()
    #: code of a rejection's reason
    reason: str | None = None
    #: a deferred paper waits again from this day on
    return_on: date | None = None
    #: a deferred paper waits again when it has a new version
    until_new_version: bool = False
    #: given knowing two words that differ
    third: bool = False
    #: ID of the reviewer's own decision that this repeats without knowing it
    repeats: str | None = None
    #: its note is to be kept as a ruling
    ruling: bool = False
    #: a word that was kept for a second person, who is no longer asked
    alone: bool = False


def propose(
    taxonomy: Taxonomy,
    *,
    arxiv_id: str,
    verdict: str,
    reviewer: str,
    sections: Iterable[str] = (),
    note: str | None = None,
    accepted: str | None = None,
    decided_at: datetime | None = None,
    expected: Expected | None = None,
    drawn: bool = False,
    also: Iterable[str] = (),
    reason: str | None = None,
    reasons: Sequence[Reason] = (),
    return_on: date | None = None,
    until_new_version: bool = False,
    unexplained: bool = False,
) -> Proposal:
    """Return the proposal that these texts state.

    Args:
        taxonomy: of the survey.
        arxiv_id: an arXiv ID or a link.
        verdict: `approve`, `approved` and so on.
        reviewer: who decides.
        sections: their IDs, names or headings.
        note: why, in the reviewer's words.
        accepted: ID of the model's section, if the reviewer accepts it.
        decided_at: None: now.
        expected: what the reviewer saw.
        drawn: whether the paper was drawn at random for the audit.
        also: approved papers with the same title, which the reviewer has seen.
        reason: code or name of a rejection's reason.
        reasons: those of the settings.
        return_on: day from which a deferred paper waits again.
        until_new_version: whether a deferred paper waits again when it has a new version.
        unexplained: whether a rejection may do without a reason: one of the terminal or a file, or
            one that the program explains by its note.

    Raises:
        MissingReasonError: a rejection has no reason, and the settings have reasons.
        UnknownSectionError: the taxonomy does not have the section.
        UnknownReasonError: the settings do not have the reason.
        UsageError: another value breaks a rule.
    """
    key = read_key(arxiv_id)
    parsed_verdict = read_verdict(verdict)
    if (return_on or until_new_version) and parsed_verdict is not Verdict.DEFERRED:
        raise UsageError(
            f"{key} is {parsed_verdict} until a day or a new version, but only a deferral ends.",
            hint="Defer the paper, or leave the condition out.",
        )
    return Proposal(
        arxiv_id=key,
        verdict=parsed_verdict,
        reviewer=reviewer_name(reviewer),
        sections=_read_sections(taxonomy, key, parsed_verdict, sections, accepted),
        note=clean_note(key, note),
        accepted=accepted,
        decided_at=decided_at,
        expected=expected or Expected(),
        drawn=drawn,
        also=tuple(read_key(other) for other in also),
        reason=_read_reason(key, parsed_verdict, reason, reasons, needed=not unexplained),
        return_on=return_on,
        until_new_version=until_new_version,
    )


def read_verdict(text: str) -> Verdict:
    """Return the verdict in `approve`, `approved` and so on, or raise UsageError."""
    verdict = _VERDICTS.get(text.strip().lower())
    if verdict is None:
        raise UsageError(f"{text[:40]!r} is not a verdict.", hint="Use approve, reject or defer.")
    return verdict


def reviewer_name(text: str) -> str:
    """Return the checked name; raise UsageError if it breaks a rule or is reserved."""
    name = text.strip()
    if not name or len(name) > _NAME_LIMIT or not name.isprintable() or visible(name) != name:
        raise UsageError(
            f"{text[:_NAME_LIMIT]!r} cannot be used as a reviewer's name.",
            hint=f"Use one line of at most {_NAME_LIMIT} printable characters.",
        )
    if name == LIST_REVIEWER:
        raise UsageError(
            f"The name {LIST_REVIEWER!r} is reserved for the curated list.",
            hint="Use your own name: `--reviewer NAME`, or [review] reviewer.",
        )
    if account_key(name).startswith(RULE_PREFIX):  # `Rule:x` would be read as a rule's too
        raise UsageError(
            f"The name {name!r} is reserved for a rule.",
            hint="Use your own name: `--reviewer NAME`, or [review] reviewer.",
        )
    return name


def _read_sections(
    taxonomy: Taxonomy, key: str, verdict: Verdict, sections: Iterable[str], accepted: str | None
) -> tuple[str, ...]:
    named = {find_section(taxonomy, section).id for section in sections}
    if accepted is not None:
        taxonomy.section(accepted)
    if verdict is not Verdict.APPROVED and (named or accepted):
        listed = ", ".join(sorted(named | ({accepted} if accepted else set())))
        raise UsageError(
            f"{key} is {verdict} with sections ({listed}), but only an approval names sections.",
            hint="Leave the sections out, or mention them in the note.",
        )
    if named and accepted is not None:
        raise UsageError(
            f"{key} is approved with named sections and with the model's suggestion.",
            hint="Name sections or accept the suggestion, not both.",
        )
    return tuple(section.id for section in taxonomy.sections if section.id in named)


def _read_reason(
    key: str, verdict: Verdict, text: str | None, reasons: Sequence[Reason], *, needed: bool
) -> str | None:
    if text is None or not text.strip():
        if needed and reasons and verdict is Verdict.REJECTED:
            raise MissingReasonError(key, reasons)
        return None
    if verdict is not Verdict.REJECTED:
        raise UsageError(
            f"{key} is {verdict} with a reason ({text[:40]}), but only a rejection has one.",
            hint="Leave the reason out, or write it as a note.",
        )
    return find_reason(reasons, text).code


def clean_note(key: str, text: str | None) -> str | None:
    """Return a note as it is stored, or None; raise UsageError if it is too long or not text."""
    note = (text or "").replace("\0", "").replace("\r\n", "\n").strip()
    if not note.isascii() and any("\ud800" <= character <= "\udfff" for character in note):
        # refused, because half of a character is missing
        raise UsageError(
            f"The note on {key} is not valid text: it contains a lone surrogate.",
            hint="Write the note in UTF-8.",
        )
    if len(note) > NOTE_LIMIT:
        raise UsageError(
            f"The note on {key} has {len(note):,} characters; the limit is {NOTE_LIMIT:,}.",
            hint="Shorten it.",
        )
    return note or None
