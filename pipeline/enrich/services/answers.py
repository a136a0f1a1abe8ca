"""Read the answers of services strictly: JSON of the expected shape, or an error in words."""

import json
import re
from html import unescape
from typing import Any, TypeVar

from pydantic import BaseModel, ConfigDict, ValidationError

from config.tex.text import plain_text
from config.visible import one_line
from pipeline.ingest.sources.web.service import ServiceAnswer

_TAG = re.compile(r"</?[A-Za-z][^<>]{0,200}>")
#: characters of a text that are kept
LONGEST = 300


class AnswerError(ValueError):
    """There is no usable answer; completes "The service ..."."""


class NotFoundError(AnswerError):
    """The service does not know what was asked for."""


class Shape(BaseModel):
    """An expected shape; what else an answer holds is ignored."""

    model_config = ConfigDict(frozen=True, extra="ignore", strict=True)


S = TypeVar("S", bound=Shape)


def read_answer(answer: ServiceAnswer, shape: type[S]) -> S:
    """Return an answer in its expected shape.

    Raises:
        NotFoundError: the status is 404 or 410.
        AnswerError: there is no answer, or it is another one.
    """
    if answer.status is None:
        raise AnswerError(answer.fault)
    if answer.status in {404, 410}:
        raise NotFoundError(f"does not know it (status {answer.status})")
    if answer.status != 200:
        raise AnswerError(f"answers with status {answer.status}")
    try:
        document = json.loads(answer.body.decode("utf-8"), parse_constant=_refuse)
    except (ValueError, RecursionError) as error:
        raise AnswerError("sends no JSON") from error
    try:
        return shape.model_validate(document)
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(map(str, first["loc"]))[:80] or "the whole"
        raise AnswerError(f"sends something else than was asked for (in {place})") from error
    except RecursionError as error:
        raise AnswerError("sends JSON that is nested too deeply") from error


def _refuse(constant: str) -> Any:
    raise ValueError(f"{constant} is no JSON")


def clean(text: str) -> str:
    """Return foreign text on one line without markup, cut to `LONGEST` characters."""
    short = text[: 4 * LONGEST]
    return one_line(plain_text(_TAG.sub("", unescape(short)))).strip()[:LONGEST]
