"""Say how mail stands: the newest mailing, and every one with something to decide."""

from pipeline.publish.mail.receipt import Outcome, identity_of
from storage.store import Store


def mail_state(store: Store) -> tuple[str, ...]:
    """Return a sentence, without a full stop, for the newest mailing and those that need a person.

    It is read from the database, which follows the receipts with every call of `mail`.
    """
    names = store.mailings.names()
    lines = []
    for name in names:
        counts = store.mailings.counts(name)
        if name == names[-1] or counts[Outcome.UNCERTAIN]:
            lines.append(f"{name}: {identity_of(counts)}{_remedy(name, counts[Outcome.UNCERTAIN])}")
    return tuple(reversed(lines))


def _remedy(name: str, uncertain: int) -> str:
    return f"; `living-survey mail status --week {name}`" if uncertain else ""
