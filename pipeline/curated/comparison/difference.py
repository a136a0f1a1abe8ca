"""Find the words in which two titles differ, spelling aside."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher

from pipeline.curated.comparison.plain_words import PLAIN_WORDS
from pipeline.curated.comparison.words import PART_WORDS, Title

#: words that carry no meaning of their own
STOP_WORDS = frozenset(
    [
        "a",
        "an",
        "the",
        "of",
        "for",
        "on",
        "in",
        "with",
        "via",
        "by",
        "using",
        "to",
        "toward",
        "and",
        "as",
        "at",
        "from",
        "into",
        "is",
        "be",
        "it",
        "their",
        "our",
        "we",
        "through",
    ]
)
#: kinds of papers: a survey of a method is not the method
GENRES = frozenset(
    [
        "survey",
        "review",
        "overview",
        "tutorial",
        "benchmark",
        "dataset",
        "challenge",
        "competition",
        "report",
        "technical",
        "perspective",
        "position",
        "supplement",
        "supplementary",
        "appendix",
        "erratum",
        "correction",
        "comment",
        "reply",
        "response",
        "proceeding",
        "workshop",
        "introduction",
        "primer",
        "roadmap",
    ]
)
_NEGATIONS = frozenset(["not", "no", "non", "without", "free"])
#: words in whose place another makes another paper
SUBJECTS = frozenset(
    [
        "image",
        "video",
        "audio",
        "speech",
        "text",
        "music",
        "sound",
        "motion",
        "scene",
        "object",
        "face",
        "human",
        "language",
        "visual",
        "vision",
        "multimodal",
        "multi",
        "modal",
        "single",
        "cross",
    ]
)
_SUFFIXES = frozenset(
    ("", "e", "ed", "er", "or", "ing", "ion", "ive", "able", "lable", "ment", "al", "ity", "ic",
     "ly", "ation", "ition", "ations", "y", "ism", "ist", "ful", "ness")
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Difference:
    """Two titles word by word, without words that carry no meaning."""

    one: Title
    other: Title
    #: words of both, in order
    same: tuple[str, ...]
    #: words that only one has, and only the other has
    left: tuple[str, ...]
    right: tuple[str, ...]
    #: indices of these words, and of words without meaning among them
    left_places: tuple[int, ...]
    right_places: tuple[int, ...]


def content(words: Sequence[str]) -> tuple[str, ...]:
    """Return the words that carry meaning."""
    return tuple(word for word in words if word not in STOP_WORDS)


def is_number(word: str) -> bool:
    """Say whether it is a number or a single letter, as in `Kettle-2` and `Kettle-X`."""
    return word.isdecimal() or (len(word) == 1 and word.isascii())


def is_decisive(word: str) -> bool:
    """Say whether a paper that has the word besides the same words is another one."""
    return is_number(word) or word in GENRES or word in PART_WORDS or word in _NEGATIONS


def is_plain(word: str) -> bool:
    """Say whether many titles have the word."""
    return word in PLAIN_WORDS or word in GENRES or word in SUBJECTS or word in STOP_WORDS


def compare_words(one: Title, other: Title) -> Difference:
    """Align two titles; joined, split, misspelt, inflected and abbreviated words agree."""
    same: list[str] = []
    left: list[int] = []
    right: list[int] = []
    matcher = SequenceMatcher(None, one.words, other.words, autojunk=False)
    for _, start, end, other_start, other_end in matcher.get_opcodes():
        mine, theirs = one.words[start:end], other.words[other_start:other_end]
        if mine == theirs:
            same += content(mine)
            continue
        kept, kept_theirs = _reconciled(mine, theirs)
        same += content([mine[place] for place in sorted(kept)])
        left += [start + n for n in range(len(mine)) if n not in kept]
        right += [other_start + n for n in range(len(theirs)) if n not in kept_theirs]
    return Difference(
        one, other, tuple(same),
        content([one.words[n] for n in left]), content([other.words[n] for n in right]),
        tuple(left), tuple(right),
    )  # fmt: skip


def _reconciled(mine: Sequence[str], theirs: Sequence[str]) -> tuple[set[int], set[int]]:
    """Return the places of words that are the same but for spelling."""
    kept: set[int] = set()
    kept_theirs: set[int] = set()
    for n, word in enumerate(mine):
        for span in _spans(word, theirs, kept_theirs):
            kept.add(n)
            kept_theirs.update(span)
            break
    for n, word in enumerate(theirs):
        if n not in kept_theirs:
            for span in _spans(word, mine, kept):
                kept_theirs.add(n)
                kept.update(span)
                break
    return kept, kept_theirs


def _spans(word: str, words: Sequence[str], taken: set[int]) -> Iterator[range]:
    """Yield places in `words` that say the same as one word, alone or as several."""
    for start in range(len(words)):
        if start in taken:
            continue
        if alike(word, words[start]):
            yield range(start, start + 1)
        joined = initials = ""
        for end in range(start, min(start + 6, len(words))):
            if end in taken:
                break
            joined += words[end]
            initials += words[end][0]
            may_abbreviate = len(word) > 1 and word.startswith(initials)
            if len(joined) > len(word) + 1 and not may_abbreviate:
                break
            if end > start and (
                joined in {word, f"{word}s"}
                or f"{joined}s" == word
                or (may_abbreviate and initials == word)
            ):
                yield range(start, end + 1)


def alike(one: str, other: str) -> bool:
    """Say whether two words differ by one slip or by an ending only."""
    if one == other:
        return True
    if not (one.isalpha() and other.isalpha()):
        return False
    shared = 0
    for a, b in zip(one, other, strict=False):
        if a != b:
            break
        shared += 1
    if shared >= 5 and {one[shared:], other[shared:]} <= _SUFFIXES:
        return True
    return _one_slip(one, other, shared)


def _one_slip(one: str, other: str, shared: int) -> bool:
    """A letter too many, too few or changed, or two in the wrong order, inside a long word."""
    if (
        min(len(one), len(other)) < 5
        or max(len(one), len(other)) < 6
        or one[-1] != other[-1]
        or not shared
    ):
        return False
    rest, other_rest = one[shared:], other[shared:]
    if rest[:2] == other_rest[1::-1] and rest[2:] == other_rest[2:]:
        return True
    return other_rest[1:] in {rest, rest[1:]} or rest[1:] == other_rest


def is_swap(one: str, other: str) -> bool:
    """Say whether two neighbouring letters have changed places, and nothing else."""
    if len(one) != len(other):
        return False
    places = [n for n, (a, b) in enumerate(zip(one, other, strict=True)) if a != b]
    if len(places) != _SWAPPED or places[1] != places[0] + 1:
        return False
    pair, other_pair = (text[places[0] : places[1] + 1] for text in (one, other))
    return pair == other_pair[::-1] and pair.isalpha()


_SWAPPED = 2
