"""Make section IDs of headings: short, of whole words, telling the sections apart."""

import re
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

LONGEST = 60
#: words of one heading above a section's own, where an ID must be shortened
_MOST_ABOVE = 2


def slug_words(text: str) -> list[str]:
    """Return the lower-case ASCII words of a text, possibly none."""
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode()
    return re.findall(r"[a-z0-9]+", plain.lower())


_SMALL = frozenset(
    slug_words(
        "a an and are as at based by for from in into is it its of on or our over per see that the"
        " their this to toward towards under until up use using via vs we what when where which"
        " with"
    )
)


def section_ids(paths: Sequence[Sequence[str]], *, taken: Collection[str] = ()) -> list[str]:
    """Return a unique ID for each path of headings, outermost first.

    All words, if they fit into 60 characters. Else the section's own heading and, as far as there
    is room, the first words of the headings above it, the nearest first, without words that all
    sections share. Sections that would have one ID get the words in which their paths differ; a
    number only where no word differs.
    """
    every = [_words(path) for path in paths]
    frequency = Counter(word for words in every for word in words.each)
    shared = {word for word, times in frequency.items() if times == len(paths) > 1}
    ids = [_id(words, frequency, shared) for words in every]
    groups: defaultdict[str, list[int]] = defaultdict(list)
    for number, id_ in enumerate(ids):
        groups[id_].append(number)
    for alike in groups.values():
        if len(alike) > 1:
            within = Counter(word for n in alike for word in every[n].each)
            for n in alike:
                differing = [word for word in every[n].each if within[word] < len(alike)]
                ids[n] = _id(every[n], within, shared, first=differing[-2:])
    return unique(ids, taken=taken)


def unique(names: Sequence[str], *, taken: Collection[str]) -> list[str]:
    """Return unique names by numbering duplicates; an empty name becomes `section`."""
    used = set(taken)
    found = []
    for name in names:
        wanted = base = name or "section"
        number = 1
        while wanted in used:
            number += 1
            wanted = f"{base}-{number}"
        used.add(wanted)
        found.append(wanted)
    return found


@dataclass(frozen=True, slots=True)
class _Words:
    """The words of a path."""

    whole: str
    #: each once, outermost first
    each: tuple[str, ...]
    #: of the section's own heading
    own: tuple[str, ...]
    #: the first of each heading above it, the nearest heading first
    above: tuple[str, ...]


def _words(path: Sequence[str]) -> _Words:
    headings = [heading for heading in path if slug_words(heading)] or [""]
    every = [word for heading in headings for word in slug_words(heading)]
    own = slug_words(headings[-1])
    if len("-".join(own)) > LONGEST / 2:
        own = _large(own) or own
    above = [
        word
        for heading in reversed(headings[:-1])
        # "Brain: the control of an agent" is called "Brain"
        for word in _large(slug_words(heading.partition(":")[0]))[:_MOST_ABOVE]
    ]
    # Of equal words the last, so that the section's own heading stays whole.
    each = tuple(reversed(dict.fromkeys(reversed(every))))
    return _Words("-".join(every), each, tuple(own), tuple(above))


def _large(words: Sequence[str]) -> list[str]:
    return [word for word in words if word not in _SMALL]


def _id(
    words: _Words, frequency: Mapping[str, int], shared: Collection[str], first: Sequence[str] = ()
) -> str:
    if len(words.whole) <= LONGEST:
        return words.whole
    own: Sequence[str] = words.own
    if len("-".join(own)) > LONGEST:
        own = sorted(own, key=lambda word: frequency[word])
    above = [word for word in words.above if word not in shared]
    kept: set[str] = set()
    room = LONGEST
    for word in dict.fromkeys((*first, *own, *above)):
        if len(word) + bool(kept) <= room:
            room -= len(word) + bool(kept)
            kept.add(word)
    chosen = "-".join(word for word in words.each if word in kept)
    return chosen or words.whole[:LONGEST].strip("-")
