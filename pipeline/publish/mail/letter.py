"""Write what a mail says to one reader: the plain and the HTML text of the same papers.

Mail programs cut a mail after about 100 kB, and with it the link to unsubscribe. So a letter is
shortened until the whole mail fits, and says what it leaves out and where that is.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from importlib.resources import files
from tomllib import loads

from jinja2 import Environment, PackageLoader, StrictUndefined

from config.look.values import look
from config.visible import visible
from pipeline.publish.digest.escape import Markdown
from pipeline.publish.digest.fit import NO_CLAIMS, NO_FIXES, WHOLE, Cut
from pipeline.publish.digest.paragraphs import ruled, wrapped
from pipeline.publish.digest.render import view_of
from pipeline.publish.digest.types import Digest, Entry, Group
from pipeline.publish.digest.view import View
from pipeline.publish.digest.words import Words, load_words
from pipeline.publish.mail.issue_record import MailIssue, Texts
from pipeline.publish.suggest import answers
from storage.paper_key import key_label

#: bytes of a whole mail; Gmail cuts after 102 kB
MOST_BYTES = 102_400


@dataclass(frozen=True, slots=True)
class Reader:
    """What a mail depends on beside the issue."""

    language: str
    #: section IDs; empty: all
    sections: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Links:
    """Addresses that differ from reader to reader."""

    unsubscribe: str
    preferences: str


@dataclass(frozen=True, slots=True)
class Part:
    """One issue within a letter."""

    digest: Digest
    view: View
    texts: Texts
    heading: str
    #: the page that has all of the issue's papers, and the text of the link
    url: str
    all_here: str
    notices: tuple[str, ...]
    cut: Cut
    names: Mapping[tuple[str, str], Mapping[str, str]]

    def group_name(self, group: Group) -> str:
        """Return a group's heading, as in the issue."""
        named = self.names[group.kind, group.key]
        return named.get(self.view.words.code) or self.view.group_name(group)

    def counted(self, group: Group) -> int:
        """Return how many of a group's papers are for this reader."""
        return len(group.entries)


@dataclass(frozen=True, slots=True)
class Letter:
    """What the templates of a mail render."""

    subject: str
    preheader: str
    survey: str
    parts: tuple[Part, ...]
    unsubscribe: str
    preferences: str
    editor: str
    postal_address: str
    #: what readers can say, and where: key of the text, address
    answers: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Written:
    """A letter as text."""

    subject: str
    html: str
    text: str
    #: arXiv IDs of the listed papers that are shown, in order
    papers: tuple[str, ...]
    #: papers for this reader that are left out
    left_out: int


def has_something_for(issues: Sequence[MailIssue], reader: Reader) -> bool:
    """Return whether a letter would have a paper for a reader who chose sections."""
    return not reader.sections or any(
        _chosen(entry, reader) for issue in issues for entry in issue.digest.entries
    )


def cuts(issues: Sequence[MailIssue]) -> tuple[Cut, ...]:
    """Return the ways of shortening a letter, the longest letter first."""
    longest = max(
        (
            len(those)
            for issue in issues
            for those in (
                issue.digest.withdrawn,
                issue.digest.corrections,
                *(group.entries for group in issue.digest.groups),
            )
        ),
        default=0,
    )
    fewer = (replace(NO_CLAIMS, papers=n) for n in range(longest, -1, -1))
    return (WHOLE, NO_FIXES, NO_CLAIMS, *fewer)


def best_cut(
    issues: Sequence[MailIssue], size: Callable[[Cut], int], most: int = MOST_BYTES
) -> Cut:
    """Return the least shortening with which a mail has at most so many bytes, else the most.

    Args:
        issues: in the letter.
        size: bytes of the mail with a shortening; the more is left out, the fewer.
        most: bytes of the mail.
    """
    ways = cuts(issues)
    fits, too_long = len(ways) - 1, -1
    for quick in (0, 1, 2):  # nearly always one of the first
        if size(ways[quick]) <= most:
            return ways[quick]
        too_long = quick
    while fits - too_long > 1:
        middle = (fits + too_long) // 2
        if size(ways[middle]) <= most:
            fits = middle
        else:
            too_long = middle
    return ways[fits]


