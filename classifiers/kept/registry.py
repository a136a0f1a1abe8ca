"""The directory of kept models: which exist, which is in use, and what each learned from.

A model is `ID.json` (its header) and `ID.npz` (its arrays). `current` names the model in use,
`promotions.jsonl` lists its changes, `learned/ID.json` the papers and measures of a training.
"""

import json
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import astuple, dataclass, field
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from classifiers.errors import DamagedModelError, ModelError, NoModelError
from classifiers.kept.current import CurrentModel
from classifiers.kept.header_file import (
    check_fit,
    header_path,
    is_model_id,
    read_header,
    unknown_model,
)
from classifiers.linear.header import ModelHeader
from classifiers.model_ids import cue_words_id
from classifiers.types import Classifier
from config.files import append_line, put_in_place, read_regular_text
from config.taxonomy import Taxonomy

if TYPE_CHECKING:
    from classifiers.linear.model import Model

CUE_WORDS = "cue words"


@dataclass(frozen=True, slots=True)
class Learned:
    """What a model learned from and how it compared when it was trained."""

    decided: frozenset[str]
    background: frozenset[str]
    #: the comparison with the model then in use; empty if there was no other model
    contest: Mapping[str, Any] = field(default_factory=dict)

    @property
    def papers(self) -> frozenset[str]:
        """Every paper the model must not be measured on."""
        return self.decided | self.background


@dataclass(frozen=True, slots=True)
class Promotion:
    """One model put to use."""

    at: str
    model_id: str
    why: str


@dataclass(frozen=True, slots=True)
class KeptModel:
    """One kept model."""

    header: ModelHeader
    current: bool
    #: it is or was in use
    promoted: bool


@dataclass(frozen=True, slots=True)
class KeptModels:
    """All models, oldest training first, and the files that cannot be read."""

    models: tuple[KeptModel, ...]
    #: (id, why)
    unreadable: tuple[tuple[str, str], ...]


