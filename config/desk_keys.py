"""Define the keys of the review pages, and read the ones that someone changed."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from config.errors import UsageError
from config.nearest import nearest

#: written instead of a key for an action without one
NO_KEY = "none"
_RULE = "A key is one character that is neither a digit nor a space."


@dataclass(frozen=True, slots=True)
class Action:
    """What a key does; `key` is the built-in one, as the browser names it."""

    name: str
    key: str
    does: str


@dataclass(frozen=True, slots=True)
class Place:
    """A page that is opened with the key of `go`, then this letter."""

    letter: str
    name: str
    path: str


ACTIONS = (
    Action("approve", "a", "Approve into the ticked sections"),
    Action("reject", "r", "Reject; then a number gives the reason"),
    Action("defer", "d", "Defer"),
    Action("next", "j", "Show the next paper"),
    Action("previous", "k", "Show the previous paper"),
    Action("undo", "u", "Take back what you did last"),
    Action("note", "n", "Write a note"),
    Action("sections", "s", "Find a section by its name"),
    Action("highlight", "h", "Highlight the paper for the digest"),
    Action("mark", "x", "Mark the paper in the list"),
    Action("search", "/", "Search"),
    Action("help", "?", "Show the keys"),
    Action("go", "g", "Go to another page; then its letter"),
)
#: these cannot be changed
NUMBERS = "1 to 9"
NUMBERS_DO = "Approve into this candidate; after `reject`: give this reason"
ESCAPE_DOES = "Leave a field or a question"

PLACES = (
    Place("q", "Queue", "/queue"),
    Place("i", "Inbox", "/inbox"),
    Place("d", "Deferred", "/deferred"),
    Place("e", "Decisions", "/decisions"),
    Place("a", "Audit", "/audit"),
    Place("h", "Health", "/queue-health"),
    Place("p", "Plan", "/plan"),
    Place("w", "Issues", "/issues"),
    Place("s", "Status", "/status"),
)

_BUILT_IN: Mapping[str, str] = {action.name: action.key for action in ACTIONS}


@dataclass(frozen=True, slots=True)
class KeyMap:
    """The key of each action; empty: it has none. `on` is false where keys are turned off."""

    keys: Mapping[str, str] = field(default_factory=lambda: _BUILT_IN)
    on: bool = True

    @property
    def by_key(self) -> dict[str, str]:
        """The action of each key; nothing where keys are turned off."""
        return {key: name for name, key in self.keys.items() if key} if self.on else {}

    @property
    def changes(self) -> tuple[str, ...]:
        """The bindings that differ from the built-in ones, as `read_keys` reads them."""
        return tuple(
            f"{name}={key or NO_KEY}" for name, key in self.keys.items() if key != _BUILT_IN[name]
        )


def read_keys(bindings: Iterable[str], base: KeyMap | None = None) -> KeyMap:
    """Return `base` (None: the built-in keys) with bindings such as "approve=y" applied.

    Raises:
        UsageError: an action is unknown, a key is not one, or two actions have the same.
    """
    keys = dict((base or KeyMap()).keys)
    for binding in bindings:
        name, _, key = binding.partition("=")
        if name not in keys:
            likely = nearest(name, keys)
            hint = f"Did you mean {likely[0]}?" if likely else f"Actions: {', '.join(keys)}."
            raise UsageError(f"No key can be set for {name[:40]!r}.", hint=hint)
        keys[name] = _read_key(name, key)
    first: dict[str, str] = {}
    for name, key in keys.items():
        if key and first.setdefault(key, name) != name:
            raise UsageError(
                f"{key} would be the key of both {first[key]} and {name}.",
                hint=f"Give one of them another key, or {NO_KEY!r}.",
            )
    return KeyMap(keys, on=base.on if base else True)


def known_keys(bindings: tuple[str, ...]) -> tuple[str, ...]:
    """Return the bindings, or raise ValueError with what is wrong with one of them."""
    try:
        read_keys(bindings)
    except UsageError as error:
        raise ValueError(str(error).rstrip(".")) from error
    return bindings


def _read_key(name: str, text: str) -> str:
    """Return the key in small letters, because it acts with and without caps lock."""
    key = text.strip().lower()
    if key in {"", NO_KEY}:
        return ""
    if len(key) != 1 or not key.isprintable() or key.isspace() or key.isdecimal():
        raise UsageError(f"{text[:20]!r} cannot be the key of {name}.", hint=_RULE)
    return key
