"""Rate limiter shared by all processes: one request at a time and one per interval.

arXiv's terms: "no more than one request every three seconds, and limit requests to a single
connection at a time", for all interfaces together (https://info.arxiv.org/help/api/tou.html). A
JSON file records the last request's end and any cool-down.
"""

import json
import math
import os
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import asdict, dataclass, replace
from pathlib import Path

from config.errors import ConfigError
from config.files import NotRegularError, is_own_directory, put_in_place, read_regular
from config.locks import LockHeldError, file_lock
from config.loopback import is_loopback_host
from pipeline.ingest.sources.errors import (
    ArxivUnreachableError,
    BlockedError,
    ThrottledError,
    shown,
)

#: a longer Retry-After is taken for a mistake, a longer cool-down for another program's
LONGEST_WAIT_SECONDS = 7 * 24 * 3600.0

_POLL_SECONDS = 0.02
#: intervals to wait within a run for a cool-down that arXiv did not name
_OWN_WAIT = 40
_MOST_BYTES = 64 * 1024


def default_limiter_path() -> Path:
    """Return the state file shared by everything this user runs on this machine.

    It is per user, because a file writable by all would let any user block the others.

    Raises:
        ConfigError: the directory is a link or belongs to another user.
    """
    base = os.environ.get("XDG_STATE_HOME") or (Path.home() / ".local" / "state")
    directory = Path(base) / "living-survey"
    try:
        directory.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError:  # the home directory is not writable, as under some service managers
        directory = Path(tempfile.gettempdir()) / f"living-survey-{os.getuid()}"
        with suppress(OSError):
            directory.mkdir(mode=0o700, parents=True, exist_ok=True)
    if not is_own_directory(directory):
        raise ConfigError(
            f"The directory {directory} for the request rate is a link or not yours alone.",
            hint="Remove it, or name a file of your own as [arxiv] limiter in living-survey.toml.",
        )
    return directory / "limiter.json"


def host_group(host: str, port: int | None) -> str:
    """Return the key of one limit: all hosts of arXiv, or one local port."""
    if is_loopback_host(host):
        return f"loopback-{port or 80}"
    return "arxiv" if host == "arxiv.org" or host.endswith(".arxiv.org") else host


@dataclass(frozen=True, slots=True)
class _State:
    """State shared by the processes; times in seconds."""

    boot: str = ""
    ended_wall: float = 0.0
    ended_monotonic: float = 0.0
    in_flight: bool = False
    cool_until: float = 0.0
    cool_seconds: float = 0.0
    reason: str = ""
    blocked: bool = False
    #: arXiv named the wait (Retry-After)
    asked: bool = False
    strikes: int = 0

    @property
    def is_plausible(self) -> bool:
        """Whether this program can have written it."""
        times = (self.ended_wall, self.ended_monotonic, self.cool_until, self.cool_seconds)
        flags = (self.in_flight, self.blocked, self.asked)
        return (
            all(type(time) in (int, float) and math.isfinite(time) for time in times)
            and all(type(flag) is bool for flag in flags)
            and all(type(text) is str for text in (self.boot, self.reason))
            and type(self.strikes) is int
            and self.strikes >= 0
            and 0 <= self.cool_seconds <= LONGEST_WAIT_SECONDS
        )


