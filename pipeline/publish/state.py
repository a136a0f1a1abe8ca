"""Say how publishing stands: last publications, refusals, approved papers that are not out."""

from dataclasses import dataclass
from datetime import datetime

from config.schema import Settings
from pipeline.publish.digest.week import Week
from pipeline.runtime.plurals import counted
from storage.publication_types import StandingRefusal
from storage.store import Store

#: the kind of target of an issue, before its week
_ISSUE = "digest"


@dataclass(frozen=True, slots=True)
class LastPublication:
    """The newest publication of the list, or the newest issue."""

    target: str
    published_at: datetime
    person: str
    papers: int


@dataclass(frozen=True, slots=True)
class PublishingState:
    """How publishing stands."""

    last: tuple[LastPublication, ...]
    refused: tuple[StandingRefusal, ...]
    #: targets whose last publication was killed or failed before its files were in place
    interrupted: tuple[str, ...]
    #: approved papers that no publication carries, by kind of target; of the digest only those
    #: of weeks that ended
    unpublished: dict[str, int]

    @property
    def lines(self) -> tuple[str, ...]:
        """The state in sentences, without a full stop."""
        waiting = (
            f"{number} approved and not in {'the' if kind.endswith('s') else 'a'} published {kind}"
            for kind, number in self.unpublished.items()
            if number
        )
        return (
            *(
                f"{one.target}, {counted(one.papers, 'paper')},"
                f" {one.published_at:%Y-%m-%d %H:%M} UTC by {one.person}"
                for one in self.last
            ),
            *(f"{one.target} refused: {' '.join(one.reasons)}" for one in self.refused),
            *(f"{target} interrupted: `living-survey publish`" for target in self.interrupted),
            *waiting,
        )


def publishing_state(store: Store, settings: Settings, now: datetime) -> PublishingState:
    """Return how publishing stands; papers count as waiting once something was published."""
    newest: dict[str, LastPublication] = {}
    acts = store.publications.latest()
    issues = [act.target for act in acts if act.target.startswith(f"{_ISSUE}:")]
    for act in acts:
        if act.finished_at is not None:
            last = LastPublication(act.target, act.finished_at, act.person, len(act.papers))
            newest.setdefault(act.target.partition(":")[0], last)
    week_end = Week.last_complete(now).end
    before = {_ISSUE: week_end}
    return PublishingState(
        last=tuple(newest.values()),
        refused=tuple(
            one
            for one in store.publications.refusals()
            # An issue older than one that is out is not tried again; its papers are unpublished.
            if not one.target.startswith(f"{_ISSUE}:") or one.target >= max(issues, default="")
        ),
        interrupted=tuple(one.target for one in store.publications.interrupted()),
        unpublished={
            kind: len(store.publications.unpublished(kind, before.get(kind, now)))
            # A feed or a site that is out goes on, or readers do not see that it stands still.
            for kind in dict.fromkeys((*settings.publish.targets, "feeds", "site"))
            if kind in newest
        },
    )
