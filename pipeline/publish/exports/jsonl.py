"""Write JSON Lines: one object a paper, with every column of the table."""

import json
from collections.abc import Sequence
from datetime import datetime

from config.visible import escape_invisible
from pipeline.publish.exports.record import ExportRecord
from pipeline.publish.exports.table import Value, instant_text, row_of


def write_jsonl(records: Sequence[ExportRecord]) -> bytes:
    """Return the records in UTF-8; invisible characters are escaped, so a line is a record."""
    return "".join(_line(record) for record in records).encode()


def _line(record: ExportRecord) -> str:
    row = {name: _value(value) for name, value in row_of(record).items()}
    return escape_invisible(json.dumps(row, ensure_ascii=False)) + "\n"


def _value(value: Value) -> object:
    return instant_text(value) if isinstance(value, datetime) else value
