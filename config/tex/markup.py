"""Write text that holds TeX as HTML: formulas as MathML, else as source in `code` elements."""

from markupsafe import Markup, escape

from config.tex.mathml import formula_markup
from config.tex.text import FIRST_HELD, HeldText, held_text
from config.visible import visible

#: characters of formulas in one text that are converted; the rest of them is shown as source
MOST_CONVERTED = 1_200

#: characters of a formula that a narrow page may be too narrow for; it then scrolls in itself
_WIDE = 40

_OPENED = Markup('<span class="formula">')
_FOCUSED = Markup('<span class="formula" tabindex="0">')
_SOURCE = Markup('<code class="tex">{}</code>')


def tex_markup(text: str, most: int | None = None) -> Markup:
    """Return a title or an abstract as escaped HTML, cut after `most` characters."""
    held = held_text(text, most)
    return fill(escape(held.text), held)


def fill(escaped: Markup, held: HeldText) -> Markup:
    """Return `held.text`, escaped and perhaps marked, with its sources in their places."""
    if not held.sources:
        return escaped
    shown: dict[int, str] = {}
    left = MOST_CONVERTED
    for place, source in enumerate(held.sources, FIRST_HELD):
        shown[place] = source_markup(source, left)
        left -= len(source)
    return Markup(escaped.translate(shown))  # noqa: S704  # each value was escaped above


def source_markup(source: str, most: int = MOST_CONVERTED) -> Markup:
    """Return a formula with its delimiters, or a command, as HTML."""
    formula = None
    if len(source) <= most and source.startswith(("$", "\\(", "\\[")):
        size = 2 if source.startswith(("$$", "\\")) else 1
        formula = formula_markup(source[size:-size].strip())
    if formula is None:
        return _SOURCE.format(visible(source))
    return _OPENED + formula + Markup("</span>") if len(source) > _WIDE else formula


def focusable(text: Markup) -> Markup:
    """Return what `tex_markup` wrote so that keys scroll wide formulas; not for texts in links."""
    return Markup(text.replace(_OPENED, _FOCUSED))  # noqa: S704  # both are written here
