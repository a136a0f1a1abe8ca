"""Draft a taxonomy from the headings of a curated list; every guess begins with "Draft:"."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from classifiers.text import tokens
from config.headings import heading_key
from config.taxonomy import Taxonomy, parse_taxonomy
from config.visible import one_line
from config.when import When
from pipeline.curated.types import CuratedList
from pipeline.taxonomy.draft_cues import distinctive
from pipeline.taxonomy.draft_ids import section_ids, slug_words
from pipeline.taxonomy.draft_labels import labels_of, vocabulary_fits
from pipeline.taxonomy.draft_leaves import Leaf, LeftOut, Place, find_leaves
from pipeline.taxonomy.draft_names import Names, joined, names_of
from pipeline.taxonomy.draft_refusal import nothing_to_draft, refuse_other_formats
from pipeline.taxonomy.draft_text import DraftedLabel, DraftedSection, draft_text

#: share of a list's entries that must be papers
_LEAST_PAPERS = 0.1
_EMPTY_WORDS = frozenset({"general", "misc", "miscellaneous", "other", "others", "paper", "papers"})


@dataclass(frozen=True, slots=True)
class Dated:
    """A section whose papers stand under headings that say when."""

    section: str
    by_date: When
    headings: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Draft:
    """A drafted taxonomy, and what was left out of it."""

    text: str
    taxonomy: Taxonomy
    #: the list's name, if it has one
    title: str | None
    #: by section ID, in the list's order
    entries: dict[str, int]
    dated: tuple[Dated, ...]
    #: headings whose entries carry no paper
    left_out: tuple[LeftOut, ...]
    #: papers without a heading above them
    unplaced: tuple[Place, ...]
    built_in_labels: bool


def draft_taxonomy(curated: CuratedList, vocabulary: Taxonomy, *, name: str) -> Draft:
    """Return a taxonomy with a section for every heading that has papers, in the list's order.

    Headings that say when are folded into the headings above or below them. If most headings name
    the vocabulary's labels, these are used; otherwise each first-level heading becomes a task.
    `name` is the title if the list has none.

    Raises:
        NothingToDraftError: a file is not Markdown, no paper of the list has a heading, or hardly
            an entry is a paper.
    """
    refuse_other_formats(curated)
    found = find_leaves(curated, name=name)
    if not found.leaves or found.papers < _LEAST_PAPERS * (found.papers + found.others):
        raise nothing_to_draft(curated, found)
    leaves = found.leaves
    # The list's own name names no label: most lists are called a survey of something.
    labelled = [labels_of(() if leaf.whole else leaf.path, vocabulary) for leaf in leaves]
    fits = vocabulary_fits(labelled)
    if fits:
        leaves = tuple(
            replace(leaf, labels=labels) if labels.whole else leaf
            for leaf, labels in zip(leaves, labelled, strict=True)
        )
    names = names_of(list(dict.fromkeys(heading for leaf in leaves for heading in leaf.path)))
    tasks, others, sections = _rows(leaves, vocabulary, names)
    text = draft_text(found.title or name, found.list_titles, tasks, others, sections)
    return Draft(
        text=text,
        taxonomy=parse_taxonomy(text, "the draft"),
        title=found.title,
        entries={s.id: len(leaf.titles) for s, leaf in zip(sections, leaves, strict=True)},
        dated=tuple(Dated(s.id, s.by_date, s.dates) for s in sections if s.by_date),
        left_out=found.left_out,
        unplaced=found.unplaced,
        built_in_labels=fits,
    )


def _rows(
    leaves: Sequence[Leaf], vocabulary: Taxonomy, names: Mapping[str, Names]
) -> tuple[list[DraftedLabel], list[DraftedLabel], list[DraftedSection]]:
    kept = _kept_labels(leaves, vocabulary)
    own = list(dict.fromkeys(leaf.group for leaf in leaves if not leaf.has_labels))
    by_group = {
        group: [title for leaf in leaves if leaf.group == group for title in leaf.titles]
        for group in own
    }
    group_cues = distinctive(by_group)
    named = [[group if slug_words(group) else _first(group_cues[group])] for group in own]
    task_names = section_ids(named, taken=[row.name for row in kept])
    task_of = dict(zip(own, task_names, strict=True))
    generic = [
        DraftedLabel(
            facet="task",
            name=task_of[group],
            definition=_definition([group], by_group[group]),
            cues=_cues(group, group_cues[group], task_of[group]),
            names=names[group],
        )
        for group in own
    ]
    tasks = [row for row in kept if row.facet == "task"] + generic
    carries = {row.name: row.carries for row in tasks}
    sections = _sections(leaves, task_of, carries, names)
    return tasks, [row for row in kept if row.facet != "task"], sections


def _kept_labels(leaves: Sequence[Leaf], vocabulary: Taxonomy) -> list[DraftedLabel]:
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
            names=Names(label.names["en"], label.names["zh"]),
            carries=tuple(carried for carried in label.carries if carried in facets),
        )
        for facet in vocabulary.facets
        for label in facet.labels
        if (facet.name, label.name) in used
    ]


def _sections(
    leaves: Sequence[Leaf],
    task_of: Mapping[str, str],
    carries: Mapping[str, tuple[str, ...]],
    names: Mapping[str, Names],
) -> list[DraftedSection]:
    every = [_labels(leaf, task_of) for leaf in leaves]
    whole = [
        all(getattr(leaf.labels, facet) for facet in carries[labels[0]])
        for leaf, labels in zip(leaves, every, strict=True)
    ]
    times = Counter(map(tuple, every))
    plain = [
        complete and times[tuple(labels)] == 1
        for complete, labels in zip(whole, every, strict=True)
    ]
    cues = distinctive({str(n): leaf.titles for n, leaf in enumerate(leaves)})
    taken = ["-".join(labels) for labels, is_plain in zip(every, plain, strict=True) if is_plain]
    special = [
        _task_and_below(leaf, labels[0], cues[str(n)])
        for n, (leaf, labels, is_plain) in enumerate(zip(leaves, every, plain, strict=True))
        if not is_plain
    ]
    chosen = iter(section_ids(special, taken=taken))
    ids = ["-".join(labels) if is_plain else next(chosen)
           for labels, is_plain in zip(every, plain, strict=True)]  # fmt: skip
    headings = Counter(heading_key(leaf.path[-1]) for leaf in leaves)
    sections = []
    for leaf, id_, labels, is_plain, terms in zip(
        leaves, ids, every, plain, cues.values(), strict=True
    ):
        named = leaf.path[-1 if headings[heading_key(leaf.path[-1])] == 1 else -2 :]
        sections.append(
            DraftedSection(
                id=id_,
                special=not is_plain,
                headings=leaf.headings,
                task=labels[0],
                modality=leaf.labels.modality,
                technique=leaf.labels.technique,
                definition=_definition(leaf.path, leaf.titles),
                cues=_cues(" ".join(named), terms, id_),
                names=joined(names[heading] for heading in named),
                by_date=leaf.by_date,
                dates=leaf.dates,
            )
        )
    return sections


def _labels(leaf: Leaf, task_of: Mapping[str, str]) -> list[str]:
    labels = leaf.labels
    task = labels.task or task_of[leaf.group]
    return [name for name in (task, labels.modality, labels.technique) if name]


def _task_and_below(leaf: Leaf, task: str, cues: Sequence[str]) -> list[str]:
    """Return a section's task, then its headings below the group."""
    below = list(leaf.path[leaf.path.index(leaf.group) + 1 :])
    if below and not slug_words(below[-1]):  # no Latin letters: use the words of its titles
        below[-1] = _first(cues)
    return [task, *below]


def _first(cues: Sequence[str]) -> str:
    return cues[0] if cues else ""


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
