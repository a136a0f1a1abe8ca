"""Read what a reviewer prefers from its stored texts: keys, language, saved views, last visit."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field

from config.desk_keys import KeyMap, read_keys
from config.errors import UsageError
from config.schema import ReviewSettings
from pipeline.review import saved_views, visits
from pipeline.review.outlook.health import own_limit
from pipeline.review.saved_views import SavedView
from pipeline.review.visits import Visit

KEYS, LANGUAGE = "keys", "language"
#: "auto" is the browser's
LANGUAGES = ("auto", "en", "zh")


@dataclass(frozen=True, slots=True)
class Own:
    """What a reviewer prefers; the survey's settings where nothing is stated."""

    keys: KeyMap = field(default_factory=KeyMap)
    language: str = "auto"
    views: tuple[SavedView, ...] = ()
    visit: Visit | None = None
    #: percent from which a paper is likely; None: the survey's
    limit: int | None = None


def survey_own(review: ReviewSettings) -> Own:
    """Return what reviewers have who prefer nothing else."""
    return Own(keys=read_keys(review.keys), language=review.language)


def read_own(stored: Mapping[str, str], survey: Own) -> Own:
    """Return a reviewer's preferences over those of the survey."""
    language = _text(stored.get(LANGUAGE))
    return Own(
        keys=_read_keys(stored.get(KEYS), survey.keys),
        language=language if language in LANGUAGES else survey.language,
        views=saved_views.read_views(stored.get(saved_views.PREFERENCE)),
        visit=visits.read_visit(stored.get(visits.PREFERENCE)),
        limit=own_limit(stored),
    )


def keys_text(keys: KeyMap) -> str:
    """Return what is stored of a reviewer's keys: all of them, and whether they act."""
    return json.dumps({"on": keys.on, "keys": dict(keys.keys)}, ensure_ascii=False)


def _read_keys(text: str | None, survey: KeyMap) -> KeyMap:
    """Return the reviewer's keys; the survey's if they no longer fit each other."""
    try:
        stored = json.loads(text or "{}")
        bindings = [f"{name}={key}" for name, key in stored.get("keys", {}).items()]
        return KeyMap(read_keys(bindings, survey).keys, on=bool(stored.get("on", survey.on)))
    except (ValueError, AttributeError, UsageError):
        return survey


def _text(text: str | None) -> str:
    try:
        return str(json.loads(text or '""'))
    except ValueError:
        return ""
