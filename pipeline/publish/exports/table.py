"""The columns that CSV, JSON Lines and Parquet share; later versions may only add some at the end.

Texts are as stored, formulas as TeX. Columns of several values are lists, missing values None.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import Enum, auto

from pipeline.publish.exports.record import ExportRecord

Value = str | int | bool | datetime | tuple[str, ...] | None


class Kind(Enum):
    """The type of a column's values."""

    TEXT = auto()
    WHOLE = auto()
    TRUTH = auto()
    INSTANT = auto()
    LIST = auto()


@dataclass(frozen=True, slots=True)
class Column:
    """One column of the exported table."""

    name: str
    kind: Kind
    value: Callable[[ExportRecord], Value]


COLUMNS = (
    Column("arxiv_id", Kind.TEXT, lambda one: one.paper.arxiv_id),
    Column("version", Kind.WHOLE, lambda one: one.paper.version),
    Column("title", Kind.TEXT, lambda one: one.paper.title),
    Column("authors", Kind.LIST, lambda one: one.paper.authors),
    Column("abstract", Kind.TEXT, lambda one: one.paper.abstract or None),
    Column("categories", Kind.LIST, lambda one: one.paper.categories),
    Column("primary_category", Kind.TEXT, lambda one: one.paper.primary_category),
    Column("comment", Kind.TEXT, lambda one: one.paper.comment),
    Column("doi", Kind.TEXT, lambda one: one.paper.doi),
    Column("journal_ref", Kind.TEXT, lambda one: one.paper.journal_ref),
    Column("license", Kind.TEXT, lambda one: one.paper.license),
    Column("submitted_at", Kind.INSTANT, lambda one: one.paper.submitted_at),
    Column("updated_at", Kind.INSTANT, lambda one: one.paper.updated_at),
    Column("withdrawn", Kind.TRUTH, lambda one: one.paper.withdrawn),
    Column("url", Kind.TEXT, lambda one: one.url),
    Column("sections", Kind.LIST, lambda one: one.sections),
    Column("section_names", Kind.LIST, lambda one: one.section_names),
    Column("tasks", Kind.LIST, lambda one: one.tasks),
    Column("modalities", Kind.LIST, lambda one: one.modalities),
    Column("techniques", Kind.LIST, lambda one: one.techniques),
    Column("approved_at", Kind.INSTANT, lambda one: one.approved_at),
    Column("reviewer", Kind.TEXT, lambda one: one.reviewer),
    Column("note", Kind.TEXT, lambda one: one.note),
)


def row_of(record: ExportRecord) -> Mapping[str, Value]:
    """Return every column's value."""
    return {column.name: column.value(record) for column in COLUMNS}


def instant_text(moment: datetime) -> str:
    """Return an instant in UTC as ISO 8601: `2026-03-16T09:30:00Z`."""
    return moment.replace(tzinfo=None).isoformat() + "Z"
