"""Draw the promise as a badge: an SVG for a README, and JSON that services of badges read too.

A badge that is not drawn again becomes wrong, so one that is kept names the day until which
it holds.
"""

import json
from html import escape

from pipeline.publish.promise import Kept, Promise

#: of the desk: its accent, the colour of what waits, of what is wrong, and a grey
_COLOURS = {
    Kept.KEPT: "0b6463",
    Kept.PAUSED: "74520a",
    Kept.LATE: "9d2b22",
    Kept.NONE: "5d5952",
    Kept.ENDED: "5d5952",
}
_GREY = "45423d"
#: pixels of an average character at 11 px, and beside each text
_CHARACTER, _BESIDE = 6.4, 8


def badge_texts(promise: Promise) -> tuple[str, str]:
    """Return what is promised and how it stands, in English, because badges are read anywhere."""
    if promise.state is Kept.ENDED:
        return "survey", f"ended on {promise.ended_on}"
    if promise.state is Kept.NONE:
        return "issues", "no rhythm promised"
    label = f"{promise.rhythm} issue"
    if promise.state is Kept.PAUSED:
        return label, f"paused until {promise.paused_until}"
    if promise.state is Kept.LATE:
        return label, f"late by {promise.days_late} day{'' if promise.days_late == 1 else 's'}"
    return label, "kept" if promise.due is None else f"kept, next by {promise.due}"


def badge_svg(promise: Promise) -> str:
    """Return the badge as a picture with a text for people who do not see it."""
    label, message = badge_texts(promise)
    left, right = _width(label), _width(message)
    title = escape(f"{label}: {message}")
    return f"""\
<svg xmlns="http://www.w3.org/2000/svg" width="{left + right}" height="20" role="img" \
aria-label="{title}">
<title>{title}</title>
<rect width="{left + right}" height="20" rx="4" fill="#{_GREY}"/>
<path d="M{left} 0h{right - 4}a4 4 0 0 1 4 4v12a4 4 0 0 1-4 4H{left}z" \
fill="#{_COLOURS[promise.state]}"/>
<g fill="#fff" font-family="Verdana,DejaVu Sans,sans-serif" font-size="11" text-anchor="middle">
<text x="{left / 2:g}" y="14" textLength="{left - 2 * _BESIDE}">{escape(label)}</text>
<text x="{left + right / 2:g}" y="14" textLength="{right - 2 * _BESIDE}">{escape(message)}</text>
</g>
</svg>
"""


def badge_json(promise: Promise) -> str:
    """Return the promise; the first four keys are those of shields.io's endpoint badge."""
    label, message = badge_texts(promise)
    document: dict[str, object] = {
        "schemaVersion": 1,
        "label": label,
        "message": message,
        "color": _COLOURS[promise.state],
        "rhythm": promise.rhythm,
        "state": promise.state.value,
        "days_late": promise.days_late,
        "last_issue": None if promise.issue is None else str(promise.issue),
        "due": None if promise.due is None else promise.due.isoformat(),
        "paused_until": None if promise.paused_until is None else promise.paused_until.isoformat(),
    }
    if promise.ended_on is not None:
        document["ended_on"] = promise.ended_on.isoformat()
    return json.dumps(document, indent=1) + "\n"


def _width(text: str) -> int:
    return round(len(text) * _CHARACTER) + 2 * _BESIDE
