"""What earlier calls learned of links, kept in a file beside the database."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from config.errors import LivingSurveyError
from config.files import put_in_place, read_regular_text
from config.json_toml import load_json
from pipeline.curated.lint.online.answers import Answer, State
from pipeline.runtime.json_text import as_json


@dataclass(frozen=True, slots=True)
class Known:
    """A link as it was when it was last asked."""

    state: State
    detail: str
    target: str
    #: calls in a row in which it failed
    strikes: int
    asked_at: datetime
    #: when it began to fail
    failing_since: datetime | None


def path_beside(database: Path) -> Path:
    """Return the file that belongs to a database."""
    return database.with_name(f"{database.stem}.links.json")


def read_memory(path: Path) -> dict[str, Known]:
    """Return what is known by address; nothing where no call was made before.

    Raises:
        LivingSurveyError: the file cannot be read.
    """
    try:
        if not path.exists():
            return {}
        return {url: _known(one) for url, one in load_json(read_regular_text(path)).items()}
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise LivingSurveyError(
            f"{path}, which counts how often links failed, cannot be read.",
            hint="Move it away: counting then begins again.",
        ) from error


def _known(one: Mapping[str, str]) -> Known:
    since = one["failing_since"]
    return Known(
        State(one["state"]),
        str(one["detail"]),
        str(one["target"]),
        int(one["strikes"]),
        datetime.fromisoformat(one["asked_at"]),
        datetime.fromisoformat(since) if since else None,
    )


def remember(path: Path, answers: Mapping[str, Answer], now: datetime) -> dict[str, Known]:
    """Add what a call learned to the file, and return all that is known.

    Raises:
        LivingSurveyError: the file cannot be read or written.
    """
    known = read_memory(path)  # again, because another call may have written it meanwhile
    known |= {
        url: after(known.get(url), answer, now)
        for url, answer in answers.items()
        if answer.state is not State.UNASKED
    }
    try:
        put_in_place(path, as_json(dict(sorted(known.items()))).encode())
    except OSError as error:
        raise LivingSurveyError(
            f"{path}, which counts how often links failed, cannot be written:"
            f" {(error.strerror or 'unknown').lower()}.",
            hint="Check the permissions and the free space of its directory.",
        ) from error
    return known


def after(before: Known | None, answer: Answer, now: datetime) -> Known:
    """Return what is known of a link after an answer; one that is blocked keeps its strikes."""
    strikes = before.strikes if before else 0
    since = before.failing_since if before else None
    match answer.state:
        case State.FAILED:
            strikes, since = strikes + 1, since or now
        case State.ALIVE | State.MOVED:
            strikes, since = 0, None
    return Known(answer.state, answer.detail, answer.target, strikes, now, since)
