"""Write a drafted taxonomy as TOML with notes to its editor."""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from config.visible import one_line
from config.when import When
from pipeline.taxonomy.draft_names import Names

_HEAD = """\
# A draft: the headings of the list that have entries, in the list's order. It works as it is;
# it works better once you have
#   - rewritten every definition that begins with "Draft:" (reviewers read them when they hesitate),
#   - checked the cues: five to ten words or phrases typical of one section and no other,
#   - given sections that share something a common facet (docs/guides/another-survey.md).
# Then: living-survey taxonomy check. An ID that decisions already use is changed with
# living-survey taxonomy migrate.
"""

_DATES_NAMED = 6


@dataclass(frozen=True, slots=True)
class DraftedLabel:
    """One label of a facet."""

    facet: str
    name: str
    definition: str
    cues: tuple[str, ...]
    names: Names
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
    names: Names
    by_date: When | None = None
    #: the headings that say when
    dates: tuple[str, ...] = ()


def draft_text(
    title: str,
    list_titles: Sequence[str],
    tasks: Sequence[DraftedLabel],
    others: Sequence[DraftedLabel],
    sections: Sequence[DraftedSection],
) -> str:
    """Return the whole file."""
    languages = _languages([section.names for section in sections])
    lines = [_HEAD, f"title = {_text(title)}", f"languages = {_list(languages)}"]
    if list_titles:
        several = len(list_titles) > 1
        written = _list(list_titles) if several else _text(list_titles[0])
        lines.append(f"list_title = {written}")
    for label in (*tasks, *others):
        lines += ["", f"[[{label.facet}]]", f"name = {_text(label.name)}"]
        if label.carries:
            lines.append(f"carries = {_list(label.carries)}")
        lines += _words(label.definition, label.cues, label.names, languages)
    for section in sections:
        lines += ["", "[[section]]", f"id = {_text(section.id)}"]
        if section.special:
            lines.append("special = true")
        lines.append(f"headings = {_list(section.headings)}")
        if section.by_date:
            lines += [*_dated(section.dates), f"by_date = {_text(section.by_date)}"]
        labels = (("task", section.task), ("modality", section.modality),
                  ("technique", section.technique))  # fmt: skip
        lines += [f"{facet} = {_text(name)}" for facet, name in labels if name is not None]
        lines += _words(section.definition, section.cues, section.names, languages)
    return "\n".join(lines) + "\n"


def _languages(names: Sequence[Names]) -> list[str]:
    if not any(name.han for name in names):
        return ["en"]
    return ["en", "zh"] if any(name.latin for name in names) else ["zh"]


def _dated(dates: Sequence[str]) -> list[str]:
    named = ", ".join(one_line(date) for date in dates[:_DATES_NAMED])
    more = f" and {len(dates) - _DATES_NAMED} more" if len(dates) > _DATES_NAMED else ""
    return [
        f"# These headings of it say when, not what: {named}{more}.",
        "# A paper is placed under them by its date, never by the model.",
    ]


def _words(
    definition: str, cues: Iterable[str], names: Names, languages: Sequence[str]
) -> list[str]:
    said = {"en": names.en, "zh": names.zh}
    return [
        f"definition = {_text(definition)}",
        f"cues = {_list(cues)}",
        f"names = {{{', '.join(f'{code} = {_text(said[code])}' for code in languages)}}}",
    ]


def _list(texts: Iterable[str]) -> str:
    return f"[{', '.join(map(_text, texts))}]"


def _text(text: str) -> str:
    """JSON strings of visible text are TOML basic strings."""
    return json.dumps(one_line(text), ensure_ascii=False)
