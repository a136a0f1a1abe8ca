"""The sentences that the desk's script says by itself."""

from collections.abc import Mapping

#: by the name that the script uses
WORDS: Mapping[str, str] = {
    "again": "Try again",
    "approved": "approved",
    "deferred": "deferred",
    "nothing": "Nothing was recorded; your choices and your note are kept.",
    "rejected": "rejected",
    "saving": "Saving your last decisions, then going on.",
    "session": "The session has ended. Open the printed address in another tab, then try again.",
    "unreachable": "The server does not answer.",
    "waiting": "Decisions that wait behind it: %d.",
    "where": "Where does this paper belong? Press a number, or tick a section and approve.",
    "why": "Why is it rejected? Press a number or choose a reason.",
    "withdrawn": "Taken back before it was sent.",
}
