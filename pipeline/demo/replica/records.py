"""Read JSONL files into records of the replica.

Three shapes are read: the stream (arxiv_id, day, title, ...), the seed rows of a curated list
(several titles for one id, `id_matches_title`) and the bulk snapshot (id, authors_parsed,
update_date, ...). Other fields are ignored.
"""

import gzip
import json
import zlib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import nullcontext
from dataclasses import replace
from datetime import UTC, date, datetime
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import Any

from config.errors import UsageError
from config.files import open_regular
from pipeline.demo.replica.calendar import announcement_day, last_deadline
from pipeline.ingest.protocol.record import Record, Version
from storage.arxiv_id import id_month, parse_arxiv_id

#: the title of an id whose only known titles belong to other papers
OTHER_TITLE = "(title on record differs)"
# A paper at arXiv always has a category; seed rows come without.
_UNKNOWN_CATEGORIES = ("cs.CV",)


class ReplicaDataError(UsageError):
    """A data file of the replica cannot be read; the message has the file and the line."""


def load_records(paths: Iterable[Path]) -> tuple[Record, ...]:
    """Read all files; a later row for an id replaces an earlier one, seed rows only fill gaps.

    Raises:
        ReplicaDataError: a file is missing or a line is not a record.
    """
    records: dict[str, Record] = {}
    listed: dict[str, tuple[str, list[Mapping[str, Any]]]] = {}
    for path in paths:
        for number, row in _rows(path):
            where = f"{path}, line {number}"
            if "id_matches_title" in row:
                listed.setdefault(_field(row, "arxiv_id", where), (where, []))[1].append(row)
                continue
            record = _checked(read_record, row, where)
            records[record.arxiv_id] = record
    for arxiv_id, (where, rows) in listed.items():
        if arxiv_id not in records:
            records[arxiv_id] = _checked(_from_seed, rows, where)
    return tuple(records.values())


def read_record(row: Mapping[str, Any]) -> Record:
    """Turn one row of the stream or the snapshot into a record.

    Raises:
        ValueError: a field that must be there is missing or wrong; the text says which.
    """
    if "id" in row and "arxiv_id" not in row:
        return _from_snapshot(row)
    base = _base(row.get("arxiv_id"))
    day = _day(row.get("day"), "day")
    first = _moment(row.get("submitted_at"), "submitted_at")
    versions = _versions(row, day, first, base)
    if row.get("withdrawn"):
        versions = (*versions[:-1], replace(versions[-1], withdrawn=True))
    return _finish(
        base,
        row,
        versions,
        authors=tuple(_strings(row.get("authors"), "authors")),
        categories=tuple(_strings(row.get("categories"), "categories")),
        datestamp=_day(row.get("datestamp"), "datestamp"),
        comment=_text(row, "comment"),
        journal_ref=_text(row, "journal_ref"),
    )


def _from_snapshot(row: Mapping[str, Any]) -> Record:
    base = _base(row["id"])
    versions = tuple(
        Version(
            number=int(str(item["version"]).lstrip("v")),
            submitted_at=parsedate_to_datetime(item["created"]).astimezone(UTC),
            announced=None,
        )
        for item in row["versions"]
    )
    names = tuple(
        " ".join(part for part in (fore, key, suffix) if part)
        for key, fore, suffix, *_ in row["authors_parsed"]
    )
    return _finish(
        base,
        row,
        versions,
        authors=names,
        categories=tuple(str(row["categories"]).split()),
        datestamp=_day(row.get("update_date"), "update_date"),
        comment=_text(row, "comments"),
        journal_ref=_text(row, "journal-ref"),
        authors_text=_text(row, "authors") or "",
    )


def _from_seed(rows: Sequence[Mapping[str, Any]]) -> Record:
    # A title known to be another paper's must never agree with the list, or a look-up would
    # approve the wrong paper.
    fitting = [row for row in rows if row.get("id_matches_title") == "yes"]
    open_rows = [row for row in rows if row.get("id_matches_title") != "no"]
    if fitting or open_rows:
        return read_record((fitting or open_rows)[0])
    return read_record({"arxiv_id": rows[0]["arxiv_id"], "title": OTHER_TITLE})


def _finish(
    base: str,
    row: Mapping[str, Any],
    versions: tuple[Version, ...],
    *,
    authors: tuple[str, ...],
    categories: tuple[str, ...],
    datestamp: date | None,
    comment: str | None,
    journal_ref: str | None,
    authors_text: str = "",
) -> Record:
    title = _text(row, "title")
    if not title:
        raise ValueError("title is missing")
    announced = [version.announced for version in versions if version.announced]
    return Record(
        arxiv_id=base,
        title=title,
        abstract=_text(row, "abstract"),
        authors=authors,
        categories=categories or _UNKNOWN_CATEGORIES,
        versions=versions,
        datestamp=datestamp or (max(announced) if announced else versions[-1].submitted_at.date()),
        comment=comment,
        journal_ref=journal_ref,
        doi=_text(row, "doi"),
        license=_text(row, "license"),
        report_no=_text(row, "report-no"),
        submitter=_text(row, "submitter") or (authors[0] if authors else None),
        authors_text=authors_text or ", ".join(authors),
    )


