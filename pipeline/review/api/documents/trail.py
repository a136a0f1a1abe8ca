"""Define the trail of administration as the API answers it."""

from datetime import datetime

from pydantic import Field

from pipeline.review.api.documents.base import Document, Page
from storage.trail import TrailRow


class TrailEntry(Document):
    """An act of administration."""

    seq: int
    at: datetime
    actor: str = Field(description="Empty: no known person.")
    act: str = Field(description="Such as account.disabled.")
    subject: str
    detail: str
    network: str = Field(description="The address it came from; deleted after some days.")


class TrailPage(Page):
    """Acts of administration, the latest first."""

    acts: tuple[TrailEntry, ...]


def trail_entry(one: TrailRow) -> TrailEntry:
    """Return an act as the API answers it."""
    return TrailEntry(
        seq=one.seq,
        at=one.at,
        actor=one.actor,
        act=one.act,
        subject=one.subject,
        detail=one.detail,
        network=one.network,
    )
