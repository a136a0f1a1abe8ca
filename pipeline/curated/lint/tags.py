"""A rule on the tags that a list's own text offers for searching."""

import re
from collections.abc import Iterator

from pipeline.curated.lint.catalogue import Code
from pipeline.curated.lint.findings import Finding, found
from pipeline.curated.lint.subject import Subject

_SPEAKS_OF_TAGS = re.compile(r"\btags?\b|标签", re.IGNORECASE)
_QUOTED = re.compile(r"`([^`\n]{2,60}+)`")


def unknown_tags(subject: Subject) -> Iterator[Finding]:
    """Yield tags that a line about tags names and no entry has."""
    used = {tag.casefold() for entry in subject.curated.entries for tag in entry.tags}
    if not used:
        return
    for name, file in subject.texts.items():
        held = [subject.lines_of(entry) for entry in subject.by_file[name]]
        inside = {line for first, last in held for line in range(first, last + 1)}
        lines = file.shown.decode("utf-8-sig").splitlines()
        for number, line in enumerate(lines, start=1):
            if number in inside or "`" not in line or not _SPEAKS_OF_TAGS.search(line):
                continue
            named = _QUOTED.findall(line)
            if not used & {tag.casefold() for tag in named}:
                continue
            for tag in dict.fromkeys(one for one in named if one.casefold() not in used):
                yield found(
                    Code.UNKNOWN_TAG,
                    name,
                    number,
                    f"No entry has the tag {tag!r}.",
                    "Correct its spelling, or take it out.",
                )
