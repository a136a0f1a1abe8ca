"""Write messages: a subject, a plain text, and the same as data.

Texts of arXiv and of other machines can be in it (IDs, terms, error messages): they are on one
line, without invisible characters, cut, and marked up for the way that carries them.
"""

import json
import secrets
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from config.visible import one_line, shortened
from pipeline.operate.alerts.news import Item, Parcel
from pipeline.runtime.plurals import counted
from storage.alert_types import AlertKind

#: characters of a sentence or a remedy
_LONGEST = 600
#: characters of a subject
_SUBJECT = 120
#: alarms of one kind that a message names
_NAMED = 3
_TITLES = {
    AlertKind.RAISED: "New",
    AlertKind.WORSE: "Worse than before",
    AlertKind.REPEATED: "Still so",
    AlertKind.CLEARED: "Over",
}


@dataclass(frozen=True, slots=True)
class Message:
    """One message, the same for every way."""

    #: the same when it is repeated
    id: str
    subject: str
    text: str
    #: as JSON values
    data: dict[str, object]


def write_message(survey: str, parcel: Parcel, now: datetime, *, standing: int = 0) -> Message:
    """Return the message of a parcel.

    Args:
        survey: its title.
        parcel: what it tells.
        now: the instant.
        standing: alarms that stand and are not in it.
    """
    title = shortened(one_line(survey), 60)
    id_ = parcel.repeats or secrets.token_hex(12)
    lines = [f"{title}, {now:%Y-%m-%d %H:%M} UTC", ""]
    if parcel.repeats:
        lines += ["This message may have reached you already.", ""]
    for kind, heading in _TITLES.items():
        if items := [one for one in parcel.items if one.event.kind is kind]:
            lines += [heading, *_paragraphs(items), ""]
    if standing:
        told = "alarm stands" if standing == 1 else "alarms stand"
        lines += [f"{standing} more {told} and had been told before.", ""]
    lines += _foot(parcel.items)
    data: dict[str, object] = {
        "id": id_,
        "survey": title,
        "at": now.isoformat(),
        "alarms": [_data(one) for one in parcel.items],
    }
    return Message(id_, f"[{title}] {_subject(parcel.items)}", "\n".join(lines) + "\n", data)


def trial_message(survey: str, now: datetime) -> Message:
    """Return a message that says that it is only a test."""
    title = shortened(one_line(survey), 60)
    id_ = secrets.token_hex(12)
    text = (
        f"{title}, {now:%Y-%m-%d %H:%M} UTC\n\nThis is a test: nothing is wrong. Alarms of this"
        " survey reach you in this way.\n"
    )
    data: dict[str, object] = {
        "id": id_, "survey": title, "at": now.isoformat(), "alarms": [], "test": True
    }  # fmt: skip
    return Message(id_, f"[{title}] test of alarms", text, data)


def as_webhook(message: Message, form: str) -> tuple[bytes, str]:
    """Return the body that a webhook gets and its media type."""
    if form == "text":
        return message.text.encode(), "text/plain; charset=utf-8"
    if form == "slack":
        # Slack reads <...> as links and mentions (https://docs.slack.dev/messaging/formatting-message-text).
        marked = message.text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
        document: dict[str, object] = {"text": f"{_plain_subject(message)}\n{marked}"}
    else:
        document = {**message.data, "subject": message.subject, "text": message.text}
    return json.dumps(document, ensure_ascii=True).encode(), "application/json"


def _plain_subject(message: Message) -> str:
    return message.subject.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def _paragraphs(items: Sequence[Item]) -> list[str]:
    """Return two lines for each alarm; of many of a kind the first and how many more."""
    lines: list[str] = []
    for alike in _by_kind(items).values():
        for one in alike[:_NAMED]:
            lines += _lines_of(one)
        if (more := len(alike) - _NAMED) > 0:
            lines.append(f"- and {more} more like the last: `living-survey alerts` lists them.")
    return lines


def _by_kind(items: Iterable[Item]) -> dict[str, list[Item]]:
    found: dict[str, list[Item]] = {}
    for one in items:
        found.setdefault(one.alarm.cause.partition(":")[0], []).append(one)
    return found


def _lines_of(item: Item) -> list[str]:
    since = f"since {item.alarm.raised_at:%Y-%m-%d %H:%M} UTC"
    sentence = _clean(item.event.sentence)
    if item.event.kind is AlertKind.CLEARED:
        return [f"- no more: {sentence} ({item.alarm.cause}, {since})"]
    return [
        f"- {sentence[:1].upper()}{sentence[1:]} ({item.alarm.cause}, {since})",
        f"  What to do: {_clean(item.event.remedy)}",
    ]


def _foot(items: Sequence[Item]) -> list[str]:
    bad = [one for one in items if one.event.kind is not AlertKind.CLEARED]
    if not bad:
        return ["`living-survey alerts` lists what stands."]
    cause = bad[0].alarm.cause
    return [
        "It is sent once, and again when it is over, twice as bad, or after [alerts] repeat_days.",
        f'`living-survey alerts accept {cause} --reason "..."` ends one that you can live with.',
    ]


def _subject(items: Sequence[Item]) -> str:
    bad = [one for one in items if one.event.kind is not AlertKind.CLEARED]
    over = len(items) - len(bad)
    if not bad:
        first = _clean(items[0].event.sentence)
        said = f"all clear: {first}" if over == 1 else f"all clear for {counted(over, 'alarm')}"
    elif len(bad) == 1:
        said = f"alarm: {_clean(bad[0].event.sentence)}"
    else:
        said = f"{counted(len(bad), 'alarm')}: {_clean(bad[0].event.sentence)}"
    return shortened(said, _SUBJECT)


def _data(item: Item) -> dict[str, object]:
    return {
        "cause": item.alarm.cause,
        "what": item.event.kind.value,
        "sentence": _clean(item.event.sentence),
        "remedy": _clean(item.event.remedy),
        "since": item.alarm.raised_at.isoformat(),
    }


def _clean(text: str) -> str:
    return shortened(one_line(text), _LONGEST)
