"""Escape a text so that it reads as itself in a list's Markdown, table or HTML.

Less is escaped than in the digest, because a maintainer reads the source: only what would change
the text that is shown.
"""

import html
import re

from config.visible import one_line

# Marks of emphasis, code, links, HTML, entities; an underscore within a word marks nothing.
_MARKDOWN = re.compile(
    r"[`*\[\]]|(?<![^\W_])_|_(?![^\W_])|~(?=~)|&(?=#|[A-Za-z])"
    r"|\\(?=[!-/:-@\[-`{-~]|$)|:(?=//)|(?<=www)\.",
    re.IGNORECASE,
)
#: not left with a backslash, because other programs read the file too
_TAG = re.compile(r"<(?=[A-Za-z/!?])")
#: what would begin a heading, list, quote or rule
_AT_START = re.compile(r"^(?:[#+\-=>|](?=\s|$|[-=#])|\d{1,9}(?=[.)](?:\s|$)))")


def escaped(text: str, *, is_html: bool, in_row: bool, starts_line: bool = False) -> str:
    """Return one line that shows `text`.

    Args:
        text: plain text.
        is_html: whether it stands in HTML, where Markdown's marks mean nothing.
        in_row: whether it stands in a row of a Markdown table.
        starts_line: whether nothing stands before it in its line.
    """
    line = one_line(text)
    if is_html:
        return html.escape(line, quote=False).replace("://", "&#58;//")
    line = _TAG.sub("&lt;", _MARKDOWN.sub(r"\\\g<0>", line))
    if in_row:
        line = line.replace("|", "\\|")
    if starts_line and (match := _AT_START.match(line)):
        mark = match[0]
        line = f"{mark}\\{line[len(mark) :]}" if mark.isdigit() else f"\\{line}"
    return line
