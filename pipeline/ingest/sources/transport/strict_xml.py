"""Parse XML strictly: no recovery, entities, network or document types.

A recovering parser turns a page cut at "Nick W. Koning" into an author "Ni". Only forbidden
characters and broken UTF-8 are replaced.
"""

import codecs
import re
from dataclasses import dataclass
from typing import Any

from lxml import etree

from pipeline.ingest.sources.errors import BadResponseError, IncompleteResponseError

#: arXiv's largest pages (2,500 records) have about 7 MB
MAX_BYTES = 32 * 1024 * 1024
#: of elements and of attributes, ten times those of arXiv's largest pages, because a parsed element
#: takes thirty times the bytes of `<a/>`
MAX_NODES = 1_000_000

#: a document with more forbidden characters is not one with a few bad records
_MOST_CLEANED = 10_000
# XML 1.0, section 2.2
_FORBIDDEN = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_LATIN_1 = re.compile(
    rb"""\s{0,99}<\?xml[^>]{0,99}?\sencoding\s?=\s?["']iso-8859-1["']""", re.IGNORECASE
)
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
        BadResponseError: it is too large, has too many elements or declares a document type.
    """
    if len(body) > max_bytes:
        raise BadResponseError(
            f"The response has {len(body)} bytes, more than the {max_bytes} allowed."
        )
    if b"<!DOCTYPE" in body:
        raise BadResponseError("The response declares a document type, which arXiv never does.")
    # Counted before parsing: each element has a "<" and each attribute a "=" of its own.
    if max(body.count(b"<"), body.count(b"=")) > MAX_NODES:
        raise BadResponseError(f"The response has more than {MAX_NODES} elements or attributes.")
    encoding = _encoding(body)
    try:
        return StrictXml(_parse(body, encoding), cleaned=False)
    except etree.XMLSyntaxError as error:
        cleaned = _clean(body, encoding)
        if cleaned == body:
            raise _incomplete(body, error) from error
    try:
        return StrictXml(_parse(cleaned, "utf-8"), cleaned=True)
    except etree.XMLSyntaxError as error:
        raise _incomplete(body, error) from error


def _encoding(body: bytes) -> str:
    """Return one of three encodings, in all of which "<" and "=" are the bytes that are counted."""
    if body.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16"
    return "iso-8859-1" if _LATIN_1.match(body) else "utf-8"


def _parse(body: bytes, encoding: str) -> etree._Element:
    # A new parser per document, because a failed one keeps its error log.
    parser = etree.XMLParser(
        encoding=encoding, resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False,
        remove_comments=True, remove_pis=True, collect_ids=False,
    )  # fmt: skip
    root = etree.fromstring(body, parser)
    document: Any = root.getroottree().docinfo
    if document.doctype:
        raise BadResponseError("The response declares a document type, which arXiv never does.")
    return root


def _clean(body: bytes, encoding: str) -> bytes:
    """Return the body as UTF-8 with forbidden characters replaced, up to 10,000 of each kind."""
    text = body.decode(encoding, errors="replace")
    text = _REFERENCE.sub(_keep_allowed, text, count=_MOST_CLEANED)
    return _FORBIDDEN.sub("\N{REPLACEMENT CHARACTER}", text, count=_MOST_CLEANED).encode()


def _keep_allowed(match: re.Match[str]) -> str:
    code = int(match[1], 16) if match[1] else int(match[2])
    allowed = code <= 0x10FFFF and not _FORBIDDEN.match(chr(code))
    return match[0] if allowed else "\N{REPLACEMENT CHARACTER}"


def _incomplete(body: bytes, error: etree.XMLSyntaxError) -> IncompleteResponseError:
    start = body[:60].decode("utf-8", errors="replace").strip()
    return IncompleteResponseError(
        f"The response is not well-formed XML ({error.msg}); it begins {start!r}."
    )
