"""Classify a response by its status and first bytes.

Evidence: docs/explanation/arxiv-pitfalls.md.
"""

import re

from pipeline.ingest.sources.errors import (
    ArxivUnreachableError,
    BadRequestError,
    BadResponseError,
    BlockedError,
    IncompleteResponseError,
    SourceError,
    ThrottledError,
)
from pipeline.ingest.sources.transport.archive import RawResponse

_SUMMARY = re.compile(
    rb"<(?:summary|description)[^<>]*>([^<]*)</(?:summary|description)>", re.IGNORECASE
)
_REDIRECTS = frozenset({301, 302, 303, 307, 308})


def classify_response(response: RawResponse) -> SourceError | None:
    """Return the error a response amounts to, or None if it can be read or followed."""
    where = response.url
    status = response.status
    if status == 200:
        return _classify_body(response)
    if status in _REDIRECTS:
        return None
    if status in (429, 503, 406):
        # Since 2026-09 arXiv's edge throttles with 406 and an empty body.
        return ThrottledError(f"arXiv returned {status} at {where}.", retry_after=0.0)
    if status == 400:
        reason = _reason(response.body)
        return BadRequestError(
            f"arXiv refuses the request {where}: {reason.rstrip('.')}.", reason=reason
        )
    if status == 403:
        return BlockedError(f"arXiv returned 403 at {where}: it refuses this client.")
    if status >= 500:
        return ArxivUnreachableError(f"arXiv returned {status} at {where}.")
    return BadResponseError(f"arXiv returned {status} at {where}.")


def _classify_body(response: RawResponse) -> SourceError | None:
    start = response.body[:512].lstrip().lower()
    if b"rate exceeded" in start:
        return ThrottledError(
            f"arXiv returned 200 and 'Rate exceeded.' at {response.url}.", retry_after=0.0
        )
    if not start:
        return IncompleteResponseError(f"arXiv returned 200 with an empty body at {response.url}.")
    if start.startswith((b"<!doctype html", b"<html")):
        return IncompleteResponseError(f"arXiv returned a web page at {response.url}.")
    return None


def _reason(body: bytes) -> str:
    """Return the summary, or the start of the page."""
    summaries = _SUMMARY.findall(body[:20_000])
    text = summaries[-1] if summaries else body[:200]
    return " ".join(text.decode("utf-8", errors="replace").split()) or "no reason given"
