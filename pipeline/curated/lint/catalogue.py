"""The rules of `lint`: code, level, what they need, and what they find."""

from dataclasses import dataclass
from enum import StrEnum


class Level(StrEnum):
    """How grave a finding is; only errors make the command fail, with `--strict` warnings too."""

    ERROR = "error"
    WARNING = "warning"
    NOTE = "note"


class Needs(StrEnum):
    """What a rule needs besides the list."""

    NOTHING = "nothing"
    #: records of the listed papers
    DATABASE = "database"
    #: requests to the links
    LINKS = "links"


class Code(StrEnum):
    """The stable name of a rule."""

    UNREADABLE_ENTRY = "unreadable-entry"
    WRONG_ID = "wrong-id"
    SHARED_ID = "shared-id"
    IMPOSSIBLE_ID = "impossible-id"
    DUPLICATE_ID = "duplicate-id"
    DUPLICATE_TITLE = "duplicate-title"
    CONTRADICTORY_SECTIONS = "contradictory-sections"
    SEVERAL_SECTIONS = "several-sections"
    SEVERAL_IDS = "several-ids"
    NO_ID = "no-id"
    VERSIONED_LINK = "versioned-link"
    BADGE_MISMATCH = "badge-mismatch"
    STALE_CITATION = "stale-citation"
    DATE_OFF = "date-off"
    IMPOSSIBLE_DATE = "impossible-date"
    MISSING_CODE = "missing-code"
    DEAD_ANCHOR = "dead-anchor"
    UNKNOWN_TAG = "unknown-tag"
    WITHDRAWN = "withdrawn"
    NOW_PUBLISHED = "now-published"
    RENAMED = "renamed"
    ODD_DATE = "odd-date"
    ODD_MARKER = "odd-marker"
    ODD_BOLD = "odd-bold"
    ODD_CAPTION = "odd-caption"
    DEAD_LINK = "dead-link"
    FAILING_LINK = "failing-link"
    MOVED_LINK = "moved-link"
    BLOCKED_LINK = "blocked-link"
    UNUSED_EXCEPTION = "unused-exception"
    UNKNOWN_EXCEPTION = "unknown-exception"


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule; `finds` completes "It finds ..."."""

    code: Code
    level: Level
    needs: Needs
    finds: str
    #: what `--fix` does; empty: nothing
    fix: str = ""


_E, _W, _N = Level.ERROR, Level.WARNING, Level.NOTE
_HERE, _HELD, _ASKED = Needs.NOTHING, Needs.DATABASE, Needs.LINKS

#: in the order of the guide
RULES: dict[Code, Rule] = {
    rule.code: rule
    for rule in (
        Rule(Code.UNREADABLE_ENTRY, _E, _HERE, "an item that cannot be read as an entry"),
        Rule(Code.WRONG_ID, _E, _HELD, "an entry whose ID is a paper of another title"),
        Rule(Code.SHARED_ID, _E, _HERE, "one ID on entries of different titles"),
        Rule(Code.IMPOSSIBLE_ID, _E, _HERE, "a link or number that cannot be an ID of arXiv"),
        Rule(
            Code.DUPLICATE_ID,
            _E,
            _HERE,
            "a paper twice in one section",
            "removes the later entry where both are the same text",
        ),
        Rule(Code.DUPLICATE_TITLE, _W, _HERE, "one title under two IDs, or twice in a section"),
        Rule(
            Code.CONTRADICTORY_SECTIONS,
            _W,
            _HERE,
            "a paper in two sections that exclude each other, such as LLM-based and Non-LLM-based",
        ),
        Rule(Code.SEVERAL_SECTIONS, _N, _HERE, "a paper in several sections"),
        Rule(Code.SEVERAL_IDS, _W, _HERE, "an entry whose links lead to different papers"),
        Rule(Code.NO_ID, _N, _HERE, "an entry without an arXiv ID"),
        Rule(
            Code.VERSIONED_LINK,
            _W,
            _HERE,
            "a link to one version, which does not show later ones",
            "removes the version",
        ),
        Rule(Code.BADGE_MISMATCH, _W, _HERE, "a badge that shows another ID than its link"),
        Rule(Code.STALE_CITATION, _N, _HERE, "a citation badge of 0 for a paper over a year old"),
        Rule(Code.DATE_OFF, _W, _HERE, "a date two months or more off the ID's month"),
        Rule(Code.IMPOSSIBLE_DATE, _W, _HERE, "a date that does not exist, such as 31 Feb 2024"),
        Rule(Code.MISSING_CODE, _W, _HELD, "no code link although the abstract names one"),
        Rule(
            Code.DEAD_ANCHOR,
            _E,
            _HERE,
            "a link to a place of the page that does not exist",
            "corrects it where one heading fits",
        ),
        Rule(Code.UNKNOWN_TAG, _N, _HERE, "a tag that the list's text names and no entry has"),
        Rule(Code.WITHDRAWN, _E, _HELD, "a paper withdrawn at arXiv"),
        Rule(Code.NOW_PUBLISHED, _N, _HELD, "a paper published since, without its venue"),
        Rule(Code.RENAMED, _N, _HELD, "a paper that has another title at arXiv by now"),
        Rule(
            Code.ODD_DATE,
            _W,
            _HERE,
            "a date in another form than the file's other dates",
            "rewrites it where day and month are certain",
        ),
        Rule(Code.ODD_MARKER, _W, _HERE, "a bullet of another sign than the file's others"),
        Rule(Code.ODD_BOLD, _W, _HERE, "a title that is bold, or not, unlike the file's others"),
        Rule(Code.ODD_CAPTION, _W, _HERE, "a link captioned unlike the file's other ones"),
        Rule(Code.DEAD_LINK, _E, _ASKED, "a link that failed in several calls in a row"),
        Rule(Code.FAILING_LINK, _N, _ASKED, "a link that failed, but not often enough to be dead"),
        Rule(Code.MOVED_LINK, _W, _ASKED, "a link whose page moved for good"),
        Rule(Code.BLOCKED_LINK, _N, _ASKED, "a link whose server does not answer programs"),
        Rule(Code.UNUSED_EXCEPTION, _N, _HERE, "an exception that excuses nothing"),
        Rule(Code.UNKNOWN_EXCEPTION, _W, _HERE, "an exception that names no rule"),
    )
}
