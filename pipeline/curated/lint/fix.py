"""Make the edits of findings in the bytes of files, and show them as a diff."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from pipeline.curated.formats.read import read_scanned, scan_list
from pipeline.curated.lint.catalogue import Code
from pipeline.curated.lint.check import LintReport, lint
from pipeline.curated.lint.findings import Edit, Finding
from pipeline.curated.lint.online.report import LinkRound
from pipeline.curated.lint.subject import Subject, texts_of
from pipeline.curated.types import ListFile
from pipeline.runtime.diff import unified

#: a fix may bring another to light: two entries are the same once a version is removed
_PASSES = 5


@dataclass(frozen=True, slots=True)
class Fixed:
    """What fixing makes of a list."""

    #: on the list as it is then
    report: LintReport
    files: tuple[ListFile, ...]


def fix(subject: Subject, *, allow: Iterable[Code] = (), links: LinkRound | None = None) -> Fixed:
    """Fix what is safe, in memory, until nothing is left to fix."""
    allowed = tuple(allow)
    before = subject.curated.files
    done: list[Finding] = []
    report = lint(subject, allow=allowed, links=links)
    for _ in range(_PASSES):
        fixable = [finding for finding in report.findings if finding.edits]
        if not fixable:
            break
        done += fixable
        subject = _read_again(subject, edited(subject.curated.files, fixable))
        report = lint(subject, allow=allowed, links=links)
    files = subject.curated.files
    return Fixed(replace(report, fixed=tuple(done), diff=unified_diff(before, files)), files)


def _read_again(subject: Subject, files: Sequence[ListFile]) -> Subject:
    scanned = scan_list(files)
    curated = read_scanned(scanned, subject.held.knowledge.known if subject.held else None)
    return Subject(curated, texts_of(scanned), subject.held, subject.today)


def edited(files: Iterable[ListFile], findings: Sequence[Finding]) -> tuple[ListFile, ...]:
    """Return the files with the edits of all findings made; no other byte changes."""
    return tuple(
        ListFile(one.name, _edited(one.data, [each for each in findings if each.file == one.name]))
        for one in files
    )


def _edited(data: bytes, findings: Sequence[Finding]) -> bytes:
    edits = sorted((edit for finding in findings for edit in finding.edits), key=_outermost)
    pieces: list[bytes] = []
    place = 0
    for edit in edits:
        start, end = edit.span
        if start >= place:  # an entry that is removed is not corrected as well
            pieces += (data[place:start], edit.text.encode())
            place = end
    return b"".join((*pieces, data[place:]))


def _outermost(edit: Edit) -> tuple[int, int]:
    return edit.span[0], -edit.span[1]


def unified_diff(before: Sequence[ListFile], after: Sequence[ListFile]) -> str:
    """Return the changes of files as a unified diff."""
    return "".join(
        unified(old.name.lstrip("/"), old.data, new.data)
        for old, new in zip(before, after, strict=True)
    )
