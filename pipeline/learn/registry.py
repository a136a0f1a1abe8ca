"""Which models are kept, which is in use, what each learned from. Reads headers, loads no arrays.

Beside a model's own two files lie `learned/ID.json` (the papers it learned from, and how it was
measured when it was made) and `promotions.jsonl` (which model was put to use when, and why).
"""

import json
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import astuple, dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from classifiers.errors import ModelError, NoModelError
from classifiers.kept import shelf
from classifiers.linear.header import ModelHeader
from classifiers.model_ids import cue_words_id
from config.files import put_in_place
from config.taxonomy import Taxonomy

_PROMOTIONS = "promotions.jsonl"
_LEARNED = "learned"


@dataclass(frozen=True, slots=True)
class Learned:
    """What a model learned from, and what is known about its worth."""

    decided: frozenset[str]
    background: frozenset[str]
    #: the contest it was measured in, as `train` printed it; empty if there was none
    contest: Mapping[str, Any] = field(default_factory=dict)

    @property
    def papers(self) -> frozenset[str]:
        """Every paper it may not be scored on."""
        return self.decided | self.background


@dataclass(frozen=True, slots=True)
class Promotion:
    """One model put to use."""

    at: str
    model_id: str
    why: str


@dataclass(frozen=True, slots=True)
class KeptModel:
    """One model on the shelf."""

    header: ModelHeader
    current: bool
    #: it was in use at some time
    promoted: bool


@dataclass(frozen=True, slots=True)
class Shelf:
    """All models, oldest training first, and the files that cannot be read."""

    models: tuple[KeptModel, ...]
    #: (id, why)
    unreadable: tuple[tuple[str, str], ...]


def current_model_id(models: Path) -> str:
    """Return the id of the model in use, or `cue words` before the first training.

    For people: a model that cannot be read is named all the same, with that remark. `refusal`
    says why.
    """
    try:
        found = shelf.current_id(models)
        if found is None:
            return "cue words"
        shelf.read_header(shelf.header_path(models, found))
    except ModelError:
        return f"{_named_current(models) or 'unknown'} (cannot be read)"
    return found


def known_model_id(models: Path, taxonomy: Taxonomy) -> str:
    """Return the id that predictions of the classifier in use carry."""
    return shelf.current_id(models) or cue_words_id(taxonomy)


def read_shelf(models: Path) -> Shelf:
    """Return what is kept; one bad file does not hide the others."""
    used = {promotion.model_id for promotion in promotions(models)}
    kept, unreadable = [], []
    for path in sorted(models.glob("*.json")):
        try:
            kept.append(shelf.read_header(path))
        except ModelError as error:
            unreadable.append((path.stem, str(error)))
    kept.sort(key=lambda header: (header.trained_at, header.model_id))
    current = _named_current(models)
    return Shelf(
        tuple(
            KeptModel(h, h.model_id == current, h.model_id == current or h.model_id in used)
            for h in kept
        ),
        tuple(unreadable),
    )


def refusal(models: Path, taxonomy: Taxonomy) -> ModelError | None:
    """Return why the model in use could not be loaded, as far as its header tells; None if it can.

    Its checksum is looked at by whoever loads it.
    """
    try:
        current = shelf.current_id(models)
        if current is None:
            return None
        shelf.check_fit(shelf.read_header(shelf.header_path(models, current)), taxonomy)
    except ModelError as error:
        return error
    return None


def promote(models: Path, model_id: str, *, at: datetime, why: str) -> None:
    """Put a kept model to use and write down why."""
    shelf.set_current(models, model_id)
    line = json.dumps({"at": at.isoformat(timespec="seconds"), "model_id": model_id, "why": why})
    with (models / _PROMOTIONS).open("a", encoding="utf-8") as log:
        log.write(line + "\n")


def promotions(models: Path) -> tuple[Promotion, ...]:
    """Return every promotion, oldest first; lines that cannot be read are passed over."""
    path = models / _PROMOTIONS
    found = []
    for line in path.read_text("utf-8", "replace").splitlines() if path.is_file() else ():
        try:
            promotion = Promotion(**json.loads(line))
            if all(isinstance(text, str) for text in astuple(promotion)):
                found.append(promotion)
        except (ValueError, TypeError, RecursionError):  # a line cut short by a crash
            continue
    return tuple(found)


def before_current(models: Path) -> str:
    """Return the model to go back to: the last kept one in use before the present was first.

    By the log and not by age: a model that somebody rolled back from is younger than the one that
    took its place, and nobody wants it again.

    Raises:
        NoModelError: there is none.
    """
    kept = {model.header.model_id for model in read_shelf(models).models}
    older = [model_id for model_id in _promoted_before(models) if model_id in kept]
    if not older:
        raise NoModelError(
            "There is no older model to go back to.",
            hint='"living-survey model list" shows the kept ones.',
        )
    return older[-1]


def save_learned(models: Path, model_id: str, learned: Learned) -> None:
    """Write what a model learned from; before the model itself, so that no model lacks it."""
    (models / _LEARNED).mkdir(parents=True, exist_ok=True)
    content = {
        "decided": sorted(learned.decided),
        "background": sorted(learned.background),
        "contest": learned.contest,
    }
    text = json.dumps(content, ensure_ascii=False, indent=1) + "\n"
    put_in_place(_learned_path(models, model_id), text.encode())


def read_learned(models: Path, model_id: str) -> Learned | None:
    """Return what a model learned from; None if nobody wrote it down."""
    try:
        content = json.loads(_learned_path(models, model_id).read_text("utf-8"))
        contest = content["contest"]
        if not isinstance(contest, dict):
            return None
        return Learned(frozenset(content["decided"]), frozenset(content["background"]), contest)
    except (OSError, ValueError, TypeError, KeyError, RecursionError):
        return None


def prune(models: Path, keep: int) -> tuple[str, ...]:
    """Remove all but the `keep` newest models, 0 for none; return the ids of those removed.

    The one in use and the one before it always stay: a rollback must have somewhere to go.
    """
    kept = read_shelf(models).models
    needed = {model.header.model_id for model in kept if model.current}
    with suppress(NoModelError):
        needed.add(before_current(models))
    spare = [m.header.model_id for m in kept[:-keep] if m.header.model_id not in needed]
    for model_id in spare if keep else ():
        # The header goes last: a model without arrays is refused, arrays without header unseen.
        shelf.header_path(models, model_id).with_suffix(".npz").unlink(missing_ok=True)
        _learned_path(models, model_id).unlink(missing_ok=True)
        shelf.header_path(models, model_id).unlink(missing_ok=True)
    return tuple(spare) if keep else ()


def _learned_path(models: Path, model_id: str) -> Path:
    return models / _LEARNED / f"{model_id}.json"


def _named_current(models: Path) -> str | None:
    """Return the id of the model in use, None also where `current` cannot be read."""
    try:
        return shelf.current_id(models)
    except ModelError:
        return None


def _promoted_before(models: Path) -> list[str]:
    """Return what was in use before the present model was for the first time, in that order.

    Without a readable `current`, the last promotion says which one is the present.
    """
    order = [promotion.model_id for promotion in promotions(models)]
    present = _named_current(models) or (order[-1] if order else "")
    return order[: order.index(present)] if present in order else order
