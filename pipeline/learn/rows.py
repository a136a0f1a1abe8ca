"""Write the rows that a model is trained on to a file, and read them again.

The file gives the same model, byte for byte, in another process, place and database, with the same
taxonomy, version of the product and numerical libraries. It is JSON, a line for each paper after a
line about the training; a name that ends in `.gz` is compressed.
"""

import gzip
import json
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Literal

from pydantic import (
    AwareDatetime,
    BaseModel,
    ConfigDict,
    NonNegativeInt,
    StrictInt,
    ValidationError,
)

from classifiers.representations.names import DEFAULT
from classifiers.types import Document, Example
from config.errors import LivingSurveyError
from config.files import open_regular, put_in_place
from config.keytypes import Representations
from config.taxonomy import Taxonomy
from pipeline.learn.examples import LabelledExample, TrainingSet, Unlabelled

#: what versions before papers drawn at random were known read too
_FIRST: Literal[1] = 1
#: rows may have `drawn_from`
_DRAWN: Literal[2] = 2
#: bytes of a line, several times a paper with the largest abstract
_LONGEST = 4 << 20


class RowsError(LivingSurveyError):
    """A file of rows could not be written, or gives no model here."""


@dataclass(frozen=True, slots=True)
class TrainingRows:
    """What a model is trained on, besides the taxonomy and the recipe of this version."""

    examples: TrainingSet
    trained_at: datetime
    seed: int
    representations: tuple[str, ...] = DEFAULT


class _Line(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)


class _Format(BaseModel):
    """What the first line of every format says."""

    format: StrictInt


class _Head(_Line):
    format: Literal[1, 2]
    trained_at: AwareDatetime
    seed: int
    taxonomy: str
    representations: Representations = DEFAULT


class _Paper(_Line):
    key: str
    title: str
    abstract: str
    categories: tuple[str, ...]
    known_at: AwareDatetime | None
    #: None: an undecided paper
    in_scope: bool | None = None
    approved: bool | None = None
    sections: tuple[str, ...] = ()
    facets: tuple[tuple[str, str], ...] = ()
    decided_at: AwareDatetime | None = None
    listed: bool = False
    #: papers that waited when it was drawn at random
    drawn_from: NonNegativeInt = 0


def write_rows(path: Path, rows: TrainingRows, taxonomy: Taxonomy) -> None:
    """Write the rows; the same rows give the same bytes.

    Raises:
        RowsError: the file cannot be written.
    """
    drawn = any(one.example.drawn_from for one in rows.examples.decided)
    head = _Head(
        format=_DRAWN if drawn else _FIRST,
        trained_at=rows.trained_at,
        seed=rows.seed,
        taxonomy=taxonomy.fingerprint,
        representations=rows.representations,
    )
    papers = (*map(_decided, rows.examples.decided), *map(_undecided, rows.examples.background))
    lines = (head, *sorted(papers, key=lambda paper: paper.key))
    text = "".join(
        json.dumps(line.model_dump(mode="json", exclude_defaults=True), ensure_ascii=False) + "\n"
        for line in lines
    ).encode()
    try:
        put_in_place(path, gzip.compress(text, mtime=0) if path.suffix == ".gz" else text)
    except OSError as error:
        raise RowsError(
            f"The rows cannot be written to {path}: {error.strerror or error}.",
            hint="Check permissions and free space there, or name another file.",
        ) from error


def read_rows(path: Path, taxonomy: Taxonomy) -> TrainingRows:
    """Return the rows of a file.

    Raises:
        RowsError: it cannot be read, is no file of rows, or is of another taxonomy or a newer
            version.
    """
    number = 0
    decided, background = [], []
    head: _Head | None = None
    try:
        for number, line in enumerate(_lines(path), start=1):  # noqa: B007  named in the error
            _check_length(line)
            if head is None:
                _refuse_newer(path, line)
                head = _Head.model_validate_json(line)
                continue
            paper = _Paper.model_validate_json(line)
            if paper.in_scope is None:
                background.append(_unlabelled(paper))
            else:
                decided.append(_labelled(paper, paper.in_scope))
    except (OSError, EOFError, zlib.error) as error:
        raise RowsError(
            f"The rows of {path} cannot be read: {error}.",
            hint="`living-survey train --export-rows FILE` writes such a file.",
        ) from error
    except ValueError as error:
        raise RowsError(
            f"Line {number} of {path} is no row of a training: {_why(error)}.",
            hint="`living-survey train --export-rows FILE` writes such a file.",
        ) from error
    if head is None:
        raise RowsError(
            f"{path} is empty.",
            hint="`living-survey train --export-rows FILE` writes such a file.",
        )
    if head.taxonomy != taxonomy.fingerprint:
        raise RowsError(
            f"The rows of {path} are of another taxonomy ({head.taxonomy[:10]}, here is "
            f"{taxonomy.fingerprint[:10]}).",
            hint="Name that taxonomy in [survey] taxonomy, or export the rows again.",
        )
    ordered = sorted(decided, key=lambda one: (one.decided_at, one.example.document.key))
    return TrainingRows(
        TrainingSet(tuple(ordered), tuple(background)),
        head.trained_at,
        head.seed,
        head.representations,
    )


def _lines(path: Path) -> Iterator[bytes]:
    with open_regular(path) as file:
        stream = gzip.GzipFile(fileobj=file) if path.suffix == ".gz" else file
        while line := stream.readline(_LONGEST + 1):
            yield line


def _check_length(line: bytes) -> None:
    if len(line) > _LONGEST:
        raise ValueError(f"it has more than {_LONGEST:,} bytes")


def _refuse_newer(path: Path, head: bytes) -> None:
    try:
        found = _Format.model_validate_json(head).format
    except ValidationError:
        return  # the error of the whole line says more
    if found > _DRAWN:
        raise RowsError(
            f"{path} has format {found}, and this version reads the formats {_FIRST} and {_DRAWN}.",
            hint="It comes from a newer version: update Living Survey here.",
        )


def _why(error: ValueError) -> str:
    if not isinstance(error, ValidationError):
        return str(error)
    first = error.errors(include_url=False)[0]
    place = ".".join(str(part) for part in first["loc"])
    return f"{place}: {first['msg']}" if place else first["msg"]


def _decided(one: LabelledExample) -> _Paper:
    example = one.example
    return _paper(example.document).model_copy(
        update={
            "in_scope": example.in_scope,
            "approved": one.approved,
            "sections": example.sections,
            "facets": example.facets,
            "decided_at": one.decided_at,
            "listed": one.listed,
            "drawn_from": example.drawn_from,
        }
    )


def _undecided(one: Unlabelled) -> _Paper:
    return _paper(one.document)


def _paper(document: Document) -> _Paper:
    return _Paper(
        key=document.key,
        title=document.title,
        abstract=document.abstract,
        categories=document.categories,
        known_at=document.known_at,
    )


def _document(paper: _Paper) -> Document:
    return Document(paper.key, paper.title, paper.abstract, paper.categories, paper.known_at)


def _labelled(paper: _Paper, in_scope: bool) -> LabelledExample:  # noqa: FBT001  its own field
    if paper.decided_at is None or paper.approved is None:
        raise ValueError("a decided paper without date or verdict")
    example = Example(_document(paper), in_scope, paper.sections, paper.facets, paper.drawn_from)
    return LabelledExample(example, paper.decided_at, paper.listed, paper.approved)


def _unlabelled(paper: _Paper) -> Unlabelled:
    if paper.known_at is None:
        raise ValueError("an undecided paper without a date")
    return Unlabelled(_document(paper), paper.known_at)
