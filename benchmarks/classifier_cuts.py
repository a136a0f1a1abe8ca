"""Cuts in time, papers read by hand and what is left out, for benchmarks/classifier_protocol.py.

Reads ../shared/data, writes nothing.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass, replace

from benchmarks import classifier_data
from benchmarks.classifier_data import Development, load
from classifiers.identity import marks
from classifiers.text import document_text, tokens
from classifiers.types import Example
from config.taxonomy import Taxonomy

#: trained on what was announced before, tested on all later months
CUTS = ("2025-05", "2025-07", "2025-09", "2025-10")
#: today's cue words were chosen on papers announced before
CUES_CHOSEN_BEFORE = "2025-10"
#: in-scope papers older than a cut in which a cue word must occur to count as chosen before it
CUE_SEEN = 3
#: fewest papers of a topic that is left out
TOPIC_FEWEST = 60
#: tasks whose topics are split by modality
_SPLIT = {"generation", "editing", "understanding"}


@dataclass(frozen=True)
class Cut:
    """The data of one cut, and the papers read by hand that are later."""

    before: str
    data: Development
    #: the taxonomy with only the cue words that older papers show
    older: Taxonomy
    #: read by hand, borderline papers left out
    read: list[Example]


def cut_at(before: str) -> Cut:
    """Return a cut; FileNotFoundError without ../shared/data."""
    data = load(before)
    older = older_cues(data.taxonomy, [*data.listed, *data.approvable])
    return Cut(before, data, older, read_papers(data))


def read_papers(data: Development) -> list[Example]:
    """Return the papers read by hand that are later than the cut, borderline ones left out."""
    later = {e.document.key: e.document for pool in data.pools.values() for e in pool}
    text = (classifier_data.DATA / "dev_stream_read.jsonl").read_text("utf-8")
    rows = [json.loads(line) for line in text.splitlines()]
    return [
        Example(later[row["arxiv_id"]], row["in_scope"] == "yes", tuple(row["sections"]))
        for row in rows
        if row["arxiv_id"] in later and row["in_scope"] != "borderline"
    ]


def older_cues(taxonomy: Taxonomy, examples: Sequence[Example]) -> Taxonomy:
    """Return the taxonomy with only the cue words that occur in enough of these papers."""
    texts = [f" {' '.join(tokens(document_text(e.document)))} " for e in examples if e.in_scope]

    def seen(cues: Sequence[str]) -> tuple[str, ...]:
        wanted = {cue: f" {' '.join(tokens(cue))} " for cue in cues}
        return tuple(
            cue for cue, words in wanted.items() if sum(words in t for t in texts) >= CUE_SEEN
        )

    facets = tuple(
        replace(
            facet, labels=tuple(replace(label, cues=seen(label.cues)) for label in facet.labels)
        )
        for facet in taxonomy.facets
    )
    sections = tuple(replace(section, cues=seen(section.cues)) for section in taxonomy.sections)
    return replace(taxonomy, facets=facets, sections=sections)


def topic(example: Example) -> str:
    """Return the topic of a paper of another list: its task, with the modality where split.

    The labels do not name the lists they come from. A list is about one topic, so leaving out a
    topic leaves out the lists about it.
    """
    labels: dict[str, str] = {}
    for facet, label in example.facets:
        labels.setdefault(facet, label)
    task = labels.get("task", "")
    return f"{labels.get('modality', 'none')} {task}" if task in _SPLIT else task


def topics(data: Development) -> list[str]:
    """Return the topics with enough papers on both sides of the cut together."""
    found = [topic(example) for example in (*data.approvable, *data.test)]
    return sorted({each for each in found if each and found.count(each) >= TOPIC_FEWEST})


def without_topic(examples: Sequence[Example], left_out: str) -> list[Example]:
    """Return the examples without one topic; the curated list, which has no facets, stays."""
    return [example for example in examples if topic(example) != left_out]


def without_month(data: Development, month: str) -> tuple[Development, list[Example]]:
    """Return the data with the decisions of all months but one, and that month's papers.

    `data` is cut before its first month, so that everything is in its pools.
    """
    pool = data.pools[month]
    held = marks(example.document for example in pool)
    approvable = [e for e in data.test if marks([e.document]).isdisjoint(held)]
    rejectable = [e for e in data.test_rejected if marks([e.document]).isdisjoint(held)]
    stream = [e.document for m, others in data.pools.items() if m != month for e in others]
    rest = [d for d in stream if marks([d]).isdisjoint(held)]
    return replace(data, approvable=approvable, rejectable=rejectable, stream=rest), pool
