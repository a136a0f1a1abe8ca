"""Check a build against what holds; the rules come from the settings, the facts as values."""

from collections.abc import Collection, Iterator, Mapping
from pathlib import Path, PurePath

from config.publish_schema import PublishSettings
from pipeline.publish.gate.content import active_content, gained_content, hidden_characters
from pipeline.publish.gate.inserted import inserted_text, without_lines
from pipeline.publish.gate.refusal import Refusal, Rule
from pipeline.publish.gate.spam import spam
from pipeline.publish.gate.standing import Standing
from pipeline.publish.publication import Build, BuiltFile
from pipeline.runtime.plurals import counted, some_of

#: a file that keeps less of its bytes has lost them
_KEPT = 0.5
#: how the HTML within files of other formats is judged
_MARKUP = PurePath("entry.html")
#: files whose text readers see as it is; the others repeat it
_READ = frozenset({".md", ".markdown", ".txt"})

Before = Mapping[Path, bytes | None]


def check(
    build: Build, before: Before, standing: Standing, rules: PublishSettings
) -> tuple[Refusal, ...]:
    """Return why a build must not be published; empty if it may.

    Args:
        build: what would be published.
        before: the content of its files now; None: there is no file.
        standing: what holds.
        rules: the settings.
    """
    return (
        *check_counts(build),
        *_decisions(build, standing),
        *_size(build, before, standing, rules),
        *_sections(build, standing),
        *_unread(build, standing),
        *_edited(standing),
        *_newer(standing),
        *_approval(build, standing, rules),
        *_content(build, before, rules),
    )


def check_counts(build: Build) -> tuple[Refusal, ...]:
    """Return where the record of numbers differs from what the bytes hold."""
    different = [
        (name, build.counts.get(name), build.recounted.get(name))
        for name in dict.fromkeys((*build.counts, *build.recounted))
        if build.counts.get(name) != build.recounted.get(name)
    ]
    return tuple(
        Refusal(
            Rule.COUNTS,
            f"The record counts {_number(said)} {name}, the rendered files hold {_number(found)}.",
            "Please report it with both numbers; nothing was written.",
        )
        for name, said, found in different
    )


def _decisions(build: Build, standing: Standing) -> Iterator[Refusal]:
    # An issue keeps what it carried, and the next issue corrects it.
    kept = standing.published if ":" in build.target else frozenset()
    papers = build.papers - kept
    if undecided := papers - standing.approved:
        yield Refusal(
            Rule.UNDECIDED,
            f"{_named(undecided)} {_have(undecided)} no standing approval.",
            "Decide (`living-survey decide ID approve --section ID`), then publish again.",
        )
    if withdrawn := (papers & standing.withdrawn) - build.marked_withdrawn:
        yield Refusal(
            Rule.WITHDRAWN,
            f"{_named(withdrawn)} {_are(withdrawn)} withdrawn at arXiv.",
            "Answer `living-survey inbox`, or mark the entry in the list by hand.",
        )


