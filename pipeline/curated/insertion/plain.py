"""Write an entry in the plainest form of its kind of block, where no entry can be a template."""

import re

from pipeline.curated.insertion.escape import escaped
from pipeline.curated.insertion.layout import Run
from pipeline.curated.insertion.types import NewPaper

_MARKER = re.compile(r"[ \t>]*(?:[-+*\u2022]|\d{1,4}[.)])[ \t]+(?:\[ ?\][ \t]+)?")
_HEADING = re.compile(r"[ ]{0,3}#{1,6}[ \t]+")


def plain_entry(run: Run, paper: NewPaper, number: int | None) -> str | None:
    """Return a linked title with the run's own marker; None where columns cannot be guessed."""
    first = run.extents[0].text
    if run.block == "row":
        return None
    if run.block == "html":
        if not first.lstrip().lower().startswith("<li"):
            return None
        title = escaped(paper.title, is_html=True, in_row=False)
        indent = first[: len(first) - len(first.lstrip())]
        return f'{indent}<li><a href="{paper.url}">{title}</a></li>'
    found = (_HEADING if run.block == "heading" else _MARKER).match(first)
    marker = found[0] if found else ""
    if number is not None:
        marker = re.sub(r"\d+", str(number), marker)
    title = escaped(paper.title, is_html=False, in_row=False)
    return f"{marker}[{title}]({paper.url})"
