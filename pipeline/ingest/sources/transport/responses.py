"""Judges an answer by its status and first bytes. Asks nothing and records nothing.

What each status means at arXiv, with the evidence: the table of status codes seen in 2025-2026
in docs/explanation/arxiv-pitfalls.md.
"""

import re

from pipeline.ingest.sources.errors import (
    ArxivUnreachableError,
    BadAnswerError,
    BadRequestError,
    BlockedError,
    IncompleteAnswerError,
    SourceError,
    ThrottledError,
)
from pipeline.ingest.sources.transport.archive import RawResponse

_SUMMARY = re.compile(
    rb"<(?:summary|description)[^>]*>([^<]*)</(?:summary|description)>", re.IGNORECASE
)
_REDIRECTS = frozenset({301, 302, 303, 307, 308})


def judge(answer: RawResponse) -> SourceError | None:
    """Return what is wrong with an answer, or None if it can be read (or followed)."""
    where = answer.url
    status = answer.status
    if status == 200:
        return _judge_body(answer)
    if status in _REDIRECTS:
        return None
    if status in (429, 503, 406):
        # 406 with an empty body is the edge's way of throttling since 2026-09.
        return ThrottledError(f"arXiv answers {status} at {where}.", retry_after=0.0)
    if status == 400:
        reason = _reason(answer.body)
        return BadRequestError(
            f"arXiv refuses the request {where}: {reason.rstrip('.')}.", reason=reason
        )
    if status == 403:
        return BlockedError(
            f"arXiv answers 403 at {where}: it takes us for a robot that misbehaves."
        )
    if status >= 500:
        return ArxivUnreachableError(f"arXiv answers {status} at {where}.")
    return BadAnswerError(f"arXiv answers {status} at {where}.")


def _judge_body(answer: RawResponse) -> SourceError | None:
    start = answer.body[:512].lstrip().lower()
    if b"rate exceeded" in start:
        return ThrottledError(
            f"arXiv answers 200 and 'Rate exceeded.' at {answer.url}.", retry_after=0.0
        )
    if not start:
        return IncompleteAnswerError(f"arXiv answers 200 and nothing at {answer.url}.")
    if start.startswith((b"<!doctype html", b"<html")):
        return IncompleteAnswerError(f"arXiv answers with a web page at {answer.url}.")
    return None


def _reason(body: bytes) -> str:
    """Return arXiv's own word for a 400: the entry's summary, or the start of the page."""
    summaries = _SUMMARY.findall(body[:20_000])
    text = summaries[-1] if summaries else body[:200]
    return " ".join(text.decode("utf-8", errors="replace").split()) or "no reason given"
