"""Parse XML strictly: no recovery, entities, network or document types.

A recovering parser turns a page cut at "Nick W. Koning" into an author "Ni". Only forbidden
characters and broken UTF-8 are replaced.
"""

import re
from dataclasses import dataclass
from typing import Any

from lxml import etree

from pipeline.ingest.sources.errors import BadResponseError, IncompleteResponseError

#: arXiv's largest pages (2,500 records) have about 7 MB
MAX_BYTES = 64 * 1024 * 1024

# XML 1.0, section 2.2
_FORBIDDEN = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_REFERENCE = re.compile(r"&#(?:x([0-9a-fA-F]{1,8})|([0-9]{1,9}));")


@dataclass(frozen=True, slots=True)
class StrictXml:
    """A parsed document; `cleaned` if forbidden characters were replaced."""

    root: etree._Element
    cleaned: bool


def parse_strict(body: bytes, *, max_bytes: int = MAX_BYTES) -> StrictXml:
    """Parse a whole document.

    Raises:
        IncompleteResponseError: the document is not well formed.
        BadResponseError: it is too large or declares a document type.
    """
    if len(body) > max_bytes:
        raise BadResponseError(
            f"The response has {len(body)} bytes, more than the {max_bytes} allowed."
        )
    if b"<!DOCTYPE" in body:
        raise BadResponseError("The response declares a document type, which arXiv never does.")
    try:
        return StrictXml(_parse(body), cleaned=False)
    except etree.XMLSyntaxError as error:
        cleaned = _clean(body)
        if cleaned == body:
            raise _incomplete(body, error) from error
    try:
        return StrictXml(_parse(cleaned), cleaned=True)
    except etree.XMLSyntaxError as error:
        raise _incomplete(body, error) from error


def _parse(body: bytes) -> etree._Element:
    # A new parser per document, because a failed one keeps its error log.
    parser = etree.XMLParser(
        resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False,
        remove_comments=True, remove_pis=True, collect_ids=False,
    )  # fmt: skip
    root = etree.fromstring(body, parser)
    document: Any = root.getroottree().docinfo
    if document.doctype:
        raise BadResponseError("The response declares a document type, which arXiv never does.")
    return root


def _clean(body: bytes) -> bytes:
    text = body.decode("utf-8", errors="replace")
    text = _REFERENCE.sub(_keep_allowed, text)
    return _FORBIDDEN.sub("\N{REPLACEMENT CHARACTER}", text).encode()


def _keep_allowed(match: re.Match[str]) -> str:
    code = int(match[1], 16) if match[1] else int(match[2])
    allowed = code <= 0x10FFFF and not _FORBIDDEN.match(chr(code))
    return match[0] if allowed else "\N{REPLACEMENT CHARACTER}"


def _incomplete(body: bytes, error: etree.XMLSyntaxError) -> IncompleteResponseError:
    start = body[:60].decode("utf-8", errors="replace").strip()
    return IncompleteResponseError(
        f"The response is not well-formed XML ({error.msg}); it begins {start!r}."
    )
