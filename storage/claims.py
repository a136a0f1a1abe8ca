"""Keep who reads which paper just now, in a small file beside the database.

A claim lasts minutes and is lost without harm, so it is not worth a lease of the database for
writing, which would also close the file for every other process (docs/study/measurements.md). All
services and commands on the database share the file; whoever changes it holds its lock.
"""

import json
import logging
import threading
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from config.files import put_in_place, read_regular
from config.locks import LockHeldError, NoLocksError, file_lock
from config.visible import one_line
from storage.engine.paths import claims_lock_path, claims_path, real_path

_log = logging.getLogger(__name__)
#: claims of one reviewer; the oldest are dropped, because no one reads more papers at a time
MOST_OF_ONE = 20
#: bytes of the file that are read
_LARGEST = 1024 * 1024
#: a claim lasts at most; the settings allow less
_LONGEST = timedelta(days=1)
#: characters of a name that are read
_LONGEST_NAME = 200
#: seconds of waiting for a file that is changed in less than a thousandth of one
_PATIENCE = 2.0


@dataclass(frozen=True, slots=True)
class Claim:
    """A paper that somebody reads, until an instant if the claim is not renewed."""

    arxiv_id: str
    reviewer: str
    until: datetime
    #: kept for somebody who reads another paper first
    ahead: bool = False

    @property
    def said(self) -> str:
        """What a terminal says of it."""
        if self.ahead:
            return f"next for {self.reviewer}"
        return f"being read by {self.reviewer}, until {self.until:%H:%M} UTC"


def given(papers: Iterable[str], others: Mapping[str, Claim]) -> str | None:
    """Return the first paper that can be had beside the claims of others; None: all are read.

    It is the first that no one claims, else the first that is only kept ahead for somebody.
    """
    kept = None
    for key in papers:
        claim = others.get(key)
        if claim is None:
            return key
        if claim.ahead and kept is None:
            kept = key
    return kept


class Claims:
    """The claims on the papers of one database, for all its processes.

    A file that cannot be read holds no claims. One that cannot be written is logged and keeps none:
    reviewers then decide as if they were alone, and a double decision is noticed as ever.
    """

    def __init__(self, database: Path) -> None:
        self._database = real_path(database)
        # so that the threads of a service wait without asking again and again
        self._turn = threading.Lock()

    def standing(self, now: datetime) -> Mapping[str, Claim]:
        """Return the claims that last, by paper."""
        return self._read(now)

    def change(
        self,
        reviewer: str,
        *,
        now: datetime,
        until: datetime,
        take: Sequence[str] = (),
        ahead: Sequence[str] = (),
        leave: Iterable[str] = (),
        over: bool = False,
    ) -> Mapping[str, Claim]:
        """Claim one paper to read, keep some ahead, leave some, in one step.

        What somebody else reads stays theirs, unless `over`. What is kept ahead for somebody else
        is taken only if all of `take` is read or kept.

        Args:
            reviewer: who reads.
            now: the present; claims until then are over.
            until: when the claims made here end; claims that are there already are renewed.
            take: the first of these papers that can be had is claimed.
            ahead: papers that are kept, if they are free.
            leave: papers that the reviewer does not read any more.
            over: claim the first of `take` whoever reads it.

        Returns:
            All claims that last after it, by paper.
        """

        def changed(claims: dict[str, Claim]) -> None:
            for key in leave:
                if key in claims and claims[key].reviewer == reviewer:
                    del claims[key]
            others = {key: one for key, one in claims.items() if one.reviewer != reviewer}
            taken = next(iter(take), None) if over else given(take, others)
            kept = [key for key in ahead if key not in others and key != taken]
            for key in (*kept, *filter(None, (taken,))):
                claims.pop(key, None)  # the newest stand last
                claims[key] = Claim(key, reviewer, until, ahead=key != taken)
            own = [key for key, one in claims.items() if one.reviewer == reviewer]
            for key in own[:-MOST_OF_ONE]:
                del claims[key]

        return self._changed(changed, now)

    def end(self, now: datetime, *, of: str = "", papers: Iterable[str] = ()) -> int:
        """End all claims of a reviewer, and everybody's on some papers; return how many."""
        named = frozenset(papers)
        ended: list[str] = []

        def changed(claims: dict[str, Claim]) -> None:
            ended.extend(key for key, one in claims.items() if one.reviewer == of or key in named)
            for key in ended:
                del claims[key]

        if claims_path(self._database).exists():
            self._changed(changed, now)
        return len(ended)

    def _changed(
        self, change: Callable[[dict[str, Claim]], None], now: datetime
    ) -> Mapping[str, Claim]:
        try:
            with (
                self._turn,
                file_lock(claims_lock_path(self._database), timeout_seconds=_PATIENCE),
            ):
                claims = self._read(now)
                before = dict(claims)
                change(claims)
                if claims != before:
                    # a fixed name, because the lock is held; not synced, because it lasts minutes
                    path = claims_path(self._database)
                    part = path.with_name(f".{path.name}.part")
                    put_in_place(path, _text(claims), part=part, durable=False)
                return claims
        except (OSError, LockHeldError, NoLocksError) as error:
            _log.warning("claims cannot be kept", extra={"error": str(error)})
            return self._read(now)

    def _read(self, now: datetime) -> dict[str, Claim]:
        try:
            rows = json.loads(read_regular(claims_path(self._database), most_bytes=_LARGEST))
            found = [_claim(row) for row in rows]
        except FileNotFoundError:
            return {}
        except (OSError, ValueError, TypeError, KeyError, RecursionError, OverflowError) as error:
            _log.warning("claims cannot be read", extra={"error": str(error)})
            return {}
        # one that lasts longer comes from a clock that was ahead, or from another hand
        return {one.arxiv_id: one for one in found if now < one.until <= now + _LONGEST}


def _claim(row: Mapping[str, object]) -> Claim:
    until = datetime.fromisoformat(str(row["until"]))
    key, reviewer = (one_line(str(row[name]))[:_LONGEST_NAME] for name in ("arxiv_id", "reviewer"))
    return Claim(key, reviewer, until.astimezone(UTC), ahead=bool(row["ahead"]))


def _text(claims: Mapping[str, Claim]) -> bytes:
    rows = [{**asdict(one), "until": one.until.isoformat()} for one in claims.values()]
    return json.dumps(rows, ensure_ascii=False, indent=1).encode()
