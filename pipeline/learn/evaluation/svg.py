"""Prepare a matplotlib drawing for embedding in a page: CSS colours and unique ids.

A page whose Content-Security-Policy allows one style sheet may hold no `style` attribute, so these
become presentation attributes (SVG 1.1, section 6.4), and marked colours become CSS variables.
"""

import re

from lxml import etree

_SVG = "http://www.w3.org/2000/svg"
_XLINK = "{http://www.w3.org/1999/xlink}href"
_DROPPED = {f"{{{_SVG}}}metadata", f"{{{_SVG}}}style"}
_SIZE = re.compile(r"([\d.]+)px")

#: colour in the drawing -> CSS variable, which differs between light and dark mode
COLOURS = {
    "#010203": "var(--ink)",
    "#010204": "var(--soft)",
    "#010205": "var(--rule)",
    "#010211": "var(--series-1)",
    "#010212": "var(--series-2)",
    "#010213": "var(--series-3)",
    "#010214": "var(--series-4)",
    "#010215": "var(--series-5)",
}
INK, SOFT, RULE, *SERIES = COLOURS


def inlined(drawing: bytes, name: str, label: str) -> str:
    """Return an SVG document as an element for HTML.

    Args:
        drawing: the output of matplotlib.
        name: prefix of every id, so that ids of two drawings do not collide.
        label: text for screen readers.
    """
    parser = etree.XMLParser(resolve_entities=False, no_network=True, remove_comments=True)
    root = etree.fromstring(drawing, parser)
    for element in list(root.iter()):
        if element.tag in _DROPPED:
            parent = element.getparent()
            if parent is not None:
                parent.remove(element)
            continue
        _restyle(element)
        _rename(element, name)
    root.set("role", "img")
    root.set("aria-label", label)
    # The page sets the width; viewBox keeps the proportions.
    for attribute in ("width", "height", "version"):
        root.attrib.pop(attribute, "")
    etree.cleanup_namespaces(root)
    return etree.tostring(root, encoding="unicode")


def _restyle(element: "etree._Element") -> None:
    style = element.get("style", "")
    element.attrib.pop("style", "")
    for part in style.split(";"):
        key, _, value = (piece.strip() for piece in part.partition(":"))
        if key == "font":
            size = _SIZE.search(value)
            if size:
                element.set("font-size", size[1])
        elif key and key != "font-family":
            element.set(key, value)
    for key in ("fill", "stroke"):
        colour = COLOURS.get(element.get(key, ""))
        if colour:
            element.set(key, colour)


def _rename(element: "etree._Element", name: str) -> None:
    if own := element.get("id"):
        element.set("id", f"{name}-{own}")
    for key, value in element.attrib.items():
        text = str(value)
        if key == _XLINK and text.startswith("#"):
            element.set(key, f"#{name}-{text[1:]}")
        elif text.startswith("url(#"):
            element.set(key, f"url(#{name}-{text[5:]}")
