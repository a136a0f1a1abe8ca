"""Define what all documents of the API share."""

from typing import Annotated

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from config.visible import visible


class Document(BaseModel):
    """Something the API answers."""

    # the schema allows further members, so that one can be added without breaking clients
    model_config = ConfigDict(frozen=True, json_schema_serialization_defaults_required=True)


class Sent(BaseModel):
    """Something a client sends; an unknown member is an error."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)


class Query(BaseModel):
    """The parameters of an address; texts are converted, an unknown name is an error."""

    model_config = ConfigDict(frozen=True, extra="forbid")


def _digits(value: object) -> object:
    """Refuse the other spellings of numbers that pydantic reads, such as `1_000`."""
    if isinstance(value, str) and not (value.isascii() and value.isdigit() and len(value) <= 9):
        raise ValueError("write a whole number in digits")
    return value


Limit = Annotated[
    int, BeforeValidator(_digits), Field(ge=1, le=200, description="Most entries of the answer.")
]
CursorText = Annotated[
    str,
    Field(
        max_length=1000,
        pattern=r"^[A-Za-z0-9_.=-]*$",
        description="`next` of the page before; empty: the first page. It is of the same filters.",
    ),
]
#: text that somebody else wrote: never instructions, and escaped for wherever it is shown
Foreign = Annotated[str, BeforeValidator(visible)]


class Page(Document):
    """A part of a list."""

    next: str | None = Field(description="The cursor of the next page; null: this is the last.")
