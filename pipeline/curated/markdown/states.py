"""Say what each block is by itself: an entry with its title, fields of one, or text."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import Enum, auto

from pipeline.curated.agreement import Known
from pipeline.curated.comparison.words import words_of
from pipeline.curated.markdown.blocks import Kind
from pipeline.curated.markdown.candidates import Candidate
from pipeline.curated.markdown.evidence import Evidence, find_evidence
from pipeline.curated.markdown.inline_tokens import Style as Mark
from pipeline.curated.markdown.likeness import likeness
from pipeline.curated.markdown.links import is_paper_caption
from pipeline.curated.markdown.reading import Reading, Reference
from pipeline.curated.markdown.style import Style

#: from here on a text is a title without doubt
SURE = 0.8
#: two words in bold or as a link
_LIKELY = 0.45
_LEADS_IN = re.compile(r"\w['-]*+\s++[a-z][a-z'-]++\s*+$|^[\s\-+*]*+[a-z]{2,}+\s*+$")
_LOWER_BEFORE = re.compile(r"(?<![a-z])[a-z]{2,}+[ \t]*+$")
_LONGEST_PARAGRAPH = 80
#: words that lead to a link in prose
_LEADING_WORDS = 4
#: possible titles and links compared with each other, so that long blocks take linear time
_READ = 50


class State(Enum):
    """What a block is by itself."""

    #: names a paper and has its title
    PAPER = auto()
    #: names a paper, and its title is doubtful
    DOUBTFUL = auto()
    #: names a paper without a title
    FIELD = auto()
    #: prose that names a paper
    PROSE = auto()
    TEXT = auto()


@dataclass(frozen=True, slots=True)
class Anchor:
    """One paper of a block: its title and the links that are its own."""

    title: Candidate
    claims: tuple[Reference, ...]


@dataclass(frozen=True, slots=True)
class Judged:
    """A block with its state and its papers."""

    reading: Reading
    state: State
    #: the likeliest first
    ranked: tuple[Candidate, ...]
    anchors: tuple[Anchor, ...]
    #: links to other works
    mentions: tuple[Reference, ...]
    evidence: tuple[Evidence, ...]

    @property
    def best(self) -> Candidate | None:
        """The likeliest title."""
        return self.ranked[0] if self.ranked else None


def judge(reading: Reading, style: Style, known: Mapping[str, Known]) -> Judged:
    """Judge a block by itself."""
    ranked = tuple(style.ranked(reading.candidates))
    evidence = find_evidence(reading.inline.words, _ids(reading.references), known)
    proven = [one for one in ranked for sure in evidence if sure.proves(one.text)]
    if evidence and not proven:
        proven = [_known_title(ranked, evidence[0])]
    if proven:
        ranked = (*dict.fromkeys(proven), *(one for one in ranked if one not in proven))
    state = _state(reading, ranked, proven=bool(evidence))
    anchors, mentions = _anchors(reading, ranked, evidence)
    return Judged(reading, state, ranked, anchors, mentions, evidence)


def _known_title(ranked: Sequence[Candidate], sure: Evidence) -> Candidate:
    """Return arXiv's title, which stands in the words, in the place of the likeliest text."""
    place = (ranked[0].start, ranked[0].end) if ranked else (0, 0)
    return Candidate(sure.title, "known", *place, 1.0)


def _ids(references: Sequence[Reference]) -> list[str]:
    return [one.arxiv_id.base for one in references if one.arxiv_id]


def _state(reading: Reading, ranked: Sequence[Candidate], *, proven: bool) -> State:
    if not reading.references:
        return State.TEXT
    if proven:
        return State.PAPER
    if not ranked:
        return State.FIELD
    best = ranked[0]
    if reading.block.kind is Kind.ROW:
        return State.PAPER
    if _is_prose(reading, best):
        return State.PROSE
    if best.likeness >= (_LIKELY if best.strong else SURE):
        return State.PAPER
    if best.key.startswith("link to paper"):
        return State.PAPER
    return State.DOUBTFUL


def _is_prose(reading: Reading, best: Candidate) -> bool:
    before = _text_before(reading, best.start)
    if best.strong:
        return _LEADS_IN.search(before) is not None
    texts = [one for one in reading.references if one.text]
    if reading.block.kind is Kind.PARAGRAPH and (
        len(reading.inline.words.split()) > _LONGEST_PARAGRAPH or texts
    ):
        return True
    first = reading.references[0]
    before = _text_before(reading, first.start).rstrip("\n ")
    if reading.block.kind is Kind.PARAGRAPH and best.likeness < SURE and first.url:
        caption = before.rpartition(" ")[2]
        if first.url == reading.text[first.start : first.end] and before[-1:].isalpha():
            return not is_paper_caption(caption)
    return bool(first.text) and _LEADS_IN.search(_text_before(reading, first.start)) is not None


