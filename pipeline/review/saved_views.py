"""Keep a reviewer's selections under names."""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from config.errors import UsageError
from config.visible import visible

#: name of the preference that holds the views
PREFERENCE = "views"
MOST_VIEWS = 30
#: characters
LONGEST_NAME = 40
LONGEST_QUERY = 2_000


@dataclass(frozen=True, slots=True)
class SavedView:
    """A selection under a name; `query` is as in the queue's address."""

    name: str
    query: str


def read_views(text: str | None) -> tuple[SavedView, ...]:
    """Return the stored views; those that cannot be read are left out."""
    try:
        stored = json.loads(text or "[]")
    except ValueError:
        return ()
    pairs = stored if isinstance(stored, list) else []
    return tuple(
        SavedView(pair[0], pair[1])
        for pair in pairs
        if isinstance(pair, list) and len(pair) == 2 and all(isinstance(one, str) for one in pair)
    )


def views_text(views: Iterable[SavedView]) -> str:
    """Return what is stored of views."""
    return json.dumps([[view.name, view.query] for view in views], ensure_ascii=False)


def with_view(views: Sequence[SavedView], name: str, query: str) -> tuple[SavedView, ...]:
    """Return the views with this one last, or in the place of the one with its name.

    Raises:
        UsageError: the name cannot be used, or there are too many views.
    """
    new = SavedView(_read_name(name), query)
    if len(query) > LONGEST_QUERY:
        raise UsageError(
            f"This view is too long to be saved ({len(query):,} characters).",
            hint="Leave out a filter or shorten the search.",
        )
    if any(view.name == new.name for view in views):
        return tuple(new if view.name == new.name else view for view in views)
    if len(views) >= MOST_VIEWS:
        raise UsageError(
            f"{MOST_VIEWS} views are saved, and that is the limit.", hint="Delete one first."
        )
    return (*views, new)


def renamed(views: Sequence[SavedView], name: str, new_name: str) -> tuple[SavedView, ...]:
    """Return the views with one renamed.

    Raises:
        UsageError: the view does not exist, or the new name cannot be used or is taken.
    """
    found, new = _found(views, name), _read_name(new_name)
    if new != name and any(view.name == new for view in views):
        raise UsageError(f"Another view is named {new!r}.", hint="Choose another name.")
    return tuple(SavedView(new, found.query) if view is found else view for view in views)


def without(views: Sequence[SavedView], name: str) -> tuple[SavedView, ...]:
    """Return the views without one; raise UsageError if it does not exist."""
    found = _found(views, name)
    return tuple(view for view in views if view is not found)


def _found(views: Sequence[SavedView], name: str) -> SavedView:
    found = next((view for view in views if view.name == name), None)
    if found is None:
        raise UsageError(
            f"No view is named {name[:LONGEST_NAME]!r}.", hint="It may have been renamed meanwhile."
        )
    return found


def _read_name(text: str) -> str:
    name = " ".join(text[: 10 * LONGEST_NAME].split())
    if not name or len(name) > LONGEST_NAME or not name.isprintable() or visible(name) != name:
        raise UsageError(
            f"{text[:LONGEST_NAME]!r} cannot be the name of a view.",
            hint=f"Use one line of at most {LONGEST_NAME} printable characters.",
        )
    return name
