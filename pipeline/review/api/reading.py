"""Read the parts of a request into the models of an operation, or say what is wrong with which."""

import json
from collections.abc import Sequence
from typing import TypeVar

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from config.nearest import nearest
from pipeline.review.api.documents.base import Query, Sent
from pipeline.review.api.documents.problems import FieldProblem, ProblemError
from pipeline.review.api.strict_json import JsonError, read_json

_Q = TypeVar("_Q", bound=Query)
_S = TypeVar("_S", bound=Sent)
#: wrong parts that an answer names
_NAMED = 20


class NoQuery(Query):
    """The parameters of an address that takes none."""


def read_query(model: type[_Q], pairs: Sequence[tuple[str, str]]) -> _Q:
    """Return the parameters of an address.

    Raises:
        ProblemError: a parameter is unknown, given twice, or not of its form.
    """
    given = dict(pairs)
    wrong = [
        FieldProblem(parameter=name[:40], detail=_unknown(name, list(model.model_fields)))
        for name in given
        if name not in model.model_fields
    ]
    names = [name for name, _ in pairs]
    wrong += [
        FieldProblem(parameter=name[:40], detail="It is given twice.")
        for name in given
        if names.count(name) > 1
    ]
    if wrong:
        raise _invalid("The address has parameters that cannot be used.", wrong)
    try:
        return model.model_validate(given)
    except ValidationError as error:
        found = [
            FieldProblem(parameter=str(one["loc"][0]) if one["loc"] else None, detail=_said(one))
            for one in error.errors(include_url=False, include_input=False)
        ]
        raise _invalid("A parameter is not of its form.", found) from None


def read_body(model: type[_S], body: bytes) -> _S:
    """Return what a client sent.

    Raises:
        ProblemError: it is not JSON (400), or not as the model takes it (422).
    """
    try:
        value = read_json(body)
    except JsonError as error:
        raise ProblemError(400, "not-json", f"The body cannot be read: {error}.") from None
    try:
        # from text again, because only then texts are dates in the strict mode
        return model.model_validate_json(json.dumps(value))
    except ValidationError as error:
        errors = error.errors(include_url=False, include_input=False)
        found = [FieldProblem(pointer=_pointer(one), detail=_detail(model, one)) for one in errors]
        raise _invalid("The body is not as this address takes it.", found) from None


def refused(detail: str, hint: str, *pointers: str) -> ProblemError:
    """Return the problem for members that break a rule of the survey."""
    errors = [FieldProblem(pointer=one, detail=detail) for one in pointers]
    return ProblemError(422, "invalid", detail, hint=hint, errors=errors)


def _invalid(detail: str, errors: Sequence[FieldProblem]) -> ProblemError:
    return ProblemError(422, "invalid", detail, errors=errors[:_NAMED])


def _pointer(error: ErrorDetails) -> str:
    parts = (str(part).replace("~", "~0").replace("/", "~1")[:60] for part in error["loc"])
    return "".join(f"/{part}" for part in parts)


def _detail(model: type[BaseModel], error: ErrorDetails) -> str:
    if error["type"] != "extra_forbidden":
        return _said(error)
    return _unknown(str(error["loc"][-1]), list(_members(model, error["loc"][:-1])))


def _members(model: type[BaseModel], place: tuple[int | str, ...]) -> Sequence[str]:
    """Return the members of the object at a place of the body."""
    for part in place:
        if isinstance(part, int):
            continue
        field = model.model_fields[part]
        inner = [field.annotation, *getattr(field.annotation, "__args__", ())]
        found = [one for one in inner if isinstance(one, type) and issubclass(one, BaseModel)]
        if not found:
            return ()
        model = found[0]
    return list(model.model_fields)


def _unknown(name: str, known: Sequence[str]) -> str:
    likely = nearest(name[:100], known)
    if likely:
        return f"It does not exist. Did you mean {likely[0]}?"
    return f"It does not exist. Known: {', '.join(known)}." if known else "It does not exist."


def _said(error: ErrorDetails) -> str:
    text = error["msg"].removeprefix("Value error, ")
    return f"{text[:1].upper()}{text[1:]}."
