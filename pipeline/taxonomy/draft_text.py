"""Write a drafted taxonomy as TOML with notes to its editor."""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from config.visible import one_line

_HEAD = """\
# A draft: the headings of the list that have entries, in the list's order. It works as it is;
# it works better once you have
#   - rewritten every definition that begins with "Draft:" (reviewers read them when they hesitate),
#   - checked the cues: five to ten words or phrases typical of one section and no other,
#   - given sections that share something a common facet (docs/guides/another-survey.md).
# Then: living-survey taxonomy check. An ID that decisions already use is changed with
# living-survey taxonomy migrate.
"""


@dataclass(frozen=True, slots=True)
class DraftedLabel:
    """One label of a facet."""

    facet: str
    name: str
    definition: str
    cues: tuple[str, ...]
    title: str
    carries: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class DraftedSection:
    """One section."""

    id: str
    special: bool
    headings: tuple[str, ...]
    task: str
    modality: str | None
    technique: str | None
    definition: str
    cues: tuple[str, ...]
    title: str


def draft_text(
    title: str,
    list_title: str | None,
    tasks: Sequence[DraftedLabel],
    others: Sequence[DraftedLabel],
    sections: Sequence[DraftedSection],
) -> str:
    """Return the whole file."""
    lines = [_HEAD, f"title = {_text(title)}", 'languages = ["en"]']
    if list_title is not None:
        lines.append(f"list_title = {_text(list_title)}")
    for label in (*tasks, *others):
        lines += ["", f"[[{label.facet}]]", f"name = {_text(label.name)}"]
        if label.carries:
            lines.append(f"carries = {_list(label.carries)}")
        lines += _words(label.definition, label.cues, label.title)
    for section in sections:
        lines += ["", "[[section]]", f"id = {_text(section.id)}"]
        if section.special:
            lines.append("special = true")
        lines.append(f"headings = {_list(section.headings)}")
        labels = (("task", section.task), ("modality", section.modality),
                  ("technique", section.technique))  # fmt: skip
        lines += [f"{facet} = {_text(name)}" for facet, name in labels if name is not None]
        lines += _words(section.definition, section.cues, section.title)
    return "\n".join(lines) + "\n"


def _words(definition: str, cues: Iterable[str], title: str) -> list[str]:
    return [
        f"definition = {_text(definition)}",
        f"cues = {_list(cues)}",
        f"names = {{en = {_text(title)}}}",
    ]


def _list(texts: Iterable[str]) -> str:
    return f"[{', '.join(map(_text, texts))}]"


def _text(text: str) -> str:
    """JSON strings of visible text are TOML basic strings."""
    return json.dumps(one_line(text), ensure_ascii=False)