class ModelRegistry:
    """The models kept in one directory. Nothing is cached, because other processes train too."""

    def __init__(self, directory: Path) -> None:
        self.directory = directory

    def current_id(self) -> str | None:
        """Return the ID of the model promoted last, else of the newest; None without any model.

        The model itself may be missing or damaged.

        Raises:
            DamagedModelError: `current` does not name a model, or a header cannot be read and
                `current` does not exist.
        """
        named = self._file("current")
        if not named.exists():
            newest = max(
                (read_header(path).header for path in self._header_paths()), key=_age, default=None
            )
            return newest.model_id if newest else None
        try:
            name = read_regular_text(named).strip()
        except (OSError, UnicodeDecodeError):
            name = ""
        if not is_model_id(name):
            raise DamagedModelError(
                f"{named} does not name a model.",
                hint="`living-survey model rollback ID` puts a kept model to use (see "
                "`living-survey model list`), `living-survey train` makes a new one.",
            )
        return name

    def check_current(self, taxonomy: Taxonomy) -> CurrentModel:
        """Return the classifier in use, checked by its header; the arrays are not opened.

        A model that is named and missing is an error: cue words never replace a lost model.

        Raises:
            ModelError: the model in use is missing, damaged, or made for another taxonomy.
        """
        model_id = self.current_id()
        if model_id is None:
            return CurrentModel(cue_words_id(taxonomy), taxonomy, None)
        stored = read_header(header_path(self.directory, model_id))
        check_fit(stored.header, taxonomy)
        return CurrentModel(model_id, taxonomy, stored)

    def current(self, taxonomy: Taxonomy) -> Classifier:
        """Load the model in use; before the first training, return the cue words.

        Raises:
            ModelError: the model in use cannot be used.
        """
        return self.check_current(taxonomy).load()

    def describe_current(self) -> str:
        """Return the ID of the model in use for people: `cue words`, or marked if unreadable."""
        try:
            model_id = self.current_id()
            if model_id is None:
                return CUE_WORDS
            self.get(model_id)
        except ModelError:
            return f"{self._named_current() or 'unknown'} (cannot be read)"
        return model_id

    def all(self) -> KeptModels:
        """Return every kept model; an unreadable file does not hide the others."""
        used = {promotion.model_id for promotion in self.promotions()}
        kept, unreadable = [], []
        for path in self._header_paths():
            try:
                kept.append(read_header(path).header)
            except ModelError as error:
                unreadable.append((path.stem, str(error)))
        current = self._named_current()
        return KeptModels(
            tuple(
                KeptModel(h, h.model_id == current, h.model_id == current or h.model_id in used)
                for h in sorted(kept, key=_age)
            ),
            tuple(unreadable),
        )

    def get(self, model_id: str) -> ModelHeader:
        """Return the header of a kept model.

        Raises:
            ModelError: the model does not exist or its header cannot be used.
        """
        return read_header(header_path(self.directory, model_id)).header

    def load(self, model_id: str, taxonomy: Taxonomy) -> "Model":
        """Load a kept model.

        Raises:
            ModelError: it does not exist, is damaged, or was made for another taxonomy.
        """
        stored = read_header(header_path(self.directory, model_id))
        check_fit(stored.header, taxonomy)
        return CurrentModel(model_id, taxonomy, stored).load_model()

    def save(self, model: "Model", learned: Learned) -> Path:
        """Write a model and what it learned from; return the path of its header."""
        from classifiers.kept import artifact  # noqa: PLC0415  the caller has loaded it already

        self._file("learned").mkdir(parents=True, exist_ok=True)
        # First, so that a process killed here leaves no model without this record.
        self.save_learned(model.model_id, learned)
        return artifact.save(model, self.directory)

    def save_learned(self, model_id: str, learned: Learned) -> None:
        """Write what a model learned from."""
        content = {
            "decided": sorted(learned.decided),
            "background": sorted(learned.background),
            "contest": learned.contest,
        }
        path = self._learned_path(model_id)
        path.parent.mkdir(parents=True, exist_ok=True)
        put_in_place(path, (json.dumps(content, ensure_ascii=False, indent=1) + "\n").encode())

    def learned_from(self, model_id: str) -> Learned | None:
        """Return what a model learned from; None if it is not recorded."""
        try:
            content = json.loads(read_regular_text(self._learned_path(model_id)))
            contest = content["contest"]
            if not isinstance(contest, dict):
                return None
            return Learned(frozenset(content["decided"]), frozenset(content["background"]), contest)
        except (OSError, ValueError, TypeError, KeyError, RecursionError):
            return None

    def promote(self, model_id: str, *, at: datetime, why: str) -> None:
        """Put a kept model to use and record why.

        Raises:
            NoModelError: it does not exist.
        """
        if not is_model_id(model_id) or not header_path(self.directory, model_id).is_file():
            raise unknown_model(self.directory, model_id)
        put_in_place(self._file("current"), f"{model_id}\n".encode())
        record = {"at": at.isoformat(timespec="seconds"), "model_id": model_id, "why": why}
        append_line(self._file("promotions.jsonl"), json.dumps(record))

    def promotions(self) -> tuple[Promotion, ...]:
        """Return every promotion, oldest first; unreadable lines are skipped."""
        path, found = self._file("promotions.jsonl"), []
        log = read_regular_text(path, errors="replace") if path.is_file() else ""
        for line in log.splitlines():
            try:
                promotion = Promotion(**json.loads(line))
                if all(isinstance(text, str) for text in astuple(promotion)):
                    found.append(promotion)
            except (ValueError, TypeError, RecursionError):  # a line cut short by a crash
                continue
        return tuple(found)

    def previous_id(self) -> str:
        """Return the kept model that was in use before the present one was promoted first.

        The promotions decide, not the age: a rolled-back model is newer than its replacement and
        must not be offered again.

        Raises:
            NoModelError: no older model is kept.
        """
        kept = {model.header.model_id for model in self.all().models}
        older = [model_id for model_id in self._used_before() if model_id in kept]
        if not older:
            raise NoModelError(
                "There is no older model to go back to.",
                hint="`living-survey model list` shows the kept models.",
            )
        return older[-1]

    def rollback(self, model_id: str, *, at: datetime, replaced: str) -> None:
        """Put an older model to use again; `replaced` is named in the record."""
        self.promote(model_id, at=at, why=f"rollback from {replaced}")

    def prune(self, keep: int) -> tuple[str, ...]:
        """Remove all but the newest models and return the removed IDs; `keep` 0 keeps all.

        The model in use and the one a rollback returns to are never removed.
        """
        if not keep:
            return ()
        kept = self.all().models
        needed = {model.header.model_id for model in kept if model.current}
        with suppress(NoModelError):
            needed.add(self.previous_id())
        spare = [m.header.model_id for m in kept[:-keep] if m.header.model_id not in needed]
        for model_id in spare:
            # The header goes last: a header without arrays is reported, arrays alone are not seen.
            path = header_path(self.directory, model_id)
            path.with_suffix(".npz").unlink(missing_ok=True)
            self._learned_path(model_id).unlink(missing_ok=True)
            path.unlink(missing_ok=True)
        return tuple(spare)

    def _file(self, name: str) -> Path:
        return self.directory / name

    def _header_paths(self) -> list[Path]:
        return sorted(self.directory.glob("*.json"))

    def _learned_path(self, model_id: str) -> Path:
        return self.directory / "learned" / f"{model_id}.json"

    def _named_current(self) -> str | None:
        """Return the ID of the model in use; None also if `current` cannot be read."""
        try:
            return self.current_id()
        except ModelError:
            return None

    def _used_before(self) -> list[str]:
        """Return what was in use before the present model was promoted first, oldest first.

        If `current` cannot be read, the present model is the one promoted last.
        """
        order = [promotion.model_id for promotion in self.promotions()]
        present = self._named_current() or (order[-1] if order else "")
        return order[: order.index(present)] if present in order else order


def _age(header: ModelHeader) -> tuple[str, str]:
    return (header.trained_at, header.model_id)
