"""Compare two taxonomies by section and by label."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from config.headings import heading_key
from config.taxonomy import Label, Section, Taxonomy


class Difference(StrEnum):
    """How something differs from its earlier version."""

    ADDED = "added"
    REMOVED = "removed"
    RENAMED = "renamed"
    MOVED = "moved"
    RELABELLED = "relabelled"
    DEFINITION = "definition"
    CUES = "cues"
    NAMES = "names"
    CARRIES = "carries"
    BY_DATE = "by_date"


@dataclass(frozen=True, slots=True)
class Changed:
    """One difference."""

    #: `section`, or a facet
    of: str
    difference: Difference
    #: the old ID or label, or the added one
    name: str
    #: the old and new value
    detail: str = ""


@dataclass(frozen=True, slots=True)
class TaxonomyDiff:
    """All differences, in the newer order."""

    from_fingerprint: str
    to_fingerprint: str
    changes: tuple[Changed, ...]


def compare(old: Taxonomy, new: Taxonomy, renamed: Mapping[str, str]) -> TaxonomyDiff:
    """Return the differences; `renamed` maps old IDs to new ones.

    Other IDs that only one side has count as removed or added.
    """
    before = {section.id: section for section in old.sections}
    came_from = {new_id: old_id for old_id, new_id in renamed.items()}
    found: list[Changed] = []
    for section in new.sections:
        was = before.get(came_from.get(section.id, section.id))
        if was is None or (section.id not in came_from and section.id in renamed):
            found.append(_section_change(Difference.ADDED, section.id, _place(section)))
        else:
            found.extend(_section_changes(was, section))
    kept = {came_from.get(section.id, section.id) for section in new.sections}
    found.extend(
        _section_change(Difference.REMOVED, section.id, _place(section))
        for section in old.sections
        if section.id not in kept
    )
    found.extend(_label_changes(old, new))
    return TaxonomyDiff(old.fingerprint, new.fingerprint, tuple(found))


def same_place(old: Taxonomy, new: Taxonomy) -> dict[str, str]:
    """Return the removed IDs with the new ones under the same headings."""
    held = {section.id for section in new.sections}
    known = {section.id for section in old.sections}
    there = {_key(section): section.id for section in new.sections if section.id not in known}
    return {
        section.id: there[_key(section)]
        for section in old.sections
        if section.id not in held and _key(section) in there
    }


def changed_places(old: Taxonomy, new: Taxonomy) -> dict[str, str]:
    """Return the kept IDs under other headings, with the known IDs that took their headings."""
    known = {section.id: _key(section) for section in old.sections}
    there = {_key(section): section.id for section in new.sections if section.id in known}
    return {
        section.id: there[known[section.id]]
        for section in new.sections
        if there.get(known.get(section.id, ()), section.id) != section.id
    }


def section_differences(was: Section, now: Section) -> list[Difference]:
    """Return how a section differs from its earlier version, except its ID."""
    compared = (
        (Difference.MOVED, _key(was) != _key(now)),
        (Difference.RELABELLED, was.labels != now.labels),
        (Difference.DEFINITION, was.definition != now.definition),
        (Difference.CUES, was.cues != now.cues),
        (Difference.NAMES, dict(was.names) != dict(now.names)),
        (Difference.BY_DATE, was.by_date != now.by_date),
    )
    return [difference for difference, differs in compared if differs]


def _section_changes(was: Section, now: Section) -> list[Changed]:
    details = {
        Difference.MOVED: f"{_place(was)} -> {_place(now)}",
        Difference.RELABELLED: f"{_labels(was)} -> {_labels(now)}",
        Difference.DEFINITION: now.definition,
        Difference.CUES: _cues(was.cues, now.cues),
        Difference.NAMES: _names(was.names, now.names),
        Difference.BY_DATE: f"{was.by_date or 'not'} -> {now.by_date or 'not'}",
    }
    found = [_section_change(d, was.id, details[d]) for d in section_differences(was, now)]
    if was.id != now.id:
        found.insert(0, _section_change(Difference.RENAMED, was.id, f"-> {now.id}"))
    return found


def _section_change(difference: Difference, name: str, detail: str) -> Changed:
    return Changed("section", difference, name, detail)


def _label_changes(old: Taxonomy, new: Taxonomy) -> list[Changed]:
    before = {(f.name, label.name): label for f in old.facets for label in f.labels}
    after = {(f.name, label.name): label for f in new.facets for label in f.labels}
    found: list[Changed] = []
    for (facet, name), label in after.items():
        was = before.get((facet, name))
        if was is None:
            found.append(Changed(facet, Difference.ADDED, name, label.definition))
        else:
            found.extend(Changed(facet, d, name, detail) for d, detail in _label(was, label))
    found.extend(
        Changed(facet, Difference.REMOVED, name)
        for facet, name in before
        if (facet, name) not in after
    )
    return found


def _label(was: Label, now: Label) -> list[tuple[Difference, str]]:
    compared = (
        (Difference.DEFINITION, now.definition, was.definition != now.definition),
        (Difference.CUES, _cues(was.cues, now.cues), was.cues != now.cues),
        (Difference.NAMES, _names(was.names, now.names), dict(was.names) != dict(now.names)),
        (Difference.CARRIES, f"-> {', '.join(now.carries)}", was.carries != now.carries),
    )
    return [(difference, detail) for difference, detail, differs in compared if differs]


def _key(section: Section) -> tuple[str, ...]:
    return tuple(heading_key(heading) for heading in section.headings)


def _place(section: Section) -> str:
    return " > ".join(section.path)


def _labels(section: Section) -> str:
    return " ".join(label for _, label in section.labels)


def _cues(was: tuple[str, ...], now: tuple[str, ...]) -> str:
    gone = [f"-{cue!r}" for cue in was if cue not in now]
    come = [f"+{cue!r}" for cue in now if cue not in was]
    return " ".join(gone + come) or "in another order"


def _names(was: Mapping[str, str], now: Mapping[str, str]) -> str:
    return ", ".join(
        f"{language}: {was.get(language, 'none')} -> {now.get(language, 'none')}"
        for language in dict.fromkeys([*was, *now])
        if was.get(language) != now.get(language)
    )
