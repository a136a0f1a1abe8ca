"""Check that suggestions are answered and can come in."""

from collections.abc import Iterator
from datetime import datetime

from pipeline.runtime.findings import Finding
from pipeline.runtime.plurals import counted
from pipeline.runtime.services import Services
from storage.suggestion_types import SuggestionCount

#: days after which a person who asked should have an answer
_LONG = 7


def checks(services: Services) -> Iterator[Finding]:
    """Yield suggestions that wait long, and settings that cannot work."""
    settings = services.settings
    with services.open_store() as store:
        waiting = store.suggestions.count()
    sentence = waiting_sentence(waiting, services.clock())
    if sentence:
        assert waiting.oldest is not None
        yield Finding(
            "suggestions",
            f"{sentence[:1].upper()}{sentence[1:]}.",
            "Answer them on the page Suggestions of `living-survey serve`, or see"
            " `living-survey suggestions`.",
            wrong=(services.clock() - waiting.oldest).days > _LONG,
        )
    if not settings.suggestions.enabled:
        return
    if not settings.subscribers.url:
        yield Finding(
            "suggestions",
            "[suggestions] enabled is set, but [subscribers] url is empty: no link can lead to the"
            " page.",
            "Set it to the public address of what `living-survey serve --public` serves.",
        )
    elif settings.publish.suggest_url:
        yield Finding(
            "suggestions",
            "[publish] suggest_url is not used, because [suggestions] enabled has a page of its"
            " own.",
            "Empty it, or set [suggestions] enabled = false.",
            wrong=False,
        )


def waiting_sentence(count: SuggestionCount, now: datetime) -> str:
    """Return how many wait and since when; empty: none."""
    if count.oldest is None:
        return ""
    days = max((now - count.oldest).days, 0)
    verb = "waits" if count.suggestions == 1 else "wait"
    age = counted(days, "day") if days else "less than a day"
    return f"{counted(count.suggestions, 'suggestion')} {verb}, the oldest {age}"
