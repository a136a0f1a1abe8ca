"""Check that elements are plain text, because lxml's `text` ends at the first element inside."""

from collections.abc import Collection

from lxml import etree

from pipeline.ingest.sources.errors import MalformedRecordError


def element_fault(parent: etree._Element, read: Collection[str]) -> str | None:
    """Return why the children named in `read` cannot be read as one text each, or None."""
    seen: set[str] = set()
    for child in parent:
        tag = child.tag
        if tag in read:
            if len(child) or tag in seen:
                name = str(etree.QName(child).localname)
                return f"the {name} holds markup" if len(child) else f"it has two of {name}"
            seen.add(tag)
    return None


def refuse_markup(parent: etree._Element, read: Collection[str]) -> None:
    """Raise MalformedRecordError with the fault of a child named in `read`, if any."""
    if fault := element_fault(parent, read):
        raise MalformedRecordError(fault)
