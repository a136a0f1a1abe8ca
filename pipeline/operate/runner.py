"""Run a scheduled job as a process of its own and record how it ended."""

import asyncio
import logging
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from config.processes import own_command
from pipeline.operate.schedule import Job
from pipeline.runtime.jobs import JobBook, JobEnd, Outcome, message_of

_log = logging.getLogger(__name__)

#: seconds a command may take to end after SIGTERM
_GRACE = 30.0


@dataclass(frozen=True, slots=True)
class JobRunner:
    """Runs jobs and records their ends."""

    environment: Mapping[str, str]
    book: JobBook
    clock: Callable[[], datetime]
    #: of every command
    options: Sequence[str] = ()
    running: set["asyncio.Task[object]"] = field(default_factory=set)

    async def run(self, job: Job) -> JobEnd:
        """Run the job's command and return its end; log its start and its end.

        When the service stops, the command receives SIGTERM; what it has stored stays.
        """
        task = asyncio.current_task()
        assert task is not None
        self.running.add(task)
        task.add_done_callback(self.running.discard)
        _log.info("job started", extra={"job": job.name})
        started = time.monotonic()
        try:
            outcome, status, message = await self._run_process(job.argv)
        except OSError as error:  # no memory, or no file descriptors
            outcome, status, message = Outcome.FAILED, None, f"it cannot be started: {error}."
        took = {"seconds": round(time.monotonic() - started, 1)}
        return self.ended(job, outcome, status=status, message=message, **took)

    def ended(
        self,
        job: Job,
        outcome: Outcome,
        *,
        status: int | None = None,
        message: str = "",
        **logged: object,
    ) -> JobEnd:
        """Record and log the end of a job, or that it was not started."""
        end = JobEnd(job.name, job.argv[0], outcome, self.clock(), status, message)
        self.book.record(end)
        fields = {"job": job.name, "outcome": str(outcome), "status": status, "said": message}
        known = {
            name: value for name, value in (fields | logged).items() if value not in {None, ""}
        }
        level = logging.INFO if outcome is Outcome.DONE else logging.WARNING
        _log.log(level, "job ended", extra=known)
        return end

    async def stop(self) -> None:
        """Wait for the processes of cancelled jobs."""
        await asyncio.gather(*self.running, return_exceptions=True)

    async def _run_process(self, argv: Sequence[str]) -> tuple[Outcome, int | None, str]:
        # A task of its own, because a start that is cancelled half way leaves an unknown process.
        starting = asyncio.ensure_future(
            asyncio.create_subprocess_exec(
                *own_command(*argv, *self.options),
                env=dict(self.environment),
                stdout=asyncio.subprocess.DEVNULL,
                stderr=asyncio.subprocess.PIPE,
            )
        )
        try:
            process = await asyncio.shield(starting)
            _, errors = await process.communicate()
        except asyncio.CancelledError:
            # It is not raised again, because APScheduler would log it as a fault of the job.
            await _end(await starting)
            return Outcome.STOPPED, None, "the service ended."
        status = process.returncode or 0
        outcome = Outcome.FAILED if status else Outcome.DONE
        message = message_of(errors.decode("utf-8", "replace")) if status else ""
        return outcome, status, message


async def _end(process: asyncio.subprocess.Process) -> None:
    if process.returncode is None:
        process.terminate()
    try:
        await asyncio.wait_for(process.communicate(), _GRACE)
    except TimeoutError:
        process.kill()
        await process.wait()
