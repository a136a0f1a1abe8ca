"""Accept an alarm with a reason, or take that back. Both stay on record."""

from dataclasses import dataclass

from config.errors import UsageError
from config.nearest import nearest
from config.visible import one_line
from pipeline.operate.alerts.send import LOCK, read_standing
from pipeline.runtime.clock import check_clock
from pipeline.runtime.record import exclusive
from pipeline.runtime.services import Services
from storage.alert_types import AlertKind, NewAlertEvent


@dataclass(frozen=True, slots=True)
class Accepted:
    """An alarm that was accepted, or is no longer."""

    cause: str
    sentence: str
    person: str
    reason: str
    withdrawn: bool


def accept(
    services: Services, cause: str, *, reason: str, person: str, withdraw: bool = False
) -> Accepted:
    """Record that an alarm that stands is accepted, or that this is taken back.

    Raises:
        UsageError: no such alarm stands, there is no reason, or nothing to take back.
    """
    said = one_line(reason)
    if not withdraw and not said:
        raise UsageError(
            "An alarm is accepted with a reason.", hint='Add --reason "why it is in order".'
        )
    with exclusive(services.settings.database.path, LOCK), services.open_store() as store:
        now = services.clock()
        check_clock(store, now)
        known = {one.cause: one for one in read_standing(store, now) if one.over is None}
        if cause not in known:
            likely = nearest(cause, known)
            raise UsageError(
                f"No alarm with the cause {cause!r} stands.",
                hint=f"Did you mean {likely[0]}?"
                if likely
                else "`living-survey alerts` lists the causes.",
            )
        standing = known[cause]
        if withdraw and standing.accepted is None:
            raise UsageError(f"{cause} is not accepted.", hint="There is nothing to take back.")
        store.alerts.add(
            [
                NewAlertEvent(
                    AlertKind.WITHDRAWN if withdraw else AlertKind.ACCEPTED,
                    cause,
                    now,
                    alarm=standing.alarm,
                    person=person,
                    detail=said,
                )
            ]
        )
    return Accepted(cause, standing.last.sentence, person, said, withdraw)
