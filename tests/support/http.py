"""Ask a server on loopback, and wait as long as it needs on a busy machine.

`httpx` waits five seconds by itself, which a loaded machine exceeds.
"""

from functools import partial

import httpx

from tests.support.cli import PATIENCE_SECONDS

get = partial(httpx.get, timeout=PATIENCE_SECONDS)
post = partial(httpx.post, timeout=PATIENCE_SECONDS)
request = partial(httpx.request, timeout=PATIENCE_SECONDS)
Client = partial(httpx.Client, timeout=PATIENCE_SECONDS)
