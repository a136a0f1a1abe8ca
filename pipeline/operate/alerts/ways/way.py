"""One way of telling, and what became of a message."""

from collections.abc import Callable
from dataclasses import dataclass

from pipeline.operate.alerts.message import Message
from storage.alert_types import AlertKind


@dataclass(frozen=True, slots=True)
class Told:
    """What became of one message."""

    #: told, failed (it certainly did not arrive) or uncertain
    outcome: AlertKind
    #: what was answered, without secrets
    answer: str = ""


@dataclass(frozen=True, slots=True)
class Way:
    """One way of telling."""

    #: webhook, command, or mail and an address
    name: str
    #: hands a message over; raises nothing that is expected to go wrong
    tell: Callable[[Message], Told]
