"""Name the people who share the queue."""

from datetime import datetime, timedelta

from storage.store import Store

#: without accounts, whoever decided within this time belongs to the team
_LATELY = timedelta(days=60)


def people_of(store: Store, now: datetime) -> frozenset[str]:
    """Return who reviews: the accounts in use or, without accounts, those who decided lately."""
    if store.accounts.exist():
        return frozenset(store.accounts.active())
    return store.outlook.deciders(now - _LATELY)