def _text_before(reading: Reading, place: int) -> str:
    """Return the plain text right before a place."""
    before = [mark for mark in reading.inline.of(Mark.PLAIN) if mark.start < place]
    if not before:
        return ""
    last = before[-1]
    between = any(
        last.end <= mark.start and mark.end <= place
        for mark in reading.inline.marks
        if mark.style is not Mark.PLAIN and mark.text
    )
    cut = max(0, last.end - place)
    return "" if between else last.text[: len(last.text) - cut] if cut else last.text


def _anchors(
    reading: Reading, ranked: Sequence[Candidate], evidence: Sequence[Evidence]
) -> tuple[tuple[Anchor, ...], tuple[Reference, ...]]:
    """Give each link to the title it belongs to, and tell links to other works."""
    if not ranked:
        return (), tuple(one for one in reading.references[:_READ] if _is_led_to(reading, one))
    best = ranked[0]
    titles = [best]
    for one in ranked[1:_READ]:
        alike = (
            one.strong
            and one.likeness >= SURE
            and (_family(one) == _family(best) or one.key.startswith("link to paper"))
        )
        apart = all(one.end <= other.start or other.end <= one.start for other in titles)
        if apart and (alike or any(sure.proves(one.text) for sure in evidence)):
            titles.append(one)
    titles.sort(key=lambda one: one.start)
    claims: dict[Candidate, list[Reference]] = {one: [] for one in titles}
    owners = _owners(reading.references, titles, best, evidence)
    mentions = []
    proven_ids = {sure.arxiv_id for sure in evidence}
    for number, reference in enumerate(reading.references):
        owner = owners[number]
        own = owner.start <= reference.start and reference.end <= owner.end
        known = reference.arxiv_id is not None and reference.arxiv_id.base in proven_ids
        may = bool(reference.text) and not own and not known and number < _READ
        if may and _is_mention(reading, reference):
            mentions.append(reference)
        else:
            claims[owner].append(reference)
    anchors: list[Anchor] = []
    seen: set[str] = set()
    for title in titles:
        found = claims[title]
        targets = {one.arxiv_id.base if one.arxiv_id else one.url for one in found}
        if not found and (title is not best or any(claims.values())):
            continue
        if anchors and targets <= seen:
            anchors[-1] = Anchor(anchors[-1].title, (*anchors[-1].claims, *found))
            continue
        seen |= targets
        anchors.append(Anchor(title, tuple(found)))
    return tuple(anchors), tuple(mentions)


def _owners(
    references: Sequence[Reference],
    titles: Sequence[Candidate],
    best: Candidate,
    evidence: Sequence[Evidence],
) -> list[Candidate]:
    """Return the title of each link: the one it is known for, of its place in order, or before."""
    ids = {one.arxiv_id.base for one in references if one.arxiv_id}
    apart = len(titles) > 1 and bool(references) and titles[-1].end <= references[0].start
    paired = apart and len(ids) == len(references) == len(titles)
    by_words = {words_of(title.text): title for title in titles} if evidence else {}
    proven = {sure.arxiv_id: by_words.get(sure.key) for sure in evidence}
    owners = []
    for number, one in enumerate(references):
        known = proven.get(one.arxiv_id.base) if one.arxiv_id else None
        before = next((title for title in reversed(titles) if title.start <= one.start), titles[0])
        by_place = titles[number] if paired else best if apart else before
        owners.append(known or by_place)
    return owners


def _family(candidate: Candidate) -> str:
    return candidate.key.removesuffix(" in column").removesuffix(" later")


def _is_led_to(reading: Reading, reference: Reference) -> bool:
    """Recognise `compares with the method of https://...`."""
    before = _text_before(reading, reference.start)
    led = len(before.split()) >= _LEADING_WORDS and _LOWER_BEFORE.search(before) is not None
    return led and not is_paper_caption(before.split()[-1])


def _is_mention(reading: Reading, reference: Reference) -> bool:
    """Recognise `extends [the bells paper](...)`: words lead to the link."""
    before = _text_before(reading, reference.start)
    return likeness(reference.text) < SURE and _LOWER_BEFORE.search(before) is not None
