"""Exceptions that a list states itself: `<!-- lint: allow RULE [RULE] reason -->`."""

import re
from collections import defaultdict
from collections.abc import Container, Iterable, Iterator, Sequence
from dataclasses import dataclass

from pipeline.curated.lint.catalogue import Code
from pipeline.curated.lint.findings import Finding, found
from pipeline.curated.lint.subject import FileText
from pipeline.curated.markdown.source import Hidden
from pipeline.curated.types import AsideReason

_ALLOW = re.compile(r"<!--\s*lint\s*:\s*allow\b(?P<rest>.*?)-->", re.DOTALL | re.IGNORECASE)
#: characters looked at around a comment
_NEAR = 2000
_CODES = {code.value: code for code in Code}


@dataclass(frozen=True, slots=True)
class Exemption:
    """One comment: the rules it allows, and the lines it is for."""

    file: str
    line: int
    rules: tuple[Code, ...]
    #: None: the whole file
    lines: tuple[int, int] | None
    words: str


def read_exceptions(name: str, file: FileText) -> Iterator[Exemption]:
    """Yield the exceptions of a file.

    One on an entry's lines or above them is for the entry, one at the file's top for the file.
    """
    source = file.source
    top = len(source.shown) - len(source.shown.lstrip())
    for one in source.hidden:
        match = _ALLOW.fullmatch(source.text, one.start, one.end)
        if one.reason is not AsideReason.COMMENT or match is None:
            continue
        words = match["rest"].split()
        rules = []
        for word in words:
            code = _CODES.get(word.strip(",;").casefold())
            if code is None:
                break
            rules.append(code)
        first, last = source.line(one.start), source.line(one.end)
        yield Exemption(
            name,
            first,
            tuple(rules),
            None if one.start < top else _lines_of(source.shown, one, first, last),
            " ".join(words),
        )


def _lines_of(shown: str, one: Hidden, first: int, last: int) -> tuple[int, int]:
    """Return the comment's own lines where text stands beside it, else also the next with text."""
    before = shown[max(0, one.start - _NEAR) : one.start]
    if before.rpartition("\n")[2].strip():
        return first, last
    rest = shown[one.end : one.end + _NEAR]
    return first, last + rest[: len(rest) - len(rest.lstrip())].count("\n")


def apply_exceptions(
    findings: Sequence[Finding], exemptions: Iterable[Exemption], ran: Container[Code]
) -> tuple[list[Finding], list[Finding]]:
    """Return the findings that remain, with those on the exceptions, and the allowed ones.

    An exception from a rule that did not run is not called unused.
    """
    by_rule: defaultdict[tuple[str, Code], list[Finding]] = defaultdict(list)
    for finding in findings:
        by_rule[finding.file, finding.rule].append(finding)
    allowed: set[int] = set()
    remarks = []
    for one in exemptions:
        if not one.rules:
            remarks.append(_unknown(one))
        for rule in dict.fromkeys(one.rules):
            used = [id(each) for each in by_rule[one.file, rule] if _covers(one, each)]
            allowed.update(used)
            if not used and rule in ran:
                remarks.append(_unused(one, rule))
    kept = [finding for finding in findings if id(finding) not in allowed]
    return [*kept, *remarks], [finding for finding in findings if id(finding) in allowed]


def _covers(one: Exemption, finding: Finding) -> bool:
    if one.lines is None:
        return True
    return one.lines[0] <= finding.lines[1] and finding.lines[0] <= one.lines[1]


def _unknown(one: Exemption) -> Finding:
    named = one.words.split(" ")[0]
    said = f"{named!r} is no rule." if named else "The exception names no rule."
    remedy = "Write `<!-- lint: allow RULE reason -->`; `lint --rules` lists the rules."
    return found(Code.UNKNOWN_EXCEPTION, one.file, one.line, said, remedy)


def _unused(one: Exemption, rule: Code) -> Finding:
    said = f"It allows {rule.value}, which is not found here."
    return found(Code.UNUSED_EXCEPTION, one.file, one.line, said, "Take it out.")