def _size(
    build: Build, before: Before, standing: Standing, rules: PublishSettings
) -> Iterator[Refusal]:
    gone = standing.published - build.papers
    unexplained = (gone & standing.approved) - standing.withdrawn
    if unexplained:
        yield Refusal(
            Rule.SHRINKS,
            f"It would lose {counted(len(unexplained), 'published paper')} that"
            f" {_are(unexplained)} still approved and not withdrawn: {_named(unexplained)}.",
            "Look what removes them: a changed list, taxonomy or setting.",
        )
    if build.rolling and (lost := gone & standing.never_decided):
        yield Refusal(
            Rule.SHRINKS,
            f"It would lose {counted(len(lost), 'published paper')} on which the database has no"
            f" decision: {_named(lost)}.",
            "A restored backup is older than they are: decide them again, or take them out with"
            " --override.",
        )
    for file in () if build.rolling else build.files:
        held = len(before[file.path] or b"")
        if len(file.data) < _KEPT * held:
            yield Refusal(
                Rule.SHRINKS,
                f"{file.path.name} would shrink from {held:,} to {len(file.data):,} bytes.",
                "Look what removes the rest: `living-survey publish --dry-run`.",
            )
    start, papers = standing.papers_before, len(build.papers)
    if start is not None:
        most = max(rules.grow_freely, start * rules.grow_at_most_percent // 100)
        if papers - start > most:
            yield Refusal(
                Rule.GROWS,
                f"It would grow from {counted(start, 'paper')} to {papers}, and at most {most} more"
                " are expected.",
                "Look at `living-survey decisions`; [publish] grow_at_most_percent and grow_freely"
                " set the limit.",
            )


def _sections(build: Build, standing: Standing) -> Iterator[Refusal]:
    unknown = sorted({one for one in build.entries if one[1] not in standing.sections})
    for section in dict.fromkeys(section for _, section in unknown):
        papers = {arxiv_id for arxiv_id, its in unknown if its == section}
        named = "no section" if section.startswith("~") else f"the unknown section {section!r:.80}"
        yield Refusal(
            Rule.SECTION,
            f"{_named(papers)} {_are(papers)} in {named}.",
            "Decide again with a section of `living-survey sections`, or migrate the taxonomy.",
        )


def _unread(build: Build, standing: Standing) -> Iterator[Refusal]:
    if standing.unread and not build.entries:
        days = sorted(map(str, standing.unread))
        yield Refusal(
            Rule.UNREAD,
            f"The issue is empty, and of {counted(len(days), 'announcement day')} of its week not"
            f" all was read: {some_of(days)}.",
            f"`living-survey run` or `living-survey backfill --from {days[0]} --until {days[-1]}`.",
        )


def _edited(standing: Standing) -> Iterator[Refusal]:
    if standing.edited:
        yield Refusal(
            Rule.EDITED,
            f"{some_of(standing.edited)} {_were(standing.edited)} changed by hand since it was"
            " published.",
            "Move the file away to have it written again, or publish with --override.",
        )
    if standing.foreign:
        yield Refusal(
            Rule.EDITED,
            f"{some_of(standing.foreign)} {_were(standing.foreign)} there before and not written"
            " by `publish`.",
            "Move it away, publish to another directory, or write over it with --override.",
        )


def _newer(standing: Standing) -> Iterator[Refusal]:
    if standing.newer:
        yield Refusal(
            Rule.NEWER,
            "The issue that is out is newer than the restored database, which would write another.",
            "Leave it as it is, or write what the database has with --override.",
        )


def _approval(build: Build, standing: Standing, rules: PublishSettings) -> Iterator[Refusal]:
    if rules.issues == "approved" and not standing.issue_approved:
        week = build.target.partition(":")[2]
        yield Refusal(
            Rule.UNAPPROVED,
            f"No publisher approved the issue {week} as it is built now.",
            f"Look at it and approve it: `living-survey issue {week} --approve`.",
        )


def _content(build: Build, before: Before, rules: PublishSettings) -> Iterator[Refusal]:
    for file in build.files:
        held, data, name = before[file.path], file.data, file.path.name
        if held == data:
            continue
        if file.own_lines:
            held = None if held is None else without_lines(held, file.own_lines)
            data = without_lines(data, file.own_lines)
        added = inserted_text(held, data)
        if hidden := hidden_characters(added):
            yield Refusal(
                Rule.HIDDEN,
                f"What {name} gains holds hidden characters: {some_of(hidden)}.",
                "Remove them from the note, lead or title; arXiv's are removed by the program, so"
                " please report those.",
            )
        if active := (*gained_content(held, data, file.path), *_active_markup(file, before)):
            yield Refusal(
                Rule.ACTIVE,
                f"What {name} gains would act in a reader's program: {some_of(active)}.",
                "Correct the note or lead, or take the decision back; please report a title that is"
                " not escaped.",
            )
        if file.path.suffix.lower() in _READ and (found := spam(added, rules.spam_phrases)):
            yield Refusal(
                Rule.SPAM,
                f"What {name} gains looks like spam: {some_of(found)}.",
                "Read it (`living-survey publish --dry-run`); if it is a paper after all, publish"
                " with --override and the reason.",
            )


def _active_markup(file: BuiltFile, before: Before) -> tuple[str, ...]:
    if not file.markup or before[file.path] == file.data:
        return ()
    return active_content(file.markup, _MARKUP)


def _named(papers: Collection[str]) -> str:
    return some_of(sorted(papers))


def _are(papers: Collection[str]) -> str:
    return "is" if len(papers) == 1 else "are"


def _were(texts: Collection[str]) -> str:
    return "was" if len(texts) == 1 else "were"


def _have(papers: Collection[str]) -> str:
    return "has" if len(papers) == 1 else "have"


def _number(count: int | None) -> str:
    return "no" if count is None else f"{count:,}"
