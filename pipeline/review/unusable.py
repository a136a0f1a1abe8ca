"""Say why the database cannot be used, to people who may not know its path and contents."""

import logging

from config.errors import LivingSurveyError
from pipeline.runtime.fault_log import FaultLog
from pipeline.runtime.services import NoDatabaseError
from storage.errors import DatabaseGoneError, StoreBusyError, StoreDamagedError

_faults = FaultLog(logging.getLogger(__name__))


def unusable(error: LivingSurveyError) -> str:
    """Return a sentence for any reader, and log the error unless the database is only busy."""
    if isinstance(error, StoreBusyError):
        return "The database is busy."
    _faults.write("the database cannot be used", error)
    if isinstance(error, DatabaseGoneError | NoDatabaseError):
        return "The database is missing."
    if isinstance(error, StoreDamagedError):
        return "The database is damaged."
    return "The database cannot be used."
