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


def classify_response(response: RawResponse, who: str = "arXiv") -> SourceError | None:
    """Return the error a response amounts to, or None if it can be read or followed.

    `who` answered begins the messages.
    """
    where = response.url
    status = response.status
    if status == 200:
        return _classify_body(response, who)
    if status in _REDIRECTS:
        return None
    if status in (429, 503, 406):
        # Since 2026-09 arXiv's edge throttles with 406 and an empty body.
        return ThrottledError(f"{who} returned {status} at {where}.", retry_after=0.0)
    if status == 400:
        reason = _reason(response.body)
        return BadRequestError(
            f"{who} refuses the request {where}: {reason.rstrip('.')}.", reason=reason
        )
    if status == 403:
        return BlockedError(f"{who} returned 403 at {where}: it refuses this client.")
    if status >= 500:
        return ArxivUnreachableError(f"{who} returned {status} at {where}.")
    return BadResponseError(f"{who} returned {status} at {where}.")


def _classify_body(response: RawResponse, who: str) -> SourceError | None:
    start = response.body[:512].lstrip().lower()
    if b"rate exceeded" in start:
        return ThrottledError(
            f"{who} returned 200 and 'Rate exceeded.' at {response.url}.", retry_after=0.0
        )
    if not start:
        return IncompleteResponseError(f"{who} returned 200 with an empty body at {response.url}.")
    if start.startswith((b"<!doctype html", b"<html")):
        return IncompleteResponseError(f"{who} returned a web page at {response.url}.")
    return None


def _reason(body: bytes) -> str:
    """Return the summary, or the start of the page."""
    summaries = _SUMMARY.findall(body[:20_000])
    text = summaries[-1] if summaries else body[:200]
    return " ".join(text.decode("utf-8", errors="replace").split()) or "no reason given"
