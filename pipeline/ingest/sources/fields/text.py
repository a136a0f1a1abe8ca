"""Normalise white space and line wrapping of arXiv's texts, and detect withdrawals."""

import re

from config.tex.accents import decode_accents

_PARAGRAPH = re.compile(r"\n[ \t\r]*\n\s*|\n {2,}(?=\S)")
# Not "Replaces a withdrawn paper".
_WITHDRAWN = re.compile(
    r"(?:\b(?:paper|article|manuscript|submission|preprint|work|version|it|note|this|letter)\b[^.;]{0,60}?"
    r"\b(?:is|was|has|have|been|being)\b[^.;]{0,30}?\bwithdrawn\b)"
    r"|^\W*withdrawn\b|\bwithdrawn by (?:the )?(?:arxiv|authors?|submitter|admin)",
    re.IGNORECASE,
)
_EARLIER = re.compile(
    r"\b(?:previous|earlier|first|old|former|prior|original|v\d+|version \d+)\b"
    r"[^.;]{0,40}?\bwithdrawn\b"
    r"|\bnot (?:been )?withdrawn\b",
    re.IGNORECASE,
)


def one_line(text: str) -> str:
    """Return the text with every run of white space as one blank."""
    text = text.strip()
    if "\n" in text or "\t" in text or "\r" in text or "  " in text:
        return " ".join(text.split())
    return text


def plain_line(text: str) -> str:
    """Return a title, name or comment on one line with TeX accents as Unicode."""
    return decode_accents(one_line(text))


def paragraphs(text: str) -> str:
    r"""Return an abstract with wrapped lines joined and paragraphs separated by one `\n`.

    A paragraph begins indented (https://info.arxiv.org/help/prep.html) or after an empty line.
    """
    text = text.strip()
    if "\r" not in text and "\t" not in text:
        # A second paragraph, an indent or an extra blank leaves two adjacent blanks once lines are
        # joined; one search for these is three times as fast as one for each.
        joined = text.replace("\n", " ")
        if "  " not in joined:
            return decode_accents(joined)
    folded = (one_line(part) for part in _PARAGRAPH.split(text))
    return decode_accents("\n".join(part for part in folded if part))


def says_withdrawn(comment: str | None) -> bool:
    """Say whether a comment or an abstract's opening states that this version is withdrawn.

    For records whose history does not show it (0906.3336).
    """
    if not comment or "ithdrawn" not in comment.casefold():
        return False
    comment = comment[:2000]
    return bool(_WITHDRAWN.search(comment)) and not _EARLIER.search(comment)
