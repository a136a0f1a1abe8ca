"""Read and check the plan of a taxonomy change (TOML).

Format: docs/guides/change-the-taxonomy.md.
"""

import tomllib
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from classifiers.text import tokens
from config.errors import ConfigError
from config.files import read_regular_text
from config.json_toml import load_toml
from config.nearest import nearest
from config.taxonomy import Taxonomy
from storage.paper_key import parse_key
from storage.taxonomy_types import MoveKind

_Several = Annotated[list[str], Field(min_length=2)]
_Words = Annotated[list[str], Field(min_length=1)]
_Papers = dict[str, _Words]

_ONE_TO_ONE = frozenset({MoveKind.RENAME, MoveKind.MOVE})


@dataclass(frozen=True, slots=True)
class Rule:
    """Papers that contain one of the words go to a section."""

    to: str
    words: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Declared:
    """The plan's statement about one old section."""

    kind: MoveKind
    old: str
    new: tuple[str, ...]
    rules: tuple[Rule, ...] = ()
    #: of papers that match no rule of a split
    otherwise: str | None = None
    #: placed by hand: arXiv ID to sections
    papers: Mapping[str, tuple[str, ...]] = field(default_factory=dict, hash=False)


class _Row(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)


class _Rename(_Row):
    from_: str = Field(alias="from")
    to: str


class _Move(_Row):
    section: str
    to: str | None = None


class _Merge(_Row):
    from_: _Several = Field(alias="from")
    to: str


class _Rule(_Row):
    to: str
    words: _Words


class _Split(_Row):
    section: str
    into: _Several
    rule: list[_Rule] = []
    otherwise: str | None = None
    papers: _Papers = {}


class _Dissolve(_Row):
    section: str
    papers: _Papers = {}


class _Plan(_Row):
    rename: list[_Rename] = []
    move: list[_Move] = []
    merge: list[_Merge] = []
    split: list[_Split] = []
    dissolve: list[_Dissolve] = []


def read_plan(path: Path, old: Taxonomy, new: Taxonomy) -> tuple[Declared, ...]:
    """Return the statements of a plan, checked against both taxonomies.

    Raises:
        ConfigError: it cannot be read, names an unknown section, or names one twice.
    """
    try:
        document = load_toml(read_regular_text(path, encoding="utf-8-sig"))
        plan = _Plan.model_validate(document)
    except OSError as error:
        raise ConfigError(
            f"The plan {path} cannot be read: {error.strerror}.", hint="Check `--plan`."
        ) from error
    except ValidationError as error:
        fault = error.errors()[0]
        place = ".".join(str(part) for part in fault["loc"])
        raise ConfigError(
            f"The plan {path} has an unusable {place}: {fault['msg'].lower()}.",
            hint="docs/guides/change-the-taxonomy.md shows every table of a plan.",
        ) from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ConfigError(
            f"The plan {path} is not valid TOML: {error}.", hint="Correct that line."
        ) from error
    except ValueError as error:
        raise ConfigError(
            f"The plan {path} cannot be read: {error}.", hint="Shorten it."
        ) from error
    declared = tuple(_declared(plan))
    for problem, remedy in _problems(declared, old, new):
        raise ConfigError(f"The plan {path}: {problem}.", hint=remedy)
    return declared


def _declared(plan: _Plan) -> Iterable[Declared]:
    for rename in plan.rename:
        yield Declared(MoveKind.RENAME, rename.from_, (rename.to,))
    for move in plan.move:
        yield Declared(MoveKind.MOVE, move.section, (move.to or move.section,))
    for merge in plan.merge:
        for section in merge.from_:
            yield Declared(MoveKind.MERGE, section, (merge.to,))
    for split in plan.split:
        yield Declared(
            MoveKind.SPLIT,
            split.section,
            tuple(split.into),
            tuple(Rule(rule.to, tuple(rule.words)) for rule in split.rule),
            split.otherwise,
            _by_hand(split.papers),
        )
    for dissolve in plan.dissolve:
        yield Declared(MoveKind.DISSOLVE, dissolve.section, (), papers=_by_hand(dissolve.papers))


def _by_hand(papers: _Papers) -> dict[str, tuple[str, ...]]:
    return {parse_key(written) or written: tuple(sections) for written, sections in papers.items()}


def _problems(
    declared: tuple[Declared, ...], old: Taxonomy, new: Taxonomy
) -> Iterable[tuple[str, str]]:
    before = [section.id for section in old.sections]
    after = [section.id for section in new.sections]
    for section in _twice(each.old for each in declared):
        yield f"it names {section!r} twice", "Say in one place where its papers go."
    for section in _twice(each.new[0] for each in declared if each.kind in _ONE_TO_ONE):
        yield f"two sections become {section!r}", "That is a [[merge]]."
    left = {each.old for each in declared if each.old not in each.new}
    mentioned = {each.old for each in declared}
    for each in declared:
        target = each.new[0] if len(each.new) == 1 else each.old
        stays = target in before and target not in left
        if stays and (each.kind in _ONE_TO_ONE or target not in mentioned) and target != each.old:
            problem = (
                f"{each.kind} of {each.old!r} leads to {target!r}, and {target!r} keeps its own"
            )
            yield f"{problem} papers", f"That is a [[merge]] from {each.old} and {target}."
    for each in declared:
        if each.old not in before:
            problem = f"{each.kind} names {each.old!r}, which the old taxonomy does not have"
            yield problem, _meant(each.old, before)
        yield from _wrong_targets(each, after)
        if each.kind is MoveKind.DISSOLVE and each.old in after:
            problem = f"it dissolves {each.old!r}, which the new taxonomy still has"
            yield problem, "Take it out of the new file, or the line out of the plan."


def _wrong_targets(each: Declared, after: list[str]) -> Iterable[tuple[str, str]]:
    for section in _twice(each.new):
        yield f"the split of {each.old!r} names {section!r} twice", "Name each part once."
    for written in each.papers:
        if parse_key(written) is None:
            yield (
                f"{written!r:.100} is neither an arXiv ID nor a DOI",
                'Write papers as "2405.19334" = ["SECTION"].',
            )
    for words in (words for rule in each.rules for words in rule.words):
        if not tokens(words):
            problem = f"the rule {words!r} has no searchable word"
            yield problem, "A word needs at least two characters."
    by_hand = sorted({section for chosen in each.papers.values() for section in chosen})
    for section in dict.fromkeys((*each.new, *by_hand)):
        if section not in after:
            problem = (
                f"{each.kind} of {each.old!r} leads to {section!r}, which the new taxonomy lacks"
            )
            yield problem, _meant(section, after)
    otherwise = () if each.otherwise is None else (each.otherwise,)
    for section in (*(rule.to for rule in each.rules), *otherwise):
        if section not in each.new:
            problem = f"the split of {each.old!r} sends papers to {section!r}"
            yield problem, f"Send them to one of: {', '.join(each.new)}."


def _twice(sections: Iterable[str]) -> list[str]:
    return [section for section, times in Counter(sections).items() if times > 1]


def _meant(section: str, known: list[str]) -> str:
    likely = nearest(section, known)
    return f"Did you mean {likely[0]}?" if likely else f"It has {', '.join(known)}."
