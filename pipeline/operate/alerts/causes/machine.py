"""Alarms about the disk, the backups, and ways of telling that do not work."""

from collections.abc import Iterator
from datetime import timedelta

from config.alerts_schema import AlertsSettings
from pipeline.operate.alerts.alarm import Alarm
from pipeline.operate.alerts.facts import Facts
from pipeline.runtime.plurals import counted

#: it is over when this much more is free than needed, so that it does not come and go
_MORE = 1.1
#: a way that fails for this long is reported by the others
_LONGEST = timedelta(hours=24)


def disk(facts: Facts, _: AlertsSettings) -> Iterator[Alarm]:
    """Yield that the disk is nearly full."""
    room = facts.disk
    if room is None:
        return
    needed = room.needed * (_MORE if "disk" in facts.standing else 1)
    if room.free < needed:
        yield Alarm("disk", room.sentence, room.remedy, max(1, room.needed // max(room.free, 1)))


def backup(facts: Facts, settings: AlertsSettings) -> Iterator[Alarm]:
    """Yield that the newest backup that can be opened is old, or that there is none."""
    found, days = facts.backups, settings.backup_days
    if found is None or not days:
        return
    newest = found.newest
    since = facts.began if newest is None else newest.at
    if since is None or facts.now - since <= timedelta(days=days):
        return
    old = (facts.now - since).days
    said = (
        f"there is no backup in {found.directory}, {counted(old, 'day')} after the first run."
        if newest is None
        else f"the newest backup that can be opened, {newest.path.name}, is"
        f" {counted(old, 'day')} old."
    )
    if found.unreadable:
        said = f"{said[:-1]}; {counted(found.unreadable, 'file')} there cannot be opened."
    yield Alarm(
        "backup",
        said,
        "`living-survey backup --rotate` makes one; [schedule] backup calls it. [alerts]"
        " backup_days = 0 ends this alarm if you back up in another way.",
        old,
    )


def ways(facts: Facts, _: AlertsSettings) -> Iterator[Alarm]:
    """Yield ways of telling that did not work for a day."""
    for one in facts.ways:
        if facts.now - one.since >= _LONGEST:
            yield Alarm(
                f"way:{one.way.replace(' ', '-')}",
                f"alarms did not get through by {one.way} since {one.since:%Y-%m-%d %H:%M} UTC:"
                f" {one.answer.rstrip('.')}.",
                "`living-survey alerts test` tries every way and says what each answered.",
            )