def _versions(
    row: Mapping[str, Any], day: date | None, first: datetime | None, base: str
) -> tuple[Version, ...]:
    listed = row.get("versions") or [{"version": 1}]
    versions: list[Version] = []
    for position, item in enumerate(listed, start=1):
        number = int(str(item.get("version", position)).lstrip("v"))
        moment = _moment(item.get("submitted_at") or item.get("created"), "versions")
        if moment is None:
            if versions:
                raise ValueError(f"version {number} has no submitted_at")
            moment = first or _guessed_submission(base, day, row)
        announced = day if not versions else day and announcement_day(moment)
        versions.append(Version(number, moment, announced, bool(item.get("withdrawn"))))
    return tuple(versions)


def _guessed_submission(base: str, day: date | None, row: Mapping[str, Any]) -> datetime:
    # Only the day of announcement is known: a moment before the deadline that leads to it, spread
    # by the id so that orders by date are not all ties.
    spread = zlib.crc32(base.encode())
    year, month = id_month(base)
    # An id is of the month of its first announcement; an older one was submitted back then.
    if day and (day.year, day.month) == (year, month):
        return last_deadline(day, spread)
    published = row.get("published")
    if isinstance(published, str) and (known := _day(published[:10], "published")):
        return datetime(known.year, known.month, known.day, 12, tzinfo=UTC)
    return datetime(year, month, 1 + spread % 27, spread % 24, spread % 60, tzinfo=UTC)


def _rows(path: Path) -> Iterator[tuple[int, Mapping[str, Any]]]:
    try:
        packed = path.suffix == ".gz"
        with open_regular(path) as file, gzip.open(file) if packed else nullcontext(file) as lines:
            for number, line in enumerate(lines, start=1):
                if not line.strip():
                    continue
                try:
                    row = json.loads(line)
                except ValueError as error:
                    raise _bad_line(f"{path}, line {number}", f"is not JSON: {error}") from error
                if not isinstance(row, dict):
                    raise _bad_line(f"{path}, line {number}", "is not a JSON object")
                yield number, row
    except (OSError, EOFError, zlib.error) as error:
        raise ReplicaDataError(
            f"{path} cannot be read: {error}.",
            hint="Name JSONL files, plain or .gz, one paper a line.",
        ) from error


def _bad_line(where: str, what: str) -> ReplicaDataError:
    return ReplicaDataError(
        f"{where}: {what}.",
        hint="Each line is one paper: a JSON object with at least arxiv_id and title.",
    )


def _checked(read: Callable[[Any], Record], row: object, where: str) -> Record:
    try:
        return read(row)
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise _bad_line(where, str(error)) from error


def _field(row: Mapping[str, Any], name: str, where: str) -> str:
    value = row.get(name)
    if not isinstance(value, str):
        raise _bad_line(where, f"{name} is missing")
    return value


def _base(value: object) -> str:
    parsed = parse_arxiv_id(value) if isinstance(value, str) else None
    if parsed is None:
        raise ValueError(f"arxiv_id {value!r} is not an arXiv id")
    return parsed.base


def _text(row: Mapping[str, Any], name: str) -> str | None:
    value = row.get(name)
    if value is not None and not isinstance(value, str):
        raise ValueError(f"{name} is not text")
    return value


def _strings(value: object, name: str) -> list[str]:
    if value is None:
        return []
    items = value if isinstance(value, list) else [value]
    # Some seed rows carry authors as objects with a name.
    texts = [item.get("name") if isinstance(item, dict) else item for item in items]
    strings = [text for text in texts if isinstance(text, str)]
    if not isinstance(value, list) or len(strings) < len(texts):
        raise ValueError(f"{name} is not a list of text")
    return strings


def _day(value: object, name: str) -> date | None:
    if value is None:
        return None
    try:
        return date.fromisoformat(str(value))
    except ValueError as error:
        raise ValueError(f"{name} {value!r} is not a day (YYYY-MM-DD)") from error


def _moment(value: object, name: str) -> datetime | None:
    if value is None:
        return None
    text = str(value)
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        moment = parsedate_to_datetime(text)  # raises ValueError itself
    if moment.tzinfo is None:
        raise ValueError(f"{name} {text!r} has no time zone")
    return moment.astimezone(UTC)
