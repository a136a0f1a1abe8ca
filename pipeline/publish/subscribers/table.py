"""Write subscribers as CSV that no spreadsheet takes for formulas, and that `import` reads."""

import csv
import io
from collections.abc import Iterable

from pipeline.publish.exports.csv_table import BETWEEN, safe_cell
from storage.subscriber_types import Subscriber

COLUMNS = (
    *("address", "state", "language", "sections", "rhythm", "consented_on", "agreed_to"),
    "first_at",
)


def row_of(person: Subscriber) -> dict[str, str]:
    """Return the values of a person by column."""
    return {
        "address": person.address or "",
        "state": person.state.value,
        "language": person.choices.language,
        "sections": BETWEEN.join(person.choices.sections),
        "rhythm": person.choices.rhythm.value,
        "consented_on": person.consented_at.date().isoformat() if person.consented_at else "",
        "agreed_to": person.wording or "",
        "first_at": person.first_at.isoformat(timespec="seconds"),
    }


def write_subscribers(people: Iterable[Subscriber]) -> bytes:
    """Return people below a line of column names, in UTF-8."""
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow(COLUMNS)
    for person in people:
        writer.writerow([safe_cell(value) for value in row_of(person).values()])
    return text.getvalue().encode()
