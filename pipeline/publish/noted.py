"""Keep notes of publications beside the database, and take over those that it does not know."""

import logging

from pipeline.publish.files import NotPublishedError
from pipeline.runtime.services import Services
from storage.publication_notes import is_noted, notes_path, read_notes, write_note
from storage.publication_types import Publication
from storage.store import Store

_log = logging.getLogger(__name__)


def take_over(services: Services) -> tuple[Publication, ...]:
    """Record what an older database does not know of what was published; note what is not noted.

    `restore` does the first already. Both are nothing in all other calls.
    """
    with services.open_store() as store:
        database = store.adoption.database()
        notes = read_notes(database)
        adopted = store.adoption.adopt(notes, services.clock()) if notes else []
        unnoted = [one for one in store.publications.targets() if not is_noted(database, one)]
        missing = [store.adoption.note(one) for one in unnoted]
    for note in missing:
        try:
            write_note(database, note)
        except OSError as error:
            _log.warning("%s cannot be written: %s", notes_path(database), error)
    return tuple(adopted)


def note_begun(services: Services, target: str) -> None:
    """Note a publication before its files are replaced.

    Raises:
        NotPublishedError: it cannot be noted.
    """
    with services.open_store() as store:
        database, note = store.adoption.database(), store.adoption.note(target)
    try:
        write_note(database, note)
    except OSError as error:
        raise NotPublishedError(
            f"{notes_path(database)} cannot be written: {error.strerror or error}.",
            hint="Nothing was replaced. Check permissions and space there, then publish again.",
        ) from error


def note_ended(services: Services, target: str) -> None:
    """Note that all files of a publication are in place; only warn if that fails."""
    with services.open_store() as store:
        database, note = store.adoption.database(), store.adoption.note(target)
    try:
        write_note(database, note)
    except OSError as error:
        _log.warning("%s cannot be written: %s", notes_path(database), error)


def unknown_publications(store: Store) -> list[Publication]:
    """Return what is noted as published and not in the database."""
    return store.adoption.unknown(read_notes(store.adoption.database()))
