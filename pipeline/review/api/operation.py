"""Describe the operations of the API: one table for routes, checks and the OpenAPI document."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from pydantic import BaseModel

from config.scopes import Scope
from pipeline.review.api.context import Call
from pipeline.review.api.documents.base import Query, Sent

#: bytes
LARGEST_BODY = 64 * 1024
LARGEST_ACT = 512 * 1024


@dataclass(frozen=True, slots=True)
class Answer:
    """What an operation answers."""

    status: int
    document: BaseModel | None = None
    headers: Mapping[str, str] = field(default_factory=dict)
    #: JSON of an earlier answer, instead of a document
    kept: str | None = None


@dataclass(frozen=True, slots=True)
class Operation:
    """One method of one address."""

    name: str
    method: str
    #: below `/api/v1`, with placeholders
    path: str
    #: one line
    summary: str
    answer: Callable[[Call], Answer]
    #: None: open to everybody, because it tells nothing of the survey
    scope: Scope | None
    #: successful statuses and their documents
    answers: Mapping[int, type[BaseModel] | None]
    #: further problems that it answers, beside those of every operation
    problems: tuple[int, ...] = ()
    description: str = ""
    query: type[Query] | None = None
    body: type[Sent] | None = None
    #: a strong ETag, and 304 on If-None-Match
    tagged: bool = False
    #: takes an Idempotency-Key
    keyed: bool = False
    #: compares If-Match with the ETag of the paper
    matched: bool = False
    #: bytes of its body
    largest: int = LARGEST_BODY