def write_letter(
    issues: Sequence[MailIssue],
    reader: Reader,
    links: Links,
    *,
    cut: Cut = WHOLE,
    month: tuple[int, int] | None = None,
    postal_address: str = "",
) -> Written:
    """Return a letter in both forms.

    Args:
        issues: one, or those of a month in order.
        reader: language and chosen sections.
        links: of this reader.
        cut: what is left out.
        month: year and month, of a letter with the issues of a month.
        postal_address: printed below.
    """
    first = issues[0]
    words = mail_words(first.language(reader.language))
    parts = tuple(_part(issue, reader, words, cut, named=month is not None) for issue in issues)
    subject, preheader = parts[0].texts.subject, parts[0].texts.preheader
    if month is not None:
        subject, preheader = _of_month(issues, words, month)
    letter = Letter(
        subject=subject,
        preheader=preheader,
        survey=first.digest.survey_title,
        parts=parts,
        unsubscribe=links.unsubscribe,
        preferences=links.preferences,
        editor=first.digest.colophon.editor,
        postal_address=postal_address,
        answers=tuple(answers(first.digest.colophon.suggest_url)),
    )
    given = {"letter": letter, "words": words, "say": words.say}
    shown = [
        entry.arxiv_id
        for part in parts
        for group in part.digest.groups
        for entry in part.cut.shown(group.entries)
    ]
    return Written(
        subject,
        _environment("html").get_template("mail.html.j2").render(given),
        _environment("txt").get_template("mail.txt.j2").render(given),
        tuple(shown),
        sum(len(part.digest.entries) for part in parts) - len(shown),
    )


@cache
def mail_words(language: str) -> Words:
    """Return the phrases of a mail: those of the digest and its own."""
    words = load_words(language)
    own = files("pipeline.publish.mail") / "templates" / f"words.{language}.toml"
    return replace(words, texts={**words.texts, **loads(own.read_text(encoding="utf-8"))})


def _part(issue: MailIssue, reader: Reader, words: Words, cut: Cut, *, named: bool) -> Part:
    whole = issue.digest
    digest = _for_reader(whole, reader)
    texts = issue.texts[words.code]
    view = view_of(digest, words.code, languages=tuple(issue.texts), cut=cut)
    heading = texts.heading
    if named:
        heading = words.say("issue_heading", week=whole.week, heading=heading)
    all_here = words.say("all_here_none")
    if whole.papers:
        all_here = words.count("all_here", whole.papers)
    notices = [words.say("preliminary")] if whole.preliminary else []
    if issue.taken_back:
        notices.append(words.count("taken_back", issue.taken_back))
    if reader.sections and whole.papers:
        own = len(digest.entries)
        notices.append(words.count("chosen", own) if own else words.say("chosen_none"))
    left_out = sum(cut.left_out(len(group.entries)) for group in digest.groups)
    if left_out:
        notices.append(words.count("short_papers", left_out))
    elif cut.claims:
        notices.append(words.say("short_claims"))
    return Part(
        digest=digest,
        view=view,
        texts=texts,
        heading=heading,
        url=view.issue_url(view.stem, issue.page_suffix(view.stem)),
        all_here=all_here,
        notices=tuple(notices),
        cut=cut,
        names=issue.headings,
    )


def _for_reader(digest: Digest, reader: Reader) -> Digest:
    """Return the issue with the papers of the chosen sections only; its numbers stay."""
    if not reader.sections:
        return digest
    groups = (
        Group(group.kind, group.key, tuple(e for e in group.entries if _chosen(e, reader)))
        for group in digest.groups
    )
    return replace(
        digest,
        groups=tuple(group for group in groups if group.entries),
        highlights=tuple(one for one in digest.highlights if _chosen(one.entry, reader)),
    )


def _chosen(entry: Entry, reader: Reader) -> bool:
    return not set(reader.sections).isdisjoint(entry.sections)


def _of_month(issues: Sequence[MailIssue], words: Words, month: tuple[int, int]) -> tuple[str, str]:
    """Return subject and preheader of the issues of a month."""
    year, number = month
    named = words.say("month", month=words.months[number - 1], year=year)
    survey = issues[0].digest.survey_title
    total = sum(issue.digest.papers for issue in issues)
    papers = words.count("papers", total)
    weeks = words.listing([str(issue.digest.week) for issue in issues])
    key = "month_subject" if total else "month_subject_empty"
    return (
        words.say(key, survey=survey, papers=papers, month=named),
        words.count("month_preheader", len(issues), papers=papers, weeks=weeks),
    )


@cache
def _environment(form: str) -> Environment:
    environment = Environment(
        loader=PackageLoader("pipeline.publish.mail", "templates"),
        autoescape=form == "html",  # noqa: S701  # the other form is plain text
        finalize=lambda value: visible(value) if type(value) is str else value,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    environment.globals["look"] = look()
    environment.filters["key_label"] = key_label
    environment.filters["verbatim"] = Markdown
    environment.filters["wrapped"] = lambda text, first="", rest="": Markdown(
        wrapped(visible(text), first=first, rest=rest)
    )
    environment.filters["ruled"] = lambda text, mark: Markdown(ruled(visible(text), mark))
    return environment