class Limiter:
    """Rate limiter with one state file per host group beside `path`."""

    def __init__(
        self,
        path: Path,
        min_interval_seconds: float,
        *,
        wait: Callable[[float], None] = time.sleep,
        wall: Callable[[], float] = time.time,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self.path = path
        self.min_interval_seconds = min_interval_seconds
        self._wait = wait
        self._wall = wall
        self._monotonic = monotonic

    @contextmanager
    def turn(self, group: str, *, patience_seconds: float = 120.0) -> Iterator[None]:
        """Wait for this process's turn and hold it.

        Raises:
            ThrottledError: a cool-down lasts longer than `patience_seconds`, or than 40 intervals
                if arXiv did not name it.
            BlockedError: arXiv has refused us.
            ArxivUnreachableError: another process held the turn for all that time.
        """
        give_up = self._monotonic() + patience_seconds
        while True:
            with self._locked(group, give_up):
                state = self._anchored(group)
                cooling = self._cooling(state)
                left = 0.0 if cooling else self._interval_left(group, state)
                if not cooling and left <= 0:
                    self._write(group, replace(state, in_flight=True))
                    try:
                        yield
                    finally:
                        self._write(group, self._ended(self._read(group)))
                    return
            reason = shown(state.reason).rstrip(".")
            # Wait outside the lock, so that others see a cool-down at once and are not starved.
            if cooling and state.blocked:
                raise BlockedError(
                    f"arXiv has refused us: {reason}. Requests stay blocked for"
                    f" {cooling / 3600:.1f} hours.",
                    hint=f"Find out why first; then delete {self._file(group)} to continue.",
                )
            if cooling and cooling > self._patience(state, give_up):
                raise ThrottledError(
                    f"arXiv asked us to wait: {reason}; {cooling:.0f} s are left.",
                    retry_after=cooling,
                )
            self._wait(cooling or left)

    def cool_down(
        self, group: str, seconds: float, reason: str, *, blocked: bool = False, asked: bool = False
    ) -> None:
        """Start a cool-down unless a longer one runs; call it while holding the turn.

        Args:
            group: the hosts.
            seconds: how long.
            reason: shown until it is over.
            blocked: arXiv refuses this client.
            asked: arXiv named the wait.
        """
        state = self._read(group)
        running = self._cooling(state)
        asked = state.asked if running > seconds else asked
        seconds = min(max(seconds, running), LONGEST_WAIT_SECONDS)
        self._write(
            group,
            replace(
                state,
                cool_until=self._wall() + seconds,
                cool_seconds=seconds,
                reason=reason,
                # A cool-down after an expired block is not a block.
                blocked=blocked or (state.blocked and running > 0),
                asked=asked,
                strikes=state.strikes + 1,
            ),
        )

    def strikes(self, group: str) -> int:
        """Return the number of cool-downs since the last proper response."""
        return self._read(group).strikes

    def relax(self, group: str) -> None:
        """Reset the strikes after a proper response; call it while holding the turn."""
        state = self._read(group)
        if state.strikes or state.blocked:
            self._write(group, replace(state, strikes=0, blocked=False, reason=""))

    def cooling(self, group: str) -> tuple[float, str]:
        """Return the seconds left of the cool-down (0 if none runs) and its reason."""
        state = self._read(group)
        return self._cooling(state), shown(state.reason)

    def is_blocked(self, group: str) -> bool:
        """Say whether the running cool-down is a refusal (403)."""
        state = self._read(group)
        return state.blocked and self._cooling(state) > 0

    def _cooling(self, state: _State) -> float:
        # Capped, because the wall clock may have been set back.
        return min(max(0.0, state.cool_until - self._wall()), state.cool_seconds)

    def _anchored(self, group: str) -> _State:
        """Return the state; a cool-down from before the clock was set back starts now."""
        state = self._read(group)
        until = self._wall() + state.cool_seconds
        if state.cool_until > until:
            state = replace(state, cool_until=until)
            self._write(group, state)
        return state

    def _patience(self, state: _State, give_up: float) -> float:
        """Return the longest cool-down to wait for; longer ones are left to a later run."""
        left = give_up - self._monotonic()
        return left if state.asked else min(left, _OWN_WAIT * self.min_interval_seconds)

    def _interval_left(self, group: str, state: _State) -> float:
        """Return the seconds until the interval since the last request's end has passed.

        It counts from the end, because requests must not reach the server closer together.
        """
        if state.in_flight:
            # Its process was killed, perhaps just after sending the request.
            state = self._ended(state)
            self._write(group, state)
        if state.boot == _boot_id() and self._monotonic() >= state.ended_monotonic:
            passed = self._monotonic() - state.ended_monotonic
        else:  # another boot: only the wall clock spans it
            passed = self._wall() - state.ended_wall
            if passed < 0:
                self._write(group, self._ended(state))
                passed = 0.0
        return self.min_interval_seconds - passed

    def _ended(self, state: _State) -> _State:
        return replace(
            state,
            boot=_boot_id(),
            ended_wall=self._wall(),
            ended_monotonic=self._monotonic(),
            in_flight=False,
        )

    @contextmanager
    def _locked(self, group: str, give_up: float) -> Iterator[None]:
        lock = self._file(group).with_suffix(".lock")
        with ExitStack() as stack:
            try:
                stack.enter_context(
                    file_lock(
                        lock,
                        timeout_seconds=give_up - self._monotonic(),
                        wait=self._wait,
                        monotonic=self._monotonic,
                        pause_seconds=_POLL_SECONDS,
                    )
                )
            except LockHeldError:
                raise ArxivUnreachableError(
                    f"Another process on this machine is using arXiv; the lock {lock} was"
                    " not released in time.",
                    hint="Run the same command when the other process has ended.",
                ) from None
            yield

    def _file(self, group: str) -> Path:
        return self.path.with_name(f"{self.path.stem}-{group}.json")

    def _read(self, group: str) -> _State:
        path = self._file(group)
        # Unknown content: be as careful as after a killed request.
        unknown = _State(in_flight=True)
        try:
            state = _State(**json.loads(read_regular(path, most_bytes=_MOST_BYTES)))
        except FileNotFoundError:
            return _State()
        except (NotRegularError, ValueError, TypeError, RecursionError):
            return unknown
        return state if state.is_plausible else unknown

    def _write(self, group: str, state: _State) -> None:
        path = self._file(group)
        put_in_place(
            path, json.dumps(asdict(state)).encode(), part=path.with_suffix(".part"), durable=False
        )


def _boot_id() -> str:
    try:
        return Path("/proc/sys/kernel/random/boot_id").read_text(encoding="ascii").strip()
    except OSError:
        return ""
