"""Send confirmations beside a service: at once when one was queued, and now and then."""

import asyncio
import logging
import threading
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

from config.errors import LivingSurveyError

_log = logging.getLogger(__name__)
#: seconds between rounds for what was deferred, or queued by a command
_EVERY = 60.0


class Courier:
    """A thread that calls `deliver`; an error of one round does not end it."""

    def __init__(self, deliver: Callable[[], object], *, every: float = _EVERY) -> None:
        self._deliver = deliver
        self._every = every
        self._wanted = threading.Event()
        self._ending = False
        self._thread = threading.Thread(target=self._run, name="confirmations")

    def wake(self) -> None:
        """Begin a round now, or another after the present one."""
        self._wanted.set()

    @asynccontextmanager
    async def running(self, _app: object = None) -> AsyncIterator[None]:
        """Run as long as a service; the mail that is being sent is ended first."""
        self._wanted.set()  # for what waits from before
        self._thread.start()
        try:
            yield
        finally:
            self._ending = True
            self._wanted.set()
            await asyncio.to_thread(self._thread.join)

    def _run(self) -> None:
        while True:
            self._wanted.wait(self._every)
            self._wanted.clear()
            if self._ending:
                return
            try:
                self._deliver()
            except LivingSurveyError as error:
                _log.warning("confirmations wait: %s", error)
            except Exception:  # noqa: BLE001  the pages go on without mail
                _log.exception("confirmations wait because of an unexpected error")
