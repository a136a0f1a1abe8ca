"""Archive of raw responses, compressed, from which papers can be rebuilt.

Layout: `YYYY/MM/DD/HHMMSS.ffffff-NNNNNN.gz` (the body) beside `.json` (address, status, headers,
checksum), by UTC time; or both in the pack of the day (`packs.py`).
"""

import gzip
import hashlib
import itertools
import json
import zlib
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from config.files import put_in_place, read_regular
from config.json_toml import load_json
from config.locks import file_lock
from pipeline.ingest.sources.errors import BadResponseError
from pipeline.ingest.sources.transport.packs import Member, days_in, members, pack_of

#: limit of a body, received and decoded; arXiv's largest pages (2,500 records) have about 7 MB
MAX_BODY_BYTES = 32 * 1024 * 1024
#: of the file that describes a response
_MAX_SIDECAR_BYTES = 1024 * 1024
# Only cookies could identify a session.
_PRIVATE = frozenset({"set-cookie", "authorization", "proxy-authorization", "cookie"})


@dataclass(frozen=True, slots=True)
class RawResponse:
    """One response as it arrived; header names are lower case."""

    url: str
    status: int
    headers: dict[str, str]
    body: bytes
    fetched_at: datetime
    path: Path | None = None


class Archive:
    """A directory of raw responses."""

    def __init__(self, directory: Path) -> None:
        self.directory = directory

    def keep(self, response: RawResponse) -> Path:
        """Store a response atomically and return its path."""
        moment = response.fetched_at.astimezone(UTC)
        folder = self.directory / moment.strftime("%Y/%m/%d")
        sidecar = {
            "url": response.url,
            "status": response.status,
            "headers": {k: v for k, v in response.headers.items() if k.lower() not in _PRIVATE},
            "fetched_at": moment.isoformat(),
            "sha256": hashlib.sha256(response.body).hexdigest(),
            "bytes": len(response.body),
        }
        facts = json.dumps(sidecar, indent=1, sort_keys=True) + "\n"
        # Level 2 takes a third of the time of level 6 for 14 % more bytes.
        packed = gzip.compress(response.body, compresslevel=2, mtime=0)
        stem = moment.strftime("%H%M%S.%f")
        part = self.directory / ".part"
        with file_lock(self.directory / ".lock"):
            # With a fixed clock all responses have the same time.
            taken = len(list(folder.glob(f"{stem}-*.json")))
            names = (folder / f"{stem}-{number:06d}.json" for number in itertools.count(taken))
            name = next(name for name in names if not name.exists())
            body = name.with_suffix(".gz")
            put_in_place(name, facts.encode(), part=part)
            put_in_place(body, packed, part=part)
        return body

    def replay(self) -> Iterator[RawResponse]:
        """Yield the archived responses, oldest first, skipping a sidecar without a body.

        Raises:
            BadResponseError: a body does not match its sidecar's checksum, or cannot be read.
        """
        for folder in days_in(self.directory):
            for member in _of_day(folder):
                if response := self.read(member):
                    yield response

    def read(self, member: Member) -> RawResponse | None:
        """Return a response, or None for a sidecar without a body.

        Raises:
            BadResponseError: the body does not match its sidecar's checksum, or cannot be read.
        """
        if not member.is_packed and not member.body.exists():
            return None
        return _read(member)

    def nearest(self, part: bytes, moment: datetime) -> RawResponse | None:
        """Return the response with these bytes that was kept nearest to a moment, of a day around.

        Damaged responses are left out.
        """
        days = {(moment + timedelta(days=n)).astimezone(UTC).date() for n in (-1, 0, 1)}
        kept: list[Member] = []
        for day in sorted(days):
            with suppress(BadResponseError):
                kept += _of_day(self.directory / f"{day:%Y/%m/%d}")
        for member in sorted(kept, key=lambda one: abs(_kept_at(one) - moment)):
            try:
                response = _read(member)
            except BadResponseError:
                continue
            if part in response.body:
                return response
        return None


def _of_day(folder: Path) -> list[Member]:
    try:
        return members(folder)
    except ValueError as error:
        pack = pack_of(folder)
        raise BadResponseError(
            f"The pack of archived responses {pack} is damaged: {error}.",
            hint="Move it away and replay again; arXiv still has the records.",
        ) from error


def _kept_at(member: Member) -> datetime:
    """Return the time in a file's name, or one far away for a name of another form."""
    folder = "/".join(member.place.with_suffix("").parts[-3:])
    try:
        named = f"{folder} {member.stem.partition('-')[0]}"
        return datetime.strptime(named, "%Y/%m/%d %H%M%S.%f").replace(tzinfo=UTC)
    except ValueError:
        return datetime.min.replace(tzinfo=UTC)


def _read(member: Member) -> RawResponse:
    body = member.body
    try:
        facts = load_json(_bytes_of(member, ".json", _MAX_SIDECAR_BYTES))
        content = _unpacked(_bytes_of(member, ".gz", 2 * MAX_BODY_BYTES))
        whole = hashlib.sha256(content).hexdigest() == facts["sha256"]
        response = RawResponse(
            url=facts["url"],
            status=facts["status"],
            headers=facts["headers"],
            body=content,
            fetched_at=datetime.fromisoformat(facts["fetched_at"]),
        )
    except (OSError, EOFError, zlib.error, LookupError, TypeError, ValueError) as error:
        raise _damaged(body) from error
    if not whole:
        raise _damaged(body)
    return replace(response, path=body)


def _bytes_of(member: Member, suffix: str, most_bytes: int) -> bytes:
    if member.is_packed:
        return member.read(suffix, most_bytes=most_bytes)
    return read_regular(member.place / f"{member.stem}{suffix}", most_bytes=most_bytes)


def _unpacked(packed: bytes) -> bytes:
    """Return the content of a gzip file, which may come from elsewhere, up to the limit."""
    unzip = zlib.decompressobj(zlib.MAX_WBITS | 16)
    content = unzip.decompress(packed, MAX_BODY_BYTES + 1)
    if len(content) > MAX_BODY_BYTES:
        raise ValueError(f"more than {MAX_BODY_BYTES} bytes")
    if not unzip.eof:
        raise EOFError
    return content


def _damaged(body: Path) -> BadResponseError:
    return BadResponseError(
        f"The archived response {body} is damaged: it does not fit the checksum in its"
        " .json, or that cannot be read.",
        hint="Move it and its .json away and replay again; arXiv still has the records.",
    )
