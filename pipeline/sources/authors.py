"""The raw author line of arXiv split into names. Text in, names out, in linear time.

The line is what a human typed: `G. David Forney, Jr. and Pascal O. Vontobel`, affiliations in
nested parentheses, collaborations with a colon (https://info.arxiv.org/help/prep.html#authors).
"""

import re

from pipeline.sources.tex import to_unicode

_BRACKETS = re.compile(r"[()]")
_NO_BRACKETS = str.maketrans("()", "  ")
_SEPARATOR = re.compile(r"\s*[,;]\s*(?:and\b\s*)*|\s+(?:and|&)\s+(?:and\s+)*|\s*:\s+")
_SUFFIXES = frozenset(
    {"jr", "jr.", "sr", "sr.", "ii", "iii", "iv", "ph.d.", "phd", "m.d.", "md", "esq."}
)
_FOR = re.compile(
    r"(?:for|on behalf of|in collaboration with|representing|with)\s+"
    r"(?=.*\b(?:collab|team|group|consort))",
    re.IGNORECASE,
)
_ET_AL = re.compile(r"[\s,]*\bet\.?\s+al\.?\s*$", re.IGNORECASE)


def split_authors(line: str) -> tuple[str, ...]:
    """Return the names of an author line, affiliations left out, accents as Unicode."""
    text = to_unicode(" ".join(line.replace("~", " ").split()) if "~" in line else line)
    text = " ".join(text.split())
    if "(" in text or ")" in text:
        text = _without_affiliations(text)
    if "and" not in text and ";" not in text and ":" not in text and "&" not in text:
        parts = text.split(",")
    else:
        parts = _SEPARATOR.split(text)
    names: list[str] = []
    for part in parts:
        name = part.strip()
        if not name:
            continue
        lowered = name.lower()
        if lowered in _SUFFIXES and names:
            names[-1] = f"{names[-1]}, {name}"
            continue
        if "et al" in lowered:
            name = _ET_AL.sub("", name)
        elif lowered.startswith(("and ", "for ", "on ", "in ", "repr", "with ")):
            name = _FOR.sub("", name.removeprefix("and ").strip())
        if name and name != "and":
            names.append(name)
    return tuple(names)


def _without_affiliations(text: str) -> str:
    """Drop balanced parentheses and what they hold; unbalanced ones only lose the sign."""
    kept: list[str] = []
    depth = start = opened = 0
    for match in _BRACKETS.finditer(text):
        if match[0] == "(":
            if depth == 0:
                kept.append(text[start : match.start()])
                opened = match.end()
            depth += 1
        elif depth:
            depth -= 1
            start = match.end()
        else:
            kept.append(text[start : match.start()])
            start = match.end()
    # One that is never closed only loses its sign: the names behind it are worth more.
    rest = text[opened:].translate(_NO_BRACKETS) if depth else text[start:]
    kept.append(rest)
    return " ".join(" ".join(kept).split()).replace(" ,", ",")
