"""Work through blocks in their order, by the workers of the settings."""

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future
from typing import Any, TypeVar

from config.runtime_schema import RuntimeSettings
from pipeline.runtime.executors import open_workers

_Kept = TypeVar("_Kept")
_Result = TypeVar("_Result")


def map_blocks(
    settings: RuntimeSettings,
    function: Callable[..., _Result],
    blocks: Iterable[tuple[_Kept, tuple[Any, ...]]],
) -> Iterator[tuple[_Kept, _Result]]:
    """Yield what is kept of each block, and the result of the function, in the order of the blocks.

    Inline, a block is worked on when it is asked for, because a thread beside this one would gain
    nothing. Otherwise each worker has a block, and one waits.

    Args:
        settings: which executor, and how many workers.
        function: is called with the arguments of a block; both are sent to the workers.
        blocks: what is kept here, and the arguments.

    Raises:
        ConfigError: Dask is asked for and does not fit.
        TryAgainLaterError: the scheduler cannot be reached.
        WorkersLostError: a worker ended before its block was done.
    """
    if settings.executor == "inline":
        for kept, arguments in blocks:
            yield kept, function(*arguments)
        return
    with open_workers(settings, dict) as workers:
        given: deque[tuple[_Kept, Future[_Result]]] = deque()
        for kept, arguments in blocks:
            given.append((kept, workers.executor.submit(function, *arguments)))
            if len(given) > workers.width:
                yield _first(given)
        while given:
            yield _first(given)


def _first(given: deque[tuple[_Kept, Future[_Result]]]) -> tuple[_Kept, _Result]:
    kept, future = given.popleft()
    return kept, future.result()
