"""What is wrong at one moment."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Alarm:
    """One thing that is wrong."""

    #: stable while it lasts: a kind, and after a colon what it is about, such as day:2026-03-17
    cause: str
    #: what is wrong, with a full stop
    sentence: str
    #: what to do about it
    remedy: str
    #: how bad it is, 1 or more, in a unit of its kind; twice as much is news again
    level: int = 1

    @property
    def kind(self) -> str:
        """The part of the cause before the colon."""
        return self.cause.partition(":")[0]
