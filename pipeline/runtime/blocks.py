"""Work through blocks, or the parts of a study, by the workers of the settings."""

from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future
from contextlib import contextmanager
from functools import partial
from typing import Any, TypeVar

from config.runtime_schema import RuntimeSettings
from pipeline.runtime import shared
from pipeline.runtime.executors import open_workers

_Kept = TypeVar("_Kept")
_Common = TypeVar("_Common")
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


@contextmanager
def mapped_parts(
    settings: RuntimeSettings,
    function: Callable[..., _Result],
    common: _Common,
    parts: Sequence[tuple[Any, ...]],
) -> Iterator[Iterator[_Result]]:
    """Give all parts to the workers for the block; yield their results in the order of the parts.

    Inline, a part is worked on when its result is asked for. Otherwise this process is free until
    then. Parts that take long go first, so that the workers end at about the same time.

    Args:
        settings: which executor, and how many workers.
        function: is called with `common` and the arguments of a part.
        common: what every part needs; each worker gets it once.
        parts: the arguments.

    Raises:
        ConfigError: Dask is asked for and does not fit.
        TryAgainLaterError: the scheduler cannot be reached.
        WorkersLostError: a worker ended before its part was done.
    """
    if settings.executor == "inline":
        yield (function(common, *part) for part in parts)
        return
    with open_workers(settings, partial(_itself, common)) as workers:
        submit, key = workers.executor.submit, workers.key
        given = [submit(_of_part, key, function, part) for part in parts]
        yield (future.result() for future in given)


def _itself(common: _Common) -> _Common:
    return common


def _of_part(key: str, function: Callable[..., _Result], part: tuple[Any, ...]) -> _Result:
    """Work on a part; called by a worker."""
    return function(shared.value(key), *part)


def _first(given: deque[tuple[_Kept, Future[_Result]]]) -> tuple[_Kept, _Result]:
    kept, future = given.popleft()
    return kept, future.result()
