"""The boxes of the flow with their numbers, which add up from stage to stage."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date

from config.reasons import Reason
from config.visible import one_line
from pipeline.publish.prisma.words import WORDS
from storage.screening import Period, ScreeningCounts

#: reasons that are named; the rest is one line
_NAMED = 12


@dataclass(frozen=True, slots=True)
class Part:
    """One line of a box."""

    name: str
    papers: int


@dataclass(frozen=True, slots=True)
class Box:
    """One box: its parts add up to its papers."""

    #: of its stage, a key of WORDS
    key: str
    name: str
    papers: int
    parts: tuple[Part, ...] = ()
    #: a part of the papers, which does not add to them
    of_these: tuple[Part, ...] = ()


@dataclass(frozen=True, slots=True)
class Flow:
    """The flow of a period; each stage is the next one and the boxes that leave before it."""

    survey: str
    language: str
    #: None: no paper has an announcement day
    period: Period | None
    as_of: date
    identified: Box
    removed: Box
    papers: Box
    not_screened: Box
    screened: Box
    excluded: Box
    deferred: Box
    included: Box

    @property
    def stages(self) -> tuple[tuple[Box, tuple[Box, ...]], ...]:
        """Each stage, and the boxes of what leaves after it."""
        return (
            (self.identified, (self.removed,)),
            (self.papers, (self.not_screened,)),
            (self.screened, (self.excluded, self.deferred)),
            (self.included, ()),
        )

    @property
    def boxes(self) -> tuple[Box, ...]:
        """All boxes in reading order."""
        return tuple(box for stage, leaving in self.stages for box in (stage, *leaving))


def flow_of(
    counts: ScreeningCounts,
    known: Sequence[Reason],
    *,
    survey: str,
    period: Period | None,
    as_of: date,
    language: str = "en",
) -> Flow:
    """Return the flow of these counts; `known` are the reasons of the settings."""
    words = WORDS[language]

    def box(key: str, papers: int, of_these: int = 0, **parts: int) -> Box:
        """Return a box with the parts that have papers."""
        named = tuple(Part(words[name], number) for name, number in parts.items() if number)
        gone = (Part(words["approved_withdrawn"], of_these),) if of_these else ()
        return Box(key, words[key], papers, named, gone)

    return Flow(
        survey=one_line(survey),
        language=language,
        period=period,
        as_of=as_of,
        identified=box(
            "identified",
            counts.identified,
            from_arxiv=counts.from_arxiv,
            from_list=counts.from_list,
            by_hand=counts.by_hand,
        ),
        removed=box("removed", counts.repeats, repeats=counts.repeats),
        papers=box("papers", counts.papers),
        not_screened=box(
            "not_screened",
            counts.not_screened,
            waiting=counts.waiting - counts.set_aside,
            set_aside=counts.set_aside,
            by_rules=counts.by_rules,
            withdrawn=counts.withdrawn,
            unclassified=counts.unclassified,
        ),
        screened=box(
            "screened",
            counts.screened + counts.listed,
            by_reviewers=counts.screened,
            in_list=counts.listed,
        ),
        excluded=replace(
            box("excluded", counts.rejected),
            parts=_exclusions(counts, known, words["further"], language),
        ),
        deferred=box("deferred", counts.deferred),
        included=box(
            "included",
            counts.included,
            of_these=counts.approved_withdrawn,
            approved=counts.approved,
            listed=counts.listed,
        ),
    )


def rows(flow: Flow) -> list[tuple[str, int]]:
    """Return the lines of a table: stages, indented what leaves after them, and their parts."""
    found: list[tuple[str, int]] = []
    for stage, leaving in flow.stages:
        for indent, box in [("", stage), *(("  ", each) for each in leaving)]:
            found.append((indent + box.name, box.papers))
            parts = (*box.parts, *box.of_these)
            found += [(f"{indent}    {part.name}", part.papers) for part in parts]
    return found


def _exclusions(
    counts: ScreeningCounts, known: Sequence[Reason], further: str, language: str
) -> tuple[Part, ...]:
    parts = [Part(one_line(name), papers) for name, papers in counts.exclusions(known, language)]
    if len(parts) <= _NAMED:
        return tuple(parts)
    rest = sum(part.papers for part in parts[_NAMED - 1 :])
    return (*parts[: _NAMED - 1], Part(further, rest))
