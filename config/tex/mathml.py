"""Convert a formula to MathML Core with latex2mathml, whose tree is checked and written anew.

latex2mathml writes text without escaping it, so its own output is not used. Elements, attributes
and their values are those listed here; a formula with others, or with a command that was not
understood, has no MathML.
"""

import re
from functools import lru_cache
from xml.etree.ElementTree import Element

from markupsafe import Markup, escape

from config.tex.commands import COMMANDS, ENVIRONMENT, TEX_COMMAND
from config.visible import visible

#: characters of a formula; conversion takes about 20 microseconds for each
LONGEST = 400
#: characters that are drawn; a wider formula does not fit on a phone, and its source wraps
_WIDEST = 60
_DEEPEST = 24

#: elements and how many children they have; None: any number
_CHILDREN = {
    "math": None, "mrow": None, "mstyle": None, "msqrt": None, "mtable": None, "mtr": None,
    "mtd": None, "mi": 0, "mn": 0, "mo": 0, "mtext": 0, "mspace": 0, "mfrac": 2, "mroot": 2,
    "msub": 2, "msup": 2, "munder": 2, "mover": 2, "msubsup": 3, "munderover": 3,
}  # fmt: skip
_PARENTS = {"mtr": "mtable", "mtd": "mtr"}
_TRUTH = re.compile("true|false")
_ATTRIBUTES = {
    "stretchy": _TRUTH, "fence": _TRUTH, "accent": _TRUTH, "accentunder": _TRUTH,
    "movablelimits": _TRUTH, "displaystyle": _TRUTH, "form": re.compile("prefix|infix|postfix"),
    "scriptlevel": re.compile("[0-2]"), "linethickness": re.compile("0"),
    "width": re.compile(r"[0-2](\.\d{1,4})?em"), "minsize": re.compile(r"[0-3](\.\d{1,4})?em"),
    "maxsize": re.compile(r"[0-3](\.\d{1,4})?em"), "columnalign": re.compile("left|right|center"),
}  # fmt: skip
_UPRIGHT = frozenset({"normal", "bold", "sans-serif", "bold-sans-serif", "monospace"})
_REFERENCE = re.compile(r"&\#x([0-9A-Fa-f]{1,6});")
_ESCAPED = re.compile(r"\\([%&#_{}$ ])")


class _NotCoreError(Exception):
    """The tree has an element, a number of children or a text that is not allowed."""


@lru_cache(maxsize=4096)
def formula_markup(formula: str) -> Markup | None:
    """Return a formula without delimiters as a `math` element; None where that is not possible."""
    if len(formula) > LONGEST or not _only_draws(formula) or _depth(formula) > _DEEPEST:
        return None
    from latex2mathml.converter import convert_to_element  # noqa: PLC0415  # takes 0.2 s

    try:
        tree = convert_to_element(formula)
        written = Markup(_written(tree, ""))  # noqa: S704  # `_written` escapes its texts
    except Exception:  # noqa: BLE001  # the converter raises what its lists and iterators raise
        return None
    return written if 0 < len(written.striptags()) <= _WIDEST else None


def _only_draws(formula: str) -> bool:
    """Say whether every command is listed and no comment hides a part."""
    rest = ENVIRONMENT.sub("", formula)
    known = all(found[1] in COMMANDS for found in TEX_COMMAND.finditer(rest))
    return known and "%" not in TEX_COMMAND.sub("", rest)


def _depth(formula: str) -> int:
    """Return a bound of how deep groups and scripts are nested."""
    depth = deepest = 0
    for sign in formula:
        depth += (sign in "{^_") - (sign in "} " and depth > 0)
        deepest = max(deepest, depth)
    return deepest


def _written(node: Element, parent: str) -> str:
    tag, children = node.tag, list(node)
    if tag not in _CHILDREN or _PARENTS.get(tag, parent) != parent:
        raise _NotCoreError
    count = _CHILDREN[tag]
    if count is not None and len(children) != count:
        raise _NotCoreError
    inner = str(escape(_text(node))) if count == 0 else "".join(_written(c, tag) for c in children)
    return f"<{tag}{_attributes(node)}>{inner}</{tag}>"


def _text(node: Element) -> str:
    text = _REFERENCE.sub(lambda found: chr(int(found[1], 16)), node.text or "")
    text = visible(_ESCAPED.sub(r"\1", text) if node.tag == "mtext" else text)
    if "\\" in text:
        raise _NotCoreError
    return text


def _attributes(node: Element) -> str:
    kept = [
        f' {name}="{value}"'
        for name, value in node.attrib.items()
        if name in _ATTRIBUTES and _ATTRIBUTES[name].fullmatch(value)
    ]
    # The only value of MathML Core; other fonts are drawn upright.
    if node.tag == "mi" and node.get("mathvariant") in _UPRIGHT:
        kept.append(' mathvariant="normal"')
    return "".join(kept)
