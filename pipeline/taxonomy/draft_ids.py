"""Make section IDs of headings: short, of whole words, telling the sections apart."""

import re
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Collection, Mapping, Sequence

LONGEST = 60
#: words of one heading above a section's own, where an ID must be shortened
_MOST_ABOVE = 3
#: the words of each heading, outermost first
Words = Sequence[Sequence[str]]


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


def section_ids(paths: Sequence[Words], *, taken: Collection[str] = ()) -> list[str]:
    """Return a unique ID for each path of headings.

    All words, if they fit into 60 characters. Else the section's own heading and, as far as there
    is room, words of the headings above it, the nearest first, without words that all sections
    share. Sections that would have one ID get the words in which their paths differ; a number only
    where no word differs.
    """
    frequency = Counter(word for path in paths for word in {w for words in path for w in words})
    shared = {word for word, times in frequency.items() if times == len(paths) > 1}
    ids = [_shortened(path, frequency, shared) for path in paths]
    groups: defaultdict[str, list[int]] = defaultdict(list)
    for number, id_ in enumerate(ids):
        groups[id_].append(number)
    for alike in groups.values():
        if len(alike) > 1:
            within = Counter(
                word for n in alike for word in {w for words in paths[n] for w in words}
            )
            for number in alike:
                own = [
                    word
                    for words in reversed(paths[number])
                    for word in words
                    if within[word] < len(alike)
                ]
                ids[number] = _shortened(paths[number], within, shared, first=own[:2])
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


def _shortened(
    path: Words, frequency: Mapping[str, int], shared: Collection[str], first: Sequence[str] = ()
) -> str:
    whole = "-".join(word for words in path for word in words)
    if len(whole) <= LONGEST:
        return whole
    places: dict[str, tuple[int, int]] = {}
    for depth, words in enumerate(path):
        for word in words:
            if word not in _SMALL:
                places.setdefault(word, (depth, len(places)))
    headings = [[word for word in words if word in places] for words in path if words]
    own = headings[-1] or list(path[-1])
    if len("-".join(own)) > LONGEST:
        own = sorted(own, key=lambda word: frequency[word])
    above = [
        word
        for words in reversed(headings[:-1])
        for word in [one for one in words if one not in shared][:_MOST_ABOVE]
    ]
    kept: set[str] = set()
    room = LONGEST
    for word in (*first, *own, *above):
        if word in kept or word not in places:
            continue
        if len(word) + bool(kept) > room:
            # Whole words of the headings above are left out together with those beyond them.
            if kept and word in above:
                break
            continue
        room -= len(word) + bool(kept)
        kept.add(word)
    chosen = sorted(kept, key=lambda word: places[word])
    return "-".join(chosen) or whole[:LONGEST].strip("-")
