"""Draft a taxonomy from the headings of a curated list; every guess begins with "Draft:"."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from classifiers.text import tokens
from config.errors import UsageError
from config.headings import clean_heading, heading_key
from config.taxonomy import Taxonomy, parse_taxonomy
from config.visible import one_line
from pipeline.curated.links import without_links
from pipeline.curated.types import CuratedList, Entry, UnreadableEntry
from pipeline.taxonomy.draft_cues import distinctive
from pipeline.taxonomy.draft_labels import Labels, labels_of, vocabulary_fits
from pipeline.taxonomy.draft_names import slug, slug_or, unique, without_numbers
from pipeline.taxonomy.draft_text import DraftedLabel, DraftedSection, draft_text

_EMPTY_WORDS = frozenset({"general", "misc", "miscellaneous", "other", "others", "paper", "papers"})
_NO_LABELS = Labels(None, None, None, whole=False)


@dataclass(frozen=True, slots=True)
class Draft:
    """A drafted taxonomy, and what was left out of it."""

    text: str
    taxonomy: Taxonomy
    list_title: str | None
    entries: dict[str, int]
    #: lines of entries without a heading above them
    unplaced_lines: tuple[int, ...]
    built_in_labels: bool


@dataclass(frozen=True, slots=True)
class _Leaf:
    """A heading with entries of its own."""

    headings: tuple[str, ...]
    #: below the list's title, without emoji
    path: tuple[str, ...]
    #: the first heading in which leaves differ
    group: str
    titles: tuple[str, ...]
    labels: Labels = _NO_LABELS


def draft_taxonomy(curated: CuratedList, vocabulary: Taxonomy, *, name: str) -> Draft:
    """Return a taxonomy with a section for every heading that has entries, in the list's order.

    If most headings name the vocabulary's labels, these are used; otherwise each first-level
    heading becomes a task. `name` is the title if the list has none.

    Raises:
        UsageError: no entry has a heading.
    """
    leaves, unplaced = _leaves(curated)
    if not leaves:
        raise UsageError(
            "No entry of the list has a heading, so there is nothing to draft from.",
            hint="An entry is a bullet that begins with a title in bold or as a link.",
        )
    list_title = _list_title(leaves)
    found = [labels_of(leaf.path, vocabulary) for leaf in leaves]
    fits = vocabulary_fits(found)
    if fits:
        leaves = [
            replace(leaf, labels=labels) if labels.whole else leaf
            for leaf, labels in zip(leaves, found, strict=True)
        ]
    tasks, others, sections = _rows(leaves, vocabulary)
    title = clean_heading(list_title) if list_title else name
    text = draft_text(title, list_title, tasks, others, sections)
    return Draft(
        text=text,
        taxonomy=parse_taxonomy(text, "the draft"),
        list_title=list_title,
        entries={s.id: len(leaf.titles) for s, leaf in zip(sections, leaves, strict=True)},
        unplaced_lines=unplaced,
        built_in_labels=fits,
    )


def _leaves(curated: CuratedList) -> tuple[list[_Leaf], tuple[int, ...]]:
    titles: defaultdict[tuple[str, ...], list[str]] = defaultdict(list)
    written: dict[tuple[str, ...], tuple[str, ...]] = {}
    unplaced = []
    # Unreadable entries count too; `bootstrap` lists them.
    items: list[tuple[Entry | UnreadableEntry, str]] = [(e, e.title) for e in curated.entries]
    items += [(item, without_links(item.text)[1]) for item in curated.unreadable]
    for item, title in sorted(items, key=lambda found: found[0].line):
        key = tuple(heading_key(heading) for heading in item.headings)
        if key and all(key):
            titles[key].append(title)
            written.setdefault(key, item.headings)
        else:
            unplaced.append(item.line)
    if not titles:
        return [], tuple(unplaced)
    shared = _shared(list(titles))
    strip = 1 if shared and min(map(len, titles)) > 1 else 0
    leaves = []
    words = without_numbers(
        clean_heading(heading) for key in titles for heading in written[key][strip:]
    )
    for key, of_key in titles.items():
        cleaned = (clean_heading(heading) for heading in written[key])
        path = tuple(words.get(heading, heading) for heading in cleaned)
        group = path[min(shared, len(path) - 1)]
        leaves.append(_Leaf(written[key], path[strip:], group, tuple(of_key)))
    return leaves, tuple(unplaced)


def _shared(keys: Sequence[tuple[str, ...]]) -> int:
    limit = min(map(len, keys)) - 1
    shared = 0
    while shared < limit and len({key[shared] for key in keys}) == 1:
        shared += 1
    return shared


def _list_title(leaves: Sequence[_Leaf]) -> str | None:
    first = leaves[0]
    return first.headings[0] if len(first.path) < len(first.headings) else None


def _rows(
    leaves: Sequence[_Leaf], vocabulary: Taxonomy
) -> tuple[list[DraftedLabel], list[DraftedLabel], list[DraftedSection]]:
    kept = _kept_labels(leaves, vocabulary)
    own = list(dict.fromkeys(leaf.group for leaf in leaves if leaf.labels is _NO_LABELS))
    by_group = {
        group: [title for leaf in leaves if leaf.group == group for title in leaf.titles]
        for group in own
    }
    group_cues = distinctive(by_group)
    wanted = [slug_or(group, group_cues[group]) for group in own]
    names = unique(wanted, taken=[row.name for row in kept])
    task_of = dict(zip(own, names, strict=True))
    generic = [
        DraftedLabel(
            facet="task",
            name=task_of[group],
            definition=_definition([group], by_group[group]),
            cues=_cues(group, group_cues[group], task_of[group]),
            title=group,
        )
        for group in own
    ]
    tasks = [row for row in kept if row.facet == "task"] + generic
    carries = {row.name: row.carries for row in tasks}
    sections = _sections(leaves, task_of, carries)
    return tasks, [row for row in kept if row.facet != "task"], sections


def _kept_labels(leaves: Sequence[_Leaf], vocabulary: Taxonomy) -> list[DraftedLabel]:
    used = {
        (facet, name)
        for leaf in leaves
        for facet in ("task", "modality", "technique")
        if (name := getattr(leaf.labels, facet)) is not None
    }
    facets = {facet for facet, _ in used}
    return [
        DraftedLabel(
            facet=facet.name,
            name=label.name,
            definition=label.definition,
            cues=label.cues,
            title=label.names["en"],
            carries=tuple(carried for carried in label.carries if carried in facets),
        )
        for facet in vocabulary.facets
        for label in facet.labels
        if (facet.name, label.name) in used
    ]


def _sections(
    leaves: Sequence[_Leaf], task_of: dict[str, str], carries: dict[str, tuple[str, ...]]
) -> list[DraftedSection]:
    joined = [_joined(leaf, task_of) for leaf in leaves]
    whole = [
        all(getattr(leaf.labels, facet) for facet in carries[labels[0]])
        for leaf, labels in zip(leaves, joined, strict=True)
    ]
    times = Counter(map(tuple, joined))
    plain = [
        complete and times[tuple(labels)] == 1
        for complete, labels in zip(whole, joined, strict=True)
    ]
    cues = distinctive({str(n): leaf.titles for n, leaf in enumerate(leaves)})
    taken = ["-".join(labels) for labels, is_plain in zip(joined, plain, strict=True) if is_plain]
    special = [
        slug(_below(leaf, labels[0], cues[str(n)])) for n, (leaf, labels, is_plain)
        in enumerate(zip(leaves, joined, plain, strict=True)) if not is_plain
    ]  # fmt: skip
    chosen = iter(unique(special, taken=taken))
    ids = ["-".join(labels) if is_plain else next(chosen)
           for labels, is_plain in zip(joined, plain, strict=True)]  # fmt: skip
    headings = Counter(heading_key(leaf.path[-1]) for leaf in leaves)
    sections = []
    for leaf, id_, labels, is_plain, terms in zip(
        leaves, ids, joined, plain, cues.values(), strict=True
    ):
        alone = headings[heading_key(leaf.path[-1])] == 1
        name = leaf.path[-1] if alone else ": ".join(leaf.path[-2:])
        sections.append(
            DraftedSection(
                id=id_,
                special=not is_plain,
                headings=leaf.headings,
                task=labels[0],
                modality=leaf.labels.modality,
                technique=leaf.labels.technique,
                definition=_definition(leaf.path, leaf.titles),
                cues=_cues(leaf.path[-1] if alone else " ".join(leaf.path[-2:]), terms, id_),
                title=name,
            )
        )
    return sections


def _joined(leaf: _Leaf, task_of: dict[str, str]) -> list[str]:
    labels = leaf.labels
    task = labels.task or task_of[leaf.group]
    return [name for name in (task, labels.modality, labels.technique) if name]


def _below(leaf: _Leaf, task: str, cues: Sequence[str]) -> list[str]:
    """Return a section's task, then its headings below the group."""
    place = leaf.path.index(leaf.group)
    below = [slug([heading]) for heading in leaf.path[place + 1 :]]
    if below and not any(below):  # a script without Latin letters: use the words of its titles
        below = list(cues[:1])
    return [task, *below]


def _cues(heading: str, terms: Iterable[str], otherwise: str) -> tuple[str, ...]:
    words = tokens(heading)
    own = [] if set(words) <= _EMPTY_WORDS else [" ".join(words)]
    return tuple(dict.fromkeys([*own, *terms])) or (otherwise.replace("-", " "),)


def _definition(path: Sequence[str], titles: Sequence[str]) -> str:
    examples = " and ".join(f'"{one_line(title)}"' for title in titles[:2])
    return (
        f'Draft: papers under "{" > ".join(one_line(part) for part in path)}", such as {examples}.'
        " Say what belongs here and how it differs from its neighbours."
    )
