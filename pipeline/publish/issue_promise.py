"""Read which issue is the last, and whether the promised rhythm of issues is kept."""

from datetime import datetime

from config.site_schema import SiteSettings
from pipeline.publish.digest.week import Week
from pipeline.publish.promise import Promise, promise_on
from pipeline.runtime.ending import ended
from storage.store import Store

_DIGEST = "digest:"


def issue_promise(store: Store, settings: SiteSettings, now: datetime) -> Promise:
    """Return how the promise of issues stands, with the newest issue that was published."""
    freeze = ended(store.freezes.standing(), now.date())
    weeks = (
        Week.parse(act.target.removeprefix(_DIGEST))
        for act in store.publications.latest()
        if act.target.startswith(_DIGEST) and act.finished_at is not None
    )
    return promise_on(
        now.date(),
        settings,
        max(weeks, default=None),
        ended_on=None if freeze is None else freeze.ends_on,
    )
