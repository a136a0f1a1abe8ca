"""Escape text from arXiv and reviewers so that Markdown renders it literally.

Rules of CommonMark 0.31 (any ASCII punctuation may be escaped with a backslash) and of GitHub's
tables, strikethrough, footnotes and automatic links. HTML is escaped by Jinja2's autoescape.
"""

import re
from functools import lru_cache
from urllib.parse import quote

from config.visible import one_line

# What opens code, emphasis, links, HTML, tables or strikethrough anywhere. An underscore after a
# letter or digit never opens emphasis (it is not left-flanking), so `$x_1$` is left alone; so is
# `\\log`, because a backslash before a letter escapes nothing.
_ANYWHERE = re.compile(r"[`*\[\]<|~]|(?<![A-Za-z0-9])_|\\(?=[!-/:-@\[-`{-~]|$)|&(?=#|[A-Za-z])")
# What starts a heading, list, quote, rule or table at the beginning of a line, or a footnote at the
# beginning of a link's text.
_AT_START = re.compile(r"^(?:[#+\-=:>^]|\d{1,9}(?=[.)](?:\s|$)))", re.ASCII)
# Renderers link bare addresses, whatever precedes them. An escaped colon, slash or dot prevents
# that and renders the same: `://`, `//`, `www.` and the dot before a top-level domain.
_ADDRESS = re.compile(r":(?=//)|(?<=/)/|(?<=www)\.|(?<=[^\W_])\.(?=[^\W\d_]{2})", re.IGNORECASE)
# GitHub links mail addresses (also `mAP@0.5`), names, issues and commits in the rendered text,
# where a backslash is gone. An empty comment divides the text.
_MENTION = re.compile(
    r"@(?=\S)|#(?=[0-9])|\bGH-(?=[0-9])|\b[0-9a-f]{7}(?=[0-9a-f]{33}\b)", re.IGNORECASE
)
_DIVIDED = r"\g<0><!-- -->"


class Markdown(str):
    """Text that is already Markdown and is not escaped again."""

    __slots__ = ()


@lru_cache(maxsize=8192)  # because lists name the same titles, people and sections again and again
def escape_markdown(text: str) -> Markdown:
    r"""Return one line that Markdown renders as exactly `text`, at the start of a line or within.

    Line breaks become spaces, because a new line could begin a block. TeX mathematics is mostly
    unchanged, so that MathJax still finds it.
    """
    line = one_line(text)
    line = _ANYWHERE.sub(r"\\\g<0>", line)
    line = _MENTION.sub(_DIVIDED, _ADDRESS.sub(r"\\\g<0>", line))
    if match := _AT_START.match(line):
        mark = match[0]
        line = f"{mark}\\{line[len(mark) :]}" if mark.isdigit() else f"\\{line}"
    return Markdown(line)


def link_target(url: str) -> Markdown:
    """Return a URL as the destination of a Markdown link, percent-encoded where necessary."""
    encoded = quote(url, safe=":/?#@!$&*+,;=%-._~")
    # Renderers decode references such as &copy;. `quote` has encoded parentheses.
    return Markdown(encoded.replace("&", "&amp;"))
