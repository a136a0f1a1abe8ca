"""Parse and check a taxonomy's TOML by the rules of docs/guides/another-survey.md."""

import tomllib
from collections import Counter
from collections.abc import Iterable
from itertools import zip_longest
from pathlib import Path
from typing import Annotated, Literal, TypeVar

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError
from pydantic_core import PydanticCustomError

from config.errors import ConfigError
from config.files import read_regular_text
from config.headings import heading_key
from config.json_toml import load_toml
from config.nearest import nearest
from config.visible import visible

_T = TypeVar("_T")

#: in the order of a section's ID
FACETS = ("task", "modality", "technique")

_Name = Annotated[str, Field(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$")]


def _seen(text: str) -> str:
    shown = visible(text)
    if shown != text:
        hidden = next(a for a, b in zip_longest(text, shown) if a != b)
        raise PydanticCustomError("invisible", "{code}", {"code": f"U+{ord(hidden):04X}"})
    return text


_Line = Annotated[str, Field(pattern=r"^\S(.*\S)?$"), AfterValidator(_seen)]
_Lines = Annotated[tuple[_Line, ...], Field(min_length=1)]

_TAKES = {
    "title": "text on one line",
    "list_title": "the heading above all others in the list, as written there, or a list of them",
    "languages": 'a list of language codes such as ["en", "zh"], at least one',
    "name": 'lower-case letters and digits joined by hyphens, such as "non-llm-based"',
    "id": 'lower-case letters and digits joined by hyphens, such as "generation-image"',
    "definition": "one or more sentences on one line",
    "cues": "a list of words or phrases, at least one",
    "names": 'a name for every language, such as {en = "Image", zh = "图像"}',
    "headings": "the list of headings that lead to it, at least one unless by_date is set",
    "by_date": '"year", "quarter", "month", "week", "day" or "venue"',
    "carries": 'a list out of "modality" and "technique"',
    "task": "the name of a [[task]] label",
    "modality": "the name of a [[modality]] label",
    "technique": "the name of a [[technique]] label",
    "special": "true or false",
}


class _Row(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)


class LabelRow(_Row):
    """One [[task]], [[modality]] or [[technique]] of the file."""

    name: _Name
    definition: _Line
    cues: _Lines
    names: dict[str, _Line]


class TaskRow(LabelRow):
    """One [[task]] of the file."""

    #: the other facets its sections carry
    carries: tuple[_Name, ...] = ()


class SectionRow(_Row):
    """One [[section]] of the file."""

    id: _Name
    #: none: the whole list, which is ordered by date only
    headings: tuple[_Line, ...]
    #: the headings of its papers say when (see config.when)
    by_date: Literal["year", "quarter", "month", "week", "day", "venue"] | None = None
    task: str
    modality: str | None = None
    technique: str | None = None
    #: the ID and the omitted facets are the author's choice
    special: bool = False
    definition: _Line
    cues: _Lines
    names: dict[str, _Line]

    @property
    def labels(self) -> dict[str, str]:
        """The labels by facet, in the order of the ID."""
        every = zip(FACETS, (self.task, self.modality, self.technique), strict=True)
        return {facet: label for facet, label in every if label is not None}


class TaxonomyFile(_Row):
    """The whole file."""

    title: _Line
    #: part of headings, but not of paths
    list_title: _Line | _Lines | None = None
    languages: _Lines = ("en", "zh")
    task: tuple[TaskRow, ...] = Field(min_length=1)
    modality: tuple[LabelRow, ...] = ()
    technique: tuple[LabelRow, ...] = ()
    section: tuple[SectionRow, ...] = Field(min_length=1)

    @property
    def list_titles(self) -> tuple[str, ...]:
        """The headings that are above all others, one a file."""
        match self.list_title:
            case None:
                return ()
            case str() as title:
                return (title,)
            case titles:
                return titles

    def labels(self, facet: str) -> tuple[LabelRow, ...]:
        """Return the labels of a facet, in the order of the file."""
        return {"task": self.task, "modality": self.modality, "technique": self.technique}[facet]


def read_taxonomy(text: str, where: str) -> TaxonomyFile:
    """Return the checked content; `where` names it in ConfigErrors."""
    try:
        document = load_toml(text)
    except tomllib.TOMLDecodeError as error:
        raise ConfigError(
            f"{where} is not valid TOML: {error}.",
            hint="Correct that line: text needs quotes, lists need brackets.",
        ) from error
    except ValueError as error:
        raise ConfigError(f"{where} cannot be read: {error}.", hint="Shorten it.") from error
    try:
        content = TaxonomyFile.model_validate(_tuples(document))
    except ValidationError as error:
        raise _shape_error(error, document, where) from error
    for problem, remedy in _problems(content):
        raise ConfigError(f"{where}: {problem}.", hint=remedy)
    return content


def read_text(path: Path) -> str:
    """Return the text of a file, or raise ConfigError."""
    try:
        return read_regular_text(path, encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        raise ConfigError(
            f"{path} is not UTF-8 text (byte {error.start}).", hint="Save it as UTF-8."
        ) from error
    except OSError as error:
        raise ConfigError(
            f"The taxonomy {path} cannot be read: {error.strerror}.",
            hint="Correct [survey] taxonomy, or leave it out for the built-in one.",
        ) from error


def _tuples(value: object) -> object:
    """Return lists as tuples, because a strict model accepts no lists."""
    if isinstance(value, list):
        return tuple(_tuples(item) for item in value)
    if isinstance(value, dict):
        return {key: _tuples(item) for key, item in value.items()}
    return value


def _shape_error(error: ValidationError, document: dict[str, object], where: str) -> ConfigError:
    # A misspelt key is also missing; the misspelling is more useful to report.
    fault = min(error.errors(), key=lambda fault: fault["type"] != "extra_forbidden")
    path = [*fault["loc"]]
    place, key = where, str(path[0])
    known: Iterable[str] = TaxonomyFile.model_fields
    if len(path) > 1 and isinstance(path[1], int) and key in {*FACETS, "section"}:
        row = document[key][path[1]]  # type: ignore[index]  # the model found a row there
        name = (row.get("id") or row.get("name") or "") if isinstance(row, dict) else ""
        place = f"{where}: [[{key}]] {name or f'number {path[1] + 1}'}"
        rows: dict[str, type[_Row]] = {"section": SectionRow, "task": TaskRow}
        known = rows.get(key, LabelRow).model_fields
        key = str(path[2]) if len(path) > 2 else key
    if fault["type"] == "extra_forbidden":
        likely = nearest(key, known)
        hint = f"Did you mean {likely[0]}?" if likely else f"Its keys are {', '.join(known)}."
        return ConfigError(f"{place} has an unknown key {key!r}.", hint=hint)
    if fault["type"] == "invisible":
        return ConfigError(
            f"{place} has the invisible character {fault['msg']} in {key!r}.",
            hint="Type that text again without it.",
        )
    if place == where and key in {*FACETS, "section"}:
        takes = f"one or more [[{key}]] tables"
    else:
        takes = _TAKES[key]
    if fault["type"] == "missing":
        return ConfigError(f"{place} lacks {key!r}.", hint=f"It takes {takes}.")
    return ConfigError(f"{place} has an invalid {key!r}.", hint=f"It takes {takes}.")


def _problems(content: TaxonomyFile) -> Iterable[tuple[str, str]]:
    """Yield (broken rule, remedy) pairs."""
    for facet in FACETS:
        rows = content.labels(facet)
        for name in _twice(row.name for row in rows):
            yield f"the {facet} {name!r} is defined twice", "Remove one of the two."
        for row in rows:
            yield from _names(content, f"[[{facet}]] {row.name}", row.names)
    for task in content.task:
        for facet in task.carries:
            if facet not in FACETS[1:]:
                yield f"[[task]] {task.name} carries {facet!r}", f"It takes {_TAKES['carries']}."
    for name in _twice(section.id for section in content.section):
        yield f"the section ID {name!r} is used twice", "Give every section its own ID."
    keys = [tuple(heading_key(h) for h in section.headings) for section in content.section]
    for key in _twice(keys):
        ids = [s.id for s, k in zip(content.section, keys, strict=True) if k == key]
        yield (
            f"the sections {' and '.join(ids)} have the same headings {' > '.join(key)!r}",
            "Give each its own headings; emoji, case and spaces are ignored.",
        )
    for section in content.section:
        yield from _names(content, f"[[section]] {section.id}", section.names)
        yield from _section_problems(content, section)


def _section_problems(content: TaxonomyFile, section: SectionRow) -> Iterable[tuple[str, str]]:
    place = f"[[section]] {section.id}"
    if not section.headings and section.by_date is None:
        yield f"{place} has no headings", "Name them, or set by_date if the list has only dates."
    if not all(heading_key(heading) for heading in section.headings):
        yield f"{place} has a heading without words", "Write the heading as it is in the list."
    for facet, label in section.labels.items():
        known = [row.name for row in content.labels(facet)]
        if label not in known:
            likely = nearest(label, known)
            yield (
                f"{place} names the unknown {facet} {label!r}",
                f"Did you mean {likely[0]}?"
                if likely
                else f"Define it as a [[{facet}]] or choose one of: {', '.join(known) or 'none'}.",
            )
            return
    carries = next(task.carries for task in content.task if task.name == section.task)
    for facet in FACETS[1:]:
        if facet in section.labels and facet not in carries:
            yield (
                f"{place} has a {facet}, which the task {section.task!r} does not carry",
                "Remove it, or add it to the task's carries.",
            )
        if facet not in section.labels and facet in carries and not section.special:
            yield (
                f"{place} lacks a {facet}, which the task {section.task!r} carries",
                "Add it, or mark the section special = true.",
            )
    joined = "-".join(section.labels.values())
    if section.id != joined and not section.special:
        yield (
            f"{place} must have the ID {joined!r}, its labels joined by hyphens",
            "Rename it, or mark the section special = true.",
        )


def _names(content: TaxonomyFile, place: str, names: dict[str, str]) -> Iterable[tuple[str, str]]:
    for language in content.languages:
        if language not in names:
            yield f"{place} has no name in {language!r}", f'Add {language} = "..." to its names.'
    for language in names:
        if language not in content.languages:
            yield (
                f"{place} has a name in {language!r}, which languages does not list",
                f"Add it to languages ({', '.join(content.languages)}) or remove the name.",
            )


def _twice(values: Iterable[_T]) -> list[_T]:
    return [value for value, times in Counter(values).items() if times > 1]
