"""Write CSV (RFC 4180) that no spreadsheet takes for formulas.

UTF-8 without a byte order mark, because most readers other than Excel take the mark for a part of
the first column's name.
"""

import csv
import io
import re
from collections.abc import Sequence

from config.visible import one_line
from pipeline.publish.exports.record import ExportRecord
from pipeline.publish.exports.table import COLUMNS, Value, instant_text, row_of

#: between the values of a list
BETWEEN = "; "
# A spreadsheet skips quotes and blanks before a formula, and those that divide columns at
# semicolons see a cell begin after each. Full-width signs are taken for plain ones.
_FORMULA = re.compile(
    "(?P<before>^|;)(?=[\\s'\"`\u2018-\u201f\u00ab\u00bb\uff02\uff07]*"
    "[=+\\-@\uff1d\uff0b\uff0d\uff20\u2212\ufe62\ufe63\ufe66\ufe6b])"
)


def write_csv(records: Sequence[ExportRecord]) -> bytes:
    """Return the records below a line of column names."""
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow([column.name for column in COLUMNS])
    writer.writerows([[_cell(value) for value in row_of(one).values()] for one in records])
    return text.getvalue().encode()


def safe_cell(text: str) -> str:
    """Return a text on one line with an apostrophe before what a spreadsheet would calculate."""
    return _FORMULA.sub(r"\g<before>'", one_line(text))


def _cell(value: Value) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, tuple):
        return safe_cell(BETWEEN.join(value))
    return instant_text(value) if not isinstance(value, str | int) else safe_cell(str(value))
