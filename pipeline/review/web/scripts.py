"""What a page tells its scripts: the keys, the places, and the sentences they say."""

import json
from collections.abc import Callable, Mapping

from config.desk_keys import PLACES, KeyMap

#: in the order in which they are loaded, without `.js`
SCRIPTS = ("outbox", "pieces", "presses", "desk", "keys", "marks", "sections")
#: the sentences that the scripts say by themselves, by the name that they use
WORDS: Mapping[str, str] = {
    "again": "Try again",
    "approved": "approved",
    "came": "Nothing was recorded: another paper had just come. Press again.",
    "decided": "decided",
    "decidedBefore": "Somebody else decided the paper before it meanwhile.",
    "deferred": "deferred",
    "loading": "Nothing was recorded: the next paper was not shown yet. Press again.",
    "nothing": "Nothing was recorded; your choices and your note are kept.",
    "press": "Nothing is recorded yet: press a verdict.",
    "readBy": "being read by %s",
    "readNext": "next for %s",
    "readOther": "%s reads the paper before it: this one is free.",
    "rejected": "rejected",
    "saving": "Saving your last decisions, then going on.",
    "session": "The session has ended. Open the printed address in another tab, then try again.",
    "login": "The session has ended. Log in again in another tab, then try again.",
    "unreachable": "The server does not answer.",
    "waiting": "Decisions that wait behind it: %d.",
    "where": "Where does this paper belong? Press a number, or tick a section and approve.",
    "why": "Why is it rejected? Press a number or choose a reason.",
    "withdrawn": "Taken back before it was sent.",
}


def desk_data(keys: KeyMap, translated: Callable[[str], str] = str, *, team: bool = False) -> str:
    """Return what the scripts read from the page, as JSON; a `team` logs in."""
    said = {**WORDS, "session": WORDS["login"]} if team else WORDS
    return json.dumps(
        {
            "keys": keys.by_key,
            "places": {place.letter: place.path for place in PLACES},
            "words": {name: translated(text) for name, text in said.items()},
        },
        ensure_ascii=False,
    )
